//! What a screen reader is told unasked: that a verdict turned (what is selected, the inspector tells
//! itself). Nothing that merely goes on: a chain commits several blocks a second.

use crate::state::run::RunState;
use consensusforge_core::session::view::VerdictKind;
use leptos::prelude::*;

#[component]
pub fn Announcer() -> impl IntoView {
    let run = expect_context::<RunState>();
    let worst = Memo::new(move |_| {
        run.frame.with(|f| {
            let worst = f.as_ref().and_then(|f| f.verdicts.first().cloned());
            worst.map(|v| (v.kind, v.monitor))
        })
    });
    let verdict = Memo::new(move |before: Option<&String>| {
        let Some((kind, _)) = worst.get() else {
            return String::new();
        };
        // That all is well is news only after it was not.
        if kind == VerdictKind::Holds && before.is_none_or(String::is_empty) {
            return String::new();
        }
        run.frame.with_untracked(|f| {
            let worst = f.as_ref().and_then(|f| f.verdicts.first());
            worst.map(|v| v.sentence.clone()).unwrap_or_default()
        })
    });
    view! {
        <div class="visually-hidden" id="announcer">
            <p role="status">{move || verdict.get()}</p>
        </div>
    }
}
