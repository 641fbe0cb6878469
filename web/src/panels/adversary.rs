//! Who lies, how, and with what share of the stake.

use super::slider::Slider;
use super::term::labelled;
use crate::model::{AdversarySpec, Command, PuppetLine, StrategySpec, ValueSpec, Who};
use crate::platform::text::quoted;
use crate::scale::{Scale, ms, us};
use crate::settings;
use crate::state::run::RunState;
use leptos::{html, prelude::*};

/// What a delaying liar starts with.
const DELAY_US: u64 = 800_000;

#[component]
pub fn Adversary() -> impl IntoView {
    let run = expect_context::<RunState>();
    let spec = Memo::new(move |_| run.effective.with(|s| s.adversary.clone()));
    let count = Memo::new(move |_| run.effective.with(|s| s.validators.len()));
    let set = move |spec: AdversarySpec| run.apply(Command::SetAdversary(spec));
    let sentence = Memo::new(move |_| {
        run.frame.with(|f| {
            f.as_ref()
                .map(|f| f.adversary.sentence.clone())
                .unwrap_or_default()
        })
    });
    let share = Memo::new(move |_| {
        run.frame.with(|f| {
            f.as_ref().map_or(0.0, |f| {
                f.adversary.stake as f64 / (f.adversary.total.max(1)) as f64
            })
        })
    });
    let delay = move || {
        spec.with(|s| match s.strategy {
            StrategySpec::Delay { by_us } => Some(by_us),
            _ => None,
        })
    };
    let puppet = move || spec.with(|s| matches!(s.strategy, StrategySpec::Puppet { .. }));
    view! {
        <fieldset class="adversary">
            <legend>{labelled("Byzantine validators")}</legend>
            <Slider
                id="byzantine" label="liars" unit=""
                scale=Signal::derive(move || Scale::Linear { min: 0.0, max: count.get() as f64, step: 1.0 })
                hint="This many lie from now on, chosen by the seed."
                value=Signal::derive(move || spec.with(|s| f64::from(settings::byzantine_count(s))))
                act=move |v: f64| set(AdversarySpec { who: Who::Count(v.round() as u16), ..spec.get_untracked() })
            />
            <div class="control choice">
                <label for="strategy">"strategy"</label>
                <select
                    id="strategy"
                    prop:value=move || spec.with(|s| settings::strategy_name(&s.strategy))
                    on:change=move |e| set(AdversarySpec {
                        strategy: settings::strategy(&event_target_value(&e), DELAY_US),
                        ..spec.get_untracked()
                    })
                >
                    {settings::STRATEGIES.map(|(id, name)| view! { <option value=id>{name}</option> })}
                </select>
            </div>
            <Show when=move || delay().is_some()>
                <Slider
                    id="delay" label="delay by" unit="ms" scale=Scale::LogFromZero { min: 1.0, max: 20_000.0 }
                    hint="Every message of a liar leaves this much later."
                    value=Signal::derive(move || ms(delay().unwrap_or(DELAY_US)))
                    act=move |v: f64| set(AdversarySpec { strategy: StrategySpec::Delay { by_us: us(v) }, ..spec.get_untracked() })
                />
            </Show>
            <div class="stake-bar" role="img" aria-label=move || format!("Byzantine stake {}; the limit is one third", crate::words::percent(share.get()))>
                <span class="lying" style:width=move || format!("{:.2}%", share.get() * 100.0)></span>
                <span class="third" title="one third of the stake"></span>
            </div>
            <p class="note" id="adversary-says">{move || sentence.get()}</p>
            <Show when=puppet>
                <Puppet spec=spec />
            </Show>
        </fieldset>
    }
}

/// The script, as JSON: one line a message.
#[component]
fn Puppet(spec: Memo<AdversarySpec>) -> impl IntoView {
    let run = expect_context::<RunState>();
    let area = NodeRef::<html::Textarea>::new();
    let text = move || {
        spec.with(|s| match &s.strategy {
            StrategySpec::Puppet { script } if !script.is_empty() => written(script),
            _ => EXAMPLE.to_owned(),
        })
    };
    let put = move |_| {
        let Some(area) = area.get_untracked() else {
            return;
        };
        run.set_script(spec.get_untracked().who, area.value());
    };
    view! {
        <label class="note" for="puppet">"What the liars send, message by message:"</label>
        <textarea id="puppet" class="mono" rows="9" spellcheck="false" node_ref=area prop:value=text></textarea>
        <button on:click=put>"Use this script"</button>
    }
}

/// A script as the worker reads it. It is small, and a JSON library is not.
fn written(script: &[PuppetLine]) -> String {
    let lines: Vec<String> = script.iter().map(line).collect();
    format!("[\n{}\n]", lines.join(",\n"))
}

fn line(l: &PuppetLine) -> String {
    let to: Vec<String> = l.to.iter().map(|name| quoted(name)).collect();
    let value = match &l.value {
        ValueSpec::Nil => quoted("nil"),
        ValueSpec::Block(label) => format!("{{ \"block\": {} }}", quoted(label)),
        ValueSpec::InvalidBlock(label) => format!("{{ \"invalid_block\": {} }}", quoted(label)),
        ValueSpec::BlockOn {
            label,
            height,
            round,
        } => format!(
            "{{ \"block_on\": {{ \"label\": {}, \"height\": {height}, \"round\": {round} }} }}",
            quoted(label)
        ),
        ValueSpec::Proposed { height, round } => {
            format!("{{ \"proposed\": {{ \"height\": {height}, \"round\": {round} }} }}")
        }
    };
    let valid = l.valid_round.map(|r| format!(", \"valid_round\": {r}"));
    let wrong = if l.wrong_signature {
        ", \"wrong_signature\": true"
    } else {
        ""
    };
    format!(
        "  {{ \"at_us\": {}, \"from\": {}, \"to\": [{}],\n    \"kind\": {}, \"height\": {}, \
         \"round\": {},\n    \"value\": {value}{}{wrong} }}",
        l.at_us,
        quoted(&l.from),
        to.join(", "),
        quoted(&l.kind),
        l.height,
        l.round,
        valid.unwrap_or_default()
    )
}

const EXAMPLE: &str = r#"[
  { "at_us": 1000000, "from": "v1", "to": ["v2", "v3"],
    "kind": "prevote", "height": 2, "round": 0,
    "value": { "block": "A" } },
  { "at_us": 1000000, "from": "v1", "to": ["v4"],
    "kind": "prevote", "height": 2, "round": 0,
    "value": "nil" }
]"#;
