//! A calm notice when this machine cannot keep up with the speed that was chosen.

use crate::pace::Pace;
use crate::state::playback::Playback;
use crate::state::run::RunState;
use crate::words;
use leptos::prelude::*;

/// A block that takes longer than this is worth a notice.
const LONG_MS: f64 = 700.0;

#[component]
pub fn Overload() -> impl IntoView {
    let run = expect_context::<RunState>();
    let playback = expect_context::<Playback>();
    let pace = StoredValue::new(Pace::default());
    let reached = RwSignal::new(None::<f64>);
    // Since when a block has been executed, in real milliseconds, and whether that is long.
    let since = StoredValue::new(None::<f64>);
    let long = RwSignal::new(false);
    Effect::new(move |_| {
        let tick = run.tick.get();
        // A hidden page is given little time, and as fast as possible is always kept up with.
        let flowing = tick.playing && tick.goal.is_none() && !document().hidden();
        let real_ms = window().performance().map(|p| p.now());
        let now = match (playback.speed.get(), real_ms) {
            (Some(chosen), Some(ms)) if flowing => pace
                .try_update_value(|p| p.observe(ms, tick.now_us, chosen))
                .flatten(),
            _ => {
                pace.update_value(Pace::reset);
                None
            }
        };
        if reached.get_untracked() != now {
            reached.set(now);
        }
        let ms = real_ms.filter(|_| tick.executing && flowing);
        let began = ms.map(|ms| since.get_value().unwrap_or(ms));
        since.set_value(began);
        let now = matches!((ms, began), (Some(ms), Some(began)) if ms - began > LONG_MS);
        if long.get_untracked() != now {
            long.set(now);
        }
    });
    Effect::new(move |_| {
        playback.speed.track();
        pace.update_value(Pace::reset);
    });
    let notice = move || {
        if long.get() {
            return Some("A long block is being executed; time continues after it.".into());
        }
        reached.get().map(|reached| {
            format!(
                "This machine reaches {} instead of {}. Nothing is skipped.",
                words::speed(Some(reached)),
                words::speed(playback.speed.get_untracked()),
            )
        })
    };
    move || notice().map(|notice| view! { <p class="overloaded" id="overloaded">{notice}</p> })
}
