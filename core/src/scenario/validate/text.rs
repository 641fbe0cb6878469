//! How numbers and names from strangers stand in a sentence.

use crate::base::Micros;

/// Characters of a stranger's text that a sentence repeats.
const QUOTED: usize = 40;

/// `text` in quotation marks, shortened, without control characters.
pub(crate) fn quote(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(QUOTED)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    if text.chars().nth(QUOTED).is_some() {
        shown.push('\u{2026}');
    }
    format!("\"{shown}\"")
}

/// A span in the unit people would use, with the field's own unit when that is another.
pub(crate) fn time(us: Micros) -> String {
    let (unit, name) = match us {
        0..1_000 => return format!("{us} \u{b5}s"),
        1_000..1_000_000 => (1_000, "ms"),
        _ => (1_000_000, "s"),
    };
    if us.is_multiple_of(unit) {
        format!("{} {name} ({us} \u{b5}s)", us / unit)
    } else {
        format!("{us} \u{b5}s")
    }
}

#[cfg(test)]
mod tests {
    use super::{quote, time};

    #[test]
    fn long_and_odd_names_are_tamed() {
        assert_eq!(quote("v1"), "\"v1\"");
        assert_eq!(quote("a\nb"), "\"a\u{fffd}b\"");
        assert_eq!(quote(&"x".repeat(500)).chars().count(), 43);
    }

    #[test]
    fn spans_read_well() {
        assert_eq!(time(5), "5 \u{b5}s");
        assert_eq!(time(2_000_000), "2 s (2000000 \u{b5}s)");
        assert_eq!(time(1_500_000), "1500000 \u{b5}s");
    }
}
