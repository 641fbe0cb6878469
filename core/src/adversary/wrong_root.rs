//! Follows the protocol with an executor that computes a wrong state: its blocks name a root nobody
//! else has, and it finds everybody else's root wrong. What the others decide it follows all the same.

use super::Strategy;
use crate::consensus::{Input, Protocol};

#[derive(Clone)]
pub struct WrongRoot;

impl<P: Protocol> Strategy<P> for WrongRoot {
    fn name(&self) -> &'static str {
        "wrong root"
    }

    fn before(&mut self, state: &mut P::State, _input: &Input<P::Message>) -> bool {
        P::follow_blindly(state);
        true
    }

    fn lies_about_state(&self) -> bool {
        true
    }

    fn resends(&self) -> bool {
        true
    }

    fn clone_box(&self) -> Box<dyn Strategy<P>> {
        Box::new(self.clone())
    }
}
