//! Which lifelines are shown, in which order, and which share one lane.

use consensusforge_core::session::view::NodeView;
use std::collections::BTreeSet;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As the scenario lists them.
    #[default]
    Listed,
    Stake,
    /// The mean time messages take to them.
    Delay,
    Name,
}

/// What a person chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrangement {
    pub order: Order,
    /// Honest ones that are up share one lane.
    pub fold: bool,
    pub hidden: BTreeSet<u16>,
}

/// Lanes from the gutter on, each with its nodes: more than one where they are folded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lanes {
    lanes: Vec<Vec<u16>>,
    of: Vec<Option<u16>>,
}

impl Lanes {
    /// `delays` in microseconds by node, for [`Order::Delay`]; unknown ones come last.
    #[must_use]
    pub fn arrange(
        chosen: &Arrangement,
        names: &[String],
        nodes: &[NodeView],
        delays: &[Option<f64>],
    ) -> Lanes {
        let mut all: Vec<u16> = (0..names.len() as u16)
            .filter(|n| !chosen.hidden.contains(n))
            .collect();
        let stake = |n: &u16| nodes.get(usize::from(*n)).map_or(0, |v| v.stake);
        let delay = |n: &u16| delays.get(usize::from(*n)).copied().flatten();
        match chosen.order {
            Order::Listed => {}
            Order::Stake => all.sort_by_key(|n| std::cmp::Reverse(stake(n))),
            Order::Delay => all.sort_by(|a, b| {
                let far = |n| delay(n).unwrap_or(f64::INFINITY);
                far(a).total_cmp(&far(b))
            }),
            Order::Name => all.sort_by_cached_key(|n| natural(&names[usize::from(*n)])),
        }
        let folds = |n: &u16| {
            let node = nodes.get(usize::from(*n));
            chosen.fold && node.is_some_and(|v| !v.byzantine && !v.crashed)
        };
        let (folded, own): (Vec<u16>, Vec<u16>) = all.into_iter().partition(folds);
        let mut lanes = Vec::new();
        if !folded.is_empty() {
            lanes.push(folded);
        }
        lanes.extend(own.into_iter().map(|n| vec![n]));
        let mut of = vec![None; names.len()];
        for (k, lane) in lanes.iter().enumerate() {
            for n in lane {
                of[usize::from(*n)] = Some(k as u16);
            }
        }
        Lanes { lanes, of }
    }

    /// One lane a node, in the order they are listed.
    #[must_use]
    pub fn plain(nodes: usize) -> Lanes {
        Lanes {
            lanes: (0..nodes as u16).map(|n| vec![n]).collect(),
            of: (0..nodes as u16).map(Some).collect(),
        }
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.lanes.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }

    #[must_use]
    pub fn of(&self, node: u16) -> Option<u16> {
        self.of.get(usize::from(node)).copied().flatten()
    }

    /// A node that stands in no lane.
    #[must_use]
    pub fn hides(&self, node: u16) -> bool {
        self.of(node).is_none()
    }

    #[must_use]
    pub fn nodes(&self, lane: u16) -> &[u16] {
        self.lanes.get(usize::from(lane)).map_or(&[], Vec::as_slice)
    }

    /// The node of a lane that has only one.
    #[must_use]
    pub fn single(&self, lane: u16) -> Option<u16> {
        match self.nodes(lane) {
            [one] => Some(*one),
            _ => None,
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (u16, &[u16])> {
        let lanes = self.lanes.iter().enumerate();
        lanes.map(|(k, nodes)| (k as u16, nodes.as_slice()))
    }
}

/// `v2` before `v10`: letters as letters, digits as a number.
fn natural(name: &str) -> (String, u64, String) {
    let letters: String = name.chars().take_while(|c| !c.is_ascii_digit()).collect();
    let rest = &name[letters.len()..];
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let after = rest[digits.len()..].to_owned();
    (letters, digits.parse().unwrap_or(0), after)
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn node(name: &str, stake: u64) -> NodeView {
        NodeView {
            name: name.into(),
            stake,
            share: 0.25,
            byzantine: false,
            crashed: false,
            height: 1,
            round: 0,
            step: "propose".into(),
            locked: None,
            decided: 0,
            state_root: String::new(),
            root_height: 0,
            mempool: 0,
            accuses: Vec::new(),
        }
    }

    fn four() -> (Vec<String>, Vec<NodeView>) {
        let names = ["v10", "v2", "a1", "v1"];
        let nodes = names.iter().zip([5, 9, 1, 7]).map(|(n, s)| node(n, s));
        (names.map(str::to_owned).to_vec(), nodes.collect())
    }

    fn order(chosen: &Arrangement, delays: &[Option<f64>]) -> Vec<Vec<u16>> {
        let (names, nodes) = four();
        Lanes::arrange(chosen, &names, &nodes, delays).lanes
    }

    #[test]
    fn lifelines_sort_by_stake_delay_and_name() {
        let by = |order| Arrangement {
            order,
            ..Arrangement::default()
        };
        assert_eq!(order(&by(Order::Listed), &[]), [[0], [1], [2], [3]]);
        assert_eq!(order(&by(Order::Stake), &[]), [[1], [3], [0], [2]]);
        assert_eq!(order(&by(Order::Name), &[]), [[2], [3], [1], [0]]);
        let delays = [Some(30.0), None, Some(10.0), Some(20.0)];
        assert_eq!(order(&by(Order::Delay), &delays), [[2], [3], [0], [1]]);
    }

    #[test]
    fn honest_ones_fold_and_the_others_keep_their_own() {
        let (names, mut nodes) = four();
        nodes[1].byzantine = true;
        nodes[2].crashed = true;
        let chosen = Arrangement {
            fold: true,
            ..Arrangement::default()
        };
        let lanes = Lanes::arrange(&chosen, &names, &nodes, &[]);
        assert_eq!(lanes.lanes, [vec![0, 3], vec![1], vec![2]]);
        assert_eq!((lanes.of(3), lanes.of(1)), (Some(0), Some(1)));
        assert_eq!((lanes.single(0), lanes.single(1)), (None, Some(1)));
    }

    #[test]
    fn the_hidden_stand_nowhere() {
        let chosen = Arrangement {
            hidden: BTreeSet::from([1, 3]),
            ..Arrangement::default()
        };
        assert_eq!(order(&chosen, &[]), [[0], [2]]);
        let (names, nodes) = four();
        let lanes = Lanes::arrange(&chosen, &names, &nodes, &[]);
        assert!(lanes.hides(1) && !lanes.hides(2) && lanes.hides(99));
    }
}
