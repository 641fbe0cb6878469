//! Keyed randomness. A draw is addressed by (seed, purpose, link, k-th use) and depends on nothing
//! else, so that one more message, a dropped one, or another protocol leaves every other draw alone.
//!
//! ChaCha8 is that function already: the seed is the key, (purpose, link) the stream and k the block
//! counter. Each use owns four blocks (256 bytes), far more than any sampler consumes.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// What a draw is for. The numbers are part of the semantics: never reuse one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Purpose {
    /// Whether a copy of a message is lost.
    Loss = 1,
    /// How long a copy is on its way.
    Latency = 2,
    /// Whether a copy arrives a second time.
    Duplicate = 3,
    /// How long the second copy is on its way.
    DuplicateLatency = 4,
    /// Whether a copy is held back, so that later ones overtake it.
    Reorder = 5,
    /// How long a copy is on its way before the global stabilisation time.
    BeforeGst = 6,
    /// What the workload sends, from whom and to whom.
    Workload = 7,
    /// Who proposes, where the choice is random.
    Proposer = 8,
    /// Which validators are Byzantine, where a scenario gives a number.
    ChooseByzantine = 9,
    /// What a Byzantine strategy leaves to chance.
    Adversary = 10,
    /// Validators' keys.
    Keys = 11,
    /// Which validators are down, where a scenario gives a number.
    ChooseCrashed = 12,
}

/// The source of every draw of a run.
#[derive(Clone, Debug)]
pub struct Randomness {
    seed: [u8; 32],
}

/// One addressed draw: a short stream of numbers for one sampler.
pub struct Draw(ChaCha8Rng);

impl Randomness {
    /// All draws of the run with this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        Randomness { seed: key }
    }

    /// The `k`-th use of `purpose` on `link` (any 56-bit address: a pair of nodes, a validator, 0).
    #[must_use]
    pub fn draw(&self, purpose: Purpose, link: u64, k: u64) -> Draw {
        let mut rng = ChaCha8Rng::from_seed(self.seed);
        rng.set_stream((purpose as u64) << 56 | (link & ((1 << 56) - 1)));
        rng.set_word_pos(u128::from(k) * 64);
        Draw(rng)
    }
}

/// Parts in a million, the unit of every probability in a scenario.
pub const MILLION: u32 = 1_000_000;

impl Draw {
    /// The next 64 bits of this draw.
    pub fn u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform in `0..n`; 0 when `n` is 0. The bias is at most n / 2^64.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.u64()) * u128::from(n)) >> 64) as u64
    }

    /// Uniform in `low..=high`.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        let span = u128::from(high.saturating_sub(low)) + 1;
        low + ((u128::from(self.u64()) * span) >> 64) as u64
    }

    /// True with `parts` in a million.
    pub fn chance(&mut self, parts: u32) -> bool {
        self.below(u64::from(MILLION)) < u64::from(parts)
    }
}

/// Address of the directed link `from -> to`.
#[must_use]
pub fn link(from: u16, to: u16) -> u64 {
    u64::from(from) << 16 | u64::from(to)
}
