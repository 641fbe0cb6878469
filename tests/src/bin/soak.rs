//! Random trials for as long as one likes: `soak [SECONDS] [FIRST_SEED]` of schedules, by default ten minutes
//! from seed 1000; `soak modules [SECONDS] [FIRST_SEED]` of contracts nobody wrote; `soak mutants [SECONDS]
//! [FIRST_SEED]` of presets, links, scenario files and traces altered at random, whose memory and time a slice
//! are watched; `soak search [SECONDS] [FIRST_SEED]` of searches in protocols within their bounds, which must find nothing.
//! The first failure ends it and prints the seed, of a schedule also command line and link.

use consensusforge_core::search::{Progress, Search};
use consensusforge_tests::guests::{Seen, try_seed};
use consensusforge_tests::mutants::{self, try_mutant};
use consensusforge_tests::searches::within_bounds;
use consensusforge_tests::swarm::{Coverage, weather};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let kind = words.first().map(String::as_str);
    let kind = kind.filter(|word| ["modules", "mutants", "search"].contains(word));
    let mut arguments = words
        .iter()
        .skip(usize::from(kind.is_some()))
        .map(|a| a.parse());
    let mut number = |otherwise| match arguments.next() {
        None => otherwise,
        Some(Ok(n)) => n,
        Some(Err(_)) => {
            eprintln!(
                "soak takes `modules`, `mutants`, `search` or nothing, and two whole numbers: seconds, and the first seed"
            );
            std::process::exit(2);
        }
    };
    let (seconds, first) = (number(600), number(1_000));
    let end = Instant::now() + Duration::from_secs(seconds);
    match kind {
        Some("modules") => return soak_modules(first, end),
        Some("search") => return soak_search(first, end),
        Some(_) => return soak_mutants(first, end),
        None => {}
    }
    let mut coverage = Coverage::default();
    let mut seed = first;
    while Instant::now() < end {
        weather(seed, &mut coverage);
        seed += 1;
        if seed.is_multiple_of(100) {
            println!("{} schedules, none failed", seed - first);
        }
    }
    println!(
        "{} schedules: {} decisions in later rounds, {} relocks, {} equivocations, {} restarts, {} caught up, {} skips",
        seed - first,
        coverage.later_rounds,
        coverage.relocks,
        coverage.equivocations,
        coverage.restarts,
        coverage.caught_up,
        coverage.skips
    );
}

fn soak_modules(first: u64, end: Instant) {
    let mut seen = Seen::default();
    let mut seed = first;
    while Instant::now() < end {
        try_seed(seed, &mut seen);
        seed += 1;
        if seed.is_multiple_of(5_000) {
            println!("{} modules, none failed", seed - first);
        }
    }
    println!("{} modules: {seen:?}", seed - first);
}

/// The mutant that is running, for whoever asks why nothing goes on.
static RUNNING: AtomicU64 = AtomicU64::new(0);
/// Nothing a mutant does between two looks may take so long, even in an unoptimised build.
const HANGS: Duration = Duration::from_secs(60);

fn soak_mutants(first: u64, end: Instant) {
    std::thread::spawn(|| {
        let mut last = (0, Instant::now());
        loop {
            std::thread::sleep(Duration::from_secs(1));
            let running = RUNNING.load(Ordering::Relaxed);
            if running != last.0 {
                last = (running, Instant::now());
            } else if last.1.elapsed() > HANGS {
                eprintln!("mutant {running} has not come to an end for {HANGS:?}");
                std::process::exit(1);
            }
        }
    });
    let mut seen = mutants::Seen::default();
    let mut seed = first;
    while Instant::now() < end {
        RUNNING.store(seed, Ordering::Relaxed);
        let tried = std::panic::AssertUnwindSafe(|| try_mutant(seed, &mut seen));
        if let Err(panic) = std::panic::catch_unwind(tried) {
            eprintln!("`soak mutants 1 {seed}` shows it again");
            std::panic::resume_unwind(panic);
        }
        seed += 1;
        if seed.is_multiple_of(1_000) {
            println!("{} mutants, none failed: {seen:?}", seed - first);
        }
    }
    println!("{} mutants: {seen:?}", seed - first);
}

/// Trials of one search, before the next protocol and generator have their turn.
const TRIALS: u64 = 64;

fn soak_search(first: u64, end: Instant) {
    let mut counts: BTreeMap<(&str, &str), Progress> = BTreeMap::new();
    let mut seed = first;
    while Instant::now() < end {
        for settings in within_bounds(seed, TRIALS) {
            let place = (settings.0, settings.1.generator.name());
            let mut search =
                Search::new(settings.1).unwrap_or_else(|why| panic!("{place:?}: {why}"));
            while !search.advance(1_000_000).finished {}
            if let Some(found) = search.found() {
                let link = found.link.as_deref().unwrap_or("too long for a link");
                eprintln!(
                    "{place:?}, search seed {seed}: {}\n#{link}",
                    found.broken.sentence
                );
                std::process::exit(1);
            }
            let all = counts.entry(place).or_default();
            all.trials += search.progress().trials;
            all.events += search.progress().events;
            if Instant::now() >= end {
                break;
            }
        }
        seed += 1;
    }
    for ((protocol, generator), all) in &counts {
        println!(
            "{protocol:<18} {generator:<9} {:>9} trials {:>11} events, nothing found",
            all.trials, all.events
        );
    }
    let trials: u64 = counts.values().map(|p| p.trials).sum();
    println!("{trials} trials");
}
