//! A race as a link: the link of its scenario, then `&lane=` for each lane and `&at=` for the instant.
//! The scenario's part keeps its own format, so whatever opens a scenario's link opens the scenario of a race.

use crate::base::Micros;
use crate::base::limits::MAX_TIME;

/// Lanes of a race that a page shows: each has a worker and a chart of its own.
pub const MOST_LANES: usize = 4;

/// What a link says of a race, beside its scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RaceLink {
    /// Two to [`MOST_LANES`] lanes as [`Lane::parse`](super::race::Lane::parse) reads them. One that names what this
    /// program does not know is refused there, and the others race.
    pub lanes: Vec<String>,
    /// The instant at which its maker saw it, microseconds.
    pub at_us: Micros,
}

impl RaceLink {
    /// Reads what follows the scenario in `text`, a link or a whole address with it; `None` where nothing does.
    ///
    /// # Errors
    /// A sentence, when a part is unknown or there are too few lanes or too many.
    pub fn read(text: &str) -> Result<Option<RaceLink>, String> {
        let fragment = text.rsplit_once('#').map_or(text, |(_, after)| after);
        let Some((_, parts)) = fragment.split_once('&') else {
            return Ok(None);
        };
        let mut race = RaceLink {
            lanes: Vec::new(),
            at_us: 0,
        };
        let mut instant = false;
        for part in parts.split('&') {
            match part.split_once('=') {
                Some(("lane", lane)) => race.lanes.push(lane.trim().to_owned()),
                Some(("at", at)) => {
                    let at: Micros = at.trim().parse().map_err(|_| {
                        format!("the link's instant {at:?} is not a whole number of microseconds")
                    })?;
                    if std::mem::replace(&mut instant, true) {
                        return Err("the link has two parts `at=`: an instant is given once".into());
                    }
                    race.at_us = at.min(MAX_TIME);
                }
                Some(_) | None => {
                    return Err(format!(
                        "the link has a part {part:?}; behind the scenario only `lane=` and `at=` are known"
                    ));
                }
            }
        }
        match race.lanes.len() {
            2..=MOST_LANES => Ok(Some(race)),
            n => Err(format!(
                "the link has {n} lane{}; a race has 2 to {MOST_LANES}",
                if n == 1 { "" } else { "s" }
            )),
        }
    }

    /// The link of a race of the scenario that `scenario_link` holds.
    #[must_use]
    pub fn write(&self, scenario_link: &str) -> String {
        let lanes: String = self.lanes.iter().map(|l| format!("&lane={l}")).collect();
        format!("{scenario_link}{lanes}&at={}", self.at_us)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Scenario;
    use crate::session::race::Lane;
    use crate::session::share::{link_of, open_link};

    fn race() -> RaceLink {
        RaceLink {
            lanes: vec![
                "tendermint".into(),
                "simplex:delta_us=100000,quorum=half".into(),
            ],
            at_us: 2_500_000,
        }
    }

    #[test]
    fn a_races_link_holds_lanes_instant_and_the_scenarios_own_link() {
        let scenario = Scenario {
            seed: 7,
            ..Scenario::default()
        };
        let own = link_of(&scenario);
        let link = race().write(&own);
        assert!(link.starts_with(&own), "{link}");
        for text in [link.clone(), format!("https://example.org/?embed#{link}")] {
            assert_eq!(RaceLink::read(&text), Ok(Some(race())));
            assert_eq!(open_link(&text).expect("opens").scenario, scenario);
        }
        let lanes = RaceLink::read(&link).unwrap().unwrap().lanes;
        let again: Vec<String> = lanes
            .iter()
            .map(|l| Lane::parse(l).unwrap().title())
            .collect();
        assert_eq!(again, lanes);
    }

    #[test]
    fn a_plain_link_is_no_race() {
        assert_eq!(RaceLink::read(&link_of(&Scenario::default())), Ok(None));
    }

    #[test]
    fn a_races_link_that_does_not_fit_is_refused_in_words() {
        for (tail, words) in [
            ("&lane=tendermint", "the link has 1 lane; a race has 2 to 4"),
            ("&lane=a&lane=b&lane=c&lane=d&lane=e", "has 5 lanes"),
            ("&lane=a&lane=b&at=soon", "\"soon\" is not a whole number"),
            ("&lane=a&lane=b&at=1&at=2", "two parts `at=`"),
            ("&lanes=a", "a part \"lanes=a\""),
            ("&", "a part \"\""),
        ] {
            let why = RaceLink::read(&format!("v2.abc{tail}")).expect_err(tail);
            assert!(why.contains(words), "{tail}: {why}");
        }
    }
}
