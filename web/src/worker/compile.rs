//! WebAssembly text to a module, with errors at their line.

use crate::protocol::CompileError;

/// # Errors
/// The first mistake, with its line and column where the assembler knows them.
pub fn compile(text: &str) -> Result<Vec<u8>, CompileError> {
    wat::parse_str(text).map_err(|error| {
        let said = error.to_string();
        let (line, column) = place(&said).unwrap_or((0, 0));
        // The assembler draws the place with arrows under it; the editor shows that better.
        let sentence = said.lines().next().unwrap_or("not valid WebAssembly text");
        CompileError {
            line,
            column,
            sentence: sentence.to_owned(),
        }
    })
}

/// Finds `--> <anon>:LINE:COLUMN` in an assembler's message.
fn place(said: &str) -> Option<(usize, usize)> {
    let at = said.lines().find_map(|l| l.trim().strip_prefix("--> "))?;
    let mut parts = at.rsplitn(3, ':');
    let column = parts.next()?.trim().parse().ok()?;
    let line = parts.next()?.trim().parse().ok()?;
    Some((line, column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_told_with_its_line() {
        let error =
            compile("(module\n  (func (export \"run\")\n    i32.cons 1 drop))").unwrap_err();
        assert_eq!((error.line, error.column), (3, 5));
        assert!(error.sentence.contains("unknown"), "{}", error.sentence);
    }

    #[test]
    fn a_module_comes_out_with_its_magic() {
        assert_eq!(&compile("(module)").unwrap()[..4], b"\0asm");
    }
}
