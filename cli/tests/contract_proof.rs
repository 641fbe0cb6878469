//! `contract proof`: a proof as the page copies it.

mod common;

use common::{refused, run_with};
use consensusforge_core::session::studio::StorageQuestion;
use consensusforge_core::session::{Session, presets};
use serde_json::json;

/// The text of a proof that a contract of a run stores what it stores, and the root it leads to.
fn proof(key: Option<&str>) -> (String, String) {
    let preset = presets().into_iter().find(|p| p.id == "escrow-liar");
    let mut session = Session::open(preset.expect("there is one").scenario).expect("possible");
    session.run_to(9_000_000);
    let contract = session.contracts()[0].address.clone();
    let question = StorageQuestion {
        contract: &contract,
        ..StorageQuestion::default()
    };
    let stored = session.stored(&question).expect("there");
    let key = key.unwrap_or(&stored.rows[0].key);
    let proof = session.prove_stored(&contract, key, 0, None);
    let proof = proof.expect("there");
    assert_eq!(proof.root, stored.root);
    (proof.text, proof.root)
}

#[test]
fn a_copied_proof_holds_under_its_root_and_no_other() {
    let (text, root) = proof(None);
    let check = |text: &str, more: &[&str]| {
        let arguments = [&["contract", "proof", "-"], more].concat();
        let answer = run_with(&arguments, text.as_bytes());
        (answer.code, answer.json())
    };
    // As it is copied, with whatever white space comes along.
    let (code, report) = check(&format!("\n {text}\n"), &["--root", &root]);
    assert_eq!((code, &report["holds"]), (0, &json!(true)), "{report}");
    assert_eq!(report["root"], json!(root));
    let contract = report["contract"].as_str().expect("an address");
    assert!(contract.starts_with("forge1"), "{contract}");
    assert!(report["value_hex"].is_string() && report["key"].is_string());
    let (code, report) = check(&text, &["--root", &"ab".repeat(32)]);
    assert_eq!((code, &report["holds"]), (1, &json!(false)));
    let sentence = report["sentence"].as_str().expect("a sentence");
    assert!(sentence.contains("not the one given"), "{sentence}");

    let (absent, _) = proof(Some("ffff"));
    let (code, report) = check(&absent, &[]);
    assert_eq!((code, &report["value_hex"]), (0, &json!(null)), "{report}");

    let last = if text.ends_with('0') { "1" } else { "0" };
    let changed = format!("{}{last}", &text[..text.len() - 1]);
    for wrong in [changed.as_str(), "", "hello", &text[..text.len() / 2]] {
        let (code, report) = check(wrong, &[]);
        assert_eq!((code, &report["holds"]), (1, &json!(false)), "{wrong}");
        assert!(report["sentence"].as_str().is_some_and(|s| !s.is_empty()));
    }
}

#[test]
fn what_cannot_be_read_is_no_verdict() {
    refused(
        &["contract", "proof", "/no/such"],
        b"",
        &["cannot read /no/such"],
    );
    let wrong_root = ["contract", "proof", "-", "--root", "xyz"];
    refused(&wrong_root, b"", &["--root", "64 hex digits"]);
}
