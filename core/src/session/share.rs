//! Links, files, presets, replays.

use super::view::{Expected, LinkView, Preset, Problem, Replay};
use super::{Scenario, Session};
use crate::base::limits::MAX_TIME;
use crate::scenario::codec::{
    Document, Stop, check_stops, read, read_link, write_file, write_link,
};

/// What a link or a file was found to hold.
#[derive(Clone, Debug)]
pub struct Opened {
    /// What is run.
    pub scenario: Scenario,
    /// Where its maker saw it end, to compare a replay with.
    pub expected: Option<Expected>,
    /// Where a reader is to stop, in order of time.
    pub stops: Vec<Stop>,
}

impl From<Document> for Opened {
    fn from(document: Document) -> Self {
        Opened {
            scenario: document.scenario,
            expected: document.expected,
            stops: document.stops,
        }
    }
}

/// # Errors
/// A sentence: not a link of ours, mangled, cut off, too large, or from a newer version.
pub fn open_link(fragment: &str) -> Result<Opened, Problem> {
    Ok(read_link(fragment)?.into())
}

/// Reads a scenario file (or a text file holding a link).
///
/// # Errors
/// As [`open_link`], and where JSON does not fit.
pub fn open_bytes(bytes: &[u8]) -> Result<Opened, Problem> {
    Ok(read(bytes)?.into())
}

/// The ready-made scenarios; the first is what a page opens with.
#[must_use]
pub fn presets() -> Vec<Preset> {
    listed(crate::scenario::presets())
}

/// The bug museum: a run for each known bug.
#[must_use]
pub fn museum() -> Vec<Preset> {
    listed(crate::scenario::presets::museum())
}

fn listed(made: Vec<crate::scenario::Preset>) -> Vec<Preset> {
    made.into_iter()
        .map(|p| Preset {
            id: p.id.into(),
            title: p.title.into(),
            group: p.group.into(),
            look: p.look.into(),
            point_us: p.point_us,
            scenario: p.scenario,
        })
        .collect()
}

impl Session {
    /// Where the run stands, as a replay must find it.
    #[must_use]
    pub fn expected(&self) -> Expected {
        Expected {
            steps: self.sim.steps(),
            digest: self.sim.digest().to_string(),
        }
    }

    /// Instants to stop at, with notes, in order of time: links and files carry them.
    #[must_use]
    pub fn stops(&self) -> &[Stop] {
        &self.stops
    }

    /// Takes other stops in place of those there are. The run does not depend on them.
    ///
    /// # Errors
    /// A sentence where there are too many or a note is too long; then those there were stay.
    pub fn set_stops(&mut self, stops: Vec<Stop>) -> Result<(), Problem> {
        self.stops = check_stops(stops)?;
        Ok(())
    }

    fn document(&self) -> Document {
        Document {
            scenario: self.scenario.clone(),
            expected: Some(self.expected()),
            stops: self.stops.clone(),
        }
    }

    /// The run up to now as a link.
    #[must_use]
    pub fn link(&self) -> LinkView {
        if let Err(problem) = self.changeable() {
            return LinkView {
                fragment: String::new(),
                bytes: 0,
                warning: Some(problem.sentence),
            };
        }
        let link = write_link(&self.document());
        LinkView {
            fragment: link.fragment,
            bytes: link.bytes as u64,
            warning: link.warning,
        }
    }

    /// The run up to now as the text of a file.
    #[must_use]
    pub fn file(&self) -> String {
        write_file(&self.document())
    }

    /// Runs on towards where a link was made and compares; `None`: not there yet, call again.
    pub fn replay_to(&mut self, expected: &Expected, max_steps: u64) -> Option<Replay> {
        let missing = expected.steps.saturating_sub(self.sim.steps());
        let done = self.advance(MAX_TIME, missing.min(max_steps));
        if self.sim.steps() < expected.steps && !done.reached {
            return None;
        }
        let here = self.expected();
        let sentence = if here == *expected {
            format!(
                "Replay matches: {} events, digest {}.",
                here.steps,
                short(&here.digest)
            )
        } else if here.steps < expected.steps {
            format!(
                "Replay diverges: the run ends after {} events, but the link was made after {}.",
                here.steps, expected.steps
            )
        } else {
            format!(
                "Replay diverges: after {} events the digest is {}, but the link says {}. This version \
                 behaves differently from the one that made the link.",
                here.steps,
                short(&here.digest),
                short(&expected.digest)
            )
        };
        Some(Replay {
            matches: here == *expected,
            sentence,
        })
    }
}

fn short(digest: &str) -> &str {
    digest.get(..16).unwrap_or(digest)
}

/// A link to the beginning of a scenario, without an expected digest; empty when it is too long.
#[must_use]
pub fn link_of(scenario: &Scenario) -> String {
    link_with_stops(scenario, &[])
}

/// As [`link_of`], with instants to stop at.
#[must_use]
pub fn link_with_stops(scenario: &Scenario, stops: &[Stop]) -> String {
    write_link(&Document {
        scenario: scenario.clone(),
        expected: None,
        stops: stops.to_vec(),
    })
    .fragment
}
