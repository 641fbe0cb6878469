//! Presets about protocols: what each is made for, and where one stops that another does not.

use super::{Preset, equal, names};
use crate::base::MILLISECOND;
use crate::model::{
    AdversarySpec, LatencySpec, NetworkSpec, ProposerSpec, ProtocolSpec, StrategySpec, Who,
};
use crate::scenario::Scenario;

/// Equal validators whose messages all take 50 ms, so that delays can be counted on the chart; they lead in turn.
fn counted(protocol: &str, validators: usize) -> Scenario {
    Scenario {
        validators: equal(validators),
        protocol: ProtocolSpec {
            name: protocol.into(),
            proposer: ProposerSpec::Rotation,
            ..ProtocolSpec::default()
        },
        network: NetworkSpec {
            latency: LatencySpec::Constant {
                us: 50 * MILLISECOND,
            },
            ..NetworkSpec::default()
        },
        ..Scenario::default()
    }
}

fn one_silent(protocol: &str) -> Scenario {
    silent("v4", counted(protocol, 4))
}

fn silent(who: &str, scenario: Scenario) -> Scenario {
    Scenario {
        adversary: AdversarySpec {
            who: Who::Names(names([who])),
            strategy: StrategySpec::Silent,
        },
        ..scenario
    }
}

pub(super) fn simplex() -> Preset {
    Preset::new(
        "simplex",
        "Simplex: the next block after two delays",
        "A block is notarised two delays after it was proposed, and the next leader proposes at once. The block is final one \
         delay later, when the next one is already on its way.",
        counted("simplex", 4),
    )
}

pub(super) fn minimmit() -> Preset {
    Preset::new(
        "minimmit",
        "Minimmit: final after two delays",
        "One vote does both: three of the six votes open the next view, and five make the block final, two delays after it was \
         proposed. The price is that only one of six may lie.",
        counted("minimmit", 6),
    )
}

pub(super) fn votor() -> Preset {
    Preset::new(
        "votor",
        "Votor: a silent leader with four slots",
        "v1 leads the first four slots and is silent: after one timeout all four are skipped. The other four validators are four \
         fifths, and their blocks are final after one round of votes.",
        silent("v1", counted("votor", 5)),
    )
}

pub(super) fn pbft() -> Preset {
    Preset::new(
        "pbft",
        "PBFT: a silent primary and its successor",
        "v1 is the primary and silent. After a second the others want another one, v2 sends a new-view, and its first block is \
         final three delays later. v2 now stays primary.",
        silent("v1", counted("pbft", 4)),
    )
}

pub(super) fn three_chain() -> Preset {
    Preset::new(
        "three-chain",
        "HotStuff with one silent leader of four",
        "v4 leads every fourth view and is silent, so that three views in a row never bring a certificate each. Blocks are \
         certified for ever, and none becomes final.",
        one_silent("chained-hotstuff"),
    )
}

pub(super) fn two_chain() -> Preset {
    Preset::new(
        "two-chain",
        "Jolteon with one silent leader of four",
        "The same validators and the same silent leader: two certified views in a row are enough here, and in each cycle of \
         four views two blocks become final.",
        one_silent("jolteon"),
    )
}

pub(super) fn tail_forking() -> Preset {
    Preset::new(
        "tail-forking",
        "Jolteon drops the block before a silent leader",
        "Votes for v6's block of round 6 go to v7, who leads round 7 and is silent. v1 leads round 8, \
         knows nothing of them and builds on the block before: v6's is dropped. A liar can do so on purpose.",
        silent("v7", counted("jolteon", 7)),
    )
}

pub(super) fn no_tail_forking() -> Preset {
    Preset::new(
        "no-tail-forking",
        "MonadBFT keeps the block before a silent leader",
        "The same validators and the same silent leader: in MonadBFT timeouts tell which block their signers voted for last, \
         and v1 has to propose v6's block again.",
        silent("v7", counted("monadbft", 7)),
    )
}
