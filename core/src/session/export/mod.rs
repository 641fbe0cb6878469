//! A trace for other people's tools. Each format is written record by record, so that a tool may export
//! a run as it goes; each has a size above which its reader gives up, and what does not fit is reported.

mod itf;
mod jsonl;
mod mermaid;
mod perfetto;
mod shiviz;

use super::Session;
use super::view::{ExportView, Problem};
use crate::base::Micros;
use crate::base::limits::MAX_TIME;
use crate::trace::{Head, Record, Trace};
use crate::types::{BlockId, Height, NodeId, Round};

/// The documented parser expression of ShiViz for the logs written here.
pub const SHIVIZ_PARSER: &str = r"(?<event>.*)\n(?<host>\S*) (?<clock>{.*})";

/// What a trace can be exported as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A log with vector clocks for ShiViz.
    Shiviz,
    /// A timeline for Perfetto and chrome://tracing.
    Perfetto,
    /// A sequence diagram.
    Mermaid,
    /// States for viewers of the Informal Trace Format.
    Itf,
    /// One JSON object for each record.
    Jsonl,
    /// The series of heights, not the records.
    Csv,
}

impl Format {
    /// Every format, in the order to offer them.
    pub const ALL: [Format; 6] = [
        Format::Shiviz,
        Format::Perfetto,
        Format::Mermaid,
        Format::Itf,
        Format::Jsonl,
        Format::Csv,
    ];

    /// As a command line or a menu names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Format::Shiviz => "shiviz",
            Format::Perfetto => "perfetto",
            Format::Mermaid => "mermaid",
            Format::Itf => "itf",
            Format::Jsonl => "jsonl",
            Format::Csv => "csv",
        }
    }

    /// A file's ending.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Format::Shiviz => "shiviz.log",
            Format::Perfetto => "perfetto.json",
            Format::Mermaid => "mmd",
            Format::Itf => "itf.json",
            Format::Jsonl => "jsonl",
            Format::Csv => "csv",
        }
    }

    /// Bytes of an export its reader still copes with.
    #[must_use]
    pub fn limit(self) -> usize {
        match self {
            // Mermaid refuses a text above 50,000 characters.
            Format::Mermaid => 48_000,
            // ShiViz draws every event at once.
            Format::Shiviz => 8 << 20,
            Format::Itf => 16 << 20,
            Format::Perfetto | Format::Jsonl | Format::Csv => 64 << 20,
        }
    }
}

/// One format's way of writing.
trait Writer {
    fn begin(&mut self, head: &Head, out: &mut String);
    /// A record before the first that is to be written: what a state at that instant needs to know.
    fn before(&mut self, _record: &Record, _trace: &Trace) {}
    /// Where every node stood before the first record that can be offered, where that is not the run's first.
    fn stood(&mut self, _nodes: &[Standing]) {}
    /// The instant the text begins at.
    fn start(&mut self, _at: Micros) {}
    fn record(&mut self, record: &Record, trace: &Trace, out: &mut String);
    /// What closes the text; `note` says what is not in it.
    fn end(&mut self, note: &str, out: &mut String);
}

/// Where a node stands.
#[derive(Clone, Debug)]
struct Standing {
    height: Height,
    round: Round,
    step: &'static str,
    locked: Option<BlockId>,
    decided: (Height, BlockId),
    up: bool,
    byzantine: bool,
}

/// An export in the making.
pub struct Exporter {
    writer: Box<dyn Writer>,
    limit: usize,
    written: usize,
    records: u64,
    from: Option<Micros>,
    until: Micros,
    /// Records left out since it was full, and the instant of the first.
    left_out: u64,
    full_at: Option<Micros>,
}

/// What an export holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// Records written.
    pub records: u64,
    /// Records that did not fit any more.
    pub left_out: u64,
    /// What is in it and what is not.
    pub sentence: String,
}

impl Exporter {
    /// Begins a text in `out`, which the caller empties as it likes. [`Format::Csv`] is no export of
    /// records and gets lines like [`Format::Jsonl`].
    #[must_use]
    pub fn new(format: Format, head: &Head, out: &mut String) -> Exporter {
        let mut writer: Box<dyn Writer> = match format {
            Format::Shiviz => Box::new(shiviz::Shiviz::default()),
            Format::Perfetto => Box::new(perfetto::Perfetto::default()),
            Format::Mermaid => Box::new(mermaid::Mermaid::default()),
            Format::Itf => Box::new(itf::Itf::default()),
            Format::Jsonl | Format::Csv => Box::new(jsonl::Jsonl),
        };
        let before = out.len();
        writer.begin(head, out);
        Exporter {
            writer,
            limit: format.limit(),
            written: out.len() - before,
            records: 0,
            from: None,
            until: 0,
            left_out: 0,
            full_at: None,
        }
    }

    /// A record before those the text is to hold. Where it is in no text, its effects are.
    pub fn pass(&mut self, record: &Record, trace: &Trace) {
        self.writer.before(record, trace);
    }

    /// Says at which instant the text begins.
    pub fn start(&mut self, at: Micros) {
        self.writer.start(at);
    }

    /// The next record; left out once the text is full.
    pub fn take(&mut self, record: &Record, trace: &Trace, out: &mut String) {
        if self.full_at.is_some() {
            self.left_out += 1;
            return;
        }
        let before = out.len();
        self.writer.record(record, trace, out);
        let size = out.len() - before;
        if self.written + size > self.limit {
            out.truncate(before);
            self.full_at = Some(record.at);
            self.left_out = 1;
            return;
        }
        self.written += size;
        self.records += 1;
        self.from.get_or_insert(record.at);
        self.until = record.at;
    }

    /// True when the size that readers cope with is reached.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.full_at.is_some()
    }

    /// Closes the text. `before`: records the caller did not offer, because they did not fit.
    pub fn finish(mut self, before: u64, out: &mut String) -> Exported {
        let mut sentence = format!(
            "{} records, from {} to {} of simulated time.",
            self.records,
            exact(self.from.unwrap_or(0)),
            exact(self.until)
        );
        if before > 0 {
            sentence += &format!(
                " Left out: {before} earlier records, because such a file holds at most {} bytes.",
                self.limit
            );
        }
        if let Some(at) = self.full_at {
            sentence += &format!(
                " Left out: {} records from {} on, because such a file holds at most {} bytes.",
                self.left_out,
                exact(at),
                self.limit
            );
        }
        self.writer.end(&sentence, out);
        Exported {
            records: self.records,
            left_out: self.left_out + before,
            sentence,
        }
    }
}

/// Microseconds as seconds: "1.250000 s".
fn exact(at: Micros) -> String {
    format!("{}.{:06} s", at / 1_000_000, at % 1_000_000)
}

/// JSON text of a string.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Simulated time before a violation that shows how it came about, and after it, what followed.
const BEFORE_VIOLATION: Micros = 2_000_000;
const AFTER_VIOLATION: Micros = 1_000_000;

/// Turns at finding out how many of the newest records fit.
const TRIES: usize = 12;

impl Session {
    /// From when until when to export what is around the first violation, two seconds before it and one after;
    /// `None` where nothing is violated.
    #[must_use]
    pub fn around_violation(&self) -> Option<(Micros, Micros)> {
        let at = self.first_violation()?;
        Some((
            at.saturating_sub(BEFORE_VIOLATION),
            at.saturating_add(AFTER_VIOLATION),
        ))
    }

    /// What is in memory, from one instant to another, for another tool; where that is too much, the
    /// newest that fits.
    #[must_use]
    pub fn export(&self, format: Format, from: Micros, until: Micros) -> ExportView {
        let trace = self.sim.trace();
        let file = format!("consensusforge.{}", format.ending());
        if format == Format::Csv {
            let heights = &self.monitors.heights;
            let (count, text) = self.heights_between(from, until);
            let mut sentence = format!("{count} heights.");
            if heights.start() > 0 {
                sentence += &format!(" Left out: the first {}.", heights.start());
            }
            return ExportView {
                file,
                text,
                sentence,
            };
        }
        let stood = match format {
            Format::Itf if trace.start() > 0 => self.standing_at(trace.start()),
            _ => Vec::new(),
        };
        let wanted = || trace.since(0).filter(|r| r.at >= from && r.at <= until);
        let all = wanted().count() as u64;
        let (mut skip, mut attempt) = (0, 0);
        loop {
            attempt += 1;
            let mut text = String::new();
            let mut exporter = Exporter::new(format, &trace.head, &mut text);
            if !stood.is_empty() {
                exporter.writer.stood(&stood);
            }
            let earlier = trace.since(0).take_while(|r| r.at < from);
            for record in earlier.chain(wanted().take(skip as usize)) {
                exporter.pass(record, trace);
            }
            let mut offered = wanted().skip(skip as usize).peekable();
            let first = offered.peek().map_or(from, |r| r.at);
            exporter.start(if skip == 0 {
                from.max(trace.from())
            } else {
                first
            });
            for record in offered.by_ref() {
                exporter.take(record, trace, &mut text);
                if exporter.is_full() && attempt < TRIES {
                    break;
                }
            }
            if !exporter.is_full() || attempt == TRIES {
                let mut made = exporter.finish(skip, &mut text);
                if trace.start() > 0 && from < trace.from() {
                    made.sentence += &format!(
                        " Everything before {} is no longer in memory: go back to it and export again.",
                        exact(trace.from())
                    );
                }
                return ExportView {
                    file,
                    text,
                    sentence: made.sentence,
                };
            }
            // As many as fitted from here fit about as well from later on.
            let fitted = exporter.records;
            skip = all - (fitted - fitted / 16).min(all - skip - 1);
        }
    }

    /// Where every node stood when record number `record` was made: of a fork that goes back to the checkpoint
    /// before it and runs again.
    fn standing_at(&self, record: u64) -> Vec<Standing> {
        let mut fork = self.fork();
        fork.restore(|checkpoint| checkpoint.sim.trace().end() <= record);
        while fork.sim.trace().end() < record {
            let ran = fork.sim.run(MAX_TIME, 1);
            if ran.steps == 0 && !ran.executing {
                break;
            }
        }
        let nodes = (0..fork.sim.node_count() as u16).map(NodeId);
        nodes
            .map(|node| {
                let (status, facts) = (fork.sim.status(node), fork.sim.node(node));
                Standing {
                    height: status.height,
                    round: status.round,
                    step: status.step,
                    locked: status.locked.map(|(block, _)| block),
                    decided: (facts.tip_height, facts.tip),
                    up: facts.up,
                    byzantine: fork.sim.is_byzantine(node),
                }
            })
            .collect()
    }

    /// Everything in memory as a text to be fed to `exporter` slice by slice, from record `cursor` on.
    pub fn export_since(&self, cursor: u64, exporter: &mut Exporter, out: &mut String) {
        let trace = self.sim.trace();
        for record in trace.since(cursor) {
            exporter.take(record, trace, out);
        }
    }

    /// As [`Self::export_since`], for records before those the text is to hold.
    pub fn pass_since(&self, cursor: u64, exporter: &mut Exporter) {
        let trace = self.sim.trace();
        for record in trace.since(cursor) {
            exporter.pass(record, trace);
        }
    }

    /// Begins an export of this run, to be fed with [`Self::export_since`].
    #[must_use]
    pub fn exporter(&self, format: Format, out: &mut String) -> Exporter {
        Exporter::new(format, &self.sim.trace().head, out)
    }
}

/// A format by its name.
///
/// # Errors
/// A sentence that names them all.
pub fn format(name: &str) -> Result<Format, Problem> {
    let found = Format::ALL.into_iter().find(|f| f.name() == name);
    found.ok_or_else(|| {
        let names = Format::ALL.map(Format::name).join(", ");
        Problem::new(format!("there is no format '{name}'; there are: {names}."))
    })
}
