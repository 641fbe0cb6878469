//! A race: one scenario under several protocols, or under one with different parameters. Validators, seed,
//! network, faults, liars, contracts and commands are the same in every lane.
//!
//! Figures for each block are floating-point numbers, for people's eyes only: nothing flows back.
#![allow(clippy::float_arithmetic)]

use super::Session;
use super::view::{Decision, Problem, Verdict, VerdictKind};
use crate::base::Micros;
use crate::consensus::registry::unknown;
use crate::consensus::{ParameterKind, registry};
use crate::model::{ParamValue, ParamsSpec, Scenario};
use schemars::JsonSchema;
use serde::Serialize;

/// Events between two looks at a lane's decisions.
const SLICE: u64 = 1_000;

/// What runs in one lane.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
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
    /// Mean time from one first decision to the next, microseconds; absent below two blocks.
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
    let mut pauses = Pauses::default();
    let mut cursor = 0;
    loop {
        let reached = session.advance(until, SLICE).reached;
        pauses.see(&session, cursor);
        cursor = session.trace_end();
        if reached {
            return Ok(row(&session, lane, &pauses));
        }
    }
}

/// First decisions of a lane and the time between them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pauses {
    height: u64,
    first: Option<Micros>,
    last: Micros,
    longest: Micros,
    blocks: u64,
}

impl Pauses {
    /// Takes in what honest validators have decided since `cursor` of the trace.
    pub fn see(&mut self, session: &Session, cursor: u64) {
        let decisions: Vec<Decision> = session.decisions_since(cursor);
        if decisions.is_empty() {
            return;
        }
        let nodes = session.frame().nodes;
        let lies = |name: &str| nodes.iter().any(|n| n.name == name && n.byzantine);
        for decision in decisions.iter().filter(|d| !lies(&d.validator)) {
            if decision.height > self.height {
                self.blocks += decision.height - self.height;
                self.height = decision.height;
                self.longest = self.longest.max(decision.at_us - self.last);
                self.first.get_or_insert(decision.at_us);
                self.last = decision.at_us;
            }
        }
    }
}

/// How a lane stands now.
#[must_use]
pub fn row(session: &Session, lane: &Lane, pauses: &Pauses) -> RaceRow {
    let frame = session.frame();
    let metrics = &frame.metrics;
    let blocks = pauses.blocks;
    let per_block = |count: u64| (blocks > 0).then(|| count as f64 / blocks as f64);
    let latency = (blocks > 0).then_some(metrics.commit_latency_p50_us);
    let delay = session.scenario().network.latency.typical();
    let copies = metrics.messages_by_kind.iter().map(|k| k.sent).sum();
    let (outcome, sentence) = judge(&frame.verdicts);
    let link = session.link().fragment;
    RaceRow {
        lane: lane.title(),
        protocol: lane.protocol.clone(),
        blocks,
        commit_latency_us: latency,
        commit_latency_delays: latency
            .filter(|_| delay > 0)
            .map(|latency| latency as f64 / delay as f64),
        block_interval_us: pauses
            .first
            .filter(|_| blocks > 1)
            .map(|first| (pauses.last - first) / (blocks - 1)),
        longest_pause_us: pauses.longest.max(frame.now_us - pauses.last),
        messages_per_block: per_block(copies),
        bytes_per_block: per_block(metrics.bytes),
        signatures_per_block: per_block(metrics.signed),
        verifications_per_block: per_block(metrics.verified),
        outcome,
        sentence,
        digest: frame.digest,
        link: (!link.is_empty()).then_some(link),
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
