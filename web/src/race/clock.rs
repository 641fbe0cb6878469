//! What keeps the lanes of a race at one instant. Each lane computes in a worker of its own, and they are not
//! equally fast: so the page says to which instant all run, and says the next one when all stand there. A slow
//! lane slows the race, and no lane ever runs ahead.

/// Real time of arrears that is kept, milliseconds: a tab that comes back from the background goes on rather
/// than jumping.
const MOST_ARREARS_MS: f64 = 60.0;
/// As fast as possible: a step of the race takes about so long, so that it still answers to a hand, but on a busy
/// machine several times what telling all lanes takes in itself: else nearly all time would go into telling.
const STEP_MS: f64 = 32.0;
const TELLING: f64 = 2.5;
/// The first step there, and the shortest and longest, microseconds of simulated time.
const FIRST_LEAP_US: f64 = 20_000.0;
const LEAPS_US: (f64, f64) = (100.0, 10_000_000.0);
/// The latest instant a run can reach, microseconds.
const END_US: u64 = consensusforge_core::session::race::MAX_TIME;

/// The clock of a race.
#[derive(Clone, Copy, Debug)]
pub struct RaceClock {
    /// Whether time flows.
    pub playing: bool,
    /// Simulated seconds a real second; none: as fast as possible.
    pub speed: Option<f64>,
    /// Where all lanes are to stand, microseconds.
    target_us: u64,
    /// Where time has flowed to.
    due_us: f64,
    frame_ms: Option<f64>,
    /// When the lanes were told the instant above, milliseconds.
    told_ms: f64,
    leap_us: f64,
    /// The quickest of late from telling an instant to the arrival of all, milliseconds.
    quickest_ms: f64,
}

impl RaceClock {
    /// A clock that stands at an instant.
    #[must_use]
    pub fn at(at_us: u64, speed: Option<f64>) -> RaceClock {
        RaceClock {
            playing: false,
            speed,
            target_us: at_us.min(END_US),
            due_us: at_us as f64,
            frame_ms: None,
            told_ms: 0.0,
            leap_us: FIRST_LEAP_US,
            quickest_ms: f64::INFINITY,
        }
    }

    /// Where all lanes are to stand, microseconds.
    #[must_use]
    pub fn target_us(&self) -> u64 {
        self.target_us
    }

    /// A hand moved time.
    pub fn seek(&mut self, to_us: u64) {
        self.target_us = to_us.min(END_US);
        self.due_us = self.target_us as f64;
    }

    /// A frame of the page at `now_ms`; `arrived`: all lanes stand where they are to. Gives the next instant.
    pub fn frame(&mut self, now_ms: f64, arrived: bool) -> Option<u64> {
        let elapsed = self.frame_ms.map_or(0.0, |before| now_ms - before);
        let elapsed = elapsed.clamp(0.0, MOST_ARREARS_MS);
        self.frame_ms = Some(now_ms);
        if !self.playing {
            self.due_us = self.target_us as f64;
            return None;
        }
        if let Some(speed) = self.speed {
            let most = self.target_us as f64 + MOST_ARREARS_MS * 1_000.0 * speed;
            self.due_us = (self.due_us + elapsed * 1_000.0 * speed).min(most);
        } else if arrived {
            let took = now_ms - self.told_ms;
            // It may have become slower since.
            self.quickest_ms = (self.quickest_ms * 1.02).min(took);
            let step = STEP_MS.max(self.quickest_ms * TELLING);
            let factor = (step / took.max(1.0)).clamp(0.5, 1.5);
            self.leap_us = (self.leap_us * factor).clamp(LEAPS_US.0, LEAPS_US.1);
            self.due_us = self.target_us as f64 + self.leap_us;
        }
        let next = (self.due_us as u64).min(END_US);
        if !arrived || next <= self.target_us {
            return None;
        }
        self.target_us = next;
        self.told_ms = now_ms;
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn playing(speed: Option<f64>) -> RaceClock {
        RaceClock {
            playing: true,
            ..RaceClock::at(0, speed)
        }
    }

    #[test]
    fn time_flows_at_the_chosen_speed_while_all_keep_up() {
        let mut clock = playing(Some(0.5));
        let mut last = 0;
        for k in 0..=100u32 {
            if let Some(next) = clock.frame(f64::from(k) * 16.0, true) {
                assert!(next > last);
                last = next;
            }
        }
        assert_eq!(last, 800_000);
    }

    #[test]
    fn nobody_is_told_to_go_on_before_the_slowest_has_arrived() {
        let mut clock = playing(Some(1.0));
        clock.frame(0.0, true);
        assert_eq!(clock.frame(16.0, true), Some(16_000));
        for k in 2..60u32 {
            assert_eq!(clock.frame(f64::from(k) * 16.0, false), None);
        }
        // The race slowed down; it does not jump to make up for it.
        let next = clock.frame(960.0, true).expect("goes on");
        assert!((17_000..=76_000).contains(&next), "{next}");
    }

    #[test]
    fn a_pause_holds_all_and_playing_goes_on_from_there() {
        let mut clock = playing(Some(1.0));
        clock.frame(0.0, true);
        clock.frame(16.0, true);
        clock.playing = false;
        assert_eq!(clock.frame(500.0, true), None);
        assert_eq!(clock.frame(900.0, true), None);
        clock.playing = true;
        assert_eq!(clock.frame(916.0, true), Some(32_000));
    }

    #[test]
    fn a_hand_takes_all_lanes_back_and_time_flows_on_from_there() {
        let mut clock = playing(Some(1.0));
        clock.frame(0.0, true);
        clock.frame(50.0, true);
        clock.seek(7_000);
        assert_eq!(clock.target_us(), 7_000);
        assert_eq!(clock.frame(60.0, true), Some(17_000));
    }

    #[test]
    fn as_fast_as_possible_steps_get_longer_while_lanes_are_quick_and_shorter_when_not() {
        let mut clock = playing(None);
        let mut now = 0.0;
        let mut step = |clock: &mut RaceClock, took: f64| {
            let before = clock.target_us();
            now += took;
            clock.frame(now, true).expect("goes on") - before
        };
        let first = step(&mut clock, 10.0);
        let quick = (0..20).map(|_| step(&mut clock, 10.0)).last().unwrap();
        assert!(quick > 10 * first, "{first}, then {quick}");
        let slow = (0..8).map(|_| step(&mut clock, 200.0)).last().unwrap();
        assert!(slow < quick / 10, "{quick}, then {slow}");
    }

    #[test]
    fn a_busy_machine_that_takes_long_to_tell_the_lanes_still_goes_on() {
        let mut clock = playing(None);
        let mut now = 0.0;
        let mut leap = 0.0;
        for _ in 0..60 {
            // Telling takes 90 ms, and a second of simulated time 400.
            now += 90.0 + leap * 0.4 / 1_000.0;
            let before = clock.target_us();
            clock.frame(now, true).expect("goes on");
            leap = (clock.target_us() - before) as f64;
        }
        assert!(leap > 200_000.0, "{leap}");
    }

    #[test]
    fn time_ends_where_no_run_goes_further() {
        let mut clock = playing(Some(100.0));
        clock.seek(u64::MAX);
        assert_eq!(clock.target_us(), END_US);
        clock.frame(0.0, true);
        assert_eq!(clock.frame(50.0, true), None);
    }
}
