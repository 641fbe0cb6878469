//! A race: one scenario under several protocols, or under one with different parameters. Validators, seed,
//! network, faults, liars, contracts and commands are the same in every lane.
//!
//! Figures for each block are floating-point numbers, for people's eyes only: nothing flows back.
#![allow(clippy::float_arithmetic)]

pub use crate::base::limits::MAX_TIME;

use super::Session;
use super::view::{Frame, Problem, Verdict, VerdictKind};
use crate::base::Micros;
use crate::consensus::registry::unknown;
use crate::consensus::{ParameterKind, registry};
use crate::model::{ParamValue, ParamsSpec, Scenario};
use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::Serialize;

/// What runs in one lane.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Lane {
    /// The protocol, as a scenario names it.
    pub protocol: String,
    /// Its parameters that differ from its defaults.
    pub params: ParamsSpec,
}

impl Lane {
    /// A lane from a word: `simplex`, or `minimmit:thresholds=strict,delta_us=100000`.
    ///
    /// # Errors
    /// A sentence, when there is no such protocol or parameter, or the value is of another kind.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (protocol, params) = text.split_once(':').unwrap_or((text, ""));
        let facts = registry::find(protocol).ok_or_else(|| unknown(protocol))?;
        let known = (facts.parameters)();
        let mut lane = Lane {
            protocol: protocol.to_owned(),
            params: ParamsSpec::default(),
        };
        for pair in params.split(',').filter(|pair| !pair.is_empty()) {
            let Some((name, value)) = pair.split_once('=') else {
                return Err(format!(
                    "{pair:?} is no parameter: write `name=value`, and commas between several"
                ));
            };
            let Some(parameter) = known.iter().find(|p| p.name == name) else {
                let names: Vec<&str> = known.iter().map(|p| p.name.as_str()).collect();
                return Err(format!(
                    "{protocol} has no parameter {name:?}; it has: {}",
                    names.join(", ")
                ));
            };
            let value = match &parameter.kind {
                ParameterKind::Number { .. } => value.parse().ok().map(ParamValue::Number),
                ParameterKind::Switch { .. } => value.parse().ok().map(ParamValue::Switch),
                ParameterKind::Choice { .. } => Some(ParamValue::Choice(value.to_owned())),
            };
            let value = value.ok_or_else(|| {
                let wanted = match &parameter.kind {
                    ParameterKind::Number { .. } => "a whole number",
                    ParameterKind::Switch { .. } => "true or false",
                    ParameterKind::Choice { .. } => "a word",
                };
                format!("{pair:?}: {name} takes {wanted}")
            })?;
            if lane.params.iter().any(|(known, _)| known == name) {
                return Err(format!(
                    "{protocol} is given {name} twice: leave one of them out"
                ));
            }
            lane.params.set(name, value);
        }
        Ok(lane)
    }

    /// `scenario` as it runs in this lane. Its own parameters stay where the protocol is its own.
    #[must_use]
    pub fn scenario(&self, scenario: &Scenario) -> Scenario {
        let mut lane = scenario.clone();
        if lane.protocol.name != self.protocol {
            lane.protocol.name.clone_from(&self.protocol);
            lane.protocol.params = ParamsSpec::default();
        }
        for (name, value) in self.params.iter() {
            lane.protocol.params.set(name, value.clone());
        }
        lane
    }

    /// What stands at the head of the lane: the protocol, and the parameters that make this lane another.
    #[must_use]
    pub fn title(&self) -> String {
        let params: Vec<String> = self
            .params
            .iter()
            .map(|(name, value)| match value {
                ParamValue::Switch(on) => format!("{name}={on}"),
                ParamValue::Number(number) => format!("{name}={number}"),
                ParamValue::Choice(word) => format!("{name}={word}"),
            })
            .collect();
        match params.as_slice() {
            [] => self.protocol.clone(),
            _ => format!("{}:{}", self.protocol, params.join(",")),
        }
    }
}

/// How a lane did. Figures "a block" are those of the whole run over the blocks decided in it.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Serialize,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema
)]
pub struct RaceRow {
    /// See [`Lane::title`].
    pub lane: String,
    /// The protocol, as a scenario names it.
    pub protocol: String,
    /// Blocks that an honest validator has decided.
    pub blocks: u64,
    /// From the proposal leaving to the decision at an honest validator, median over the newest 32 heights,
    /// microseconds; absent where nothing was decided.
    pub commit_latency_us: Option<u64>,
    /// The same in the network's typical one-way delay; absent also where that is 0.
    pub commit_latency_delays: Option<f64>,
    /// Mean time a block took from the first decision to the last, microseconds; absent where there is only one.
    pub block_interval_us: Option<u64>,
    /// The longest time without a decision, microseconds: from the start, between two, or until the end.
    pub longest_pause_us: u64,
    /// Copies sent a block.
    pub messages_per_block: Option<f64>,
    /// Bytes of them.
    pub bytes_per_block: Option<f64>,
    /// Messages signed a block.
    pub signatures_per_block: Option<f64>,
    /// Signatures on the copies that arrived a block, those inside certificates included: what validators
    /// that remember nothing verify.
    pub verifications_per_block: Option<f64>,
    /// The worst of the verdicts.
    pub outcome: VerdictKind,
    /// What that verdict says.
    pub sentence: String,
    /// Digest of the lane's run.
    pub digest: String,
    /// Link to the lane's run alone; absent when it would be too long.
    pub link: Option<String>,
}

/// Runs `scenario` in one lane until an instant of simulated time, microseconds.
///
/// # Errors
/// Why the scenario cannot run under that protocol, and where to change it.
pub fn run(scenario: &Scenario, lane: &Lane, until: Micros) -> Result<RaceRow, Problem> {
    let mut session = Session::open(lane.scenario(scenario))?;
    session.run_to(until);
    let link = session.link().fragment;
    let row = row(&session, &session.frame(), lane);
    Ok(RaceRow {
        link: (!link.is_empty()).then_some(link),
        ..row
    })
}

/// How a lane stands now. `frame` is the session's; there is no link, which takes longer to make than all else.
#[must_use]
pub fn row(session: &Session, frame: &Frame, lane: &Lane) -> RaceRow {
    let whole = &session.monitors.metrics;
    let blocks = whole.blocks;
    let per_block = |count: u64| (blocks > 0).then(|| count as f64 / blocks as f64);
    let latency = (blocks > 0).then_some(frame.metrics.commit_latency_p50_us);
    let delay = session.scenario().network.latency.typical();
    let copies = whole.by_kind.iter().map(|kind| kind.sent).sum();
    let (outcome, sentence) = judge(&frame.verdicts);
    RaceRow {
        lane: lane.title(),
        protocol: lane.protocol.clone(),
        blocks,
        commit_latency_us: latency,
        commit_latency_delays: latency
            .filter(|_| delay > 0)
            .map(|latency| latency as f64 / delay as f64),
        block_interval_us: whole.block_interval(),
        longest_pause_us: whole.longest_pause_at(frame.now_us),
        messages_per_block: per_block(copies),
        bytes_per_block: per_block(whole.bytes),
        signatures_per_block: per_block(whole.signed),
        verifications_per_block: per_block(whole.verified),
        outcome,
        sentence,
        digest: frame.digest.clone(),
        link: None,
    }
}

/// The worst verdict, which comes first; where all is well, how the chain goes on.
fn judge(verdicts: &[Verdict]) -> (VerdictKind, String) {
    let bad = verdicts.iter().find(|v| v.kind != VerdictKind::Holds);
    let told = bad.or_else(|| verdicts.iter().find(|v| v.monitor == "progress"));
    told.map_or((VerdictKind::Holds, String::new()), |v| {
        (v.kind, v.sentence.clone())
    })
}
