//! `search`: variations of a scenario, until one breaks a property.

use crate::failure::{Exit, Failure, Outcome};
use crate::variation::{Judgement, Variation};
use crate::{output, source};
use consensusforge_core::search::{self, Found, Generator, ISLANDS, Progress, Settings, part, run};
use consensusforge_core::world::simulate;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Simulator events between two looks at what the other workers have found.
const SLICE: u64 = 20_000;
/// Between two reports of progress.
const REPORT: Duration = Duration::from_millis(500);

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
    /// How trials are made: random, pct, twins, byzzfuzz or guided
    #[arg(long, value_name = "NAME", default_value = "random")]
    generator: String,
    /// How many trials
    #[arg(long, value_name = "TRIALS", default_value_t = 1_000)]
    budget: u64,
    /// The first trial: where an earlier search stopped
    #[arg(long, value_name = "TRIAL", default_value_t = 0)]
    from: u64,
    /// Of the search's own choices
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only this part of all trials: `1/4` to `4/4`
    #[arg(long, value_name = "I/N", default_value = "1/1")]
    shard: String,
    /// Trials run at one time; by default as many as there are processors
    #[arg(long, value_name = "N")]
    jobs: Option<u64>,
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
    /// All of it in a sentence.
    pub sentence: String,
}

/// What workers tell one another.
struct Shared {
    /// The lowest trial that broke the property.
    first: AtomicU64,
    progress: Vec<Mutex<Progress>>,
}

impl Search {
    pub fn run(self) -> Outcome {
        let scenario = source::document(&self.scenario)?.scenario;
        let judged = self.judgement.judged()?;
        let settings = Settings {
            space: self.variation.space(&scenario, &judged)?,
            property: judged.property.clone(),
            generator: Generator::parse(&self.generator).map_err(|p| Failure::sentence(&p))?,
            seed: self.seed,
            from: self.from,
            trials: self.budget,
            base: scenario,
        };
        let islands = self.islands()?;
        // A worker's own complaint would come too late.
        search::Search::over(settings.clone(), simulate, Vec::new())
            .map_err(|p| Failure::sentence(&p))?;
        let base = run(simulate, &judged, settings.base.clone())?;
        let (progress, found) = match Found::of(None, &base) {
            Some(found) => (
                Progress {
                    next_trial: self.from,
                    finished: true,
                    ..Progress::default()
                },
                Some(found),
            ),
            None => self.all(&settings, &islands),
        };
        let report = SearchReport {
            title: settings.base.title.clone(),
            property: settings.property.to_string(),
            generator: settings.generator,
            seed: settings.seed,
            sentence: sentence(&settings, &progress, found.as_ref()),
            progress,
            found,
        };
        self.print(&report)?;
        Ok(match report.found {
            Some(_) => Exit::Violated,
            None => Exit::Fine,
        })
    }

    fn islands(&self) -> Result<Vec<u64>, Failure> {
        let numbers = self.shard.split_once('/');
        let parsed = numbers.and_then(|(i, n)| Some((i.parse::<u64>().ok()?, n.parse().ok()?)));
        match parsed {
            Some((i, n)) if i >= 1 => part(i - 1, n).map_err(|p| Failure::sentence(&p)),
            Some(_) | None => Err(Failure::input(format!(
                "{:?} is no shard: write `1/4` for the first of four, of at most {ISLANDS}.",
                self.shard
            ))),
        }
    }

    /// Runs all trials of these families, several at a time.
    fn all(&self, settings: &Settings, islands: &[u64]) -> (Progress, Option<Found>) {
        let most = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
        let jobs = self.jobs.unwrap_or(most).clamp(1, islands.len() as u64) as usize;
        let shared = Shared {
            first: AtomicU64::new(u64::MAX),
            progress: (0..jobs).map(|_| Mutex::default()).collect(),
        };
        let results = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..jobs)
                .map(|job| {
                    let mine: Vec<u64> = islands.iter().copied().skip(job).step_by(jobs).collect();
                    let (settings, shared) = (settings.clone(), &shared);
                    scope.spawn(move || work(settings, mine, job, shared))
                })
                .collect();
            while workers.iter().any(|w| !w.is_finished()) {
                std::thread::park_timeout(REPORT.min(Duration::from_millis(20)));
                self.tell(&shared);
            }
            let joined = workers.into_iter().map(|w| w.join());
            joined.filter_map(Result::ok).flatten().collect::<Vec<_>>()
        });
        let mut progress = total(&results.iter().map(|r| r.0.clone()).collect::<Vec<_>>());
        let states: BTreeSet<u64> = results.iter().flat_map(|r| r.1.iter().copied()).collect();
        progress.states = states.len() as u64;
        let found = results.into_iter().filter_map(|r| r.2);
        let found = found.min_by_key(|f| f.trial);
        if let Some(trial) = found.as_ref().and_then(|f| f.trial) {
            progress.next_trial = trial + 1;
        }
        (progress, found)
    }

    /// Progress, for people at a terminal or line by line; else nothing.
    fn tell(&self, shared: &Shared) {
        static LAST: Mutex<Option<std::time::Instant>> = Mutex::new(None);
        let mut last = LAST
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if last.is_some_and(|at| at.elapsed() < REPORT) {
            return;
        }
        *last = Some(std::time::Instant::now());
        let all: Vec<Progress> = shared
            .progress
            .iter()
            .map(|p| {
                p.lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner)
                    .clone()
            })
            .collect();
        let now = total(&all);
        if self.jsonl {
            // A reader that went away is noticed at the end.
            let line = serde_json::json!({ "progress": now });
            let _ = writeln!(std::io::stdout(), "{line}");
        } else if !self.json && std::io::stderr().is_terminal() {
            eprint!(
                "\r{} trials, {} events, {} states   ",
                now.trials, now.events, now.states
            );
        }
    }

    fn print(&self, report: &SearchReport) -> Result<(), Failure> {
        if self.jsonl {
            let line = serde_json::to_string(report).map_err(|e| {
                Failure::CannotWrite(format!("cannot put the answer into JSON: {e}."))
            })?;
            return output::print(&format!("{line}\n"));
        }
        if self.json {
            return output::print_json(report);
        }
        if std::io::stderr().is_terminal() {
            eprint!("\r{:60}\r", "");
        }
        let mut text = format!("{}\n", report.sentence);
        if let Some(found) = &report.found {
            text += &format!("{}\n", found.broken.sentence);
            match &found.link {
                Some(link) => {
                    text +=
                        &format!("\n{link}\n\n`shrink` with the same property makes it smaller.\n");
                }
                None => {
                    text += "The run is too long for a link; `--json` prints its scenario.\n";
                }
            }
        }
        output::print(&text)
    }
}

type Worked = (Progress, BTreeSet<u64>, Option<Found>);

/// One worker: its families of trials, until they are done or another has found something earlier.
fn work(settings: Settings, islands: Vec<u64>, job: usize, shared: &Shared) -> Option<Worked> {
    let mut search = search::Search::over(settings, simulate, islands).ok()?;
    loop {
        search.stop_before(shared.first.load(Ordering::Relaxed));
        let progress = search.advance(SLICE).clone();
        let finished = progress.finished;
        if let Some(trial) = search.found().and_then(|f| f.trial) {
            shared.first.fetch_min(trial, Ordering::Relaxed);
        }
        if let Some(place) = shared.progress.get(job) {
            *place
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner) = progress.clone();
        }
        if finished {
            return Some((progress, search.states().clone(), search.found().cloned()));
        }
    }
}

/// All workers' progress as one.
fn total(all: &[Progress]) -> Progress {
    let sum = |of: fn(&Progress) -> u64| all.iter().map(of).sum();
    Progress {
        trials: sum(|p| p.trials),
        too_long: sum(|p| p.too_long),
        skipped: sum(|p| p.skipped),
        next_trial: all.iter().map(|p| p.next_trial).min().unwrap_or(0),
        events: sum(|p| p.events),
        states: all.iter().map(|p| p.states).max().unwrap_or(0),
        finished: all.iter().all(|p| p.finished),
        exhausted: all.iter().all(|p| p.exhausted),
    }
}

fn sentence(settings: &Settings, progress: &Progress, found: Option<&Found>) -> String {
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
        None if progress.exhausted => format!(
            "Nothing found: {property} in all {} scenarios that this generator has here ({} differ from others by \
             names alone).",
            progress.trials, progress.skipped
        ),
        None => format!(
            "Nothing found: {property} in {} trials. That is no proof. `--from {}` goes on.",
            progress.trials, progress.next_trial
        ),
    }
}
