//! One control: label, slider, number with its unit. While a hand is on it, it shows the hand's value;
//! let go, it acts once.

use crate::platform::text;
use crate::scale::Scale;
use crate::state::run::RunState;
use leptos::{ev, prelude::*};

#[component]
pub fn Slider(
    id: &'static str,
    label: &'static str,
    /// Behind the number; empty for counts.
    unit: &'static str,
    /// What it does, for a pointer that waits.
    hint: &'static str,
    #[prop(into)] scale: Signal<Scale>,
    /// In force now.
    #[prop(into)]
    value: Signal<f64>,
    #[prop(into)] act: Callback<f64>,
) -> impl IntoView {
    let run = expect_context::<RunState>();
    let draft = RwSignal::new(None::<f64>);
    // A value that is being set gives way as soon as it is in force or refused.
    Effect::new(move |_| {
        value.track();
        run.refused.track();
        draft.set(None);
    });
    let shown = move || draft.get().unwrap_or_else(|| value.get());
    let commit = move |v: f64| {
        if (v - value.get_untracked()).abs() < 1e-9 {
            draft.set(None);
        } else {
            draft.set(Some(v));
            run.acts(id);
            act.run(v);
        }
    };
    let read = move |event: &ev::Event| text::number(&event_target_value(event));
    let slid = move |event: ev::Event| read(&event).map(|p| scale.get_untracked().value(p));
    let typed = move |event: ev::Event| match read(&event).filter(|v| *v >= 0.0) {
        Some(v) => commit(v),
        None => run.complain(id, "Enter a number of at least 0."),
    };
    let label_text = move || number(shown());
    view! {
        <div class="control" title=hint>
            <label for=id>{label}</label>
            <input
                type="range"
                id=id
                min=move || scale.get().stops().0
                max=move || scale.get().stops().1
                step=move || scale.get().stops().2
                prop:value=move || scale.get().position(shown()).to_string()
                aria-valuetext=move || format!("{} {unit}", label_text())
                on:input=move |e| draft.set(slid(e))
                on:change=move |e| {
                    if let Some(v) = slid(e) {
                        commit(v);
                    }
                }
            />
            <span class="value">
                <input
                    type="number"
                    id=format!("{id}-number")
                    aria-label=format!("{label}{}{unit}", if unit.is_empty() { "" } else { " in " })
                    min="0"
                    step="any"
                    prop:value=move || {
                        run.refused.track();
                        label_text()
                    }
                    on:change=typed
                />
                <span class="unit">{unit}</span>
            </span>
            <small class="complaint" role="alert">{move || run.complaint(id)}</small>
        </div>
    }
}

fn number(v: f64) -> String {
    let text = format!("{v:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
