//! Random trials for as long as one likes: `soak [SECONDS] [FIRST_SEED]` of schedules, by default ten minutes
//! from seed 1000; `soak modules [SECONDS] [FIRST_SEED]` of contracts nobody wrote. The first failure ends it
//! and prints the seed, of a schedule also command line and link.

use consensusforge_tests::guests::{Seen, try_seed};
use consensusforge_tests::swarm::{Coverage, weather};
use std::time::{Duration, Instant};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let modules = words.first().is_some_and(|word| word == "modules");
    let mut arguments = words.iter().skip(usize::from(modules)).map(|a| a.parse());
    let mut number = |otherwise| match arguments.next() {
        None => otherwise,
        Some(Ok(n)) => n,
        Some(Err(_)) => {
            eprintln!(
                "soak takes `modules` or nothing, and two whole numbers: seconds, and the first seed"
            );
            std::process::exit(2);
        }
    };
    let (seconds, first) = (number(600), number(1_000));
    let end = Instant::now() + Duration::from_secs(seconds);
    if modules {
        return soak_modules(first, end);
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
