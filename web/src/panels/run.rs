//! The run in words and figures: the caption, what the monitors found, live numbers.

use super::term::{labelled, marked};
use crate::state::chart_view::Place;
use crate::state::playback::Playback;
use crate::state::run::RunState;
use crate::state::selection::Selection;
use crate::state::stops::StopState;
use crate::verdicts;
use crate::words;
use consensusforge_core::session::view::{Frame, VerdictKind};
use leptos::prelude::*;
use std::sync::Arc;

/// One sentence on what just happened; also what a screen reader hears.
#[component]
pub fn Caption() -> impl IntoView {
    let run = expect_context::<RunState>();
    let playback = expect_context::<Playback>();
    let stops = expect_context::<StopState>();
    let shown = RwSignal::new(String::new());
    let caption = StoredValue::new(crate::caption::Caption::default());
    Effect::new(move |_| {
        let Some(frame) = run.frame.get() else {
            // Another run: the sentence shown was about the one before.
            caption.set_value(Default::default());
            shown.set(String::new());
            return;
        };
        let playing = playback.playing.get_untracked();
        let moments = playback.moments.get();
        let text = caption.try_update_value(|c| {
            c.see(&frame, &moments.faults, playing, js_sys::Date::now())
                .to_owned()
        });
        if let Some(text) = text.filter(|text| shown.with_untracked(|s| s != text)) {
            shown.set(text);
        }
    });
    // A step is told while the run stands where it led, whatever else a frame says.
    let text = Memo::new(move |_| {
        let step = run
            .explained
            .with(|e| e.as_ref().map(|e| e.sentence.clone()));
        step.unwrap_or_else(|| shown.get())
    });
    // What a lecturer wrote about this instant comes first.
    let note = Memo::new(move |_| {
        let now = run.tick.with(|t| t.now_us);
        stops.notes.with(|all| {
            let here = all.iter().find(|s| s.at_us == now);
            here.map(|s| s.note.clone()).filter(|note| !note.is_empty())
        })
    });
    let begun = Memo::new(move |_| run.tick.with(|t| t.steps > 0));
    let rules = Memo::new(move |_| {
        run.explained
            .with(|e| e.as_ref().map(|e| e.rules.clone()).unwrap_or_default())
    });
    view! {
        // While time flows a sentence a second would be chatter: the announcer tells what matters.
        <p class="caption" id="caption" aria-live=move || if playback.playing.get() { "off" } else { "polite" }>
            {move || note.get().map(|note| view! { <strong class="note-here" id="note-here">{note}" "</strong> })}
            {move || {
                let said = text.with(String::is_empty) && !playback.playing.get();
                let text = match (said, begun.get()) {
                    (false, _) => text.get(),
                    (true, false) => "Nothing has happened yet. Press play.".into(),
                    (true, true) => "The validators have started. Press play, or go on in steps.".into(),
                };
                marked(&text, !playback.playing.get())
            }}
            {move || rules.get().into_iter().map(|(id, text)| view! {
                <small class="rule"><strong>{id}</strong>{format!(": {text}. ")}</small>
            }).collect_view()}
        </p>
    }
}

#[component]
pub fn Run() -> impl IntoView {
    view! {
        <Verdicts />
        <Figures />
        <Kinds />
    }
}

#[component]
fn Verdicts() -> impl IntoView {
    let run = expect_context::<RunState>();
    let playback = expect_context::<Playback>();
    let selection = expect_context::<Selection>();
    let findings = Memo::new(move |_| {
        run.frame
            .with(|f| f.as_ref().map(|f| f.verdicts.clone()).unwrap_or_default())
    });
    let waits = Memo::new(move |_| {
        let patience = run.effective.with(|s| s.checks.stall_after_us);
        run.frame.with(|f| {
            f.as_ref()
                .is_some_and(|f| verdicts::waited(f, patience).is_some())
        })
    });
    view! {
        <section class="verdicts" aria-label="Verdicts">
            <h2>"Verdicts"</h2>
            {move || findings.get().into_iter().map(|v| {
                let (kind, icon, word) = match v.kind {
                    VerdictKind::Holds if waits.get() && v.monitor == "progress" => ("waiting", "◐", "waits"),
                    VerdictKind::Holds => ("holds", "●", "holds"),
                    VerdictKind::Stalled => ("stalled", "◼", "stalled"),
                    VerdictKind::Violated => ("violated", "▲", "violated"),
                };
                let since = v.since_us.map(|t| format!("since {}", words::clock(t)));
                let there = v.since_us.map(|t| view! {
                    <button
                        class="quiet show-verdict" title="Pause, go to when this changed, and select what happened"
                        on:click=move |_| {
                            playback.stop_at(t);
                            selection.select_at(Place { at_us: t, node: None, message: None, to: None });
                        }
                    >"show"</button>
                });
                let bad = v.kind != VerdictKind::Holds;
                view! {
                    <article class="verdict" data-kind=kind data-monitor=v.monitor.clone()>
                        {bad.then(|| view! { <h3>{format!("{} {word} ", v.monitor)}<small>{since}</small>{there}</h3> })}
                        <p class="breaks"><span aria-hidden="true" class="icon">{icon}</span>{format!(" {}", v.sentence)}</p>
                    </article>
                }
            }).collect_view()}
        </section>
    }
}

#[component]
fn Figures() -> impl IntoView {
    let run = expect_context::<RunState>();
    let figure = move |label: &'static str, id: &'static str, read: fn(&Frame) -> String| {
        let value = Memo::new(move |_| {
            run.frame
                .with(|f| f.as_ref().map_or("–".into(), |f: &Arc<Frame>| read(f)))
        });
        view! {
            <div class="figure">
                <dt>{labelled(label)}</dt>
                <dd id=id>{move || value.get()}</dd>
            </div>
        }
    };
    view! {
        <section aria-label="Live numbers">
            <h2>"Live numbers "<small>"newest 32 heights"</small></h2>
            <dl class="figures">
                {figure("decided height", "m-height", |f| words::grouped(f.metrics.height))}
                {figure("blocks per second", "m-rate", |f| words::figure(f.metrics.blocks_per_second))}
                {figure("commit latency, median", "m-latency", |f| words::duration(f.metrics.commit_latency_p50_us))}
                {figure("95th percentile", "m-latency95", |f| words::duration(f.metrics.commit_latency_p95_us))}
                {figure("rounds per height", "m-rounds", |f| words::figure(f.metrics.rounds_per_height))}
                {figure("messages per block", "m-messages", |f| words::figure(f.metrics.messages_per_block))}
                {figure("transactions per second", "m-tps", |f| words::figure(f.metrics.transactions_per_second))}
                {figure("waiting in mempools", "m-mempool", |f| words::grouped(f.metrics.mempool))}
                {figure("delivered", "m-delivered", |f| words::grouped(f.metrics.delivered))}
                {figure("lost", "m-lost", |f| words::grouped(f.metrics.lost))}
                {figure("simulator events", "m-steps", |f| words::grouped(f.steps))}
                {figure("run digest", "m-digest", |f| words::short(&f.digest))}
            </dl>
        </section>
    }
}

#[component]
fn Kinds() -> impl IntoView {
    let run = expect_context::<RunState>();
    let kinds = Memo::new(move |_| {
        run.frame.with(|f| {
            f.as_ref()
                .map(|f| f.metrics.messages_by_kind.clone())
                .unwrap_or_default()
        })
    });
    view! {
        <section aria-label="Messages by kind">
            <h2>"Messages by kind"</h2>
            <table class="table">
                <thead>
                    <tr><th scope="col">"kind"</th><th scope="col">"sent"</th><th scope="col">"delivered"</th><th scope="col">"lost"</th></tr>
                </thead>
                <tbody>
                    {move || kinds.get().into_iter().map(|k| view! {
                        <tr>
                            <th scope="row">{k.kind}</th>
                            <td>{words::grouped(k.sent)}</td>
                            <td>{words::grouped(k.delivered)}</td>
                            <td>{words::grouped(k.lost)}</td>
                        </tr>
                    }).collect_view()}
                </tbody>
            </table>
        </section>
    }
}
