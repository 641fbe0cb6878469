//! Which lanes a race begins with.

use crate::model::{ParamValue, ParamsSpec, ProtocolSpec, Scenario};
use consensusforge_core::session::protocols::{Control, families, parameters, protocols};
use consensusforge_core::session::race::Lane;
use consensusforge_core::session::race_link::MOST_LANES;

/// The protocol of this name without parameters of its own.
#[must_use]
pub fn plain(protocol: &str) -> Lane {
    Lane {
        protocol: protocol.to_owned(),
        params: ParamsSpec::default(),
    }
}

/// The protocol that runs, and one of each of the other families: three of them.
#[must_use]
pub fn proposed(current: &str) -> Vec<Lane> {
    let others = families()
        .into_iter()
        .filter(|(_, members)| members.iter().all(|p| p.name != current))
        .filter_map(|(_, members)| members.first().map(|p| p.name));
    std::iter::once(current)
        .chain(others)
        .take(MOST_LANES)
        .map(plain)
        .collect()
}

/// One more lane beside these: the first protocol that has none, or the last one again, to race with another
/// parameter.
#[must_use]
pub fn another(lanes: &[Lane]) -> Option<Lane> {
    let last = lanes.last()?;
    let free = protocols()
        .into_iter()
        .find(|p| lanes.iter().all(|l| l.protocol != p.name));
    let lane = free.map_or_else(|| last.clone(), |p| plain(p.name));
    (lanes.len() < MOST_LANES).then_some(lane)
}

/// Two lanes that are the same, by their places from 1 on.
#[must_use]
pub fn same_lanes(lanes: &[Lane]) -> Option<(usize, usize)> {
    lanes.iter().enumerate().find_map(|(k, lane)| {
        let other = lanes.iter().skip(k + 1).position(|l| l == lane)?;
        Some((k + 1, k + other + 2))
    })
}

/// Gives a parameter of a lane of `scenario` a value; one that it has anyway makes the lane no other.
pub fn set(lane: &mut Lane, scenario: &Scenario, name: &str, value: ParamValue) {
    lane.params.unset(name);
    let all = parameters(&lane.scenario(scenario).protocol);
    let given = all
        .into_iter()
        .find(|p| p.name == name)
        .map(|p| match p.control {
            Control::Number { value, .. } => ParamValue::Number(value),
            Control::Switch { value, .. } => ParamValue::Switch(value),
            Control::Choice { value, .. } => ParamValue::Choice(value),
        });
    if given.as_ref() != Some(&value) {
        lane.params.set(name, value);
    }
}

/// The lane's protocol as people write it.
#[must_use]
pub fn title(lane: &Lane) -> String {
    let all = protocols();
    let known = all.iter().find(|p| p.name == lane.protocol);
    known.map_or_else(|| lane.protocol.clone(), |p| p.title.to_owned())
}

/// What makes the lane another than its protocol with default parameters: `Δ 100 ms`; empty where nothing does.
#[must_use]
pub fn parameters_in_words(lane: &Lane) -> String {
    let spec = ProtocolSpec {
        name: lane.protocol.clone(),
        ..ProtocolSpec::default()
    };
    let known = parameters(&spec);
    let words = lane.params.iter().map(|(name, value)| {
        let found = known.iter().find(|p| p.name == name);
        let (title, unit) = found.map_or((name, ""), |p| (p.title.as_str(), p.unit.as_str()));
        match value {
            ParamValue::Number(us) if unit == "us" => {
                format!("{title} {}", crate::words::duration(*us))
            }
            ParamValue::Number(n) => format!("{title} {n}"),
            ParamValue::Switch(true) => format!("{title}: on"),
            ParamValue::Switch(false) => format!("{title}: off"),
            ParamValue::Choice(word) => format!("{title}: {}", word.replace('_', " ")),
        }
    });
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_race_is_proposed_of_the_protocol_that_runs_and_of_other_families() {
        for current in ["tendermint", "minimmit", "jolteon"] {
            let lanes = proposed(current);
            assert_eq!(lanes.len(), MOST_LANES);
            assert_eq!(lanes[0], plain(current));
            let family = |lane: &Lane| {
                let all = families();
                let of = all
                    .iter()
                    .find(|(_, m)| m.iter().any(|p| p.name == lane.protocol));
                of.map(|(family, _)| *family)
            };
            let mut seen: Vec<_> = lanes.iter().map(family).collect();
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), MOST_LANES, "{lanes:?}");
        }
    }

    #[test]
    fn lanes_are_added_up_to_the_limit_and_differ_as_long_as_protocols_do() {
        let mut lanes = vec![plain("tendermint")];
        while let Some(lane) = another(&lanes) {
            assert!(!lanes.contains(&lane));
            lanes.push(lane);
        }
        assert_eq!(lanes.len(), MOST_LANES);
    }

    #[test]
    fn lanes_that_are_the_same_are_found() {
        let [a, b] = ["simplex", "minimmit"].map(plain);
        assert_eq!(same_lanes(&[a.clone(), b.clone(), a.clone()]), Some((1, 3)));
        let other = Lane::parse("simplex:delta_us=1000").expect("a lane");
        assert_eq!(same_lanes(&[a, b, other]), None);
    }

    #[test]
    fn a_value_that_the_scenario_has_anyway_makes_no_other_lane() {
        let mut scenario = Scenario::default();
        scenario.protocol.name = "simplex".into();
        scenario
            .protocol
            .params
            .set("delta_us", ParamValue::Number(100_000));
        let mut lane = plain("simplex");
        set(
            &mut lane,
            &scenario,
            "delta_us",
            ParamValue::Number(300_000),
        );
        assert_eq!(lane.title(), "simplex:delta_us=300000");
        set(
            &mut lane,
            &scenario,
            "delta_us",
            ParamValue::Number(100_000),
        );
        assert_eq!(lane, plain("simplex"));
        // Another protocol than the scenario's begins with its own defaults.
        let mut lane = plain("minimmit");
        set(
            &mut lane,
            &scenario,
            "delta_us",
            ParamValue::Number(300_000),
        );
        assert_eq!(lane, plain("minimmit"));
    }

    #[test]
    fn a_lane_is_named_as_people_write_it() {
        let lane = Lane::parse("simplex:delta_us=100000,quorum=two_thirds").expect("a lane");
        assert_eq!(title(&lane), "Simplex");
        let words = parameters_in_words(&lane);
        assert!(
            words.contains("100 ms") && words.contains("two thirds"),
            "{words}"
        );
        assert_eq!(parameters_in_words(&plain("simplex")), "");
        assert_eq!(title(&plain("paxos")), "paxos");
    }
}
