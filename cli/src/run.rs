//! `run`: a scenario from its beginning, and the result.

use crate::failure::{Exit, Failure, Outcome};
use crate::output::{Bytes, Lines};
use crate::table::{seconds, table};
use crate::{output, source, verdicts};
use consensusforge_core::base::{Micros, SECOND, limits::MAX_TIME};
use consensusforge_core::session::Session;
use consensusforge_core::session::view::{
    AdversaryView, Condition, CulpritView, Decision, Metrics, MissedCommand, StallView, Verdict,
    VerdictKind,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::path::PathBuf;

/// Simulator events between two looks at the run: `--heights` stops at such a look, so the number is
/// part of what makes two such runs equal.
const SLICE: u64 = 1_000;
/// Simulated time a run goes on without `--until`, from its start or its last command.
pub const DEFAULT_TIME: Micros = 30 * SECOND;
/// With `--heights` alone, a chain is given up when it has decided nothing for so long.
const PATIENCE: Micros = 600 * SECOND;

/// Run a scenario and report what happened
#[derive(clap::Args)]
pub struct Run {
    /// A file, `-`, a link, or `preset:ID`
    scenario: String,
    /// Stop at this instant of simulated time: `30`, `2.5`
    #[arg(long, value_name = "SECONDS", value_parser = micros)]
    until: Option<Micros>,
    /// Stop soon after the first honest validator has decided this height; a chain that decides nothing for
    /// 600 seconds is given up, and the report says so
    #[arg(long, value_name = "N")]
    heights: Option<u64>,
    /// With `--heights`: wait until every honest validator that is up has decided it
    #[arg(long, requires = "heights")]
    all: bool,
    /// Stop right after the event in which this happens: `locks`, `decides`, `double-signs`, `round:2`,
    /// `receives:prevote`, each perhaps with `,at=VALIDATOR`, `,height=N` or `,block=DIGITS`
    #[arg(long, value_name = "WHAT", value_parser = condition)]
    until_event: Option<Condition>,
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
    /// Everybody proven to have lied, and the messages that prove it; nobody honest is ever named.
    pub culprits: Vec<CulpritView>,
    /// The lowest height at which honest validators decided different blocks.
    pub fork_height: Option<u64>,
    /// Where the chain stands still, if it does.
    pub stalled: Option<StallView>,
    /// How many rounds each height took at the honest validator that decided it first.
    pub rounds: Vec<HeightRounds>,
    /// Why `--heights` was given up, if it was.
    pub gave_up: Option<String>,
    /// What happened at the end, where `--until-event` stopped the run.
    pub stopped_at: Option<String>,
    /// Commands that found nothing to act on, the first 64.
    pub vanished: Vec<MissedCommand>,
    /// Link to this run up to its end; absent when it would be too long.
    pub link: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub struct HeightRounds {
    pub height: u64,
    pub rounds: u64,
}

/// A run that has come to its end.
struct Ran {
    decisions: Vec<Decision>,
    /// Why `--heights` was given up.
    gave_up: Option<String>,
    /// `--until-event` ended it.
    hit: bool,
}

fn condition(text: &str) -> Result<Condition, String> {
    Condition::read(text).map_err(|p| p.sentence)
}

impl Run {
    pub fn run(self) -> Outcome {
        let scenario = source::document(&self.scenario)?.scenario;
        let last = scenario.commands.last().map_or(0, |c| c.at_us);
        let title = scenario.title.clone();
        let mut session = Session::open(scenario)?;
        if let Some(condition) = &self.until_event {
            session.pause_when(std::slice::from_ref(condition))?;
        }
        let Ran {
            decisions,
            gave_up,
            hit,
        } = self.advance(&mut session, last)?;
        if let Some(why) = &gave_up {
            eprintln!("consensusforge: {why}");
        }
        let mut report = report(title, &session, decisions);
        report.gave_up = gave_up;
        if let Some(condition) = &self.until_event {
            report.stopped_at = hit
                .then(|| session.explanation().map(|e| e.sentence))
                .flatten();
            if report.stopped_at.is_none() {
                let words = condition.words(&session.world().round);
                eprintln!("consensusforge: {words}: that did not happen before the run ended.");
            }
        }
        let mut exit = verdicts::exit(report.outcome);
        // A script that waits for an event has to notice that it never came.
        if self.until_event.is_some() && report.stopped_at.is_none() && exit == Exit::Fine {
            exit = Exit::Stalled;
        }
        if self.json {
            output::print_json(&report)?;
        } else {
            output::print(&text(&report))?;
        }
        Ok(exit)
    }

    /// Where a run ends that has last decided something, or been told something, at `last`.
    fn end(&self, last: Micros) -> Micros {
        let patience = match self.heights {
            Some(_) => PATIENCE,
            None => DEFAULT_TIME,
        };
        let end = last.saturating_add(patience).min(MAX_TIME);
        self.until.unwrap_or(end)
    }

    /// Runs to the end: when the last command was given at `last`. Decisions and trace are taken slice by
    /// slice, as the session keeps a window only. Tells why `--heights` was given up, if it was.
    fn advance(&self, session: &mut Session, last: Micros) -> Result<Ran, Failure> {
        let mut trace = self.trace.as_deref().map(Lines::create).transpose()?;
        let save = self.save.as_deref();
        let mut file = save.map(Bytes::create).transpose()?;
        let mut saver = file.as_ref().map(|_| session.saver());
        let mut decisions: Vec<Decision> = Vec::new();
        let mut gave_up = None;
        let (mut cursor, mut height, mut alive) = (0, 0, last);
        let hit = loop {
            let until = self.end(alive);
            let (came, happened) = session.advance_watching(until, SLICE);
            let reached = came.reached;
            decisions.extend(session.decisions_since(cursor));
            if let Some(trace) = &mut trace {
                trace.write(session.trace_lines_since(cursor))?;
            }
            if let (Some(file), Some(saver)) = (&mut file, &mut saver) {
                file.write(&session.save_on(saver))?;
            }
            cursor = session.trace_end();
            if happened.is_some() {
                break true;
            }
            if let Some(wanted) = self.heights {
                let frame = session.frame();
                // A chain that goes on is not given up.
                if frame.metrics.height > height {
                    height = frame.metrics.height;
                    alive = alive.max(frame.now_us);
                }
                let up = frame.nodes.iter().filter(|n| !n.byzantine && !n.crashed);
                let lowest = up.map(|n| n.decided).min().unwrap_or(height);
                if height >= wanted && (!self.all || lowest >= wanted) {
                    break false;
                }
                if reached && (self.until.is_some() || frame.now_us >= self.end(alive)) {
                    gave_up = Some(self.why(wanted, height, lowest, frame.now_us));
                    break false;
                }
            } else if reached {
                break false;
            }
        };
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
        Ok(Ran {
            decisions,
            gave_up,
            hit,
        })
    }

    fn why(&self, wanted: u64, height: u64, lowest: u64, now: Micros) -> String {
        let reached = match height >= wanted {
            true => format!("height {wanted} was decided, but one validator stands at {lowest}"),
            false => format!("height {wanted} was not decided: the chain stands at {height}"),
        };
        let ended = match self.until {
            Some(_) => format!("the run ended at {}", seconds(now)),
            None => format!(
                "given up at {}, {} s after the last decision; `--until` gives it more",
                seconds(now),
                PATIENCE / SECOND
            ),
        };
        format!("{reached}; {ended}.")
    }
}

fn report(title: String, session: &Session, decisions: Vec<Decision>) -> RunReport {
    let frame = session.frame();
    let link = session.link().fragment;
    let mut rounds: Vec<HeightRounds> = Vec::new();
    let honest = |d: &&Decision| {
        let node = frame.nodes.iter().find(|n| n.name == d.validator);
        node.is_none_or(|n| !n.byzantine)
    };
    for decision in decisions.iter().filter(honest) {
        if rounds
            .last()
            .is_none_or(|last| last.height < decision.height)
        {
            rounds.push(HeightRounds {
                height: decision.height,
                rounds: u64::from(decision.round) + 1,
            });
        }
    }
    RunReport {
        title,
        outcome: verdicts::worst(&frame.verdicts),
        verdicts: frame.verdicts,
        now_us: frame.now_us,
        steps: frame.steps,
        digest: frame.digest,
        adversary: frame.adversary,
        metrics: frame.metrics,
        culprits: session.culprits(),
        fork_height: session.fork_height(),
        stalled: session.stalled(),
        rounds,
        gave_up: None,
        stopped_at: None,
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
    if let Some(stopped) = &report.stopped_at {
        text += &format!("stopped at {}: {stopped}\n\n", seconds(report.now_us));
    }
    text += &verdicts::text(&report.verdicts);
    if !report.adversary.names.is_empty() {
        text += &format!("\nByzantine: {}\n", report.adversary.sentence);
    }
    if !report.culprits.is_empty() {
        text += "\nproven to have lied:\n";
        let mut told: Vec<(&str, &str)> = Vec::new();
        for culprit in &report.culprits {
            let who = (culprit.validator.as_str(), culprit.kind.as_str());
            if !told.contains(&who) {
                told.push(who);
                text += &format!("  {}\n", culprit.sentence);
            }
        }
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

/// Validators named in a row; of more, the first to decide and how many others did.
const NAMED: usize = 16;

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
            let shown = if all.len() > NAMED { NAMED - 1 } else { NAMED };
            let names = all.iter().take(shown).map(|d| d.validator.as_str());
            let mut names = names.collect::<Vec<_>>().join(" ");
            if let Some(others) = all.len().checked_sub(shown).filter(|n| *n > 0) {
                names += &format!(" and {others} more");
            }
            vec![
                height.to_string(),
                round.to_string(),
                block.chars().take(8).collect(),
                at(all.first()),
                at(all.last()),
                names,
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
