//! From block to block by keys.

use super::layout::Places;
use consensusforge_core::session::view::TreeView;

/// Where a key leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To its parent.
    Parent,
    /// To the first block on it.
    Child,
    /// To the block of its height in the lane before.
    Left,
    /// To the one in the lane after.
    Right,
    /// To the lowest block shown.
    First,
    /// To the highest.
    Last,
}

impl Way {
    /// The way of a key, as browsers name it.
    #[must_use]
    pub fn of(key: &str) -> Option<Way> {
        Some(match key {
            "ArrowUp" => Way::Parent,
            "ArrowDown" => Way::Child,
            "ArrowLeft" => Way::Left,
            "ArrowRight" => Way::Right,
            "Home" => Way::First,
            "End" => Way::Last,
            _ => return None,
        })
    }
}

/// The block a key leads to from block `here`; with none, the highest is the beginning. `None`: nowhere.
#[must_use]
pub fn step(view: &TreeView, places: &Places, here: Option<usize>, way: Way) -> Option<usize> {
    let all = || 0..view.blocks.len();
    let last = all().max_by_key(|k| (places.of[*k].0, std::cmp::Reverse(places.of[*k].1)));
    let Some(here) = here else {
        return last;
    };
    let (row, lane) = places.of[here];
    let beside = || all().filter(|k| places.of[*k].0 == row);
    let on_it = |k: &usize| {
        let parents = &view.blocks[*k].parents;
        parents.iter().any(|p| usize::from(*p) == here)
    };
    match way {
        Way::Parent => view.blocks[here].parents.first().map(|p| usize::from(*p)),
        Way::Child => all().filter(on_it).min_by_key(|k| places.of[*k]),
        Way::Left => beside()
            .filter(|k| places.of[*k].1 < lane)
            .max_by_key(|k| places.of[*k].1),
        Way::Right => beside()
            .filter(|k| places.of[*k].1 > lane)
            .min_by_key(|k| places.of[*k].1),
        Way::First => all().min_by_key(|k| places.of[*k]),
        Way::Last => last,
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout::place;
    use super::super::layout::tests::{block, view};
    use super::*;
    use consensusforge_core::session::view::BlockState;

    #[test]
    fn keys_lead_along_the_chain_and_between_branches() {
        let view = view(vec![
            block("a", 0, &[], BlockState::Final),
            block("b", 1, &[0], BlockState::Final),
            block("c", 1, &[0], BlockState::Proposed),
            block("d", 2, &[2], BlockState::Proposed),
        ]);
        let places = place(&view);
        let go = |here, way| step(&view, &places, here, way);
        assert_eq!(go(None, Way::Child), Some(3));
        assert_eq!(go(Some(3), Way::Parent), Some(2));
        assert_eq!(go(Some(2), Way::Left), Some(1));
        assert_eq!(go(Some(1), Way::Right), Some(2));
        assert_eq!(go(Some(1), Way::Child), None);
        assert_eq!(go(Some(0), Way::Child), Some(1));
        assert_eq!(go(Some(0), Way::Parent), None);
        assert_eq!(go(Some(0), Way::Last), Some(3));
        assert_eq!(go(Some(3), Way::First), Some(0));
        assert_eq!(Way::of("Tab"), None);
    }
}
