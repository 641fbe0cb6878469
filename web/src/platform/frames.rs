//! One scheduler for drawing: asked any number of times, it draws once a frame, and only when asked.

use std::cell::Cell;
use std::rc::Rc;

pub struct Frames {
    waiting: Rc<Cell<bool>>,
    draw: Rc<dyn Fn()>,
    cost: Rc<dyn Fn(f64)>,
}

impl Frames {
    /// `cost` gets, for each drawing, how many milliseconds it took the page's thread.
    pub fn new(draw: impl Fn() + 'static, cost: impl Fn(f64) + 'static) -> Frames {
        Frames {
            waiting: Rc::default(),
            draw: Rc::new(draw),
            cost: Rc::new(cost),
        }
    }

    pub fn request_draw(&self) {
        if self.waiting.replace(true) {
            return;
        }
        let (waiting, draw, cost) = (self.waiting.clone(), self.draw.clone(), self.cost.clone());
        leptos::prelude::request_animation_frame(move || {
            waiting.set(false);
            let start = now_ms();
            draw();
            cost(now_ms() - start);
        });
    }
}

/// The page's clock, milliseconds.
pub fn now_ms() -> f64 {
    let clock = leptos::prelude::window().performance();
    clock.map_or_else(js_sys::Date::now, |c| c.now())
}

/// How much detail a frame may have: less when frames cost much, more again when they do not.
#[derive(Clone, Copy, Debug)]
pub struct Detail(f64);

impl Default for Detail {
    fn default() -> Self {
        Detail(2_400.0)
    }
}

impl Detail {
    /// Fewer lines than this are no picture of anything.
    const LEAST: f64 = 2_200.0;
    const MOST: f64 = 2_800.0;
    /// Of painting, which has a thread of its own: much, and little.
    const LATE_MS: f64 = 30.0;
    const EARLY_MS: f64 = 20.0;
    /// Longer than this the page was asleep, not slow.
    const ASLEEP_MS: f64 = 1_000.0;
    /// Of the 8 ms a frame may take the page's thread, what drawing may, and when there is room for more.
    const MUCH_MS: f64 = 5.0;
    const LITTLE_MS: f64 = 3.0;

    pub fn arrows(self) -> usize {
        self.0 as usize
    }

    /// A picture of `drawn` lines was made in `work_ms` and painted in `paint_ms`.
    pub fn adapt(&mut self, work_ms: f64, paint_ms: f64, drawn: usize) {
        if paint_ms > Self::ASLEEP_MS {
            return;
        }
        // Frames that drew little say nothing about what much would cost.
        let full = drawn as f64 > self.0 * 0.5;
        let late = paint_ms > Self::LATE_MS || work_ms > Self::MUCH_MS;
        if late && drawn as f64 > Self::LEAST {
            self.0 = (self.0.min(drawn as f64) * 0.85).max(Self::LEAST);
        } else if paint_ms < Self::EARLY_MS && work_ms < Self::LITTLE_MS && full {
            self.0 = (self.0 * 1.04).min(Self::MOST);
        }
    }
}
