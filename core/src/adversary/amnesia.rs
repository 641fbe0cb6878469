//! Votes as if it had never locked: before every step the lock is forgotten.

use super::Strategy;
use crate::consensus::{Input, Protocol};

#[derive(Clone)]
pub struct Amnesia;

impl<P: Protocol> Strategy<P> for Amnesia {
    fn name(&self) -> &'static str {
        "amnesia"
    }

    fn before(&mut self, state: &mut P::State, _input: &Input<P::Message>) -> bool {
        P::forget_lock(state);
        true
    }

    fn resends(&self) -> bool {
        true
    }

    fn clone_box(&self) -> Box<dyn Strategy<P>> {
        Box::new(self.clone())
    }
}
