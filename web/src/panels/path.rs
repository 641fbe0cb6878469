//! The guided path beside the run: a card over the controls, one step at a time.

use super::term::marked;
use crate::lessons::progress::STEPS;
use crate::lessons::{Stage, Step, path};
use crate::platform::storage;
use crate::state::layout::LayoutState;
use crate::state::lessons::LessonState;
use crate::state::run::RunState;
use consensusforge_core::session::protocols::protocols;
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

/// Names the control the step is done with, for the style sheet to point at.
pub fn wanted() -> impl Fn() -> Option<&'static str> + Copy + 'static {
    let me = expect_context::<LessonState>();
    move || {
        let asked = me.open.get()
            && me.predicted.get().is_some()
            && !me.stage.with(|s| matches!(s, Some(Stage::Done(_))));
        asked.then(|| {
            let at = me.at.get();
            path().into_iter().nth(at).map_or("", |s| s.control)
        })
    }
}

#[component]
pub fn PathCard() -> impl IntoView {
    let me = expect_context::<LessonState>();
    let run = expect_context::<RunState>();
    Effect::new(move |_| {
        run.frame.track();
        me.named.track();
        me.predicted.track();
        if me.open.get() {
            me.observe_frame();
        }
    });
    move || {
        me.open.get().then(|| {
            let at = me.at.get();
            let step = path().into_iter().nth(at).map(StoredValue::new);
            step.map(|step| view! { <Card step=step /> })
        })
    }
}

#[component]
fn Card(step: StoredValue<Step>) -> impl IntoView {
    let me = expect_context::<LessonState>();
    let layout = expect_context::<LayoutState>();
    let run = expect_context::<RunState>();
    let title = NodeRef::<html::H2>::new();
    let task = NodeRef::<html::P>::new();
    let after = NodeRef::<html::Div>::new();
    // An answer takes its button away: the focus goes to what comes next.
    Effect::new(move |_| {
        if let Some(task) = task.get() {
            let _ = task.focus();
        }
    });
    // What came of it is brought into sight with the way on. Whoever is at a control stays there.
    Effect::new(move |_| {
        let Some(after) = after.get() else { return };
        let focused = document().active_element();
        let elsewhere = focused.is_some_and(|e| {
            e.tag_name() != "BODY" && !e.closest(".lesson").is_ok_and(|l| l.is_some())
        });
        request_animation_frame(move || {
            let next = after.query_selector("#lesson-next").ok().flatten();
            let next = next.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok());
            if let Some(next) = next.filter(|_| !elsewhere) {
                let _ = next.focus();
            }
            after.scroll_into_view_with_bool(false);
        });
    });
    Effect::new(move |_| {
        // A new step is read from its beginning.
        if let Some(title) = title.get() {
            let _ = title.focus();
            if let Ok(Some(card)) = title.closest(".lesson") {
                card.scroll_into_view();
            }
        }
    });
    let k = me.at.get_untracked();
    let own = move || me.own_run.get() >= run.opened.get();
    let done = Memo::new(move |_| me.stage.with(|s| matches!(s, Some(Stage::Done(_)))));
    let hint = Memo::new(move |_| {
        me.stage.with(|s| match s {
            Some(Stage::Todo(text)) => text.clone(),
            _ => String::new(),
        })
    });
    let reveal = move || {
        me.stage.with(|s| match s {
            Some(Stage::Done(text)) => text.clone(),
            _ => String::new(),
        })
    };
    let judged = move || {
        let answer = step.with_value(|s| s.answer);
        let right = me.predicted.get().map(usize::from) == Some(answer);
        if right {
            "Your prediction was right. ".to_owned()
        } else {
            let answer = step.with_value(|s| s.choices[answer]);
            let (first, rest) = answer.split_at(1);
            format!("Not quite. The answer is {}{rest}. ", first.to_lowercase())
        }
    };
    view! {
        <section class="lesson" id="lesson" aria-labelledby="lesson-title" data-step=step.with_value(|s| s.id)>
            <div class="card-head">
                <Steps />
                <button class="quiet" title="Leave the guided path; your progress is kept" on:click=move |_| me.close()>"Leave"</button>
            </div>
            <h2 id="lesson-title" tabindex="-1" node_ref=title>{format!("{}. {}", k + 1, step.with_value(|s| s.title))}</h2>
            <p>{marked(step.with_value(|s| s.lead), true)}</p>
            // Whoever came here from another protocol would read its thresholds into these.
            <p class="note" id="lesson-protocol">{format!("This step runs {}.", step.with_value(protocol))}</p>
            <fieldset class="prediction" disabled=move || me.predicted.get().is_some()>
                <legend>{step.with_value(|s| s.question)}</legend>
                {step.with_value(|s| s.choices).into_iter().zip(0u8..).map(|(choice, i)| view! {
                    <button
                        type="button" class="guess" data-choice=i.to_string()
                        aria-pressed=move || (me.predicted.get() == Some(i)).to_string()
                        on:click=move |_| step.with_value(|s| me.predict(s, i))
                    >
                        {choice}
                    </button>
                }).collect_view()}
            </fieldset>
            <Show when=move || me.predicted.get().is_some()>
                <p class="task" tabindex="-1" node_ref=task><strong>"Your turn: "</strong>{step.with_value(|s| s.task)}</p>
            </Show>
            <Show when=move || step.with_value(|s| s.names) && me.predicted.get().is_some()>
                <Names />
            </Show>
            <p class="hint" id="lesson-hint" role="status">{move || hint.get()}</p>
            <Show when=move || !own() && !done.get()>
                <p class="hint">"Another run is open now. "
                    <button on:click=move |_| me.begin(k)>"Restart this step"</button>
                </p>
            </Show>
            <Show when=move || done.get()>
                <div class="reveal" id="lesson-reveal" role="status" node_ref=after>
                    <p><strong>{judged}</strong>{move || marked(&reveal(), true)}</p>
                    <div class="buttons">
                        {if k + 1 < STEPS {
                            view! { <button id="lesson-next" class="strong" on:click=move |_| me.begin(k + 1)>"Next step"</button> }.into_any()
                        } else {
                            view! { <button id="lesson-next" class="strong" on:click=move |_| {
                                me.close();
                                layout.scenarios_open.set(true);
                            }>"Go to the scenarios"</button> }.into_any()
                        }}
                        <button on:click=move |_| me.begin(k)>"Repeat this step"</button>
                    </div>
                </div>
            </Show>
        </section>
    }
}

/// What the run of a step runs, as people write it.
fn protocol(step: &Step) -> &'static str {
    let name = (step.scenario)().protocol.name;
    let found = protocols().into_iter().find(|p| p.name == name);
    found.map_or("its own protocol", |p| p.title)
}

/// One button a step, with what became of it.
#[component]
fn Steps() -> impl IntoView {
    let me = expect_context::<LessonState>();
    view! {
        <ol class="steps" aria-label="Steps of the guided path">
            {path().into_iter().enumerate().map(|(k, step)| {
                let done = move || me.progress.with(|p| p[k].done);
                view! {
                    <li>
                        <button
                            class="quiet" data-done=move || done().to_string()
                            aria-current=move || (me.at.get() == k).then_some("step")
                            aria-label=move || format!("Step {}: {}{}", k + 1, step.title, if done() { ", done" } else { "" })
                            title=step.title
                            on:click=move |_| me.begin(k)
                        >
                            {move || if done() { "✓".to_owned() } else { (k + 1).to_string() }}
                        </button>
                    </li>
                }
            }).collect_view()}
        </ol>
    }
}

/// The validators, to be named.
#[component]
fn Names() -> impl IntoView {
    let me = expect_context::<LessonState>();
    let run = expect_context::<RunState>();
    let nodes = move || run.info.get().map(|w| w.nodes.clone()).unwrap_or_default();
    view! {
        <div class="names" role="group" aria-label="Guilty validators">
            {move || nodes().into_iter().map(|name| {
                let (pressed, toggled) = (name.clone(), name.clone());
                view! {
                    <button
                        type="button"
                        aria-pressed=move || me.named.with(|n| n.contains(&pressed)).to_string()
                        on:click=move |_| me.named.update(|n| match n.iter().position(|x| *x == toggled) {
                            Some(k) => { n.remove(k); }
                            None => n.push(toggled.clone()),
                        })
                    >
                        {name}
                    </button>
                }
            }).collect_view()}
        </div>
    }
}

/// On a first visit: one sentence on what this is, and where to begin.
#[component]
pub fn Welcome() -> impl IntoView {
    const SEEN: &str = "welcomed";
    let me = expect_context::<LessonState>();
    let linked = !crate::platform::address::fragment().is_empty();
    let shown = RwSignal::new(!linked && storage::get(SEEN).is_none());
    let dismiss = move || {
        shown.set(false);
        storage::set(SEEN, "yes");
    };
    view! {
        <Show when=move || shown.get() && !me.open.get()>
            <section class="banner plain welcome" id="welcome" aria-label="Welcome">
                <p>
                    <span>"Validators agree on a chain of blocks inside this tab. Slow their network, make them lie, and see what holds."</span>
                    <button class="strong" id="take-path" on:click=move |_| {
                        dismiss();
                        me.open_or_toggle();
                    }>"Show me in six steps"</button>
                    <button on:click=move |_| dismiss()>"Browse without the guide"</button>
                </p>
            </section>
        </Show>
    }
}
