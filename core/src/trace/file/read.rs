//! Reading a trace file that may lie: what makes sense is accepted, the rest is reported.
//!
//! No memory is allocated because a file says so. A size above its limit or an impossible head is refused, an
//! impossible item is left out, and after bytes that are not an item nothing more is read.

use super::error::{ItemError, MAX_HEIGHT, TraceFileError};
use super::head::head;
use super::names::{cut, name};
use super::{
    CHUNK, FileEnd, FileEvent, FileHead, FileMessage, FileProtocol, Item, MAGIC, OLDEST, VERSION,
};
use crate::base::limits::{
    MAX_ROUND, MAX_TIME, MAX_TRACE_BYTES, MAX_TRACE_MESSAGES, MAX_TRACE_RECORDS,
};
use crate::base::{Micros, hash_bytes};
use crate::consensus::registry::signed_digest;
use crate::trace::{Head, MessageRecord, Proof, Receivers, Record};
use crate::types::keys::verify;
use crate::types::{Height, NodeId, PublicKey, Round, Slot, ValidatorId, ValidatorSets};
use borsh::BorshDeserialize;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Bytes of a sentence or of a message's field; what is over is cut.
pub(super) const MAX_SENTENCE: usize = 2_000;
const MAX_FIELDS: usize = 16;
/// Complaints kept as sentences; further ones are counted.
const MAX_COMPLAINTS: usize = 50;

/// What in a file does not make sense.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Complaints {
    /// The first fifty.
    pub sentences: Vec<String>,
    /// Further ones.
    pub more: u64,
}

impl Complaints {
    /// Adds a sentence, or counts it when there are enough.
    pub fn say(&mut self, sentence: impl FnOnce() -> String) {
        if self.sentences.len() < MAX_COMPLAINTS {
            self.sentences.push(sentence());
        } else {
            self.more += 1;
        }
    }
}

/// A trace out of a file: everything in it speaks of nodes, validators, kinds and messages there are.
#[derive(Debug)]
pub struct TraceFile {
    /// What charts and monitors need before the first record.
    pub head: Head,
    /// In order of time.
    pub records: Vec<Record>,
    /// Numbered from 0 in their order; with each, how many records stand before it.
    pub messages: Vec<(usize, MessageRecord)>,
    /// When the first record was made, microseconds; 0 for a trace from the start of its run.
    pub from: Micros,
    /// `None`: the file was cut off.
    pub end: Option<FileEnd>,
    /// Signatures that were verified, and those there are.
    pub verified: (u64, u64),
    /// What was left out and why.
    pub complaints: Complaints,
}

/// Reads a file. At most `signatures` are verified: each takes some ten microseconds.
///
/// # Errors
/// [`TraceFileError`]: not a trace file, an unknown version, or a size or a head that is impossible.
pub fn read(bytes: &[u8], signatures: u64) -> Result<TraceFile, TraceFileError> {
    if bytes.len() > MAX_TRACE_BYTES {
        return Err(TraceFileError::TooLarge { bytes: bytes.len() });
    }
    let rest = bytes
        .strip_prefix(&MAGIC)
        .ok_or(TraceFileError::NotATrace)?;
    let (version, mut rest) = rest
        .split_first_chunk::<2>()
        .ok_or(TraceFileError::NoHead)?;
    let version = u16::from_le_bytes(*version);
    if !(OLDEST..=VERSION).contains(&version) {
        return Err(TraceFileError::Version(version));
    }
    let first = chunk(&mut rest)?.ok_or(TraceFileError::NoHead)?;
    let mut first = &first[..];
    let file_head = FileHead::deserialize(&mut first).map_err(TraceFileError::Head)?;
    let from = file_head.from;
    let nodes = file_head.nodes.len();
    // Older files do not have it.
    let protocol = match version {
        3.. => FileProtocol::deserialize(&mut first).map_err(TraceFileError::Head)?,
        0..3 => FileProtocol::default(),
    };
    let head = head(file_head, &protocol)?;
    let mut reader = Reader {
        nodes,
        everybody: Arc::new(Receivers::Others(
            u16::try_from(nodes.saturating_sub(1)).unwrap_or(u16::MAX),
        )),
        sets: ValidatorSets::new(head.genesis_set()),
        file: TraceFile {
            head,
            records: Vec::new(),
            messages: Vec::new(),
            from,
            end: None,
            verified: (0, 0),
            complaints: Complaints::default(),
        },
        ids: BTreeMap::new(),
        sent: BTreeMap::new(),
        now: 0,
        signatures,
        items: 0,
    };
    loop {
        let unpacked = match chunk(&mut rest) {
            Ok(Some(unpacked)) => unpacked,
            Ok(None) => break,
            // A size above its limit is refused outright; damage further in costs only what follows.
            Err(TraceFileError::Damaged(why)) => {
                reader
                    .file
                    .complaints
                    .say(|| format!("The file is damaged: {why} What follows is left out."));
                break;
            }
            Err(refused) => return Err(refused),
        };
        if !reader.items(&unpacked) {
            break;
        }
    }
    Ok(reader.finish())
}

/// The next packed chunk, unpacked; `None` at the end of the file.
fn chunk(rest: &mut &[u8]) -> Result<Option<Vec<u8>>, TraceFileError> {
    if rest.is_empty() {
        return Ok(None);
    }
    let cut = || TraceFileError::Damaged("it ends in the middle of a chunk.");
    let (packed, after) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
    let (unpacked, after) = after.split_first_chunk::<4>().ok_or_else(cut)?;
    let packed = u32::from_le_bytes(*packed) as usize;
    let unpacked = u32::from_le_bytes(*unpacked) as usize;
    if unpacked > CHUNK {
        return Err(TraceFileError::ChunkSize {
            bytes: unpacked,
            what: "unpacked",
            most: CHUNK,
        });
    }
    if packed > 2 * CHUNK {
        return Err(TraceFileError::ChunkSize {
            bytes: packed,
            what: "packed",
            most: 2 * CHUNK,
        });
    }
    let (body, after) = after.split_at_checked(packed).ok_or_else(cut)?;
    let unlike = || TraceFileError::Damaged("a chunk does not unpack to the size it names.");
    let bytes = decompress_to_vec_zlib_with_limit(body, unpacked).map_err(|_| unlike())?;
    if bytes.len() != unpacked {
        return Err(unlike());
    }
    *rest = after;
    Ok(Some(bytes))
}

pub(super) struct Reader {
    pub(super) file: TraceFile,
    pub(super) nodes: usize,
    /// What goes to all other nodes.
    pub(super) everybody: Arc<Receivers>,
    /// Who votes on each height, as the records so far tell.
    pub(super) sets: ValidatorSets,
    /// The file's number of a message to ours.
    pub(super) ids: BTreeMap<u32, u32>,
    /// When a message left a node: our number and the node.
    pub(super) sent: BTreeMap<(u32, u16), Vec<Micros>>,
    now: Micros,
    signatures: u64,
    items: u64,
}

impl Reader {
    /// The items of one chunk; false: no more are read.
    fn items(&mut self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            if self.file.end.is_some() {
                self.file
                    .complaints
                    .say(|| "Something follows the end of the trace; it is left out.".into());
                return false;
            }
            self.items += 1;
            let item = match Item::deserialize(&mut bytes) {
                Ok(item) => item,
                Err(why) => {
                    let n = self.items;
                    self.file.complaints.say(|| {
                        format!(
                            "Item {n} of the file cannot be read ({why}); what follows is left out."
                        )
                    });
                    return false;
                }
            };
            match item {
                Item::Message(m) => {
                    if self.file.messages.len() >= MAX_TRACE_MESSAGES {
                        self.full("messages", MAX_TRACE_MESSAGES);
                        return false;
                    }
                    self.message(m);
                }
                Item::Record { at, event } => {
                    if self.file.records.len() >= MAX_TRACE_RECORDS {
                        self.full("records", MAX_TRACE_RECORDS);
                        return false;
                    }
                    self.record(at, event);
                }
                Item::End(end) => self.file.end = Some(end),
            }
        }
        true
    }

    fn full(&mut self, what: &str, most: usize) {
        self.file.complaints.say(|| {
            format!("The file has more than {most} {what}, the most that are read; the rest is left out.")
        });
    }

    fn message(&mut self, m: FileMessage) {
        let id = m.id;
        let signers = self.file.head.validators.len();
        if self.ids.contains_key(&id) {
            return self.wrong(ItemError::Twice(id));
        }
        if usize::from(m.from) >= self.nodes {
            return self.wrong(ItemError::SenderMissing {
                id,
                number: u32::from(m.from) + 1,
                count: self.nodes,
            });
        }
        if m.signer.is_some_and(|s| usize::from(s) >= signers) {
            return self.wrong(ItemError::SignerMissing(id));
        }
        if usize::from(m.kind) >= self.file.head.kinds.len() {
            return self.wrong(ItemError::KindMissing(id));
        }
        if let Err(why) = Self::possible(m.height, m.round) {
            return self.wrong(why);
        }
        let mut signer = m.signer.map(ValidatorId);
        let proof = m
            .proof
            .map(|(body, signature)| Box::new(Proof { signature, body }));
        if let Some(who) = signer {
            let key = self.key(who, m.height);
            self.file.verified.1 += 1;
            if self.file.verified.0 < self.signatures {
                self.file.verified.0 += 1;
                if !proof.as_ref().is_some_and(|p| self.genuine(key, p)) {
                    // Kept on the chart, but counted as unsigned.
                    signer = None;
                    let name = self.file.head.validators[who.index()].0.clone();
                    self.file.complaints.say(|| {
                        format!("The signature of message {id}, said to be {name}'s, is wrong: it counts as unsigned.")
                    });
                }
            }
        }
        let mut fields: Vec<(&'static str, String)> = Vec::new();
        for (key, value) in m.fields.iter().take(MAX_FIELDS) {
            if let Some(key) = name(key) {
                fields.push((key, cut(value, MAX_SENTENCE)));
            }
        }
        let number = self.file.messages.len() as u32;
        self.ids.insert(id, number);
        self.file.messages.push((
            self.file.records.len(),
            MessageRecord {
                id: number,
                from: NodeId(m.from),
                signer,
                kind: m.kind,
                slot: Slot {
                    height: m.height,
                    round: m.round,
                },
                value: m.value,
                bytes: m.bytes,
                signatures: u32::from(signer.is_some()),
                sent: m.sent,
                parents: Vec::new(),
                fields,
                proof,
            },
        ));
    }

    /// The key a validator signs a height's messages with. One that does not vote there signs with the last
    /// it had.
    fn key(&self, who: ValidatorId, height: Height) -> Option<PublicKey> {
        self.sets
            .key(who, height)
            .or_else(|| self.file.head.keys.get(who.index()).copied())
    }

    fn genuine(&self, key: Option<PublicKey>, proof: &Proof) -> bool {
        let head = &self.file.head;
        let digest = signed_digest(head.protocol, &proof.body, &head.chain);
        // Of a protocol that is not known here: what most sign.
        let whole = || {
            let mut signed = head.chain.0.to_vec();
            signed.extend_from_slice(&proof.body);
            Some(hash_bytes(head.domain, &signed))
        };
        let digest = digest.unwrap_or_else(whole);
        key.zip(digest)
            .is_some_and(|(key, digest)| verify(&key, &digest, &proof.signature))
    }

    /// Heights and rounds no run comes to would only be there to overflow something.
    fn possible(height: Height, round: Round) -> Result<(), ItemError> {
        if height > MAX_HEIGHT || round > MAX_ROUND {
            return Err(ItemError::Impossible { height, round });
        }
        Ok(())
    }

    fn wrong(&mut self, why: ItemError) {
        let n = self.items;
        self.file
            .complaints
            .say(|| format!("Item {n} is left out: {why}."));
    }

    fn record(&mut self, at: Micros, event: FileEvent) {
        if at < self.now {
            let now = self.now;
            return self.wrong(ItemError::Backwards { at, now });
        }
        if at > MAX_TIME {
            return self.wrong(ItemError::TooLate(at));
        }
        if let Some((height, round)) = event.slot()
            && let Err(why) = Self::possible(height, round)
        {
            return self.wrong(why);
        }
        match self.event(at, event) {
            Ok(event) => {
                self.now = at;
                self.file.records.push(Record { at, event });
            }
            Err(why) => self.wrong(why),
        }
    }

    fn finish(mut self) -> TraceFile {
        let (records, messages) = (
            self.file.records.len() as u64,
            self.file.messages.len() as u64,
        );
        match self.file.end {
            None => self
                .file
                .complaints
                .say(|| "The file has no end: it was cut off, and the rest is missing.".into()),
            Some(end) if (end.records, end.messages) != (records, messages) => {
                self.file.complaints.say(|| {
                    format!(
                        "The file says it holds {} records and {} messages; {records} and {messages} were read.",
                        end.records, end.messages
                    )
                });
            }
            Some(_) => {}
        }
        self.file
    }
}
