//! Stops: what a search found, in words, and the way from one noted instant to the next.

use crate::words;
use consensusforge_core::session::view::{FoundRecords, Stop};

/// How much was found of what, and in which part of the run.
#[must_use]
pub fn summary(condition: &str, found: &FoundRecords) -> String {
    let all = found.records.len() as u64 + found.more;
    let times = match all {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        n => format!("{} times", words::grouped(n)),
    };
    let shown = match found.more {
        0 => String::new(),
        _ => format!(" The first {} are listed.", found.records.len()),
    };
    let window = match found.from_us {
        0 => String::new(),
        from => format!(
            " What came before {} is no longer in memory: go back to it and search again.",
            words::clock(from)
        ),
    };
    format!("“{condition}”: {times} so far.{shown}{window}")
}

/// The next stop after an instant, or the one before it.
#[must_use]
pub fn neighbour(stops: &[Stop], now_us: u64, on: bool) -> Option<u64> {
    let mut all = stops.iter().map(|s| s.at_us);
    if on {
        all.find(|at| *at > now_us)
    } else {
        all.rfind(|at| *at < now_us)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use consensusforge_core::session::view::FoundRecord;

    #[test]
    fn a_search_says_how_much_it_found_what_it_lists_and_where_memory_begins() {
        let record = FoundRecord {
            at_us: 1,
            until_us: None,
            node: None,
            message: None,
            what: String::new(),
        };
        let said = |count: usize, more, from_us| {
            let records = vec![record.clone(); count];
            summary(
                "v2 locks a block",
                &FoundRecords {
                    records,
                    more,
                    from_us,
                },
            )
        };
        assert_eq!(said(0, 0, 0), "“v2 locks a block”: never so far.");
        assert_eq!(said(1, 0, 0), "“v2 locks a block”: once so far.");
        let most = said(200, 3, 2_000_000);
        assert!(
            most.contains("203 times") && most.contains("first 200"),
            "{most}"
        );
        assert!(most.contains("before 2.000 s"), "{most}");
    }

    #[test]
    fn a_walk_goes_from_stop_to_stop_and_ends_at_the_last() {
        let stops = [1, 5, 9].map(|at_us| Stop {
            at_us,
            note: String::new(),
        });
        let on: Vec<_> = [0, 1, 4, 8, 9]
            .map(|now| neighbour(&stops, now, true))
            .into();
        assert_eq!(on, [Some(1), Some(5), Some(5), Some(9), None]);
        let back: Vec<_> = [9, 10, 5, 1]
            .map(|now| neighbour(&stops, now, false))
            .into();
        assert_eq!(back, [Some(5), Some(9), Some(1), None]);
    }
}
