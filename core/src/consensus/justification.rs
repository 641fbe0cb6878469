//! Signed messages that travel inside another: the votes of a certificate, a view change's reasons.

use crate::base::limits::{MAX_JUSTIFICATION, MAX_JUSTIFICATION_DEPTH};
use crate::types::Signed;
use borsh::io::{Error, ErrorKind, Read, Result, Write};
use borsh::{BorshDeserialize, BorshSerialize};
use std::cell::Cell;
use std::ops::Deref;
use std::sync::Arc;

/// What a message carries to prove what it says. Shared: whoever passes it on copies nothing, and each
/// signature is verified once however many messages carry it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Justification<M>(Arc<Vec<Arc<Signed<M>>>>);

impl<M> Default for Justification<M> {
    fn default() -> Self {
        Justification(Arc::default())
    }
}

impl<M> From<Vec<Arc<Signed<M>>>> for Justification<M> {
    fn from(messages: Vec<Arc<Signed<M>>>) -> Self {
        Justification(Arc::new(messages))
    }
}

impl<M> Deref for Justification<M> {
    type Target = [Arc<Signed<M>>];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<M: BorshSerialize> BorshSerialize for Justification<M> {
    fn serialize<W: Write>(&self, writer: &mut W) -> Result<()> {
        (self.0.len() as u32).serialize(writer)?;
        self.0
            .iter()
            .try_for_each(|signed| signed.as_ref().serialize(writer))
    }
}

thread_local! {
    /// How deep inside one another the messages being read are.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

impl<M: BorshDeserialize> BorshDeserialize for Justification<M> {
    /// Bytes from a stranger may nest as deep as they are long: each level is one of the native stack.
    fn deserialize_reader<R: Read>(reader: &mut R) -> Result<Self> {
        let too_much = |what| Err(Error::new(ErrorKind::InvalidData, what));
        let count = u32::deserialize_reader(reader)? as usize;
        if count > MAX_JUSTIFICATION {
            return too_much("a message carries too many others");
        }
        let depth = DEPTH.get();
        if depth >= MAX_JUSTIFICATION_DEPTH {
            return too_much("messages are nested too deep");
        }
        DEPTH.set(depth + 1);
        let read: Result<Vec<_>> = (0..count)
            .map(|_| Signed::deserialize_reader(reader).map(Arc::new))
            .collect();
        DEPTH.set(depth);
        Ok(read?.into())
    }
}
