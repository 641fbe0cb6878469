//! One scheduler for drawing: asked any number of times, it draws once a frame, and only when asked.

use std::cell::Cell;
use std::rc::Rc;

pub struct Frames {
    waiting: Rc<Cell<bool>>,
    draw: Rc<dyn Fn()>,
}

impl Frames {
    pub fn new(draw: impl Fn() + 'static) -> Frames {
        Frames {
            waiting: Rc::default(),
            draw: Rc::new(draw),
        }
    }

    pub fn ask(&self) {
        if self.waiting.replace(true) {
            return;
        }
        let (waiting, draw) = (self.waiting.clone(), self.draw.clone());
        leptos::prelude::request_animation_frame(move || {
            waiting.set(false);
            draw();
        });
    }
}
