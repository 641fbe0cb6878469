//! Feeds a protocol's machine and writes down what it does.

use super::input::{InputSpec, MessageSpec, StepInput};
use super::names::{GENESIS, Names};
use super::output::{
    EffectView, NoteView, StateView, StepOutput, StepRecord, TallyView, ValueRound,
};
use crate::failure::Failure;
use consensusforge_core::base::{Hash, hash_of};
use consensusforge_core::consensus::proposer::{Rule, Schedule};
use consensusforge_core::consensus::{
    Corruptible, Effect, Environment, Input, Message, Note, ParamError, ProtocolInfo, Script,
    Timer, read_params,
};
use consensusforge_core::scenario::model::{ProposerSpec, ProtocolSpec};
use consensusforge_core::scenario::{Scenario, validate};
use consensusforge_core::types::{
    BlockId, Keypair, NodeId, Signed, Slot, ValidatorId, ValidatorSet, ValidatorSets,
};
use std::collections::VecDeque;
use std::sync::Arc;

/// Messages a machine may hand itself after one input before something is wrong with it.
const MAX_OWN: usize = 10_000;

pub fn run<P: Corruptible>(input: &StepInput) -> Result<StepOutput, Failure> {
    let mut machine = Machine::<P>::new(input)?;
    let mut now = 0;
    let mut steps = Vec::new();
    for (i, timed) in input.inputs.iter().enumerate() {
        let at = timed.at_us.unwrap_or(now);
        if at < now {
            return Err(Failure::input(format!(
                "inputs[{i}].at_us: {at} is before the input above it, at {now}. Put the inputs in the \
                 order of time."
            )));
        }
        now = at;
        machine
            .take(now, &timed.input, &mut steps)
            .map_err(|e| Failure::input(format!("inputs[{i}].input: {e}")))?;
    }
    let set = machine.sets.at(1);
    Ok(StepOutput {
        protocol: P::INFO.name.into(),
        me: input.me.clone(),
        total: set.total(),
        quorum: machine.info.bound.quorum.needed(set.total()),
        skip: P::SKIP.map_or(0, |skip| skip.needed(set.total())),
        steps,
    })
}

struct Machine<P: Corruptible> {
    names: Names,
    me: ValidatorId,
    info: ProtocolInfo,
    keys: Vec<Keypair>,
    sets: ValidatorSets,
    environment: Environment<P::Params>,
    self_delivery: bool,
    state: P::State,
}

impl<P: Corruptible> Machine<P> {
    fn new(input: &StepInput) -> Result<Self, Failure> {
        let mut timing = input.timing.clone();
        let block_interval = match timing.remove("block_interval_us") {
            None => ProtocolSpec::default().block_interval_us,
            Some(given) => serde_json::from_value(given)
                .map_err(|e| Failure::input(format!("timing.block_interval_us: {e}.")))?,
        };
        let params: P::Params =
            read_params(&timing).map_err(|ParamError { field, sentence }| {
                Failure::input(format!("timing.{field}: {sentence}"))
            })?;
        // What a scenario would refuse is refused here with the same sentence.
        validate(&Scenario {
            validators: input.validators.clone(),
            protocol: ProtocolSpec {
                name: P::INFO.name.into(),
                proposer: input.proposer.clone(),
                block_interval_us: block_interval,
                ..ProtocolSpec::default()
            },
            ..Scenario::default()
        })?;
        let mut names = Names::new(&input.validators);
        let keys: Vec<Keypair> = (0..input.validators.len())
            .map(|i| Keypair::from_secret(hash_of("consensusforge/step-key", &(i as u64)).0))
            .collect();
        let stakes = input.validators.iter().map(|v| v.stake);
        let set = ValidatorSet::new(keys.iter().map(Keypair::public).zip(stakes))
            .map_err(|e| Failure::input(format!("{e}.")))?;
        let rule = match &input.proposer {
            ProposerSpec::Priority => Rule::Priority,
            ProposerSpec::Rotation => Rule::Rotation,
            ProposerSpec::Draw => Rule::Draw { seed: input.seed },
            ProposerSpec::List(list) => Rule::List(
                list.iter()
                    .map(|name| names.validator(name))
                    .collect::<Result<_, _>>()?,
            ),
        };
        let genesis = names.block(GENESIS);
        Ok(Machine {
            me: names.validator(&input.me)?,
            names,
            keys,
            state: P::new(genesis, &params),
            info: P::info(&params),
            sets: ValidatorSets::new(set),
            environment: Environment {
                proposers: Schedule::new(rule),
                params,
                block_interval,
            },
            self_delivery: input.self_delivery,
        })
    }

    /// Steps on `input`, then on the own messages that follow from it.
    fn take(
        &mut self,
        now: u64,
        input: &InputSpec,
        steps: &mut Vec<StepRecord>,
    ) -> Result<(), Failure> {
        let mut waiting = VecDeque::from([(input.clone(), self.input(input)?, false)]);
        let mut own = 0;
        while let Some((spec, input, is_own)) = waiting.pop_front() {
            let effects = self.step(now, input);
            if self.self_delivery {
                for effect in &effects {
                    if let Some(message) = self.to_myself(effect) {
                        own += 1;
                        let signed = self.sign(self.me, message.clone());
                        let spec = InputSpec::Message(self.describe(self.me, message));
                        waiting.push_back((spec, Input::Message(signed), true));
                    }
                }
            }
            if own > MAX_OWN {
                return Err(Failure::input(
                    "the machine answers its own messages without end; set `self_delivery` to false.",
                ));
            }
            steps.push(StepRecord {
                at_us: now,
                input: spec,
                own: is_own,
                effects: effects.iter().map(|e| self.effect(e)).collect(),
                state: self.state(now),
            });
        }
        Ok(())
    }

    fn step(&mut self, now: u64, input: Input<P::Message>) -> Vec<Effect<P::Message>> {
        let mut effects = Vec::new();
        let context = self
            .environment
            .context(&self.sets, now, NodeId(self.me.0), Some(self.me));
        P::step(&mut self.state, &context, input, &mut effects);
        effects
    }

    fn timers(&self) -> Vec<&'static str> {
        self.info.timers.iter().map(|t| t.name).collect()
    }

    fn to_myself<'a>(&self, effect: &'a Effect<P::Message>) -> Option<&'a P::Message> {
        match effect {
            Effect::Broadcast(message) => Some(message),
            Effect::Send { to, message } if *to == self.me => Some(message),
            Effect::Send { .. }
            | Effect::SetTimer { .. }
            | Effect::BuildBlock { .. }
            | Effect::ValidateBlock { .. }
            | Effect::FetchBlock { .. }
            | Effect::Decide { .. }
            | Effect::Accuse(_)
            | Effect::Note(_) => None,
        }
    }

    fn sign(&self, signer: ValidatorId, message: P::Message) -> Arc<Signed<P::Message>> {
        Signed::new(message, signer, &self.keys[signer.index()], &Hash::ZERO)
    }

    fn input(&mut self, spec: &InputSpec) -> Result<Input<P::Message>, Failure> {
        Ok(match spec {
            InputSpec::Start => Input::Start,
            InputSpec::Message(message) => Input::Message(self.message(message)?),
            InputSpec::Timer {
                kind,
                height,
                round,
            } => Input::Timer(Timer {
                kind: index_of(&self.timers(), kind, "timer")?,
                slot: slot(*height, *round),
            }),
            InputSpec::Built {
                height,
                round,
                value,
            } => Input::Built {
                slot: slot(*height, *round),
                block: self.names.block(value),
            },
            InputSpec::Validated { value, valid } => Input::Validated {
                block: self.names.block(value),
                valid: *valid,
            },
            InputSpec::Fetched { value } => Input::Fetched {
                block: self.names.block(value),
            },
            InputSpec::Certificate {
                height,
                value,
                votes,
            } => Input::Certificate {
                first: *height,
                blocks: vec![self.names.block(value)],
                proof: Arc::new(
                    votes
                        .iter()
                        .map(|vote| self.message(vote))
                        .collect::<Result<_, _>>()?,
                ),
            },
            InputSpec::Restarted => Input::Restarted,
        })
    }

    fn message(&mut self, spec: &MessageSpec) -> Result<Arc<Signed<P::Message>>, Failure> {
        let signer = self.names.validator(&spec.from)?;
        let compose = P::COMPOSE.ok_or_else(|| {
            Failure::input(format!("messages of {} cannot be scripted.", P::INFO.title))
        })?;
        let message = compose(&Script {
            kind: spec.kind.clone(),
            slot: slot(spec.height, spec.round),
            value: spec.value.as_deref().map(|label| self.names.block(label)),
            parent: spec.parent.as_deref().map(|label| {
                let round = spec.parent_round.unwrap_or_default();
                (self.names.block(label), round)
            }),
            valid_round: spec.valid_round,
        })
        .map_err(|e| Failure::input(format!("{e}.")))?;
        Ok(self.sign(signer, message))
    }

    fn describe(&self, from: ValidatorId, message: &P::Message) -> MessageSpec {
        let said = message.describe();
        let field = |name: &str| said.fields.iter().find(|(n, _)| *n == name);
        MessageSpec {
            kind: self
                .info
                .kinds
                .get(usize::from(said.kind))
                .map_or_else(String::new, |k| k.name.into()),
            from: self.names.name(from),
            height: said.slot.height,
            round: said.slot.round,
            value: said.value.map(|block| self.names.label(&block)),
            valid_round: field("valid_round").and_then(|(_, text)| text.parse().ok()),
            parent: None,
            parent_round: None,
        }
    }

    fn effect(&self, effect: &Effect<P::Message>) -> EffectView {
        let label = |block: &BlockId| self.names.label(block);
        let all = |blocks: &[BlockId]| blocks.iter().map(label).collect::<Vec<_>>().join(", ");
        match effect {
            Effect::Broadcast(message) => EffectView::Broadcast(self.describe(self.me, message)),
            Effect::Send { to, message } => EffectView::Send {
                to: self.names.name(*to),
                message: self.describe(self.me, message),
            },
            Effect::SetTimer { timer, after } => EffectView::SetTimer {
                kind: name_of(&self.timers(), timer.kind),
                height: timer.slot.height,
                round: timer.slot.round,
                after_us: *after,
            },
            Effect::BuildBlock { slot, parents } => EffectView::BuildBlock {
                height: slot.height,
                round: slot.round,
                parent: all(parents),
            },
            Effect::ValidateBlock { block, parents } => EffectView::ValidateBlock {
                value: label(block),
                parent: all(parents),
            },
            Effect::FetchBlock { block, from } => EffectView::FetchBlock {
                value: label(block),
                from: self.names.name(*from),
            },
            Effect::Decide {
                first,
                blocks,
                round,
                proof,
            } => EffectView::Decide {
                value: all(blocks),
                height: *first,
                round: *round,
                signers: proof
                    .iter()
                    .map(|vote| self.names.name(vote.signer))
                    .collect(),
            },
            Effect::Accuse(evidence) => EffectView::Accuse {
                offender: self.names.name(evidence.offender),
                height: evidence.height,
                round: evidence.round,
                first: self.describe(evidence.first.signer, &evidence.first.message),
                second: self.describe(evidence.second.signer, &evidence.second.message),
            },
            Effect::Note(note) => EffectView::Note(self.note(note)),
        }
    }

    fn note(&self, note: &Note) -> NoteView {
        match *note {
            // The leader follows from the slot.
            Note::Step {
                slot,
                step,
                leader: _,
            } => NoteView::Step {
                height: slot.height,
                round: slot.round,
                step: self
                    .info
                    .steps
                    .get(usize::from(step))
                    .map_or_else(|| step.to_string(), |s| s.name.into()),
            },
            Note::Locked { slot, block } => NoteView::Locked {
                height: slot.height,
                round: slot.round,
                value: self.names.label(&block),
            },
            Note::Polka { slot, block } => NoteView::Polka {
                height: slot.height,
                round: slot.round,
                value: block.map(|b| self.names.label(&b)),
            },
            Note::Skipped { slot } => NoteView::Skipped {
                height: slot.height,
                round: slot.round,
            },
            Note::Fired { rule, slot } => {
                let known = self.info.rules.get(usize::from(rule));
                NoteView::Fired {
                    height: slot.height,
                    round: slot.round,
                    rule: known.map_or_else(|| rule.to_string(), |r| r.id.into()),
                    text: known.map_or_else(String::new, |r| r.text.into()),
                }
            }
        }
    }

    fn state(&self, now: u64) -> StateView {
        let context = self
            .environment
            .context(&self.sets, now, NodeId(self.me.0), Some(self.me));
        let status = P::status(&self.state, &context);
        let valid = status.mark("valid");
        let value = |(block, round): (BlockId, u32)| ValueRound {
            value: self.names.label(&block),
            round,
        };
        StateView {
            height: status.height,
            round: status.round,
            step: status.step.into(),
            locked: status.locked.map(value),
            valid: valid.map(value),
            tallies: status
                .tallies
                .into_iter()
                .map(|tally| TallyView {
                    kind: self
                        .info
                        .kinds
                        .get(usize::from(tally.kind))
                        .map_or_else(String::new, |k| k.name.into()),
                    round: tally.round,
                    value: tally.value.map(|b| self.names.label(&b)),
                    stake: tally.have,
                })
                .collect(),
        }
    }
}

fn slot(height: u64, round: u32) -> Slot {
    Slot { height, round }
}

fn name_of(names: &[&str], index: u8) -> String {
    let name = names.get(usize::from(index));
    name.map_or_else(|| index.to_string(), ToString::to_string)
}

fn index_of(names: &[&str], name: &str, what: &str) -> Result<u8, Failure> {
    let at = names.iter().position(|n| *n == name);
    at.and_then(|i| u8::try_from(i).ok()).ok_or_else(|| {
        Failure::input(format!(
            "there is no {what} {name:?}; there are: {}.",
            names.join(", ")
        ))
    })
}
