//! The guided path beside the run: a card over the controls, one step at a time.

use super::term::marked;
use crate::app::{App, Sheet, app};
use crate::lessons::progress::{self, Progress, STEPS};
use crate::lessons::{Seen, Stage, Step, Watch, path};
use crate::platform::kept;
use leptos::{html, prelude::*};

const KEY: &str = "path";

/// Where the reader is. Made once; the card and whatever opens it share it.
#[derive(Clone, Copy)]
pub struct Path {
    pub open: RwSignal<bool>,
    at: RwSignal<usize>,
    progress: RwSignal<Progress>,
    /// The prediction of this visit to the step.
    predicted: RwSignal<Option<u8>>,
    stage: RwSignal<Option<Stage>>,
    named: RwSignal<Vec<String>>,
    /// Which opened run is the step's own ([`App::opened`]).
    run: RwSignal<u32>,
    watch: StoredValue<Option<Box<dyn Watch>>, LocalStorage>,
}

impl Path {
    #[allow(clippy::new_without_default)]
    pub fn new() -> Path {
        Path {
            open: RwSignal::new(false),
            at: RwSignal::new(0),
            progress: RwSignal::new(progress::read(&kept::get(KEY).unwrap_or_default())),
            predicted: RwSignal::new(None),
            stage: RwSignal::new(None),
            named: RwSignal::new(Vec::new()),
            run: RwSignal::new(0),
            watch: StoredValue::new_local(None),
        }
    }

    /// Opens the path where the reader left it; one that is open is shown or put out of sight.
    pub fn take_up(&self, app: App) {
        if self.open.get_untracked() {
            let up = app.sheet.get_untracked() == Sheet::Controls;
            app.sheet
                .set(if up { Sheet::None } else { Sheet::Controls });
            return;
        }
        self.begin(app, progress::next(&self.progress.get_untracked()));
    }

    fn begin(&self, app: App, k: usize) {
        let Some(step) = path().into_iter().nth(k) else {
            return;
        };
        self.at.set(k);
        self.predicted.set(None);
        self.stage.set(None);
        self.named.set(Vec::new());
        self.watch.set_value(None);
        self.run.set(app.opened.get_untracked() + 1);
        self.open.set(true);
        app.sheet.set(Sheet::Controls);
        app.stage((step.scenario)(), step.speed, step.plays);
    }

    pub fn close(&self, app: App) {
        self.open.set(false);
        self.watch.set_value(None);
        app.sheet.set(Sheet::None);
    }

    fn predict(&self, step: &Step, choice: u8) {
        self.predicted.set(Some(choice));
        self.watch.set_value(Some((step.watch)()));
        let k = self.at.get_untracked();
        self.progress.update(|p| p[k].prediction = Some(choice));
        self.keep();
    }

    fn keep(&self) {
        kept::set(KEY, &progress::write(&self.progress.get_untracked()));
    }

    /// Shows the step's watch the newest frame; once done, it stays done.
    fn look(&self, app: App) {
        let done = self
            .stage
            .with_untracked(|s| matches!(s, Some(Stage::Done(_))));
        if done || self.run.get_untracked() != app.opened.get_untracked() {
            return;
        }
        let (Some(frame), Some(world)) = (app.frame.get_untracked(), app.world.get_untracked())
        else {
            return;
        };
        let named = self.named.get_untracked();
        let stage = app.force.with_untracked(|force| {
            let seen = Seen {
                frame: &frame,
                world: &world,
                force,
                named: &named,
            };
            self.watch
                .try_update_value(|w| w.as_mut().map(|w| w.see(&seen)))
                .flatten()
        });
        if matches!(stage, Some(Stage::Done(_))) {
            let k = self.at.get_untracked();
            self.progress.update(|p| p[k].done = true);
            self.keep();
        }
        if self.stage.with_untracked(|s| *s != stage) {
            self.stage.set(stage);
        }
    }
}

pub fn the_path() -> Path {
    expect_context()
}

/// Names the control the step is done with, for the style sheet to point at.
pub fn wanted() -> impl Fn() -> Option<&'static str> + Copy + 'static {
    let me = the_path();
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
    let me = the_path();
    let app = app();
    Effect::new(move |_| {
        app.frame.track();
        me.named.track();
        me.predicted.track();
        if me.open.get() {
            me.look(app);
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
    let me = the_path();
    let app = app();
    let title = NodeRef::<html::H2>::new();
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
    let own = move || me.run.get() >= app.opened.get();
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
            "You predicted it. ".to_owned()
        } else {
            format!(
                "Not as predicted. It is: {}. ",
                step.with_value(|s| s.choices[answer])
            )
        }
    };
    view! {
        <section class="lesson" id="lesson" aria-labelledby="lesson-title" data-step=step.with_value(|s| s.id)>
            <div class="card-head">
                <Steps />
                <button class="quiet" title="Leave the path; what is done stays done" on:click=move |_| me.close(app)>"Leave"</button>
            </div>
            <h2 id="lesson-title" tabindex="-1" node_ref=title>{format!("{}. {}", k + 1, step.with_value(|s| s.title))}</h2>
            <p>{marked(step.with_value(|s| s.lead), true)}</p>
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
                <p class="task"><strong>"Now you: "</strong>{step.with_value(|s| s.task)}</p>
            </Show>
            <Show when=move || step.with_value(|s| s.names) && me.predicted.get().is_some()>
                <Names />
            </Show>
            <p class="hint" id="lesson-hint" role="status">{move || hint.get()}</p>
            <Show when=move || !own() && !done.get()>
                <p class="hint">"Another run is open now. "
                    <button on:click=move |_| me.begin(app, k)>"Begin this step again"</button>
                </p>
            </Show>
            <Show when=move || done.get()>
                <div class="reveal" id="lesson-reveal" role="status">
                    <p><strong>{judged}</strong>{move || marked(&reveal(), true)}</p>
                    <div class="buttons">
                        {if k + 1 < STEPS {
                            view! { <button id="lesson-next" class="strong" on:click=move |_| me.begin(app, k + 1)>"Next step"</button> }.into_any()
                        } else {
                            view! { <button id="lesson-next" class="strong" on:click=move |_| {
                                me.close(app);
                                app.listing.set(true);
                            }>"On to the scenarios"</button> }.into_any()
                        }}
                        <button on:click=move |_| me.begin(app, k)>"Again"</button>
                    </div>
                </div>
            </Show>
        </section>
    }
}

/// One button a step, with what became of it.
#[component]
fn Steps() -> impl IntoView {
    let me = the_path();
    let app = app();
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
                            on:click=move |_| me.begin(app, k)
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
    let me = the_path();
    let app = app();
    let nodes = move || app.world.get().map(|w| w.nodes.clone()).unwrap_or_default();
    view! {
        <div class="names" role="group" aria-label="The guilty">
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
    let me = the_path();
    let app = app();
    let linked = !crate::platform::place::fragment().is_empty();
    let shown = RwSignal::new(!linked && kept::get(SEEN).is_none());
    let put_away = move || {
        shown.set(false);
        kept::set(SEEN, "yes");
    };
    view! {
        <Show when=move || shown.get() && !me.open.get()>
            <section class="banner plain welcome" id="welcome" aria-label="Welcome">
                <p>
                    <span>"Validators agree on a chain of blocks, in this tab and nowhere else. Bend their network, make them lie, see what holds."</span>
                    <button class="strong" id="take-path" on:click=move |_| {
                        put_away();
                        me.take_up(app);
                    }>"Show me, in six steps"</button>
                    <button on:click=move |_| put_away()>"I’ll look around"</button>
                </p>
            </section>
        </Show>
    }
}
