//! Presets about liars: below, at and above a third of the stake, and an attack from the
//! literature.

use super::{Preset, equal, names};
use crate::base::{MILLISECOND, Micros};
use crate::model::{
    AdversarySpec, Cut, LatencySpec, NetworkSpec, PartitionSpec, ProposerSpec, ProtocolSpec,
    PuppetLine, StrategySpec, ValueSpec, Who,
};
use crate::scenario::Scenario;

fn coalition(validators: usize, liars: Vec<String>) -> Scenario {
    Scenario {
        validators: equal(validators),
        adversary: AdversarySpec {
            who: Who::Names(liars),
            strategy: StrategySpec::Coalition,
        },
        ..Scenario::default()
    }
}

pub(super) fn below() -> Preset {
    Preset::new(
        "below-third",
        "Liars below a third: 2 of 7",
        "They propose two blocks at once. The five honest validators split into three and two: one block gets the 5 votes \
         it needs, the other only 4. No fork, and evidence accumulates.",
        coalition(7, names(["v1", "v2"])),
    )
}

pub(super) fn third() -> Preset {
    Preset::new(
        "exact-third",
        "Liars with exactly a third: 2 of 6",
        "When a liar proposes, neither half reaches the quorum of 5 and the round fails. The liars may stall the \
         chain, but they cannot fork it.",
        coalition(6, names(["v1", "v2"])),
    )
}

pub(super) fn stall() -> Preset {
    let mut scenario = coalition(6, names(["v1", "v2"]));
    scenario.adversary.strategy = StrategySpec::Silent;
    Preset::new(
        "stall",
        "A third keeps silent: 2 of 6",
        "The 4 honest validators hold exactly two thirds, which is not enough: nothing is ever decided, and the verdict says \
         what is missing.",
        scenario,
    )
}

pub(super) fn fork() -> Preset {
    Preset::new(
        "fork",
        "Liars above a third: 3 of 7",
        "Two honest validators see one block and two the other. Three liars vote for both, so each \
         side has its quorum of 5, and the chain forks.",
        coalition(7, names(["v1", "v2", "v3"])),
    )
}

/// The amnesia attack as CometBFT's ADR 056 ("Proving amnesia attacks") draws it, with C1 = v1,
/// C2 = v2 and F = v3, v4, half of the stake:
///
/// 1. C1 and F prevote block A in the first round, and C1 precommits A.
/// 2. A new round: C2 and F prevote another block B.
/// 3. C2 and F precommit B, so C2 decides B.
/// 4. F goes back and precommits A in the first round, so C1 decides A.
///
/// Nobody signs two votes in one slot, so there is no equivocation to show: that F forgot its lock can
/// only be seen by comparing rounds.
pub(super) fn amnesia() -> Preset {
    const V1: &str = "v1";
    const V2: &str = "v2";
    const F: [&str; 2] = ["v3", "v4"];
    let vote =
        |at: Micros, from: &str, to: &str, kind: &str, round: u32, value: ValueSpec| PuppetLine {
            at_us: at * MILLISECOND,
            from: from.into(),
            to: vec![to.into()],
            kind: kind.into(),
            height: 1,
            round,
            value,
            valid_round: None,
            wrong_signature: false,
        };
    let a = || ValueSpec::Proposed {
        height: 1,
        round: 0,
    };
    let b = || ValueSpec::Block("B".into());
    let mut script: Vec<PuppetLine> = Vec::new();
    script.extend(F.map(|f| vote(200, f, V1, "prevote", 0, a())));
    // v2 waits for a proposal that the cut keeps from it; messages of round 1 from more than a third
    // of the stake take it there.
    script.push(vote(400, "v3", V2, "proposal", 1, b()));
    script.extend(F.map(|f| vote(400, f, V2, "prevote", 1, b())));
    script.extend(F.map(|f| vote(600, f, V2, "precommit", 1, b())));
    script.extend(F.map(|f| vote(800, f, V1, "precommit", 0, a())));
    let cut = |from: &str, to: &str| PartitionSpec {
        from_us: 0,
        until_us: None,
        cut: Cut::OneWay {
            from: vec![from.into()],
            to: vec![to.into()],
        },
    };
    Preset::new(
        "amnesia",
        "The amnesia attack, message by message",
        "v3 and v4 help v1 to lock A, forget it, help v2 to decide B, and go back to A. The chain forks, although nobody \
         ever signed two votes for one round.",
        Scenario {
            validators: equal(4),
            protocol: ProtocolSpec {
                proposer: ProposerSpec::List(names([V1, "v3"])),
                ..ProtocolSpec::default()
            },
            network: NetworkSpec {
                latency: LatencySpec::Constant {
                    us: 50 * MILLISECOND,
                },
                partitions: vec![cut(V1, V2), cut(V2, V1)],
                ..NetworkSpec::default()
            },
            adversary: AdversarySpec {
                who: Who::Names(names(F)),
                strategy: StrategySpec::Puppet { script },
            },
            ..Scenario::default()
        },
    )
}
