//! Figures as series: heights by cursor, validators' records, and both as tables.

use super::Session;
use super::view::{HeightPoint, Percentiles, SeriesBatch, ValidatorFigures};
use crate::base::Micros;
use crate::check::{HeightFigures, Spread};
use crate::types::ValidatorId;
use std::fmt::Write;

/// A cursor is (era, number of the next height): 16 and 48 bits.
const NUMBER_BITS: u32 = 48;

impl Session {
    /// Heights closed since `cursor` (0 at first), those still open, and every validator's record.
    #[must_use]
    pub fn series(&self, cursor: u64) -> SeriesBatch {
        let heights = &self.monitors.heights;
        let era = (self.era + 1) & 0xffff;
        let (asked, from) = (cursor >> NUMBER_BITS, cursor & ((1 << NUMBER_BITS) - 1));
        let reset = asked != era || from < heights.start();
        let from = if reset { heights.start() } else { from };
        SeriesBatch {
            cursor: era << NUMBER_BITS | heights.end(),
            reset,
            closed: heights.since(from).map(point).collect(),
            open: heights.open().map(|f| point(&f)).collect(),
            validators: self.duties(),
        }
    }

    fn duties(&self) -> Vec<ValidatorFigures> {
        let head = &self.sim.trace().head;
        let set = self.voters();
        let all = self.monitors.duties.of().iter().enumerate();
        all.map(|(i, duty)| {
            let (name, _) = &head.validators[i];
            ValidatorFigures {
                name: name.clone(),
                stake: set.stake(ValidatorId(i as u16)),
                proposed: duty.proposed,
                missed: duty.missed,
                in_time: duty.in_time,
                late: duty.late,
                missing: duty.missing,
                to_quorum_p50_us: duty.to_quorum(50),
                to_quorum_p95_us: duty.to_quorum(95),
            }
        })
        .collect()
    }

    /// The series of heights as comma-separated values, a row a height, times in microseconds.
    #[must_use]
    pub fn heights_csv(&self) -> String {
        self.heights_between(0, Micros::MAX).1
    }

    /// Heights first decided from one instant to another: how many, and as [`Self::heights_csv`] writes them.
    pub(super) fn heights_between(&self, from: Micros, until: Micros) -> (usize, String) {
        let kinds = &self.sim.trace().head.kinds;
        let mut out = String::from(
            "height,decided_at_us,round,block,interval_us,interval_p50_us,interval_p95_us,\
             interval_p99_us,latency_p50_us,latency_p95_us,latency_p99_us,transactions,gas,mempool",
        );
        for kind in kinds {
            let name = field(kind.name);
            let _ = write!(out, ",{name} copies,{name} bytes");
        }
        out.push_str("\r\n");
        let heights = &self.monitors.heights;
        let closed = heights.since(0).cloned();
        let mut count = 0;
        for f in closed.chain(heights.open()) {
            if f.at < from || f.at > until {
                continue;
            }
            count += 1;
            let optional = |v: Option<u64>| v.map_or_else(String::new, |v| v.to_string());
            let (i, l) = (f.intervals, f.latency);
            let _ = write!(
                out,
                "{},{},{},{},{},{},{},{},{},{},{},{},{},{}",
                f.height,
                f.at,
                f.round,
                f.block,
                optional(f.interval),
                i.p50,
                i.p95,
                i.p99,
                l.p50,
                l.p95,
                l.p99,
                f.transactions,
                optional(f.gas),
                f.mempool
            );
            for t in &f.traffic {
                let _ = write!(out, ",{},{}", t.copies, t.bytes);
            }
            out.push_str("\r\n");
        }
        (count, out)
    }

    /// Validators' records as comma-separated values, a row a validator.
    #[must_use]
    pub fn validators_csv(&self) -> String {
        let mut out = String::from(
            "validator,stake,proposals_made,proposals_missed,votes_in_time,votes_late,votes_missing,\
             to_quorum_p50_us,to_quorum_p95_us\r\n",
        );
        for v in self.duties() {
            let optional = |v: Option<u64>| v.map_or_else(String::new, |v| v.to_string());
            let _ = write!(
                out,
                "{},{},{},{},{},{},{},{},{}\r\n",
                field(&v.name),
                v.stake,
                v.proposed,
                v.missed,
                v.in_time,
                v.late,
                v.missing,
                optional(v.to_quorum_p50_us),
                optional(v.to_quorum_p95_us)
            );
        }
        out
    }
}

/// A field of RFC 4180: quoted where a comma, a quote or a line's end is in it. A spreadsheet would take
/// a name that begins like a formula for one, so that gets an apostrophe.
fn field(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@']) {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

fn spread(s: Spread) -> Percentiles {
    Percentiles {
        p50_us: s.p50,
        p95_us: s.p95,
        p99_us: s.p99,
    }
}

fn point(f: &HeightFigures) -> HeightPoint {
    HeightPoint {
        height: f.height,
        at_us: f.at,
        round: f.round,
        interval_us: f.interval,
        intervals: spread(f.intervals),
        latency: spread(f.latency),
        transactions: f.transactions,
        gas: f.gas,
        mempool: f.mempool,
        copies: f.traffic.iter().map(|t| t.copies).collect(),
        bytes: f.traffic.iter().map(|t| t.bytes).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn fields_are_quoted_as_rfc_4180_says() {
        assert_eq!(field("v1"), "v1");
        assert_eq!(field("a,b"), "\"a,b\"");
        assert_eq!(field("say \"hi\""), "\"say \"\"hi\"\"\"");
        assert_eq!(field("=1+1"), "'=1+1");
    }
}
