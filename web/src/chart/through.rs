//! Edges through hidden lifelines: who reached whom by way of them.

use consensusforge_core::session::view::{Arrow, Fate};

/// What `from` sent at an instant led a hidden node to send what `to` got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Through {
    pub from: u16,
    pub to: u16,
    pub sent_us: u64,
    pub arrives_us: u64,
    pub kind: u8,
}

/// Where a message that came to a hidden node started from, the last visible place.
#[derive(Clone, Copy)]
struct Origin {
    arrived_us: u64,
    from: u16,
    sent_us: u64,
}

/// `arrows` in the order they arrived. A hidden node's message follows from the newest one that had
/// come to it, itself perhaps through another hidden node.
#[must_use]
pub fn through<'a>(
    arrows: impl Iterator<Item = &'a Arrow>,
    nodes: usize,
    hidden: impl Fn(u16) -> bool,
) -> Vec<Through> {
    let mut came: Vec<Vec<Origin>> = vec![Vec::new(); nodes];
    let mut edges: Vec<Through> = Vec::new();
    for a in arrows {
        if !matches!(a.fate, Fate::Delivered | Fate::InFlight) {
            continue;
        }
        let origin = if hidden(a.from) {
            let Some(known) = came.get(usize::from(a.from)) else {
                continue;
            };
            let before = known.partition_point(|o| o.arrived_us <= a.sent_us);
            let Some(last) = before.checked_sub(1).map(|k| known[k]) else {
                continue;
            };
            Origin {
                arrived_us: a.arrives_us,
                ..last
            }
        } else {
            Origin {
                arrived_us: a.arrives_us,
                from: a.from,
                sent_us: a.sent_us,
            }
        };
        if hidden(a.to) {
            if let Some(known) = came.get_mut(usize::from(a.to)) {
                known.push(origin);
            }
        } else if hidden(a.from) && origin.from != a.to {
            edges.push(Through {
                from: origin.from,
                to: a.to,
                sent_us: origin.sent_us,
                arrives_us: a.arrives_us,
                kind: a.kind,
            });
        }
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::super::store::tests::from_to;
    use super::*;

    fn edges(arrows: &[Arrow], hidden: &[u16]) -> Vec<(u16, u16, u64, u64)> {
        through(arrows.iter(), 5, |n| hidden.contains(&n))
            .into_iter()
            .map(|e| (e.from, e.to, e.sent_us, e.arrives_us))
            .collect()
    }

    #[test]
    fn what_went_through_a_hidden_node_keeps_its_ends() {
        let arrows = [from_to(0, 1, 10, 20), from_to(1, 2, 30, 40)];
        assert_eq!(edges(&arrows, &[1]), [(0, 2, 10, 40)]);
        assert_eq!(edges(&arrows, &[]), []);
    }

    #[test]
    fn the_newest_cause_counts_and_later_ones_do_not() {
        let arrows = [
            from_to(0, 1, 1, 5),
            from_to(3, 1, 2, 8),
            from_to(4, 1, 3, 12),
            from_to(1, 2, 10, 40),
        ];
        assert_eq!(edges(&arrows, &[1]), [(3, 2, 2, 40)]);
    }

    #[test]
    fn two_hidden_in_a_row_are_one_edge() {
        let arrows = [
            from_to(0, 1, 1, 5),
            from_to(1, 3, 6, 9),
            from_to(3, 2, 10, 20),
        ];
        assert_eq!(edges(&arrows, &[1, 3]), [(0, 2, 1, 20)]);
    }

    #[test]
    fn an_answer_to_the_asker_is_no_edge_and_nothing_comes_of_what_is_lost() {
        assert_eq!(edges(&[from_to(0, 1, 1, 5), from_to(1, 0, 6, 9)], &[1]), []);
        let lost = Arrow {
            fate: Fate::Lost,
            ..from_to(0, 1, 1, 5)
        };
        assert_eq!(edges(&[lost, from_to(1, 2, 6, 9)], &[1]), []);
    }
}
