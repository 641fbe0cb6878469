//! The log: which records a person wants to see, found by number, not by words.
//!
//! A search is compiled once to ids, kinds, heights and prefixes of digests. Each message is judged once
//! and remembered, so that a record of a message costs a look at a few bits. What matched stays as a
//! list of record numbers that grows with the trace: scrolling and following search nothing again.

use super::Session;
use super::log::line;
use super::view::{LogPage, LogPlace, LogQuery, LogRow, LogText};
use super::words::what;
use crate::check::voters;
use crate::trace::{Event, MessageId, MessageRecord, Record, Trace};
use crate::types::{BlockId, Height, NodeId};
use std::collections::VecDeque;

/// Words of one search; further ones are ignored. One bit each, next to [`FITS`].
const MAX_TERMS: usize = 12;
/// A message that passes the filters of kind and height.
const FITS: u16 = 1 << 15;

/// Kinds of record, as a person chooses among them; the place is the number in [`LogQuery::event`].
pub const LOG_EVENTS: [&str; 17] = [
    "sent",
    "delivered",
    "lost",
    "bad signature",
    "step",
    "timeout",
    "lock",
    "quorum",
    "skip",
    "commit",
    "execution",
    "rejection",
    "evidence",
    "fault",
    "change",
    "transaction",
    "rule",
];

fn event_number(event: &Event) -> u8 {
    match event {
        Event::Sent { .. } => 0,
        Event::Delivered { .. } => 1,
        Event::Lost { .. } => 2,
        Event::BadSignature { .. } => 3,
        Event::Step { .. } => 4,
        Event::TimerFired { .. } => 5,
        Event::Locked { .. } => 6,
        Event::Polka { .. } => 7,
        Event::Skipped { .. } => 8,
        Event::Committed(_) => 9,
        Event::Executed(_) => 10,
        Event::Rejected { .. } => 11,
        Event::Evidence(_) => 12,
        Event::Crashed { .. } | Event::Restarted { .. } => 13,
        Event::Byzantine(_)
        | Event::Changed(_)
        | Event::CommandMissed(_)
        | Event::Validators(_) => 14,
        Event::Submitted { .. } => 15,
        Event::Fired { .. } => 16,
    }
}

/// One word of a search; any of its readings will do.
#[derive(Clone, Debug)]
struct Term {
    /// Events by number whose name begins with it.
    events: u32,
    /// Kinds of message by number whose name begins with it.
    kinds: u64,
    /// Nodes by number that are called so.
    nodes: Vec<bool>,
    number: Option<u64>,
    /// Hex digits a digest may begin with.
    digest: Option<Digits>,
    /// For the few records that hold sentences; lower case.
    text: String,
}

/// The beginning of a digest.
#[derive(Clone, Debug)]
pub(super) struct Digits {
    bytes: Vec<u8>,
    /// A single digit behind the pairs.
    half: Option<u8>,
}

impl Digits {
    pub(super) fn read(text: &str) -> Option<Digits> {
        let digits: Option<Vec<u8>> = text
            .chars()
            .map(|c| c.to_digit(16).map(|d| d as u8))
            .collect();
        // Three digits or fewer are a height, and would sometimes match a block by accident.
        let digits = digits.filter(|d| (4..=64).contains(&d.len()))?;
        let (pairs, rest) = digits.as_chunks::<2>();
        Some(Digits {
            bytes: pairs.iter().map(|[a, b]| a << 4 | b).collect(),
            half: rest.first().copied(),
        })
    }

    pub(super) fn begin(&self, digest: &[u8; 32]) -> bool {
        let n = self.bytes.len();
        digest[..n] == self.bytes[..] && self.half.is_none_or(|half| digest[n] >> 4 == half)
    }
}

impl Term {
    fn read(word: &str, trace: &Trace) -> Term {
        let text = word.to_lowercase();
        let head = &trace.head;
        let begins = |name: &str| name.to_lowercase().starts_with(&text);
        let bits = |names: &mut dyn Iterator<Item = &str>| {
            let found = names
                .enumerate()
                .filter(|(i, name)| *i < 64 && begins(name));
            found.fold(0u64, |bits, (i, _)| bits | 1 << i)
        };
        let number = text.strip_prefix('h').unwrap_or(&text);
        Term {
            events: bits(&mut LOG_EVENTS.into_iter()) as u32,
            kinds: bits(&mut head.kinds.iter().map(|k| k.name)),
            nodes: (0..head.nodes.len() as u16)
                .map(|i| head.node_name(NodeId(i)).to_lowercase() == text)
                .collect(),
            number: number.parse().ok(),
            digest: Digits::read(&text),
            text,
        }
    }

    fn node(&self, node: NodeId) -> bool {
        self.nodes.get(node.index()).copied().unwrap_or(false)
    }

    fn block(&self, block: Option<&BlockId>) -> bool {
        match (&self.digest, block) {
            (Some(digits), Some(block)) => digits.begin(&block.0),
            _ => false,
        }
    }

    fn height(&self, height: Height) -> bool {
        self.number == Some(height)
    }

    fn says(&self, sentence: &str) -> bool {
        sentence.to_lowercase().contains(&self.text)
    }

    /// Whether a message's own contents fit, whoever gets it.
    fn message(&self, m: &MessageRecord) -> bool {
        self.kinds >> m.kind.min(63) & 1 == 1
            || self.height(m.slot.height)
            || self.block(m.value.as_ref())
    }

    /// Whether a record that speaks of no message fits.
    fn other(&self, event: &Event, trace: &Trace) -> bool {
        let head = &trace.head;
        let named = |name: &str| name.starts_with(self.text.as_str());
        if event.height().is_some_and(|h| self.height(h)) {
            return true;
        }
        match event {
            Event::Step { step, .. } => named(head.step_name(*step)),
            Event::TimerFired { timer, .. } => named(head.timer_name(*timer)),
            Event::Locked { detail, .. } => self.block(Some(&detail.1)),
            Event::Polka { detail, .. } => self.block(detail.1.as_ref()),
            Event::Committed(c) => self.block(Some(&c.block)),
            Event::Executed(e) => self.block(Some(&e.block)) || self.block(Some(&e.root)),
            Event::Rejected { detail, .. } => {
                self.block(Some(&detail.block)) || self.says(&detail.reason)
            }
            Event::Evidence(a) => {
                self.block(a.first.as_ref())
                    || self.block(a.second.as_ref())
                    || self.node(NodeId(a.offender.0))
            }
            Event::Byzantine(change) => {
                self.says(change.strategy) || change.nodes.iter().any(|n| self.node(*n))
            }
            Event::Changed(sentence) | Event::CommandMissed(sentence) => self.says(sentence),
            Event::Submitted { detail, .. } => self.block(Some(detail)),
            Event::Validators(change) => {
                self.block(Some(&change.block)) || self.says(&voters(trace, change))
            }
            // L22 finds L22-L27.
            Event::Fired { rule, .. } => trace
                .head
                .rule(*rule)
                .is_some_and(|rule| rule.id.to_lowercase().starts_with(&self.text)),
            Event::Skipped { .. }
            | Event::Crashed { .. }
            | Event::Restarted { .. }
            | Event::Sent { .. }
            | Event::Delivered { .. }
            | Event::Lost { .. }
            | Event::BadSignature { .. } => false,
        }
    }
}

/// A search and what it has found so far.
pub struct LogIndex {
    query: LogQuery,
    terms: Vec<Term>,
    /// Verdicts on messages from number `first_message` on: a bit a term, and [`FITS`].
    messages: VecDeque<u16>,
    first_message: MessageId,
    /// The session's era it was made in.
    era: u64,
    /// Number of the next record to look at.
    next: u64,
    /// Matching records: `base` and their distance from it.
    base: u64,
    hits: VecDeque<u32>,
}

impl LogIndex {
    fn judge(&mut self, trace: &Trace) {
        let oldest = trace.first_message();
        while self.first_message < oldest && self.messages.pop_front().is_some() {
            self.first_message += 1;
        }
        if self.messages.is_empty() {
            self.first_message = oldest;
        }
        let query = &self.query;
        for m in trace.messages_since(self.first_message + self.messages.len() as u32) {
            let fits = query.kind.is_none_or(|k| k == m.kind)
                && (query.from_height..=query.to_height).contains(&m.slot.height);
            let mut bits = if fits { FITS } else { 0 };
            for (i, term) in self.terms.iter().enumerate() {
                bits |= u16::from(term.message(m)) << i;
            }
            self.messages.push_back(bits);
        }
    }

    fn matches(&self, record: &Record, trace: &Trace) -> bool {
        let event = &record.event;
        let number = event_number(event);
        if self.query.event.is_some_and(|e| e != number) {
            return false;
        }
        let (nodes, bits) = match event {
            Event::Sent { message, from, .. } => ([Some(*from), None], self.bits(*message)),
            Event::Delivered {
                message, from, to, ..
            }
            | Event::Lost {
                message, from, to, ..
            } => ([Some(*from), Some(*to)], self.bits(*message)),
            Event::BadSignature { message, to } => ([Some(*to), None], self.bits(*message)),
            other => ([other.node(), None], self.without_message(other)),
        };
        if bits & FITS == 0 {
            return false;
        }
        if let Some(wanted) = self.query.node
            && !nodes.contains(&Some(NodeId(wanted)))
        {
            return false;
        }
        let fulfilled = |(i, term): (usize, &Term)| {
            bits >> i & 1 == 1
                || term.events >> number & 1 == 1
                || nodes.into_iter().flatten().any(|n| term.node(n))
                || (event.message().is_none() && term.other(event, trace))
        };
        self.terms.iter().enumerate().all(fulfilled)
    }

    fn bits(&self, message: MessageId) -> u16 {
        let index = message.wrapping_sub(self.first_message) as usize;
        self.messages.get(index).copied().unwrap_or(0)
    }

    /// Records that speak of no message pass a filter of message kinds only where there is none.
    fn without_message(&self, event: &Event) -> u16 {
        let all = self.query.from_height == 0 && self.query.to_height == u64::MAX;
        let height = event.height().map_or(all, |h| {
            (self.query.from_height..=self.query.to_height).contains(&h)
        });
        if self.query.kind.is_none() && height {
            FITS
        } else {
            0
        }
    }

    fn number(&self, position: usize) -> Option<u64> {
        self.hits
            .get(position)
            .map(|hit| self.base + u64::from(*hit))
    }

    /// Records found.
    #[must_use]
    pub fn len(&self) -> usize {
        self.hits.len()
    }

    /// True when no record fits the query.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hits.is_empty()
    }
}

impl Session {
    /// Searches all that is in memory.
    #[must_use]
    pub fn search(&self, query: LogQuery) -> LogIndex {
        let trace = self.sim.trace();
        let words = query.text.split_whitespace().take(MAX_TERMS);
        let mut index = LogIndex {
            terms: words.map(|w| Term::read(w, trace)).collect(),
            query,
            messages: VecDeque::new(),
            first_message: trace.first_message(),
            era: self.era,
            next: trace.start(),
            base: trace.start(),
            hits: VecDeque::new(),
        };
        self.search_on(&mut index);
        index
    }

    /// Searches what has come since. Where the run was moved, all of it again.
    pub fn search_on(&self, index: &mut LogIndex) {
        let trace = self.sim.trace();
        let behind = trace.end().saturating_sub(index.base);
        if index.era != self.era || index.next < trace.start() || u32::try_from(behind).is_err() {
            *index = self.search(std::mem::take(&mut index.query));
            return;
        }
        index.judge(trace);
        let mut number = index.next;
        for record in trace.since(index.next) {
            if index.matches(record, trace) {
                index.hits.push_back((number - index.base) as u32);
            }
            number += 1;
        }
        index.next = number;
        let oldest = trace.start().saturating_sub(index.base);
        while index
            .hits
            .front()
            .is_some_and(|hit| u64::from(*hit) < oldest)
        {
            index.hits.pop_front();
        }
    }

    /// Rows of what was found, from a position on; at most `count`.
    #[must_use]
    pub fn log_page(&self, index: &LogIndex, from: usize, count: usize) -> LogPage {
        let rows = (from..index.len().min(from.saturating_add(count)))
            .filter_map(|position| self.row(index.number(position)?))
            .collect();
        LogPage {
            total: index.len() as u32,
            from: from as u32,
            rows,
        }
    }

    fn row(&self, number: u64) -> Option<LogRow> {
        let trace = self.sim.trace();
        let record = trace.since(number).next()?;
        let message = record.event.message();
        Some(LogRow {
            number,
            at_us: record.at,
            node: record.event.node().map(|n| n.0),
            event: event_number(&record.event),
            kind: message.and_then(|id| trace.find(id)).map(|m| m.kind),
            what: what(record, trace),
            rule: match record.event {
                Event::Fired { rule, .. } => Some(rule),
                _ => None,
            },
            message,
            arrow: self.arrow(record),
            mark: self.mark(record),
        })
    }

    /// The position of the row that is, or comes nearest to, a thing on the chart.
    #[must_use]
    pub fn log_find(&self, index: &LogIndex, wanted: &LogPlace) -> Option<usize> {
        let trace = self.sim.trace();
        let record = |position: usize| trace.since(index.number(position)?).next();
        let at = |position: usize| record(position).map_or(0, |r| r.at);
        let first = partition(index.len(), |p| at(p) < wanted.at_us);
        let fits = |r: &Record| {
            let message = r.event.message();
            (wanted.message.is_none() || message == wanted.message)
                && (r.event.node().map(|n| n.0) == Some(wanted.node))
                && (wanted.message.is_some() || message.is_none())
                && !matches!(r.event, Event::Sent { .. } | Event::Fired { .. })
        };
        let same = (first..index.len()).take_while(|p| at(*p) == wanted.at_us);
        let exact = same.clone().find(|p| record(*p).is_some_and(fits));
        exact.or_else(|| (!index.is_empty()).then(|| first.min(index.len() - 1)))
    }

    /// What was found as JSON lines, at most `limit` bytes, the newest.
    #[must_use]
    pub fn log_lines(&self, index: &LogIndex, limit: usize) -> LogText {
        let trace = self.sim.trace();
        let mut lines = Vec::new();
        let mut size = 0;
        for position in (0..index.len()).rev() {
            let record = index.number(position).and_then(|n| trace.since(n).next());
            let Some(record) = record else { break };
            let text = line(trace, record).to_string();
            size += text.len() + 1;
            if size > limit {
                break;
            }
            lines.push(text);
        }
        let left_out = (index.len() - lines.len()) as u32;
        lines.reverse();
        lines.push(String::new());
        LogText {
            text: lines.join("\n"),
            left_out,
        }
    }
}

/// The first of `0..n` that is not `before`, of which all true ones come first.
fn partition(n: usize, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, n);
    while low < high {
        let middle = low + (high - low) / 2;
        if before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
