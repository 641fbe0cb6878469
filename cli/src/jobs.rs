//! Trials run at one time, on threads: which there are does not depend on how many.

use crate::failure::Failure;
use consensusforge_core::search::{Found, Progress, Search, Settings};
use consensusforge_core::world::simulate;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Simulator events between two looks at what the other workers have found.
const SLICE: u64 = 20_000;
/// Between two reports of progress.
const REPORT: Duration = Duration::from_millis(500);
/// Between two looks whether a worker is done.
const LOOK: Duration = Duration::from_millis(10);

/// What workers tell one another.
struct Shared {
    /// The lowest trial that broke the property.
    first: AtomicU64,
    progress: Vec<Mutex<Progress>>,
    /// Nobody wants to know any more.
    stop: AtomicBool,
}

/// How many at one time: as many as were asked for, or as there are processors.
pub fn count(asked: Option<u64>) -> usize {
    let most = std::thread::available_parallelism().map_or(1, usize::from);
    asked
        .map_or(most, |n| usize::try_from(n).unwrap_or(most))
        .max(1)
}

/// Runs all trials of these families. Unless `all`, it ends with the first that breaks the property. `tell` hears now and
/// then how far it is, and ends everything with its error.
pub fn search(
    settings: &Settings,
    islands: &[u64],
    jobs: usize,
    all: bool,
    mut tell: impl FnMut(&Progress) -> Result<(), Failure>,
) -> Result<(Progress, Option<Found>), Failure> {
    let jobs = jobs.clamp(1, islands.len().max(1));
    let shared = Shared {
        first: AtomicU64::new(u64::MAX),
        // A worker that has said nothing yet has done nothing beyond where it begins.
        progress: (0..jobs)
            .map(|_| {
                Mutex::new(Progress {
                    next_trial: settings.from,
                    ..Progress::default()
                })
            })
            .collect(),
        stop: AtomicBool::new(false),
    };
    let mut told_all = Ok(());
    let results = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs)
            .map(|job| {
                let mine: Vec<u64> = islands.iter().copied().skip(job).step_by(jobs).collect();
                let (settings, shared) = (settings.clone(), &shared);
                scope.spawn(move || work(settings, mine, job, all, shared))
            })
            .collect();
        let mut told = Instant::now();
        while workers.iter().any(|w| !w.is_finished()) {
            std::thread::sleep(LOOK);
            if told.elapsed() >= REPORT && told_all.is_ok() {
                told = Instant::now();
                let all: Vec<Progress> = shared.progress.iter().map(read).collect();
                told_all = tell(&total(&all));
                shared.stop.store(told_all.is_err(), Ordering::Relaxed);
            }
        }
        let joined = workers.into_iter().map(std::thread::ScopedJoinHandle::join);
        let done = |worker: std::thread::Result<Option<Worked>>| match worker {
            Ok(worked) => worked,
            // A fault of the simulator is not "nothing found": it ends the search as it would end a single run.
            Err(panic) => std::panic::resume_unwind(panic),
        };
        joined.filter_map(done).collect::<Vec<_>>()
    });
    told_all?;
    let mut progress = total(&results.iter().map(|r| r.0.clone()).collect::<Vec<_>>());
    let states: BTreeSet<u64> = results.iter().flat_map(|r| r.1.iter().copied()).collect();
    progress.states = states.len() as u64;
    let found = results.into_iter().filter_map(|r| r.2);
    let found = found.min_by_key(|f| f.trial);
    if let Some(trial) = found.as_ref().and_then(|f| f.trial)
        && !all
    {
        progress.next_trial = trial + 1;
    }
    Ok((progress, found))
}

fn read(place: &Mutex<Progress>) -> Progress {
    place.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

type Worked = (Progress, BTreeSet<u64>, Option<Found>);

/// One worker: its families of trials, until they are done or another has found something earlier.
fn work(
    settings: Settings,
    islands: Vec<u64>,
    job: usize,
    all: bool,
    shared: &Shared,
) -> Option<Worked> {
    let mut search = Search::over(settings, simulate, islands).ok()?;
    if all {
        search.count_all();
    }
    loop {
        if !all {
            search.stop_before(shared.first.load(Ordering::Relaxed));
        }
        let progress = search.advance(SLICE).clone();
        let finished = progress.finished;
        if let Some(trial) = search.found().and_then(|f| f.trial) {
            shared.first.fetch_min(trial, Ordering::Relaxed);
        }
        if let Some(place) = shared.progress.get(job) {
            *place.lock().unwrap_or_else(PoisonError::into_inner) = progress.clone();
        }
        if finished || shared.stop.load(Ordering::Relaxed) {
            return Some((progress, search.states().clone(), search.found().cloned()));
        }
    }
}

/// All workers' progress as one.
fn total(all: &[Progress]) -> Progress {
    let sum = |of: fn(&Progress) -> u64| all.iter().map(of).sum();
    Progress {
        trials: sum(|p| p.trials),
        broken: sum(|p| p.broken),
        too_long: sum(|p| p.too_long),
        skipped: sum(|p| p.skipped),
        next_trial: all.iter().map(|p| p.next_trial).min().unwrap_or(0),
        events: sum(|p| p.events),
        states: all.iter().map(|p| p.states).max().unwrap_or(0),
        finished: all.iter().all(|p| p.finished),
        exhausted: all.iter().all(|p| p.exhausted),
    }
}
