//! SnapshotInspector into the ledger: storage at any height, differences, proofs, questions about the past.

use consensusforge_core::base::Hash;
use consensusforge_core::base::slices::finish;
use consensusforge_core::scenario::Scenario;
use consensusforge_core::scenario::model::{Command, InputSpec, SubmitSpec};
use consensusforge_core::session::Session;
use consensusforge_core::session::studio::{StorageQuestion, check_proof};

const SECOND: u64 = 1_000_000;

fn run(session: &mut Session, until: u64) {
    while !session.advance(until, 100_000).reached {}
}

/// A counter that was deployed and called twice, some blocks apart: the session, its address, and the
/// heights after the first and the second call.
fn counted() -> (Session, String, u64, u64) {
    let mut session = Session::open(Scenario::default()).unwrap();
    session.add_builtin("counter").unwrap();
    let submit = |session: &mut Session, action| {
        session
            .apply(Command::Submit {
                from: 0,
                action,
                gas_limit: None,
            })
            .unwrap();
    };
    let input = || InputSpec::Text(String::new());
    let contract = "counter".to_owned();
    submit(
        &mut session,
        SubmitSpec::Deploy {
            contract,
            input: input(),
        },
    );
    run(&mut session, 3 * SECOND);
    let address = session.contracts()[0].address.clone();
    let mut heights = Vec::new();
    for until in [6, 9] {
        let address = Hash::from_hex(&address).unwrap();
        submit(
            &mut session,
            SubmitSpec::Call {
                address,
                input: input(),
                value: 0,
            },
        );
        run(&mut session, until * SECOND);
        heights.push(session.receipts()[0].height.unwrap());
    }
    (session, address, heights[0], heights[1])
}

fn question(contract: &str, height: Option<u64>, since: Option<u64>) -> StorageQuestion<'_> {
    StorageQuestion {
        contract,
        height,
        since,
        ..StorageQuestion::default()
    }
}

#[test]
fn storage_is_seen_as_it_was_after_any_block_and_compared() {
    let (session, counter, first, second) = counted();
    let value = |height| {
        let view = session
            .stored(&question(&counter, Some(height), None))
            .unwrap();
        assert_eq!(view.height, height);
        view.rows.first().and_then(|r| r.value.clone())
    };
    let (one, two) = (value(first), value(second));
    assert!(
        one.is_some() && two.is_some() && one != two,
        "{one:?} {two:?}"
    );
    // A block later nothing has changed; between the calls one value has.
    assert_eq!(value(second - 1), one);
    let same = session
        .stored(&question(&counter, Some(second - 1), Some(first)))
        .unwrap();
    assert_eq!(same.found, 0);
    let changed = session
        .stored(&question(&counter, Some(second), Some(first)))
        .unwrap();
    assert_eq!(changed.found, 1);
    assert_eq!(
        (&changed.rows[0].before, &changed.rows[0].value),
        (&one, &two)
    );
    for (question, words) in [
        (
            question(&counter, Some(1_000_000), None),
            "has not come to height",
        ),
        (question("nonsense", None, None), "no address"),
        (question(&"0".repeat(64), None, None), "has no contract"),
        (
            StorageQuestion {
                node: 99,
                ..question(&counter, None, None)
            },
            "no such validator",
        ),
        // Before it was deployed.
        (question(&counter, Some(0), None), "has no contract"),
    ] {
        let said = session.stored(&question).unwrap_err().sentence;
        assert!(said.contains(words), "{said}");
    }
    let none = StorageQuestion {
        find: "zzz",
        ..question(&counter, None, None)
    };
    assert_eq!(session.stored(&none).unwrap().found, 0);
}

#[test]
fn a_question_can_be_about_the_past() {
    let (session, counter, first, second) = counted();
    let count = |height| {
        let input = InputSpec::Text(String::new());
        let said = finish(session.ask_then(&counter, &input, 1, height));
        assert_eq!(said.error, None);
        said.output.unwrap()
    };
    assert_ne!(count(Some(first)), count(Some(second)));
    assert_eq!(count(None), count(Some(second)));
}

#[test]
fn a_proof_leads_to_the_state_root_and_a_changed_one_does_not() {
    let (session, counter, first, second) = counted();
    let key = session
        .stored(&question(&counter, None, None))
        .unwrap()
        .rows[0]
        .key
        .clone();
    let proof = session
        .prove_stored(&counter, &key, 0, Some(first))
        .unwrap();
    let view = session
        .stored(&question(&counter, Some(first), None))
        .unwrap();
    assert_eq!(
        (&proof.root, &proof.value),
        (&view.root, &view.rows[0].value)
    );
    assert_eq!(check_proof(&proof.text).unwrap().root, proof.root);
    assert_ne!(
        session
            .prove_stored(&counter, &key, 0, Some(second))
            .unwrap()
            .root,
        proof.root
    );
    // An absent key is proved absent.
    let absent = session.prove_stored(&counter, "ffff", 0, None).unwrap();
    assert_eq!(absent.value, None);
    assert!(check_proof(&absent.text).is_ok());
    // Any digit changed, and it proves nothing.
    for at in (23..proof.text.len()).step_by(7) {
        let mut changed = proof.text.clone().into_bytes();
        changed[at] = match changed[at] {
            b':' => continue,
            b'0' => b'1',
            _ => b'0',
        };
        let changed = String::from_utf8(changed).unwrap();
        assert!(check_proof(&changed).is_err(), "digit {at}");
    }
}

#[test]
fn going_back_shows_the_past_as_it_was() {
    let (mut session, counter, first, _) = counted();
    let before = session
        .stored(&question(&counter, Some(first), None))
        .unwrap();
    while !session.seek(6 * SECOND, 100_000).reached {}
    let after = session
        .stored(&question(&counter, Some(first), None))
        .unwrap();
    assert_eq!(before.root, after.root);
}
