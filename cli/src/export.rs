//! `export`: a run for other people's tools.

use crate::failure::{Exit, Failure, Outcome};
use crate::output::Text;
use crate::run::{DEFAULT_TIME, micros};
use crate::source;
use consensusforge_core::base::{Micros, limits::MAX_TIME};
use consensusforge_core::session::Session;
use consensusforge_core::session::export::Format;
use std::path::PathBuf;

/// Simulator events between two looks: the window of the trace holds far more.
const SLICE: u64 = 10_000;

/// Write a run for ShiViz, Perfetto, Mermaid, ITF viewers, or as JSON lines or CSV
#[derive(clap::Args)]
pub struct Export {
    /// A file, `-`, a link, `preset:ID`, or a saved trace
    scenario: String,
    #[arg(long, value_parser = format)]
    format: Format,
    /// Begin at this instant of simulated time: `30`, `2.5`
    #[arg(long, value_name = "SECONDS", value_parser = micros, default_value = "0")]
    from: Micros,
    /// End at this instant
    #[arg(long, value_name = "SECONDS", value_parser = micros)]
    until: Option<Micros>,
    /// Write what is around the first violation: from two seconds before it to one second after. It is looked for up to
    /// --until
    #[arg(long, value_name = "WHAT", conflicts_with = "from")]
    around: Option<Around>,
    /// Write to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What an export can be around.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Around {
    /// The first instant at which a property did not hold.
    Violation,
}

fn format(name: &str) -> Result<Format, String> {
    consensusforge_core::session::export::format(name).map_err(|p| p.sentence)
}

impl Export {
    pub fn run(self) -> Outcome {
        let (mut session, end) = self.open()?;
        let (from, until) = match self.around {
            Some(Around::Violation) => self.around_violation()?,
            None => (self.from, self.until.unwrap_or(end)),
        };
        if until < from {
            return Err(Failure::input(
                "--until is before --from: nothing would be in the file.",
            ));
        }
        let mut out = Text::create(self.output.as_deref())?;
        let sentence = match self.format {
            Format::Csv => {
                while !session.advance(until, SLICE).reached {}
                let made = session.export(Format::Csv, from, until);
                out.write(&made.text)?;
                made.sentence
            }
            format => records(format, &mut session, (from, until), &mut out)?,
        };
        out.finish()?;
        // To standard error, so that a pipe gets only the file.
        eprintln!("{}: {sentence}", self.format.name());
        Ok(Exit::Fine)
    }

    /// The run, and where it ends if nothing else is said.
    fn open(&self) -> Result<(Session, Micros), Failure> {
        if source::is_trace(&self.scenario) {
            let recorded = Session::open_trace(&source::trace(&self.scenario)?, 0)?;
            return Ok((recorded.session, recorded.end_us));
        }
        let scenario = source::document(&self.scenario)?.scenario;
        let last = scenario.commands.last().map_or(0, |c| c.at_us);
        let end = (last + DEFAULT_TIME).min(MAX_TIME);
        Ok((Session::open(scenario)?, end))
    }

    /// From when until when to write: the run is gone through once to find its first violation.
    fn around_violation(&self) -> Result<(Micros, Micros), Failure> {
        let (mut session, end) = self.open()?;
        let end = self.until.unwrap_or(end);
        loop {
            let reached = session.advance(end, SLICE).reached;
            if let Some(around) = session.around_violation() {
                return Ok(around);
            }
            if reached {
                let seconds = end as f64 / 1e6;
                return Err(Failure::input(format!(
                    "nothing is violated in the first {seconds} s of this run, so there is nothing to write around it; \
                     look further with --until, or give --from and --until without --around.",
                )));
            }
        }
    }
}

/// Slice by slice: a long run never stands in memory whole.
fn records(
    format: Format,
    session: &mut Session,
    (from, until): (Micros, Micros),
    out: &mut Text,
) -> Result<String, Failure> {
    let mut text = String::new();
    let mut exporter = session.exporter(format, &mut text);
    // A run has records before its first event: who is Byzantine.
    let mut cursor = 0;
    if from > 0 {
        loop {
            let reached = session.advance(from - 1, SLICE).reached;
            session.pass_since(cursor, &mut exporter);
            cursor = session.trace_end();
            if reached {
                break;
            }
        }
        exporter.start(from);
    }
    loop {
        let reached = session.advance(until, SLICE).reached;
        session.export_since(cursor, &mut exporter, &mut text);
        cursor = session.trace_end();
        out.write(&text)?;
        text.clear();
        if reached {
            break;
        }
    }
    let made = exporter.finish(0, &mut text);
    out.write(&text)?;
    Ok(made.sentence)
}
