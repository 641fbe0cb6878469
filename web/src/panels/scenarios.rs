//! Choosing a scenario: the short list in the bar, the long one with what to look at, and the line on
//! what to look at in the one that runs.

use super::icon::icon;
use super::term::marked;
use crate::platform::address;
use crate::runs::KeptRun;
use crate::state::chart_view::Place;
use crate::state::history::HistoryState;
use crate::state::layout::LayoutState;
use crate::state::lessons::LessonState;
use crate::state::playback::Playback;
use crate::state::scenarios::ScenarioState;
use crate::state::selection::Selection;
use crate::words;
use consensusforge_core::session::view::Preset;
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

/// Groups in the order of their first scenario, each with its scenarios.
fn grouped(presets: &[Preset]) -> Vec<(String, Vec<Preset>)> {
    let mut groups: Vec<(String, Vec<Preset>)> = Vec::new();
    for preset in presets {
        match groups.iter_mut().find(|(group, _)| *group == preset.group) {
            Some((_, members)) => members.push(preset.clone()),
            None => groups.push((preset.group.clone(), vec![preset.clone()])),
        }
    }
    groups
}

/// The scenario `by` places on from the one that runs, in the order of the lists.
pub fn neighbour(scenarios: ScenarioState, by: isize) {
    let all: Vec<Preset> = scenarios.presets.with_untracked(|p| {
        grouped(p)
            .into_iter()
            .flat_map(|(_, members)| members)
            .collect()
    });
    let here = scenarios.preset.get_untracked();
    let at = all.iter().position(|p| p.id == here);
    let next = at.map_or(Some(0), |at| at.checked_add_signed(by));
    if let Some(preset) = next.and_then(|k| all.get(k)) {
        scenarios.open_preset(preset);
    }
}

/// The list in the bar.
#[component]
pub fn Pick() -> impl IntoView {
    let layout = expect_context::<LayoutState>();
    let scenarios = expect_context::<ScenarioState>();
    let choose = move |event| {
        let id = event_target_value(&event);
        let preset = scenarios
            .presets
            .with_untracked(|p| p.iter().find(|p| p.id == id).cloned());
        if let Some(preset) = preset {
            scenarios.open_preset(&preset);
        }
    };
    let history = expect_context::<HistoryState>();
    let previous = Memo::new(move |_| history.previous());
    view! {
        {move || previous.get().map(|title| {
            let says = format!("Back to “{title}”");
            view! {
                <button class="quiet" id="previous-run" aria-label=says.clone() title=says on:click=move |_| address::back()>
                    {icon("return")}
                </button>
            }
        })}
        <label class="pick">
            <span>"Scenario"</span>
            <select
                id="scenario"
                aria-label="Scenario"
                on:change=choose
                prop:value=move || {
                    scenarios.presets.track();
                    scenarios.preset.get()
                }
            >
                {move || scenarios.presets.with(|p| grouped(p)).into_iter().map(|(group, members)| view! {
                    <optgroup label=group>
                        {members.into_iter().map(|p| view! { <option value=p.id>{p.title}</option> }).collect_view()}
                    </optgroup>
                }).collect_view()}
                <option value="" hidden=true>{move || history.title.get()}</option>
            </select>
        </label>
        <button class="quiet" id="all-scenarios" aria-label="All scenarios" title="All scenarios, and what to look at in each" on:click=move |_| layout.scenarios_open.set(true)>
            {icon("list")}
        </button>
    }
}

/// What to look at in the scenario that runs.
#[component]
pub fn Look() -> impl IntoView {
    let scenarios = expect_context::<ScenarioState>();
    let path = expect_context::<LessonState>();
    let playback = expect_context::<Playback>();
    let selection = expect_context::<Selection>();
    let look = Memo::new(move |_| {
        let id = scenarios.preset.get();
        scenarios
            .presets
            .with(|p| {
                p.iter()
                    .find(|p| p.id == id)
                    .map(|p| (p.look.clone(), p.point_us))
            })
            .filter(|_| !path.open.get())
    });
    move || {
        look.get().map(|text| {
            let (text, point_us) = text;
            let go = move |_| {
                playback.stop_at(point_us);
                selection.select_at(Place { at_us: point_us, node: None, message: None, to: None });
            };
            view! {
                <p class="look" id="look">
                    <strong>"Look: "</strong>{marked(&text, true)}" "
                    <button class="link" id="to-the-point" title="Pause at the instant at which this is seen" on:click=go>
                        "Go to what this is about"
                    </button>
                </p>
            }
        })
    }
}

/// Where one left a run, and what keeps it.
fn left_at(run: &KeptRun) -> String {
    let changes = match run.commands {
        0 => String::new(),
        1 => ", with one change".into(),
        n => format!(", with {n} changes"),
    };
    // Too large for a link, or a saved trace.
    let kept = if run.link.is_empty() {
        "; kept until this tab is closed"
    } else {
        ""
    };
    format!("Left at {}{changes}{kept}.", words::clock(run.at_us))
}

/// All of them, in groups.
#[component]
pub fn Scenarios() -> impl IntoView {
    let layout = expect_context::<LayoutState>();
    let scenarios = expect_context::<ScenarioState>();
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            if layout.scenarios_open.get() && !dialog.open() {
                let _ = dialog.show_modal();
                // The way on is from where one is.
                let here = dialog.query_selector("[aria-current]").ok().flatten();
                if let Some(here) = here.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
                    let _ = here.focus();
                }
            } else if !layout.scenarios_open.get() {
                dialog.close();
            }
        }
    });
    let history = expect_context::<HistoryState>();
    let reopen = move |run: &KeptRun| {
        layout.scenarios_open.set(false);
        history.reopen(&run.id);
    };
    let groups = move || scenarios.presets.with(|p| grouped(p));
    view! {
        <dialog class="scenarios" node_ref=dialog on:close=move |_| layout.scenarios_open.set(false) aria-labelledby="scenarios-title">
            <div class="card-head">
                <h2 id="scenarios-title">"Scenarios"</h2>
                <button class="quiet" aria-label="Close" on:click=move |_| layout.scenarios_open.set(false)>{icon("close")}</button>
            </div>
            {move || {
                let runs = history.earlier.get();
                (!runs.is_empty()).then(|| view! {
                    <section id="earlier-runs">
                        <h3>"Your earlier runs"</h3>
                        <ul>
                            {runs.into_iter().map(|run| view! {
                                <li>
                                    <button data-run=run.id.clone() on:click={let run = run.clone(); move |_| reopen(&run)}>
                                        <strong>{run.title.clone()}</strong>
                                        <span>{left_at(&run)}</span>
                                    </button>
                                </li>
                            }).collect_view()}
                        </ul>
                        <button class="quiet" id="forget-runs" on:click=move |_| history.forget()>"Forget these runs"</button>
                    </section>
                })
            }}
            {move || groups().into_iter().map(|(group, members)| view! {
                <section>
                    <h3>{group}</h3>
                    <ul>
                        {members.into_iter().map(|preset| {
                            let (title, look, id) = (preset.title.clone(), preset.look.clone(), preset.id.clone());
                            let here = preset.id.clone();
                            view! {
                                <li>
                                    <button
                                        data-scenario=id
                                        aria-current=move || (scenarios.preset.get() == here).then_some("true")
                                        on:click=move |_| {
                                            layout.scenarios_open.set(false);
                                            scenarios.open_preset(&preset);
                                        }
                                    >
                                        <strong>{title}</strong>
                                        <span>{look}</span>
                                    </button>
                                </li>
                            }
                        }).collect_view()}
                    </ul>
                </section>
            }).collect_view()}
        </dialog>
    }
}
