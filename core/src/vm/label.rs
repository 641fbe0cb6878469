//! Labels of contracts, by wasmd's rule.

use crate::base::limits::MAX_LABEL_BYTES;
use thiserror::Error;

/// Why a text is not a label.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LabelError {
    /// More bytes than a label may have.
    #[error("the contract's label has {0} bytes: at most {MAX_LABEL_BYTES}")]
    TooLong(usize),
    /// A blank at an end.
    #[error("the contract's label {0:?} begins or ends with a blank; take it away")]
    Blank(String),
    /// A character that shows nothing.
    #[error("the contract's label {0:?} has a character that cannot be printed; take it away")]
    Unprintable(String),
}

/// # Errors
/// When `label` is too long, has a blank at an end or an unprintable character. An empty one passes.
pub fn check(label: &str) -> Result<(), LabelError> {
    if label.len() > MAX_LABEL_BYTES {
        return Err(LabelError::TooLong(label.len()));
    }
    if label.trim() != label {
        return Err(LabelError::Blank(label.into()));
    }
    if label.chars().any(is_unprintable) {
        return Err(LabelError::Unprintable(label.into()));
    }
    Ok(())
}

/// Controls, blanks other than the space, and characters that show nothing or turn the text around. A
/// list of our own: what a library calls printable changes with its version of Unicode, and validators
/// of different versions must agree.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{a0}'
                | '\u{ad}'
                | '\u{1680}'
                | '\u{2000}'..='\u{200f}'
                | '\u{2028}'..='\u{202f}'
                | '\u{205f}'..='\u{206f}'
                | '\u{3000}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_have_no_blank_at_an_end_and_only_printable_characters() {
        for fine in ["", "token", "my token, 2nd", "Grüße", "名前", "a\u{301}"] {
            assert_eq!(check(fine), Ok(()), "{fine:?}");
        }
        for blank in [" token", "token ", "token\n", "\ttoken"] {
            assert_eq!(check(blank), Err(LabelError::Blank(blank.into())));
        }
        for hidden in [
            "to\0ken",
            "to\u{200b}ken",
            "to\u{202e}ken",
            "to\u{a0}ken",
            "a\nb",
        ] {
            assert_eq!(check(hidden), Err(LabelError::Unprintable(hidden.into())));
        }
        let long = "x".repeat(MAX_LABEL_BYTES + 1);
        assert_eq!(check(&long), Err(LabelError::TooLong(long.len())));
    }
}
