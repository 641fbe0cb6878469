//! Presets about what validators compute.

use super::{Preset, names};
use crate::base::{Micros, SECOND};
use crate::ledger::contract_address;
use crate::model::{
    AdversarySpec, Command, ContractSpec, InputSpec, StrategySpec, SubmitSpec, TimedCommand, Who,
};
use crate::scenario::Scenario;
use crate::vm::builtin::named;
use crate::world::user_address;

/// The user account that acts.
const USER: u16 = 0;
const CONTRACT: &str = "counter";

pub(super) fn wrong_root() -> Preset {
    Preset::new(
        "wrong-root",
        "A validator that computes a wrong state",
        "A counter is deployed and called. v4 computes a different state root: honest validators reject its \
         proposals, it rejects theirs, and the chain continues without it.",
        Scenario {
            adversary: AdversarySpec {
                who: Who::Names(names(["v4"])),
                strategy: StrategySpec::WrongRoot,
            },
            contracts: named(CONTRACT)
                .map(|counter| ContractSpec {
                    name: CONTRACT.into(),
                    sha256: counter.hash,
                    wasm: None,
                })
                .into_iter()
                .collect(),
            commands: counter_calls(),
            ..Scenario::default()
        },
    )
}

/// A deployment at 2 s and a call at 5, 7 and 9 s.
fn counter_calls() -> Vec<TimedCommand> {
    let submit = |at: Micros, action: SubmitSpec| TimedCommand {
        at_us: at * SECOND,
        command: Command::Submit {
            from: USER,
            action,
            gas_limit: None,
        },
    };
    let nothing = || InputSpec::Text(String::new());
    let deploy = SubmitSpec::Deploy {
        contract: CONTRACT.into(),
        input: nothing(),
    };
    // The user's first transaction, so the contract's address is known beforehand.
    let address = contract_address(&user_address(USER), 0);
    let call = || SubmitSpec::Call {
        address,
        input: nothing(),
        value: 0,
    };
    let mut commands = vec![submit(2, deploy)];
    commands.extend([5, 7, 9].map(|at| submit(at, call())));
    commands
}
