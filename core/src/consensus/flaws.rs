//! The bug museum: known bugs of the protocols here. Each is a value of a parameter, so that whoever can set a parameter
//! can run it, and [`FLAWS`] tells of all. Where no paper or report is named as having had the bug, it is our own: the
//! paper's rule with one condition left out.

use super::{Bound, ProtocolInfo, Share};

/// A known bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Short and stable: command lines and files use it.
    pub id: &'static str,
    /// A line for a list.
    pub title: &'static str,
    /// The protocol, by name.
    pub protocol: &'static str,
    /// The parameter that puts the bug in.
    pub parameter: &'static str,
    /// Its value, as a scenario writes it.
    pub value: &'static str,
    /// What is broken.
    pub breaks: Breaks,
    /// What goes wrong, one line.
    pub wrong: &'static str,
    /// The protocol's rule that prevents it.
    pub rule: &'static str,
    /// Where it is known from.
    pub source: &'static str,
}

/// What a bug breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breaks {
    /// Two validators decide differently.
    Agreement,
    /// Nobody decides any more.
    Progress,
}

/// What `info` becomes once there is a bug in it: nothing is promised.
#[must_use]
pub const fn flawed(info: ProtocolInfo) -> ProtocolInfo {
    ProtocolInfo {
        bound: Bound {
            liars_below: Share { part: 0, of: 1 },
            words: "A known bug was put into the protocol on purpose, so that nothing is promised: the chain may fork or \
                    stop without a single liar.",
            ..info.bound
        },
        ..info
    }
}

/// The bug that these parameters put into a protocol. `value` gives a parameter's value as a scenario writes it; absent
/// where it has its default.
#[must_use]
pub fn find(protocol: &str, value: impl Fn(&str) -> Option<String>) -> Option<&'static Flaw> {
    FLAWS.iter().find(|flaw| {
        flaw.protocol == protocol && value(flaw.parameter).is_some_and(|v| v == flaw.value)
    })
}

/// All of them, in the order in which they are shown.
pub const FLAWS: &[Flaw] = &[
    Flaw {
        id: "tendermint-ignores-lock",
        title: "Tendermint without its lock",
        protocol: "tendermint",
        parameter: "flaw",
        value: "ignores_lock",
        breaks: Breaks::Agreement,
        wrong: "A validator that precommitted a block, and so may have decided it with others, prevotes another one in a \
                later round.",
        rule: "L22-L27",
        source: "Our own: line 23 of Buchman, Kwon, Milosevic, \"The latest gossip on BFT consensus\" (arXiv 1807.04938), without its \
                 condition",
    },
    Flaw {
        id: "tendermint-unlocks-on-nil",
        title: "Tendermint that unlocks on nil",
        protocol: "tendermint",
        parameter: "flaw",
        value: "unlocks_on_nil",
        breaks: Breaks::Agreement,
        wrong: "A quorum of nil prevotes takes the lock away. That was safe only as long as locked validators prevoted their \
                lock whatever was proposed.",
        rule: "L44-L46",
        source: "Tendermint Core unlocked on nil until the change that cometbft/cometbft pull request 1203 brings forward; there the other \
                 half of the old rule made it safe. The mixture with the paper's rules is our own",
    },
    Flaw {
        id: "tendermint-forgets-lock",
        title: "Tendermint that forgets its lock in a restart",
        protocol: "tendermint",
        parameter: "flaw",
        value: "forgets_lock",
        breaks: Breaks::Agreement,
        wrong: "The lock is not on the disk: a validator that starts again votes as if it had never locked.",
        rule: "L1-L10",
        source: "Twins (Bano et al., OPODIS 2021) counts losing locks among the three faults that it makes; CometBFT keeps a \
                 write-ahead log against it",
    },
    Flaw {
        id: "tendermint-forgets-valid",
        title: "Tendermint that always proposes something new",
        protocol: "tendermint",
        parameter: "flaw",
        value: "forgets_valid",
        breaks: Breaks::Progress,
        wrong: "A proposer does not propose the block that a quorum prevoted. Those who locked it prevote nil for ever, and \
                the others are too few.",
        rule: "L11-L19",
        source: "Our own. Amoussou-Guenou, Del Pozzo, Potop-Butucaru, Tucci-Piergiovanni, \"Dissecting Tendermint\" (arXiv 1809.09858), \
                 report bugs of early versions",
    },
    Flaw {
        id: "tendermint-counts-heads",
        title: "Tendermint that counts heads",
        protocol: "tendermint",
        parameter: "flaw",
        value: "counts_heads",
        breaks: Breaks::Agreement,
        wrong: "A quorum is of validators, not of stake: many poor liars are as good as a few rich ones.",
        rule: "L49-L54",
        source: "Our own",
    },
    Flaw {
        id: "streamlet-any-epochs",
        title: "Streamlet whose epochs need not be consecutive",
        protocol: "streamlet",
        parameter: "flaw",
        value: "any_epochs",
        breaks: Breaks::Agreement,
        wrong: "Three adjacent blocks make the middle one final whatever their epochs: in the epochs between another block of \
                its height may have been notarized.",
        rule: "S4",
        source: "Our own: the finalization rule of Chan, Shi, \"Streamlet\" (ePrint 2020/088), without its condition on epochs",
    },
    Flaw {
        id: "streamlet-any-chain",
        title: "Streamlet that extends any notarized block",
        protocol: "streamlet",
        parameter: "flaw",
        value: "any_chain",
        breaks: Breaks::Agreement,
        wrong: "A validator votes for a block on a chain that is shorter than one it knows, and so beside a block that is final.",
        rule: "S2",
        source: "Our own: the voting rule of Chan, Shi, \"Streamlet\" (ePrint 2020/088), without the longest chain",
    },
    Flaw {
        id: "jolteon-half",
        title: "Jolteon with quorums of half",
        protocol: "jolteon",
        parameter: "quorum",
        value: "half",
        breaks: Breaks::Agreement,
        wrong: "Two quorums may have a single validator in common, and that one may run twice.",
        rule: "J4",
        source: "Our own: a quorum too small for any two of them to share an honest validator; a liar that runs twice is the attack of \
                 Bano et al., \"Twins\" (OPODIS 2021)",
    },
    Flaw {
        id: "hotstuff-2-half",
        title: "HotStuff-2 with quorums of half",
        protocol: "hotstuff-2",
        parameter: "quorum",
        value: "half",
        breaks: Breaks::Agreement,
        wrong: "Two quorums may have a single validator in common, and that one may run twice.",
        rule: "T4",
        source: "Our own: a quorum too small for any two of them to share an honest validator; a liar that runs twice is the attack of \
                 Bano et al., \"Twins\" (OPODIS 2021)",
    },
    Flaw {
        id: "simplex-half",
        title: "Simplex with quorums of half",
        protocol: "simplex",
        parameter: "quorum",
        value: "half",
        breaks: Breaks::Agreement,
        wrong: "Two quorums may have a single validator in common, and that one may run twice.",
        rule: "S7",
        source: "Our own: a quorum too small for any two of them to share an honest validator; a liar that runs twice is the attack of \
                 Bano et al., \"Twins\" (OPODIS 2021)",
    },
    Flaw {
        id: "simplex-finalizes-skipped",
        title: "Simplex that finalizes after a view change",
        protocol: "simplex",
        parameter: "flaw",
        value: "finalizes_skipped",
        breaks: Breaks::Agreement,
        wrong: "A validator that asked to leave a view finalizes a block of it later: the view is skipped, and yet its block \
                is final.",
        rule: "S4",
        source: "Our own: Chan, Pass, \"Simplex\" (ePrint 2023/463), without the one exclusion that its safety stands on",
    },
    Flaw {
        id: "minimmit-nullifies-anyway",
        title: "Minimmit that nullifies after its vote",
        protocol: "minimmit",
        parameter: "flaw",
        value: "nullifies_anyway",
        breaks: Breaks::Agreement,
        wrong: "A validator whose vote helps to make a block final helps to nullify the block's view as well.",
        rule: "M4",
        source: "Our own: Chou, Lewis-Pye, O'Grady, \"Minimmit\" (arXiv 2508.10862), without the condition of nullifying",
    },
    Flaw {
        id: "minimmit-low",
        title: "Minimmit that finalizes with three fifths",
        protocol: "minimmit",
        parameter: "thresholds",
        value: "low",
        breaks: Breaks::Agreement,
        wrong: "Three fifths make a block final while two fifths nullify its view: both can be.",
        rule: "M6",
        source: "Our own: Chou, Lewis-Pye, O'Grady, \"Minimmit\" (arXiv 2508.10862), with less than all but f for a final block",
    },
    Flaw {
        id: "votor-low",
        title: "Votor that is final at once with three fifths",
        protocol: "votor",
        parameter: "thresholds",
        value: "low",
        breaks: Breaks::Agreement,
        wrong: "Three fifths make a block final at once, and the other two fifths are enough for fallback votes against it.",
        rule: "V10",
        source: "Our own: Kniep, Sliwinski, Wattenhofer, \"Solana Alpenglow Consensus\" (white paper v1.1), with a lower threshold for its fast path",
    },
];

#[cfg(test)]
mod tests {
    use super::super::{ParameterKind, registry};
    use super::*;

    fn values(kind: &ParameterKind) -> (Vec<String>, String) {
        match kind {
            ParameterKind::Choice { options, default } => (options.clone(), default.clone()),
            ParameterKind::Switch { default } => {
                (vec!["true".into(), "false".into()], default.to_string())
            }
            ParameterKind::Number { .. } => (Vec::new(), String::new()),
        }
    }

    #[test]
    fn every_flaw_is_a_value_of_a_parameter_and_names_a_rule() {
        for flaw in FLAWS {
            let facts = registry::find(flaw.protocol).expect(flaw.protocol);
            let all = (facts.parameters)();
            let parameter = all.iter().find(|p| p.name == flaw.parameter);
            let (options, default) = values(&parameter.expect(flaw.id).kind);
            assert!(options.iter().any(|o| o == flaw.value), "{}", flaw.id);
            assert_ne!(default, flaw.value, "{}: it is the default", flaw.id);
            let rule = facts.info.rules.iter().find(|r| r.id == flaw.rule);
            assert!(rule.is_some(), "{}: no rule {}", flaw.id, flaw.rule);
            let same = FLAWS.iter().filter(|f| f.id == flaw.id).count();
            assert_eq!(same, 1, "{}: twice", flaw.id);
        }
    }

    #[test]
    fn who_has_a_flaw_promises_nothing_and_who_has_none_what_the_paper_does() {
        let liars = |facts: &registry::ProtocolFacts, params: serde_json::Value| {
            let params = params.as_object().cloned().unwrap_or_default();
            let told = (facts.told)(&params).expect("possible");
            told.info.bound.liars_below
        };
        for flaw in FLAWS {
            let facts = registry::find(flaw.protocol).expect(flaw.protocol);
            let value = match flaw.value {
                "false" => serde_json::Value::Bool(false),
                word => word.into(),
            };
            let with = serde_json::json!({ flaw.parameter: value });
            assert_eq!(liars(facts, with).part, 0, "{}", flaw.id);
            let sound = facts.info.bound.liars_below;
            assert_eq!(liars(facts, serde_json::json!({})), sound, "{}", flaw.id);
        }
    }
}
