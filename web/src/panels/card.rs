//! The inspector: the card of what is selected, and the buttons that go back and forward.

use super::icon::icon;
use crate::inspect::Thing;
use crate::inspect::card::{Card, Row, Span, Tone, Votes};
use crate::state::layout::{LayoutState, Sheet};
use crate::state::playback::Playback;
use crate::state::run::RunState;
use crate::state::selection::Selection;
use crate::state::worker::WorkerLink;
use leptos::{ev, prelude::*};
use std::hash::{DefaultHasher, Hash, Hasher};

/// One line of a card: a heading or a row.
#[derive(Clone)]
enum Line {
    Heading(String),
    Row(Row),
}

/// Lines under keys that stay while their words do: what has the focus keeps it as the run goes on.
fn lines(card: &Card) -> Vec<((usize, u64), Line)> {
    let mut all = Vec::new();
    for section in &card.sections {
        if !section.title.is_empty() {
            all.push(Line::Heading(section.title.clone()));
        }
        all.extend(section.rows.iter().cloned().map(Line::Row));
    }
    let stamp = |line: &Line| {
        let bytes = match line {
            Line::Heading(text) => borsh::to_vec(text),
            Line::Row(row) => borsh::to_vec(row),
        };
        let mut hasher = DefaultHasher::new();
        bytes.unwrap_or_default().hash(&mut hasher);
        hasher.finish()
    };
    all.into_iter()
        .enumerate()
        .map(|(k, line)| ((k, stamp(&line)), line))
        .collect()
}

#[component]
pub fn Inspector() -> impl IntoView {
    let playback = expect_context::<Playback>();
    let selection = expect_context::<Selection>();
    let empty = Memo::new(move |_| selection.history.with(|h| h.shown().is_none()));
    let title = Memo::new(move |_| selection.card.with(|c| c.as_ref().map(|c| c.title.clone())));
    let kind = Memo::new(move |_| selection.card.with(|c| c.as_ref().map(|c| c.kind.clone())));
    // Told to a screen reader when another thing is selected, not whenever its figures move.
    let told = Memo::new(move |_| {
        let thing = selection.card.with(|c| c.as_ref().map(|c| c.thing.clone()));
        thing.map(|_| title.get_untracked().map_or(String::new(), |t| words(&t)))
    });
    let keys = move |event: ev::KeyboardEvent| {
        let key = event.key();
        if key == "Backspace" {
            event.prevent_default();
            selection.back();
        } else if key == "Escape" {
            selection.clear();
        }
    };
    view! {
        <section class="card inspector" id="inspector" tabindex="-1" aria-label="Inspector" on:keydown=keys>
            <p class="visually-hidden" aria-live="polite">{move || told.get()}</p>
            <div class="card-head" class:gone=move || empty.get()>
                <div class="inspected-head">
                    <small>{move || kind.get()}</small>
                    <strong id="inspected">{move || title.get().map(|t| spans(playback, selection, &t))}</strong>
                </div>
                <div class="buttons">
                    <button
                        class="quiet" aria-label="Back to previous" title="Back (Backspace)"
                        disabled=move || !selection.history.with(|h| h.can_go_back())
                        on:click=move |_| selection.back()
                    >
                        "←"
                    </button>
                    <button
                        class="quiet" aria-label="Forward to next" title="Forward"
                        disabled=move || !selection.history.with(|h| h.can_go_forward())
                        on:click=move |_| selection.forward()
                    >
                        "→"
                    </button>
                    <button class="quiet" aria-label="Close" title="Close (Esc)" on:click=move |_| selection.clear()>{icon("close")}</button>
                </div>
            </div>
            <Show when=move || empty.get()>
                <Empty />
            </Show>
            <super::chart::InspectedInterventions />
            <div class="card-body" class:gone=move || empty.get()>
                <For
                    each=move || selection.card.with(|c| c.as_deref().map(lines).unwrap_or_default())
                    key=|l| l.0
                    let:line
                >
                    {match line.1 {
                        Line::Heading(text) => view! { <h3>{text}</h3> }.into_any(),
                        Line::Row(row) => show(playback, selection, row),
                    }}
                </For>
            </div>
        </section>
    }
}

/// What to do, and something to start with.
#[component]
fn Empty() -> impl IntoView {
    let run = expect_context::<RunState>();
    let selection = expect_context::<Selection>();
    let height = Memo::new(move |_| {
        let top =
            |f: &consensusforge_core::session::view::Frame| f.nodes.iter().map(|n| n.height).max();
        run.frame.with(|f| f.as_ref().and_then(|f| top(f)))
    });
    let node = move || {
        run.info
            .with(|w| w.as_ref().and_then(|w| w.nodes.first().cloned()))
    };
    view! {
        <p class="note">
            "Nothing selected. Click a message, a mark or a name in the chart, and its full story appears here. Start with "
            {move || height.get().map(|h| link(selection, format!("height {h}"), Thing::Height(h)))}
            " or "
            {move || node().map(|name| link(selection, name, Thing::Node { node: 0, at_us: None }))}
            "."
        </p>
    }
}

fn show(playback: Playback, selection: Selection, row: Row) -> AnyView {
    match row {
        Row::Fact(name, value) => view! {
            <div class="fact"><span>{name}</span><div>{spans(playback, selection, &value)}</div></div>
        }
        .into_any(),
        Row::Line(value) => view! { <p class="told">{spans(playback, selection, &value)}</p> }.into_any(),
        Row::Votes(votes) => bar(playback, selection, &votes),
    }
}

fn bar(playback: Playback, selection: Selection, v: &Votes) -> AnyView {
    let percent = |t: u16| format!("{}.{}%", t / 10, t % 10);
    view! {
        <div class="votes" data-reached=v.reached.to_string()>
            <div>{spans(playback, selection, &v.label)}</div>
            <div class="votes-bar" aria-hidden="true">
                <span style:width=percent(v.share)></span>
                <i style:left=percent(v.quorum)></i>
            </div>
            <small>{if v.reached { "✔ quorum: " } else { "" }}{v.said.clone()}</small>
            <div class="voters">{spans(playback, selection, &v.voters)}</div>
        </div>
    }
    .into_any()
}

fn spans(playback: Playback, selection: Selection, all: &[Span]) -> Vec<AnyView> {
    all.iter()
        .map(|span| match span {
            Span::Text(text) => text.clone().into_any(),
            Span::Toned(tone, text) => {
                let class = match tone {
                    Tone::Soft => "soft",
                    Tone::Good => "good",
                    Tone::Bad => "bad",
                };
                view! { <span class=class>{text.clone()}</span> }.into_any()
            }
            Span::Link(text, thing) => link(selection, text.clone(), thing.clone()),
            Span::Time(text, at_us) => {
                let at_us = *at_us;
                let go = move |_| {
                    playback.play(false);
                    playback.seek(at_us);
                };
                view! { <button class="link" title="Go to this instant" on:click=go>{text.clone()}</button> }
                    .into_any()
            }
            Span::Code(text) => view! { <code title=text.clone()>{text.clone()}</code> }.into_any(),
        })
        .collect()
}

/// A name that selects what it names.
pub fn link(selection: Selection, text: String, thing: Thing) -> AnyView {
    let select = move |_| selection.select(thing.clone());
    view! { <button class="link" on:click=select>{text}</button> }.into_any()
}

fn words(all: &[Span]) -> String {
    let mut out = String::new();
    for span in all {
        match span {
            Span::Text(t)
            | Span::Toned(_, t)
            | Span::Link(t, _)
            | Span::Time(t, _)
            | Span::Code(t) => {
                out.push_str(t);
            }
        }
    }
    out
}

/// Follows the selection: asks the worker for its card, and brings it up on a narrow page.
pub fn follow_selection() {
    let worker = expect_context::<WorkerLink>();
    let layout = expect_context::<LayoutState>();
    let selection = expect_context::<Selection>();
    Effect::new(move |before: Option<bool>| {
        let shown = selection.history.with(|h| h.shown().is_some());
        if before.is_some() {
            selection.card.set(None);
            if shown && layout.sheet.get_untracked() == Sheet::None {
                layout.sheet.set(Sheet::Side);
            }
            let thing = selection.history.with_untracked(|h| h.shown().cloned());
            worker.send(crate::protocol::ToWorker::Inspect(thing));
        }
        shown
    });
}
