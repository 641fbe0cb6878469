//! Which sentence stands under the chart: each long enough to be read, bad news before the rest, and no crash, cut or
//! heal passed over however fast time flows.

use crate::words;
use consensusforge_core::session::view::{Frame, Moment, VerdictKind};

/// A sentence stays this long at least, real milliseconds.
const READING_MS: f64 = 900.0;
const BAD_NEWS_MS: f64 = 6_000.0;
/// A crash, a cut or its end stays this long.
const FAULT_MS: f64 = 2_500.0;
/// Of faults that time has flown past, the newest so many are still told.
const MOST_FAULTS: usize = 3;

/// What is said now, and what has been said of this run.
#[derive(Default)]
pub struct Caption {
    shown: String,
    /// Until when it stays, real milliseconds, and whether it tells of a fault.
    until_ms: f64,
    fault: bool,
    /// Broken rules already told: each goes before whatever else happens, once.
    told: Vec<String>,
    /// Crashes, cuts and their ends up to here have been told, or were jumped over; none: the run has just begun.
    faults_until: Option<u64>,
}

impl Caption {
    /// The sentence for a frame that is shown at `now_ms`, of a run in which these faults are known.
    pub fn see(&mut self, frame: &Frame, faults: &[Moment], playing: bool, now_ms: f64) -> &str {
        let held = playing && now_ms < self.until_ms;
        let broken = frame
            .verdicts
            .iter()
            .find(|v| v.kind == VerdictKind::Violated && !self.told.contains(&v.monitor));
        // Moments come a little later than frames.
        let fault = self
            .faults_until
            .filter(|_| playing)
            .and_then(|passed| next_fault(faults, passed, frame.now_us));
        if !playing || self.faults_until.is_none_or(|p| p > frame.now_us) {
            self.faults_until = Some(frame.now_us);
        }
        if let Some(verdict) = broken {
            self.told.push(verdict.monitor.clone());
            self.say(verdict.sentence.clone(), now_ms + BAD_NEWS_MS, false);
        } else if let Some(fault) = fault.filter(|_| !(held && self.fault)) {
            self.faults_until = Some(fault.at_us);
            let sentence = format!("At {}: {}.", words::clock(fault.at_us), fault.what);
            self.say(sentence, now_ms + FAULT_MS, true);
        } else if !held && self.shown != frame.caption {
            self.say(frame.caption.clone(), now_ms + READING_MS, false);
        }
        &self.shown
    }

    fn say(&mut self, sentence: String, until_ms: f64, fault: bool) {
        self.shown = sentence;
        self.until_ms = until_ms;
        self.fault = fault;
    }
}

/// The first fault after `passed` and up to now that is still to be told.
fn next_fault(faults: &[Moment], passed: u64, now_us: u64) -> Option<&Moment> {
    let new = faults
        .iter()
        .filter(|f| (passed + 1..=now_us).contains(&f.at_us));
    // Proofs have better sentences of their own.
    let new: Vec<&Moment> = new.filter(|f| !f.what.starts_with("proof")).collect();
    new.get(new.len().saturating_sub(MOST_FAULTS)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use consensusforge_core::session::Session;

    fn frame(now_us: u64, caption: &str) -> Frame {
        let session = Session::open(Default::default()).expect("possible");
        Frame {
            now_us,
            caption: caption.into(),
            ..session.frame()
        }
    }

    fn fault(at_us: u64, what: &str) -> Moment {
        Moment {
            at_us,
            what: what.into(),
        }
    }

    /// At full speed a cut of ten seconds passes in a tenth of one, and the chain commits on.
    #[test]
    fn a_crash_a_cut_and_its_end_each_stay_two_and_a_half_seconds_however_fast_time_flows() {
        let faults = [
            fault(1_000_000, "v2 crashes"),
            fault(5_000_000, "the network is cut"),
            fault(15_000_000, "the cut ends"),
        ];
        let mut caption = Caption::default();
        caption.see(&frame(0, ""), &[], true, 0.0);
        let mut said: Vec<(f64, String)> = Vec::new();
        for tick in 1..120 {
            let now_ms = f64::from(tick) * 100.0;
            let now_us = u64::from(tick as u32) * 20_000_000;
            let height = frame(now_us, &format!("height {tick} is decided"));
            let text = caption.see(&height, &faults, true, now_ms).to_owned();
            if said.last().is_none_or(|(_, last)| *last != text) {
                said.push((now_ms, text));
            }
        }
        let begin = |what: &str| {
            let k = said.iter().position(|(_, text)| text.contains(what));
            k.unwrap_or_else(|| panic!("{what}: {said:?}"))
        };
        for what in ["v2 crashes", "the network is cut", "the cut ends"] {
            let k = begin(what);
            let stayed = said[k + 1].0 - said[k].0;
            assert!(
                (2_500.0..2_700.0).contains(&stayed),
                "{what} stayed {stayed} ms"
            );
        }
        assert!(
            said.last()
                .is_some_and(|(_, text)| text.starts_with("height "))
        );
    }

    #[test]
    fn whoever_jumps_past_faults_is_not_told_of_them_and_a_pause_ends_what_is_held() {
        let faults = [fault(1_000_000, "v2 crashes")];
        let mut caption = Caption::default();
        caption.see(&frame(0, "a"), &faults, false, 0.0);
        assert_eq!(
            caption.see(&frame(9_000_000, "b"), &faults, false, 10.0),
            "b"
        );
        assert_eq!(
            caption.see(&frame(9_100_000, "c"), &faults, true, 2_000.0),
            "c"
        );
        // A sentence is held while time flows, and not when one stops to look.
        assert_eq!(
            caption.see(&frame(9_200_000, "d"), &faults, true, 2_100.0),
            "c"
        );
        assert_eq!(
            caption.see(&frame(9_200_000, "d"), &faults, false, 2_200.0),
            "d"
        );
    }

    #[test]
    fn of_many_faults_flown_past_the_newest_are_told() {
        let faults: Vec<Moment> = (1..=50).map(|k| fault(k, &format!("fault {k}"))).collect();
        assert_eq!(next_fault(&faults, 0, 50).map(|f| f.at_us), Some(48));
        assert_eq!(next_fault(&faults, 48, 50).map(|f| f.at_us), Some(49));
        assert_eq!(next_fault(&faults, 50, 50), None);
    }
}
