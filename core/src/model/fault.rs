//! Who is down and who lies.

use crate::base::Micros;
use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Validators that stop, and perhaps start again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FaultSpec {
    /// This many validators (chosen by seed, never Byzantine ones while others are left) are down from
    /// the start.
    pub crashed: u16,
    /// Crashes of chosen validators at chosen times.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub crashes: Vec<CrashSpec>,
}

/// One validator stops.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CrashSpec {
    /// Its name.
    pub validator: String,
    /// When it stops, microseconds.
    pub at_us: Micros,
    /// Absent: never comes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart_us: Option<Micros>,
}

/// Who is Byzantine and what they do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AdversarySpec {
    /// Which validators.
    pub who: Who,
    /// What they do.
    pub strategy: StrategySpec,
}

/// Which validators are Byzantine.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Who {
    /// That many, drawn by seed: a larger count keeps those of a smaller one.
    Count(u16),
    /// These validators.
    Names(Vec<String>),
}

impl Default for Who {
    fn default() -> Self {
        Who::Count(0)
    }
}

/// What Byzantine validators do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum StrategySpec {
    /// Equivocate when proposing and give each half of the honest votes for its block.
    #[default]
    Coalition,
    /// Receive and say nothing.
    Silent,
    /// Send everything this much later.
    Delay {
        /// Microseconds.
        by_us: Micros,
    },
    /// Execute wrongly: its state root differs.
    WrongRoot,
    /// Vote as if never locked.
    Amnesia,
    /// Say exactly what the script says.
    Puppet {
        /// In order of time.
        script: Vec<PuppetLine>,
    },
    /// Execute wrongly where it shows in contracts only: everybody they ask about owns one coin more.
    WrongAnswers,
    /// Leave these users' transactions out of one's own blocks.
    Censor {
        /// Their accounts.
        users: Vec<u16>,
    },
}

/// One signed message of a puppet, delivered to the named validators at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PuppetLine {
    /// When it arrives, microseconds.
    pub at_us: Micros,
    /// The puppet that signs it, by name.
    pub from: String,
    /// Who receives it, by name.
    pub to: Vec<String>,
    /// The protocol's name for the kind: `proposal`, `prevote`, `precommit`.
    pub kind: String,
    /// Height of its slot.
    pub height: u64,
    /// Round of its slot.
    pub round: u32,
    /// What it speaks for.
    pub value: ValueSpec,
    /// The round in which the proposed block became valid, as Tendermint's proposals say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_round: Option<u32>,
    /// The signature does not fit the message: whoever gets it must drop it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wrong_signature: bool,
}

/// What a scripted message speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ValueSpec {
    /// No block.
    Nil,
    /// A block of the puppets' own, made when the label is first used: valid, on the parent that the
    /// message's height has at the puppet. Same label and height, same block.
    Block(String),
    /// The block that was first proposed in a slot by anybody.
    Proposed {
        /// Height of the slot.
        height: u64,
        /// Round of the slot.
        round: u32,
    },
    /// A block of the puppets' own that is invalid: its header names a state that no execution leads to.
    InvalidBlock(String),
    /// As `block`, but on the block that was first proposed in the slot given here, whatever an honest validator
    /// would build on. Height 0 is genesis.
    BlockOn {
        /// Names the block, as in `block`.
        label: String,
        /// Height of its parent's slot.
        height: u64,
        /// Round of its parent's slot.
        round: u32,
    },
}
