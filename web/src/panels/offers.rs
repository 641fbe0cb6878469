//! Functions that a contract named when it was asked for one it does not have: each a button that writes
//! the message.

use crate::platform::dom::{El, el};

/// Names longer than this, or more of them, are no list of functions.
const LONGEST: usize = 60;
const MOST: usize = 100;

/// What serde says: "unknown variant `help`, expected one of `balance`, `token_info`".
fn named(error: &str) -> Vec<&str> {
    let Some((_, list)) = error.split_once(", expected ") else {
        return Vec::new();
    };
    let plain = |name: &&str| {
        let fits = (1..=LONGEST).contains(&name.len());
        fits && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    // Names stand between backticks: every second piece.
    let quoted = list.split('`').skip(1).step_by(2);
    quoted.filter(plain).take(MOST).collect()
}

/// Buttons that put a call of each function into `field`; none where no function is named.
pub fn offers(error: &str, field: &El) -> Option<El> {
    let names = named(error);
    if names.is_empty() {
        return None;
    }
    let buttons = names.into_iter().map(|name| {
        let (field, message) = (field.clone(), format!("{{\"{name}\":{{}}}}"));
        el("button")
            .class("quiet mono")
            .text(name)
            .pressed(move || {
                field.put(&message);
                field.focus();
            })
    });
    let line = el("p").class("note examples offers").text("It has: ");
    Some(line.add_all(buttons))
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn functions_are_read_from_what_a_contract_says() {
        let said = "Error parsing into type a::QueryMsg: unknown variant `help`, expected one of `balance`, `token_info`";
        assert_eq!(named(said), ["balance", "token_info"]);
        let one = "unknown variant `help`, expected `balance`";
        assert_eq!(named(one), ["balance"]);
        assert!(named("missing field `name`").is_empty());
        assert!(named("it said `x`, expected one of `<img src=x>`, ``").is_empty());
    }
}
