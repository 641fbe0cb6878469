//! Questions about contracts that are not there.

use super::scripted::scripted_chain;
use super::*;
use crate::ledger::journal::Journal;
use crate::ledger::questions;
use crate::vm::{Answer, NoAnswer, Order, Query};

fn asked(query: &Query) -> Result<Answer, NoAnswer> {
    let engine = scripted_chain().engine;
    let journal = Journal::new(&State::default());
    questions::look_up(&engine, &journal, &person(0), query)
}

/// wasmd looks into the store without asking whose it is: contracts test by it whether somebody is a
/// contract, and look up members of what is none.
#[test]
fn where_nobody_lives_nothing_is_stored() {
    let contract = Hash([9; 32]);
    let raw = Query::Raw {
        contract,
        key: b"k".to_vec(),
    };
    assert_eq!(asked(&raw), Ok(Answer::Bytes(Vec::new())));
    let range = Query::RawRange {
        contract,
        start: None,
        end: None,
        limit: 5,
        order: Order::Ascending,
    };
    let nothing = Answer::Range {
        pairs: Vec::new(),
        next: None,
    };
    assert_eq!(asked(&range), Ok(nothing));
    let nobody = Err(NoAnswer::NoSuchContract(contract));
    let smart = Query::Smart {
        contract,
        input: b"{}".to_vec(),
    };
    assert_eq!(asked(&smart), nobody);
    assert_eq!(asked(&Query::ContractInfo { contract }), nobody);
}
