//! `probability`: how often a property is broken.

use crate::failure::{Exit, Outcome};
use crate::trials::Trials;
use crate::variation::{Judgement, Variation};
use crate::{jobs, output, source};
use consensusforge_core::search::{Found, Generator, Interval, Progress, Settings, wilson};
use schemars::JsonSchema;
use serde::Serialize;
use std::io::IsTerminal;

/// Estimate how likely a scenario breaks a property
///
/// Runs every trial, with another seed each unless `--vary` says otherwise, and gives the share that breaks the property
/// with its 95 % confidence interval (Wilson's).
#[derive(clap::Args)]
pub struct Probability {
    /// A file, `-`, a link, or `preset:ID`
    scenario: String,
    #[command(flatten)]
    judgement: Judgement,
    #[command(flatten)]
    variation: Variation,
    #[command(flatten)]
    trials: Trials,
    /// One JSON object at the end
    #[arg(long, conflicts_with = "jsonl")]
    json: bool,
    /// One JSON object a line: the estimate so far now and then, then the report
    #[arg(long)]
    jsonl: bool,
}

/// How often a property is broken.
#[derive(Serialize, JsonSchema)]
pub struct ProbabilityReport {
    pub title: String,
    /// The property in words.
    pub property: String,
    /// How trials were made.
    pub generator: Generator,
    /// Of the estimate's own choices.
    pub seed: u64,
    /// Trials that ran to their end and were judged.
    pub trials: u64,
    /// Of these, the ones that broke the property.
    pub broken: u64,
    /// The share of them, with its 95 % confidence interval.
    pub probability: Interval,
    /// Trials with more events than a trial may have: about them nothing is known.
    pub too_long: u64,
    /// Where to go on.
    pub next_trial: u64,
    /// The first trial that broke the property.
    pub first: Option<Found>,
    /// All of it in a sentence.
    pub sentence: String,
}

impl Probability {
    pub fn run(self) -> Outcome {
        let scenario = source::document(&self.scenario)?.scenario;
        let judged = self.judgement.judged()?;
        let space = self.variation.space(&scenario, &judged, "seed", false)?;
        let settings = self.trials.settings(scenario, space, &judged)?;
        let islands = self.trials.islands()?;
        let shows = !self.json && !self.jsonl && std::io::stderr().is_terminal();
        let (progress, first) =
            jobs::search(&settings, &islands, self.trials.jobs(), true, |progress| {
                let interval = estimate(progress);
                if self.jsonl {
                    let line = serde_json::json!({"progress": progress, "probability": interval});
                    output::print(&format!("{line}\n"))?;
                } else if shows {
                    eprint!("\r{} trials: {}      ", progress.trials, told(interval));
                }
                Ok(())
            })?;
        if shows {
            eprint!("\r{:70}\r", "");
        }
        let report = report(&settings, &progress, first);
        if self.jsonl {
            output::print_line(&report)?;
        } else if self.json {
            output::print_json(&report)?;
        } else {
            output::print(&text(&report))?;
        }
        Ok(Exit::Fine)
    }
}

fn estimate(progress: &Progress) -> Interval {
    wilson(progress.broken, progress.trials - progress.too_long)
}

fn told(interval: Interval) -> String {
    let percent = |share: f64| format!("{:.2} %", 100.0 * share);
    format!(
        "{} (95 % sure: {} to {})",
        percent(interval.estimate),
        percent(interval.low),
        percent(interval.high)
    )
}

fn report(settings: &Settings, progress: &Progress, first: Option<Found>) -> ProbabilityReport {
    let trials = progress.trials - progress.too_long;
    let probability = estimate(progress);
    ProbabilityReport {
        title: settings.base.title.clone(),
        property: settings.property.to_string(),
        generator: settings.generator,
        seed: settings.seed,
        trials,
        broken: progress.broken,
        probability,
        too_long: progress.too_long,
        next_trial: progress.next_trial,
        first,
        sentence: match trials {
            0 if progress.trials + progress.skipped == 0 => {
                "No trial was begun, as this generator has no scenario here: let more vary (`--vary`).".to_owned()
            }
            0 => "No trial ran to its end, so nothing is known.".to_owned(),
            _ => format!(
                "In {} of {trials} trials it is not so that {}: {}.",
                progress.broken,
                settings.property,
                told(probability)
            ),
        },
    }
}

fn text(report: &ProbabilityReport) -> String {
    let mut text = format!("{}\n", report.sentence);
    if let Some(first) = &report.first {
        text += &format!("{}\n", first.broken.sentence);
        if let Some(link) = &first.link {
            text += &format!("\n{link}\n");
        }
    }
    text
}
