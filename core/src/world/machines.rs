//! From a scenario to the world of the protocol it names.

use super::{BuildError, Setup, Simulation, build};
use crate::consensus::Corruptible;
use crate::consensus::registry::{Visitor, visit};

/// The world of `setup` under the protocol its scenario names.
///
/// # Errors
/// [`BuildError`].
pub fn simulate(setup: &Setup) -> Result<Box<dyn Simulation>, BuildError> {
    struct Build<'a>(&'a Setup);
    impl Visitor for Build<'_> {
        type Output = Result<Box<dyn Simulation>, BuildError>;
        fn visit<P: Corruptible>(self) -> Self::Output {
            Ok(Box::new(build::<P>(self.0)?))
        }
    }
    let name = setup.scenario.protocol.name.as_str();
    visit(name, Build(setup)).unwrap_or_else(|| Err(BuildError::UnknownProtocol(name.to_owned())))
}
