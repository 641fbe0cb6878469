//! From a scenario to the world of the protocol it names.

use super::{Setup, Simulation, build};
use crate::consensus::Corruptible;
use crate::consensus::registry::{Visitor, unknown, visit};

/// The world of `setup` under the protocol its scenario names.
///
/// # Errors
/// A sentence, when there is no such protocol or genesis cannot be built.
pub fn simulate(setup: &Setup) -> Result<Box<dyn Simulation>, String> {
    struct Build<'a>(&'a Setup);
    impl Visitor for Build<'_> {
        type Output = Result<Box<dyn Simulation>, String>;
        fn visit<P: Corruptible>(self) -> Self::Output {
            Ok(Box::new(build::<P>(self.0)?))
        }
    }
    let name = setup.scenario.protocol.name.as_str();
    visit(name, Build(setup)).unwrap_or_else(|| Err(unknown(name)))
}
