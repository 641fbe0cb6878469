//! The head of a trace file that may lie: refused, or one that charts and monitors can rely on.

use super::error::{MAX_WORDS, TraceFileError};
use super::names::{Lists, cut, list_of, name};
use super::{FileHead, FileProtocol};
use crate::base::limits::{MAX_NAME_BYTES, MAX_TOTAL_STAKE, MAX_VALIDATORS};
use crate::consensus::registry::{ProtocolFacts, Told, find};
use crate::consensus::{
    Bound, Keeps, ProtocolInfo, Role, Rounds, Rule, Share, StepInfo, Threshold, TimerInfo,
};
use crate::trace::{Head, KindInfo};
use crate::types::ValidatorId;
use serde_json::{Map, Value};

static STEPS: Lists<StepInfo> = Lists::new(Vec::new());
static TIMERS: Lists<TimerInfo> = Lists::new(Vec::new());
static RULES: Lists<Rule> = Lists::new(Vec::new());

/// A head that charts and monitors can rely on.
pub(super) fn head(file: FileHead, protocol: &FileProtocol) -> Result<Head, TraceFileError> {
    let n = file.validators.len();
    if n == 0 || n > MAX_VALIDATORS {
        return Err(TraceFileError::Validators(n));
    }
    if file.nodes.len() < n || file.nodes.len() > 2 * n {
        return Err(TraceFileError::Nodes {
            nodes: file.nodes.len(),
            validators: n,
        });
    }
    if let Some(v) = file.nodes.iter().find(|v| usize::from(**v) >= n) {
        return Err(TraceFileError::NodeWithoutValidator {
            number: u32::from(*v) + 1,
            count: n,
        });
    }
    let mut total: u64 = 0;
    for v in &file.validators {
        if v.name.is_empty() || v.name.len() > MAX_NAME_BYTES {
            return Err(TraceFileError::Name(v.name.len()));
        }
        total = total.saturating_add(v.stake);
    }
    if total == 0 || total > MAX_TOTAL_STAKE {
        return Err(TraceFileError::Stake(total));
    }
    if !file.tips.is_empty() && file.tips.len() != file.nodes.len() {
        return Err(TraceFileError::Tips);
    }
    let [kinds, steps, timers] = [file.kinds.len(), file.steps.len(), file.timers.len()];
    let rules = protocol.rules.len();
    if [kinds, steps, timers, rules].iter().any(|n| *n > MAX_WORDS) {
        return Err(TraceFileError::Words {
            kinds,
            steps,
            timers,
            rules,
        });
    }
    let kept = |text: &String| name(text).ok_or_else(|| TraceFileError::Word(cut(text, 40)));
    // The few lists there are live as long as the names in them.
    let facts = find(&file.protocol);
    let told = facts.map(|facts| told(facts, &protocol.params));
    let known = told.as_ref().map(|t| &t.info);
    let steps = read_steps(&file, known, kept)?;
    let rules = read_rules(&protocol.rules, known, kept)?;
    let timers = file
        .timers
        .iter()
        .enumerate()
        .map(|(i, timer)| {
            let fired = file.in_vain.get(i).and_then(Option::as_deref);
            Ok(TimerInfo {
                name: kept(timer)?,
                fired: fired.and_then(name),
            })
        })
        .collect::<Result<Vec<_>, TraceFileError>>()?;
    let kinds = file
        .kinds
        .iter()
        .map(|(word, role)| {
            let role = match role {
                0 => Role::Proposal,
                1 => Role::Vote,
                2 => Role::Other,
                other => return Err(TraceFileError::Role(*other)),
            };
            Ok(KindInfo {
                name: kept(word)?,
                role,
            })
        })
        .collect::<Result<Vec<_>, TraceFileError>>()?;
    Ok(Head {
        protocol: kept(&file.protocol)?,
        keys: file.validators.iter().map(|v| v.key).collect(),
        validators: file
            .validators
            .into_iter()
            .map(|v| (v.name, v.stake))
            .collect(),
        nodes: file.nodes.into_iter().map(ValidatorId).collect(),
        kinds,
        steps: list_of(&STEPS, steps),
        timers: list_of(&TIMERS, timers),
        rules: list_of(&RULES, rules),
        params: protocol.params.clone(),
        rounds: known.map_or(UNKNOWN_ROUNDS, |k| k.rounds),
        certificates: kept(&file.certificates)?,
        bound: known.map_or(UNKNOWN_BOUND, |k| k.bound),
        conflict: told.and_then(|t| t.conflict),
        skip: facts.and_then(|f| f.skip),
        keeps: facts.map_or(UNKNOWN_KEEPS, |f| f.keeps),
        waits: Vec::new(),
        genesis: file.genesis,
        chain: file.chain,
        domain: kept(&file.domain)?,
        tips: file.tips,
        stall_after: file.stall_after.max(1),
    })
}

/// What a protocol says of itself with the parameters of a file; those of an older file are not known, nor any
/// that a newer version may have and this one has not: then it is what holds with its defaults.
fn told(facts: &ProtocolFacts, params: &str) -> Told {
    let given: Option<Map<String, Value>> = serde_json::from_str(params).ok();
    let told = given.and_then(|given| (facts.told)(&given).ok());
    told.unwrap_or_else(|| Told {
        info: facts.info,
        conflict: (facts.told)(&Map::new()).ok().and_then(|t| t.conflict),
    })
}

/// Of a protocol that is not known here: what most have.
const UNKNOWN_ROUNDS: Rounds = Rounds {
    noun: "round",
    restart: true,
};
const UNKNOWN_KEEPS: Keeps = Keeps {
    lock: None,
    marks: &[],
};
const UNKNOWN_BOUND: Bound = Bound {
    quorum: Threshold::MORE_THAN_TWO_THIRDS,
    liars_below: Share { part: 1, of: 3 },
    honest_leaders: 1,
    words: "",
};

/// The rules a file names.
fn read_rules(
    ids: &[String],
    known: Option<&ProtocolInfo>,
    kept: impl Fn(&String) -> Result<&'static str, TraceFileError>,
) -> Result<Vec<Rule>, TraceFileError> {
    let known = known.map_or(&[][..], |k| k.rules);
    let read = ids.iter().map(|id| {
        let same = known.iter().find(|k| k.id == id);
        Ok(Rule {
            id: kept(id)?,
            text: same.map_or("", |k| k.text),
        })
    });
    read.collect()
}

/// The steps a file names. What each awaits stands in no file: a protocol that is known here says it.
fn read_steps(
    file: &FileHead,
    known: Option<&ProtocolInfo>,
    kept: impl Fn(&String) -> Result<&'static str, TraceFileError>,
) -> Result<Vec<StepInfo>, TraceFileError> {
    let known = known.map_or(&[][..], |k| k.steps);
    let read = file.steps.iter().map(|step| {
        let same = known.iter().find(|k| k.name == step);
        Ok(StepInfo {
            name: kept(step)?,
            awaits: same.map_or(&[], |k| k.awaits),
        })
    });
    read.collect()
}
