//! A thing of the chart in words: for the live region, menus and titles.

use super::hit::Pick;
use crate::words;
use consensusforge_core::session::view::{Arrow, Fate, MarkKind, NodeView, RunInfo};

/// `prevote, v1 to v3`.
#[must_use]
pub fn message(a: &Arrow, world: &RunInfo) -> String {
    let kind = world.kinds.get(usize::from(a.kind));
    let kind = kind.map_or("message", |k| k.name.as_str());
    format!("{kind}, {} to {}", node(a.from, world), node(a.to, world))
}

#[must_use]
pub fn node(node: u16, world: &RunInfo) -> &str {
    let name = world.nodes.get(usize::from(node));
    name.map_or("?", String::as_str)
}

/// The whole of it in one sentence.
#[must_use]
pub fn thing(pick: &Pick, world: &RunInfo, nodes: &[NodeView]) -> String {
    match pick {
        Pick::Arrow(a) => {
            let fate = match a.fate {
                Fate::InFlight => "in flight",
                Fate::Delivered => "delivered",
                Fate::Lost => "lost",
                Fate::Cut => "lost, the link is cut",
                Fate::ReceiverDown => "lost, the receiver is down",
                Fate::Dropped => "dropped manually",
            };
            let liar = if a.byzantine {
                ", from a Byzantine sender"
            } else {
                ""
            };
            format!(
                "{}, height {} round {}, sent {}, {fate}{liar}",
                message(a, world),
                a.height,
                a.round,
                words::clock(a.sent_us)
            )
        }
        Pick::Mark(m) => {
            let who = node(m.node, world);
            let at = words::clock(m.at_us);
            let named =
                |list: &[String], k: u8| list.get(usize::from(k)).cloned().unwrap_or_default();
            match &m.what {
                MarkKind::Step { step, .. } => {
                    format!("{who} enters step {} at {at}", named(&world.steps, *step))
                }
                MarkKind::Timeout { timer, .. } => {
                    format!("{who}, timeout {} at {at}", named(&world.timers, *timer))
                }
                MarkKind::Locked { height, .. } => {
                    format!("{who} locks a block of height {height} at {at}")
                }
                MarkKind::Polka { height, .. } => {
                    format!("{who} has a quorum for height {height} at {at}")
                }
                MarkKind::Commit { height, .. } => {
                    format!("{who} commits height {height} at {at}")
                }
                MarkKind::Rejected { .. } => format!("{who} rejects a message at {at}"),
                MarkKind::Evidence { offender, .. } => {
                    let whom = node(*offender, world);
                    format!("{who} holds evidence against {whom} at {at}")
                }
                MarkKind::Crashed => format!("{who} crashes at {at}"),
                MarkKind::Restarted => format!("{who} restarts at {at}"),
                MarkKind::Changed { sentence } | MarkKind::CommandMissed { sentence } => {
                    format!("{sentence}, at {at}")
                }
            }
        }
        Pick::Node(k) => {
            let name = node(*k as u16, world);
            let Some(v) = nodes.get(*k) else {
                return format!("validator {name}");
            };
            let state = match (v.byzantine, v.crashed) {
                (_, true) => ", down",
                (true, false) => ", Byzantine",
                (false, false) => "",
            };
            format!(
                "validator {name}{state}, {} of the stake, height {} round {}",
                words::percent(v.share),
                v.height,
                v.round
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::lanes::tests::node as view;
    use super::super::store::tests::{arrow, commit};
    use super::*;
    use consensusforge_core::session::view::KindView;

    #[test]
    fn things_are_said_in_a_sentence() {
        let kind = |name: &str| KindView {
            name: name.into(),
            role: "vote".into(),
        };
        let world = RunInfo {
            protocol: "tendermint".into(),
            nodes: vec!["v1".into(), "v2".into()],
            kinds: vec![kind("proposal"), kind("prevote")],
            steps: vec![],
            timers: vec![],
            rules: vec![],
            keeps_locks: true,
            round: "round".into(),
            quorum_words: "more than two thirds".into(),
            liars_below: "a third".into(),
            certificates: "precommits".into(),
            quorum: 3,
            total: 4,
        };
        let lost = Arrow {
            fate: Fate::Dropped,
            byzantine: true,
            ..arrow(1_000_000, 1_100_000)
        };
        assert_eq!(
            thing(&Pick::Arrow(lost), &world, &[]),
            "prevote, v1 to v2, height 1 round 0, sent 1.000 s, dropped manually, from a Byzantine sender"
        );
        assert_eq!(
            thing(&Pick::Mark(commit(3, 7)), &world, &[]),
            "v1 commits height 3 at 0.000 s"
        );
        let mut v2 = view("v2", 10);
        v2.crashed = true;
        assert_eq!(
            thing(&Pick::Node(1), &world, &[view("v1", 1), v2]),
            "validator v2, down, 25 % of the stake, height 1 round 0"
        );
    }
}
