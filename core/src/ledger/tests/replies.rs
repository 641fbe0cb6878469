//! What a contract hears of the messages it sent: replies, events, errors.

use super::messages::*;
use super::scripted::*;
use super::*;

#[test]
fn a_reply_hears_what_was_made_and_what_was_announced() {
    let (chain, state, a, _) = two();
    let child = vec![Op::Announce("wasm".into()), Op::Data(b"x".to_vec())];
    let note = [Op::NoteReply(b"heard".to_vec())];
    let script = [sent(
        What::Instantiate(1, child, None),
        SUCCESS,
        None,
        &note,
    )];
    let done = run(&chain, &state, vec![execute(3, a, &script, Vec::new())]);
    let made = addresses::instantiated(1, 3);
    assert!(done.state.contract(&made).is_some());
    let heard = stored(&done.state, a, b"heard").unwrap();
    assert!(
        heard.contains("Instantiated") && heard.contains("[120]"),
        "{heard}"
    );
    assert!(heard.ends_with(r#"["instantiate", "wasm"]"#), "{heard}");
    let kinds: Vec<String> = done.receipts[0]
        .events
        .iter()
        .map(|e| e.to_typed().kind)
        .collect();
    assert_eq!(kinds, ["execute", "instantiate", "wasm", "reply"]);
    // Sorted in place, as in wasmd: the receipt has them so too.
    let announced = done.receipts[0].events[2].to_typed();
    let keys: Vec<&str> = announced
        .attributes
        .iter()
        .map(|(k, _)| k.as_str())
        .collect();
    assert_eq!(keys, ["a", "b", "b"]);
}

/// wasmd's dispatcher: attributes by key, those of one key as they were; nothing of the bank's.
#[test]
fn a_reply_hears_sorted_attributes_of_contracts_only() {
    let (chain, state, a, b) = two();
    let note = [Op::NoteEvents(b"heard".to_vec())];
    let heard = |what| {
        let script = [sent(what, SUCCESS, None, &note)];
        let done = run(&chain, &state, vec![execute(3, a, &script, Vec::new())]);
        assert!(done.receipts[0].result.is_ok());
        stored(&done.state, a, b"heard").unwrap()
    };
    let text = heard(What::Execute(b, vec![Op::Announce("wasm".into())], 0));
    assert!(
        text.contains(r#"[("a", "3"), ("b", "2"), ("b", "1")]"#),
        "{text}"
    );
    assert_eq!(heard(What::Send(b, 1)), "[]");
}

#[test]
fn a_failed_message_leaves_no_event() {
    let (chain, state, a, b) = two();
    let child = vec![Op::Announce("wasm".into()), Op::Fail("no".into())];
    let script = [sent(What::Execute(b, child, 0), ERROR, None, &[])];
    let done = run(&chain, &state, vec![execute(3, a, &script, Vec::new())]);
    let kinds: Vec<String> = done.receipts[0]
        .events
        .iter()
        .map(|e| e.to_typed().kind)
        .collect();
    assert_eq!(kinds, ["execute", "reply"]);
    let tree = done.receipts[0].calls.clone().unwrap();
    assert_eq!(tree.children[0].failed.as_deref(), Some("no"));
    assert_eq!(tree.children[1].reply_to, Some(7));
}

/// wasmd's numbers, and a contract's own words where it hands them on.
#[test]
fn a_reply_hears_module_and_number_of_an_error_or_the_contracts_own_words() {
    let (chain, state, a, b) = two();
    let nobody = Hash([7; 32]);
    let fail = || vec![Op::Fail("no".into())];
    let never = |what| sent(what, NEVER, None, &[]);
    let table = [
        (
            What::Execute(b, fail(), 0),
            "no: execute wasm contract failed",
        ),
        (
            What::Instantiate(1, fail(), None),
            "no: instantiate wasm contract failed",
        ),
        (
            What::Migrate(b, 1, fail()),
            // Only its admin may: a is not.
            "codespace: sdk, code: 4",
        ),
        // Through an execute the words of the one below stay, through all else its number.
        (
            What::Execute(b, vec![never(What::Execute(a, fail(), 0))], 0),
            "no: execute wasm contract failed",
        ),
        (
            What::Instantiate(1, vec![never(What::Execute(a, fail(), 0))], None),
            "codespace: wasm, code: 5",
        ),
        (
            What::Execute(b, vec![sent(What::Send(a, 0), ALWAYS, None, &fail())], 0),
            "codespace: wasm, code: 5",
        ),
        (What::Send(b, 101), "codespace: sdk, code: 5"),
        (What::Execute(b, vec![], 101), "codespace: sdk, code: 5"),
        (
            What::Execute(nobody, vec![], 0),
            "codespace: wasm, code: 22",
        ),
        (
            What::Instantiate(9, vec![], None),
            "codespace: wasm, code: 28",
        ),
        (What::Migrate(nobody, 1, vec![]), "codespace: sdk, code: 18"),
        (What::SetAdmin(b, Some(a)), "codespace: wasm, code: 10"),
        (What::SetAdmin(b, Some(b)), "codespace: sdk, code: 4"),
    ];
    for (what, heard) in table {
        let shown = format!("{what:?}");
        let script = [sent(
            what,
            ERROR,
            Some(50_000),
            &[Op::NoteReply(b"heard".to_vec())],
        )];
        let done = run(&chain, &state, vec![execute(3, a, &script, Vec::new())]);
        assert!(done.receipts[0].result.is_ok(), "{shown}");
        let found = stored(&done.state, a, b"heard").unwrap();
        assert_eq!(found, format!("failed: {heard}"), "{shown}");
    }
    let burn = What::Execute(b, vec![Op::Burn], 0);
    let script = [sent(
        burn,
        ERROR,
        Some(5_000),
        &[Op::NoteReply(b"heard".to_vec())],
    )];
    let done = run(&chain, &state, vec![execute(3, a, &script, Vec::new())]);
    let found = stored(&done.state, a, b"heard").unwrap();
    assert_eq!(found, "failed: codespace: sdk, code: 11");
}

/// A question that fails is told the asked contract's own words, with wasmd's behind them.
#[test]
fn a_question_hears_the_words_of_the_contract_asked() {
    let (chain, state, a, b) = two();
    let script = [Op::Ask(b"heard".to_vec(), b, vec![Op::Fail("no".into())])];
    let done = run(&chain, &state, vec![execute(3, a, &script, Vec::new())]);
    let found = stored(&done.state, a, b"heard").unwrap();
    assert!(
        found.contains(r#"why: "no", heard: "no: query wasm contract failed""#),
        "{found}"
    );
}

#[test]
fn coins_that_go_along_are_announced_as_the_bank_does_and_heard_by_the_reply() {
    let (chain, state, a, b) = two();
    let note = [Op::NoteReply(b"heard".to_vec())];
    let script = [sent(What::Execute(b, vec![], 5), SUCCESS, None, &note)];
    let done = run(&chain, &state, vec![execute(3, a, &script, Vec::new())]);
    let heard = stored(&done.state, a, b"heard").unwrap();
    assert!(
        heard.ends_with(r#"["coin_spent", "coin_received", "transfer", "execute"]"#),
        "{heard}"
    );
}
