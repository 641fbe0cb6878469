//! Who proposes: CometBFT's priorities against its published sequences and a plain reference, and the
//! other rules.

use consensusforge_core::base::limits::MAX_TOTAL_STAKE;
use consensusforge_core::consensus::proposer::{Rule, Schedule};
use consensusforge_core::types::{
    Height, Keypair, Round, ValidatorId, ValidatorSet, ValidatorSets,
};
use consensusforge_tests::one_node::validators;
use proptest::prelude::*;

fn sequence(stakes: &[u64], heights: u64) -> Vec<u16> {
    let sets = validators(stakes);
    let schedule = Schedule::new(Rule::Priority);
    (1..=heights).map(|h| schedule.at(&sets, h, 0).0).collect()
}

/// The first ninety-nine proposers of CometBFT's TestProposerSelection1 (v0.38,
/// types/validator_set_test.go), where foo has 1000, bar 300 and baz 330; ids in order of address.
#[test]
fn priority_gives_the_sequence_published_by_cometbft() {
    let published = "foo baz foo bar foo foo baz foo bar foo foo baz foo foo bar foo baz foo foo bar \
        foo foo baz foo bar foo foo baz foo bar foo foo baz foo foo bar foo baz foo foo bar \
        foo baz foo foo bar foo baz foo foo bar foo baz foo foo foo baz bar foo foo foo baz \
        foo bar foo foo baz foo bar foo foo baz foo bar foo foo baz foo bar foo foo baz foo \
        foo bar foo baz foo foo bar foo baz foo foo bar foo baz foo foo";
    let published: Vec<u16> = published
        .split_whitespace()
        .map(|name| match name {
            "bar" => 0,
            "baz" => 1,
            _ => 2,
        })
        .collect();
    assert_eq!(sequence(&[300, 330, 1000], 99), published);
}

/// TestProposerSelection2: equal stakes go round; 400 of 600 is not enough to propose twice in a row
/// from the start, 401 of 601 is.
#[test]
fn priority_breaks_ties_by_the_lower_id() {
    assert_eq!(sequence(&[100, 100, 100], 7), [0, 1, 2, 0, 1, 2, 0]);
    assert_eq!(sequence(&[100, 100, 400], 2), [2, 0]);
    assert_eq!(sequence(&[100, 100, 401], 3), [2, 2, 0]);
}

/// Worked out by hand: priorities after each turn are (100, -300, 200), (200, 200, -400),
/// (300, -100, -200), (-400, 400, 0), (-300, 100, 200), (-200, -200, 400), (-100, 300, -200), (0, 0, 0).
#[test]
fn priority_golden_table_for_100_500_200() {
    let table = [1, 2, 1, 0, 1, 1, 2, 1];
    assert_eq!(sequence(&[100, 500, 200], 16), [table, table].concat());
    let sets = validators(&[100, 500, 200]);
    let schedule = Schedule::new(Rule::Priority);
    for height in 1..=8u64 {
        for round in 0..16u32 {
            // Round r of a height is where the r-th height after it would be.
            let turn = (height - 1 + u64::from(round)) as usize % 8;
            assert_eq!(schedule.at(&sets, height, round).0, table[turn]);
        }
    }
}

#[test]
fn priority_is_proportional_to_stake() {
    let mut turns = [0; 3];
    for proposer in sequence(&[4, 5, 3], 1_200) {
        turns[usize::from(proposer)] += 1;
    }
    assert_eq!(turns, [400, 500, 300]);
}

#[test]
fn priority_survives_the_largest_stakes() {
    let huge = MAX_TOTAL_STAKE - 2;
    let turns = sequence(&[1, huge, 1], 2_000);
    assert!(turns.iter().all(|p| *p == 1));
    let half = MAX_TOTAL_STAKE / 2;
    let turns = sequence(&[half, half], 1_000);
    assert_eq!(turns.iter().filter(|p| **p == 0).count(), 500);
}

/// CometBFT's algorithm once more, as plainly as possible and in wide integers.
struct Reference(Vec<(u64, i128)>);

impl Reference {
    fn turn(&mut self) -> u16 {
        let total: i128 = self.0.iter().map(|(stake, _)| i128::from(*stake)).sum();
        let most = self.0.iter().map(|v| v.1).max().unwrap();
        let least = self.0.iter().map(|v| v.1).min().unwrap();
        if most - least > 2 * total {
            let ratio = (most - least + 2 * total - 1) / (2 * total);
            self.0.iter_mut().for_each(|v| v.1 /= ratio);
        }
        let sum: i128 = self.0.iter().map(|v| v.1).sum();
        let average = sum.div_euclid(self.0.len() as i128);
        for v in &mut self.0 {
            v.1 += i128::from(v.0) - average;
        }
        let most = self.0.iter().map(|v| v.1).max().unwrap();
        let winner = self.0.iter().position(|v| v.1 == most).unwrap();
        self.0[winner].1 -= total;
        winner as u16
    }
}

fn stakes() -> impl Strategy<Value = Vec<u64>> {
    prop_oneof![
        prop::collection::vec(1..=1_000u64, 1..12),
        prop::collection::vec(1..=MAX_TOTAL_STAKE / 12, 1..12),
    ]
}

proptest! {
    #[test]
    fn priority_equals_the_reference_in_any_order_of_asking(
        stakes in stakes(),
        asked in prop::collection::vec((1..2_000u64, 0..20u32), 1..40),
    ) {
        let mut reference = Reference(stakes.iter().map(|s| (*s, 0)).collect());
        let turns: Vec<u16> = (0..2_020).map(|_| reference.turn()).collect();
        let sets = validators(&stakes);
        let schedule = Schedule::new(Rule::Priority);
        for (height, round) in asked {
            let turn = height as usize - 1 + round as usize;
            prop_assert_eq!(schedule.at(&sets, height, round).0, turns[turn]);
        }
    }

    #[test]
    fn any_rule_names_a_member(
        stakes in stakes(),
        seed in any::<u64>(),
        height in 0..3_000u64,
        round in 0..300 as Round,
    ) {
        let sets = validators(&stakes);
        for rule in [Rule::Priority, Rule::Rotation, Rule::Draw { seed }, Rule::List(vec![])] {
            let proposer = Schedule::new(rule).at(&sets, height, round);
            prop_assert!(sets.at(height).get(proposer).is_some());
        }
    }
}

#[test]
fn priority_remembers_little_and_answers_far_back() {
    let stakes: Vec<u64> = (1..=7).collect();
    let sets = validators(&stakes);
    let schedule = Schedule::new(Rule::Priority);
    let forward: Vec<ValidatorId> = (1..=40_000).map(|h| schedule.at(&sets, h, 0)).collect();
    for height in [1, 2, 255, 256, 257, 12_345, 39_999, 3] {
        assert_eq!(schedule.at(&sets, height, 0), forward[height as usize - 1]);
    }
}

/// A newcomer starts at -9/8 of the total, so it does not propose at once; those who stay keep their
/// turn.
#[test]
fn priority_follows_a_change_of_validators() {
    let key = |i: u8| Keypair::from_secret([i; 32]).public();
    let set = |entries: &[(u8, u64)]| {
        ValidatorSet::new(entries.iter().map(|(k, stake)| (key(*k), *stake))).unwrap()
    };
    let mut sets = ValidatorSets::new(set(&[(1, 10), (2, 10)]));
    sets.change(4, set(&[(1, 10), (2, 10), (3, 10)]));
    let schedule = Schedule::new(Rule::Priority);
    let proposers: Vec<u16> = (1..=12 as Height)
        .map(|h| schedule.at(&sets, h, 0).0)
        .collect();
    // After height 3 priorities are (-10, 10). The newcomer gets -(30 + 30/8) = -33; the average of
    // -33 is -11, so (1, 21, -22), and height 4's turn makes it (11, 31, -12): v2 proposes, and so on.
    assert_eq!(&proposers[..4], [0, 1, 0, 1]);
    let newcomer = proposers.iter().position(|p| *p == 2);
    assert_eq!(newcomer, Some(6));
}

#[test]
fn draw_is_proportional_and_keyed() {
    let sets = validators(&[100, 300, 600]);
    let schedule = Schedule::new(Rule::Draw { seed: 5 });
    let mut turns = [0u32; 3];
    for height in 1..=10_000 {
        turns[schedule.at(&sets, height, 0).index()] += 1;
    }
    assert!((900..1_100).contains(&turns[0]), "{turns:?}");
    assert!((2_800..3_200).contains(&turns[1]), "{turns:?}");
    let other = Schedule::new(Rule::Draw { seed: 6 });
    let differs = (1..100).any(|h| schedule.at(&sets, h, 0) != other.at(&sets, h, 0));
    let rounds_differ = (1..100).any(|r| schedule.at(&sets, 1, 0) != schedule.at(&sets, 1, r));
    assert!(differs && rounds_differ);
}

#[test]
fn rotation_and_list() {
    let sets = validators(&[1, 1, 1]);
    let rotation = Schedule::new(Rule::Rotation);
    assert_eq!(rotation.at(&sets, 1, 0), ValidatorId(0));
    assert_eq!(rotation.at(&sets, 2, 1), ValidatorId(2));
    assert_eq!(rotation.at(&sets, u64::MAX, u32::MAX).index() / 3, 0);
    let list = Schedule::new(Rule::List(vec![ValidatorId(2), ValidatorId(0)]));
    let four: Vec<u16> = (1..=4).map(|h| list.at(&sets, h, 0).0).collect();
    assert_eq!(four, [2, 0, 2, 0]);
}
