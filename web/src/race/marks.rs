//! The blocks of a lane along the whole race: what makes the scrub bar a picture of who is ahead.

use consensusforge_core::session::view::CommitMark;
use std::fmt::Write;

/// Places along the bar that can be told apart: marks that share one are drawn once.
const PLACES: u64 = 600;

/// A lane's blocks so far, in order. A run that was taken back decides the same again, so none is ever dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blocks(Vec<(u64, u64)>);

impl Blocks {
    /// Takes in the newest decisions of a frame; says whether there was anything new.
    pub fn take(&mut self, commits: &[CommitMark]) -> bool {
        let newest = self.0.last().map_or(0, |(height, _)| *height);
        let new = commits.iter().filter(|c| c.height > newest);
        let before = self.0.len();
        self.0.extend(new.map(|c| (c.height, c.at_us)));
        self.0.len() > before
    }

    /// How many were decided up to an instant.
    #[must_use]
    pub fn until(&self, now_us: u64) -> usize {
        self.0.partition_point(|(_, at)| *at <= now_us)
    }

    /// A stroke for each as an SVG path, 1000 wide for the time until `end_us`, from `top` to `bottom`.
    #[must_use]
    pub fn path(&self, end_us: u64, top: u32, bottom: u32) -> String {
        let end = end_us.max(1);
        let mut path = String::new();
        let mut last = u64::MAX;
        for (_, at) in self.0.iter().filter(|(_, at)| *at <= end) {
            let place = (u128::from(*at) * u128::from(PLACES) / u128::from(end)) as u64;
            if place != last {
                last = place;
                let x = *at as f64 * 1_000.0 / end as f64;
                let _ = write!(path, "M{x:.1} {top}V{bottom}");
            }
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commits(at: &[(u64, u64)]) -> Vec<CommitMark> {
        at.iter()
            .map(|(height, at_us)| CommitMark {
                at_us: *at_us,
                height: *height,
                round: 0,
                block: String::new(),
                forked: false,
            })
            .collect()
    }

    #[test]
    fn blocks_are_kept_once_and_stay_when_the_race_goes_back() {
        let mut blocks = Blocks::default();
        assert!(blocks.take(&commits(&[(1, 100), (2, 250)])));
        assert!(!blocks.take(&commits(&[(1, 100)])));
        // A frame holds the newest only: what it has forgotten is known.
        assert!(blocks.take(&commits(&[(2, 250), (3, 400)])));
        assert_eq!(blocks.until(250), 2);
        assert_eq!(blocks.until(99), 0);
        assert_eq!(blocks.path(500, 0, 4), "M200.0 0V4M500.0 0V4M800.0 0V4");
    }

    #[test]
    fn a_crowd_of_blocks_is_drawn_once_a_place() {
        let many: Vec<(u64, u64)> = (1..=100_000).map(|k| (k, k * 10)).collect();
        let mut blocks = Blocks::default();
        blocks.take(&commits(&many));
        let strokes = blocks.path(1_000_000, 0, 4).matches('M').count();
        assert!(strokes <= PLACES as usize + 1 && strokes > 500, "{strokes}");
    }
}
