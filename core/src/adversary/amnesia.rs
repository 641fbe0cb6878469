//! Votes as if it had never locked: before every step the lock is forgotten.

use super::Strategy;
use crate::consensus::{Corruptible, Input};

/// Votes as if it had never locked.
#[derive(Clone)]
pub struct Amnesia;

impl<P: Corruptible> Strategy<P> for Amnesia {
    fn name(&self) -> &'static str {
        "amnesia"
    }

    fn before(&mut self, state: &mut P::State, _input: &Input<P::Message>) -> bool {
        if let Some(forget) = P::FORGET_LOCK {
            forget(state);
        }
        true
    }

    fn resends(&self) -> bool {
        true
    }

    fn clone_box(&self) -> Box<dyn Strategy<P>> {
        Box::new(self.clone())
    }
}
