//! The inspector: the selected thing's card, laid out, with the way back and forth.

use super::icon::icon;
use crate::app::{App, Sheet, app};
use crate::inspect::Thing;
use crate::inspect::card::{Card, Row, Span, Tone, Votes};
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
    let app = app();
    let empty = Memo::new(move |_| app.looked_at.with(|h| h.shown().is_none()));
    let title = Memo::new(move |_| app.card.with(|c| c.as_ref().map(|c| c.title.clone())));
    let kind = Memo::new(move |_| app.card.with(|c| c.as_ref().map(|c| c.kind.clone())));
    // Told to a screen reader when another thing is selected, not whenever its figures move.
    let told = Memo::new(move |_| {
        let thing = app.card.with(|c| c.as_ref().map(|c| c.thing.clone()));
        thing.map(|_| title.get_untracked().map_or(String::new(), |t| words(&t)))
    });
    let keys = move |event: ev::KeyboardEvent| {
        let key = event.key();
        if key == "Backspace" {
            event.prevent_default();
            app.look_back();
        } else if key == "Escape" {
            app.look_away();
        }
    };
    view! {
        <section class="card inspector" id="inspector" tabindex="-1" aria-label="Inspector" on:keydown=keys>
            <p class="unseen" aria-live="polite">{move || told.get()}</p>
            <div class="card-head" class:gone=move || empty.get()>
                <div class="looked-at">
                    <small>{move || kind.get()}</small>
                    <strong id="inspected">{move || title.get().map(|t| spans(app, &t))}</strong>
                </div>
                <div class="buttons">
                    <button
                        class="quiet" aria-label="Back to the thing before" title="Back (Backspace)"
                        disabled=move || !app.looked_at.with(|h| h.can_go_back())
                        on:click=move |_| app.look_back()
                    >
                        "←"
                    </button>
                    <button
                        class="quiet" aria-label="Forward again" title="Forward"
                        disabled=move || !app.looked_at.with(|h| h.can_go_forward())
                        on:click=move |_| app.look_forward()
                    >
                        "→"
                    </button>
                    <button class="quiet" aria-label="Put away" title="Put away (Esc)" on:click=move |_| app.look_away()>{icon("close")}</button>
                </div>
            </div>
            <Show when=move || empty.get()>
                <Empty />
            </Show>
            <super::chart::InspectedHands />
            <div class="card-body" class:gone=move || empty.get()>
                <For
                    each=move || app.card.with(|c| c.as_deref().map(lines).unwrap_or_default())
                    key=|l| l.0
                    let:line
                >
                    {match line.1 {
                        Line::Heading(text) => view! { <h3>{text}</h3> }.into_any(),
                        Line::Row(row) => show(app, row),
                    }}
                </For>
            </div>
        </section>
    }
}

/// What to do, and something to begin with.
#[component]
fn Empty() -> impl IntoView {
    let app = app();
    let height = Memo::new(move |_| {
        let top =
            |f: &consensusforge_core::session::view::Frame| f.nodes.iter().map(|n| n.height).max();
        app.frame.with(|f| f.as_ref().and_then(|f| top(f)))
    });
    let node = move || {
        app.world
            .with(|w| w.as_ref().and_then(|w| w.nodes.first().cloned()))
    };
    view! {
        <p class="note">
            "Nothing selected. Click a message, a mark or a name in the chart: its whole story stands here. Begin with "
            {move || height.get().map(|h| link(app, format!("height {h}"), Thing::Height(h)))}
            " or "
            {move || node().map(|name| link(app, name, Thing::Node { node: 0, at_us: None }))}
            "."
        </p>
    }
}

fn show(app: App, row: Row) -> AnyView {
    match row {
        Row::Fact(name, value) => view! {
            <div class="fact"><span>{name}</span><div>{spans(app, &value)}</div></div>
        }
        .into_any(),
        Row::Line(value) => view! { <p class="told">{spans(app, &value)}</p> }.into_any(),
        Row::Votes(votes) => bar(app, &votes),
    }
}

fn bar(app: App, v: &Votes) -> AnyView {
    let percent = |t: u16| format!("{}.{}%", t / 10, t % 10);
    view! {
        <div class="votes" data-reached=v.reached.to_string()>
            <div>{spans(app, &v.label)}</div>
            <div class="votes-bar" aria-hidden="true">
                <span style:width=percent(v.share)></span>
                <i style:left=percent(v.quorum)></i>
            </div>
            <small>{if v.reached { "✔ quorum: " } else { "" }}{v.said.clone()}</small>
            <div class="voters">{spans(app, &v.voters)}</div>
        </div>
    }
    .into_any()
}

fn spans(app: App, all: &[Span]) -> Vec<AnyView> {
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
            Span::Link(text, thing) => link(app, text.clone(), thing.clone()),
            Span::Time(text, at_us) => {
                let at_us = *at_us;
                let go = move |_| {
                    app.play(false);
                    app.seek(at_us);
                };
                view! { <button class="link" title="Go to this instant" on:click=go>{text.clone()}</button> }
                    .into_any()
            }
            Span::Code(text) => view! { <code title=text.clone()>{text.clone()}</code> }.into_any(),
        })
        .collect()
}

/// A name that selects what it names.
pub fn link(app: App, text: String, thing: Thing) -> AnyView {
    let select = move |_| app.select(thing.clone());
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
pub fn follow(app: App) {
    Effect::new(move |before: Option<bool>| {
        let shown = app.looked_at.with(|h| h.shown().is_some());
        if before.is_some() {
            app.card.set(None);
            if shown && app.sheet.get_untracked() == Sheet::None {
                app.sheet.set(Sheet::Side);
            }
            let thing = app.looked_at.with_untracked(|h| h.shown().cloned());
            app.send(crate::protocol::ToWorker::Inspect(thing));
        }
        shown
    });
}
