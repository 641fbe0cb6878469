//! The run in words and figures: the caption, what the monitors found, live numbers.

use super::term::{labelled, marked};
use crate::state::chart_view::Place;
use crate::state::playback::Playback;
use crate::state::run::RunState;
use crate::state::selection::Selection;
use crate::verdicts;
use crate::words;
use consensusforge_core::session::view::{Frame, VerdictKind};
use leptos::prelude::*;
use std::sync::Arc;

/// A sentence stays this long at least, so that it can be read; bad news goes before.
const READING_MS: u64 = 900;

const BAD_NEWS_MS: u64 = 6_000;

/// A crash, a cut or its end stays this long, however fast time flows.
const FAULT_MS: u64 = 2_500;

/// One sentence on what just happened; also what a screen reader hears.
#[component]
pub fn Caption() -> impl IntoView {
    let run = expect_context::<RunState>();
    let playback = expect_context::<Playback>();
    let shown = RwSignal::new(String::new());
    let held = StoredValue::new(false);
    // Broken rules already told: each goes before whatever else happens, once.
    let told = StoredValue::new(Vec::<String>::new());
    // Crashes, cuts and their ends up to here have been told, or were jumped over; none: the run has just begun.
    let faults_until = StoredValue::new(None::<u64>);
    let hold = move |ms: u64| {
        held.set_value(true);
        set_timeout(
            move || held.set_value(false),
            std::time::Duration::from_millis(ms),
        );
    };
    Effect::new(move |_| {
        let Some(frame) = run.frame.get() else {
            // Another run: the sentence shown was about the one before.
            told.set_value(Vec::new());
            faults_until.set_value(None);
            held.set_value(false);
            shown.set(String::new());
            return;
        };
        let broken = frame.verdicts.iter().find(|v| {
            v.kind == VerdictKind::Violated && !told.with_value(|t| t.contains(&v.monitor))
        });
        // What befell the network and its nodes is told at any speed, where time flowed past it. Moments come a
        // little later than frames.
        let passed = faults_until.get_value();
        let fault = playback.moments.with(|m| {
            let mut newest = m.faults.iter().rev().filter(|f| f.at_us <= frame.now_us);
            // Proofs have better sentences of their own.
            newest.find(|f| !f.what.starts_with("proof")).cloned()
        });
        let fault = fault.filter(|f| passed.is_some_and(|passed| f.at_us > passed));
        if !playback.playing.get_untracked() || passed.is_none_or(|p| p > frame.now_us) {
            faults_until.set_value(Some(frame.now_us));
        }
        if let Some(verdict) = broken {
            told.update_value(|t| t.push(verdict.monitor.clone()));
            shown.set(verdict.sentence.clone());
            hold(BAD_NEWS_MS);
        } else if let Some(fault) = fault {
            faults_until.set_value(Some(fault.at_us));
            shown.set(format!("At {}: {}.", words::clock(fault.at_us), fault.what));
            hold(FAULT_MS);
        } else if !(held.get_value() && playback.playing.get_untracked())
            && shown.with_untracked(|s| *s != frame.caption)
        {
            shown.set(frame.caption.clone());
            hold(READING_MS);
        }
    });
    // A step is told while the run stands where it led, whatever else a frame says.
    let text = Memo::new(move |_| {
        let step = run
            .explained
            .with(|e| e.as_ref().map(|e| e.sentence.clone()));
        step.unwrap_or_else(|| shown.get())
    });
    let begun = Memo::new(move |_| run.tick.with(|t| t.steps > 0));
    let rules = Memo::new(move |_| {
        run.explained
            .with(|e| e.as_ref().map(|e| e.rules.clone()).unwrap_or_default())
    });
    view! {
        // While time flows a sentence a second would be chatter: the announcer tells what matters.
        <p class="caption" id="caption" aria-live=move || if playback.playing.get() { "off" } else { "polite" }>
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
