//! Leaves what some users sign out of its own blocks, and votes like everybody for others' blocks.

use super::Strategy;
use crate::consensus::Corruptible;

/// By number of user account.
#[derive(Clone)]
pub struct Censor {
    /// User accounts whose transactions are left out.
    pub users: Vec<u16>,
}

impl<P: Corruptible> Strategy<P> for Censor {
    fn name(&self) -> &'static str {
        "censor"
    }

    fn leaves_out(&self) -> &[u16] {
        &self.users
    }

    fn resends(&self) -> bool {
        true
    }

    fn clone_box(&self) -> Box<dyn Strategy<P>> {
        Box::new(self.clone())
    }
}
