//! The one list of protocols.

use super::{Setup, Simulation, build};
use crate::consensus::tendermint::Tendermint;
use crate::consensus::{Description, Message, Protocol};

/// What is known of a protocol without running it.
#[derive(Clone, Copy, Debug)]
pub struct ProtocolFacts {
    pub name: &'static str,
    pub kinds: &'static [crate::consensus::Kind],
    pub conventions: &'static [(&'static str, &'static str)],
}

const fn facts<P: Protocol>() -> ProtocolFacts {
    ProtocolFacts {
        name: P::NAME,
        kinds: P::KINDS,
        conventions: P::CONVENTIONS,
    }
}

pub const PROTOCOLS: &[ProtocolFacts] = &[facts::<Tendermint>()];

/// What a message of a protocol says, from its signed bytes: `None` for a protocol that is not known
/// here, and within it for bytes that are no message.
#[must_use]
pub fn describe(protocol: &str, body: &[u8]) -> Option<Option<Description>> {
    fn of<P: Protocol>(body: &[u8]) -> Option<Description> {
        crate::base::decode::<P::Message>(body).ok().map(|m| m.describe())
    }
    match protocol {
        Tendermint::NAME => Some(of::<Tendermint>(body)),
        _ => None,
    }
}

/// The world of `setup` under the protocol its scenario names.
///
/// # Errors
/// A sentence, when there is no such protocol or genesis cannot be built.
pub fn simulate(setup: &Setup) -> Result<Box<dyn Simulation>, String> {
    match setup.scenario.protocol.name.as_str() {
        Tendermint::NAME => Ok(Box::new(build::<Tendermint>(setup)?)),
        other => {
            let known: Vec<_> = PROTOCOLS.iter().map(|p| p.name).collect();
            Err(format!(
                "there is no protocol '{other}'; there are: {}",
                known.join(", ")
            ))
        }
    }
}
