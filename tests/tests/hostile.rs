//! The hostile catalogue natively: each of its 42 rows is there, and every line is the one that was agreed
//! on. `GOLDEN=write` writes the file anew; `tests/browser/hostile.test.mjs` holds browsers to the same lines.

use consensusforge_catalogue::{Case, cases, text};
use std::path::Path;
use std::sync::LazyLock;

static CASES: LazyLock<Vec<Case>> = LazyLock::new(cases);

#[test]
fn every_row_is_what_it_was_agreed_to_be() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/hostile.txt");
    let found = text(&CASES);
    if std::env::var("GOLDEN").is_ok_and(|how| how == "write") {
        std::fs::write(&file, &found).expect("writable");
        return;
    }
    let agreed = std::fs::read_to_string(&file).expect("committed");
    for (found, agreed) in found.lines().zip(agreed.lines()) {
        assert_eq!(found, agreed);
    }
    assert_eq!(found, agreed);
}

#[test]
fn no_row_is_missing_and_no_verdict_speaks_of_the_engine() {
    for row in 1..=42 {
        assert!(CASES.iter().any(|case| case.row == row), "row {row}");
    }
    for case in CASES.iter() {
        let name = format!("{} {}: {}", case.row, case.name, case.verdict);
        for word in ["wasmi", "wasmparser", "0x7f", "panicked at", "offset "] {
            assert!(!case.verdict.contains(word), "{name}");
        }
    }
}
