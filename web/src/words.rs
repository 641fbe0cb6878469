//! Numbers as people read them: thin spaces, units, no more digits than mean something.

use crate::model::{CoinSpec, InputSpec, SubmitSpec};
use consensusforge_core::session::view::{ContractView, FeeAccountView, ReceiptView};
use std::hash::{DefaultHasher, Hash, Hasher};

/// 0.25 as `25 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    let p = share * 100.0;
    if p == 0.0 || p >= 10.0 && (p - p.round()).abs() < 0.05 {
        format!("{p:.0} %")
    } else if p >= 1.0 {
        format!("{p:.1} %")
    } else {
        format!("{p:.2} %")
    }
}

/// A length of time: `850 µs`, `51 ms`, `1.25 s`, `12 min`.
#[must_use]
pub fn duration(us: u64) -> String {
    let v = us as f64;
    match us {
        0 => "0 ms".into(),
        1..1_000 => format!("{us} µs"),
        1_000..10_000 => format!("{} ms", trimmed(v / 1e3, 1)),
        10_000..1_000_000 => format!("{:.0} ms", v / 1e3),
        1_000_000..100_000_000 => format!("{} s", trimmed(v / 1e6, 2)),
        100_000_000..6_000_000_000 => format!("{:.0} s", v / 1e6),
        _ => format!("{:.0} min", v / 6e7),
    }
}

/// An instant with the digits that marks `step` apart differ in.
#[must_use]
pub fn instant(at_us: u64, step_us: u64) -> String {
    let digits = match step_us {
        1_000_000.. => 0,
        100_000.. => 1,
        10_000.. => 2,
        1_000.. => 3,
        _ => 6,
    };
    format!("{:.digits$} s", at_us as f64 / 1e6)
}

/// The clock beside the scrub bar.
#[must_use]
pub fn clock(at_us: u64) -> String {
    format!("{:.3} s", at_us as f64 / 1e6)
}

/// An instant to the microsecond, by integers: `1.250000 s`.
#[must_use]
pub fn clock_exact(at_us: u64) -> String {
    format!("{}.{:06} s", at_us / 1_000_000, at_us % 1_000_000)
}

fn trimmed(v: f64, digits: usize) -> String {
    let text = format!("{v:.digits$}");
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A figure with few digits: `1.54`, `27`, `1 300`.
#[must_use]
pub fn figure(v: f64) -> String {
    match v.abs() {
        0.0 => "0".into(),
        x if x < 10.0 => trimmed(v, 2),
        x if x < 100.0 => trimmed(v, 1),
        _ => grouped(v.round() as u64),
    }
}

/// Thousands apart.
#[must_use]
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (k, c) in digits.chars().enumerate() {
        if k > 0 && (digits.len() - k).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(c);
    }
    out
}

/// A whole number as a person writes it, grouped or not; none for anything else.
#[must_use]
pub fn whole(text: &str) -> Option<u64> {
    let digits = text.trim().chars();
    let digits: String = digits.filter(|c| !is_group(*c)).collect();
    digits.parse().ok()
}

/// What stands between groups of digits: spaces of all widths, and what some write instead.
fn is_group(c: char) -> bool {
    c.is_whitespace() || matches!(c, '_' | '\'' | '’' | ',')
}

#[must_use]
pub fn bytes(n: u64) -> String {
    match n {
        0..1_024 => format!("{n} B"),
        1_024..1_048_576 => format!("{:.1} kB", n as f64 / 1_024.0),
        _ => format!("{:.1} MB", n as f64 / 1_048_576.0),
    }
}

/// What a run of many validators costs: copies of messages a block, and bytes of memory, each 0 where unknown. Figures
/// have two digits, so that the line stands still.
#[must_use]
pub fn cost(copies: f64, memory: u64) -> String {
    let two_digits = |n: f64| {
        let unit = 10f64.powf(n.max(1.0).log10().floor() - 1.0).max(1.0);
        grouped(((n / unit).round() * unit) as u64)
    };
    let copies = (copies >= 1.0).then(|| format!("about {} messages a block", two_digits(copies)));
    let memory = (memory > 0).then(|| {
        let megabytes = two_digits(memory as f64 / 1_048_576.0);
        format!("{megabytes} MB of memory in this tab")
    });
    let parts: Vec<String> = [copies, memory].into_iter().flatten().collect();
    match parts.as_slice() {
        [] => "Many validators: this takes a moment.".into(),
        parts => format!("So many validators take {}.", parts.join(" and ")),
    }
}

/// Simulated time a unit of real time, as a person says it.
#[must_use]
pub fn speed(per_real: Option<f64>) -> String {
    match per_real {
        None => "as fast as possible".into(),
        Some(v) if v < 0.01 => format!("1/{:.0}", 1.0 / v),
        Some(v) if v < 0.1 => format!("{v:.3}×"),
        Some(v) if v < 10.0 => format!("{v:.2}×"),
        Some(v) => format!("{v:.0}×"),
    }
}

/// A text with the accounts that validators' fees are paid to replaced by whose they are: "v2's fees".
#[must_use]
pub fn with_fee_accounts(text: &str, accounts: &[FeeAccountView]) -> String {
    let mut text = text.to_owned();
    for account in accounts {
        let name = format!("{}'s fees", account.validator);
        text = text
            .replace(&account.address, &name)
            .replace(&account.hex, &name);
    }
    text
}

/// A number that changes when a view does; views have no equality of their own.
#[must_use]
pub fn receipt_stamp(r: &ReceiptView) -> u64 {
    let mut h = DefaultHasher::new();
    (&r.tx, &r.status, r.height, r.gas_used, &r.roots).hash(&mut h);
    h.finish()
}

/// As [`receipt_stamp`].
#[must_use]
pub fn contract_stamp(c: &ContractView) -> u64 {
    let mut h = DefaultHasher::new();
    (
        &c.address,
        &c.name,
        &c.balance,
        &c.storage,
        c.storage_entries,
    )
        .hash(&mut h);
    h.finish()
}

/// First eight of a digest.
#[must_use]
pub fn short(digest: &str) -> String {
    digest.chars().take(8).collect()
}

/// A refusal without the place in a scenario file that it begins with: for people who act on the page the
/// place is the control.
#[must_use]
pub fn without_place(sentence: &str) -> String {
    let is_place = |text: &str| {
        let plain = |c: char| c.is_ascii_lowercase() || c == '_';
        let part = |c: char| plain(c) || c.is_ascii_digit() || matches!(c, '.' | '[' | ']');
        text.starts_with(plain)
            && text.chars().all(part)
            && (text.contains('.') || text.chars().all(plain))
    };
    let rest = match sentence.split_once(": ") {
        Some((place, rest)) if is_place(place) => rest,
        _ => return sentence.to_owned(),
    };
    let mut letters = rest.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// The message of a transaction as it was written, if it has one, and the coins that go along.
#[must_use]
pub fn message_of(action: &SubmitSpec) -> (Option<String>, String) {
    let text = |input: &InputSpec| match input {
        InputSpec::Text(text) => text.clone(),
        InputSpec::Hex(hex) => format!("0x{hex}"),
    };
    let coins = |all: &[CoinSpec]| {
        let each = all
            .iter()
            .map(|c| format!("{} {}", grouped(c.amount), c.denom));
        each.collect::<Vec<_>>().join(", ")
    };
    match action {
        SubmitSpec::Transfer { .. } | SubmitSpec::Store { .. } | SubmitSpec::SetAdmin { .. } => {
            (None, String::new())
        }
        SubmitSpec::Send { coins: all, .. } => (None, coins(all)),
        SubmitSpec::Deploy { input, .. } => (Some(text(input)), String::new()),
        SubmitSpec::Call {
            input, value: 0, ..
        } => (Some(text(input)), String::new()),
        SubmitSpec::Call { input, value, .. } => (
            Some(text(input)),
            format!("{} native coins", grouped(*value)),
        ),
        SubmitSpec::Instantiate { msg, funds, .. } | SubmitSpec::Execute { msg, funds, .. } => {
            (Some(text(msg)), coins(funds))
        }
        SubmitSpec::Migrate { msg, .. } => (Some(text(msg)), String::new()),
    }
}

/// Last eight of an address: as receipts name contracts.
#[must_use]
pub fn end(address: &str) -> &str {
    address
        .char_indices()
        .nth_back(7)
        .map_or(address, |(at, _)| &address[at..])
}

/// Bytes in hex as text, where they are text.
#[must_use]
pub fn hex_as_text(hex: &str) -> Option<String> {
    if !hex.len().is_multiple_of(2) || !hex.is_ascii() {
        return None;
    }
    let bytes: Option<Vec<u8>> = (0..hex.len())
        .step_by(2)
        .map(|k| u8::from_str_radix(&hex[k..k + 2], 16).ok())
        .collect();
    let text = String::from_utf8(bytes?).ok()?;
    (!text.is_empty() && !text.chars().any(|c| c.is_control() && c != '\n')).then_some(text)
}

/// Names longer than this, or more of them, are no list of functions.
const LONGEST_NAME: usize = 60;
const MOST_NAMES: usize = 100;

/// Functions a refusal names, such as "unknown variant `help`, expected one of `balance`, `token_info`".
#[must_use]
pub fn functions(error: &str) -> Vec<&str> {
    let Some((_, list)) = error.split_once(", expected ") else {
        return Vec::new();
    };
    let plain = |name: &&str| {
        let fits = (1..=LONGEST_NAME).contains(&name.len());
        fits && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    // Names stand between backticks: every second piece.
    let quoted = list.split('`').skip(1).step_by(2);
    quoted.filter(plain).take(MOST_NAMES).collect()
}

/// What a person typed as a contract's input.
///
/// # Errors
/// A sentence when it is not hex though said to be.
pub fn input(text: &str, hex: bool) -> Result<InputSpec, String> {
    if !hex {
        return Ok(InputSpec::Text(text.to_owned()));
    }
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let digits = digits.strip_prefix("0x").unwrap_or(&digits).to_owned();
    if let Some(odd) = digits.chars().find(|c| !c.is_ascii_hexdigit()) {
        return Err(format!(
            "“{odd}” is not a hex digit: use 0-9 and a-f, or switch to text."
        ));
    }
    if !digits.len().is_multiple_of(2) {
        return Err("Hex digits come in pairs, one pair a byte: one digit is missing.".into());
    }
    Ok(InputSpec::Hex(digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accounts_that_fees_are_paid_to_have_their_validators_names() {
        let session = consensusforge_core::session::Session::open(Default::default());
        let accounts = session.expect("possible").fee_accounts();
        let account = &accounts[1];
        assert_eq!(account.validator, "v2");
        assert!(account.address.starts_with("forge1") && account.hex.len() == 64);
        let text = format!("to={}, again {}", account.address, account.hex);
        let named = with_fee_accounts(&text, &accounts);
        assert_eq!(named, "to=v2's fees, again v2's fees");
    }

    #[test]
    fn a_refusal_at_a_control_does_not_name_a_place_in_a_file() {
        for (from, to) in [
            ("network.loss_ppm: at most 1000000", "At most 1000000"),
            (
                "commands[3].partition: no node is called “v9”",
                "No node is called “v9”",
            ),
            ("validators: at most 128", "At most 128"),
            ("v1: has crashed", "v1: has crashed"),
            (
                "That message is not in flight any more: try again.",
                "That message is not in flight any more: try again.",
            ),
        ] {
            assert_eq!(without_place(from), to);
        }
    }

    #[test]
    fn what_many_validators_cost_is_told_in_round_figures() {
        assert_eq!(
            cost(131_070.4, 187 << 20),
            "So many validators take about 130\u{202f}000 messages a block and 190 MB of memory in this tab."
        );
        assert_eq!(
            cost(510.0, 0),
            "So many validators take about 510 messages a block."
        );
        assert_eq!(cost(0.0, 0), "Many validators: this takes a moment.");
    }

    #[test]
    fn figures_read_well() {
        assert_eq!(percent(0.25), "25 %");
        assert_eq!(percent(1.0 / 3.0), "33.3 %");
        assert_eq!(percent(1.0 / 128.0), "0.78 %");
        assert_eq!(duration(51_400), "51 ms");
        assert_eq!(duration(1_250_000), "1.25 s");
        assert_eq!(duration(10_000_000), "10 s");
        assert_eq!(figure(1.0), "1");
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(speed(Some(0.001)), "1/1000");
    }

    #[test]
    fn outputs_are_shown_as_text_where_they_are_text() {
        assert_eq!(hex_as_text("3331").as_deref(), Some("31"));
        assert_eq!(hex_as_text("00ff"), None);
        assert_eq!(hex_as_text("abc"), None);
        assert_eq!(hex_as_text("é1"), None);
    }

    #[test]
    fn functions_are_read_from_what_a_contract_says() {
        let said = "Error parsing into type a::QueryMsg: unknown variant `help`, expected one of `balance`, `token_info`";
        assert_eq!(functions(said), ["balance", "token_info"]);
        let one = "unknown variant `help`, expected `balance`";
        assert_eq!(functions(one), ["balance"]);
        assert!(functions("missing field `name`").is_empty());
        assert!(functions("it said `x`, expected one of `<img src=x>`, ``").is_empty());
    }

    #[test]
    fn hex_input_is_checked_with_a_sentence() {
        assert_eq!(input("0x0A ff", true), Ok(InputSpec::Hex("0Aff".into())));
        assert!(input("0g", true).unwrap_err().contains('g'));
        assert!(input("abc", true).unwrap_err().contains("pairs"));
    }
}
