//! What the tools around the chart show and set.

use crate::chart::area::Sum;
use crate::chart::filter::Filter;
use crate::chart::hit::Pick;
use crate::chart::lanes::Arrangement;
use crate::chart::layout::Flow;
use leptos::prelude::*;

/// An open menu on the chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Menu {
    /// In pixels from the chart's corner.
    pub at: (f64, f64),
    pub on: Option<Pick>,
    /// The run was paused for the menu and goes on when it closes.
    pub resume: bool,
    /// Names are being chosen for a partition.
    pub choosing_cut: bool,
}

/// What the tools around the chart show and set.
#[derive(Clone, Copy)]
pub struct ChartControls {
    /// Pointer position, and what is under it.
    pub hover: RwSignal<Option<(f64, f64, Pick)>>,
    /// Lines drawn, messages they stand for, shapes in all.
    pub folding: RwSignal<(usize, usize, usize)>,
    pub following: RwSignal<bool>,
    pub flow: RwSignal<Flow>,
    pub arrangement: RwSignal<Arrangement>,
    pub filter: RwSignal<Filter>,
    /// The next drag marks an area.
    pub measuring: RwSignal<bool>,
    pub sum: RwSignal<Option<Sum>>,
    pub menu: RwSignal<Option<Menu>>,
    /// The card of options is open.
    pub options_open: RwSignal<bool>,
    /// For screen readers: what was selected or measured.
    pub announced: RwSignal<String>,
}

impl ChartControls {
    #[allow(clippy::new_without_default)]
    pub fn new() -> ChartControls {
        ChartControls {
            hover: RwSignal::new(None),
            folding: RwSignal::new((0, 0, 0)),
            following: RwSignal::new(true),
            flow: RwSignal::new(Flow::Down),
            arrangement: RwSignal::new(Arrangement::default()),
            filter: RwSignal::new(Filter::default()),
            measuring: RwSignal::new(false),
            sum: RwSignal::new(None),
            menu: RwSignal::new(None),
            options_open: RwSignal::new(false),
            announced: RwSignal::new(String::new()),
        }
    }
}
