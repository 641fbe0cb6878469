//! Reading a trace file that may lie: what makes sense is taken, what does not is told.
//!
//! Nothing is allocated on a file's word. A size above its limit, or a head that cannot be, is refused; an
//! item that cannot be is left out; after bytes that are no item nothing more is read.

use super::names::name;
use super::{CHUNK, FileEnd, FileEvent, FileHead, FileMessage, Item, MAGIC, VERSION};
use crate::base::limits::{
    MAX_NAME_BYTES, MAX_ROUND, MAX_TIME, MAX_TOTAL_STAKE, MAX_TRACE_BYTES, MAX_TRACE_MESSAGES,
    MAX_TRACE_RECORDS, MAX_VALIDATORS,
};
use crate::base::{Hash, Micros, hash_bytes};
use crate::consensus::Role;
use crate::trace::{
    Accusation, ByzantineChange, Commit, Event, Executed, Head, KindInfo, Loss, MessageRecord,
    Proof, Record, Rejection,
};
use crate::types::keys::verify;
use crate::types::{Height, NodeId, Round, Slot, ValidatorId};
use borsh::BorshDeserialize;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use std::collections::BTreeMap;

/// Kinds, steps and timers a protocol may have.
const MAX_WORDS: usize = 64;
/// Bytes of a sentence or of a message's field; what is over is cut.
const MAX_SENTENCE: usize = 2_000;
const MAX_FIELDS: usize = 16;
/// Above this no chain comes in the time there is.
const MAX_HEIGHT: Height = 1 << 40;
/// Complaints kept as sentences; further ones are counted.
const MAX_COMPLAINTS: usize = 50;

/// What in a file does not make sense.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Complaints {
    pub sentences: Vec<String>,
    /// Further ones.
    pub more: u64,
}

impl Complaints {
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
    pub head: Head,
    pub records: Vec<Record>,
    /// Numbered from 0 in their order; with each, how many records stand before it.
    pub messages: Vec<(usize, MessageRecord)>,
    pub from: Micros,
    /// `None`: the file was cut off.
    pub end: Option<FileEnd>,
    /// Signatures that were verified, and those there are.
    pub verified: (u64, u64),
    pub complaints: Complaints,
}

/// Reads a file. At most `signatures` are verified: each takes some ten microseconds.
///
/// # Errors
/// A sentence: not a trace file, a newer version, or a size or a head that cannot be.
pub fn read(bytes: &[u8], signatures: u64) -> Result<TraceFile, String> {
    if bytes.len() > MAX_TRACE_BYTES {
        return Err(format!(
            "the trace file has {} bytes: at most {MAX_TRACE_BYTES} are read. Save a shorter part of the run.",
            bytes.len()
        ));
    }
    let rest = bytes
        .strip_prefix(&MAGIC)
        .ok_or("this is no trace file: those begin with CFTRACE.")?;
    let (version, mut rest) = rest
        .split_first_chunk::<2>()
        .ok_or("the trace file ends within its first bytes.")?;
    let version = u16::from_le_bytes(*version);
    if version != VERSION {
        return Err(format!(
            "this trace file has version {version}; this program reads version {VERSION}."
        ));
    }
    let first = chunk(&mut rest)?.ok_or("the trace file ends before its head.")?;
    let mut first = &first[..];
    let file_head = FileHead::deserialize(&mut first)
        .map_err(|e| format!("the head of the trace file cannot be read: {e}."))?;
    let from = file_head.from;
    let mut reader = Reader {
        nodes: file_head.nodes.len(),
        file: TraceFile {
            head: head(file_head)?,
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
            // A size that cannot be is refused outright; damage further in costs what follows.
            Err(Bad::Absurd(why)) => return Err(why),
            Err(Bad::Damaged(why)) => {
                reader
                    .file
                    .complaints
                    .say(|| format!("The file is damaged: {why} What follows is left out."));
                break;
            }
        };
        if !reader.items(&unpacked) {
            break;
        }
    }
    Ok(reader.finish())
}

/// Why a chunk cannot be read.
enum Bad {
    /// A size above its limit.
    Absurd(String),
    /// What comes before it may still make sense.
    Damaged(String),
}

impl From<Bad> for String {
    fn from(bad: Bad) -> String {
        match bad {
            Bad::Absurd(why) => why,
            Bad::Damaged(why) => format!("the trace file is damaged: {why}"),
        }
    }
}

/// The next packed chunk, unpacked; `None` at the end of the file.
fn chunk(rest: &mut &[u8]) -> Result<Option<Vec<u8>>, Bad> {
    if rest.is_empty() {
        return Ok(None);
    }
    let cut = || Bad::Damaged("it ends in the middle of a chunk.".into());
    let (packed, after) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
    let (unpacked, after) = after.split_first_chunk::<4>().ok_or_else(cut)?;
    let packed = u32::from_le_bytes(*packed) as usize;
    let unpacked = u32::from_le_bytes(*unpacked) as usize;
    if unpacked > CHUNK {
        return Err(Bad::Absurd(format!(
            "a chunk says that it unpacks to {unpacked} bytes: at most {CHUNK} are allowed."
        )));
    }
    if packed > 2 * CHUNK {
        return Err(Bad::Absurd(format!(
            "a chunk says that it has {packed} packed bytes: at most {} are allowed.",
            2 * CHUNK
        )));
    }
    let (body, after) = after.split_at_checked(packed).ok_or_else(cut)?;
    let unlike = || Bad::Damaged("a chunk does not unpack to the size it names.".into());
    let bytes = decompress_to_vec_zlib_with_limit(body, unpacked).map_err(|_| unlike())?;
    if bytes.len() != unpacked {
        return Err(unlike());
    }
    *rest = after;
    Ok(Some(bytes))
}

/// A head that charts and monitors can rely on.
fn head(file: FileHead) -> Result<Head, String> {
    let n = file.validators.len();
    if n == 0 || n > MAX_VALIDATORS {
        return Err(format!(
            "the trace file has {n} validators: from 1 to {MAX_VALIDATORS} are shown."
        ));
    }
    if file.nodes.len() < n || file.nodes.len() > 2 * n {
        return Err(format!(
            "the trace file has {} nodes for {n} validators: one or two each.",
            file.nodes.len()
        ));
    }
    if let Some(v) = file.nodes.iter().find(|v| usize::from(**v) >= n) {
        return Err(format!(
            "a node of the trace file runs validator {}, and there are {n}.",
            v + 1
        ));
    }
    let mut total: u64 = 0;
    for v in &file.validators {
        if v.name.is_empty() || v.name.len() > MAX_NAME_BYTES {
            return Err(format!(
                "a validator's name in the trace file has {} bytes: from 1 to {MAX_NAME_BYTES} are allowed.",
                v.name.len()
            ));
        }
        total = total.saturating_add(v.stake);
    }
    if total == 0 || total > MAX_TOTAL_STAKE {
        return Err(format!(
            "the validators of the trace file hold a stake of {total}: from 1 to {MAX_TOTAL_STAKE} is allowed."
        ));
    }
    if !file.tips.is_empty() && file.tips.len() != file.nodes.len() {
        return Err("the head of the trace file does not say where each node began.".into());
    }
    let words = [file.kinds.len(), file.steps.len(), file.timers.len()];
    if words.iter().any(|w| *w > MAX_WORDS) {
        return Err(format!(
            "the protocol of the trace file has {} kinds of message, {} steps and {} timers: at most {MAX_WORDS} each.",
            words[0], words[1], words[2]
        ));
    }
    let kept = |text: &String| {
        name(text).ok_or_else(|| {
            format!(
                "a name in the trace file is too long, or there are too many of them: {}.",
                cut(text, 40)
            )
        })
    };
    let list = |words: &[String]| -> Result<&'static [&'static str], String> {
        // The few lists there are live as long as the names in them.
        let words: Vec<&'static str> = words.iter().map(kept).collect::<Result<_, _>>()?;
        Ok(lists(words))
    };
    let kinds = file
        .kinds
        .iter()
        .map(|(word, role)| {
            let role = match role {
                0 => Role::Proposal,
                1 => Role::Vote,
                2 => Role::Other,
                other => return Err(format!("a kind of message has the role {other}.")),
            };
            Ok(KindInfo {
                name: kept(word)?,
                role,
            })
        })
        .collect::<Result<Vec<_>, String>>()?;
    Ok(Head {
        protocol: kept(&file.protocol)?,
        keys: file.validators.iter().map(|v| v.key).collect(),
        validators: file
            .validators
            .into_iter()
            .map(|v| (v.name, v.stake))
            .collect(),
        nodes: file.nodes.into_iter().map(ValidatorId).collect(),
        kinds,
        steps: list(&file.steps)?,
        timers: list(&file.timers)?,
        in_vain: meanings(
            file.in_vain
                .iter()
                .take(MAX_WORDS)
                .map(|words| words.as_ref().and_then(|w| name(w)))
                .collect(),
        ),
        certificates: kept(&file.certificates)?,
        genesis: file.genesis,
        chain: file.chain,
        domain: kept(&file.domain)?,
        tips: file.tips,
        stall_after: file.stall_after.max(1),
    })
}

type Meanings = &'static [Option<&'static str>];

/// As [`lists`], of what timers mean.
fn meanings(words: Vec<Option<&'static str>>) -> Meanings {
    use std::sync::{Mutex, PoisonError};
    static KNOWN: Mutex<Vec<Meanings>> = Mutex::new(Vec::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = known.iter().find(|list| ***list == words[..]) {
        return found;
    }
    if known.len() >= 256 {
        return &[];
    }
    let kept: Meanings = Box::leak(words.into_boxed_slice());
    known.push(kept);
    kept
}

/// The one copy of a list of names, as [`name`] keeps single ones; beyond so many lists an empty one.
fn lists(words: Vec<&'static str>) -> &'static [&'static str] {
    use std::sync::{Mutex, PoisonError};
    static KNOWN: Mutex<Vec<&'static [&'static str]>> = Mutex::new(Vec::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = known.iter().find(|list| ***list == words[..]) {
        return found;
    }
    if known.len() >= 256 {
        return &[];
    }
    let kept: &'static [&'static str] = Box::leak(words.into_boxed_slice());
    known.push(kept);
    kept
}

fn cut(text: &str, most: usize) -> String {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

struct Reader {
    file: TraceFile,
    nodes: usize,
    /// The file's number of a message to ours.
    ids: BTreeMap<u32, u32>,
    /// When a message left a node: our number and the node.
    sent: BTreeMap<(u32, u16), Vec<Micros>>,
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
            format!("The file has more than {most} {what}, the most that are read; what follows is left out.")
        });
    }

    fn message(&mut self, m: FileMessage) {
        let id = m.id;
        let signers = self.file.head.validators.len();
        if self.ids.contains_key(&id) {
            return self.wrong(|| format!("message {id} comes twice"));
        }
        if usize::from(m.from) >= self.nodes {
            return self.wrong(|| {
                format!(
                    "message {id} is from node {}, which there is not",
                    m.from + 1
                )
            });
        }
        if m.signer.is_some_and(|s| usize::from(s) >= signers) {
            return self
                .wrong(|| format!("message {id} is signed by a validator that there is not"));
        }
        if usize::from(m.kind) >= self.file.head.kinds.len() {
            return self.wrong(|| format!("message {id} is of a kind that there is not"));
        }
        if let Err(why) = Self::possible(m.height, m.round) {
            return self.wrong(|| why);
        }
        let mut signer = m.signer.map(ValidatorId);
        let proof = m
            .proof
            .map(|(body, signature)| Box::new(Proof { signature, body }));
        if let Some(who) = signer {
            self.file.verified.1 += 1;
            if self.file.verified.0 < self.signatures {
                self.file.verified.0 += 1;
                if !proof.as_ref().is_some_and(|p| self.genuine(who, p)) {
                    // Kept on the chart, but nobody's word.
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
                sent: m.sent,
                fields,
                proof,
            },
        ));
    }

    fn genuine(&self, who: ValidatorId, proof: &Proof) -> bool {
        let head = &self.file.head;
        let mut signed = head.chain.0.to_vec();
        signed.extend_from_slice(&proof.body);
        let digest: Hash = hash_bytes(head.domain, &signed);
        let key = head.keys.get(who.index());
        key.is_some_and(|key| verify(key, &digest, &proof.signature))
    }

    /// Heights and rounds no run comes to would only be there to overflow something.
    fn possible(height: Height, round: Round) -> Result<(), String> {
        if height > MAX_HEIGHT || round > MAX_ROUND {
            return Err(format!(
                "it speaks of height {height}, round {round}: at most {MAX_HEIGHT} and {MAX_ROUND} are read"
            ));
        }
        Ok(())
    }

    fn wrong(&mut self, what: impl FnOnce() -> String) {
        let n = self.items;
        self.file
            .complaints
            .say(|| format!("Item {n} is left out: {}.", what()));
    }

    fn record(&mut self, at: Micros, event: FileEvent) {
        if at < self.now {
            let now = self.now;
            return self.wrong(|| format!("it happened at {at} µs, after what came at {now} µs"));
        }
        if at > MAX_TIME {
            return self.wrong(|| format!("it happened at {at} µs: runs end at {MAX_TIME}"));
        }
        if let Some((height, round)) = event.slot()
            && let Err(why) = Self::possible(height, round)
        {
            return self.wrong(|| why);
        }
        match self.event(at, event) {
            Ok(event) => {
                self.now = at;
                self.file.records.push(Record { at, event });
            }
            Err(why) => self.wrong(|| why),
        }
    }

    fn node(&self, node: u16) -> Result<NodeId, String> {
        if usize::from(node) < self.nodes {
            Ok(NodeId(node))
        } else {
            Err(format!(
                "it speaks of node {}, and there are {}",
                u32::from(node) + 1,
                self.nodes
            ))
        }
    }

    fn validator(&self, v: u16) -> Result<ValidatorId, String> {
        let n = self.file.head.validators.len();
        if usize::from(v) < n {
            Ok(ValidatorId(v))
        } else {
            Err(format!(
                "it speaks of validator {}, and there are {n}",
                u32::from(v) + 1
            ))
        }
    }

    fn known(&self, id: u32) -> Result<u32, String> {
        let found = self.ids.get(&id).copied();
        found.ok_or_else(|| format!("it speaks of message {id}, which the file does not hold"))
    }

    /// A copy that arrives, or is lost, has left before; where the trace begins late, perhaps before it.
    fn left(&self, message: u32, from: u16, sent: Micros) -> Result<(), String> {
        let times = self.sent.get(&(message, from));
        let there = times.is_some_and(|all| all.contains(&sent));
        if there || (self.file.from > 0 && sent < self.file.from) {
            Ok(())
        } else {
            Err("a copy arrives that was not sent before".into())
        }
    }

    fn event(&mut self, at: Micros, event: FileEvent) -> Result<Event, String> {
        let slot = |height, round| Slot { height, round };
        Ok(match event {
            FileEvent::Sent {
                message,
                from,
                copies,
                again,
            } => {
                let (message, node) = (self.known(message)?, self.node(from)?);
                let times = self.sent.entry((message, from)).or_default();
                if times.last() != Some(&at) {
                    times.push(at);
                }
                Event::Sent {
                    message,
                    from: node,
                    copies,
                    again,
                }
            }
            FileEvent::Delivered {
                message,
                flight,
                from,
                to,
            } => {
                let (message, sender, to) =
                    (self.known(message)?, self.node(from)?, self.node(to)?);
                let sent = at.checked_sub(u64::from(flight));
                let sent = sent.ok_or("its copy left before time began")?;
                self.left(message, from, sent)?;
                Event::Delivered {
                    message,
                    flight,
                    from: sender,
                    to,
                }
            }
            FileEvent::Lost {
                message,
                flight,
                from,
                to,
                why,
            } => {
                let why = match why {
                    0 => Loss::Network,
                    1 => Loss::Partition,
                    2 => Loss::Down,
                    3 => Loss::Hand,
                    other => return Err(format!("a copy is lost for the reason {other}")),
                };
                let (message, sender, to) =
                    (self.known(message)?, self.node(from)?, self.node(to)?);
                if why == Loss::Down {
                    let sent = at.checked_sub(u64::from(flight));
                    self.left(
                        message,
                        from,
                        sent.ok_or("its copy left before time began")?,
                    )?;
                }
                Event::Lost {
                    message,
                    flight,
                    from: sender,
                    to,
                    why,
                }
            }
            FileEvent::BadSignature { message, to } => Event::BadSignature {
                message: self.known(message)?,
                to: self.node(to)?,
            },
            FileEvent::Step {
                node,
                step,
                round,
                height,
                proposer,
            } => Event::Step {
                node: self.node(node)?,
                step,
                round,
                height,
                proposer: self.validator(proposer)?,
            },
            FileEvent::TimerFired {
                node,
                timer,
                round,
                height,
            } => Event::TimerFired {
                node: self.node(node)?,
                timer,
                round,
                height,
            },
            FileEvent::Locked {
                node,
                height,
                round,
                block,
            } => Event::Locked {
                node: self.node(node)?,
                detail: Box::new((slot(height, round), block)),
            },
            FileEvent::Polka {
                node,
                height,
                round,
                block,
            } => Event::Polka {
                node: self.node(node)?,
                detail: Box::new((slot(height, round), block)),
            },
            FileEvent::Skipped {
                node,
                height,
                round,
            } => Event::Skipped {
                node: self.node(node)?,
                detail: Box::new(slot(height, round)),
            },
            FileEvent::Committed {
                node,
                height,
                round,
                block,
                parent,
                proposer,
                built,
                transactions,
                mempool,
                signers,
                caught_up,
                valid,
            } => Event::Committed(Box::new(Commit {
                node: self.node(node)?,
                height,
                round,
                block,
                parent,
                proposer: self.validator(proposer)?,
                built,
                transactions,
                mempool,
                signers: signers
                    .into_iter()
                    .map(|s| self.validator(s))
                    .collect::<Result<_, _>>()?,
                caught_up,
                valid,
            })),
            FileEvent::Executed {
                node,
                height,
                block,
                root,
                gas,
            } => Event::Executed(Box::new(Executed {
                node: self.node(node)?,
                height,
                block,
                root,
                gas,
            })),
            FileEvent::Rejected {
                node,
                height,
                round,
                block,
                reason,
            } => Event::Rejected {
                node: self.node(node)?,
                detail: Box::new(Rejection {
                    slot: slot(height, round),
                    block,
                    reason: cut(&reason, MAX_SENTENCE),
                }),
            },
            FileEvent::Evidence {
                reporter,
                offender,
                height,
                round,
                kind,
                first,
                second,
            } => Event::Evidence(Box::new(Accusation {
                reporter: self.node(reporter)?,
                offender: self.validator(offender)?,
                slot: slot(height, round),
                kind,
                first,
                second,
            })),
            FileEvent::Crashed { node } => Event::Crashed {
                node: self.node(node)?,
            },
            FileEvent::Restarted { node } => Event::Restarted {
                node: self.node(node)?,
            },
            FileEvent::Byzantine { nodes, strategy } => {
                let mut nodes: Vec<NodeId> = nodes
                    .into_iter()
                    .map(|n| self.node(n))
                    .collect::<Result<_, _>>()?;
                nodes.sort_unstable();
                nodes.dedup();
                Event::Byzantine(Box::new(ByzantineChange {
                    nodes,
                    strategy: name(&strategy).unwrap_or("a strategy"),
                }))
            }
            FileEvent::Changed { sentence } => {
                Event::Changed(Box::new(cut(&sentence, MAX_SENTENCE)))
            }
            FileEvent::Submitted { node, transaction } => Event::Submitted {
                node: self.node(node)?,
                detail: Box::new(transaction),
            },
            FileEvent::Vanished { sentence } => {
                Event::Vanished(Box::new(cut(&sentence, MAX_SENTENCE)))
            }
        })
    }

    fn finish(mut self) -> TraceFile {
        let (records, messages) = (
            self.file.records.len() as u64,
            self.file.messages.len() as u64,
        );
        match self.file.end {
            None => self.file.complaints.say(|| {
                "The file has no end: it was cut off, and what followed is not here.".into()
            }),
            Some(end) if (end.records, end.messages) != (records, messages) => {
                self.file.complaints.say(|| {
                    format!(
                        "The file says it holds {} records and {} messages; {records} and {messages} are taken.",
                        end.records, end.messages
                    )
                });
            }
            Some(_) => {}
        }
        self.file
    }
}
