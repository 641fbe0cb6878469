//! One Tendermint validator on a workbench: inputs in by hand, effects out, own messages back at once.

use consensusforge_core::base::{Hash, Micros, hash_bytes};
use consensusforge_core::consensus::proposer::{Rule, Schedule};
use consensusforge_core::consensus::tendermint::{Flaw, Message, Params, State, Tendermint};
use consensusforge_core::consensus::{
    Certificate, Context, Effect, Environment, Input, Note, Protocol, Recipients, Script, Status,
    Timer,
};
use consensusforge_core::types::{
    BlockId, Evidence, Height, Keypair, NodeId, Round, Signature, Signed, Slot, ValidatorId,
    ValidatorSet, ValidatorSets,
};
use std::sync::Arc;

pub const PARAMS: Params = Params {
    propose_timeout_us: 3_000,
    prevote_timeout_us: 1_000,
    precommit_timeout_us: 2_000,
    timeout_delta_us: 500,
    flaw: Flaw::None,
};

pub const BLOCK_INTERVAL: Micros = 1_000_000;

pub const PROPOSE: u8 = 0;
pub const PREVOTE: u8 = 1;
pub const PRECOMMIT: u8 = 2;
pub const INTERVAL: u8 = 3;

/// A block by a letter; nothing here looks inside.
#[must_use]
pub fn block(name: char) -> BlockId {
    hash_bytes("test/block", name.to_string().as_bytes())
}

#[must_use]
pub fn genesis() -> BlockId {
    Hash::ZERO
}

/// A validator set with these stakes and made-up keys.
///
/// # Panics
/// When the stakes are no validator set.
#[must_use]
pub fn validators(stakes: &[u64]) -> ValidatorSets {
    let keys = (0..).map(|i: u64| {
        let mut secret = [7; 32];
        secret[..8].copy_from_slice(&i.to_le_bytes());
        Keypair::from_secret(secret).public()
    });
    ValidatorSets::new(ValidatorSet::new(keys.zip(stakes.iter().copied())).expect("valid stakes"))
}

/// `message` as signed by validator `signer` (counted from 0). Signatures are checked elsewhere.
#[must_use]
pub fn signed(signer: u16, message: Message) -> Arc<Signed<Message>> {
    Signed::with_signature(message, ValidatorId(signer), Signature([0; 64]))
}

pub struct OneNode {
    pub sets: ValidatorSets,
    pub environment: Environment<Params>,
    pub me: Option<ValidatorId>,
    pub state: State,
    /// Every message this node ever signed, in order.
    pub history: Vec<Message>,
}

/// What one input led to.
#[derive(Debug, Default)]
pub struct Outcome(pub Vec<Effect<Message>>);

impl OneNode {
    /// Validator `me` among validators with these stakes, started. Round r's proposer at height 1 is
    /// validator r, counting round.
    #[must_use]
    pub fn new(stakes: &[u64], me: u16) -> Self {
        let mut node = Self::idle(stakes, me);
        node.input(Input::Start);
        node
    }

    #[must_use]
    pub fn idle(stakes: &[u64], me: u16) -> Self {
        OneNode {
            sets: validators(stakes),
            environment: Environment {
                proposers: Schedule::new(Rule::Rotation),
                params: PARAMS,
                block_interval: BLOCK_INTERVAL,
            },
            me: Some(ValidatorId(me)),
            state: Tendermint::new(genesis(), &PARAMS),
            history: Vec::new(),
        }
    }

    pub fn input(&mut self, input: Input<Message>) -> Outcome {
        let mut effects = Vec::new();
        let mut pending = vec![input];
        while let Some(input) = pending.pop() {
            let node = NodeId(self.me.map_or(0, |me| me.0));
            let context = self.environment.context(&self.sets, 0, node, self.me);
            let mut out = Vec::new();
            Tendermint::step(&mut self.state, &context, input, &mut out);
            let me = self.me.map_or(0, |me| me.0);
            for effect in out.iter().rev() {
                if let Effect::Broadcast(message) = effect {
                    pending.push(Input::Message(signed(me, *message)));
                }
            }
            for effect in &out {
                if let Effect::Broadcast(message) = effect {
                    self.history.push(*message);
                }
            }
            effects.extend(out);
        }
        Outcome(effects)
    }

    pub fn message(&mut self, signer: u16, message: Message) -> Outcome {
        self.input(Input::Message(signed(signer, message)))
    }

    /// A proposal of `round`, by its proposer, at the node's height.
    pub fn proposal(
        &mut self,
        round: Round,
        value: BlockId,
        valid_round: Option<Round>,
    ) -> Outcome {
        let height = self.height();
        let proposer = self.with_context(|context| context.proposer(height, round));
        self.message(
            proposer.0,
            Message::Proposal {
                height,
                round,
                value,
                valid_round,
            },
        )
    }

    /// The same, and the ledger says at once that the block is valid.
    pub fn valid_proposal(
        &mut self,
        round: Round,
        value: BlockId,
        valid_round: Option<Round>,
    ) -> Outcome {
        let mut outcome = self.proposal(round, value, valid_round);
        outcome.0.extend(self.validated(value, true).0);
        outcome
    }

    pub fn validated(&mut self, block: BlockId, valid: bool) -> Outcome {
        self.input(Input::Validated { block, valid })
    }

    pub fn prevotes(&mut self, signers: &[u16], round: Round, value: Option<BlockId>) -> Outcome {
        let height = self.height();
        self.votes(
            signers,
            Message::Prevote {
                height,
                round,
                value,
            },
        )
    }

    pub fn precommits(&mut self, signers: &[u16], round: Round, value: Option<BlockId>) -> Outcome {
        let height = self.height();
        self.votes(
            signers,
            Message::Precommit {
                height,
                round,
                value,
            },
        )
    }

    fn votes(&mut self, signers: &[u16], message: Message) -> Outcome {
        let mut outcome = Outcome::default();
        for signer in signers {
            outcome.0.extend(self.message(*signer, message).0);
        }
        outcome
    }

    /// The timer `kind` of the node's height and `round` fires.
    pub fn timeout(&mut self, kind: u8, round: Round) -> Outcome {
        let slot = Slot {
            height: self.height(),
            round,
        };
        self.input(Input::Timer(Timer { kind, slot }))
    }

    pub fn certificate(
        &mut self,
        block: BlockId,
        height: Height,
        certificate: Certificate<Message>,
    ) -> Outcome {
        self.input(Input::Certificate {
            first: height,
            blocks: vec![block],
            proof: Arc::new(certificate),
        })
    }

    /// Into `round` of the current height by timeouts alone, others voting nil.
    pub fn walk_to_round(&mut self, round: Round) {
        while self.status().round < round {
            let at = self.status().round;
            self.timeout(PROPOSE, at);
            self.timeout(PREVOTE, at);
            self.timeout(PRECOMMIT, at);
        }
    }

    #[must_use]
    pub fn height(&self) -> Height {
        self.status().height
    }

    #[must_use]
    pub fn status(&self) -> Status {
        self.with_context(|context| Tendermint::status(&self.state, context))
    }

    /// Messages the node would send again: its own, and others'.
    #[must_use]
    pub fn resend(&self) -> (Vec<Message>, Vec<(u16, Message)>) {
        let repeated = self.with_context(|context| Tendermint::resend(&self.state, context));
        let (own, others): (Vec<_>, Vec<_>) = repeated
            .into_iter()
            .partition(|(to, _)| *to == Recipients::Everyone);
        (
            own.iter().map(|(_, s)| s.message).collect(),
            others
                .iter()
                .map(|(_, s)| (s.signer.0, s.message))
                .collect(),
        )
    }

    fn with_context<T>(&self, f: impl FnOnce(&Context<Params>) -> T) -> T {
        f(&self.environment.context(&self.sets, 0, NodeId(0), self.me))
    }
}

impl Outcome {
    /// Messages signed.
    #[must_use]
    pub fn sent(&self) -> Vec<Message> {
        self.pick(|effect| match effect {
            Effect::Broadcast(message) => Some(*message),
            _ => None,
        })
    }

    /// The values of the prevotes signed.
    #[must_use]
    pub fn prevoted(&self) -> Vec<Option<BlockId>> {
        self.sent()
            .iter()
            .filter(|m| matches!(m, Message::Prevote { .. }))
            .map(Message::value)
            .collect()
    }

    /// The values of the precommits signed.
    #[must_use]
    pub fn precommitted(&self) -> Vec<Option<BlockId>> {
        self.sent()
            .iter()
            .filter(|m| matches!(m, Message::Precommit { .. }))
            .map(Message::value)
            .collect()
    }

    /// Timers armed: (kind, round, after).
    #[must_use]
    pub fn timers(&self) -> Vec<(u8, Round, Micros)> {
        self.pick(|effect| match effect {
            Effect::SetTimer { timer, after } => Some((timer.kind, timer.slot.round, *after)),
            _ => None,
        })
    }

    /// Decisions: (block, height, round, size of the certificate).
    #[must_use]
    pub fn decided(&self) -> Vec<(BlockId, Height, Round, usize)> {
        self.pick(|effect| match effect {
            Effect::Decide {
                first,
                blocks,
                round,
                proof,
            } => Some((blocks[0], *first, *round, proof.len())),
            _ => None,
        })
    }

    #[must_use]
    pub fn built_for(&self) -> Vec<(Slot, BlockId)> {
        self.pick(|effect| match effect {
            Effect::BuildBlock { slot, parents } => Some((*slot, parents[0])),
            _ => None,
        })
    }

    /// Blocks whose validity was asked for.
    #[must_use]
    pub fn asked(&self) -> Vec<BlockId> {
        self.pick(|effect| match effect {
            Effect::ValidateBlock { block, .. } => Some(*block),
            _ => None,
        })
    }

    #[must_use]
    pub fn accused(&self) -> Vec<Evidence<Message>> {
        self.pick(|effect| match effect {
            Effect::Accuse(evidence) => Some(evidence.clone()),
            _ => None,
        })
    }

    #[must_use]
    pub fn notes(&self) -> Vec<Note> {
        self.pick(|effect| match effect {
            Effect::Note(note) => Some(*note),
            _ => None,
        })
    }

    fn pick<T>(&self, f: impl Fn(&Effect<Message>) -> Option<T>) -> Vec<T> {
        self.0.iter().filter_map(f).collect()
    }
}

/// Precommits of `signers` for `value`.
#[must_use]
pub fn certificate_of(
    signers: &[u16],
    height: Height,
    round: Round,
    value: BlockId,
) -> Certificate<Message> {
    let message = Message::Precommit {
        height,
        round,
        value: Some(value),
    };
    signers.iter().map(|s| signed(*s, message)).collect()
}

/// A line of a script that a puppet signs.
#[must_use]
pub fn script(kind: &str, value: Option<BlockId>) -> Script {
    Script {
        kind: kind.to_owned(),
        slot: Slot {
            height: 1,
            round: 0,
        },
        value,
        parent: None,
        valid_round: None,
    }
}
