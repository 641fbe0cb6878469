//! Choosing the lanes: a protocol each, and the parameters in which it differs.

use super::focus::focus;
use crate::model::ParamValue;
use crate::panels::icon::icon;
use crate::panels::protocol::{from_milliseconds, in_milliseconds};
use crate::race::lineup;
use crate::state::race::RaceState;
use consensusforge_core::session::protocols::{
    Control, ParameterView, families, parameters, protocols,
};
use consensusforge_core::session::race_link::MOST_LANES;
use leptos::prelude::*;

#[component]
pub fn Choose() -> impl IntoView {
    let race = expect_context::<RaceState>();
    let fresh = move || race.lanes.with(Vec::is_empty);
    // One key starts what is proposed; of a race that is on, the first lane comes first.
    focus(if untrack(fresh) {
        "race-start"
    } else {
        "race-lane-1"
    });
    // Counts removals: the lanes after one that went move up, with all their fields.
    let removed = RwSignal::new(0u32);
    let count = Memo::new(move |_| race.draft.with(Vec::len));
    let same = move || {
        race.draft.with(|d| lineup::same_lanes(d)).map(|(a, b)| {
            format!(
                "Lanes {a} and {b} are the same. Change a parameter of one to see what it does."
            )
        })
    };
    let add = move |_| {
        race.draft
            .update(|draft| draft.extend(lineup::another(draft)));
    };
    let begin = move |_| {
        race.start();
        focus("race-play");
    };
    let places = move || {
        (0..count.get())
            .map(move |k| (removed.get(), k))
            .collect::<Vec<_>>()
    };
    let full = move || count.get() >= MOST_LANES;
    view! {
        <section class="race-choose" aria-label="Choose the lanes">
            <ol>
                <For each=places key=|place| *place let:place>
                    <Chosen place=place.1 removed=removed />
                </For>
            </ol>
            <p class="note" role="status">{same}</p>
            <div class="buttons">
                <button id="race-start" class="strong" on:click=begin>
                    {move || if fresh() { "Start the race" } else { "Race these lanes" }}
                </button>
                <button id="race-add" disabled=full on:click=add>"Add a lane"</button>
            </div>
        </section>
    }
}

/// One lane of the draft, by its place.
#[component]
fn Chosen(place: usize, removed: RwSignal<u32>) -> impl IntoView {
    let race = expect_context::<RaceState>();
    let lane = Memo::new(move |_| race.draft.with(|d| d.get(place).cloned()));
    let protocol = Memo::new(move |_| {
        lane.with(|l| l.as_ref().map(|l| l.protocol.clone()).unwrap_or_default())
    });
    let choose = move |event| {
        let name = event_target_value(&event);
        race.draft.update(|draft| {
            if let Some(lane) = draft.get_mut(place) {
                *lane = lineup::plain(&name);
            }
        });
    };
    let remove = move |_| {
        race.draft.update(|draft| {
            if draft.len() > 2 && place < draft.len() {
                draft.remove(place);
            }
        });
        removed.update(|n| *n += 1);
    };
    let few = move || race.draft.with(|d| d.len() <= 2);
    // Anew for another protocol only: a field that is typed in keeps the focus.
    let fields = move || {
        protocol.track();
        let spec = race
            .scenario
            .with(|s| lane.get_untracked().map(|l| l.scenario(s).protocol));
        let all = spec.map(|spec| parameters(&spec)).unwrap_or_default();
        all.into_iter()
            .map(|p| field(race, place, p))
            .collect_view()
    };
    let differs = move || {
        lane.with(|l| {
            l.as_ref()
                .map(lineup::parameters_in_words)
                .unwrap_or_default()
        })
    };
    let summary = move || {
        let name = protocol.get();
        let all = protocols();
        all.iter()
            .find(|p| p.name == name)
            .map_or("", |p| p.summary)
    };
    let id = format!("race-lane-{}", place + 1);
    view! {
        <li>
            <div class="race-choice">
                <label for=id.clone()>{format!("Lane {}", place + 1)}</label>
                <select id=id prop:value=move || protocol.get() on:change=choose>
                    {families()
                        .into_iter()
                        .map(|(family, members)| {
                            let options = members
                                .into_iter()
                                .map(|p| view! { <option value=p.name title=p.summary>{p.title}</option> });
                            view! { <optgroup label=family>{options.collect_view()}</optgroup> }
                        })
                        .collect_view()}
                </select>
                <button
                    class="quiet" aria-label=format!("Remove lane {}", place + 1) title="Remove this lane"
                    disabled=few on:click=remove
                >{icon("close")}</button>
            </div>
            <p class="race-summary">{summary}</p>
            <details>
                <summary>"Parameters "<small>{differs}</small></summary>
                {fields}
            </details>
        </li>
    }
}

/// A control for a parameter of the lane at `place` of the draft.
fn field(race: RaceState, place: usize, shown: ParameterView) -> AnyView {
    let ParameterView {
        name,
        title,
        sentence,
        unit,
        control,
    } = shown;
    let id = format!("race-{}-{name}", place + 1);
    let label = id.clone();
    let wrong = RwSignal::new("");
    let set = move |value: ParamValue| {
        wrong.set("");
        let scenario = race.scenario.get_untracked();
        race.draft.update(|draft| {
            if let Some(lane) = draft.get_mut(place) {
                lineup::set(lane, &scenario, &name, value);
            }
        });
    };
    let millis = unit == "us";
    let field = match control {
        Control::Number { value, .. } => {
            let text = if millis {
                in_milliseconds(value)
            } else {
                value.to_string()
            };
            let change = move |event| {
                let text = event_target_value(&event);
                let read = match millis {
                    true => from_milliseconds(&text),
                    false => text.trim().parse().ok(),
                };
                match read {
                    Some(n) => set(ParamValue::Number(n)),
                    None if millis => {
                        wrong.set("Enter milliseconds, with at most three places behind the point.")
                    }
                    None => wrong.set("Enter a whole number of at least 0."),
                }
            };
            view! {
                <input type="text" inputmode="decimal" id=id title=sentence prop:value=text on:change=change />
                <small>{if millis { "ms" } else { "" }}</small>
            }
            .into_any()
        }
        Control::Switch { value, .. } => view! {
            <input
                type="checkbox" id=id title=sentence prop:checked=value
                on:change=move |event| set(ParamValue::Switch(event_target_checked(&event)))
            />
        }
        .into_any(),
        Control::Choice { options, value, .. } => view! {
            <select
                id=id title=sentence prop:value=value
                on:change=move |event| set(ParamValue::Choice(event_target_value(&event)))
            >
                {options
                    .into_iter()
                    .map(|o| view! { <option value=o.clone()>{o.replace('_', " ")}</option> })
                    .collect_view()}
            </select>
        }
        .into_any(),
    };
    view! {
        <div class="control choice">
            <label for=label>{title}</label>
            <span class="seed">{field}</span>
            <small class="complaint" role="alert">{move || wrong.get()}</small>
        </div>
    }
    .into_any()
}
