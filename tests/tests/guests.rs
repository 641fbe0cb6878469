//! A few hundred modules nobody wrote; `cargo xtask soak modules` goes on for as long as one likes.

use consensusforge_tests::guests::{Seen, try_seed};

#[test]
fn generated_and_changed_modules_end_in_words_and_within_their_gas() {
    let mut seen = Seen::default();
    for seed in 0..150 {
        try_seed(seed, &mut seen);
    }
    // Else it would prove little.
    assert!(seen.taken > 60 && seen.refused > 10, "{seen:?}");
    assert!(
        seen.answered > 20 && seen.trapped > 50 && seen.out_of_gas > 0,
        "{seen:?}"
    );
}
