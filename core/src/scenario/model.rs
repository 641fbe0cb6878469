//! The scenario: everything a run depends on, as plain data. Times are microseconds, probabilities
//! parts in a million, validators are named by their names (`v1`, ... unless given). Fields left out
//! of a file take the defaults shown by `Default`.

mod admission;
mod hand;

pub use admission::AdmissionSpec;
pub use hand::CopySpec;

use crate::base::{Hash, MILLISECOND, Micros, SECOND};
use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A contract's address, as [`SubmitSpec::Call`] names it.
pub type Address = Hash;

/// Version of the meaning of a scenario: raised when the same scenario would run to another digest.
pub const SEMANTICS: u32 = 1;

#[derive(
    Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema,
)]
#[serde(deny_unknown_fields, default)]
pub struct Scenario {
    /// Shape of this file; 1 today.
    pub version: u32,
    /// See [`SEMANTICS`].
    pub semantics: u32,
    /// A line for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    pub seed: u64,
    pub validators: Vec<ValidatorSpec>,
    /// Names of validators that run a second node with the same key.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub twins: Vec<String>,
    pub protocol: ProtocolSpec,
    pub network: NetworkSpec,
    pub faults: FaultSpec,
    pub adversary: AdversarySpec,
    pub workload: WorkloadSpec,
    pub execution: ExecutionSpec,
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
            version: 1,
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

#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct ValidatorSpec {
    pub name: String,
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

#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
#[serde(deny_unknown_fields, default)]
pub struct ProtocolSpec {
    pub name: String,
    pub proposer: ProposerSpec,
    pub propose_timeout_us: Micros,
    pub prevote_timeout_us: Micros,
    pub precommit_timeout_us: Micros,
    /// Every round's timeouts are longer by this.
    pub timeout_delta_us: Micros,
    /// Pause between a commit and the next height, at least 1.
    pub block_interval_us: Micros,
    /// Nodes send again and relay until decided. Off only where arithmetic is checked.
    pub resend: bool,
    pub resend_interval_us: Micros,
}

impl Default for ProtocolSpec {
    fn default() -> Self {
        ProtocolSpec {
            name: "tendermint".into(),
            proposer: ProposerSpec::Priority,
            propose_timeout_us: 1_000 * MILLISECOND,
            prevote_timeout_us: 500 * MILLISECOND,
            precommit_timeout_us: 500 * MILLISECOND,
            timeout_delta_us: 250 * MILLISECOND,
            block_interval_us: 500 * MILLISECOND,
            resend: true,
            resend_interval_us: 1_000 * MILLISECOND,
        }
    }
}

#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ProposerSpec {
    Priority,
    Rotation,
    /// A draw in proportion to stake, from the run's seed.
    Draw,
    /// Names, over and over.
    List(Vec<String>),
}

#[derive(
    Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema,
)]
#[serde(deny_unknown_fields, default)]
pub struct NetworkSpec {
    pub latency: LatencySpec,
    pub loss_ppm: u32,
    pub duplicate_ppm: u32,
    /// Share of messages that are held back by `reorder_by_us` more.
    pub reorder_ppm: u32,
    pub reorder_by_us: Micros,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub partitions: Vec<PartitionSpec>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gst: Option<GstSpec>,
}

impl Default for NetworkSpec {
    fn default() -> Self {
        NetworkSpec {
            latency: LatencySpec::Uniform {
                min_us: 40 * MILLISECOND,
                max_us: 60 * MILLISECOND,
            },
            loss_ppm: 0,
            duplicate_ppm: 0,
            reorder_ppm: 0,
            reorder_by_us: 100 * MILLISECOND,
            partitions: Vec::new(),
            gst: None,
        }
    }
}

/// How long a message is on its way.
#[derive(
    Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LatencySpec {
    Constant {
        us: Micros,
    },
    Uniform {
        min_us: Micros,
        max_us: Micros,
    },
    /// Cut off at 0.
    Normal {
        mean_us: Micros,
        deviation_us: Micros,
    },
    /// Median and the sigma of the logarithm in thousandths (500 = 0.5).
    LogNormal {
        median_us: Micros,
        sigma_milli: u32,
    },
    /// `us[from][to]` by validator, constant; twins use their validator's row.
    Matrix {
        us: Vec<Vec<Micros>>,
    },
}

#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct PartitionSpec {
    pub from_us: Micros,
    /// Absent: until the end, or until a `heal` command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_us: Option<Micros>,
    pub cut: Cut,
}

/// Which links are cut.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Cut {
    /// Nothing passes between different groups; who is in no group makes one more group.
    Groups(Vec<Vec<String>>),
    /// Messages from any of `from` to any of `to` are lost; the way back works.
    OneWay { from: Vec<String>, to: Vec<String> },
}

/// Before `at_us` any delay up to `max_before_us`, after it at most `delta_us`.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct GstSpec {
    pub at_us: Micros,
    pub max_before_us: Micros,
    pub delta_us: Micros,
}

#[derive(
    Clone,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
#[serde(deny_unknown_fields, default)]
pub struct FaultSpec {
    /// This many validators (chosen by seed, never Byzantine ones while others are left) are down from
    /// the start.
    pub crashed: u16,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub crashes: Vec<CrashSpec>,
}

#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct CrashSpec {
    pub validator: String,
    pub at_us: Micros,
    /// Absent: never comes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart_us: Option<Micros>,
}

#[derive(
    Clone,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
#[serde(deny_unknown_fields, default)]
pub struct AdversarySpec {
    pub who: Who,
    pub strategy: StrategySpec,
}

/// Which validators are Byzantine.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Who {
    /// That many, drawn by seed: a larger count keeps those of a smaller one.
    Count(u16),
    Names(Vec<String>),
}

impl Default for Who {
    fn default() -> Self {
        Who::Count(0)
    }
}

#[derive(
    Clone,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum StrategySpec {
    /// Equivocate when proposing and give each half of the honest votes for its block.
    #[default]
    Coalition,
    /// Receive and say nothing.
    Silent,
    /// Send everything this much later.
    Delay { by_us: Micros },
    /// Execute wrongly: its state root differs.
    WrongRoot,
    /// Vote as if never locked.
    Amnesia,
    /// Say exactly what the script says.
    Puppet { script: Vec<PuppetLine> },
    /// Execute wrongly where it shows in contracts only: everybody they ask about owns one coin more.
    WrongAnswers,
    /// Leave these users' transactions out of one's own blocks.
    Censor { users: Vec<u16> },
}

/// One signed message of a puppet, delivered to the named validators at one instant.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct PuppetLine {
    pub at_us: Micros,
    pub from: String,
    pub to: Vec<String>,
    /// The protocol's name for the kind: `proposal`, `prevote`, `precommit`.
    pub kind: String,
    pub height: u64,
    pub round: u32,
    pub value: ValueSpec,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_round: Option<u32>,
}

/// What a scripted message speaks for.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ValueSpec {
    Nil,
    /// A block of the puppets' own, made when the label is first used: valid, on the parent that the
    /// message's height has at the puppet. Same label and height, same block.
    Block(String),
    /// The block that was first proposed in a slot by anybody.
    Proposed {
        height: u64,
        round: u32,
    },
}

#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
#[serde(deny_unknown_fields, default)]
pub struct WorkloadSpec {
    /// Transactions a second from the generator.
    pub tx_per_second: u32,
    /// Accounts that send to one another.
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

#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
#[serde(deny_unknown_fields, default)]
pub struct ExecutionSpec {
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

#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
#[serde(deny_unknown_fields, default)]
pub struct CheckSpec {
    /// Without a commit for this long the chain counts as stalled.
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
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct ContractSpec {
    pub name: String,
    pub sha256: Hash,
    /// Base64 of the module; absent for built-in ones. Shared, for a scenario is copied at every act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub wasm: Option<Arc<str>>,
}

#[derive(
    Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct TimedCommand {
    pub at_us: Micros,
    pub command: Command,
}

/// What a hand on the page (or a script) does to a running world.
#[derive(
    Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    SetLatency(LatencySpec),
    SetLoss {
        ppm: u32,
    },
    SetDuplicate {
        ppm: u32,
    },
    SetReorder {
        ppm: u32,
        by_us: Micros,
    },
    SetBlockInterval {
        us: Micros,
    },
    SetWorkload {
        tx_per_second: u32,
    },
    /// This many validators are down from now on; the choice grows and shrinks at its end.
    SetCrashed {
        count: u16,
    },
    Crash {
        validator: String,
    },
    Restart {
        validator: String,
    },
    SetAdversary(AdversarySpec),
    Partition(Cut),
    /// Ends every cut, isolations included.
    Heal,
    /// A user's transaction, signed with the key of user account `from`.
    Submit {
        from: u16,
        action: SubmitSpec,
        /// Gas it may use at most; absent: 40 million.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gas_limit: Option<u64>,
    },
    /// A copy in flight is lost.
    Drop(CopySpec),
    /// A copy in flight arrives this much later.
    Delay {
        message: CopySpec,
        by_us: Micros,
    },
    /// A copy in flight arrives a second time, this much after the first.
    Duplicate {
        message: CopySpec,
        after_us: Micros,
    },
    /// A copy in flight arrives at this instant.
    DeliverNow(CopySpec),
    /// Nothing leaves the validator's nodes for others, nothing from others is sent to them.
    Isolate {
        validator: String,
    },
    /// Ends the isolation of one validator; cuts between groups stay.
    Restore {
        validator: String,
    },
    /// A user in league with the Byzantine validators signs two transactions with one nonce and hands both
    /// to them alone. Of a pair of conflicting blocks one carries the first and one the second.
    SubmitTwice {
        from: u16,
        first: SubmitSpec,
        second: SubmitSpec,
    },
}

/// What a user sends. `hex` inputs are bytes, `text` inputs UTF-8.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SubmitSpec {
    /// Native coins to another user account.
    Transfer { to: u16, amount: u64 },
    /// A module of the scenario's `contracts`, by name.
    Deploy { contract: String, input: InputSpec },
    /// A deployed contract, by address.
    Call {
        address: Hash,
        input: InputSpec,
        value: u64,
    },
    /// Coins of several denominations. An account or contract is named by `user:0` to `user:7`, by
    /// `forge1...` or by 64 hex digits, here and in what follows.
    Send { to: String, coins: Vec<CoinSpec> },
    /// Puts a module of the scenario's `contracts` on the chain; the first stored gets code id 1.
    Store { contract: String },
    /// A contract of stored code. With a salt its address depends on code, sender and salt alone.
    Instantiate {
        code_id: u64,
        msg: InputSpec,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        funds: Vec<CoinSpec>,
        #[serde(default)]
        label: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        admin: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        salt: Option<InputSpec>,
    },
    Execute {
        contract: String,
        msg: InputSpec,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        funds: Vec<CoinSpec>,
    },
    /// Other stored code for a contract, by its admin.
    Migrate {
        contract: String,
        code_id: u64,
        msg: InputSpec,
    },
    /// Another admin, or none for ever.
    SetAdmin {
        contract: String,
        #[serde(default)]
        admin: Option<String>,
    },
}

/// So much of one denomination.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct CoinSpec {
    pub denom: String,
    pub amount: u64,
}

/// What a user account owns at the beginning, beyond what each does.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct AccountSpec {
    pub user: u16,
    pub coins: Vec<CoinSpec>,
}

#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum InputSpec {
    Text(String),
    Hex(String),
}
