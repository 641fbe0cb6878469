//! Byzantine validators. An adversary has the keys, the view and the outgoing messages of the nodes it
//! controls, and those nodes may act as one. It cannot forge: what it sends is signed with its own keys.
//!
//! One file a strategy, and this catalogue.

mod amnesia;
mod censor;
mod coalition;
mod delay;
mod puppet;
mod silent;
mod wrong_root;

pub use puppet::{Line, Value};

use crate::base::Micros;
use crate::consensus::{Corruptible, Effect, Input};
use crate::types::{BlockId, NodeId, ValidatorId};

/// What a strategy makes of one effect of a node it controls.
#[derive(Clone, Debug)]
pub enum Act<M> {
    /// Let it happen.
    Do(Effect<M>),
    /// Let it happen, but what it sends leaves this much later.
    Later {
        /// How much later, microseconds.
        by: Micros,
        /// What is done then.
        effect: Effect<M>,
    },
    /// Sign `message` as `from` (a controlled node) and send it to these nodes only.
    Tell {
        /// Who signs.
        from: NodeId,
        /// What is signed.
        message: M,
        /// Who receives it.
        to: Vec<NodeId>,
    },
    /// The node's own machine takes the message; nobody else gets it.
    KeepToSelf(M),
}

/// What the world shows a strategy and does for it.
pub trait Stage {
    /// Controlled nodes, in order.
    fn members(&self) -> &[NodeId];
    /// Nodes that are up and not controlled, with the stake of their validators.
    fn honest(&self) -> Vec<(NodeId, u64)>;
    /// The validator a node runs.
    fn validator(&self, node: NodeId) -> ValidatorId;
    /// Another valid block on the same parent as `block`, built by the same proposer; its body goes to
    /// whoever is told about it.
    fn alternative(&mut self, node: NodeId, block: &BlockId) -> Option<BlockId>;
}

/// How the executor of a liar errs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    /// The state itself is another.
    State,
    /// Contracts are told wrong balances.
    Answers,
}

/// A way to be Byzantine. Hooks stand before a step, after it, and in the executor.
pub trait Strategy<P: Corruptible> {
    /// As the trace and the page show it.
    fn name(&self) -> &'static str;

    /// Before the machine of a controlled node takes `input`; false swallows it.
    fn before(&mut self, _state: &mut P::State, _input: &Input<P::Message>) -> bool {
        true
    }

    /// After the step: what is done instead of `effect`.
    fn after(
        &mut self,
        _stage: &mut dyn Stage,
        _node: NodeId,
        effect: Effect<P::Message>,
    ) -> Vec<Act<P::Message>> {
        vec![Act::Do(effect)]
    }

    /// The executor of controlled nodes computes wrong states.
    fn lies(&self) -> Option<Lie> {
        None
    }

    /// User accounts whose transactions controlled nodes leave out of blocks they build.
    fn leaves_out(&self) -> &[u16] {
        &[]
    }

    /// Controlled nodes gossip no transactions and help nobody to catch up.
    fn mute(&self) -> bool {
        false
    }

    /// Controlled nodes send again what they said, as honest ones do: only where they said the same to
    /// everybody and at once.
    fn resends(&self) -> bool {
        false
    }

    /// Messages written down beforehand.
    fn script(&self) -> &[Line] {
        &[]
    }

    /// A copy for a checkpoint, with all it remembers.
    fn clone_box(&self) -> Box<dyn Strategy<P>>;
}

/// A strategy by what it does; scenarios are turned into this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Two proposals at once, and votes for both.
    Coalition,
    /// Sends nothing.
    Silent,
    /// Sends everything later by `by` microseconds.
    Delay {
        /// Microseconds.
        by: Micros,
    },
    /// Computes another state.
    WrongRoot,
    /// Votes as if it had never locked.
    Amnesia,
    /// Sends a script's messages, and nothing of its own.
    Puppet {
        /// In order of time.
        script: Vec<Line>,
    },
    /// Tells contracts wrong balances.
    WrongAnswers,
    /// Leaves these users' transactions out of its blocks.
    Censor {
        /// Their accounts.
        users: Vec<u16>,
    },
}

/// The catalogue.
#[must_use]
pub fn strategy<P: Corruptible>(plan: &Plan) -> Box<dyn Strategy<P>> {
    match plan {
        Plan::Coalition => Box::new(coalition::Coalition::default()),
        Plan::Silent => Box::new(silent::Silent),
        Plan::Delay { by } => Box::new(delay::Delay { by: *by }),
        Plan::WrongRoot => Box::new(wrong_root::WrongRoot { answers: false }),
        Plan::WrongAnswers => Box::new(wrong_root::WrongRoot { answers: true }),
        Plan::Censor { users } => Box::new(censor::Censor {
            users: users.clone(),
        }),
        Plan::Amnesia => Box::new(amnesia::Amnesia),
        Plan::Puppet { script } => Box::new(puppet::Puppet {
            script: script.clone(),
        }),
    }
}
