//! `quorum`: what is enough, for given stakes.

use crate::failure::{Exit, Outcome};
use crate::{output, stakes, table};
use consensusforge_core::types::forks::can_fork;
use consensusforge_core::types::validators::quorum;
use schemars::JsonSchema;
use serde::Serialize;

/// How much stake is a quorum, forces a round skip, may lie, and forks the chain
#[derive(clap::Args)]
pub struct Quorum {
    /// One stake a validator: `100 500 200`, or `4x100` for four of 100
    #[arg(required_unless_present = "total")]
    stakes: Vec<String>,
    /// The stake of all validators together, where their shares do not matter
    #[arg(long, value_name = "STAKE", conflicts_with = "stakes")]
    total: Option<String>,
    #[arg(long)]
    json: bool,
}

/// Thresholds of a validator set, in units of stake.
#[derive(Serialize, JsonSchema)]
pub struct QuorumReport {
    pub total: u64,
    /// The least that is strictly more than 2/3 of the total.
    pub quorum: u64,
    /// The least that is strictly more than 1/3 of the total.
    pub skip: u64,
    /// The most that may be Byzantine or down while the others still are a quorum: total - quorum.
    pub tolerated: u64,
    /// The least Byzantine stake with which two quorums can decide differently: 2 quorum - total. It is
    /// enough when the honest stake can be split evenly enough.
    pub fork: u64,
    /// None where the total alone was given.
    pub validators: Vec<QuorumRow>,
}

#[derive(Serialize, JsonSchema)]
pub struct QuorumRow {
    pub name: String,
    pub stake: u64,
    /// Parts in a million of the total, rounded down.
    pub share_ppm: u32,
    /// Without it the others are no quorum: alone it can stop the chain.
    pub can_stall: bool,
    /// It has the stake a fork needs, and the others can be split so that both sides reach a quorum with it.
    pub can_fork: bool,
    /// It needs nobody.
    pub is_quorum: bool,
}

impl Quorum {
    pub fn run(self) -> Outcome {
        let report = match self.total {
            Some(total) => thresholds(stakes::total(&total)?, Vec::new()),
            None => report(&stakes::parse(&self.stakes)?)?,
        };
        if self.json {
            output::print_json(&report)?;
        } else {
            output::print(&text(&report))?;
        }
        Ok(Exit::Fine)
    }
}

fn report(given: &[u64]) -> Result<QuorumReport, crate::failure::Failure> {
    let specs = stakes::validators(given)?;
    let set = stakes::set(&specs)?;
    let total = set.total();
    let fork = fork(total);
    let stakes: Vec<(String, u64)> = specs.iter().map(|v| (v.name.clone(), v.stake)).collect();
    let alone_forks = |name: &String| {
        let others = stakes.iter().filter(|(n, _)| n != name);
        let own = stakes.iter().find(|(n, _)| n == name);
        let others: Vec<u64> = others.map(|(_, stake)| *stake).collect();
        own.is_some_and(|(_, stake)| can_fork(*stake, &others))
    };
    let validators = specs
        .into_iter()
        .map(|v| QuorumRow {
            share_ppm: share_ppm(v.stake, total),
            can_stall: !set.is_quorum(total - v.stake),
            can_fork: v.stake >= fork && alone_forks(&v.name),
            is_quorum: set.is_quorum(v.stake),
            name: v.name,
            stake: v.stake,
        })
        .collect();
    Ok(thresholds(total, validators))
}

/// What follows from the total alone.
fn thresholds(total: u64, validators: Vec<QuorumRow>) -> QuorumReport {
    let quorum = quorum(total);
    QuorumReport {
        total,
        quorum,
        skip: total / 3 + 1,
        tolerated: total - quorum,
        fork: fork(total),
        validators,
    }
}

/// A quorum is more than two thirds, so twice it is more than the total.
fn fork(total: u64) -> u64 {
    let quorum = quorum(total);
    quorum - (total - quorum)
}

/// Parts in a million, computed wide: a million times a stake overflows 64 bits.
fn share_ppm(stake: u64, total: u64) -> u32 {
    let ppm = u128::from(stake) * 1_000_000 / u128::from(total.max(1));
    u32::try_from(ppm).unwrap_or(u32::MAX)
}

fn text(report: &QuorumReport) -> String {
    let row = |what: &str, stake: u64| {
        vec![
            what.to_owned(),
            stake.to_string(),
            percent(share_ppm(stake, report.total)),
        ]
    };
    let thresholds = [
        row("total", report.total),
        row("quorum, more than 2/3", report.quorum),
        row("round skip, more than 1/3", report.skip),
        row("may be Byzantine or down", report.tolerated),
        row("Byzantine stake a fork needs", report.fork),
    ];
    let yes = |is: bool, word: &str| if is { word.to_owned() } else { String::new() };
    let validators: Vec<Vec<String>> = report
        .validators
        .iter()
        .map(|v| {
            vec![
                v.name.clone(),
                v.stake.to_string(),
                percent(v.share_ppm),
                [
                    yes(v.can_stall, "can stall"),
                    yes(v.can_fork, "enough to fork"),
                    yes(v.is_quorum, "is a quorum"),
                ]
                .into_iter()
                .filter(|w| !w.is_empty())
                .collect::<Vec<_>>()
                .join(", "),
            ]
        })
        .collect();
    let thresholds = table::table(&["threshold", "stake", "share"], &thresholds);
    if validators.is_empty() {
        return thresholds;
    }
    thresholds + "\n" + &table::table(&["validator", "stake", "share", "alone"], &validators)
}

/// Parts in a million with two decimals.
pub fn percent(ppm: u32) -> String {
    format!("{}.{:02} %", ppm / 10_000, ppm % 10_000 / 100)
}
