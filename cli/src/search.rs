//! `search`: variations of a scenario, until one breaks a property.

use crate::failure::{Exit, Failure, Outcome};
use crate::resume::Place;
use crate::trials::Trials;
use crate::variation::{Judgement, Variation};
use crate::{explain, jobs, output, source};
use consensusforge_core::search::{Found, Generator, Progress, Settings, run};
use consensusforge_core::session::view::Story;
use consensusforge_core::world::simulate;
use schemars::JsonSchema;
use serde::Serialize;
use std::io::IsTerminal;
use std::path::PathBuf;

/// What varies without `--vary`.
const USUAL: &str = "seed,delay=1,loss=20,partitions=2,crashes=1,twins";

/// Look for a schedule that breaks a property
///
/// Trial number k of a generator and a seed is the same whatever the number of jobs and shards, and the first one that
/// breaks the property is reported. Exit code 3 when there is one.
#[derive(clap::Args)]
pub struct Search {
    /// A file, `-`, a link, or `preset:ID`
    scenario: String,
    #[command(flatten)]
    judgement: Judgement,
    #[command(flatten)]
    variation: Variation,
    #[command(flatten)]
    trials: Trials,
    /// Keep how far the search is in this file, and go on from there when the file is there already. `--budget` counts
    /// from where it goes on
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    resume: Option<PathBuf>,
    /// One JSON object at the end
    #[arg(long, conflicts_with = "jsonl")]
    json: bool,
    /// One JSON object a line: progress now and then, then the report
    #[arg(long)]
    jsonl: bool,
}

/// What a search came to.
#[derive(Serialize, JsonSchema)]
pub struct SearchReport {
    pub title: String,
    /// What was to be broken, in words.
    pub property: String,
    /// How trials were made.
    pub generator: Generator,
    /// Of the search's own choices.
    pub seed: u64,
    /// How far it came.
    pub progress: Progress,
    /// The run that breaks the property, if there is one.
    pub found: Option<Found>,
    /// How it came to that.
    pub story: Option<Story>,
    /// All of it in a sentence.
    pub sentence: String,
}

impl Search {
    pub fn run(self) -> Outcome {
        let scenario = source::document(&self.scenario)?.scenario;
        let judged = self.judgement.judged()?;
        let space = self.variation.space(&scenario, &judged, USUAL, true)?;
        let mut settings = self.trials.settings(scenario, space, &judged)?;
        let islands = self.trials.islands()?;
        let place = self.resume.as_deref();
        let place = place
            .map(|file| Place::open(file, &settings, &islands))
            .transpose()?;
        if let Some(place) = &place {
            settings.from = settings.from.max(place.next_trial());
        }
        let base = run(simulate, &judged, settings.base.clone())?;
        let (progress, found) = match Found::of(None, &base) {
            Some(found) => (
                Progress {
                    next_trial: settings.from,
                    finished: true,
                    ..Progress::default()
                },
                Some(found),
            ),
            None => self.trials_of(&settings, &islands, place)?,
        };
        let report = SearchReport {
            title: settings.base.title.clone(),
            property: settings.property.to_string(),
            generator: settings.generator,
            seed: settings.seed,
            sentence: sentence(&settings, &progress, found.as_ref(), self.trials.whole()),
            progress,
            story: found.as_ref().and_then(|f| explain::of(f, &judged)),
            found,
        };
        self.print(&report)?;
        Ok(match report.found {
            Some(_) => Exit::Violated,
            None => Exit::Fine,
        })
    }

    /// A person at a terminal sees how far it is; whoever reads lines gets a line.
    fn trials_of(
        &self,
        settings: &Settings,
        islands: &[u64],
        mut place: Option<Place>,
    ) -> Result<(Progress, Option<Found>), Failure> {
        let shows = !self.json && !self.jsonl && std::io::stderr().is_terminal();
        let done = jobs::search(settings, islands, self.trials.jobs(), false, |now| {
            if self.jsonl {
                let line = serde_json::json!({ "progress": now });
                output::print(&format!("{line}\n"))?;
            } else if shows {
                let Progress {
                    trials,
                    events,
                    states,
                    ..
                } = now;
                eprint!("\r{trials} trials, {events} events, {states} states   ");
            }
            match &mut place {
                Some(place) => place.write(now),
                None => Ok(()),
            }
        })?;
        if let Some(place) = &mut place {
            place.write(&done.0)?;
        }
        if shows {
            eprint!("\r{:60}\r", "");
        }
        Ok(done)
    }

    fn print(&self, report: &SearchReport) -> Result<(), Failure> {
        if self.jsonl {
            return output::print_line(report);
        }
        if self.json {
            return output::print_json(report);
        }
        let mut text = format!("{}\n", report.sentence);
        if let Some(found) = &report.found {
            text += &format!("{}\n", found.broken.sentence);
            if let Some(story) = &report.story {
                text += &format!("\n{}", explain::text(story));
            }
            text += &match &found.link {
                Some(link) => {
                    format!("\n{link}\n\n`shrink` with the same property makes it smaller.\n")
                }
                None => {
                    "The run is too long for a link; `--json` prints its scenario.\n".to_owned()
                }
            };
        }
        output::print(&text)
    }
}

/// `whole`: every family of trials was run, and not a shard of them.
fn sentence(
    settings: &Settings,
    progress: &Progress,
    found: Option<&Found>,
    whole: bool,
) -> String {
    let whole = whole && settings.from == 0;
    let property = &settings.property;
    match found {
        Some(found) => match found.trial {
            None => format!(
                "It is not so that {property}: already the scenario itself breaks it, without any change, so there is \
                 nothing to search for."
            ),
            Some(trial) => format!(
                "It is not always so that {property}: trial {trial} breaks it. {} trials ran.",
                progress.trials
            ),
        },
        None if progress.trials + progress.skipped == 0 => format!(
            "Nothing was tried: this generator has no scenario here, so nothing is known of whether {property}. Let more \
             vary (`--vary`, `--liars`), or choose another generator."
        ),
        None if progress.exhausted && whole => format!(
            "Nothing found: {property} in all {} scenarios that this generator has here ({} differ from others by \
             names alone).",
            progress.trials, progress.skipped
        ),
        None if progress.exhausted => format!(
            "Nothing found: {property} in {} scenarios, all that are left in this part of what the generator has here ({} \
             differ from others by names alone).",
            progress.trials, progress.skipped
        ),
        None => format!(
            "Nothing found: {property} in {} trials ({} more differ from others by names alone). That is no proof. \
             `--from {}` goes on.",
            progress.trials, progress.skipped, progress.next_trial
        ),
    }
}
