//! Keyed randomness. A draw is addressed by (seed, purpose, link, k-th use) and depends on nothing
//! else, so that one more message, a dropped one, or another protocol leaves every other draw alone.
//!
//! ChaCha8 is that function already: the seed is the key, (purpose, link) the stream and k the block
//! counter. Each use owns four blocks (256 bytes), far more than any sampler consumes. Every copy of a message
//! in a network that varies is a use, and takes eight bytes: a block is computed when it is wanted. (The crate
//! `rand_chacha`, which tests hold this against, computes four at a time.)

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
    /// What a trial of a search is. No run draws from it.
    Search = 13,
}

/// The source of every draw of a run.
#[derive(Clone, Debug)]
pub struct Randomness {
    key: [u32; 8],
}

/// One addressed draw: a short stream of numbers for one sampler.
pub struct Draw {
    state: [u32; 16],
    block: [u32; 16],
    /// The next word of `block`; none is left at 16.
    next: usize,
}

/// "expand 32-byte k", as every ChaCha state begins.
const CONSTANTS: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

impl Randomness {
    /// All draws of the run with this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut key = [0; 8];
        key[0] = seed as u32;
        key[1] = (seed >> 32) as u32;
        Randomness { key }
    }

    /// The `k`-th use of `purpose` on `link` (any 56-bit address: a pair of nodes, a validator, 0).
    #[must_use]
    pub fn draw(&self, purpose: Purpose, link: u64, k: u64) -> Draw {
        let stream = (purpose as u64) << 56 | (link & ((1 << 56) - 1));
        let block = k.wrapping_mul(4);
        let mut state = [0; 16];
        state[..4].copy_from_slice(&CONSTANTS);
        state[4..12].copy_from_slice(&self.key);
        for (place, word) in [(12, block), (14, stream)] {
            state[place] = word as u32;
            state[place + 1] = (word >> 32) as u32;
        }
        Draw {
            state,
            block: [0; 16],
            next: 16,
        }
    }
}

/// The ChaCha block of `state`: eight rounds, in pairs of one over columns and one over diagonals.
fn block(state: &[u32; 16]) -> [u32; 16] {
    let mut x = *state;
    for _ in 0..4 {
        quarter(&mut x, 0, 4, 8, 12);
        quarter(&mut x, 1, 5, 9, 13);
        quarter(&mut x, 2, 6, 10, 14);
        quarter(&mut x, 3, 7, 11, 15);
        quarter(&mut x, 0, 5, 10, 15);
        quarter(&mut x, 1, 6, 11, 12);
        quarter(&mut x, 2, 7, 8, 13);
        quarter(&mut x, 3, 4, 9, 14);
    }
    for (word, first) in x.iter_mut().zip(state) {
        *word = word.wrapping_add(*first);
    }
    x
}

#[inline]
fn quarter(x: &mut [u32; 16], a: usize, b: usize, c: usize, d: usize) {
    for (turn, back) in [(16, 12), (8, 7)] {
        x[a] = x[a].wrapping_add(x[b]);
        x[d] = (x[d] ^ x[a]).rotate_left(turn);
        x[c] = x[c].wrapping_add(x[d]);
        x[b] = (x[b] ^ x[c]).rotate_left(back);
    }
}

/// Parts in a million, the unit of every probability in a scenario.
pub const MILLION: u32 = 1_000_000;

impl Draw {
    /// The next 64 bits of this draw.
    pub fn u64(&mut self) -> u64 {
        if self.next == 16 {
            self.block = block(&self.state);
            self.next = 0;
            let (low, over) = self.state[12].overflowing_add(1);
            self.state[12] = low;
            self.state[13] = self.state[13].wrapping_add(u32::from(over));
        }
        let [low, high] = [self.block[self.next], self.block[self.next + 1]];
        self.next += 2;
        u64::from(high) << 32 | u64::from(low)
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand_chacha::ChaCha8Rng;
    use rand_core::{Rng, SeedableRng};

    proptest! {
        #[test]
        fn draws_are_those_of_chacha8(seed: u64, on: u64, k: u64, far: bool) {
            // Blocks around 2^32 carry into the upper half of the counter.
            let k = if far { (1 << 30) - 1 } else { k >> 2 };
            let mut draw = Randomness::new(seed).draw(Purpose::Reorder, on, k);
            let mut key = [0; 32];
            key[..8].copy_from_slice(&seed.to_le_bytes());
            let mut known = ChaCha8Rng::from_seed(key);
            known.set_stream((Purpose::Reorder as u64) << 56 | (on & ((1 << 56) - 1)));
            known.set_word_pos(u128::from(k) * 64);
            for _ in 0..50 {
                prop_assert_eq!(draw.u64(), known.next_u64());
            }
        }
    }
}
