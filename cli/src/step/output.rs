//! What `step` prints.

use super::input::{InputSpec, MessageSpec};
use schemars::JsonSchema;
use serde::Serialize;

/// What a machine did.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StepOutput {
    pub protocol: String,
    pub me: String,
    pub total: u64,
    /// Least stake that is a quorum.
    pub quorum: u64,
    /// Least stake that forces a round skip; 0 where there is no such rule.
    pub skip: u64,
    pub steps: Vec<StepRecord>,
}

/// One input and what followed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StepRecord {
    pub at_us: u64,
    pub input: InputSpec,
    /// The input is the machine's own message, delivered to itself.
    pub own: bool,
    pub effects: Vec<EffectView>,
    /// After the input.
    pub state: StateView,
}

/// What the machine asks for, in order.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EffectView {
    Broadcast(MessageSpec),
    Send {
        to: String,
        message: MessageSpec,
    },
    SetTimer {
        kind: String,
        height: u64,
        round: u32,
        after_us: u64,
    },
    BuildBlock {
        height: u64,
        round: u32,
        parent: String,
    },
    ValidateBlock {
        value: String,
        parent: String,
    },
    FetchBlock {
        value: String,
        from: String,
    },
    Decide {
        value: String,
        height: u64,
        round: u32,
        signers: Vec<String>,
    },
    Accuse {
        offender: String,
        height: u64,
        round: u32,
        first: MessageSpec,
        second: MessageSpec,
    },
    /// Nothing follows from it.
    Note(NoteView),
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoteView {
    Step {
        height: u64,
        round: u32,
        step: String,
    },
    Locked {
        height: u64,
        round: u32,
        value: String,
    },
    Polka {
        height: u64,
        round: u32,
        value: Option<String>,
    },
    Skipped {
        height: u64,
        round: u32,
    },
    /// A rule of the paper took effect; what follows, up to the next one, is its doing.
    Fired {
        height: u64,
        round: u32,
        /// As `about` lists it.
        rule: String,
        /// What it says.
        text: String,
    },
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct StateView {
    pub height: u64,
    pub round: u32,
    pub step: String,
    pub locked: Option<ValueRound>,
    pub valid: Option<ValueRound>,
    /// Stake counted in the current height.
    pub tallies: Vec<TallyView>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ValueRound {
    pub value: String,
    pub round: u32,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct TallyView {
    pub kind: String,
    pub round: u32,
    /// Null is nil.
    pub value: Option<String>,
    pub stake: u64,
}
