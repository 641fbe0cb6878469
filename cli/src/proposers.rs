//! `proposers`: who proposes in each height and round.

use crate::failure::{Exit, Failure, Outcome};
use crate::quorum::percent;
use crate::{output, stakes, table};
use clap::ValueEnum;
use consensusforge_core::consensus::proposer::{Rule, Schedule};
use consensusforge_core::scenario::model::ValidatorSpec;
use consensusforge_core::types::{ValidatorId, ValidatorSets};
use schemars::JsonSchema;
use serde::Serialize;

/// Cells of a table: more would not be read.
const MAX_CELLS: u64 = 100_000;

/// Who proposes in each height and round, under a rule
#[derive(clap::Args)]
pub struct Proposers {
    /// One stake a validator: `100,500,200`, or `4x100` for four of 100
    #[arg(long, default_value = "4x100")]
    stakes: Vec<String>,
    #[arg(long, value_enum, default_value = "priority")]
    rule: RuleName,
    /// Names for `--rule list`: `v1,v3`
    #[arg(long, value_delimiter = ',')]
    list: Vec<String>,
    /// For `--rule draw`
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, default_value_t = 16)]
    heights: u64,
    #[arg(long, default_value_t = 4)]
    rounds: u32,
    /// With `--rule priority`: each validator's priority at the start of each height
    #[arg(long)]
    priorities: bool,
    /// Stakes from a height on, as in `--change 5:v2=300,v5=100,v1=0`; may be given several times
    #[arg(long, value_name = "HEIGHT:NAME=STAKE,...")]
    change: Vec<String>,
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum RuleName {
    /// CometBFT's proposer priority
    Priority,
    /// One after another
    Rotation,
    /// Drawn in proportion to stake, from the seed
    Draw,
    /// A given list, over and over
    List,
}

/// Who proposes when.
#[derive(Serialize, JsonSchema)]
pub struct ProposersReport {
    pub rule: String,
    pub heights: Vec<ProposersRow>,
    pub shares: Vec<ProposerShare>,
}

#[derive(Serialize, JsonSchema)]
pub struct ProposersRow {
    pub height: u64,
    /// The proposer of each round, from round 0.
    pub rounds: Vec<String>,
    /// With `--priorities`: of everybody who votes on this height, at its round 0. Its proposer has paid the
    /// total stake already.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub priorities: Vec<ProposerPriority>,
}

#[derive(Serialize, JsonSchema)]
pub struct ProposerPriority {
    pub name: String,
    pub priority: i64,
}

/// How often a validator proposes first, against its stake at the beginning.
#[derive(Serialize, JsonSchema)]
pub struct ProposerShare {
    pub name: String,
    pub stake: u64,
    /// Parts in a million of the total stake.
    pub stake_ppm: u32,
    /// Heights whose round 0 it proposes.
    pub proposes: u64,
    /// Parts in a million of the heights shown.
    pub proposes_ppm: u32,
}

impl Proposers {
    pub fn run(self) -> Outcome {
        let cells = self.heights.checked_mul(u64::from(self.rounds));
        if cells.is_none_or(|c| c == 0 || c > MAX_CELLS) {
            return Err(Failure::input(format!(
                "{} heights of {} rounds cannot be shown; give 1 to {MAX_CELLS} of both together.",
                self.heights, self.rounds
            )));
        }
        if self.priorities && !matches!(self.rule, RuleName::Priority) {
            return Err(Failure::input(
                "`--priorities` are those of `--rule priority`; leave one of them out.",
            ));
        }
        let specs = stakes::validators(&stakes::parse(&self.stakes)?)?;
        let report = self.report(&specs)?;
        if self.json {
            output::print_json(&report)?;
        } else {
            output::print(&text(&report))?;
        }
        Ok(Exit::Fine)
    }

    fn rule(&self, specs: &[ValidatorSpec]) -> Result<Rule, Failure> {
        if self.list.is_empty() == matches!(self.rule, RuleName::List) {
            return Err(Failure::input(
                "`--rule list` and `--list` belong together: give both, as in `--rule list --list \
                 v1,v2`.",
            ));
        }
        Ok(match self.rule {
            RuleName::Priority => Rule::Priority,
            RuleName::Rotation => Rule::Rotation,
            RuleName::Draw => Rule::Draw { seed: self.seed },
            RuleName::List => {
                let find = |name: &String| {
                    let at = specs.iter().position(|v| v.name == *name);
                    at.and_then(|i| u16::try_from(i).ok())
                        .map(ValidatorId)
                        .ok_or_else(|| {
                            Failure::input(format!(
                                "there is no validator {name:?}; there are v1 to v{}.",
                                specs.len()
                            ))
                        })
                };
                Rule::List(self.list.iter().map(find).collect::<Result<_, _>>()?)
            }
        })
    }

    fn report(&self, specs: &[ValidatorSpec]) -> Result<ProposersReport, Failure> {
        let (sets, everybody) = stakes::sets(specs, &self.change)?;
        let total = sets.at(1).total();
        let schedule = Schedule::new(self.rule(&everybody)?);
        let mut first = vec![0_u64; everybody.len()];
        let mut heights = Vec::new();
        for height in 1..=self.heights {
            let ids: Vec<ValidatorId> = (0..self.rounds)
                .map(|round| schedule.at(&sets, height, round))
                .collect();
            if let Some(count) = ids.first().and_then(|id| first.get_mut(id.index())) {
                *count += 1;
            }
            heights.push(ProposersRow {
                height,
                rounds: ids.iter().map(ToString::to_string).collect(),
                priorities: self.priorities_at(&schedule, &sets, height),
            });
        }
        let ppm = |part: u64, whole: u64| {
            let ppm = u128::from(part) * 1_000_000 / u128::from(whole.max(1));
            u32::try_from(ppm).unwrap_or(u32::MAX)
        };
        let shares = everybody
            .iter()
            .zip(first)
            .map(|(v, proposes)| ProposerShare {
                name: v.name.clone(),
                stake: v.stake,
                stake_ppm: ppm(v.stake, total),
                proposes,
                proposes_ppm: ppm(proposes, self.heights),
            })
            .collect();
        let rule = self.rule.to_possible_value();
        Ok(ProposersReport {
            rule: rule.map_or_else(String::new, |v| v.get_name().to_owned()),
            heights,
            shares,
        })
    }
}

impl Proposers {
    fn priorities_at(
        &self,
        schedule: &Schedule,
        sets: &ValidatorSets,
        height: u64,
    ) -> Vec<ProposerPriority> {
        let known = schedule.priorities(sets, height);
        let wanted = known.filter(|_| self.priorities).into_iter().flatten();
        wanted
            .map(|(id, priority)| ProposerPriority {
                name: id.to_string(),
                priority,
            })
            .collect()
    }
}

/// A row a height, a column a validator; empty where it does not vote.
fn priorities(report: &ProposersReport) -> String {
    let names: Vec<&str> = report.shares.iter().map(|s| s.name.as_str()).collect();
    let rows: Vec<Vec<String>> = report
        .heights
        .iter()
        .map(|row| {
            let of = |name: &&str| {
                let found = row.priorities.iter().find(|p| p.name == **name);
                found.map_or_else(String::new, |p| p.priority.to_string())
            };
            let mut cells = vec![row.height.to_string()];
            cells.extend(names.iter().map(of));
            cells
        })
        .collect();
    let mut head = vec!["priority at"];
    head.extend(names);
    table::table(&head, &rows)
}

fn text(report: &ProposersReport) -> String {
    let rounds = report.heights.first().map_or(0, |row| row.rounds.len());
    let mut head = vec!["height".to_owned()];
    head.extend((0..rounds).map(|r| format!("round {r}")));
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let rows: Vec<Vec<String>> = report
        .heights
        .iter()
        .map(|row| {
            let mut cells = vec![row.height.to_string()];
            cells.extend(row.rounds.iter().cloned());
            cells
        })
        .collect();
    let shares: Vec<Vec<String>> = report
        .shares
        .iter()
        .map(|s| {
            vec![
                s.name.clone(),
                s.stake.to_string(),
                percent(s.stake_ppm),
                s.proposes.to_string(),
                percent(s.proposes_ppm),
            ]
        })
        .collect();
    let mut text = table::table(&head, &rows) + "\n";
    if report.heights.iter().any(|row| !row.priorities.is_empty()) {
        text += &(priorities(report) + "\n");
    }
    text + &table::table(
        &["validator", "stake", "of stake", "proposes", "of heights"],
        &shares,
    )
}
