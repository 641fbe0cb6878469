//! A run as a file of its trace: saved, opened again, checked and shown without its scenario.

mod playback;

use super::view::Problem;
use super::{Scenario, Session};
use crate::base::limits::{MAX_TIME, MAX_TRACE_BYTES};
use crate::consensus::registry::describe;
use crate::model::ValidatorSpec;
use crate::trace::file::{self, MAGIC, TraceFile, TraceWriter};
use playback::Playback;
use std::sync::Arc;

/// A trace that was opened, and what was found in its file.
pub struct Recorded {
    /// To look at like any other; it cannot be changed.
    pub session: Session,
    /// What does not make sense, in the order of the file.
    pub complaints: Vec<String>,
    /// What was read, in one sentence.
    pub sentence: String,
    /// Simulated time at its end, microseconds.
    pub end_us: u64,
}

/// Whether a file is, or means to be, a trace.
#[must_use]
pub fn is_trace(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC[..7])
}

/// A file of a trace in the making.
pub struct TraceSaver {
    writer: TraceWriter,
    cursor: u64,
    /// Records of messages that were no longer kept.
    left_out: u64,
}

impl Session {
    /// Opens a trace file; `signatures`: how many of them to verify at most.
    ///
    /// # Errors
    /// A sentence: not a trace file, a newer version, a size or a head that cannot be.
    pub fn open_trace(bytes: &[u8], signatures: u64) -> Result<Recorded, Problem> {
        let mut file = file::read(bytes, signatures).map_err(Problem::new)?;
        contradicted(&mut file);
        let mut complaints = std::mem::take(&mut file.complaints.sentences);
        if file.complaints.more > 0 {
            complaints.push(format!("And {} more like these.", file.complaints.more));
        }
        let (verified, signed) = file.verified;
        let mut sentence = format!(
            "{} records and {} messages of {} validators",
            file.records.len(),
            file.messages.len(),
            file.head.validators.len()
        );
        sentence += &match verified {
            n if n == signed => format!("; all {signed} signatures were verified."),
            n => format!("; {n} of {signed} signatures were verified."),
        };
        if file.from > 0 {
            sentence += " The beginning of the run is not in the file.";
        }
        let last = file.records.last().map_or(0, |r| r.at);
        let said = file.end.map_or(0, |e| e.now.min(MAX_TIME));
        Ok(Recorded {
            end_us: last.max(said),
            session: Session::playing(file),
            complaints,
            sentence,
        })
    }

    fn playing(file: TraceFile) -> Session {
        let head = &file.head;
        let mut scenario = Scenario {
            title: "A saved trace".into(),
            validators: head
                .validators
                .iter()
                .enumerate()
                .map(|(i, (name, stake))| ValidatorSpec {
                    name: name.clone(),
                    ..ValidatorSpec::numbered(i, *stake)
                })
                .collect(),
            ..Scenario::default()
        };
        scenario.checks.stall_after_us = head.stall_after;
        let sim = Playback::new(Arc::new(file));
        Session::over(scenario, Box::new(sim))
    }

    /// Whether this is a saved trace.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        self.sim.recorded()
    }

    /// # Errors
    /// A sentence, where nothing can be changed.
    pub(super) fn changeable(&self) -> Result<(), Problem> {
        if self.is_recorded() {
            return Err(Problem::new(
                "this is a saved trace: you can inspect it, but not change it or link to it. Open its scenario to act in it.",
            ));
        }
        Ok(())
    }

    /// Begins a file with what is in memory.
    #[must_use]
    pub fn saver(&self) -> TraceSaver {
        let trace = self.sim.trace();
        let mut writer = TraceWriter::new(trace, file::tips(trace));
        if trace.start() > 0 {
            for change in file::validators(trace, trace.from()) {
                writer.record(&change, trace);
            }
            let liars = self.monitors.tainted();
            if !liars.is_empty() {
                writer.record(&file::byzantine(liars.to_vec(), trace.from()), trace);
            }
        }
        TraceSaver {
            writer,
            cursor: trace.start(),
            left_out: 0,
        }
    }

    /// What has come since, as further bytes of the file.
    pub fn save_on(&self, saver: &mut TraceSaver) -> Vec<u8> {
        let trace = self.sim.trace();
        for record in trace.since(saver.cursor) {
            saver.left_out += u64::from(!saver.writer.record(record, trace));
        }
        saver.cursor = trace.end();
        saver.writer.take()
    }

    /// The last bytes of the file, and what is not in it.
    #[must_use]
    pub fn save_end(&self, mut saver: TraceSaver) -> (Vec<u8>, String) {
        let mut bytes = self.save_on(&mut saver);
        saver
            .writer
            .finish(self.sim.now(), self.sim.steps(), self.sim.digest());
        bytes.extend(saver.writer.take());
        let mut sentence = String::new();
        if saver.left_out > 0 {
            sentence = format!(
                "Left out: {} records of messages that are no longer in memory.",
                saver.left_out
            );
        }
        (bytes, sentence)
    }

    /// What is in memory as a trace file, and what is not in it.
    #[must_use]
    pub fn save_trace(&self) -> (Vec<u8>, String) {
        let (bytes, mut sentence) = self.save_end(self.saver());
        let trace = self.sim.trace();
        if trace.start() > 0 {
            sentence += &format!(
                " It begins at {}: everything before is no longer in memory.",
                crate::check::seconds(trace.from())
            );
        }
        if bytes.len() > MAX_TRACE_BYTES {
            sentence += &format!(
                " It has {} bytes, more than the {MAX_TRACE_BYTES} that can be opened again.",
                bytes.len()
            );
        }
        (bytes, sentence.trim().to_owned())
    }
}

/// A message whose signed bytes differ from its record counts as unsigned.
fn contradicted(file: &mut TraceFile) {
    let protocol = file.head.protocol;
    for (_, m) in &mut file.messages {
        let (Some(who), Some(proof)) = (m.signer, &m.proof) else {
            continue;
        };
        let Some(said) = describe(protocol, &proof.body) else {
            return;
        };
        let same = said.is_some_and(|d| d.kind == m.kind && d.slot == m.slot && d.value == m.value);
        if !same {
            m.signer = None;
            let name = &file.head.validators[who.index()].0;
            file.complaints.say(|| {
                format!(
                    "Message {} is not what {name} signed: it counts as unsigned.",
                    m.id
                )
            });
        }
    }
}
