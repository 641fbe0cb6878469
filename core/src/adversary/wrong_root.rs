//! Follows the protocol with an executor that computes a wrong state: its blocks name a root nobody
//! else has, and it finds everybody else's root wrong.

use super::Strategy;
use crate::consensus::Protocol;

#[derive(Clone)]
pub struct WrongRoot;

impl<P: Protocol> Strategy<P> for WrongRoot {
    fn name(&self) -> &'static str {
        "wrong root"
    }

    fn lies_about_state(&self) -> bool {
        true
    }

    fn clone_box(&self) -> Box<dyn Strategy<P>> {
        Box::new(self.clone())
    }
}
