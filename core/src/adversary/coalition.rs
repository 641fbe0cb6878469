//! Controlled nodes act as one. When one of them proposes, it proposes two blocks: one to each half of
//! the honest stake, and the whole coalition votes for each half's block towards that half.
//!
//! With stake b of total T, a half h decides alone when h + b is a quorum. Both halves do when
//! b >= 2q - T, q the least quorum, and the honest stake can be split evenly enough: above a third the
//! chain forks, at a third or below one of the halves is always short of a quorum.

use super::{Act, Stage, Strategy};
use crate::consensus::{Corruptible, Effect, Message};
use crate::types::{NodeId, Slot};

/// Proposes two blocks and votes for both.
#[derive(Clone, Default)]
pub struct Coalition {
    /// Slots in which the coalition spoke with two tongues, newest last: its machines' own votes there
    /// would give the game away and are kept back.
    split: Vec<Slot>,
}

/// Slots remembered. Votes of a slot are cast within a few rounds of its proposal.
const REMEMBERED: usize = 64;

impl Coalition {
    fn propose_both<P: Corruptible>(
        &mut self,
        stage: &mut dyn Stage,
        node: NodeId,
        proposal: P::Message,
    ) -> Option<Vec<Act<P::Message>>> {
        let block = proposal.attachment()?;
        let (mut first, second) = halves(&stage.honest());
        // With fewer than two honest nodes there is nobody to set against anybody.
        if first.is_empty() || second.is_empty() {
            return None;
        }
        let other = P::CONFLICTING?(&proposal, stage.alternative(node, &block)?)?;
        let votes_for = P::VOTES_FOR?;
        let members = stage.members().to_vec();
        self.split.push(proposal.describe().slot);
        if self.split.len() > REMEMBERED {
            self.split.remove(0);
        }
        // The coalition's own machines follow the first half, so that they stay on one of the branches.
        first.extend(members.iter().copied());
        let mut acts = Vec::new();
        for (message, to) in [(proposal, first), (other, second)] {
            let votes = votes_for(&message);
            acts.push(Act::Tell {
                from: node,
                message,
                to: to.clone(),
            });
            for &from in &members {
                acts.extend(votes.iter().map(|vote| Act::Tell {
                    from,
                    message: vote.clone(),
                    to: to.clone(),
                }));
            }
        }
        Some(acts)
    }
}

impl<P: Corruptible> Strategy<P> for Coalition {
    fn name(&self) -> &'static str {
        "coalition"
    }

    fn after(
        &mut self,
        stage: &mut dyn Stage,
        node: NodeId,
        effect: Effect<P::Message>,
    ) -> Vec<Act<P::Message>> {
        let message = match &effect {
            Effect::Broadcast(message) | Effect::Send { message, .. } => message,
            Effect::SetTimer { .. }
            | Effect::BuildBlock { .. }
            | Effect::ValidateBlock { .. }
            | Effect::FetchBlock { .. }
            | Effect::Decide { .. }
            | Effect::Accuse(_)
            | Effect::Note(_) => return vec![Act::Do(effect)],
        };
        let split = self.split.contains(&message.describe().slot);
        // A proposal that is sent to each validator by itself is split at the first of them.
        if message.attachment().is_some()
            && !split
            && let Some(acts) = self.propose_both::<P>(stage, node, message.clone())
        {
            return acts;
        }
        // A vote of its machine, to everybody or to the leader who collects them, would give the game
        // away: what is to be said in this slot was said to each half.
        if split {
            return Vec::new();
        }
        vec![Act::Do(effect)]
    }

    fn clone_box(&self) -> Box<dyn Strategy<P>> {
        Box::new(self.clone())
    }
}

/// Splits nodes into two groups of stake as equal as can be: exactly for up to 16 nodes, heaviest
/// first to the lighter side for more.
fn halves(honest: &[(NodeId, u64)]) -> (Vec<NodeId>, Vec<NodeId>) {
    let total: u128 = honest.iter().map(|(_, s)| u128::from(*s)).sum();
    let mut in_first = vec![false; honest.len()];
    if honest.len() <= 16 {
        let weight = |mask: u32| -> u128 {
            honest
                .iter()
                .enumerate()
                .filter(|(i, _)| mask >> i & 1 == 1)
                .map(|(_, (_, s))| u128::from(*s))
                .sum()
        };
        let best = (0..1u32 << honest.len())
            .min_by_key(|mask| (2 * weight(*mask)).abs_diff(total))
            .unwrap_or(0);
        for (i, chosen) in in_first.iter_mut().enumerate() {
            *chosen = best >> i & 1 == 1;
        }
    } else {
        let mut order: Vec<usize> = (0..honest.len()).collect();
        order.sort_by_key(|i| (std::cmp::Reverse(honest[*i].1), *i));
        let (mut first, mut second) = (0u128, 0u128);
        for i in order {
            let stake = u128::from(honest[i].1);
            in_first[i] = first <= second;
            *(if in_first[i] { &mut first } else { &mut second }) += stake;
        }
    }
    let pick = |side: bool| {
        honest
            .iter()
            .zip(&in_first)
            .filter(|(_, f)| **f == side)
            .map(|((n, _), _)| *n)
            .collect()
    };
    (pick(true), pick(false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consensus::tendermint::{Message as Said, Tendermint};
    use crate::types::{BlockId, ValidatorId};

    /// One liar, v1, and two honest validators.
    struct Three;

    impl Stage for Three {
        fn members(&self) -> &[NodeId] {
            &[NodeId(0)]
        }
        fn honest(&self) -> Vec<(NodeId, u64)> {
            vec![(NodeId(1), 1), (NodeId(2), 1)]
        }
        fn validator(&self, node: NodeId) -> ValidatorId {
            ValidatorId(node.0)
        }
        fn alternative(&mut self, _: NodeId, _: &BlockId) -> Option<BlockId> {
            Some(crate::base::hash_bytes("test/block", b"B"))
        }
    }

    /// Say a protocol's votes go to the next leader alone. The coalition proposes two blocks, and votes for
    /// each towards its half. Its machine's own vote for the first block, sent to the leader of the second
    /// half, would tell that leader of the other block.
    #[test]
    fn a_vote_to_the_leader_alone_is_kept_back_where_the_coalition_spoke_with_two_tongues() {
        let value = crate::base::hash_bytes("test/block", b"A");
        let mut coalition = Coalition::default();
        let mut after = |effect| {
            let node = NodeId(0);
            Strategy::<Tendermint>::after(&mut coalition, &mut Three, node, effect)
        };
        let vote = |height| Said::Prevote {
            height,
            round: 0,
            value: Some(value),
        };
        let to = ValidatorId(2);
        let send = |height| Effect::Send {
            to,
            message: vote(height),
        };
        let done = after(send(1));
        assert!(matches!(done[..], [Act::Do(Effect::Send { .. })]));
        let acts = after(Effect::Broadcast(Said::Proposal {
            height: 1,
            round: 0,
            value,
            valid_round: None,
        }));
        // Two proposals, and two votes of the one member towards each half.
        assert_eq!(acts.len(), 6);
        assert!(after(send(1)).is_empty(), "its leader would learn of both");
        let done = after(send(2));
        assert!(matches!(done[..], [Act::Do(Effect::Send { .. })]));
    }

    #[test]
    fn halves_are_as_equal_as_can_be() {
        let nodes = |stakes: &[u64]| {
            stakes
                .iter()
                .enumerate()
                .map(|(i, s)| (NodeId(i as u16), *s))
                .collect::<Vec<_>>()
        };
        let sum =
            |ids: &[NodeId], stakes: &[u64]| ids.iter().map(|n| stakes[n.index()]).sum::<u64>();
        for stakes in [&[5u64, 4, 3, 2][..], &[10, 1, 1], &[1; 20]] {
            let (a, b) = halves(&nodes(stakes));
            let (a, b) = (sum(&a, stakes), sum(&b, stakes));
            assert_eq!(a + b, stakes.iter().sum::<u64>());
            let best = if stakes[0] == 10 { 8 } else { 0 };
            assert_eq!(a.abs_diff(b), best, "{stakes:?}");
        }
    }
}
