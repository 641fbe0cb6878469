//! The page's second part: what is called from [`behind`] alone, panels that are not open at first. The
//! build takes it out (xtask/src/apart.rs), web/assets/boot.js fetches it, and whoever opens such a panel
//! waits here. A development build is one piece, and nobody waits.

use super::vendor::said;
use crate::app::{App, Tone};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(js_namespace = consensusforgeLater)]
extern "C" {
    fn here() -> bool;
    #[wasm_bindgen(catch)]
    async fn load() -> Result<(), JsValue>;
}

#[derive(Clone, PartialEq, Eq)]
enum State {
    Away,
    Coming,
    Here,
    Failed(String),
}

/// Does what is known to be wanted only once the second part is there. The build finds this function by its
/// name: what is called through it alone is what the second part holds.
#[inline(never)]
pub fn behind<T>(act: impl FnOnce() -> T) -> T {
    act()
}

type Act = Box<dyn FnOnce()>;

/// Made once; all panels share it.
#[derive(Clone, Copy)]
pub struct Later {
    state: RwSignal<State>,
    /// What waits for it.
    acts: StoredValue<Vec<Act>, LocalStorage>,
}

impl Later {
    #[allow(clippy::new_without_default)]
    #[must_use]
    pub fn new() -> Later {
        let state = if here() { State::Here } else { State::Away };
        Later {
            state: RwSignal::new(state),
            acts: StoredValue::new_local(Vec::new()),
        }
    }

    /// What `make` makes, once the second part is there; until then a line that says so.
    pub fn panel(self, make: impl Fn() -> AnyView + Send + 'static) -> AnyView {
        self.boxed(Box::new(move || behind(&make)))
    }

    fn boxed(self, make: Box<dyn Fn() -> AnyView + Send>) -> AnyView {
        self.want();
        (move || match self.state.get() {
            State::Here => make(),
            State::Failed(why) => view! {
                <p class="refusal" role="alert">
                    {missing(&why)}" "
                    <button on:click=move |_| self.want()>"Try again"</button>
                </p>
            }
            .into_any(),
            State::Away | State::Coming => {
                view! { <p class="note" role="status">"Loading …"</p> }.into_any()
            }
        })
        .into_any()
    }

    /// Does this now, or as soon as the second part is there.
    pub fn then(self, app: App, act: impl FnOnce() + 'static) {
        self.queue(app, Box::new(move || behind(act)));
    }

    fn queue(self, app: App, act: Act) {
        if self.state.with_untracked(|s| *s == State::Here) {
            return act();
        }
        self.acts.update_value(|acts| acts.push(act));
        self.want_for(Some(app));
    }

    /// Has it fetched, unless it is there or on its way.
    fn want(self) {
        self.want_for(None);
    }

    /// Told to `app` if it fails: a panel says so itself.
    fn want_for(self, app: Option<App>) {
        if matches!(self.state.get_untracked(), State::Coming | State::Here) {
            return;
        }
        self.state.set(State::Coming);
        spawn_local(async move {
            let loaded = load().await;
            let acts = self.acts.try_update_value(std::mem::take);
            match loaded {
                Ok(()) => {
                    self.state.set(State::Here);
                    for act in acts.unwrap_or_default() {
                        act();
                    }
                }
                Err(why) => {
                    let why = said(&why);
                    if let Some(app) = app {
                        app.say(Tone::Bad, missing(&why));
                    }
                    self.state.set(State::Failed(why));
                }
            }
        });
    }
}

fn missing(why: &str) -> String {
    format!(
        "A part of this page could not be fetched ({why}). The run goes on; if it stays so, reload the page."
    )
}
