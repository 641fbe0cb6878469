//! A calm word when this machine cannot keep up with the speed that was chosen.

use crate::app::app;
use crate::pace::Pace;
use crate::words;
use leptos::prelude::*;

#[component]
pub fn Overload() -> impl IntoView {
    let app = app();
    let pace = StoredValue::new(Pace::default());
    let reached = RwSignal::new(None::<f64>);
    Effect::new(move |_| {
        let tick = app.tick.get();
        // A hidden page is given little time, and as fast as possible is always kept up with.
        let flowing = tick.playing && tick.goal.is_none() && !document().hidden();
        let real_ms = window().performance().map(|p| p.now());
        let now = match (app.speed.get(), real_ms) {
            (Some(chosen), Some(ms)) if flowing => pace
                .try_update_value(|p| p.see(ms, tick.now_us, chosen))
                .flatten(),
            _ => {
                pace.update_value(Pace::rest);
                None
            }
        };
        if reached.get_untracked() != now {
            reached.set(now);
        }
    });
    Effect::new(move |_| {
        app.speed.track();
        pace.update_value(Pace::rest);
    });
    move || {
        reached.get().map(|reached| {
            let chosen = app.speed.get_untracked();
            view! {
                <p class="overloaded" id="overloaded">
                    {format!(
                        "As fast as this machine can: {} instead of {}. Nothing is left out.",
                        words::speed(Some(reached)),
                        words::speed(chosen),
                    )}
                </p>
            }
        })
    }
}
