//! Whether so much Byzantine stake can make two quorums decide differently.

use super::validators::quorum;

/// Sums of stakes looked at before the search for a split is given up: stakes that make more have splits in
/// abundance, and a greedy one is found first.
const MAX_SUMS: usize = 4_096;

/// True when `liars` can give each of two groups of the honest what it lacks to a quorum. Not only must
/// they hold more than a third: the honest stakes must be divisible so. 335 of liars and three honest of
/// 222 are more than a third, yet 444 and 222 is the best split, and 222 + 335 is no quorum of 1001.
#[must_use]
pub fn can_fork(liars: u64, honest: &[u64]) -> bool {
    let held: u128 = honest.iter().map(|s| u128::from(*s)).sum();
    let Ok(total) = u64::try_from(held + u128::from(liars)) else {
        return false;
    };
    can_split(quorum(total), liars, honest)
}

/// The same where a quorum takes this stake.
#[must_use]
pub fn can_split(quorum: u64, liars: u64, honest: &[u64]) -> bool {
    // With nobody to set against anybody there is nobody to disagree.
    if honest.len() < 2 {
        return false;
    }
    let held: u128 = honest.iter().map(|s| u128::from(*s)).sum();
    // What a group must bring along itself, and what it must leave to the other.
    let least = u128::from(quorum.saturating_sub(liars));
    let Some(most) = held.checked_sub(least) else {
        return false;
    };
    least <= most && has_sum_within(honest, least, most)
}

/// Some of `stakes` add up to at least `least` and at most `most`, which is `least` short of their sum.
fn has_sum_within(stakes: &[u64], least: u128, most: u128) -> bool {
    let mut order: Vec<u128> = stakes.iter().map(|s| u128::from(*s)).collect();
    order.sort_unstable_by(|a, b| b.cmp(a));
    // Heaviest first to the lighter side.
    let (mut one, mut other) = (0, 0);
    for stake in &order {
        if one <= other {
            one += stake;
        } else {
            other += stake;
        }
    }
    if (least..=most).contains(&one) {
        return true;
    }
    let mut sums = vec![0u128];
    for stake in order {
        let with: Vec<u128> = sums
            .iter()
            .map(|sum| sum + stake)
            .filter(|sum| *sum <= most)
            .collect();
        sums.extend(with);
        sums.sort_unstable();
        sums.dedup();
        if sums.last().is_some_and(|sum| *sum >= least) {
            return true;
        }
        if sums.len() > MAX_SUMS {
            // Of two that are near, either will do nearly as well: every second one stays.
            let mut even = false;
            sums.retain(|_| {
                even = !even;
                even
            });
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::can_fork;

    #[test]
    fn a_third_is_not_enough_and_a_unit_more_is_where_the_honest_can_be_split_evenly() {
        assert!(!can_fork(1, &[1, 1]));
        assert!(can_fork(2, &[1, 1]));
        assert!(!can_fork(33, &[33, 33]));
        assert!(can_fork(34, &[33, 33]));
        assert!(!can_fork(100, &[100, 100, 100]));
        assert!(can_fork(200, &[100, 100]));
    }

    #[test]
    fn honest_stakes_that_cannot_be_split_evenly_enough_do_not_fork() {
        assert!(!can_fork(335, &[222, 222, 222]));
        assert!(can_fork(335, &[222, 222, 111, 111]));
        assert!(!can_fork(50, &[100]));
        assert!(!can_fork(50, &[]));
        // 2 liars of 5, split 3 + 2 would need 4 of 5 on each side.
        assert!(!can_fork(2, &[1, 1, 1]));
    }

    #[test]
    fn it_agrees_with_trying_every_split() {
        for liars in 1..12u64 {
            for code in 0..4u64.pow(5) {
                let honest: Vec<u64> = (0..5).map(|i| 1 + code / 4u64.pow(i) % 4).collect();
                let total = liars + honest.iter().sum::<u64>();
                let quorum = |stake: u64| 3 * stake > 2 * total;
                let by_hand = (0..1u32 << 5).any(|mask| {
                    let one: u64 = (0..5)
                        .filter(|i| mask >> i & 1 == 1)
                        .map(|i| honest[i])
                        .sum();
                    quorum(one + liars) && quorum(total - one)
                });
                assert_eq!(can_fork(liars, &honest), by_hand, "{liars} {honest:?}");
            }
        }
    }

    #[test]
    fn a_hundred_validators_with_stakes_of_their_own_are_judged_at_once() {
        let honest: Vec<u64> = (0..100).map(|i| 1_000_003 * (i + 1) + i * i).collect();
        let held: u64 = honest.iter().sum();
        assert!(can_fork(held * 6 / 10, &honest));
        assert!(!can_fork(held * 4 / 10, &honest));
    }
}
