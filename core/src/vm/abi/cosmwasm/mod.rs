//! CosmWasm, `interface_version_8`: the contracts that cosmwasm-std 1, 2 and 3 make, unmodified.
//!
//! Bytes travel in regions (`region.rs`) that the contract allocates; arguments and results are JSON
//! (`arguments.rs`, `response.rs`, `messages.rs`, `query.rs`). `imports.rs` is the table, `prices.rs` what
//! it costs. Everything a contract hands over is untrusted and checked where it is read.

mod address;
mod arguments;
mod check;
mod coins;
pub mod curves;
mod debug;
mod imports;
pub mod json;
mod messages;
pub mod prices;
mod protobuf;
mod querier;
mod query;
mod region;
mod response;
pub mod sections;
pub mod stargate;
mod storage;

pub use imports::IMPORTS;

use super::{Abi, Entrance, Guest, HostAction, Import, Operators};
use crate::base::limits::{MAX_CALL_BYTES, MAX_RESULT_BYTES};
use crate::vm::gas::Price;
use crate::vm::module::{ModuleInterface, ModuleShape, Profile, Refusal};
use crate::vm::{Answered, Entry, Failure, FailureKind, Query, Response};

/// The interface of CosmWasm contracts, as cosmwasm-std 1 to 3 speak it.
pub struct CosmWasm;

/// Module of its imports.
pub const MODULE: &str = "env";
/// The export by which a contract says that it speaks it.
pub const MARKER: &str = "interface_version_8";
const ALLOCATE: &str = "allocate";
const DEALLOCATE: &str = "deallocate";
/// Of an error's text; a longer one is cut.
pub const MAX_ERROR_BYTES: usize = 4 << 10;

/// The export behind an entry.
#[must_use]
pub fn export(entry: Entry) -> &'static str {
    match entry {
        Entry::Init => "instantiate",
        Entry::Call => "execute",
        Entry::View => "query",
        Entry::Migrate => "migrate",
        Entry::Sudo => "sudo",
        Entry::Reply => "reply",
    }
}

impl Abi for CosmWasm {
    fn name(&self) -> &'static str {
        "cosmwasm"
    }

    fn marker(&self) -> &'static str {
        MARKER
    }

    fn module(&self) -> &'static str {
        MODULE
    }

    fn imports(&self) -> &'static [Import] {
        IMPORTS
    }

    fn profile(&self, chain: Profile) -> Profile {
        chain
    }

    fn operators(&self) -> Operators {
        Operators::Weighted
    }

    fn call_price(&self) -> Price {
        prices::HOST_CALL
    }

    fn near_miss(&self, shape: &ModuleShape) -> Option<Refusal> {
        check::near_miss(shape)
    }

    fn check(&self, shape: &ModuleShape, profile: Profile) -> Result<ModuleInterface, Refusal> {
        check::check(shape, profile)
    }

    fn enter(&self, guest: &mut dyn Guest) -> Result<Entrance, Failure> {
        let entry = guest.context().entry;
        let function = export(entry);
        let Some(arity) = guest.arity(function) else {
            return Err(Failure::new(
                FailureKind::NoEntry,
                format!("the contract has no entry point `{function}`"),
            ));
        };
        Ok(Entrance::Call {
            function,
            arguments: arguments_of(guest, entry, arity)?,
        })
    }

    fn leave(&self, guest: &mut dyn Guest, pointer: u64) -> Result<Response, Failure> {
        let result = region::read(guest, "the contract's result", pointer, MAX_RESULT_BYTES)?;
        if guest.context().entry == Entry::View {
            response::read_answer(guest, &result)
        } else {
            response::read(guest, &result)
        }
    }

    fn allocator(&self) -> &'static str {
        ALLOCATE
    }

    fn fill(
        &self,
        guest: &mut dyn Guest,
        what: &str,
        pointer: u64,
        bytes: &[u8],
    ) -> Result<(), Failure> {
        region::write(guest, what, pointer, bytes)
    }

    fn answered(
        &self,
        guest: &mut dyn Guest,
        asked: &Query,
        answered: Answered,
    ) -> Result<HostAction, Failure> {
        querier::answered(guest, asked, answered)
    }
}

type Argument = (&'static str, Vec<u8>);

fn arguments_of(
    guest: &mut dyn Guest,
    entry: Entry,
    arity: usize,
) -> Result<Vec<Argument>, Failure> {
    let ctx = guest.context();
    if ctx.input.len() > MAX_CALL_BYTES {
        return Err(Failure::bad_request(format!(
            "the message has {} bytes, more than the limit of {MAX_CALL_BYTES}",
            ctx.input.len()
        )));
    }
    let env = (
        "the contract's environment",
        arguments::env(ctx).into_bytes(),
    );
    let message = || ("the contract's message", ctx.input.clone());
    Ok(match entry {
        Entry::Init | Entry::Call => vec![
            env,
            (
                "the contract's sender and funds",
                arguments::message_info(ctx).into_bytes(),
            ),
            message(),
        ],
        Entry::View | Entry::Sudo => vec![env, message()],
        // The third argument came with cosmwasm-std 2.2.
        Entry::Migrate if arity == 3 => vec![
            env,
            message(),
            (
                "the contract's migration",
                arguments::migrate_info(ctx).into_bytes(),
            ),
        ],
        Entry::Migrate => vec![env, message()],
        Entry::Reply => match &ctx.reply {
            Some(reply) => vec![
                env,
                ("the contract's reply", arguments::reply(reply).into_bytes()),
            ],
            None => {
                return Err(Failure::bad_request(
                    "a reply was called without anything to reply to",
                ));
            }
        },
    })
}

/// Text out of a contract's bytes, at most `limit` of them, cut between characters.
fn shorten(bytes: &[u8], limit: usize) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(limit.saturating_mul(2))]);
    if text.len() <= limit && bytes.len() <= limit {
        return text.into_owned();
    }
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &text[..end])
}

#[cfg(test)]
mod tests;
