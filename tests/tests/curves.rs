//! A contract that computes on every curve (`contracts/curves.wat`): its answers are the known ones, and
//! gas, storage and state root are those of `golden/curves.json`, which the browser suite holds the page
//! against. `GOLDEN=write` rewrites it: then the commit says why.

use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::{
    Command, ContractSpec, InputSpec, SubmitSpec, TimedCommand,
};
use consensusforge_core::session::view::ReceiptView;
use consensusforge_core::session::{Session, open_link};
use consensusforge_tests::replay;
use serde_json::{Value, json};

const SOURCE: &str = include_str!("../contracts/curves.wat");
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/curves.json");

/// Stored at 0.5 s, made at 2 s, called at 3.5 s, looked at after six seconds.
fn run() -> Session {
    let mut session = Session::open(Scenario::default()).expect("possible");
    let wasm = wat::parse_str(SOURCE).expect("a module");
    session.add_contract("curves", &wasm).expect("admitted");
    let contracts: Vec<ContractSpec> = session.scenario().contracts.clone();
    // All curves together cost a little more than what is usual.
    let at = |ms: u64, action: SubmitSpec| TimedCommand {
        at_us: ms * 1_000,
        command: Command::Submit {
            from: 0,
            action,
            gas_limit: Some(45_000_000),
        },
    };
    let nothing = || InputSpec::Text("{}".into());
    let made = consensusforge_core::types::bech32::encode(
        &consensusforge_core::ledger::addresses::instantiated(1, 1),
    );
    let scenario = Scenario {
        title: "Every curve".into(),
        contracts,
        commands: vec![
            at(
                500,
                SubmitSpec::Store {
                    contract: "curves".into(),
                },
            ),
            at(
                2_000,
                SubmitSpec::Instantiate {
                    code_id: 1,
                    msg: nothing(),
                    funds: Vec::new(),
                    label: "curves".into(),
                    admin: None,
                    salt: None,
                },
            ),
            at(
                3_500,
                SubmitSpec::Execute {
                    contract: made,
                    msg: nothing(),
                    funds: Vec::new(),
                },
            ),
        ],
        ..Scenario::default()
    };
    let mut session = Session::open(scenario).expect("possible");
    session.run_to(6_000_000);
    session
}

fn called(session: &Session) -> ReceiptView {
    let receipt = session.receipts().swap_remove(0);
    assert_eq!((receipt.status.as_str(), &receipt.error), ("ok", &None));
    receipt
}

fn stored(receipt: &ReceiptView, key: &str) -> String {
    let key: String = key.bytes().map(|b| format!("{b:02x}")).collect();
    let found = receipt.changes.iter().find(|(_, k, _, _)| *k == key);
    found.and_then(|c| c.3.clone()).expect("written")
}

#[test]
fn every_curve_answers_as_it_must_and_costs_what_it_did() {
    let session = run();
    let receipt = called(&session);
    // Good, of another message, of another key, good, good; a sum was made; the pairings are equal.
    assert_eq!(stored(&receipt, "answers"), "00010100000000");
    // The key that signed: the vector's own.
    assert!(stored(&receipt, "recovered").starts_with("04051c1ee2190ecfb174"));
    assert_eq!(stored(&receipt, "g2").len(), 192);
    let crypto = receipt.gas_by.iter().find(|(name, _)| name == "crypto");
    assert!(
        crypto.is_some_and(|(_, gas)| *gas > 30_000_000),
        "{crypto:?}"
    );
    let end = session.expected();
    let link = session.link().fragment;
    let now = json!({
        "link": link,
        "steps": end.steps,
        "digest": end.digest,
        "gas": receipt.gas_used,
        "root": receipt.roots[0].1,
    });
    if std::env::var("GOLDEN").is_ok_and(|v| v == "write") {
        let text = serde_json::to_string_pretty(&now).expect("an object") + "\n";
        std::fs::write(GOLDEN, text).expect("tests/golden can be written");
    }
    let golden: Value =
        serde_json::from_str(&std::fs::read_to_string(GOLDEN).expect("is there")).expect("is JSON");
    assert_eq!(now, golden);
}

/// The committed link is what the page opens.
#[test]
fn the_committed_link_runs_to_the_same_end() {
    let golden: Value =
        serde_json::from_str(&std::fs::read_to_string(GOLDEN).expect("is there")).expect("is JSON");
    let opened = open_link(golden["link"].as_str().expect("a link")).expect("opens");
    let expected = opened.expected.expect("says where it ends");
    let mut session = Session::open(opened.scenario).expect("possible");
    let replay = replay(&mut session, &expected);
    assert!(replay.matches, "{}", replay.sentence);
    assert_eq!(Value::from(called(&session).gas_used), golden["gas"]);
}
