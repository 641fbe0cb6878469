//! The hostile catalogue: 42 ways in which a module, a contract or a message may be meant badly, and what the
//! chain makes of each, as lines of text. `tests/golden/hostile.txt` holds the lines; `tests/tests/hostile.rs`
//! compares them natively, `tests/browser/hostile.test.mjs` in real browsers, where this crate runs as one
//! module. A line names gas and sentence, so both must be the same to the last unit and letter.
//!
//! [`speed`] is the work whose time is measured, natively and in the same module in a browser.

mod chain;
mod files;
mod guests;
pub mod large;
mod messages;
mod running;
pub mod speed;
#[cfg(target_arch = "wasm32")]
mod wasm;

/// One case of a row: what it is, and what came of it.
pub struct Case {
    pub row: u8,
    pub name: String,
    pub verdict: String,
}

/// All cases, by row.
#[must_use]
pub fn cases() -> Vec<Case> {
    let mut cases = files::cases();
    cases.extend(running::cases());
    cases.extend(messages::cases());
    cases.sort_by_key(|case| case.row);
    cases
}

/// Cases as text, one a line.
#[must_use]
pub fn text(cases: &[Case]) -> String {
    let line = |case: &Case| format!("{:02} {}: {}\n", case.row, case.name, case.verdict);
    cases.iter().map(line).collect()
}

fn case(row: u8, name: impl Into<String>, verdict: impl Into<String>) -> Case {
    Case {
        row,
        name: name.into(),
        // What a contract says may hold anything.
        verdict: verdict.into().replace('\n', "\\n"),
    }
}
