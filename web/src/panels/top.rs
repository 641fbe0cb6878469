//! The bar above: name, scenarios, the verdict, and what is always one step away.

use super::icon::icon;
use super::scenarios::Pick;
use super::share;
use super::term::term;
use crate::state::history::HistoryState;
use crate::state::layout::LayoutState;
use crate::state::lessons::LessonState;
use crate::state::run::RunState;
use crate::verdicts;
use consensusforge_core::session::view::{Frame, VerdictKind};
use leptos::prelude::*;

#[component]
pub fn Top() -> impl IntoView {
    let run = expect_context::<RunState>();
    let layout = expect_context::<LayoutState>();
    let history = expect_context::<HistoryState>();
    let path = expect_context::<LessonState>();
    view! {
        <header class="top">
            <h1>"Consensus"<span>"Forge"</span></h1>
            <Pick />
            <Chip />
            <div class="top-acts">
                <button
                    id="learn" class="quiet" title="The guided path: six short steps"
                    aria-pressed=move || path.open.get().to_string()
                    on:click=move |_| if path.open.get_untracked() { path.close() } else { path.open_or_toggle() }
                >
                    "Learn"
                </button>
                <button
                    class="quiet wide-only"
                    id="undo" title="Undo the last act, or go back to the run before (Ctrl+Z)"
                    disabled=move || !history.can_undo()
                    on:click=move |_| history.undo()
                >
                    "Undo"
                </button>
                <button
                    class="quiet wide-only"
                    id="redo" title="Redo what was undone (Ctrl+Y)"
                    disabled=move || !history.can_redo()
                    on:click=move |_| history.redo()
                >
                    "Redo"
                </button>
                <button id="share" class="strong" title="A link to this run (L)" on:click=move |_| share::open(run, layout)>"Share"</button>
                <button class="quiet" aria-label="Help" title="Help (?)" on:click=move |_| layout.help_open.set(true)>"?"</button>
                <button
                    class="quiet"
                    aria-label=move || format!("Theme: {}", layout.theme.get().name())
                    title=move || format!("Theme: {}", layout.theme.get().name())
                    on:click=move |_| layout.theme.update(|t| *t = t.next())
                >
                    {move || icon(layout.theme.get().name())}
                </button>
            </div>
        </header>
    }
}

/// The worst verdict in colour, shape and words. No live region: the announcer tells when it turns.
#[component]
pub fn Chip() -> impl IntoView {
    let run = expect_context::<RunState>();
    let state = Memo::new(move |_| {
        let patience = run.effective.with(|s| s.checks.stall_after_us);
        run.frame.with(|f| f.as_ref().map(|f| verdict(f, patience)))
    });
    let place = Memo::new(move |_| run.frame.with(|f| f.as_ref().map_or((0, 0), |f| ahead(f))));
    view! {
        <div id="verdict" class="chip" data-kind=move || state.get().map_or("none", |s| s.0)>
            {move || match state.get() {
                None => view! { <span>"starting …"</span> }.into_any(),
                Some((_, icon, word)) => view! {
                    <span aria-hidden="true" class="icon">{icon}</span>
                    <strong>{word}</strong>
                    <span class="place">
                        {term("height", "height".into(), true)}" "{move || place.get().0}
                        <span class="chip-round">" · "{term("round", "round".into(), true)}" "{move || place.get().1}</span>
                    </span>
                }
                .into_any(),
            }}
        </div>
    }
}

/// Where the foremost honest validator is: height and round.
fn ahead(frame: &Frame) -> (u64, u32) {
    let honest = frame.nodes.iter().filter(|n| !n.crashed && !n.byzantine);
    let ahead = honest.map(|n| (n.height, n.round)).max();
    ahead.unwrap_or((frame.metrics.height, 0))
}

fn verdict(frame: &Frame, patience_us: u64) -> (&'static str, &'static str, String) {
    let worst = frame.verdicts.first();
    let monitor = worst.map(|v| v.monitor.clone()).unwrap_or_default();
    match worst.map_or(VerdictKind::Holds, |v| v.kind) {
        VerdictKind::Holds => match verdicts::waited(frame, patience_us) {
            Some(us) => (
                "waiting",
                "◐",
                format!("no block for {} s", (us + 500_000) / 1_000_000),
            ),
            None => ("holds", "●", "agreement holds".into()),
        },
        VerdictKind::Stalled => ("stalled", "◼", "stalled".into()),
        VerdictKind::Violated => ("violated", "▲", format!("{monitor} violated")),
    }
}
