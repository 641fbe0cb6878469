//! What `step` reads.

use crate::failure::Failure;
use consensusforge_core::base::Micros;
use consensusforge_core::scenario::model::{ProposerSpec, ValidatorSpec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Inputs one list may hold.
const MAX_INPUTS: usize = 100_000;

/// A machine and what reaches it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StepInput {
    pub protocol: String,
    pub validators: Vec<ValidatorSpec>,
    /// Name of the validator whose machine this is.
    pub me: String,
    pub proposer: ProposerSpec,
    /// For the proposer rule `draw`.
    pub seed: u64,
    /// The protocol's parameters, as in a scenario, and `block_interval_us`, the pause after a decision.
    pub timing: Map<String, Value>,
    /// What the machine broadcasts reaches itself at once, as in a run. False: only the list does.
    pub self_delivery: bool,
    pub inputs: Vec<TimedInput>,
}

impl Default for StepInput {
    fn default() -> Self {
        StepInput {
            protocol: "tendermint".into(),
            validators: (0..4).map(|i| ValidatorSpec::numbered(i, 100)).collect(),
            me: "v1".into(),
            proposer: ProposerSpec::Rotation,
            seed: 1,
            timing: Map::new(),
            self_delivery: true,
            inputs: Vec::new(),
        }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimedInput {
    /// Absent: at the instant of the input before.
    #[serde(default)]
    pub at_us: Option<Micros>,
    pub input: InputSpec,
}

/// One input. Values are labels of your own (`"A"`); `null` or nothing is nil; `"genesis"` is the block
/// below height 1.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum InputSpec {
    Start,
    /// A message whose signature is right.
    Message(MessageSpec),
    /// A timer fires, whether it was set or not.
    Timer {
        kind: String,
        height: u64,
        round: u32,
    },
    /// Answer to `build_block`.
    Built {
        height: u64,
        round: u32,
        value: String,
    },
    /// Answer to `validate_block`.
    Validated {
        value: String,
        valid: bool,
    },
    /// Answer to `fetch_block`.
    Fetched {
        value: String,
    },
    /// A block decided elsewhere, with the votes that prove it.
    Certificate {
        height: u64,
        value: String,
        votes: Vec<MessageSpec>,
    },
    Restarted,
}

/// A message by what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageSpec {
    /// `proposal`, `prevote`, `precommit`.
    pub kind: String,
    /// Name of the signer.
    pub from: String,
    pub height: u64,
    pub round: u32,
    #[serde(default)]
    pub value: Option<String>,
    /// A proposal's valid round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_round: Option<u32>,
    /// The block before `value`, where the protocol's messages name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The round that one was proposed in; 0 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_round: Option<u32>,
}

/// Reads and bounds the list.
pub fn read(bytes: &[u8]) -> Result<StepInput, Failure> {
    // Serde would take a list for an object, field by field.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(Failure::input(
            "the inputs do not fit: a list stands where an object with `inputs` is expected. \
             `consensusforge schema step-input` describes it.",
        ));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let input: StepInput = serde_path_to_error::deserialize(&mut json).map_err(|e| {
        Failure::input(format!(
            "the inputs do not fit at {}: {}. `consensusforge schema step-input` describes them.",
            e.path(),
            e.inner()
        ))
    })?;
    json.end()
        .map_err(|e| Failure::input(format!("unexpected text after the inputs: {e}.")))?;
    if input.inputs.len() > MAX_INPUTS {
        return Err(Failure::input(format!(
            "{} inputs are too many; at most {MAX_INPUTS} are taken. Split the list.",
            input.inputs.len()
        )));
    }
    Ok(input)
}
