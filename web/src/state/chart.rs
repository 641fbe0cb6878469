//! The charts: of the run shown, and of the second run while two are compared.

use super::chart_view::ChartView;
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;

type Shared = StoredValue<Rc<RefCell<ChartView>>, LocalStorage>;

#[derive(Clone, Copy)]
pub struct Charts {
    main: Shared,
    other: Shared,
}

impl Charts {
    pub(super) fn new() -> Charts {
        Charts {
            main: StoredValue::new_local(Rc::default()),
            other: StoredValue::new_local(Rc::default()),
        }
    }

    pub fn main(&self) -> Rc<RefCell<ChartView>> {
        self.main.get_value()
    }

    /// Of the second run.
    pub fn other(&self) -> Rc<RefCell<ChartView>> {
        self.other.get_value()
    }

    /// Draws both anew in the colours of the theme in force.
    pub fn repaint(&self) {
        self.main().borrow_mut().repaint();
        self.other().borrow_mut().repaint();
    }

    /// Stays with the present instant from now on.
    pub fn follow(&self) {
        let chart = self.main();
        chart.borrow_mut().view.follow = true;
        chart.borrow().request_draw();
    }

    /// Zooms time about a place along it, in pixels.
    pub fn zoom(&self, factor: f64, along: f64) {
        let chart = self.main();
        let mut c = chart.borrow_mut();
        c.view = c.layout().zoomed(factor, along);
        c.request_draw();
    }

    pub fn zoom_middle(&self, factor: f64) {
        let along = self.main().borrow().layout().length() / 2.0;
        self.zoom(factor, along);
    }

    /// Zooms the distance between lifelines about a place across them, in pixels.
    pub fn spread(&self, factor: f64, across: f64) {
        let chart = self.main();
        let mut c = chart.borrow_mut();
        c.view = c.layout().spread_about(factor, across);
        c.request_draw();
    }

    /// Moves the picture by pixels across the lifelines and along time.
    pub fn pan(&self, across: f64, along: f64) {
        let chart = self.main();
        let mut c = chart.borrow_mut();
        c.view = c.layout().panned(across, along);
        c.request_draw();
    }

    /// What is selected, or all there is, on one screen.
    pub fn fit(&self) {
        self.main().borrow_mut().fit();
    }
}
