//! Where the blocks of a tree stand: heights downwards, as time flows in the chart; what was decided in the first lane,
//! and each branch beside it in a lane of its own.

use consensusforge_core::session::view::{BlockState, TreeView};

/// The row and the lane of each block, in the order of the view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Of each block: how many heights below the first one shown, and which lane.
    pub of: Vec<(u32, u32)>,
    /// How many lanes there are.
    pub lanes: u32,
    /// How many rows.
    pub rows: u32,
}

/// A block goes under its parent, if nothing stands there, or else into the first free lane. Those of one height are
/// placed by how far they have come: what is decided keeps the first lane.
#[must_use]
pub fn place(view: &TreeView) -> Places {
    let mut of = vec![(0, 0); view.blocks.len()];
    let mut lanes = 0;
    let mut order: Vec<usize> = (0..view.blocks.len()).collect();
    // A fork: the side that was decided first stays where it was.
    order.sort_by_key(|k| {
        let b = &view.blocks[*k];
        (b.height, std::cmp::Reverse(rank(b.state, b.abandoned)), *k)
    });
    let mut taken: Vec<u32> = Vec::new();
    let mut height = None;
    for k in order {
        let b = &view.blocks[k];
        if height != Some(b.height) {
            height = Some(b.height);
            taken.clear();
        }
        let below = b.parents.first().map(|p| of[usize::from(*p)].1);
        let free = |lane: &u32| !taken.contains(lane);
        let lane = below.filter(free).or_else(|| (0..).find(free)).unwrap_or(0);
        taken.push(lane);
        lanes = lanes.max(lane + 1);
        of[k] = (u32::try_from(b.height - view.from).unwrap_or(0), lane);
    }
    let rows = u32::try_from(view.to - view.from).unwrap_or(0) + 1;
    Places { of, lanes, rows }
}

/// What is placed first within a height.
fn rank(state: BlockState, abandoned: bool) -> u8 {
    match (state, abandoned) {
        (BlockState::Final, _) => 4,
        (_, true) => 0,
        (BlockState::Locked, false) => 3,
        (BlockState::Certified, false) => 2,
        (BlockState::Proposed, false) => 1,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use consensusforge_core::session::view::TreeBlockView;

    pub fn block(id: &str, height: u64, parents: &[u16], state: BlockState) -> TreeBlockView {
        TreeBlockView {
            id: id.repeat(64).chars().take(64).collect(),
            height,
            round: 0,
            proposer: Some(0),
            at_us: height * 1_000,
            proposal: None,
            parents: parents.to_vec(),
            further_below: false,
            state,
            abandoned: false,
            forked: false,
            certified: 0,
            locked: vec![],
            decided: vec![],
            skipped: None,
        }
    }

    pub fn view(blocks: Vec<TreeBlockView>) -> TreeView {
        let heights = blocks.iter().map(|b| b.height);
        let (from, to) = (
            heights.clone().min().unwrap_or(0),
            heights.max().unwrap_or(0),
        );
        TreeView {
            from,
            to,
            lowest: from,
            top: to,
            blocks,
            ..TreeView::default()
        }
    }

    #[test]
    fn what_is_decided_stands_in_the_first_lane_and_what_was_abandoned_beside_it() {
        let mut lost = block("b", 1, &[0], BlockState::Certified);
        lost.abandoned = true;
        let all = vec![
            block("a", 0, &[], BlockState::Final),
            lost,
            block("c", 1, &[0], BlockState::Final),
            block("d", 2, &[2], BlockState::Proposed),
        ];
        let placed = place(&view(all));
        assert_eq!(placed.of, [(0, 0), (1, 1), (1, 0), (2, 0)]);
        assert_eq!((placed.lanes, placed.rows), (2, 3));
    }

    #[test]
    fn a_branch_stays_in_its_lane() {
        let all = vec![
            block("a", 4, &[], BlockState::Final),
            block("b", 5, &[0], BlockState::Final),
            block("c", 5, &[0], BlockState::Final),
            block("d", 6, &[1], BlockState::Final),
            block("e", 6, &[2], BlockState::Final),
            block("f", 7, &[4], BlockState::Final),
        ];
        let placed = place(&view(all));
        let lanes: Vec<u32> = placed.of.iter().map(|p| p.1).collect();
        assert_eq!(lanes, [0, 0, 1, 0, 1, 1]);
    }

    #[test]
    fn authors_of_one_round_stand_side_by_side() {
        let mut all: Vec<_> = ["a", "b", "c"]
            .map(|id| block(id, 1, &[], BlockState::Proposed))
            .into();
        all.extend(["d", "e", "f"].map(|id| block(id, 2, &[0, 1, 2], BlockState::Proposed)));
        let placed = place(&view(all));
        assert_eq!(placed.lanes, 3);
        assert_eq!(placed.of[3..], [(1, 0), (1, 1), (1, 2)]);
    }
}
