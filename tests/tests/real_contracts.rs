//! Presets with CosmWasm contracts: what their line promises is what happens. And looking into a run:
//! questions to the past, storage, proofs, the microscope.

use consensusforge_core::session::scenario::model::{AdmissionSpec, InputSpec};
use consensusforge_core::session::{Session, check_proof, presets};

fn play(id: &str, until: u64) -> Session {
    let preset = presets()
        .into_iter()
        .find(|p| p.id == id)
        .expect("there is one");
    let mut session = Session::open(preset.scenario).expect("possible");
    session.advance(until, u64::MAX);
    session
}

/// Status and error of each submission, oldest first.
fn ends(session: &Session) -> Vec<(String, String)> {
    let receipts = session.receipts().into_iter().rev();
    receipts
        .map(|r| (r.status, r.error.unwrap_or_default()))
        .collect()
}

fn ask(session: &Session, node: usize, height: Option<u64>, contract: usize, text: &str) -> String {
    let address = session.contracts()[contract].address.clone();
    let asked = session
        .ask(node, height, &address, &InputSpec::Text(text.into()))
        .expect("there is a state");
    asked.text.or(asked.error).unwrap_or_default()
}

fn all_ok(session: &Session) {
    for (status, error) in ends(session) {
        assert_eq!((status.as_str(), error.as_str()), ("ok", ""));
    }
}

#[test]
fn the_escrow_is_released_although_v4_lies() {
    let session = play("escrow-liar", 9_000_000);
    all_ok(&session);
    assert_eq!(ends(&session).len(), 3);
    let status = ask(&session, 0, None, 0, r#"{"status":{}}"#);
    assert!(status.contains(r#""paid_to":"forge1"#), "{status}");
    let receipt = &session.receipts()[0];
    let root = |name: &str| {
        receipt
            .roots
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, root)| root)
    };
    assert_eq!(root("v1"), root("v2"));
    assert_eq!(root("v1"), root("v3"));
    assert_ne!(root("v1"), root("v4"));
}

#[test]
fn the_best_bid_comes_too_late() {
    let session = play("auction-censored", 22_000_000);
    let ends = ends(&session);
    assert_eq!(ends[2].0, "ok", "{ends:?}");
    assert!(ends[3].1.contains("the auction is over"), "{ends:?}");
    assert_eq!(ends[4].0, "ok", "{ends:?}");
    let auction = ask(&session, 0, None, 0, r#"{"auction":{}}"#);
    assert!(
        auction.contains(r#""amount":"20""#) && auction.contains(r#""closed":true"#),
        "{auction}"
    );
}

#[test]
fn the_burner_pays_and_slows_the_chain() {
    let session = play("gas-burner", 18_000_000);
    let ends = ends(&session);
    assert!(ends[2].1.contains("ran out of gas"), "{ends:?}");
    assert_eq!(session.receipts()[1].gas_used, 40_000_000);
    assert_eq!(ends[3].0, "ok", "{ends:?}");
    assert!(session.receipts()[0].gas_used < 4_000_000);
}

#[test]
fn the_factory_knows_its_child_and_why_the_other_failed() {
    let session = play("factory", 11_000_000);
    all_ok(&session);
    let known = session.contracts();
    assert_eq!(known.len(), 2);
    let factory = known
        .iter()
        .position(|c| c.name == "cw-factory")
        .expect("made");
    let children = ask(&session, 0, None, factory, r#"{"children":{}}"#);
    assert!(children.contains(r#""children":["forge1"#), "{children}");
    assert!(children.contains("expected u64"), "{children}");
}

/// The samples are built by a compiler of today, which copies memory at once.
#[test]
fn a_strict_chain_stores_no_module_of_today() {
    let mut preset = presets()
        .into_iter()
        .find(|p| p.id == "factory")
        .expect("there is one");
    preset.scenario.execution.admission = AdmissionSpec::Strict;
    let mut session = Session::open(preset.scenario).expect("possible");
    session.advance(5_000_000, u64::MAX);
    let ends = ends(&session);
    for (_, why) in &ends[..2] {
        assert!(
            why.contains("bulk memory") || why.contains("memory."),
            "{ends:?}"
        );
    }
    assert!(session.contracts().is_empty());
    let modern = include_bytes!("../../contracts/wasm/cw-counter.wasm");
    let why = session
        .add_contract("mine", modern)
        .expect_err("as on the chain");
    assert!(why.sentence.contains("memory"), "{}", why.sentence);
}

#[test]
fn the_microscope_finds_the_question_where_a_liar_parts() {
    let session = play("wrong-answers", 9_000_000);
    all_ok(&session);
    let height = session.receipts()[0].height.expect("executed");
    let seen = session.microscope(0, 3, height).expect("both have it");
    let parting = seen.parting.expect("they part");
    assert_eq!(
        (parting.what.as_str(), parting.entry.as_str()),
        ("query", "call")
    );
    assert_eq!(parting.seen.0, "1000000000000 gold");
    assert_eq!(parting.seen.1, "1000000000001 gold");
    assert!(seen.before.is_empty() && !seen.after.is_empty());
    assert_ne!(seen.roots.0, seen.roots.1);
    // Between honest ones there is nothing to see.
    let same = session.microscope(0, 1, height).expect("both have it");
    assert!(
        same.parting.is_none() && same.after.is_empty(),
        "{}",
        same.sentence
    );
    // The liar's own answer is another than the honest one.
    let told = |node| ask(&session, node, Some(height), 0, r#"{"seen":{}}"#);
    assert!(told(0).contains("1000000000000\"") && told(3).contains("1000000000001\""));
}

#[test]
fn the_past_can_be_asked_compared_and_proved() {
    let session = play("escrow-liar", 9_000_000);
    let contract = session.contracts()[0].address.clone();
    let end = session.receipts()[0].height.expect("executed");
    let before = ask(&session, 0, Some(end - 1), 0, r#"{"status":{}}"#);
    assert!(before.contains(r#""paid_to":null"#), "{before}");
    let storage = session.storage(0, Some(end), &contract, "").expect("there");
    assert_eq!(storage.total, 1);
    let changed = session
        .differences((0, Some(end - 1)), (0, Some(end)))
        .expect("both there");
    assert!(
        changed.iter().any(|d| d.what.ends_with("in gold")),
        "{changed:?}"
    );
    assert!(
        changed
            .iter()
            .any(|d| d.key.as_deref() == Some(&storage.entries[0].0))
    );

    let mut proof = session
        .proof(0, Some(end), &contract, &storage.entries[0].0)
        .expect("there");
    assert_eq!(proof.root, storage.root);
    assert!(check_proof(&proof).is_ok());
    let absent = session.proof(0, Some(end), &contract, "00").expect("there");
    assert_eq!(absent.value, None);
    assert!(check_proof(&absent).is_ok());
    proof.value = Some("00".into());
    assert!(check_proof(&proof).is_err());
    let far = session.ask(0, Some(10_000), &contract, &InputSpec::Text("{}".into()));
    assert!(far.is_err());
}
