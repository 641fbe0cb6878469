//! Presets with CosmWasm contracts: what their line promises is what happens. And looking into a run:
//! questions to the past, storage, proofs, the microscope.

use consensusforge_core::base::digest::from_hex;
use consensusforge_core::base::slices::finish;
use consensusforge_core::session::scenario::model::{
    AdmissionSpec, Command, InputSpec, SubmitSpec,
};
use consensusforge_core::session::studio::StorageQuestion;
use consensusforge_core::session::view::MarkKind;
use consensusforge_core::session::{Session, presets};

fn play(id: &str, until: u64) -> Session {
    let preset = presets()
        .into_iter()
        .find(|p| p.id == id)
        .expect("there is one");
    let mut session = Session::open(preset.scenario).expect("possible");
    session.run_to(until);
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
    let question = InputSpec::Text(text.into());
    let said = finish(session.ask_then(&address, &question, node, height));
    match said.output {
        Some(hex) => String::from_utf8(from_hex(&hex).expect("hex")).expect("text"),
        None => said.error.expect("an answer or an error"),
    }
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

/// All that a user owned of a token, paid to one on one side of the fork and to another on the other.
#[test]
fn a_token_is_spent_twice_on_two_sides_of_a_fork() {
    let session = play("double-spend", 12_000_000);
    all_ok(&session);
    let mut receipts = session.receipts().into_iter();
    let (second, first) = (receipts.next().unwrap(), receipts.next().unwrap());
    assert_eq!(first.height, second.height);
    let who = |r: &consensusforge_core::session::view::ReceiptView| -> Vec<String> {
        r.roots.iter().map(|(name, _)| name.clone()).collect()
    };
    // Each honest validator executed one of the two, and two of them each.
    let honest = |r| who(r).into_iter().filter(|n| n.as_str() > "v3").count();
    assert_eq!((honest(&first), honest(&second)), (2, 2));
    assert!(who(&first).iter().all(|n| !who(&second).contains(n)));
    let people = session.people();
    let balance = |node: usize, person: usize| {
        let question = format!(
            r#"{{"balance":{{"address":"{}"}}}}"#,
            people[person].address
        );
        ask(&session, node, None, 0, &question)
    };
    let has = |amount: u32| format!(r#"{{"balance":"{amount}"}}"#);
    for node in 3..7 {
        let paid = who(&first).contains(&format!("v{}", node + 1));
        let (alice, bob) = if paid { (1_000, 0) } else { (0, 1_000) };
        assert_eq!(balance(node, 0), has(0));
        assert_eq!((balance(node, 1), balance(node, 2)), (has(alice), has(bob)));
    }
    let agreement = session.frame().verdicts;
    let agreement = agreement.iter().find(|v| v.monitor == "agreement");
    assert!(
        agreement.is_some_and(|v| v.sentence.contains("Agreement is violated")),
        "{agreement:?}"
    );
}

/// Without liars nobody takes the second, and a sentence says so.
#[test]
fn honest_validators_are_not_paid_twice() {
    let preset = presets().into_iter().find(|p| p.id == "double-spend");
    let mut scenario = preset.expect("there is one").scenario;
    scenario
        .commands
        .retain(|c| !matches!(c.command, Command::SetAdversary(_)));
    let mut session = Session::open(scenario).expect("possible");
    session.run_to(8_000_000);
    assert_eq!(session.receipts().len(), 2);
    let changed = session.chart(0, 10_000).marks.into_iter().any(|m| {
        matches!(m.what, MarkKind::Changed { sentence } if sentence.contains("none is Byzantine"))
    });
    assert!(changed);
}

/// What a sender allows is what its transaction may use, and no more than a block has.
#[test]
fn a_gas_limit_is_kept() {
    let preset = presets().into_iter().find(|p| p.id == "gas-burner");
    let mut scenario = preset.expect("there is one").scenario;
    let burn = scenario
        .commands
        .iter_mut()
        .find_map(|c| match &mut c.command {
            Command::Submit {
                action: SubmitSpec::Execute { .. },
                gas_limit,
                ..
            } => Some(gas_limit),
            _ => None,
        });
    *burn.expect("it burns") = Some(3_000_000);
    let mut session = Session::open(scenario.clone()).expect("possible");
    session.run_to(18_000_000);
    let receipt = &session.receipts()[1];
    assert_eq!(
        (receipt.gas_limit, receipt.gas_used),
        (Some(3_000_000), 3_000_000)
    );
    assert_eq!(receipt.status, "failed");
    scenario.execution.block_gas = 2_000_000;
    let why = Session::open(scenario).err().expect("too much").sentence;
    assert!(
        why.contains("above the 2000000 that a block may use"),
        "{why}"
    );
}

/// Calls come as a list, each with what it cost and all of it in its parent.
#[test]
fn a_receipt_shows_its_calls() {
    let session = play("factory", 9_500_000);
    let receipt = &session.receipts()[1];
    let shape: Vec<_> = receipt
        .calls
        .iter()
        .map(|c| {
            (
                c.depth,
                c.what.as_str(),
                c.to.as_ref().map(|t| t.0.as_str()),
            )
        })
        .collect();
    assert_eq!(
        shape,
        [
            (0, "execute", Some("cw-factory")),
            (1, "instantiate", Some("cw-counter")),
            (1, "reply", Some("cw-factory")),
        ]
    );
    let own = |at: usize| -> u64 { receipt.calls[at].gas_by.iter().map(|(_, gas)| gas).sum() };
    assert_eq!(
        receipt.calls[0].gas_used,
        own(0) + receipt.calls[1].gas_used + receipt.calls[2].gas_used
    );
    let failed = &session.receipts()[0].calls[1];
    assert!(failed.failed.is_some(), "{failed:?}");
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
    session.run_to(5_000_000);
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
    let seen = finish(session.microscope(0, 3, height).expect("both have it"));
    let divergence_time = seen.divergence_time.expect("they part");
    assert_eq!(
        (
            divergence_time.what.as_str(),
            divergence_time.entry.as_str()
        ),
        ("query", "call")
    );
    assert_eq!(divergence_time.seen.0, "1000000000000 gold");
    assert_eq!(divergence_time.seen.1, "1000000000001 gold");
    assert!(seen.before.is_empty() && !seen.after.is_empty());
    assert_ne!(seen.roots.0, seen.roots.1);
    // Between honest ones there is nothing to see.
    let same = finish(session.microscope(0, 1, height).expect("both have it"));
    assert!(
        same.divergence_time.is_none() && same.after.is_empty(),
        "{}",
        same.sentence
    );
    // The liar's own answer is another than the honest one.
    let told = |node| ask(&session, node, Some(height), 0, r#"{"seen":{}}"#);
    assert!(told(0).contains("1000000000000\"") && told(3).contains("1000000000001\""));
}

#[test]
fn a_receipt_is_an_honest_validators_though_the_liar_was_first() {
    let session = play("wrong-answers", 9_000_000);
    let receipt = &session.receipts()[0];
    // Else this shows nothing: the liar executed the block before anybody else.
    assert_eq!(receipt.roots[0].0, "v4");
    let said = receipt.events.join("\n");
    assert!(said.ends_with("amount=1000000000000"), "{said}");
}

#[test]
fn the_past_can_be_asked_compared_and_proved() {
    let session = play("escrow-liar", 9_000_000);
    let contract = session.contracts()[0].address.clone();
    let end = session.receipts()[0].height.expect("executed");
    let before = ask(&session, 0, Some(end - 1), 0, r#"{"status":{}}"#);
    assert!(before.contains(r#""paid_to":null"#), "{before}");
    let question = StorageQuestion {
        contract: &contract,
        height: Some(end),
        ..StorageQuestion::default()
    };
    let storage = session.stored(&question).expect("there");
    let [stored] = storage.rows.as_slice() else {
        panic!("{storage:?}");
    };
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
            .any(|d| d.key.as_deref() == Some(&stored.key))
    );

    let proof = session
        .prove_stored(&contract, &stored.key, 0, Some(end))
        .expect("there");
    assert_eq!(proof.root, storage.root);
    assert_eq!(proof.value, stored.value);
    let absent = session
        .prove_stored(&contract, "00", 0, Some(end))
        .expect("there");
    assert_eq!(absent.value, None);
    let far = ask(&session, 0, Some(10_000), 0, "{}");
    assert!(far.contains("has not come to height 10000 yet"), "{far}");
}
