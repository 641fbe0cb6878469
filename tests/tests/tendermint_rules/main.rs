//! One test a rule of the paper, named for its first line. The node under test is v4, of four
//! validators with one unit of stake each unless said otherwise; v1 proposes in round 0, v2 in round
//! 1, and so on. In calls, validators count from 0 and the node itself is 3.

mod decisions;
mod liars;
mod polkas;
mod prevoting;
mod process;
mod rounds;

use consensusforge_core::consensus::Protocol;
use consensusforge_core::consensus::tendermint::Tendermint;
use consensusforge_core::types::{BlockId, Round, Slot};
use consensusforge_tests::one_node::*;

fn node() -> OneNode {
    OneNode::new(&[1, 1, 1, 1], 3)
}

fn a() -> BlockId {
    block('A')
}

fn b() -> BlockId {
    block('B')
}

/// A node that has locked A in round 0 and precommitted it.
fn locked_on_a() -> OneNode {
    let mut node = node();
    node.valid_proposal(0, a(), None);
    node.prevotes(&[0, 1], 0, Some(a()));
    assert_eq!(node.status().locked, Some((a(), 0)));
    node
}

/// The same, moved on to `round` by the precommit timers.
fn locked_on_a_in_round(round: Round) -> OneNode {
    let mut node = locked_on_a();
    node.walk_to_round(round);
    node
}

fn slot(round: Round) -> Slot {
    Slot { height: 1, round }
}

fn assert_never_twice(node: &OneNode) {
    for (i, one) in node.history.iter().enumerate() {
        for other in &node.history[i + 1..] {
            assert!(
                one.kind() != other.kind() || one.slot() != other.slot(),
                "signed {one:?} and {other:?}"
            );
        }
    }
}

// ---------------------------------------------------------------- paper, code and tests agree

/// First and last line of every rule in our transcription.
fn rules_of_the_transcription() -> Vec<(u32, u32)> {
    let text = include_str!("../../../docs/papers/tendermint.md");
    text.lines()
        .filter_map(|line| line.strip_prefix("| L"))
        .map(|row| {
            let (lines, _) = row.split_once(" |").expect("a table row");
            let (first, last) = lines.split_once("-L").expect("two lines");
            (first.parse().unwrap(), last.parse().unwrap())
        })
        .collect()
}

/// Every line range cited in a comment of its own, as `// L22-L27` or `// L11-L13, L20-L21`.
fn citations(source: &str) -> Vec<(u32, u32)> {
    source
        .lines()
        .filter_map(|line| line.trim().strip_prefix("// L"))
        .filter(|cited| cited.starts_with(|c: char| c.is_ascii_digit()))
        .flat_map(|cited| cited.split(", "))
        .map(|range| {
            let numbers: Vec<u32> = range
                .split('-')
                .map(|n| n.trim_start_matches('L').parse().expect(range))
                .collect();
            (numbers[0], *numbers.last().unwrap())
        })
        .collect()
}

#[test]
fn the_protocol_tells_the_rules_of_the_transcription_in_its_words() {
    let text = include_str!("../../../docs/papers/tendermint.md");
    let rows = text.lines().filter(|line| line.starts_with("| L"));
    let told: Vec<(String, String)> = rows
        .map(|row| {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            (cells[1].to_owned(), format!("{}: {}", cells[2], cells[3]))
        })
        .collect();
    let rules = Tendermint::INFO.rules.iter();
    let here: Vec<_> = rules
        .map(|r| (r.id.to_owned(), r.text.to_owned()))
        .collect();
    assert_eq!(here, told);
}

#[test]
fn every_rule_of_the_paper_is_cited_in_code_and_tested_and_nothing_else_is() {
    let rules = rules_of_the_transcription();
    assert_eq!(rules.len(), 14);
    let code = concat!(
        include_str!("../../../core/src/consensus/tendermint/state.rs"),
        include_str!("../../../core/src/consensus/tendermint/rules.rs"),
        include_str!("../../../core/src/consensus/tendermint/receive.rs"),
    );
    let tests = concat!(
        include_str!("rounds.rs"),
        include_str!("prevoting.rs"),
        include_str!("polkas.rs"),
        include_str!("decisions.rs"),
    );
    let cited = citations(code);
    for (first, last) in &rules {
        assert!(
            cited.iter().any(|(from, _)| from == first),
            "no function cites L{first}"
        );
        assert!(
            tests.contains(&format!("fn l{first}_")),
            "no test for L{first}-L{last}"
        );
    }
    for (from, to) in cited {
        assert!(
            rules
                .iter()
                .any(|(first, last)| first <= &from && to <= *last),
            "the code cites L{from}-L{to}, which is no rule of the transcription"
        );
    }
}
