//! How much of a frame the lanes' charts may take: a lane for which nothing is left is drawn in the next one.

/// Of the 8 ms a frame may take the page's thread, what drawing may have used up when another chart begins.
const MOST_MS: f64 = 3.5;
/// What is drawn within so long of one another is drawn in one frame.
const FRAME_MS: f64 = 12.0;

/// The drawing of the frame under way.
#[derive(Clone, Copy, Debug, Default)]
pub struct FrameBudget {
    began_ms: Option<f64>,
    spent_ms: f64,
}

impl FrameBudget {
    /// Whether another chart may be drawn at `now_ms`, or must wait for the next frame.
    pub fn allows(&mut self, now_ms: f64) -> bool {
        if self.began_ms.is_none_or(|began| now_ms - began >= FRAME_MS) {
            self.began_ms = Some(now_ms);
            self.spent_ms = 0.0;
        }
        self.spent_ms < MOST_MS
    }

    /// Drawing a chart took so long.
    pub fn spend(&mut self, ms: f64) {
        self.spent_ms += ms;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Charts drawn in one frame, of four that take `cost_ms` each.
    fn drawn(budget: &mut FrameBudget, at_ms: f64, cost_ms: f64) -> usize {
        let mut now = at_ms;
        (0..4)
            .filter(|_| {
                let drawn = budget.allows(now);
                if drawn {
                    now += cost_ms;
                    budget.spend(cost_ms);
                }
                drawn
            })
            .count()
    }

    #[test]
    fn quick_charts_are_all_drawn_in_a_frame_and_slow_ones_over_several() {
        let mut budget = FrameBudget::default();
        assert_eq!(drawn(&mut budget, 0.0, 0.5), 4);
        assert_eq!(drawn(&mut budget, 16.0, 2.0), 2);
        assert_eq!(drawn(&mut budget, 32.0, 9.0), 1);
        // The frame came late; it still has its own share.
        assert_eq!(drawn(&mut budget, 80.0, 0.5), 4);
    }
}
