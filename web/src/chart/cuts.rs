//! When the network was cut, and between whom: from the scenario and its commands.

use crate::model::{Command, Cut, Scenario};

/// A cut as a band: `side` by node; what stands on different sides does not reach one another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutBand {
    pub from_us: u64,
    /// None: not yet over.
    pub until_us: Option<u64>,
    pub side: Vec<u8>,
    pub label: String,
    /// The validator a hand isolated, for the command that restores it.
    alone: Option<String>,
}

/// All cuts of a run in the order they begin. `nodes` are names of nodes, twins' with a `'`.
#[must_use]
pub fn cuts(scenario: &Scenario, nodes: &[String]) -> Vec<CutBand> {
    let mut bands: Vec<CutBand> = Vec::new();
    for p in &scenario.network.partitions {
        let band = band(&p.cut, nodes, p.from_us);
        bands.push(CutBand {
            until_us: p.until_us,
            ..band
        });
    }
    for timed in &scenario.commands {
        let at = timed.at_us;
        match &timed.command {
            Command::Partition(cut) => bands.push(band(cut, nodes, at)),
            Command::Isolate { validator } => bands.push(isolated(validator, nodes, at)),
            Command::Restore { validator } => {
                for b in &mut bands {
                    if b.alone.as_ref() == Some(validator) && b.until_us.is_none() {
                        b.until_us = Some(at);
                    }
                }
            }
            Command::Heal => {
                // Cuts to come are ended as well.
                bands.retain(|b| b.from_us < at);
                for b in &mut bands {
                    b.until_us = Some(b.until_us.map_or(at, |u| u.min(at)));
                }
            }
            Command::SetLatency(_)
            | Command::SetLoss { .. }
            | Command::SetDuplicate { .. }
            | Command::SetReorder { .. }
            | Command::SetBlockInterval { .. }
            | Command::SetWorkload { .. }
            | Command::SetCrashed { .. }
            | Command::Crash { .. }
            | Command::Restart { .. }
            | Command::SetAdversary(_)
            | Command::Submit { .. }
            | Command::SubmitTwice { .. }
            | Command::ChangeValidators { .. }
            | Command::Drop(_)
            | Command::Delay { .. }
            | Command::Duplicate { .. }
            | Command::DeliverNow(_) => {}
        }
    }
    bands.sort_by_key(|b| b.from_us);
    bands
}

/// The validator a node runs.
fn validator(node: &str) -> &str {
    node.strip_suffix('\'').unwrap_or(node)
}

fn band(cut: &Cut, nodes: &[String], from_us: u64) -> CutBand {
    let within = |names: &[String], node: &str| names.iter().any(|n| n == validator(node));
    let (side, label) = match cut {
        Cut::Groups(groups) => {
            let side = |node: &String| {
                let k = groups.iter().position(|g| within(g, node));
                k.map_or(groups.len() as u8, |k| k as u8)
            };
            (nodes.iter().map(side).collect(), "partition")
        }
        Cut::OneWay { from, to } => {
            let side = |node: &String| match (within(from, node), within(to, node)) {
                (true, _) => 1,
                (_, true) => 2,
                _ => 0,
            };
            (nodes.iter().map(side).collect(), "one-way cut")
        }
    };
    CutBand {
        from_us,
        until_us: None,
        side,
        label: label.into(),
        alone: None,
    }
}

fn isolated(name: &str, nodes: &[String], from_us: u64) -> CutBand {
    CutBand {
        from_us,
        until_us: None,
        side: nodes
            .iter()
            .map(|n| u8::from(validator(n) == name))
            .collect(),
        label: format!("{name} isolated"),
        alone: Some(name.to_owned()),
    }
}

/// Whether a hand isolates this validator at an instant.
#[must_use]
pub fn is_isolated(bands: &[CutBand], name: &str, at_us: u64) -> bool {
    bands.iter().any(|b| {
        b.alone.as_deref() == Some(name)
            && b.from_us <= at_us
            && b.until_us.is_none_or(|u| at_us < u)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{PartitionSpec, TimedCommand};

    fn names(all: &[&str]) -> Vec<String> {
        all.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn bands_begin_and_end_with_their_commands() {
        let timed = |at_us, command| TimedCommand { at_us, command };
        let isolate = |n: &str| Command::Isolate {
            validator: n.into(),
        };
        let restore = Command::Restore {
            validator: "v2".into(),
        };
        let groups = Cut::Groups(vec![names(&["v1", "v2"])]);
        let mut scenario = Scenario {
            commands: vec![
                timed(10, isolate("v2")),
                timed(20, Command::Partition(groups.clone())),
                timed(30, restore),
                timed(40, isolate("v3")),
                timed(50, Command::Heal),
            ],
            ..Scenario::default()
        };
        let planned = |from_us, until_us| PartitionSpec {
            from_us,
            until_us,
            cut: groups.clone(),
        };
        scenario.network.partitions = vec![planned(5, Some(8)), planned(99, None)];
        let bands = cuts(&scenario, &names(&["v1", "v2", "v3", "v2'"]));
        let told: Vec<_> = bands.iter().map(|b| (b.from_us, b.until_us)).collect();
        // The cut planned for 99 was healed before it began.
        assert_eq!(
            told,
            [(5, Some(8)), (10, Some(30)), (20, Some(50)), (40, Some(50))]
        );
        assert_eq!(
            bands[1].side,
            [0, 1, 0, 1],
            "a twin goes with its validator"
        );
        assert_eq!(bands[2].side, [0, 0, 1, 0]);
        assert!(is_isolated(&bands, "v2", 29) && !is_isolated(&bands, "v2", 30));
    }
}
