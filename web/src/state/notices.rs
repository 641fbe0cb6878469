//! Notices above everything: refusals, results, and that the worker has failed.

use leptos::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Good,
    Bad,
    Plain,
}

/// A sentence that stays until it is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub id: u32,
    pub tone: Tone,
    pub text: String,
}

/// More would hide the chart.
const MOST: usize = 3;

#[derive(Clone, Copy)]
pub struct Notices {
    pub shown: RwSignal<Vec<Notice>>,
    /// Why the worker died; none while it lives.
    pub failure: RwSignal<Option<String>>,
}

impl Notices {
    pub(super) fn new() -> Notices {
        Notices {
            shown: RwSignal::new(Vec::new()),
            failure: RwSignal::new(None),
        }
    }

    /// Shows a sentence; one that is shown already moves to the end.
    pub fn show(&self, tone: Tone, text: impl Into<String>) {
        let text = text.into();
        self.shown.update(|all| {
            all.retain(|n| n.text != text);
            let id = all.iter().map(|n| n.id + 1).max().unwrap_or_default();
            all.push(Notice { id, tone, text });
            if all.len() > MOST {
                all.remove(0);
            }
        });
    }

    pub fn close(&self, id: u32) {
        self.shown.update(|all| all.retain(|n| n.id != id));
    }
}
