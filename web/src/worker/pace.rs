//! Keeps simulated time in step with the reader's, in pieces of work that let messages in.

/// Real time one slice of work may take before it lets messages in.
pub const SLICE_MS: f64 = 9.0;
/// Simulator events between two looks at the clock, at first; adapts.
const FIRST_CHUNK: u64 = 64;
/// When the machine cannot keep up, this much real time of arrears is kept and the rest forgiven:
/// the run gets slower rather than jumping later on.
const MAX_ARREARS_MS: f64 = 60.0;

pub struct Pace {
    /// Simulated time a unit of real time; none: as fast as it goes.
    pub speed: Option<f64>,
    /// Where simulated time should be by now, in microseconds.
    due_us: f64,
    last_ms: f64,
    /// Simulator events a piece of work.
    pub chunk: u64,
}

impl Default for Pace {
    fn default() -> Self {
        Pace {
            speed: Some(0.3),
            due_us: 0.0,
            last_ms: 0.0,
            chunk: FIRST_CHUNK,
        }
    }
}

impl Pace {
    /// Real time since the slice before, at most the arrears that are kept.
    pub fn elapsed_ms(&mut self, now_ms: f64) -> f64 {
        let elapsed = (now_ms - self.last_ms).clamp(0.0, MAX_ARREARS_MS);
        self.last_ms = now_ms;
        elapsed
    }

    /// Simulated time goes on from here.
    pub fn stand(&mut self, now_us: u64) {
        self.due_us = now_us as f64;
    }

    /// So much real time went by while the run, which stands at `now_us`, was to go on.
    pub fn pass(&mut self, elapsed_ms: f64, now_us: u64) {
        let speed = self.speed.unwrap_or(f64::INFINITY);
        self.due_us = (self.due_us + elapsed_ms * 1_000.0 * speed)
            .min(now_us as f64 + MAX_ARREARS_MS * 1_000.0 * speed);
    }

    pub fn due_us(&self) -> u64 {
        if self.due_us.is_finite() {
            self.due_us as u64
        } else {
            u64::MAX / 4
        }
    }

    /// Chunks short enough to stop in time and long enough not to be all overhead.
    pub fn adapt(&mut self, took_ms: f64) {
        if took_ms > 4.0 {
            self.chunk = (self.chunk / 2).max(8);
        } else if took_ms < 1.0 {
            self.chunk = (self.chunk * 2).min(1 << 16);
        }
    }
}
