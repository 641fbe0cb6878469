//! Where things lie. Two axes: time runs *along*, lifelines stand side by side *across*; a [`Flow`] says
//! which of them is the screen's height.

/// Room at the far ends.
const MARGIN: f64 = 14.0;
/// Following, now lies at this share of the length: a little of the future stays free.
const NOW_AT: f64 = 0.92;
/// Pixels a millisecond: from a day on one screen to a microsecond in a pixel.
pub const ZOOM: (f64, f64) = (1e-5, 1e3);
/// How far lifelines may be drawn apart, in times of what fits.
pub const SPREAD: (f64, f64) = (1.0, 32.0);

/// Which way time flows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flow {
    #[default]
    Down,
    Right,
}

/// The part of the run one looks at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// The instant at the beginning, in microseconds; may lie before the start.
    pub top_us: f64,
    pub px_per_ms: f64,
    /// Stay with now.
    pub follow: bool,
    pub flow: Flow,
    /// Lifelines apart in times of what fits, and pixels scrolled across them.
    pub spread: f64,
    pub shift: f64,
}

impl Default for View {
    fn default() -> Self {
        View {
            top_us: 0.0,
            px_per_ms: 1.0,
            follow: true,
            flow: Flow::Down,
            spread: 1.0,
            shift: 0.0,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    pub width: f64,
    pub height: f64,
    pub lanes: usize,
    pub view: View,
}

impl Layout {
    /// Room before the beginning of time, for names.
    #[must_use]
    pub fn head(&self) -> f64 {
        match self.view.flow {
            Flow::Down => 46.0,
            Flow::Right if self.width < 480.0 => 58.0,
            Flow::Right => 92.0,
        }
    }

    /// Room beside the lifelines for times and heights.
    #[must_use]
    pub fn gutter(&self) -> f64 {
        match self.view.flow {
            Flow::Down if self.width < 480.0 => 52.0,
            Flow::Down => 80.0,
            Flow::Right => 36.0,
        }
    }

    /// Pixels the picture has along time.
    #[must_use]
    pub fn length(&self) -> f64 {
        match self.view.flow {
            Flow::Down => self.height,
            Flow::Right => self.width,
        }
    }

    /// Pixels the picture has across the lifelines.
    #[must_use]
    pub fn breadth(&self) -> f64 {
        match self.view.flow {
            Flow::Down => self.width,
            Flow::Right => self.height,
        }
    }

    /// A place on the screen.
    #[must_use]
    pub fn point(&self, across: f64, along: f64) -> (f64, f64) {
        match self.view.flow {
            Flow::Down => (across, along),
            Flow::Right => (along, across),
        }
    }

    /// (across, along) of a place on the screen.
    #[must_use]
    pub fn split(&self, x: f64, y: f64) -> (f64, f64) {
        match self.view.flow {
            Flow::Down => (x, y),
            Flow::Right => (y, x),
        }
    }

    /// A rectangle between two corners: x, y, width, height.
    #[must_use]
    pub fn rect(&self, a: (f64, f64), b: (f64, f64)) -> (f64, f64, f64, f64) {
        let (a, b) = (self.point(a.0, a.1), self.point(b.0, b.1));
        (
            a.0.min(b.0),
            a.1.min(b.1),
            (a.0 - b.0).abs(),
            (a.1 - b.1).abs(),
        )
    }

    fn room(&self) -> f64 {
        (self.breadth() - self.gutter() - MARGIN).max(1.0)
    }

    /// Pixels between two lifelines.
    #[must_use]
    pub fn pitch(&self) -> f64 {
        self.room() / self.lanes.max(1) as f64 * self.view.spread
    }

    #[must_use]
    pub fn across(&self, lane: f64) -> f64 {
        self.gutter() + self.pitch() * (lane + 0.5) - self.view.shift
    }

    #[must_use]
    pub fn along(&self, at_us: u64) -> f64 {
        self.head() + (at_us as f64 - self.view.top_us) / 1_000.0 * self.view.px_per_ms
    }

    /// Where a lane is at an instant.
    #[must_use]
    pub fn place(&self, lane: u16, at_us: u64) -> (f64, f64) {
        self.point(self.across(f64::from(lane)), self.along(at_us))
    }

    /// The instant at a place along.
    #[must_use]
    pub fn time(&self, along: f64) -> f64 {
        self.view.top_us + (along - self.head()) * 1_000.0 / self.view.px_per_ms
    }

    /// The window in time, as whole microseconds.
    #[must_use]
    pub fn window(&self) -> (u64, u64) {
        let top = self.time(self.head()).max(0.0) as u64;
        let bottom = self.time(self.length()).max(0.0) as u64;
        (top, bottom)
    }

    /// The nearest lane, if the place is over the lifelines at all.
    #[must_use]
    pub fn lane_at(&self, across: f64) -> Option<u16> {
        if across < self.gutter() {
            return None;
        }
        let k = ((across - self.gutter() + self.view.shift) / self.pitch()).floor();
        (k >= 0.0 && (k as usize) < self.lanes).then_some(k as u16)
    }

    /// Lanes that are on the screen, the first and one past the last.
    #[must_use]
    pub fn lanes_shown(&self) -> (u16, u16) {
        let first = ((self.view.shift) / self.pitch()).floor().max(0.0) as usize;
        let last = ((self.room() + MARGIN + self.view.shift) / self.pitch()).ceil() as usize;
        (first.min(self.lanes) as u16, last.min(self.lanes) as u16)
    }

    /// The view in which `now` is where following wants it. At the start of a run the picture fills
    /// from the top instead of hanging at the bottom.
    #[must_use]
    pub fn following(&self, now_us: u64) -> View {
        let room_ms = (self.length() - self.head()) * NOW_AT / self.view.px_per_ms;
        let air_ms = 14.0 / self.view.px_per_ms;
        let top_us = (now_us as f64 - room_ms * 1_000.0).max(-air_ms * 1_000.0);
        View {
            top_us,
            ..self.view
        }
    }

    /// Zooms time about a place along: what is there stays there.
    #[must_use]
    pub fn zoomed(&self, factor: f64, along: f64) -> View {
        let fixed = self.time(along);
        let px_per_ms = (self.view.px_per_ms * factor).clamp(ZOOM.0, ZOOM.1);
        let top_us = fixed - (along - self.head()) * 1_000.0 / px_per_ms;
        View {
            top_us,
            px_per_ms,
            ..self.view
        }
    }

    /// Draws lifelines apart, or together again, about a place across.
    #[must_use]
    pub fn spread_about(&self, factor: f64, across: f64) -> View {
        let lane = (across - self.gutter() + self.view.shift) / self.pitch();
        let spread = (self.view.spread * factor).clamp(SPREAD.0, SPREAD.1);
        let view = View {
            spread,
            ..self.view
        };
        let there = Layout { view, ..*self };
        let shift = lane * there.pitch() - (across - self.gutter());
        there.kept(View { shift, ..view })
    }

    /// Moves the picture by pixels; along time it no longer follows.
    #[must_use]
    pub fn panned(&self, across: f64, along: f64) -> View {
        let top_us = self.view.top_us - along * 1_000.0 / self.view.px_per_ms;
        let follow = self.view.follow && along == 0.0;
        self.kept(View {
            top_us,
            follow,
            shift: self.view.shift - across,
            ..self.view
        })
    }

    /// All of a span of time on one screen, and every lifeline.
    #[must_use]
    pub fn fitted(&self, from_us: u64, to_us: u64) -> View {
        let room = (self.length() - self.head() - 2.0 * MARGIN).max(1.0);
        let span_ms = (to_us.saturating_sub(from_us)).max(1) as f64 / 1_000.0;
        let px_per_ms = (room / span_ms).clamp(ZOOM.0, ZOOM.1);
        View {
            top_us: from_us as f64 - MARGIN * 1_000.0 / px_per_ms,
            px_per_ms,
            follow: false,
            spread: 1.0,
            shift: 0.0,
            ..self.view
        }
    }

    /// Scrolled no further than there are lifelines.
    fn kept(&self, view: View) -> View {
        let most = self.room() * (view.spread - 1.0);
        View {
            shift: view.shift.clamp(0.0, most.max(0.0)),
            ..view
        }
    }

    /// Distance of time marks: 1, 2 or 5 times a power of ten, far enough apart to be read.
    #[must_use]
    pub fn tick_us(&self) -> u64 {
        let apart = match self.view.flow {
            Flow::Down => 56.0,
            Flow::Right => 84.0,
        };
        let wanted = apart * 1_000.0 / self.view.px_per_ms;
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

    fn layouts() -> [Layout; 2] {
        [Flow::Down, Flow::Right].map(|flow| Layout {
            width: 866.0,
            height: 646.0,
            lanes: 4,
            view: View {
                flow,
                ..View::default()
            },
        })
    }

    #[test]
    fn time_and_place_are_inverse() {
        for l in layouts() {
            assert!((l.time(l.along(123_456)) - 123_456.0).abs() < 1e-6);
            let (x, y) = l.place(2, 123_456);
            let (across, along) = l.split(x, y);
            assert_eq!(l.lane_at(across), Some(2));
            assert!((along - l.along(123_456)).abs() < 1e-9);
        }
    }

    #[test]
    fn flowing_right_is_flowing_down_turned() {
        let [down, right] = layouts();
        let (a, b) = (down.place(1, 0), down.place(1, 1_000));
        assert!(b.1 > a.1 && b.0 == a.0);
        let (a, b) = (right.place(1, 0), right.place(1, 1_000));
        assert!(b.0 > a.0 && b.1 == a.1);
    }

    #[test]
    fn zooming_keeps_the_place_under_the_pointer() {
        for mut l in layouts() {
            let before = l.time(300.0);
            l.view = l.zoomed(3.0, 300.0);
            assert!((l.time(300.0) - before).abs() < 1e-6);
            let lane = l.lane_at(333.0);
            l.view = l.spread_about(5.0, 333.0);
            assert_eq!(l.lane_at(333.0), lane);
        }
    }

    #[test]
    fn zoom_and_scroll_have_ends() {
        for mut l in layouts() {
            for _ in 0..100 {
                l.view = l.zoomed(10.0, 100.0);
                l.view = l.spread_about(2.0, 200.0);
            }
            assert!((l.view.px_per_ms - ZOOM.1).abs() < 1e-9);
            assert!((l.view.spread - SPREAD.1).abs() < 1e-9);
            l.view = l.panned(-1e9, 0.0);
            let (first, last) = l.lanes_shown();
            assert!(first < last && last == 4, "{first} {last}");
            l.view = l.spread_about(1e-9, 0.0);
            assert_eq!(l.lanes_shown(), (0, 4));
            assert!(l.view.shift.abs() < 1e-9);
        }
    }

    #[test]
    fn following_starts_at_the_top_and_then_scrolls() {
        for mut l in layouts() {
            l.view = l.following(0);
            assert!(l.along(0) < l.head() + 20.0);
            l.view = l.following(10_000_000);
            let now = l.along(10_000_000);
            assert!(now < l.length() && now > l.length() * 0.8);
        }
    }

    #[test]
    fn what_is_fitted_is_all_there() {
        for mut l in layouts() {
            l.view = l.spread_about(3.0, 100.0);
            l.view = l.fitted(2_000_000, 9_000_000);
            assert!(l.along(2_000_000) >= l.head() && l.along(9_000_000) <= l.length());
            assert!(l.along(9_000_000) - l.along(2_000_000) > (l.length() - l.head()) * 0.9);
            assert_eq!(l.lanes_shown(), (0, 4));
        }
    }

    #[test]
    fn ticks_are_round_and_not_crowded() {
        for mut l in layouts() {
            for zoom in [1e-4, 1e-2, 1.0, 10.0] {
                l.view.px_per_ms = zoom;
                let apart = l.tick_us() as f64 / 1_000.0 * zoom;
                assert!((56.0..220.0).contains(&apart), "{zoom} {apart}");
            }
        }
    }

    #[test]
    fn every_lifeline_is_found_at_its_own_place() {
        for l in layouts() {
            let l = Layout { lanes: 128, ..l };
            for lane in 0..128 {
                assert_eq!(l.lane_at(l.across(f64::from(lane))), Some(lane));
            }
            assert_eq!(l.lane_at(3.0), None);
        }
    }
}
