//! What a search may vary over a scenario, and until when.

use crate::base::limits::{MAX_DELAY, MAX_TIME, MAX_TRIAL_TIME};
use crate::base::random::MILLION;
use crate::base::{Micros, SECOND};
use crate::model::Scenario;
use crate::session::view::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a liar may do in a trial.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema
)]
#[serde(rename_all = "snake_case")]
pub enum Move {
    /// Proposes two blocks and votes for both.
    Coalition,
    /// Says nothing.
    Silent,
    /// Says everything late.
    Delay,
    /// Forgets its lock.
    Amnesia,
    /// Says what a script says: proposals and votes for whatever block, or for none, to whomever.
    Puppet,
}

/// What may differ from the scenario in a trial. A dimension that is 0, false or empty stays as the scenario has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Space {
    /// The run's seed, and with it keys, delays, losses and whoever is drawn.
    pub seed: bool,
    /// Links may become this slow, microseconds: what is sent later then overtakes.
    pub delay_us: Micros,
    /// The network may lose this much, in parts in a million.
    pub loss_ppm: u32,
    /// At most so many partitions, one after another.
    pub partitions: u8,
    /// At most so many crashes, each with a restart.
    pub crashes: u8,
    /// Liars and validators with a twin hold at most this stake together.
    pub liars: u64,
    /// What liars may do.
    pub moves: Vec<Move>,
    /// Liars may instead run a second node with their key.
    pub twins: bool,
    /// A global stabilisation time may be set, before which delays are as long as `delay_us` allows.
    pub gst: bool,
    /// At most so many transfers between user accounts.
    pub transactions: u8,
    /// Until then things go wrong; then every cut is healed, everybody is up and the network is the scenario's.
    pub calm_us: Micros,
    /// A trial that has broken nothing ends here.
    pub end_us: Micros,
}

impl Default for Space {
    fn default() -> Self {
        Space {
            seed: true,
            delay_us: SECOND,
            loss_ppm: 200_000,
            partitions: 2,
            crashes: 1,
            liars: 0,
            moves: vec![
                Move::Coalition,
                Move::Silent,
                Move::Delay,
                Move::Amnesia,
                Move::Puppet,
            ],
            twins: true,
            gst: false,
            transactions: 0,
            calm_us: 6 * SECOND,
            end_us: 10 * SECOND,
        }
    }
}

impl Space {
    /// Nothing may vary but what is switched on afterwards. Trials last as long as in [`Space::default`].
    #[must_use]
    pub fn nothing() -> Self {
        Space {
            seed: false,
            delay_us: 0,
            loss_ppm: 0,
            partitions: 0,
            crashes: 0,
            liars: 0,
            moves: Vec::new(),
            twins: false,
            gst: false,
            transactions: 0,
            ..Space::default()
        }
    }

    /// Whether every trial would be the scenario itself.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Space {
            seed,
            delay_us,
            loss_ppm,
            partitions,
            crashes,
            liars,
            moves,
            twins,
            gst,
            transactions,
            calm_us: _,
            end_us: _,
        } = self;
        let lies = *liars > 0 && (*twins || !moves.is_empty());
        let network = *delay_us > 0 || *loss_ppm > 0 || *partitions > 0 || *gst;
        !(*seed || network || *crashes > 0 || lies || *transactions > 0)
    }

    /// # Errors
    /// A sentence, when nothing may vary or a bound is out of reach.
    pub fn check(&self, scenario: &Scenario) -> Result<(), Problem> {
        let fail = |sentence: String| Err(Problem::new(sentence));
        if self.is_empty() {
            return fail(
                "nothing may vary, so every trial would be the scenario itself: let at least the seed vary, or a fault"
                    .into(),
            );
        }
        if self.loss_ppm > MILLION {
            return fail(format!(
                "a loss of {} parts in a million is more than all messages: give at most {MILLION}",
                self.loss_ppm
            ));
        }
        if self.delay_us > MAX_DELAY {
            return fail(format!(
                "a delay of {} s is longer than the longest there is, {} s",
                self.delay_us / SECOND,
                MAX_DELAY / SECOND
            ));
        }
        if self.end_us == 0 || self.end_us > MAX_TRIAL_TIME {
            return fail(format!(
                "a trial lasts from 1 microsecond to {} s of simulated time, not {} s",
                MAX_TRIAL_TIME / SECOND,
                self.end_us / SECOND
            ));
        }
        if self.calm_us > self.end_us {
            return fail(format!(
                "the network calms down at {} ms, after the end of a trial at {} ms: give an earlier instant or a later end",
                self.calm_us / 1_000,
                self.end_us / 1_000
            ));
        }
        let total: u64 = scenario.validators.iter().map(|v| v.stake).sum();
        if self.liars > total {
            return fail(format!(
                "liars may hold {} of a total stake of {total}: give at most that",
                self.liars
            ));
        }
        Ok(())
    }
}

const _: () = assert!(MAX_TRIAL_TIME <= MAX_TIME);
