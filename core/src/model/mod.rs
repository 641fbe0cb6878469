//! The scenario: everything a run depends on, as plain data. Times are microseconds, probabilities
//! parts in a million, validators are named by their names (`v1`, ... unless given). Fields left out
//! of a file take the defaults shown by `Default`.

mod admission;
mod command;
mod copy;
mod fault;
mod network;
mod params;
mod submit;

pub use admission::AdmissionSpec;
pub use command::{Command, StakeChange, TimedCommand};
pub use copy::CopySpec;
pub use fault::{AdversarySpec, CrashSpec, FaultSpec, PuppetLine, StrategySpec, ValueSpec, Who};
pub use network::{Cut, GstSpec, LatencySpec, NetworkSpec, PartitionSpec};
pub use params::{ParamValue, ParamsSpec};
pub use submit::{CoinSpec, InputSpec, SubmitSpec};

use crate::base::{Hash, MILLISECOND, Micros, SECOND};
use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A contract's address, as [`SubmitSpec::Call`] names it.
pub type Address = Hash;

/// Version of the meaning of a scenario: raised when the same scenario would run to another digest.
pub const SEMANTICS: u32 = 2;

/// Everything a run depends on. Two runs of one scenario are equal bit for bit.
#[derive(Clone, Debug, PartialEq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Scenario {
    /// Shape of this file; 2 today.
    pub version: u32,
    /// See [`SEMANTICS`].
    pub semantics: u32,
    /// A line for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Source of all randomness: keys, delays, losses, choices.
    pub seed: u64,
    /// Who takes part. Their order is their number.
    #[schemars(length(min = 1, max = 512))]
    pub validators: Vec<ValidatorSpec>,
    /// Names of validators that run a second node with the same key.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub twins: Vec<String>,
    /// The protocol and its settings.
    pub protocol: ProtocolSpec,
    /// How messages travel.
    pub network: NetworkSpec,
    /// Who is down.
    pub faults: FaultSpec,
    /// Who is Byzantine.
    pub adversary: AdversarySpec,
    /// What is sent without a person.
    pub workload: WorkloadSpec,
    /// How blocks are executed.
    pub execution: ExecutionSpec,
    /// When monitors say that something is wrong.
    pub checks: CheckSpec,
    /// Coins of user accounts on top of what each has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<AccountSpec>,
    /// Modules commands and transactions may name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contracts: Vec<ContractSpec>,
    /// What was done while it ran, in order of time. A command at t runs before the events at t.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<TimedCommand>,
}

impl Default for Scenario {
    fn default() -> Self {
        Scenario {
            version: 2,
            semantics: SEMANTICS,
            title: String::new(),
            seed: 1,
            validators: (0..4).map(|i| ValidatorSpec::numbered(i, 100)).collect(),
            twins: Vec::new(),
            protocol: ProtocolSpec::default(),
            network: NetworkSpec::default(),
            faults: FaultSpec::default(),
            adversary: AdversarySpec::default(),
            workload: WorkloadSpec::default(),
            execution: ExecutionSpec::default(),
            checks: CheckSpec::default(),
            accounts: Vec::new(),
            contracts: Vec::new(),
            commands: Vec::new(),
        }
    }
}

/// One validator.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ValidatorSpec {
    /// Its name: `v1`, or up to 64 bytes of your own.
    pub name: String,
    /// Its stake at the beginning. With 0 it has no vote and only follows, until a command gives it stake.
    #[schemars(range(max = 1_152_921_504_606_846_975u64))]
    pub stake: u64,
}

impl ValidatorSpec {
    /// `v1` for index 0, and so on.
    #[must_use]
    pub fn numbered(index: usize, stake: u64) -> Self {
        ValidatorSpec {
            name: format!("v{}", index + 1),
            stake,
        }
    }
}

/// The consensus protocol and what all protocols share.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProtocolSpec {
    /// One of those that `consensusforge about` lists.
    pub name: String,
    /// Who proposes when.
    pub proposer: ProposerSpec,
    /// Pause between a commit and the next height, at least 1.
    #[schemars(range(min = 1, max = 3_600_000_000u64))]
    pub block_interval_us: Micros,
    /// Nodes send again and relay until decided. Off only where arithmetic is checked.
    pub resend: bool,
    /// How long a node without progress waits before it sends again, microseconds.
    #[schemars(range(min = 1, max = 3_600_000_000u64))]
    pub resend_interval_us: Micros,
    /// The protocol's own parameters; `consensusforge about` lists them.
    #[serde(skip_serializing_if = "ParamsSpec::is_empty")]
    pub params: ParamsSpec,
}

impl Default for ProtocolSpec {
    fn default() -> Self {
        ProtocolSpec {
            name: "tendermint".into(),
            proposer: ProposerSpec::Priority,
            block_interval_us: 500 * MILLISECOND,
            resend: true,
            resend_interval_us: 1_000 * MILLISECOND,
            params: ParamsSpec::default(),
        }
    }
}

/// Who proposes in a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ProposerSpec {
    /// CometBFT's priorities: as often as the stake says, as evenly as possible.
    Priority,
    /// One after another, whatever their stakes.
    Rotation,
    /// A draw in proportion to stake, from the run's seed.
    Draw,
    /// Names, over and over.
    List(Vec<String>),
}

/// Transactions that are sent without a person.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WorkloadSpec {
    /// Transactions a second from the generator.
    #[schemars(range(max = 1_000))]
    pub tx_per_second: u32,
    /// Accounts that send to one another.
    #[schemars(range(min = 2, max = 10_000))]
    pub accounts: u16,
}

impl Default for WorkloadSpec {
    fn default() -> Self {
        WorkloadSpec {
            tx_per_second: 2,
            accounts: 16,
        }
    }
}

/// How blocks are filled and executed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ExecutionSpec {
    /// Gas that the transactions of one block may use together.
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub block_gas: u64,
    /// Gas executed in a simulated second; 0: execution takes no simulated time.
    pub gas_per_second: u64,
    /// Every node verifies and executes everything itself. Slower, same digest.
    pub everywhere: bool,
    /// Which modules may be stored.
    #[serde(skip_serializing_if = "AdmissionSpec::is_modern")]
    pub admission: AdmissionSpec,
}

impl Default for ExecutionSpec {
    fn default() -> Self {
        ExecutionSpec {
            block_gas: 50_000_000,
            gas_per_second: 0,
            everywhere: false,
            admission: AdmissionSpec::Modern,
        }
    }
}

/// Settings of monitors.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CheckSpec {
    /// Without a commit for this long the chain counts as stalled.
    #[schemars(range(min = 1, max = 1_000_000_000_000_000u64))]
    pub stall_after_us: Micros,
}

impl Default for CheckSpec {
    fn default() -> Self {
        CheckSpec {
            stall_after_us: 15 * SECOND,
        }
    }
}

/// A module by name: a built-in one by hash alone, any other with its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractSpec {
    /// The name that commands use.
    pub name: String,
    /// SHA-256 of the module.
    pub sha256: Hash,
    /// Base64 of the module; absent for built-in ones. Shared, for a scenario is copied at every act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub wasm: Option<Arc<str>>,
}

/// What a user account owns at the beginning, beyond what each does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountSpec {
    /// User account, 0 to 7.
    #[schemars(range(max = 7))]
    pub user: u16,
    /// What it owns, in each denomination once.
    pub coins: Vec<CoinSpec>,
}
