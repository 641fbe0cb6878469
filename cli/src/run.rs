//! `run`: a scenario from its beginning, and the result.

use crate::failure::{Failure, Outcome};
use crate::output::{Bytes, Lines};
use crate::table::{seconds, table};
use crate::{output, source, verdicts};
use consensusforge_core::base::{Micros, SECOND, limits::MAX_TIME};
use consensusforge_core::scenario::Scenario;
use consensusforge_core::session::Session;
use consensusforge_core::session::view::{
    AdversaryView, Decision, Metrics, MissedCommand, Verdict, VerdictKind,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::path::PathBuf;

/// Simulator events between two looks at the run: `--heights` stops at such a look, so the number is
/// part of what makes two such runs equal.
const SLICE: u64 = 1_000;
/// Simulated time a run goes on without `--until`, from its start or its last command.
pub const DEFAULT_TIME: Micros = 30 * SECOND;
/// With `--heights` alone, a chain that has stopped is given up after this.
const PATIENCE: Micros = 600 * SECOND;

/// Run a scenario and report what happened
#[derive(clap::Args)]
pub struct Run {
    /// A file, `-`, a link, or `preset:ID`
    scenario: String,
    /// Stop at this instant of simulated time: `30`, `2.5`
    #[arg(long, value_name = "SECONDS", value_parser = micros)]
    until: Option<Micros>,
    /// Stop soon after an honest validator has decided this height
    #[arg(long, value_name = "N")]
    heights: Option<u64>,
    /// Write every event, one JSON object a line
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// Write the trace to a file that the page and `check` open without the scenario
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    #[arg(long)]
    json: bool,
}

/// The result of a run.
#[derive(Serialize, JsonSchema)]
pub struct RunReport {
    pub title: String,
    /// The worst of the verdicts.
    pub outcome: VerdictKind,
    pub verdicts: Vec<Verdict>,
    /// Simulated time at the end, microseconds.
    pub now_us: u64,
    /// Simulator events.
    pub steps: u64,
    pub digest: String,
    pub adversary: AdversaryView,
    pub metrics: Metrics,
    /// Every node's, in the order they were made.
    pub decisions: Vec<Decision>,
    /// Commands that found nothing to act on, the first 64.
    pub vanished: Vec<MissedCommand>,
    /// Link to this run up to its end; absent when it would be too long.
    pub link: Option<String>,
}

impl Run {
    pub fn run(self) -> Outcome {
        let scenario = source::document(&self.scenario)?.scenario;
        let until = self.until.unwrap_or_else(|| self.default_end(&scenario));
        let title = scenario.title.clone();
        let mut session = Session::open(scenario)?;
        let decisions = self.advance(&mut session, until)?;
        let report = report(title, &session, decisions);
        let exit = verdicts::exit(report.outcome);
        if self.json {
            output::print_json(&report)?;
        } else {
            output::print(&text(&report))?;
        }
        Ok(exit)
    }

    fn default_end(&self, scenario: &Scenario) -> Micros {
        let last = scenario.commands.last().map_or(0, |c| c.at_us);
        let more = if self.heights.is_some() {
            PATIENCE
        } else {
            DEFAULT_TIME
        };
        (last + more).min(MAX_TIME)
    }

    /// Runs to the end. Decisions and trace are taken slice by slice: the session keeps a window only.
    fn advance(&self, session: &mut Session, until: Micros) -> Result<Vec<Decision>, Failure> {
        let mut trace = self.trace.as_deref().map(Lines::create).transpose()?;
        let save = self.save.as_deref();
        let mut file = save.map(Bytes::create).transpose()?;
        let mut saver = file.as_ref().map(|_| session.saver());
        let mut decisions = Vec::new();
        let mut cursor = 0;
        loop {
            let reached = session.advance(until, SLICE).reached;
            decisions.extend(session.decisions_since(cursor));
            if let Some(trace) = &mut trace {
                trace.write(session.trace_lines_since(cursor))?;
            }
            if let (Some(file), Some(saver)) = (&mut file, &mut saver) {
                file.write(&session.save_on(saver))?;
            }
            cursor = session.trace_end();
            let enough = self
                .heights
                .is_some_and(|heights| session.frame().metrics.height >= heights);
            if reached || enough {
                break;
            }
        }
        if let Some(trace) = trace {
            trace.finish()?;
        }
        if let (Some(mut file), Some(saver)) = (file, saver) {
            let (rest, left_out) = session.save_end(saver);
            file.write(&rest)?;
            file.finish()?;
            if !left_out.is_empty() {
                eprintln!("consensusforge: {left_out}");
            }
        }
        Ok(decisions)
    }
}

fn report(title: String, session: &Session, decisions: Vec<Decision>) -> RunReport {
    let frame = session.frame();
    let link = session.link().fragment;
    RunReport {
        title,
        outcome: verdicts::worst(&frame.verdicts),
        verdicts: frame.verdicts,
        now_us: frame.now_us,
        steps: frame.steps,
        digest: frame.digest,
        adversary: frame.adversary,
        metrics: frame.metrics,
        decisions,
        vanished: frame.vanished,
        link: (!link.is_empty()).then_some(link),
    }
}

fn text(report: &RunReport) -> String {
    let mut text = String::new();
    if !report.title.is_empty() {
        text += &format!("{}\n\n", report.title);
    }
    text += &verdicts::text(&report.verdicts);
    if !report.adversary.names.is_empty() {
        text += &format!("\nByzantine: {}\n", report.adversary.sentence);
    }
    for vanished in &report.vanished {
        text += &format!(
            "\nno effect at {}: {}.\n",
            seconds(vanished.at_us),
            vanished.sentence
        );
    }
    text += "\n";
    text += &table(
        &[
            "height",
            "round",
            "block",
            "first at",
            "last at",
            "validators",
        ],
        &decisions(&report.decisions),
    );
    text += "\n";
    text += &metrics(&report.metrics);
    text += &format!(
        "\nsimulated  {}\nevents     {}\ndigest     {}\n",
        seconds(report.now_us),
        report.steps,
        report.digest
    );
    text
}

/// One row a decided block: who decided it, and when the first and the last did.
fn decisions(decisions: &[Decision]) -> Vec<Vec<String>> {
    let mut blocks: std::collections::BTreeMap<_, Vec<&Decision>> = Default::default();
    for decision in decisions {
        let key = (decision.height, &decision.block, decision.round);
        blocks.entry(key).or_default().push(decision);
    }
    blocks
        .into_iter()
        .map(|((height, block, round), all)| {
            let at = |d: Option<&&Decision>| d.map_or_else(String::new, |d| seconds(d.at_us));
            let names: Vec<&str> = all.iter().map(|d| d.validator.as_str()).collect();
            vec![
                height.to_string(),
                round.to_string(),
                block.chars().take(8).collect(),
                at(all.first()),
                at(all.last()),
                names.join(" "),
            ]
        })
        .collect()
}

fn metrics(metrics: &Metrics) -> String {
    let rows = [
        ("height", metrics.height.to_string()),
        (
            "blocks a second",
            format!("{:.3}", metrics.blocks_per_second),
        ),
        (
            "rounds a height",
            format!("{:.2}", metrics.rounds_per_height),
        ),
        (
            "messages a block",
            format!("{:.1}", metrics.messages_per_block),
        ),
        (
            "commit latency",
            format!(
                "{} median, {} at 95 %",
                seconds(metrics.commit_latency_p50_us),
                seconds(metrics.commit_latency_p95_us)
            ),
        ),
        (
            "transactions",
            format!(
                "{} ({:.2} a second)",
                metrics.transactions, metrics.transactions_per_second
            ),
        ),
    ]
    .map(|(name, value)| vec![name.to_owned(), value]);
    let kinds: Vec<Vec<String>> = metrics
        .messages_by_kind
        .iter()
        .map(|k| {
            vec![
                k.kind.clone(),
                k.sent.to_string(),
                k.delivered.to_string(),
                k.lost.to_string(),
            ]
        })
        .collect();
    table(&["metric", "value"], &rows)
        + "\n"
        + &table(&["messages", "sent", "delivered", "lost"], &kinds)
}

/// Seconds with up to six decimals, exactly.
pub fn micros(text: &str) -> Result<Micros, String> {
    let wrong = || {
        format!(
            "give seconds of simulated time from 0 to {}, with at most six decimals",
            MAX_TIME / SECOND
        )
    };
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > 6 {
        return Err(wrong());
    }
    let whole: Micros = whole.parse().map_err(|_| wrong())?;
    let part: Micros = format!("{part:0<6}").parse().map_err(|_| wrong())?;
    whole
        .checked_mul(SECOND)
        .and_then(|us| us.checked_add(part))
        .filter(|us| *us <= MAX_TIME)
        .ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::micros;

    #[test]
    fn seconds_are_read_exactly() {
        assert_eq!(micros("30"), Ok(30_000_000));
        assert_eq!(micros("0.000001"), Ok(1));
        assert_eq!(micros("2.5"), Ok(2_500_000));
        for wrong in [
            "",
            ".5",
            "-1",
            "1e9",
            "1.0000001",
            "99999999999999999999",
            "1000000001",
        ] {
            assert!(micros(wrong).is_err(), "{wrong}");
        }
    }
}
