//! The bug museum: a run for each known bug, found by a search and shrunk. `cargo xtask museum` writes the list.

use super::Preset;
use crate::consensus::flaws::FLAWS;
use crate::scenario::codec::{Document, read_link};

/// A line a run: the bug's id, the instant at which the harm is done (microseconds), and the link.
const RUNS: &str = include_str!("museum.txt");
const GROUP: &str = "Bug museum";

/// A run that shows a known bug.
#[derive(Clone, Debug)]
pub struct Exhibit {
    /// The bug's id.
    pub id: &'static str,
    /// When the harm is done, microseconds.
    pub point_us: u64,
    /// The run, and where it was noticed.
    pub document: Document,
}

/// All runs of the museum, in the order of the list.
#[must_use]
pub fn exhibits() -> Vec<Exhibit> {
    let exhibit = |line: &'static str| {
        let mut words = line.split_whitespace();
        Some(Exhibit {
            id: words.next()?,
            point_us: words.next()?.parse().ok()?,
            document: read_link(words.next()?).ok()?,
        })
    };
    RUNS.lines().filter_map(exhibit).collect()
}

/// The museum as ready-made scenarios.
#[must_use]
pub fn museum() -> Vec<Preset> {
    let preset = |exhibit: Exhibit| {
        let flaw = FLAWS.iter().find(|flaw| flaw.id == exhibit.id)?;
        let scenario = exhibit.document.scenario;
        let preset = Preset::new(flaw.id, flaw.title, flaw.wrong, scenario);
        Some(preset.about(GROUP, exhibit.point_us))
    };
    exhibits().into_iter().filter_map(preset).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::flaw::flaw;

    #[test]
    fn every_line_of_the_list_is_a_preset_with_its_bug() {
        let presets = museum();
        assert_eq!(presets.len(), RUNS.lines().count());
        for preset in presets {
            let found = flaw(&preset.scenario.protocol).map(|flaw| flaw.id);
            assert_eq!(found, Some(preset.id));
        }
    }
}
