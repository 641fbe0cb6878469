//! Which protocol runs, and controls for its own parameters. What they are is the protocol's to say:
//! nothing here knows one.

use crate::model::ParamValue;
use crate::state::run::RunState;
use crate::state::scenarios::ScenarioState;
use consensusforge_core::session::protocols::{
    Control, ParameterView, families, parameters, protocols,
};
use leptos::prelude::*;

#[component]
pub fn ProtocolControls() -> impl IntoView {
    let run = expect_context::<RunState>();
    let scenarios = expect_context::<ScenarioState>();
    let name = Memo::new(move |_| run.effective.with(|s| s.protocol.name.clone()));
    let shown = Memo::new(move |_| run.effective.with(|s| parameters(&s.protocol)));
    let choose = move |event| {
        let name = event_target_value(&event);
        scenarios.restart_with(|s| {
            s.protocol.name = name;
            s.protocol.params = Default::default();
        });
    };
    let summary = move || {
        let all = protocols();
        let of = all.iter().find(|p| p.name == name.get());
        of.map_or("", |p| p.summary)
    };
    view! {
        <details class="more protocol">
            <summary>"Protocol"</summary>
            <div class="control choice">
                <label for="protocol">"protocol"</label>
                <select id="protocol" prop:value=move || name.get() on:change=choose title="Starts the run anew.">
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
            </div>
            <p class="hint">{summary}</p>
            <details class="which">
                <summary>"What each is good at"</summary>
                <dl>
                    {protocols()
                        .into_iter()
                        .map(|p| view! { <dt>{p.title}</dt><dd>{p.summary}</dd> })
                        .collect_view()}
                </dl>
            </details>
            {move || shown.get().into_iter().map(|p| parameter(p, run, scenarios)).collect_view()}
        </details>
    }
}

/// One control, by the kind of its parameter.
fn parameter(shown: ParameterView, run: RunState, scenarios: ScenarioState) -> AnyView {
    let ParameterView {
        name,
        title,
        sentence,
        unit,
        control,
    } = shown;
    let id = format!("param-{name}");
    let hint = format!("{sentence} Starts the run anew.");
    let label = id.clone();
    let (control_id, asked) = (id.clone(), id.clone());
    let set = move |value: ParamValue| {
        run.acts(&asked);
        scenarios.restart_with(|s| s.protocol.params.set(&name, value));
    };
    let field = match control {
        Control::Number { value, .. } => {
            let millis = unit == "us";
            let shown = if millis {
                in_milliseconds(value)
            } else {
                value.to_string()
            };
            let wrong = id.clone();
            let change = move |event| {
                let text = event_target_value(&event);
                let read = if millis {
                    from_milliseconds(&text)
                } else {
                    text.trim().parse().ok()
                };
                match read {
                    Some(n) => set(ParamValue::Number(n)),
                    // What cannot be read shows as it was.
                    None if millis => run.complain(
                        &wrong,
                        "Enter milliseconds, with at most three places behind the point.",
                    ),
                    None => run.complain(&wrong, "Enter a whole number of at least 0."),
                }
            };
            view! {
                <input
                    type="text" inputmode="decimal" id=id title=hint on:change=change
                    prop:value=move || {
                        run.refused.track();
                        shown.clone()
                    }
                />
                <small>{if millis { "ms" } else { "" }}</small>
            }
            .into_any()
        }
        Control::Switch { value, .. } => view! {
            <input
                type="checkbox" id=id title=hint prop:checked=value
                on:change=move |event| set(ParamValue::Switch(event_target_checked(&event)))
            />
        }
        .into_any(),
        Control::Choice { options, value, .. } => view! {
            <select
                id=id title=hint prop:value=value
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
            <small class="complaint" role="alert">{move || run.complaint(&control_id)}</small>
        </div>
    }
    .into_any()
}

/// Microseconds as milliseconds, with as many places as it takes.
pub fn in_milliseconds(us: u64) -> String {
    match us % 1_000 {
        0 => (us / 1_000).to_string(),
        rest => format!("{}.{rest:03}", us / 1_000)
            .trim_end_matches('0')
            .to_owned(),
    }
}

/// The inverse: digits with at most three places, or nothing.
pub fn from_milliseconds(text: &str) -> Option<u64> {
    let (whole, places) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(places) || places.len() > 3 {
        return None;
    }
    let places: u64 = format!("{places:0<3}").parse().ok()?;
    whole
        .parse::<u64>()
        .ok()?
        .checked_mul(1_000)?
        .checked_add(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_are_read_as_they_are_shown() {
        for us in [0, 1, 20, 300, 1_000, 1_500, 250_000, 3_600_000_000] {
            assert_eq!(from_milliseconds(&in_milliseconds(us)), Some(us));
        }
        assert_eq!(in_milliseconds(1_500), "1.5");
        for bad in ["", "-1", "1.2345", "x", "1e3", "99999999999999999999"] {
            assert_eq!(from_milliseconds(bad), None, "{bad}");
        }
    }
}
