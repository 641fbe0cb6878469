use super::journal::Journal;
use super::*;

const CONTRACT: Address = Hash([0xc0; 32]);

fn value(text: &str) -> Option<Arc<[u8]>> {
    Some(text.as_bytes().into())
}

fn set(journal: &mut Journal, key: &str, text: &str) {
    journal.set_storage(CONTRACT, key.as_bytes(), value(text));
}

/// Transaction and call inside it: going back to the inner savepoint keeps the outer's writes.
#[test]
fn nested_savepoints_undo_their_own_writes() {
    let (_, state) = start();
    let mut journal = Journal::new(&state);
    let transaction = journal.savepoint();
    assert!(journal.take(&person(0), "gold", 10));
    set(&mut journal, "k", "outer");
    let call = journal.savepoint();
    assert!(journal.give(&person(1), "gold", 10));
    set(&mut journal, "k", "inner");
    journal.set_storage(CONTRACT, b"k", None);
    journal.emit(Event::Said {
        contract: CONTRACT,
        data: Vec::new(),
    });
    let wasm: Arc<[u8]> = (*b"module").into();
    let contract = Contract {
        code: Hash([1; 32]),
        creator: person(0),
    };
    journal.keep_code(contract.code, &wasm);
    journal.set_contract(CONTRACT, contract);

    journal.roll_back(call);
    assert_eq!(journal.storage(&CONTRACT, b"k"), value("outer"));
    assert_eq!(journal.balance(&person(0), "gold"), RICH - 10);
    assert_eq!(journal.balance(&person(1), "gold"), RICH);
    assert_eq!(journal.contract(&CONTRACT), None);
    assert_eq!(journal.code(&Hash([1; 32])), None);

    journal.roll_back(transaction);
    let (events, changes) = journal.settle();
    assert!(events.is_empty() && changes.is_empty());
    assert_eq!(journal.into_state().root(), state.root());
}

/// The page's list has each key once, from the value before the transaction to the one after it.
#[test]
fn changes_are_listed_once_and_only_if_they_last() {
    let (_, state) = start();
    let mut journal = Journal::new(&state);
    set(&mut journal, "kept", "1");
    set(&mut journal, "back", "1");
    journal.settle();

    set(&mut journal, "kept", "2");
    set(&mut journal, "back", "2");
    set(&mut journal, "kept", "3");
    set(&mut journal, "back", "1");
    journal.set_storage(CONTRACT, b"never", None);
    let (_, changes) = journal.settle();
    let expected = StorageChange {
        contract: CONTRACT,
        key: (*b"kept").into(),
        before: value("1"),
        after: value("3"),
    };
    assert_eq!(changes, [expected]);
}

#[test]
fn amounts_never_overflow_nor_go_below_zero() {
    let mut journal = Journal::new(&State::default());
    assert!(journal.give(&person(0), "gold", u128::MAX));
    assert!(!journal.give(&person(0), "gold", 1));
    assert!(!journal.take(&person(1), "gold", 1));
    assert!(journal.take(&person(0), "gold", u128::MAX));
    assert_eq!(journal.into_state(), State::default());
}
