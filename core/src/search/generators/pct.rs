//! Probabilistic concurrency testing, for messages: every directed link has a priority, and what travels on a link of
//! higher priority arrives first. At d - 1 instants drawn at random the link that was first becomes last. The paper's
//! argument is that a bug of depth d (that needs d events in one order) is hit with a probability that falls with the
//! number of chances to the power d - 1, and not with the number of all schedules.
//!
//! Burckhardt, Kothari, Musuvathi, Nagarakatte, "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs",
//! ASPLOS 2010; Ozkan, Majumdar, Niksic, Befrouei, Weissenbacher, "Randomized Testing of Distributed Systems with
//! Probabilistic Guarantees", OOPSLA 2018.
//!
//! Deviation: here time passes, and timers run whatever the order of messages is. So a priority is a delay, from next
//! to nothing for the first link to the space's longest for the last, and the guarantee holds for messages that are on
//! their way together. Who lies and who crashes is drawn as by the random generator.

use super::{Facts, add, calm_down, random_strategy, shuffle};
use crate::base::Micros;
use crate::model::{AdversarySpec, Command, LatencySpec, Scenario, Who};

/// The most changes of priority: bugs of more depth are rare.
const MOST_CHANGES: u64 = 4;

pub(super) fn draft(facts: &Facts, trial: u64) -> Scenario {
    let mut dice = facts.dice(trial);
    let mut scenario = facts.seeded(&mut dice);
    let liars = facts.liars(&mut dice);
    if !liars.is_empty() && !facts.moves.is_empty() {
        let strategy = random_strategy(facts, &liars, &mut dice);
        scenario.adversary = AdversarySpec {
            who: Who::Names(liars),
            strategy,
        };
    }
    let n = scenario.validators.len();
    let mut links: Vec<(usize, usize)> = (0..n)
        .flat_map(|from| (0..n).map(move |to| (from, to)))
        .filter(|(from, to)| from != to)
        .collect();
    if links.is_empty() {
        return scenario;
    }
    shuffle(&mut links, &mut dice);
    let most = match facts.space.delay_us {
        0 => facts.base.network.latency.typical(),
        longest => longest,
    };
    add(&mut scenario, 0, delays(&links, n, most));
    let mut changes: Vec<Micros> = (0..dice.below(MOST_CHANGES + 1))
        .map(|_| facts.instant(&mut dice))
        .collect();
    changes.sort_unstable();
    for at in changes {
        links.rotate_left(1);
        add(&mut scenario, at, delays(&links, n, most));
    }
    if facts.space.crashes > 0 && dice.below(2) == 0 {
        let validator = super::pick(&facts.names(), &mut dice).clone();
        let at = facts.instant(&mut dice);
        add(&mut scenario, at, Command::Crash { validator });
    }
    calm_down(&mut scenario, facts.space.calm_us);
    scenario
}

/// The delay of each link, from its place among `links`.
fn delays(links: &[(usize, usize)], n: usize, most: Micros) -> Command {
    let mut us = vec![vec![0; n]; n];
    let last = links.len().saturating_sub(1).max(1) as u64;
    for (place, (from, to)) in links.iter().enumerate() {
        // A millisecond at least, so that a round takes time.
        us[*from][*to] = (most / last).saturating_mul(place as u64).max(1_000);
    }
    Command::SetLatency(LatencySpec::Matrix { us })
}
