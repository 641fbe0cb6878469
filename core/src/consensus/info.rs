//! What a protocol says of itself: names, timers, steps, thresholds, rules. Page, tool, trace and
//! monitors know a protocol by this alone.

/// All that is to be known of a protocol without running it.
#[derive(Clone, Copy, Debug)]
pub struct ProtocolInfo {
    /// As a scenario names it: lower case.
    pub name: &'static str,
    /// As people write it.
    pub title: &'static str,
    /// Protocols built on one idea, as people call them: `Tendermint`, `HotStuff`, ...
    pub family: &'static str,
    /// What it is good at and who runs it, in one sentence.
    pub summary: &'static str,
    /// Where it is described.
    pub paper: Paper,
    /// Kinds of message; messages, tallies and thresholds name one by its index.
    pub kinds: &'static [Kind],
    /// A [`Timer`](super::Timer) names one by its index.
    pub timers: &'static [TimerInfo],
    /// A [`Note::Step`](super::Note::Step) names one by its index. Within a slot a later one is further: where
    /// only a leader collects votes, its step comes after the others' (a stall is told of whoever is furthest).
    pub steps: &'static [StepInfo],
    /// How rounds count.
    pub rounds: Rounds,
    /// What a decision is proved by, in the plural: "precommits".
    pub certificate: &'static str,
    /// Which faults it survives.
    pub bound: Bound,
    /// A block is proposed only when all before it are decided, so that what a block says of validators is
    /// known to all who vote two heights on. Without that, validators stay the same in a run.
    pub validators_change: bool,
    /// Blocks have several parents, and several authors propose in one round: a slot's height is a round, and
    /// the decided order has places of its own. In a chain a block's height is its place.
    pub dag: bool,
    /// What the paper leaves open and how it is here, (topic, sentence).
    pub conventions: &'static [(&'static str, &'static str)],
    /// The paper's rules; a [`Note::Fired`](super::Note::Fired) names one by its index.
    pub rules: &'static [Rule],
}

/// A paper, as people cite it.
#[derive(Clone, Copy, Debug)]
pub struct Paper {
    /// Its title.
    pub title: &'static str,
    /// Family names, by commas.
    pub authors: &'static str,
    /// Of publication.
    pub year: u16,
    /// Where it can be found: an arXiv number, a conference, an ePrint.
    pub place: &'static str,
}

/// A kind of message a protocol sends, for charts, metrics and tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Singular and lower case: "prevote".
    pub name: &'static str,
    /// What it does.
    pub role: Role,
}

/// What a kind of message does in any protocol; drawing and stall diagnosis know only this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Carries a block into a slot.
    Proposal,
    /// Counted by stake against a threshold.
    Vote,
    /// Anything else: new-view, certificate, ...
    Other,
}

/// A timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerInfo {
    /// Lower case: "propose".
    pub name: &'static str,
    /// What it means that it fired, for readers, or nothing where nothing failed (a pause, a clock).
    /// Follows a validator's name; `{height}`, `{round}` and `{next}` (the round after) are filled in.
    pub fired: Option<&'static str>,
}

/// A step of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepInfo {
    /// Lower case: "prevote".
    pub name: &'static str,
    /// What ends the step: any one of these. Empty for a pause.
    pub awaits: &'static [Awaited],
}

/// What a validator needs from others before it can leave a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// One message of this kind, of the step's slot: a leader's proposal.
    Message {
        /// Index into [`ProtocolInfo::kinds`].
        kind: u8,
    },
    /// Messages of these kinds, of the step's slot, from so much of the stake.
    Stake {
        /// Indices into [`ProtocolInfo::kinds`].
        kinds: &'static [u8],
        /// How much stake.
        threshold: Threshold,
        /// They must name the same block, or all name none. False: it only counts who spoke, as in the
        /// rounds of a DAG.
        for_one_value: bool,
    },
}

/// How rounds count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounds {
    /// "round", "view", "epoch", ...
    pub noun: &'static str,
    /// Each height begins with round 0. False: rounds count on through all heights.
    pub restart: bool,
}

/// Which faults a protocol survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The stake behind a certificate.
    pub quorum: Threshold,
    /// Safe and live while liars hold less than this share of the stake.
    pub liars_below: Share,
    /// So many leaders in a row have to be honest, now and then, before a block becomes final. Above 1 a few liars
    /// can stop the chain where leaders take turns: chained HotStuff with one silent validator of four.
    pub honest_leaders: u8,
    /// Both in words, for people.
    pub words: &'static str,
}

impl Bound {
    /// The least stake of liars, of a total of `total`, that can fork the chain: what both sides of the
    /// protocol's [conflict](super::Protocol::conflict) share, else as much as any two quorums share.
    #[must_use]
    pub fn least_to_fork(self, conflict: Option<Conflict>, total: u64) -> u64 {
        let quorums = Conflict {
            one: self.quorum,
            other: self.quorum,
        };
        conflict.unwrap_or(quorums).shared(total)
    }
}

/// Two certificates that must never exist side by side, by the stake behind each: one that makes a block final,
/// say, and one that lets the others go on without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Behind the one.
    pub one: Threshold,
    /// Behind the other.
    pub other: Threshold,
}

impl Conflict {
    /// The least stake, of a total of `total`, that is behind both: who forks the chain has so much. 0 where
    /// both can come about without a single liar.
    #[must_use]
    pub fn shared(self, total: u64) -> u64 {
        let rest = total.saturating_sub(self.other.needed(total));
        self.one.needed(total).saturating_sub(rest)
    }
}

/// A fraction of the stake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The numerator.
    pub part: u64,
    /// The denominator.
    pub of: u64,
}

impl Share {
    /// "two thirds", "a fifth"; others in percent.
    #[must_use]
    pub fn phrase(self) -> String {
        match (self.part, self.of) {
            (1, 2) => "half".to_owned(),
            (1, 3) => "a third".to_owned(),
            (2, 3) => "two thirds".to_owned(),
            (1, 5) => "a fifth".to_owned(),
            (part, of) => percent(part, of),
        }
    }
}

/// How much stake is enough for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// Strictly more than `part / of` of the total.
    MoreThan {
        /// The numerator.
        part: u64,
        /// The denominator.
        of: u64,
    },
    /// At least `part / of` of the total.
    AtLeast {
        /// The numerator.
        part: u64,
        /// The denominator.
        of: u64,
    },
    /// `times * f + plus`, where f is the most stake strictly below `1 / one_in` of the total.
    Faults {
        /// How many times f.
        times: u64,
        /// Added to it.
        plus: u64,
        /// What f is a share of: below `1 / one_in`.
        one_in: u64,
    },
    /// All but `times * f`, f as above.
    AllBut {
        /// How many times f.
        times: u64,
        /// What f is a share of: below `1 / one_in`.
        one_in: u64,
    },
}

impl Threshold {
    /// A quorum where less than a third may lie.
    pub const MORE_THAN_TWO_THIRDS: Threshold = Threshold::MoreThan { part: 2, of: 3 };
    /// At least one honest validator, where less than a third may lie.
    pub const MORE_THAN_ONE_THIRD: Threshold = Threshold::MoreThan { part: 1, of: 3 };

    /// The least stake that is enough, of a total of `total`.
    #[must_use]
    pub fn needed(self, total: u64) -> u64 {
        let wide = u128::from(total);
        let faults = |one_in: u64| u128::from(total.saturating_sub(1) / one_in.max(1));
        let needed = match self {
            Threshold::MoreThan { part, of } => wide * u128::from(part) / u128::from(of.max(1)) + 1,
            Threshold::AtLeast { part, of } => {
                (wide * u128::from(part)).div_ceil(u128::from(of.max(1)))
            }
            Threshold::Faults {
                times,
                plus,
                one_in,
            } => u128::from(times) * faults(one_in) + u128::from(plus),
            Threshold::AllBut { times, one_in } => {
                wide.saturating_sub(u128::from(times) * faults(one_in))
            }
        };
        u64::try_from(needed).unwrap_or(u64::MAX)
    }

    /// True when `stake` of `total` is enough.
    #[must_use]
    pub fn is_met(self, stake: u64, total: u64) -> bool {
        stake >= self.needed(total)
    }

    /// "more than two thirds", "at least 80 %", for a sentence.
    #[must_use]
    pub fn phrase(self, total: u64) -> String {
        match self {
            Threshold::MoreThan { part, of } => {
                format!("more than {}", Share { part, of }.phrase())
            }
            Threshold::AtLeast { part, of } => format!("at least {}", Share { part, of }.phrase()),
            Threshold::Faults { .. } | Threshold::AllBut { .. } => self.words(total),
        }
    }

    /// "more than 66.7 %": what stands before "of the stake".
    #[must_use]
    pub fn words(self, total: u64) -> String {
        match self {
            Threshold::MoreThan { part, of } => format!("more than {}", percent(part, of)),
            Threshold::AtLeast { part, of } => format!("at least {}", percent(part, of)),
            Threshold::Faults { .. } | Threshold::AllBut { .. } => {
                format!("at least {}", percent(self.needed(total), total))
            }
        }
    }
}

/// A rule of a protocol's paper, in our words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// As code, tests and the transcription under `docs/papers` cite it: "L22-L27".
    pub id: &'static str,
    /// In our own words.
    pub text: &'static str,
}

/// The index of the rule with this id, for constants: a list without it does not compile.
///
/// # Panics
/// When there is no such rule.
#[must_use]
pub const fn rule_number(rules: &[Rule], id: &str) -> u8 {
    let mut number = 0;
    while number < rules.len() {
        if is_same(rules[number].id.as_bytes(), id.as_bytes()) {
            return number as u8;
        }
        number += 1;
    }
    panic!("the protocol has no rule of this id")
}

/// Strings cannot be compared in constants yet.
const fn is_same(one: &[u8], other: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// Several messages of a kind, by the name of one: "votes", "nullifies".
#[must_use]
pub fn plural(kind: &str) -> String {
    match kind.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{kind}s"),
    }
}

/// A share in percent with one decimal, by integers: "66.7 %".
#[must_use]
pub fn percent(part: u64, total: u64) -> String {
    let tenths = (u128::from(part) * 1_000 + u128::from(total) / 2) / u128::from(total.max(1));
    if tenths.is_multiple_of(10) {
        format!("{} %", tenths / 10)
    } else {
        format!("{}.{} %", tenths / 10, tenths % 10)
    }
}

/// A timer's sentence about the slot it was armed for.
#[must_use]
pub fn fill_in(words: &str, height: u64, round: u32) -> String {
    words
        .replace("{height}", &height.to_string())
        .replace("{round}", &round.to_string())
        .replace("{next}", &round.saturating_add(1).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_the_least_stake_that_is_enough() {
        let two_thirds = Threshold::MORE_THAN_TWO_THIRDS;
        assert_eq!([3, 4, 9, 400].map(|n| two_thirds.needed(n)), [3, 3, 7, 267]);
        let at_least = Threshold::AtLeast { part: 4, of: 5 };
        assert_eq!([5, 6, 100].map(|n| at_least.needed(n)), [4, 5, 80]);
        // Minimmit: f = floor((n - 1) / 5); 2f + 1 advances, n - f finalises.
        let advance = Threshold::Faults {
            times: 2,
            plus: 1,
            one_in: 5,
        };
        let finalise = Threshold::AllBut {
            times: 1,
            one_in: 5,
        };
        assert_eq!([4, 6, 10, 11].map(|n| advance.needed(n)), [1, 3, 3, 5]);
        assert_eq!([4, 6, 10, 11].map(|n| finalise.needed(n)), [4, 5, 9, 9]);
        let most = u64::MAX;
        assert_eq!(two_thirds.needed(most), most / 3 * 2 + 1);
        assert!(at_least.is_met(80, 100) && !at_least.is_met(79, 100));
    }

    #[test]
    fn several_messages_are_called_by_their_plural() {
        let several = ["vote", "nullify", "notarize", "new-view", "relay"].map(plural);
        assert_eq!(
            several,
            ["votes", "nullifies", "notarizes", "new-views", "relays"]
        );
    }

    #[test]
    fn thresholds_are_told_as_shares_of_the_stake() {
        assert_eq!(
            Threshold::MORE_THAN_TWO_THIRDS.words(400),
            "more than 66.7 %"
        );
        let fast = Threshold::AtLeast { part: 4, of: 5 };
        assert_eq!(fast.words(7), "at least 80 %");
        let advance = Threshold::Faults {
            times: 2,
            plus: 1,
            one_in: 5,
        };
        assert_eq!(advance.words(6), "at least 50 %");
        let two_thirds = Threshold::MORE_THAN_TWO_THIRDS;
        assert_eq!(two_thirds.phrase(400), "more than two thirds");
        assert_eq!(fast.phrase(7), "at least 80 %");
    }

    #[test]
    fn what_two_quorums_share_can_fork_unless_a_protocol_says_otherwise() {
        let classic = Bound {
            quorum: Threshold::MORE_THAN_TWO_THIRDS,
            liars_below: Share { part: 1, of: 3 },
            honest_leaders: 1,
            words: "",
        };
        assert_eq!(classic.least_to_fork(None, 400), 134);
        assert_eq!(classic.least_to_fork(None, 6), 4);
        // Minimmit by its paper: f + 1 liars of 5f + 1 fork it, although two quorums share more.
        let quorum = Threshold::AllBut {
            times: 1,
            one_in: 5,
        };
        let minimmit = Bound { quorum, ..classic };
        let advance = Threshold::Faults {
            times: 2,
            plus: 1,
            one_in: 5,
        };
        let conflict = Conflict {
            one: quorum,
            other: advance,
        };
        assert_eq!(minimmit.least_to_fork(Some(conflict), 10), 2);
        // A threshold that two halves without a common member reach.
        let half = Threshold::AtLeast { part: 1, of: 2 };
        let halves = Conflict {
            one: half,
            other: half,
        };
        assert_eq!(halves.shared(10), 0);
    }
}
