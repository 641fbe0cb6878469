//! One scheduler for drawing: asked any number of times, it draws once a frame, and only when asked.

use std::cell::Cell;
use std::rc::Rc;

pub struct Frames {
    waiting: Rc<Cell<bool>>,
    draw: Rc<dyn Fn()>,
    cost: Rc<dyn Fn(f64)>,
}

impl Frames {
    /// `cost` hears how long after a drawing the next frame could begin, in milliseconds: what the
    /// browser spends on it after the commands are given counts, too.
    pub fn new(draw: impl Fn() + 'static, cost: impl Fn(f64) + 'static) -> Frames {
        Frames {
            waiting: Rc::default(),
            draw: Rc::new(draw),
            cost: Rc::new(cost),
        }
    }

    pub fn ask(&self) {
        if self.waiting.replace(true) {
            return;
        }
        let (waiting, draw, cost) = (self.waiting.clone(), self.draw.clone(), self.cost.clone());
        leptos::prelude::request_animation_frame(move || {
            waiting.set(false);
            let start = js_sys::Date::now();
            draw();
            leptos::prelude::request_animation_frame(move || cost(js_sys::Date::now() - start));
        });
    }
}

/// How much detail a frame may have: less when frames come late, more again when they do not.
#[derive(Clone, Copy, Debug)]
pub struct Detail(f64);

impl Default for Detail {
    fn default() -> Self {
        Detail(1_400.0)
    }
}

impl Detail {
    const LEAST: f64 = 500.0;
    const MOST: f64 = 2_400.0;
    const LATE_MS: f64 = 30.0;
    const EARLY_MS: f64 = 20.0;
    /// Longer than this the page was asleep, not slow.
    const ASLEEP_MS: f64 = 1_000.0;

    pub fn arrows(self) -> usize {
        self.0 as usize
    }

    pub fn learn(&mut self, frame_ms: f64, drawn: usize) {
        // Frames that drew little say nothing about what much would cost.
        let full = drawn as f64 > self.0 * 0.5;
        if frame_ms > Self::LATE_MS && frame_ms < Self::ASLEEP_MS && drawn > Self::LEAST as usize {
            self.0 = (self.0.min(drawn as f64) * 0.75).max(Self::LEAST);
        } else if frame_ms < Self::EARLY_MS && full {
            self.0 = (self.0 * 1.06).min(Self::MOST);
        }
    }
}
