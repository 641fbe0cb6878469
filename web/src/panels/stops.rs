//! Where a playing run pauses by itself, a search for the same things in its past, and instants with notes.

use crate::state::chart_view::Place;
use crate::state::layout::LayoutState;
use crate::state::playback::Playback;
use crate::state::run::RunState;
use crate::state::selection::Selection;
use crate::state::stops::StopState;
use crate::words;
use consensusforge_core::session::view::{Condition, FoundRecord, Happening};
use leptos::prelude::*;

/// Opens and closes the list; says how many there are.
#[component]
pub fn Toggle() -> impl IntoView {
    let layout = expect_context::<LayoutState>();
    let stops = expect_context::<StopState>();
    view! {
        <button
            id="stops-toggle" class="quiet"
            aria-expanded=move || layout.stops_open.get().to_string()
            aria-controls="stops"
            title="Pause where something happens, find where it happened, and keep notes at instants"
            on:click=move |_| layout.stops_open.update(|on| *on = !*on)
        >
            {move || match stops.conditions.with(Vec::len) + stops.notes.with(Vec::len) {
                0 => "Stops".to_owned(),
                n => format!("Stops {n}"),
            }}
        </button>
    }
}

#[component]
pub fn Stops() -> impl IntoView {
    let layout = expect_context::<LayoutState>();
    view! {
        <Show when=move || layout.stops_open.get()>
            <section class="futures stops" id="stops" aria-label="Stops">
                {view! { <Form /> }.into_any()}
                {view! { <Conditions /> }.into_any()}
                {view! { <Found /> }.into_any()}
                {view! { <Notes /> }.into_any()}
            </section>
        </Show>
    }
}

/// The protocol's word for a round.
fn round(run: RunState) -> String {
    let info = run.info.get();
    info.map_or_else(|| "round".into(), |info| info.round.clone())
}

/// What happens, as the menu has it: by these numbers.
const LOCKS: usize = 0;
const DECIDES: usize = 1;
const SIGNS_TWICE: usize = 2;
const ENTERS: usize = 3;
const RECEIVES: usize = 4;

#[component]
fn Form() -> impl IntoView {
    let run = expect_context::<RunState>();
    let stops = expect_context::<StopState>();
    let what = RwSignal::new(DECIDES);
    let number = RwSignal::new("2".to_owned());
    let kind = RwSignal::new(0usize);
    let who = RwSignal::new(String::new());
    let height = RwSignal::new(String::new());
    let block = RwSignal::new(String::new());
    let read = move || -> Result<Condition, String> {
        let number_of = |text: String, name: &str| {
            let text = text.trim().to_owned();
            text.parse::<u64>()
                .map_err(|_| format!("“{text}” is no {name}: give a whole number."))
        };
        let happening = match what.get_untracked() {
            LOCKS => Happening::Locks,
            SIGNS_TWICE => Happening::DoubleSigns,
            ENTERS => {
                let least = number_of(number.get_untracked(), &round(run))?;
                Happening::EntersRound(u32::try_from(least).unwrap_or(u32::MAX))
            }
            RECEIVES => {
                let info = run.info.get_untracked();
                let name = info.and_then(|i| {
                    let kind = i.kinds.get(kind.get_untracked())?;
                    Some(kind.name.clone())
                });
                Happening::Receives(name.unwrap_or_default())
            }
            _ => Happening::Decides,
        };
        let given = |text: String| Some(text.trim().to_owned()).filter(|t| !t.is_empty());
        Ok(Condition {
            who: given(who.get_untracked()),
            height: match given(height.get_untracked()) {
                Some(text) => Some(number_of(text, "height")?),
                None => None,
            },
            block: given(block.get_untracked()),
            what: happening,
        })
    };
    let with = move |act: fn(&StopState, Condition)| match read() {
        Ok(condition) => act(&stops, condition),
        Err(why) => stops.refusal.set(Some(why)),
    };
    let kinds = move || {
        let info = run.info.get();
        let kinds = info.map(|i| i.kinds.clone()).unwrap_or_default();
        let options = kinds.into_iter().enumerate();
        options
            .map(|(i, k)| view! { <option value=i.to_string()>{k.name}</option> })
            .collect_view()
    };
    let nodes = move || {
        let info = run.info.get();
        let nodes = info.map(|i| i.nodes.clone()).unwrap_or_default();
        nodes
            .into_iter()
            .map(|name| view! { <option value=name.clone()>{name.clone()}</option> })
            .collect_view()
    };
    let index = |event| event_target_value(&event).parse().unwrap_or_default();
    view! {
        <div class="stop-form" role="group" aria-label="What to stop at">
            <select id="stop-who" aria-label="Validator" on:change=move |e| who.set(event_target_value(&e))>
                <option value="">"any validator"</option>
                {nodes}
            </select>
            <select id="stop-what" aria-label="What happens" prop:value=move || what.get().to_string() on:change=move |e| what.set(index(e))>
                <option value=LOCKS.to_string()>"locks a block"</option>
                <option value=DECIDES.to_string() selected=true>"decides a block"</option>
                <option value=SIGNS_TWICE.to_string()>"signs twice"</option>
                <option value=ENTERS.to_string()>{move || format!("enters {} or later:", round(run))}</option>
                <option value=RECEIVES.to_string()>"receives a message:"</option>
            </select>
            <Show when=move || what.get() == ENTERS>
                <input
                    type="number" min="0" id="stop-round" aria-label=move || round(run)
                    prop:value=move || number.get() on:input=move |e| number.set(event_target_value(&e))
                />
            </Show>
            <Show when=move || what.get() == RECEIVES>
                <select id="stop-kind" aria-label="Kind of message" on:change=move |e| kind.set(index(e))>{kinds}</select>
            </Show>
            <input
                type="number" min="0" id="stop-height" placeholder="any height" aria-label="Height; empty for any"
                prop:value=move || height.get() on:input=move |e| height.set(event_target_value(&e))
            />
            <input
                type="text" id="stop-block" class="mono" placeholder="any block" aria-label="First digits of a block; empty for any"
                prop:value=move || block.get() on:input=move |e| block.set(event_target_value(&e))
            />
            <button id="stop-add" title="Pause the run whenever this happens" on:click=move |_| with(StopState::add)>"Pause there"</button>
            <button id="stop-find" title="Find where this has happened so far" on:click=move |_| with(StopState::find)>"Find"</button>
        </div>
        <p class="refusal" role="alert" id="stop-refusal">{move || stops.refusal.get()}</p>
    }
}

#[component]
fn Conditions() -> impl IntoView {
    let run = expect_context::<RunState>();
    let stops = expect_context::<StopState>();
    view! {
        <Show when=move || stops.conditions.with(|c| !c.is_empty())>
            <p>"The run pauses where"</p>
            <ul id="stop-conditions">
                <For each=move || stops.conditions.get() key=|c| format!("{c:?}") let:condition>
                    {
                        let words = condition.words(&round(run));
                        let name = format!("Do not pause any more where {words}");
                        view! {
                            <li>
                                <span>{words}</span>
                                <button class="quiet" aria-label=name.clone() title=name on:click=move |_| stops.remove(&condition)>"✕"</button>
                            </li>
                        }
                    }
                </For>
            </ul>
        </Show>
    }
}

#[component]
fn Found() -> impl IntoView {
    let run = expect_context::<RunState>();
    let stops = expect_context::<StopState>();
    let playback = expect_context::<Playback>();
    let selection = expect_context::<Selection>();
    let go = move |record: &FoundRecord| {
        playback.stop_at(record.at_us);
        selection.select_at(Place {
            at_us: record.at_us,
            node: record.node,
            message: record.message,
            to: record.message.and(record.node),
        });
    };
    move || {
        let (condition, found) = stops.found.get()?;
        let summary = crate::stops::summary(&condition.words(&round(run)), &found);
        let rows = found.records.iter().map(|record| {
            let here = record.clone();
            let held = record
                .until_us
                .map(|until| format!(", until {}", words::clock_exact(until)));
            view! {
                <li>
                    <button class="future" title="Pause there and select it" on:click=move |_| go(&here)>
                        <small>{words::clock_exact(record.at_us)}{held}</small>
                        {format!(" {}", record.what)}
                    </button>
                </li>
            }
        });
        Some(view! {
            <p role="status" id="stop-found">{summary}</p>
            <ul id="stop-results">{rows.collect_view()}</ul>
        })
    }
}

/// Instants with notes: a lecture's way through a run.
#[component]
fn Notes() -> impl IntoView {
    let run = expect_context::<RunState>();
    let stops = expect_context::<StopState>();
    let playback = expect_context::<Playback>();
    let text = RwSignal::new(String::new());
    let add = move |_| {
        stops.note(run.now_us(), text.get_untracked().trim().to_owned());
        text.set(String::new());
    };
    view! {
        <div class="stop-form" role="group" aria-label="Notes at instants">
            <input
                type="text" id="note-text" class="note-text" maxlength="400" placeholder="A note at the instant shown"
                aria-label="A note at the instant shown"
                prop:value=move || text.get() on:input=move |e| text.set(event_target_value(&e))
            />
            <button id="note-add" title="The link will carry it" on:click=add>
                {move || format!("Note at {}", words::clock(run.tick.with(|t| t.now_us)))}
            </button>
        </div>
        <ol id="notes">
            <For each=move || stops.notes.get() key=|s| (s.at_us, s.note.clone()) let:stop>
                {
                    let at_us = stop.at_us;
                    let clock = words::clock(at_us);
                    let name = format!("Take away the stop at {clock}");
                    view! {
                        <li>
                            <button
                                class="future" title="Pause there"
                                aria-current=move || (run.tick.with(|t| t.now_us) == at_us).then_some("true")
                                on:click=move |_| playback.stop_at(at_us)
                            >
                                <small>{clock}</small>{format!(" {}", stop.note)}
                            </button>
                            <button class="quiet" aria-label=name.clone() title=name on:click=move |_| stops.take_away(at_us)>"✕"</button>
                        </li>
                    }
                }
            </For>
        </ol>
    }
}
