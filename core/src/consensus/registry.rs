//! The one list of protocols. Whoever works with a protocol by its name goes through [`visit`].

use super::hotstuff::{
    BasicHotStuff, BasicHotStuff2, ChainedHotStuff, HotStuff2, Jolteon, MonadBft,
};
use super::pbft::Pbft;
use super::simplex::{Minimmit, Simplex};
use super::streamlet::Streamlet;
use super::tendermint::Tendermint;
use super::votor::Votor;
use super::{
    Conflict, Corruptible, Description, Keeps, Message, ParamError, Parameter, Powers, Protocol,
    ProtocolInfo, Threshold, parameters, read_params,
};
use crate::base::Hash;
use crate::types::Signable;
use schemars::{Schema, schema_for};
use serde_json::{Map, Value};

/// What is known of a protocol without running it.
#[derive(Clone, Copy, Debug)]
pub struct ProtocolFacts {
    /// What it says of itself.
    pub info: ProtocolInfo,
    /// What [`Self::info`] is in a run with these parameters; those left out have their defaults.
    pub told: fn(&Map<String, Value>) -> Result<Told, ParamError>,
    /// Stake that forces a node into a later round, where the protocol skips rounds.
    pub skip: Option<Threshold>,
    /// See [`Protocol::MOST_VALIDATORS`].
    pub most_validators: usize,
    /// See [`Protocol::KEEPS`].
    pub keeps: Keeps,
    /// Which strategies of an adversary it supports.
    pub powers: Powers,
    /// Its parameters with their limits, sentences and defaults.
    pub parameters: fn() -> Vec<Parameter>,
    /// Their JSON Schema.
    pub schema: fn() -> Schema,
    /// Whether these parameters can be; those left out have their defaults.
    pub check: fn(&Map<String, Value>) -> Result<(), ParamError>,
}

/// What a protocol says of itself under certain parameters.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    /// See [`Protocol::info`].
    pub info: ProtocolInfo,
    /// See [`Protocol::conflict`].
    pub conflict: Option<Conflict>,
}

impl ProtocolFacts {
    const fn of<P: Corruptible>() -> Self {
        ProtocolFacts {
            info: P::INFO,
            told: |given| {
                let params = read_params::<P::Params>(given)?;
                Ok(Told {
                    info: P::info(&params),
                    conflict: P::conflict(&params),
                })
            },
            skip: P::SKIP,
            most_validators: P::MOST_VALIDATORS,
            keeps: P::KEEPS,
            powers: Powers::of::<P>(),
            parameters: parameters::<P::Params>,
            schema: || schema_for!(P::Params),
            check: |given| read_params::<P::Params>(given).map(drop),
        }
    }
}

/// Something to be done with a protocol that is known by name only.
pub trait Visitor {
    /// What comes back.
    type Output;
    /// Does it with `P`.
    fn visit<P: Corruptible>(self) -> Self::Output;
}

macro_rules! protocols {
    ($($protocol:ty),+ $(,)?) => {
        /// Every protocol, in the order in which they are offered.
        pub const PROTOCOLS: &[ProtocolFacts] = &[$(ProtocolFacts::of::<$protocol>()),+];

        /// Lets `visitor` work with the protocol of that name; `None` when there is none.
        pub fn visit<V: Visitor>(name: &str, visitor: V) -> Option<V::Output> {
            $(if name == <$protocol as Protocol>::INFO.name {
                return Some(visitor.visit::<$protocol>());
            })+
            None
        }
    };
}

protocols! {
    Tendermint,
    Simplex,
    Minimmit,
    Votor,
    Streamlet,
    Pbft,
    BasicHotStuff,
    ChainedHotStuff,
    HotStuff2,
    BasicHotStuff2,
    Jolteon,
    MonadBft,
}

/// The facts of the protocol of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static ProtocolFacts> {
    PROTOCOLS.iter().find(|p| p.info.name == name)
}

/// Why a name is refused, and which there are.
#[must_use]
pub fn unknown(name: &str) -> String {
    let known: Vec<String> = PROTOCOLS
        .iter()
        .map(|p| format!("{:?}", p.info.name))
        .collect();
    format!(
        "there is no protocol {name:?}; there are: {}",
        known.join(", ")
    )
}

/// What a message of a protocol says, from its signed bytes: `None` for a protocol that is not known
/// here, and within it for bytes that are no message.
#[must_use]
pub fn describe(protocol: &str, body: &[u8]) -> Option<Option<Description>> {
    struct Describe<'a>(&'a [u8]);
    impl Visitor for Describe<'_> {
        type Output = Option<Description>;
        fn visit<P: Corruptible>(self) -> Option<Description> {
            let message = crate::base::decode::<P::Message>(self.0);
            message.ok().map(|m| m.describe())
        }
    }
    visit(protocol, Describe(body))
}

/// What the signer of a protocol's message signed on `chain`, from the message's bytes: not all of them where it
/// hands on what others signed. `None` and `Some(None)` as for [`describe`].
#[must_use]
pub fn signed_digest(protocol: &str, body: &[u8], chain: &Hash) -> Option<Option<Hash>> {
    struct Digest<'a>(&'a [u8], &'a Hash);
    impl Visitor for Digest<'_> {
        type Output = Option<Hash>;
        fn visit<P: Corruptible>(self) -> Option<Hash> {
            let message = crate::base::decode::<P::Message>(self.0);
            message.ok().map(|m| m.digest(self.1))
        }
    }
    visit(protocol, Digest(body, chain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_protocol_is_found_by_its_name_and_names_only_what_it_has() {
        for facts in PROTOCOLS {
            let info = &facts.info;
            assert!(
                find(info.name).is_some_and(|f| f.info.title == info.title),
                "{}: another protocol has this name",
                info.name
            );
            let known = |kind: u8| usize::from(kind) < info.kinds.len();
            for awaited in info.steps.iter().flat_map(|s| s.awaits) {
                let fits = match awaited {
                    super::super::Awaited::Message { kind } => known(*kind),
                    super::super::Awaited::Stake { kinds, .. } => {
                        !kinds.is_empty() && kinds.iter().all(|k| known(*k))
                    }
                };
                assert!(fits, "{}: {awaited:?} names no kind", info.name);
            }
            let mut ids: Vec<_> = info.rules.iter().map(|r| r.id).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), info.rules.len(), "{}: a rule twice", info.name);
        }
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_names_there_are() {
        assert!(describe("paxos", &[]).is_none());
        assert!(unknown("paxos").contains("\"paxos\"; there are: \"tendermint\""));
    }
}
