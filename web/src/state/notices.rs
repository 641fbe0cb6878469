//! Notices above everything: refusals, results, and that the worker has failed.

use leptos::prelude::*;
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Good,
    Bad,
    Plain,
}

/// A sentence that stays until it is closed or, if it reports no problem, expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub id: u32,
    pub tone: Tone,
    pub text: String,
}

/// More would hide the chart.
const MOST: usize = 3;
/// How long a notice stays that reports no problem.
const EXPIRY: Duration = Duration::from_secs(20);

#[derive(Clone, Copy)]
pub struct Notices {
    pub shown: RwSignal<Vec<Notice>>,
    /// Why the worker died; none while it lives.
    pub failure: RwSignal<Option<String>>,
    /// The number given last.
    last: StoredValue<u32>,
}

impl Notices {
    pub(super) fn new() -> Notices {
        Notices {
            shown: RwSignal::new(Vec::new()),
            failure: RwSignal::new(None),
            last: StoredValue::new(0),
        }
    }

    /// Shows a sentence; one that is shown already moves to the end.
    pub fn show(&self, tone: Tone, text: impl Into<String>) {
        let text = text.into();
        // Numbers are never used twice: a notice must not expire in place of an older one.
        let id = self.last.get_value() + 1;
        self.last.set_value(id);
        self.shown.update(|all| {
            all.retain(|n| n.text != text);
            all.push(Notice { id, tone, text });
            if all.len() > MOST {
                all.remove(0);
            }
        });
        if tone != Tone::Bad {
            let notices = *self;
            set_timeout(move || notices.close(id), EXPIRY);
        }
    }

    pub fn close(&self, id: u32) {
        self.shown.update(|all| all.retain(|n| n.id != id));
    }
}
