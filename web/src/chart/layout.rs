//! Where things lie: lifelines side by side, time flowing down.

/// Room above for names.
pub const HEAD: f64 = 46.0;
const MARGIN: f64 = 14.0;
/// Following, now lies at this share of the height: a little of the future stays free.
const NOW_AT: f64 = 0.88;
/// Pixels a millisecond: from a day on one screen to a microsecond in a pixel.
pub const ZOOM: (f64, f64) = (1e-5, 1e3);

/// The part of the run one looks at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// The instant at the top, in microseconds; may lie before the start.
    pub top_us: f64,
    pub px_per_ms: f64,
    /// Stay with now.
    pub follow: bool,
}

impl Default for View {
    fn default() -> Self {
        View {
            top_us: 0.0,
            px_per_ms: 1.0,
            follow: true,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    pub width: f64,
    pub height: f64,
    pub nodes: usize,
    pub view: View,
}

impl Layout {
    /// Room at the left for times and heights.
    #[must_use]
    pub fn gutter(&self) -> f64 {
        if self.width < 480.0 { 48.0 } else { 70.0 }
    }

    /// Pixels between two lifelines.
    #[must_use]
    pub fn pitch(&self) -> f64 {
        let room = (self.width - self.gutter() - MARGIN).max(1.0);
        room / self.nodes.max(1) as f64
    }

    #[must_use]
    pub fn x(&self, node: usize) -> f64 {
        self.gutter() + self.pitch() * (node as f64 + 0.5)
    }

    #[must_use]
    pub fn y(&self, at_us: u64) -> f64 {
        HEAD + (at_us as f64 - self.view.top_us) / 1_000.0 * self.view.px_per_ms
    }

    /// The instant at a height of the picture.
    #[must_use]
    pub fn time(&self, y: f64) -> f64 {
        self.view.top_us + (y - HEAD) * 1_000.0 / self.view.px_per_ms
    }

    /// The window in time, as whole microseconds.
    #[must_use]
    pub fn window(&self) -> (u64, u64) {
        let top = self.time(HEAD).max(0.0) as u64;
        let bottom = self.time(self.height).max(0.0) as u64;
        (top, bottom)
    }

    /// The nearest lifeline, if the place is over the lifelines at all.
    #[must_use]
    pub fn node_at(&self, x: f64) -> Option<usize> {
        let k = ((x - self.gutter()) / self.pitch()).floor();
        (k >= 0.0 && (k as usize) < self.nodes).then_some(k as usize)
    }

    /// The view in which `now` is where following wants it. At the start of a run the picture fills
    /// from the top instead of hanging at the bottom.
    #[must_use]
    pub fn following(&self, now_us: u64) -> View {
        let room_ms = (self.height - HEAD) * NOW_AT / self.view.px_per_ms;
        let air_ms = 14.0 / self.view.px_per_ms;
        let top_us = (now_us as f64 - room_ms * 1_000.0).max(-air_ms * 1_000.0);
        View {
            top_us,
            ..self.view
        }
    }

    /// Zooms about a height of the picture: what is there stays there.
    #[must_use]
    pub fn zoomed(&self, factor: f64, y: f64) -> View {
        let fixed = self.time(y);
        let px_per_ms = (self.view.px_per_ms * factor).clamp(ZOOM.0, ZOOM.1);
        let top_us = fixed - (y - HEAD) * 1_000.0 / px_per_ms;
        View {
            top_us,
            px_per_ms,
            ..self.view
        }
    }

    #[must_use]
    pub fn panned(&self, dy: f64) -> View {
        let top_us = self.view.top_us - dy * 1_000.0 / self.view.px_per_ms;
        View {
            top_us,
            follow: false,
            ..self.view
        }
    }

    /// Distance of time marks: 1, 2 or 5 times a power of ten, at least 56 pixels apart.
    #[must_use]
    pub fn tick_us(&self) -> u64 {
        let wanted = 56.0 * 1_000.0 / self.view.px_per_ms;
        let mut step = 1u64;
        while step < u64::MAX / 100 {
            for factor in [1, 2, 5] {
                if (step * factor) as f64 >= wanted {
                    return step * factor;
                }
            }
            step *= 10;
        }
        step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> Layout {
        Layout {
            width: 866.0,
            height: 646.0,
            nodes: 4,
            view: View::default(),
        }
    }

    #[test]
    fn time_and_height_are_inverse() {
        let l = layout();
        assert!((l.time(l.y(123_456)) - 123_456.0).abs() < 1e-6);
    }

    #[test]
    fn zooming_keeps_the_place_under_the_pointer() {
        let mut l = layout();
        let before = l.time(300.0);
        l.view = l.zoomed(3.0, 300.0);
        assert!((l.time(300.0) - before).abs() < 1e-6);
    }

    #[test]
    fn zoom_has_ends() {
        let mut l = layout();
        for _ in 0..100 {
            l.view = l.zoomed(10.0, 100.0);
        }
        assert!((l.view.px_per_ms - ZOOM.1).abs() < 1e-9);
    }

    #[test]
    fn following_starts_at_the_top_and_then_scrolls() {
        let mut l = layout();
        l.view = l.following(0);
        assert!(l.y(0) < HEAD + 20.0);
        l.view = l.following(10_000_000);
        assert!(l.y(10_000_000) < l.height && l.y(10_000_000) > l.height * 0.8);
    }

    #[test]
    fn ticks_are_round_and_not_crowded() {
        let mut l = layout();
        for zoom in [1e-4, 1e-2, 1.0, 10.0] {
            l.view.px_per_ms = zoom;
            let apart = l.tick_us() as f64 / 1_000.0 * zoom;
            assert!((56.0..150.0).contains(&apart), "{zoom} {apart}");
        }
    }

    #[test]
    fn every_lifeline_is_found_at_its_own_place() {
        let l = Layout {
            nodes: 128,
            ..layout()
        };
        for node in 0..128 {
            assert_eq!(l.node_at(l.x(node)), Some(node));
        }
        assert_eq!(l.node_at(3.0), None);
    }
}
