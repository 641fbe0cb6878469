//! A bounded window of records and the messages they speak of.

use super::event::{Event, Head, MessageId, MessageRecord, Record};
use crate::base::Micros;
use crate::base::limits::TRACE_WINDOW;
use crate::types::{Height, ValidatorSet, ValidatorSets};
use std::collections::VecDeque;
use std::sync::Arc;

/// Records per chunk. Chunks are shared between a world and its checkpoints, so a checkpoint copies at
/// most one.
const CHUNK: usize = 4_096;

/// The newest records of a run, in order, addressed by their number since the run began.
#[derive(Clone, Debug)]
pub struct Trace {
    /// What a reader must know before the first record.
    pub head: Arc<Head>,
    full: VecDeque<Arc<Vec<Record>>>,
    open: Vec<Record>,
    /// Number of the first record kept.
    first: u64,
    messages: VecDeque<Arc<MessageRecord>>,
    first_message: MessageId,
    /// Oldest instant the window reaches back to.
    from: Micros,
    /// Who votes on each height, as the records so far tell: kept also when they have left the window.
    sets: Arc<ValidatorSets>,
}

impl Trace {
    /// An empty trace.
    #[must_use]
    pub fn new(head: Head) -> Self {
        Trace {
            sets: Arc::new(ValidatorSets::new(head.genesis_set())),
            head: Arc::new(head),
            full: VecDeque::new(),
            open: Vec::with_capacity(CHUNK),
            first: 0,
            messages: VecDeque::new(),
            first_message: 0,
            from: 0,
        }
    }

    /// Adds a record. Records come in order of time.
    pub fn push(&mut self, at: Micros, event: Event) {
        if let Event::Validators(change) = &event {
            Arc::make_mut(&mut self.sets).change(change.height, change.set.clone());
        }
        self.open.push(Record { at, event });
        if self.open.len() == CHUNK {
            let chunk = std::mem::replace(&mut self.open, Vec::with_capacity(CHUNK));
            self.full.push_back(Arc::new(chunk));
            if self.full.len() * CHUNK > TRACE_WINDOW {
                self.drop_oldest();
            }
        }
    }

    /// Forgets all but about the newest `records`, whole chunks at a time.
    pub fn keep(&mut self, records: usize) {
        while self.full.len() * CHUNK > records {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        if self.full.pop_front().is_some() {
            self.first += CHUNK as u64;
        }
        self.from = self
            .full
            .front()
            .and_then(|c| c.first())
            .map_or(self.from, |r| r.at);
        // A message may still be on its way when its sending has left the window: delays are bounded,
        // records of deliveries only quote ids, and a reader treats an unknown id as forgotten.
        while self.messages.front().is_some_and(|m| m.sent < self.from) {
            self.messages.pop_front();
            self.first_message += 1;
        }
    }

    /// Who votes on `height`, with stakes and keys.
    #[must_use]
    pub fn validators(&self, height: Height) -> &Arc<ValidatorSet> {
        self.sets.at(height)
    }

    /// The sets of all heights, as far as they are known.
    #[must_use]
    pub fn validator_sets(&self) -> &ValidatorSets {
        &self.sets
    }

    /// Stores a message and gives it its id.
    pub fn message(&mut self, mut record: MessageRecord) -> MessageId {
        let id = self.next_message();
        record.id = id;
        self.messages.push_back(Arc::new(record));
        id
    }

    /// The id the next message will get.
    #[must_use]
    pub fn next_message(&self) -> MessageId {
        self.first_message.wrapping_add(self.messages.len() as u32)
    }

    /// The oldest message kept.
    #[must_use]
    pub fn first_message(&self) -> MessageId {
        self.first_message
    }

    /// Messages from number `id` on; those no longer kept are passed over.
    pub fn messages_since(&self, id: MessageId) -> impl Iterator<Item = &Arc<MessageRecord>> {
        let skip = id.saturating_sub(self.first_message) as usize;
        self.messages.range(skip.min(self.messages.len())..)
    }

    /// The message with this number; `None` when it is no longer kept.
    #[must_use]
    pub fn find(&self, id: MessageId) -> Option<&Arc<MessageRecord>> {
        self.messages
            .get(id.wrapping_sub(self.first_message) as usize)
    }

    /// Number of the next record.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.first + (self.full.len() * CHUNK + self.open.len()) as u64
    }

    /// Number of the oldest record kept.
    #[must_use]
    pub fn start(&self) -> u64 {
        self.first
    }

    /// The oldest instant the window reaches back to, microseconds.
    #[must_use]
    pub fn from(&self) -> Micros {
        self.from
    }

    /// Records number `cursor` and on; those no longer kept are passed over.
    pub fn since(&self, cursor: u64) -> impl Iterator<Item = &Record> {
        let skip = cursor.saturating_sub(self.first) as usize;
        let (chunk, within) = (skip / CHUNK, skip % CHUNK);
        let full = self
            .full
            .iter()
            .skip(chunk)
            .enumerate()
            .flat_map(move |(i, c)| c[if i == 0 { within } else { 0 }..].iter());
        let open = if chunk > self.full.len() {
            &[]
        } else if chunk == self.full.len() {
            self.open.get(within..).unwrap_or(&[])
        } else {
            &self.open[..]
        };
        full.chain(open)
    }

    /// Number of the first record kept of `at` or later.
    #[must_use]
    pub fn position(&self, at: Micros) -> u64 {
        let before = |r: &Record| r.at < at;
        let chunk = self
            .full
            .partition_point(|c| c.last().is_some_and(|r| r.at < at));
        let within = match self.full.get(chunk) {
            Some(c) => c.partition_point(before),
            None => self.open.partition_point(before),
        };
        self.first + (chunk * CHUNK + within) as u64
    }

    /// Messages kept, the oldest first.
    pub fn messages(&self) -> impl Iterator<Item = &Arc<MessageRecord>> {
        self.messages.iter()
    }

    /// Records from the newest back.
    pub fn newest_first(&self) -> impl Iterator<Item = &Record> {
        self.open
            .iter()
            .rev()
            .chain(self.full.iter().rev().flat_map(|c| c.iter().rev()))
    }
}
