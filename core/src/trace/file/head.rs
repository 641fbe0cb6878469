//! The head of a trace file that may lie: refused, or one that charts and monitors can rely on.

use super::FileHead;
use super::names::{Lists, cut, list_of, name};
use crate::base::limits::{MAX_NAME_BYTES, MAX_TOTAL_STAKE, MAX_VALIDATORS};
use crate::consensus::registry::find;
use crate::consensus::{Role, StepInfo, TimerInfo};
use crate::trace::{Head, KindInfo};
use crate::types::ValidatorId;

/// Kinds, steps and timers a protocol may have.
const MAX_WORDS: usize = 64;

static STEPS: Lists<StepInfo> = Lists::new(Vec::new());
static TIMERS: Lists<TimerInfo> = Lists::new(Vec::new());

/// A head that charts and monitors can rely on.
pub(super) fn head(file: FileHead) -> Result<Head, String> {
    let n = file.validators.len();
    if n == 0 || n > MAX_VALIDATORS {
        return Err(format!(
            "the trace file has {n} validators: from 1 to {MAX_VALIDATORS} are shown."
        ));
    }
    if file.nodes.len() < n || file.nodes.len() > 2 * n {
        return Err(format!(
            "the trace file has {} nodes for {n} validators: one or two each.",
            file.nodes.len()
        ));
    }
    if let Some(v) = file.nodes.iter().find(|v| usize::from(**v) >= n) {
        return Err(format!(
            "a node of the trace file runs validator {}, and there are {n}.",
            v + 1
        ));
    }
    let mut total: u64 = 0;
    for v in &file.validators {
        if v.name.is_empty() || v.name.len() > MAX_NAME_BYTES {
            return Err(format!(
                "a validator's name in the trace file has {} bytes: from 1 to {MAX_NAME_BYTES} are allowed.",
                v.name.len()
            ));
        }
        total = total.saturating_add(v.stake);
    }
    if total == 0 || total > MAX_TOTAL_STAKE {
        return Err(format!(
            "the validators of the trace file hold a stake of {total}: from 1 to {MAX_TOTAL_STAKE} is allowed."
        ));
    }
    if !file.tips.is_empty() && file.tips.len() != file.nodes.len() {
        return Err("the head of the trace file does not say where each node began.".into());
    }
    let words = [file.kinds.len(), file.steps.len(), file.timers.len()];
    if words.iter().any(|w| *w > MAX_WORDS) {
        return Err(format!(
            "the protocol of the trace file has {} kinds of message, {} steps and {} timers: at most {MAX_WORDS} each.",
            words[0], words[1], words[2]
        ));
    }
    let kept = |text: &String| {
        name(text).ok_or_else(|| {
            format!(
                "a name in the trace file is too long, or there are too many of them: {}.",
                cut(text, 40)
            )
        })
    };
    // The few lists there are live as long as the names in them.
    let steps = steps(&file, kept)?;
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
        .collect::<Result<Vec<_>, String>>()?;
    let kinds = file
        .kinds
        .iter()
        .map(|(word, role)| {
            let role = match role {
                0 => Role::Proposal,
                1 => Role::Vote,
                2 => Role::Other,
                other => return Err(format!("a kind of message has the role {other}.")),
            };
            Ok(KindInfo {
                name: kept(word)?,
                role,
            })
        })
        .collect::<Result<Vec<_>, String>>()?;
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
        certificates: kept(&file.certificates)?,
        genesis: file.genesis,
        chain: file.chain,
        domain: kept(&file.domain)?,
        tips: file.tips,
        stall_after: file.stall_after.max(1),
    })
}

/// The steps a file names. What each awaits stands in no file: a protocol that is known here says it.
fn steps(
    file: &FileHead,
    kept: impl Fn(&String) -> Result<&'static str, String>,
) -> Result<Vec<StepInfo>, String> {
    let known = find(&file.protocol).map_or(&[][..], |p| p.info.steps);
    let read = file.steps.iter().map(|step| {
        let same = known.iter().find(|k| k.name == step);
        Ok(StepInfo {
            name: kept(step)?,
            awaits: same.map_or(&[], |k| k.awaits),
        })
    });
    read.collect()
}
