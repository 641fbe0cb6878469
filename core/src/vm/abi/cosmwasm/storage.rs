//! `db_*`: the contract's own storage, value by value and as iterators over its keys.

use super::prices::{NEXT, PASSED, READ, REMOVE, SCAN, WRITE};
use super::{region, sections};
use crate::base::limits::{
    MAX_COSMWASM_KEY, MAX_COSMWASM_VALUE, MAX_ITERATOR_BYTES, MAX_ITERATORS,
};
use crate::vm::abi::{Guest, HostAction, KeyIterator, pay};
use crate::vm::{Failure, FailureKind, KeyRange, Order};

/// Fails where nothing may change.
///
/// # Errors
/// The sentence for it.
fn changes(guest: &dyn Guest, what: &str) -> Result<(), Failure> {
    if guest.context().is_read_only() {
        return Err(Failure::new(
            FailureKind::ReadOnly,
            format!("{what} was used in a query: a query may look and not change anything"),
        ));
    }
    Ok(())
}

pub fn read(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    let key = region::read(guest, "db_read: the key", args[0], MAX_COSMWASM_KEY)?;
    pay(guest, READ, key.len())?;
    let Some(value) = guest.host().get(&key) else {
        return Ok(HostAction::Value(0));
    };
    guest.charge(
        READ.category,
        READ.per_unit.saturating_mul(value.len() as u64),
    )?;
    Ok(HostAction::Give {
        what: "db_read: the value",
        bytes: value,
    })
}

pub fn write(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    changes(guest, "db_write")?;
    let key = region::read(guest, "db_write: the key", args[0], MAX_COSMWASM_KEY)?;
    let value = region::read(guest, "db_write: the value", args[1], MAX_COSMWASM_VALUE)?;
    // An empty key would look like the end of a walk to the contract.
    if key.is_empty() {
        return Err(Failure::bad_request(
            "db_write: an empty key cannot be used; give it at least one byte",
        ));
    }
    pay(guest, WRITE, key.len().saturating_add(value.len()))?;
    guest.host().set(&key, &value);
    Ok(HostAction::Value(0))
}

pub fn remove(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    changes(guest, "db_remove")?;
    let key = region::read(guest, "db_remove: the key", args[0], MAX_COSMWASM_KEY)?;
    pay(guest, REMOVE, key.len())?;
    if !key.is_empty() {
        guest.host().delete(&key);
    }
    Ok(HostAction::Value(0))
}

/// Begins a walk; the answer is its number, from 1.
pub fn scan(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    let start = region::read_optional(guest, "db_scan: the start", args[0], MAX_COSMWASM_KEY)?;
    let end = region::read_optional(guest, "db_scan: the end", args[1], MAX_COSMWASM_KEY)?;
    let order = match args[2] {
        1 => Order::Ascending,
        2 => Order::Descending,
        _ => {
            return Err(Failure::bad_request(
                "db_scan: the order is neither 1 (ascending) nor 2 (descending)",
            ));
        }
    };
    let walk = KeyIterator {
        start,
        end,
        order,
        done: false,
    };
    pay(guest, SCAN, walk.bytes())?;
    let state = guest.state();
    if state.iterators.len() >= MAX_ITERATORS {
        return Err(Failure::bad_request(format!(
            "db_scan: a call may open at most {MAX_ITERATORS} iterators"
        )));
    }
    hold(guest, 0, walk.bytes())?;
    let iterators = &mut guest.state().iterators;
    iterators.push(walk);
    Ok(HostAction::Value(iterators.len() as u64))
}

/// Keeps count of the bytes that the bounds of all iterators take.
fn hold(guest: &mut dyn Guest, before: usize, after: usize) -> Result<(), Failure> {
    let state = guest.state();
    state.iterator_bytes = state
        .iterator_bytes
        .saturating_sub(before)
        .saturating_add(after);
    if state.iterator_bytes > MAX_ITERATOR_BYTES {
        return Err(Failure::bad_request(format!(
            "db_scan: the bounds of all iterators of a call may have {MAX_ITERATOR_BYTES} bytes together"
        )));
    }
    Ok(())
}

/// One step of a walk; the walk continues behind the key it came to.
fn step(guest: &mut dyn Guest, what: &str, id: u64) -> Result<Option<Pair>, Failure> {
    let unknown = || Failure::bad_request(format!("{what}: there is no iterator {id}"));
    let index = usize::try_from(id)
        .ok()
        .and_then(|id| id.checked_sub(1))
        .ok_or_else(unknown)?;
    let iterators = &mut guest.state().iterators;
    // Taken out while the chain is asked.
    let mut walk = std::mem::take(iterators.get_mut(index).ok_or_else(unknown)?);
    let before = walk.bytes();
    let found = advance(guest, &mut walk);
    let after = walk.bytes();
    if let Some(place) = guest.state().iterators.get_mut(index) {
        *place = walk;
    }
    hold(guest, before, after)?;
    found
}

type Pair = (Vec<u8>, Vec<u8>);

fn advance(guest: &mut dyn Guest, walk: &mut KeyIterator) -> Result<Option<Pair>, Failure> {
    guest.charge(NEXT.category, NEXT.base)?;
    if walk.done {
        return Ok(None);
    }
    let max_skipped = guest.gas_left() / PASSED.per_unit;
    let step = guest.host().first(
        KeyRange {
            start: walk.start.as_deref(),
            end: walk.end.as_deref(),
            order: walk.order,
        },
        max_skipped,
    );
    guest.charge(
        PASSED.category,
        PASSED.per_unit.saturating_mul(step.skipped),
    )?;
    let Some((key, value)) = step.found else {
        walk.done = true;
        return Ok(None);
    };
    guest.charge(
        NEXT.category,
        NEXT.per_unit
            .saturating_mul(key.len().saturating_add(value.len()) as u64),
    )?;
    match walk.order {
        Order::Ascending => {
            let mut behind = key.clone();
            behind.push(0);
            walk.start = Some(behind);
        }
        Order::Descending => walk.end = Some(key.clone()),
    }
    Ok(Some((key, value)))
}

pub fn next(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    let (key, value) = step(guest, "db_next", args[0])?.unwrap_or_default();
    Ok(HostAction::Give {
        what: "db_next: the pair",
        bytes: sections::encode(&[&key, &value]),
    })
}

pub fn next_key(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    match step(guest, "db_next_key", args[0])? {
        Some((key, _)) => Ok(HostAction::Give {
            what: "db_next_key: the key",
            bytes: key,
        }),
        None => Ok(HostAction::Value(0)),
    }
}

pub fn next_value(guest: &mut dyn Guest, args: &[u64]) -> Result<HostAction, Failure> {
    match step(guest, "db_next_value", args[0])? {
        Some((_, value)) => Ok(HostAction::Give {
            what: "db_next_value: the value",
            bytes: value,
        }),
        None => Ok(HostAction::Value(0)),
    }
}
