//! What is open on the page, and its theme.

use crate::platform::theme::Theme;
use leptos::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Run,
    Nodes,
    Contracts,
    Metrics,
    Log,
    Rules,
}

/// On a narrow page: which sheet is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    None,
    Controls,
    Side,
}

#[derive(Clone, Copy)]
pub struct LayoutState {
    pub tab: RwSignal<Tab>,
    pub sheet: RwSignal<Sheet>,
    /// The dialogs: share, help, the list of scenarios.
    pub share_open: RwSignal<bool>,
    pub help_open: RwSignal<bool>,
    pub scenarios_open: RwSignal<bool>,
    /// The list of futures under the chart.
    pub futures_open: RwSignal<bool>,
    /// What the run pauses at, under the chart.
    pub stops_open: RwSignal<bool>,
    pub theme: RwSignal<Theme>,
}

impl LayoutState {
    pub(super) fn new() -> LayoutState {
        LayoutState {
            tab: RwSignal::new(Tab::Run),
            sheet: RwSignal::new(Sheet::None),
            share_open: RwSignal::new(false),
            help_open: RwSignal::new(false),
            scenarios_open: RwSignal::new(false),
            futures_open: RwSignal::new(false),
            stops_open: RwSignal::new(false),
            theme: RwSignal::new(Theme::stored()),
        }
    }

    /// A tab that is shown already is left as it is, with what is open in it and where the focus is.
    pub fn show_tab(&self, tab: Tab) {
        if self.tab.get_untracked() != tab {
            self.tab.set(tab);
        }
    }
}
