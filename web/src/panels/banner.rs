//! Sentences above everything: refusals, replays, a dead worker.

use super::icon::icon;
use crate::protocol::{Operation, ToWorker};
use crate::state::history::HistoryState;
use crate::state::notices::{Notices, Tone};
use crate::state::run::RunState;
use crate::state::stops::StopState;
use crate::state::worker::WorkerLink;
use crate::words;
use leptos::prelude::*;

/// A notice with more letters than this is folded to one line.
const COLLAPSED: usize = 140;

#[component]
pub fn Banners() -> impl IntoView {
    let worker = expect_context::<WorkerLink>();
    let notices = expect_context::<Notices>();
    let run = expect_context::<RunState>();
    let history = expect_context::<HistoryState>();
    let stops = expect_context::<StopState>();
    let put_away = move |id: u32| notices.shown.update(|all| all.retain(|n| n.id != id));
    let busy = move || {
        run.tick
            .get()
            .goal
            .filter(|g| g.what != Operation::Stepping)
    };
    view! {
        <div class="banners" aria-live="polite">
            {move || {
                notices.failure.get().map(|text| {
                    let asked = text.clone();
                    view! {
                        <div class="banner bad" role="alert" id="broken-down">
                            <p>
                                <strong>"The simulation has failed. "</strong>
                                "The scenario and everything you did in it are kept. "
                                <button class="strong" on:click=move |_| { history.restart_worker(); stops.restart_worker(); }>"Restart from scenario"</button>
                                <button on:click=move |_| notices.show(Tone::Plain, asked.clone())>"Keep the error text"</button>
                            </p>
                            <pre class="breaks">{text}</pre>
                        </div>
                    }
                })
            }}
            {move || busy().map(|goal| {
                let doing = match goal.what {
                    Operation::Replaying => "Replaying the linked run",
                    _ => "Going to that instant",
                };
                view! {
                    <div class="banner plain" id="busy">
                        <p>
                            {format!("{doing} … {}", words::percent(goal.share))}
                            <progress max="1" prop:value=goal.share></progress>
                            <button on:click=move |_| worker.send(ToWorker::Stop)>"Stop here"</button>
                        </p>
                    </div>
                }
            })}
            <For each=move || notices.shown.get() key=|n| n.id let:notice>
                {
                    let id = notice.id;
                    let tone = match notice.tone {
                        Tone::Good => "banner good",
                        Tone::Bad => "banner bad",
                        Tone::Plain => "banner plain",
                    };
                    // A long one would push the chart down: its beginning says what it is about.
                    let long = notice.text.chars().count() > COLLAPSED;
                    let folded = RwSignal::new(long);
                    let more = move || if folded.get() { "more" } else { "less" };
                    view! {
                        <div class=tone data-notice="">
                            <p class:folded=move || folded.get()>{notice.text.clone()}</p>
                            {long.then(|| view! {
                                <button class="quiet" aria-expanded=move || (!folded.get()).to_string() on:click=move |_| folded.update(|f| *f = !*f)>{more}</button>
                            })}
                            <button class="quiet" aria-label="Close" on:click=move |_| put_away(id)>{icon("close")}</button>
                        </div>
                    }
                }
            </For>
        </div>
    }
}
