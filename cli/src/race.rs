//! `race`: one scenario under several protocols.

use crate::failure::{Exit, Failure, Outcome};
use crate::run::{DEFAULT_TIME, micros};
use crate::table::{seconds, table};
use crate::{output, source};
use consensusforge_core::base::{Micros, limits::MAX_TIME};
use consensusforge_core::consensus::registry::PROTOCOLS;
use consensusforge_core::session::race::{Lane, RaceRow, run};
use consensusforge_core::session::race_link::RaceLink;
use consensusforge_core::session::view::VerdictKind;
use schemars::JsonSchema;
use serde::Serialize;

/// Run a scenario under several protocols and compare them
///
/// Validators, seed, network, faults, liars, contracts and commands are the same in every lane. A row's figures
/// are those of the whole run over the blocks it decided.
#[derive(clap::Args)]
pub struct Race {
    /// A file, `-`, a link, or `preset:ID`; a race's link brings its lanes and its instant
    scenario: String,
    /// A protocol, with parameters where they are not its defaults: `simplex`, `minimmit:delta_us=100000`;
    /// without any, every protocol
    #[arg(value_name = "LANE")]
    lanes: Vec<String>,
    /// Stop at this instant of simulated time: `30`, `2.5`
    #[arg(long, value_name = "SECONDS", value_parser = micros)]
    until: Option<Micros>,
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Comma-separated values, a row a lane
    #[arg(long)]
    csv: bool,
}

/// How the lanes did.
#[derive(Serialize, JsonSchema)]
pub struct RaceReport {
    pub title: String,
    /// Simulated time at the end, microseconds.
    pub until_us: u64,
    /// The network's typical one-way delay, microseconds.
    pub delay_us: u64,
    /// In the order of the lanes.
    pub rows: Vec<RaceRow>,
    /// Lanes in which the scenario cannot run.
    pub refused: Vec<RefusedLane>,
}

/// A lane that did not run.
#[derive(Serialize, JsonSchema)]
pub struct RefusedLane {
    pub lane: String,
    /// Why.
    pub sentence: String,
}

impl Race {
    pub fn run(self) -> Outcome {
        let scenario = source::document(&self.scenario)?.scenario;
        let linked = match source::is_link(&self.scenario) {
            true => RaceLink::read(&self.scenario),
            false => Ok(None),
        };
        let linked = linked.map_err(|why| Failure::input(format!("{why}.")))?;
        let at = linked.as_ref().map_or(0, |race| race.at_us);
        let words: Vec<String> = match (self.lanes.is_empty(), linked) {
            (false, _) => self.lanes,
            (true, Some(race)) => race.lanes,
            (true, None) => PROTOCOLS.iter().map(|p| p.info.name.to_owned()).collect(),
        };
        let lanes: Result<Vec<Lane>, String> = words.iter().map(|w| Lane::parse(w)).collect();
        let lanes = lanes.map_err(|why| Failure::input(format!("{why}.")))?;
        let last = scenario.commands.last().map_or(0, |c| c.at_us);
        let until = self.until.or((at > 0).then_some(at));
        let until = until.unwrap_or(last.saturating_add(DEFAULT_TIME));
        let mut report = RaceReport {
            title: scenario.title.clone(),
            until_us: until.min(MAX_TIME),
            delay_us: scenario.network.latency.typical(),
            rows: Vec::new(),
            refused: Vec::new(),
        };
        for lane in lanes {
            match run(&scenario, &lane, report.until_us) {
                Ok(row) => report.rows.push(row),
                Err(why) => report.refused.push(RefusedLane {
                    lane: lane.title(),
                    sentence: why.sentence,
                }),
            }
        }
        if self.json {
            output::print_json(&report)?;
        } else if self.csv {
            output::print(&csv(&report))?;
        } else {
            output::print(&text(&report))?;
        }
        Ok(match report.rows.is_empty() {
            true => Exit::BadInput,
            false => Exit::Fine,
        })
    }
}

fn kind(outcome: VerdictKind) -> &'static str {
    match outcome {
        VerdictKind::Holds => "holds",
        VerdictKind::Violated => "violated",
        VerdictKind::Stalled => "stalled",
    }
}

fn text(report: &RaceReport) -> String {
    let mut text = String::new();
    if !report.title.is_empty() {
        text += &format!("{}\n\n", report.title);
    }
    let number = |value: Option<f64>, digits: usize| {
        value.map_or_else(|| "-".to_owned(), |v| format!("{v:.digits$}"))
    };
    let time = |value: Option<u64>| value.map_or_else(|| "-".to_owned(), seconds);
    let rows: Vec<Vec<String>> = report
        .rows
        .iter()
        .map(|row| {
            vec![
                row.lane.clone(),
                row.blocks.to_string(),
                number(row.commit_latency_delays, 2),
                time(row.commit_latency_us),
                time(row.block_interval_us),
                seconds(row.longest_pause_us),
                number(row.messages_per_block, 1),
                number(row.bytes_per_block, 0),
                number(row.signatures_per_block, 1),
                number(row.verifications_per_block, 1),
                kind(row.outcome).to_owned(),
            ]
        })
        .collect();
    let head = [
        "lane",
        "blocks",
        "delays to commit",
        "commit latency",
        "block interval",
        "longest pause",
        "messages",
        "bytes",
        "signed",
        "verified",
        "outcome",
    ];
    text += &table(&head, &rows);
    text += &format!(
        "\nUntil {}. A delay is {}. Messages, bytes, signed and verified are for each block decided; verified \
         counts every signature that arrived, those inside certificates too.\n",
        seconds(report.until_us),
        seconds(report.delay_us)
    );
    for row in report
        .rows
        .iter()
        .filter(|r| r.outcome != VerdictKind::Holds)
    {
        text += &format!("\n{}: {}\n", row.lane, row.sentence);
    }
    for refused in &report.refused {
        text += &format!("\n{} did not run: {}\n", refused.lane, refused.sentence);
    }
    text
}

fn csv(report: &RaceReport) -> String {
    let mut text = String::from(
        "lane,blocks,commit_latency_us,commit_latency_delays,block_interval_us,longest_pause_us,\
         messages_per_block,bytes_per_block,signatures_per_block,verifications_per_block,outcome,sentence,digest\n",
    );
    let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
    let number = |value: Option<f64>| value.map_or_else(String::new, |v| v.to_string());
    let time = |value: Option<u64>| value.map_or_else(String::new, |v| v.to_string());
    for row in &report.rows {
        let cells = [
            quoted(&row.lane),
            row.blocks.to_string(),
            time(row.commit_latency_us),
            number(row.commit_latency_delays),
            time(row.block_interval_us),
            row.longest_pause_us.to_string(),
            number(row.messages_per_block),
            number(row.bytes_per_block),
            number(row.signatures_per_block),
            number(row.verifications_per_block),
            kind(row.outcome).to_owned(),
            quoted(&row.sentence),
            row.digest.clone(),
        ];
        text += &cells.join(",");
        text.push('\n');
    }
    for refused in &report.refused {
        let cells = [quoted(&refused.lane), quoted(&refused.sentence)];
        text += &format!("{},,,,,,,,,,refused,{},\n", cells[0], cells[1]);
    }
    text
}
