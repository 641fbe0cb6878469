//! Random schedules for as long as one likes: `soak [SECONDS] [FIRST_SEED]`, by default ten minutes from
//! seed 1000. The first failure ends it and prints seed, command line and link.

use consensusforge_tests::swarm::{Coverage, weather};
use std::time::{Duration, Instant};

fn main() {
    let mut arguments = std::env::args().skip(1).map(|a| a.parse::<u64>());
    let mut number = |otherwise| match arguments.next() {
        None => otherwise,
        Some(Ok(n)) => n,
        Some(Err(_)) => {
            eprintln!("soak takes two whole numbers: seconds, and the first seed");
            std::process::exit(2);
        }
    };
    let (seconds, first) = (number(600), number(1_000));
    let end = Instant::now() + Duration::from_secs(seconds);
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
