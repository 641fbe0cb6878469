//! The technical terms, each with one definition, and where they occur in a text.

use consensusforge_core::session::view::RunInfo;

/// A term: short and stable id, the forms it is met in (lower case, longest first), what it means.
pub struct Term {
    pub id: &'static str,
    pub forms: &'static [&'static str],
    pub meaning: &'static str,
}

const fn term(id: &'static str, forms: &'static [&'static str], meaning: &'static str) -> Term {
    Term { id, forms, meaning }
}

/// In alphabetical order.
pub const TERMS: [Term; 33] = [
    term(
        "agreement",
        &["agreement"],
        "No two honest validators ever commit different blocks at one height. The promise a chain must never break.",
    ),
    term(
        "block",
        &["blocks", "block"],
        "A list of transactions with a link to the block before it. All validators execute the same blocks in the same order.",
    ),
    term(
        "byzantine",
        &["byzantine"],
        "A validator that may do anything: stay silent, lie, tell different validators different things. It cannot forge the signature of another.",
    ),
    term(
        "certificate",
        &["certificates", "certificate"],
        "The {certificates} of a quorum for one block. They prove to anyone that the block is decided.",
    ),
    term(
        "commit",
        &["committed", "commits", "commit"],
        "To accept a block as final, because {quorum} of the stake voted for it. It is never undone.",
    ),
    term(
        "commit-latency",
        &["commit latency"],
        "The time from when a proposal is sent until an honest validator commits it.",
    ),
    term(
        "digest",
        &["run digest", "digest"],
        "A checksum over everything signed, decided and computed in a run. The same scenario always gives the same digest.",
    ),
    term(
        "equivocation",
        &["equivocation"],
        "Signing two different messages for one height, round and kind: a lie that proves itself.",
    ),
    term(
        "evidence",
        &["evidence"],
        "Two conflicting messages signed by one validator. Anyone can check them, and they name the guilty validator.",
    ),
    term(
        "fork",
        &["forks", "forked", "fork"],
        "Two different blocks committed at one height by honest validators: agreement is broken.",
    ),
    term(
        "gas",
        &["gas"],
        "What executing a contract costs, counted step by step. The sender pays for it, and it stops code that would run forever.",
    ),
    term(
        "gst",
        &["global stabilisation time", "gst"],
        "Global stabilisation time: before it messages may take any time, after it they arrive within a known bound. No validator knows when it comes.",
    ),
    term(
        "height",
        &["heights", "height"],
        "A place in the chain: height 5 is the fifth block. Validators decide one height after another.",
    ),
    term(
        "latency",
        &["latency"],
        "How long a message takes to arrive.",
    ),
    term(
        "lock",
        &["locked", "locks", "lock"],
        "Once a validator has seen a quorum of votes for a block, it locks on it. It votes for no other block unless a later round shows a quorum for that one.",
    ),
    term(
        "mempool",
        &["mempools", "mempool"],
        "Transactions that a validator knows and that are in no block yet.",
    ),
    term(
        "nil",
        &["nil"],
        "A vote for no block in this round, because no valid proposal came in time.",
    ),
    term(
        "partition",
        &["partitions", "partition"],
        "A cut in the network: messages across it are lost until it heals.",
    ),
    term(
        "polka",
        &["polkas", "polka"],
        "Prevotes of a quorum for one block, or for nil, in one round. A polka for a block lets a validator lock on it and precommit it.",
    ),
    term(
        "precommit",
        &["precommits", "precommitted", "precommit"],
        "The second vote of a round in Tendermint. It says that the voter has seen a quorum prevote this block. Precommits of a quorum commit it.",
    ),
    term(
        "prevote",
        &["prevotes", "prevoted", "prevote"],
        "The first vote of a round in Tendermint. It is for the proposed block, or nil.",
    ),
    term(
        "proposal",
        &["proposals", "proposal"],
        "The proposer's message with the block it suggests for this height and round.",
    ),
    term(
        "proposer",
        &["proposers", "proposer"],
        "The validator whose turn it is to suggest the next block. The turn changes with every height and every round.",
    ),
    term(
        "quorum",
        &["quorum"],
        "As much stake as a decision takes, here {quorum} of all. Any two quorums share an honest validator as long as Byzantine ones hold less than {below}.",
    ),
    term(
        "round",
        &["rounds", "round"],
        "One attempt to decide a height, with its own proposer. Round 0 is the first; if it fails, round 1 follows.",
    ),
    term(
        "seed",
        &["seed"],
        "The source of all randomness. The same scenario with the same seed gives the same run, bit for bit.",
    ),
    term(
        "simulator-event",
        &["simulator events"],
        "What happened in the simulation, one event after another: a message arrives, a timer expires, a command acts.",
    ),
    term(
        "stake",
        &["stakes", "stake"],
        "A validator's weight: the coins it has put at risk. Votes count by stake, not per validator.",
    ),
    term(
        "stall",
        &["stalled", "stall"],
        "No block for a long time. Nothing wrong has been decided: without a quorum a chain would rather stop than split.",
    ),
    term(
        "state-root",
        &["state roots", "state root"],
        "A checksum over all accounts and contracts after a block. Equal roots mean equal ledgers.",
    ),
    term(
        "timeout",
        &["timeouts", "timeout"],
        "How long a validator waits before it continues without what it is waiting for. It grows with every round.",
    ),
    term(
        "transaction",
        &["transactions", "transaction"],
        "A signed instruction from a user: to pay someone, or to deploy or call a contract.",
    ),
    term(
        "validator",
        &["validators", "validator"],
        "A computer that votes on blocks, with the weight of its stake, and keeps its own copy of the ledger.",
    ),
];

#[must_use]
pub fn find(id: &str) -> Option<&'static Term> {
    TERMS.iter().find(|t| t.id == id)
}

impl Term {
    /// What it means where the protocol in `run` decides; without a run, as in most protocols.
    #[must_use]
    pub fn meaning_in(&self, run: Option<&RunInfo>) -> String {
        let (quorum, below, certificates) = run
            .map_or(("more than two thirds", "a third", "votes"), |r| {
                (&r.quorum_words, &r.liars_below, &r.certificates)
            });
        self.meaning
            .replace("{quorum}", quorum)
            .replace("{below}", below)
            .replace("{certificates}", certificates)
    }
}

/// A stretch of a text: plain, or a term's id with the words it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub term: Option<&'static str>,
}

/// The text cut up so that the first place of each term stands alone. Joined, the pieces are the text.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece> {
    let lower = text.to_ascii_lowercase();
    let mut met = Vec::new();
    let (mut out, mut plain, mut at) = (Vec::new(), 0, 0);
    while at < text.len() {
        let starts = at == 0 || !lower.as_bytes()[at - 1].is_ascii_alphanumeric();
        let found = starts
            .then(|| standing_at(&lower, at))
            .flatten()
            .filter(|(id, _)| !met.contains(id));
        let Some((id, length)) = found else {
            at += 1;
            continue;
        };
        if plain < at {
            out.push(Piece {
                text: text[plain..at].into(),
                term: None,
            });
        }
        met.push(id);
        out.push(Piece {
            text: text[at..at + length].into(),
            term: Some(id),
        });
        at += length;
        plain = at;
    }
    if plain < text.len() {
        out.push(Piece {
            text: text[plain..].into(),
            term: None,
        });
    }
    out
}

/// The longest form that stands at this place as a whole word, and its length. Forms are ASCII, so a
/// place inside a longer character never matches.
fn standing_at(lower: &str, at: usize) -> Option<(&'static str, usize)> {
    let rest = &lower.as_bytes()[at..];
    TERMS
        .iter()
        .flat_map(|t| t.forms.iter().map(|f| (t.id, *f)))
        .filter(|(_, form)| {
            rest.starts_with(form.as_bytes())
                && !rest.get(form.len()).is_some_and(u8::is_ascii_alphanumeric)
        })
        .map(|(id, form)| (id, form.len()))
        .max_by_key(|(_, length)| *length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str) -> Vec<&'static str> {
        pieces(text).into_iter().filter_map(|p| p.term).collect()
    }

    #[test]
    fn each_term_is_marked_where_it_stands_first() {
        let text = "Height 2 is decided: precommits of 75 % of the stake. Height 3 begins.";
        assert_eq!(marked(text), ["height", "precommit", "stake"]);
        let joined: String = pieces(text).into_iter().map(|p| p.text).collect();
        assert_eq!(joined, text);
    }

    #[test]
    fn thresholds_are_those_of_the_protocol_that_runs() {
        use consensusforge_core::session::Session;
        use consensusforge_core::session::scenario::Scenario;
        for name in ["tendermint", "minimmit", "simplex"] {
            let mut scenario = Scenario::default();
            scenario.protocol.name = name.into();
            let info = Session::open(scenario).expect("possible").world();
            for t in &TERMS {
                let meaning = t.meaning_in(Some(&info));
                assert!(!meaning.contains('{'), "{meaning}");
                let thirds = meaning.contains("two thirds");
                assert!(
                    !thirds || info.quorum_words.contains("two thirds"),
                    "{name}: {meaning}"
                );
            }
            let quorum = find("quorum").expect("a term").meaning_in(Some(&info));
            assert!(quorum.contains(&info.quorum_words), "{quorum}");
            assert!(quorum.contains(&info.liars_below), "{quorum}");
        }
    }

    #[test]
    fn whole_words_and_the_longest_form_only() {
        assert_eq!(marked("blockade unlock lockers"), [""; 0]);
        assert_eq!(marked("state roots agree"), ["state-root"]);
        assert_eq!(marked("… größe ◆ nil"), ["nil"]);
        assert_eq!(marked(""), [""; 0]);
    }

    #[test]
    fn terms_are_in_order_and_said_in_a_sentence() {
        for pair in TERMS.windows(2) {
            assert!(pair[0].id < pair[1].id, "{}", pair[1].id);
        }
        for t in &TERMS {
            assert!(
                t.meaning.ends_with('.') && t.meaning.len() < 260,
                "{}",
                t.id
            );
            assert!(
                t.forms
                    .iter()
                    .all(|f| f.is_ascii() && *f == f.to_lowercase())
            );
            assert_eq!(find(t.id).map(|f| f.id), Some(t.id));
        }
        let forms: Vec<&str> = TERMS.iter().flat_map(|t| t.forms).copied().collect();
        for named in [
            "height",
            "round",
            "proposer",
            "prevote",
            "precommit",
            "polka",
            "quorum",
            "lock",
            "gst",
            "state root",
            "equivocation",
            "stake",
            "evidence",
            "gas",
        ] {
            assert!(forms.contains(&named), "{named}");
        }
    }
}
