//! The divergence microscope: one height executed again at two validators, and the first place where they
//! part: a host call, a key, an amount of gas, or nothing but the state itself.

use super::Session;
use super::differences::{Difference, differences};
use super::view::Problem;
use crate::base::Slices;
use crate::ledger::{HostCall, RecordedCall};
use crate::types::{NodeId, bech32};
use crate::world::Reexecution;
use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Two validators and one height.
#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct Microscope {
    /// The height that is compared.
    pub height: u64,
    /// Names of the one and the other validator.
    pub validators: (String, String),
    /// Digests of the two blocks executed.
    pub blocks: (String, String),
    /// State roots after them.
    pub roots: (String, String),
    /// One sentence on where they part, or that they do not.
    pub sentence: String,
    /// Where the two executions first differ.
    pub divergence_time: Option<Parting>,
    /// What differed before this block already.
    pub before: Vec<Difference>,
    /// What differs after it.
    pub after: Vec<Difference>,
}

/// The first difference on the way.
#[derive(Clone, Debug)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
pub struct Parting {
    /// Place of the transaction in the block, from 0.
    pub transaction: Option<u32>,
    /// The contract, as `forge1...`, and which entry point ran.
    pub contract: String,
    /// Name of the entry point.
    pub entry: String,
    /// How many calls of contracts, and within this one how many host calls, went alike before.
    pub call: u64,
    /// Host calls within that call that were equal before.
    pub host_call: Option<u64>,
    /// `read`, `write`, `query`, ..., or `gas`, or `answer`.
    pub what: String,
    /// The key, address or question.
    pub about: String,
    /// What the one and the other saw.
    pub seen: (String, String),
    /// The host calls just before, which went alike.
    pub alike: Vec<String>,
}

/// Host calls shown before the divergence_time.
const CONTEXT: usize = 5;

impl Session {
    /// Executes the final block of `height` again at two nodes, each on its own state and in its own way.
    /// That may take many slices.
    ///
    /// # Errors
    /// A sentence, when one of them has no such block or has forgotten the state before it.
    pub fn microscope(
        &self,
        one: usize,
        other: usize,
        height: u64,
    ) -> Result<Slices<'static, Microscope>, Problem> {
        let id = |node: usize| NodeId(u16::try_from(node).unwrap_or(u16::MAX));
        let again = |node: usize| {
            self.sim.execute_again(id(node), height).ok_or_else(|| {
                Problem::new(format!(
                    "validator {} cannot execute height {height} again: it has not decided that height, or no longer keeps the state before it. Move the run to just after that height",
                    node + 1
                ))
            })
        };
        let (a, b) = (again(one)?, again(other)?);
        let name = |node: usize| self.sim.trace().head.node_name(id(node));
        let names = (name(one), name(other));
        let before =
            self.differences((one, height.checked_sub(1)), (other, height.checked_sub(1)))?;
        Ok(Box::pin(async move {
            compared(height, names, before, &a.await, &b.await)
        }))
    }
}

fn compared(
    height: u64,
    names: (String, String),
    before: Vec<Difference>,
    a: &Reexecution,
    b: &Reexecution,
) -> Microscope {
    let divergence_time = part(&a.recording.calls, &b.recording.calls);
    let after = differences(&a.execution.state, &b.execution.state);
    let same_block = a.block.id() == b.block.id();
    Microscope {
        height,
        blocks: (a.block.id().to_string(), b.block.id().to_string()),
        roots: (a.execution.root.to_string(), b.execution.root.to_string()),
        sentence: sentence(&names, &divergence_time, &before, &after, same_block),
        validators: names,
        divergence_time,
        before,
        after,
    }
}

fn sentence(
    (one, other): &(String, String),
    divergence_time: &Option<Parting>,
    before: &[Difference],
    after: &[Difference],
    same_block: bool,
) -> String {
    let start = if same_block {
        String::new()
    } else {
        format!("{one} and {other} decided different blocks. ")
    };
    let rest = match (divergence_time, before.is_empty(), after.is_empty()) {
        (Some(p), ..) => format!(
            "{one} and {other} diverge at a {} in the contract's {}: {one} saw {}, {other} saw {}.",
            p.what, p.entry, p.seen.0, p.seen.1
        ),
        (None, true, true) => format!("{one} and {other} agree at every step and in every key."),
        (None, true, false) => format!(
            "Every contract received the same answers, but the states differ in {} places: the executor itself is wrong.",
            after.len()
        ),
        (None, false, _) => format!(
            "The contracts of this block behaved the same; {one} and {other} had already diverged, in {} places.",
            before.len()
        ),
    };
    start + &rest
}

fn part(one: &[RecordedCall], other: &[RecordedCall]) -> Option<Parting> {
    let length = one.len().max(other.len());
    for index in 0..length {
        let (a, b) = match (one.get(index), other.get(index)) {
            (Some(a), Some(b)) if a == b => continue,
            (Some(a), Some(b)) => (a, b),
            (Some(only), None) | (None, Some(only)) => {
                let ran = |there: bool| if there { "ran" } else { "did not run" }.to_owned();
                let seen = (ran(index < one.len()), ran(index < other.len()));
                return Some(divergence_time(only, index, None, "call", "", seen));
            }
            (None, None) => return None,
        };
        if (a.contract, a.entry, &a.input) != (b.contract, b.entry, &b.input) {
            let say = |c: &RecordedCall| {
                format!(
                    "{} of {} with {}",
                    c.entry.name(),
                    bech32::encode(&c.contract),
                    String::from_utf8_lossy(&c.input)
                )
            };
            return Some(divergence_time(
                a,
                index,
                None,
                "call",
                "",
                (say(a), say(b)),
            ));
        }
        let calls = a.host.len().max(b.host.len());
        let differs = (0..calls).find(|i| a.host.get(*i) != b.host.get(*i));
        if let Some(at) = differs {
            let say = |call: Option<&HostCall>| {
                call.map_or("nothing".to_owned(), |c| {
                    if c.value.is_empty() {
                        format!("{} {}", c.what, c.about)
                    } else {
                        c.value.clone()
                    }
                })
            };
            let (x, y) = (a.host.get(at), b.host.get(at));
            let first = x.or(y)?;
            return Some(divergence_time(
                a,
                index,
                Some(at),
                first.what,
                &first.about,
                (say(x), say(y)),
            ));
        }
        if a.gas_used != b.gas_used {
            let seen = (a.gas_used.to_string(), b.gas_used.to_string());
            return Some(divergence_time(
                a,
                index,
                None,
                "gas",
                "gas used by the call",
                seen,
            ));
        }
        let say = |c: &RecordedCall| match &c.result {
            Ok(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Err(why) => why.clone(),
        };
        return Some(divergence_time(
            a,
            index,
            None,
            "answer",
            "",
            (say(a), say(b)),
        ));
    }
    None
}

fn divergence_time(
    call: &RecordedCall,
    index: usize,
    host_call: Option<usize>,
    what: &str,
    about: &str,
    seen: (String, String),
) -> Parting {
    let end = host_call.unwrap_or(call.host.len());
    let alike = call.host.iter().take(end).skip(end.saturating_sub(CONTEXT));
    Parting {
        transaction: call.transaction,
        contract: bech32::encode(&call.contract),
        entry: call.entry.name().into(),
        call: index as u64,
        host_call: host_call.map(|i| i as u64),
        what: what.into(),
        about: about.into(),
        seen,
        alike: alike
            .map(|c| format!("{} {} {}", c.what, c.about, c.value))
            .collect(),
    }
}
