//! Follows the protocol with an executor that computes a wrong state: its blocks name a root nobody
//! else has, and it finds everybody else's root wrong. What the others decide it follows all the same.
//! Its milder kind errs only where a contract asks about balances.

use super::{Lie, Strategy};
use crate::consensus::{Corruptible, Input};

/// `answers`: the milder kind.
#[derive(Clone)]
pub struct WrongRoot {
    /// Lies to contracts only.
    pub answers: bool,
}

impl<P: Corruptible> Strategy<P> for WrongRoot {
    fn name(&self) -> &'static str {
        if self.answers {
            "wrong answers"
        } else {
            "wrong root"
        }
    }

    fn before(&mut self, state: &mut P::State, _input: &Input<P::Message>) -> bool {
        if let Some(accept) = P::ACCEPT_INVALID {
            accept(state);
        }
        true
    }

    fn lies(&self) -> Option<Lie> {
        Some(if self.answers {
            Lie::Answers
        } else {
            Lie::State
        })
    }

    fn resends(&self) -> bool {
        true
    }

    fn clone_box(&self) -> Box<dyn Strategy<P>> {
        Box::new(self.clone())
    }
}
