//! The bar above: name, scenarios, the verdict, and what is always one step away.

use super::icon::icon;
use crate::app::app;
use consensusforge_core::session::view::{Frame, VerdictKind};
use leptos::prelude::*;

#[component]
pub fn Top() -> impl IntoView {
    let app = app();
    let choose = move |event| {
        let id = event_target_value(&event);
        let preset = app
            .presets
            .with_untracked(|p| p.iter().find(|p| p.id == id).cloned());
        if let Some(preset) = preset {
            app.open_preset(&preset);
        }
    };
    let look = move || {
        let id = app.preset.get();
        app.presets
            .with(|p| p.iter().find(|p| p.id == id).map(|p| p.look.clone()))
    };
    view! {
        <header class="top">
            <h1>"Consensus"<span>"Forge"</span></h1>
            <label class="pick">
                <span>"Scenario"</span>
                <select
                    id="scenario"
                    on:change=choose
                    prop:value=move || {
                        app.presets.track();
                        app.preset.get()
                    }
                    title=move || look().unwrap_or_default()
                >
                    <For each=move || app.presets.get() key=|p| p.id.clone() let:preset>
                        <option value=preset.id.clone()>{preset.title.clone()}</option>
                    </For>
                    <option value="" hidden=true>"your own"</option>
                </select>
            </label>
            <Chip />
            <div class="top-acts">
                <button
                    class="quiet wide-only"
                    title="Take back the last act (Ctrl+Z)"
                    disabled=move || !app.can_undo()
                    on:click=move |_| app.undo()
                >
                    "Undo"
                </button>
                <button
                    class="quiet wide-only"
                    title="Do again what was taken back (Ctrl+Y)"
                    disabled=move || !app.can_redo()
                    on:click=move |_| app.redo()
                >
                    "Redo"
                </button>
                <button id="share" class="strong" title="A link to this very run (L)" on:click=move |_| app.share()>"Share"</button>
                <button class="quiet" aria-label="Help" title="Help (?)" on:click=move |_| app.helping.set(true)>"?"</button>
                <button
                    class="quiet"
                    aria-label=move || format!("Theme: {}", app.theme.get().name())
                    title=move || format!("Theme: {}", app.theme.get().name())
                    on:click=move |_| app.set_theme(app.theme.get_untracked().next())
                >
                    {move || icon(app.theme.get().name())}
                </button>
            </div>
        </header>
    }
}

/// The worst verdict in colour, shape and words.
#[component]
fn Chip() -> impl IntoView {
    let app = app();
    let state = Memo::new(move |_| app.frame.with(|f| f.as_ref().map(|f| words(f))));
    view! {
        <div id="verdict" class="chip" role="status" data-kind=move || state.get().map_or("none", |s| s.0)>
            {move || match state.get() {
                None => view! { <span>"starting …"</span> }.into_any(),
                Some((_, icon, word, place)) => view! {
                    <span aria-hidden="true" class="icon">{icon}</span>
                    <strong>{word}</strong>
                    <span class="place">{place}</span>
                }
                .into_any(),
            }}
        </div>
    }
}

fn words(frame: &Frame) -> (&'static str, &'static str, String, String) {
    let worst = frame.verdicts.first();
    let kind = worst.map_or(VerdictKind::Holds, |v| v.kind);
    let ahead = frame
        .nodes
        .iter()
        .filter(|n| !n.crashed && !n.byzantine)
        .map(|n| (n.height, n.round))
        .max();
    let (height, round) = ahead.unwrap_or((frame.metrics.height, 0));
    let place = format!("height {height} · round {round}");
    let monitor = worst.map(|v| v.monitor.clone()).unwrap_or_default();
    match kind {
        VerdictKind::Holds => ("holds", "●", "holds".into(), place),
        VerdictKind::Stalled => ("stalled", "◼", "stalled".into(), place),
        VerdictKind::Violated => ("violated", "▲", format!("{monitor} violated"), place),
    }
}
