//! Settings that take effect while the run goes on, and settings that restart it.

use super::adversary::Adversary;
use super::protocol::ProtocolControls;
use super::slider::Slider;
use super::stakes::Stakes;
use super::term::labelled;
use crate::model::{Command, Cut, LatencySpec, ProposerSpec, Scenario, ValidatorSpec};
use crate::scale::{Scale, ms, us};
use crate::settings;
use crate::state::run::RunState;
use crate::state::scenarios::ScenarioState;
use crate::words;
use consensusforge_core::session::protocols::most_validators;
use leptos::prelude::*;

const PERCENT: Scale = Scale::Linear {
    min: 0.0,
    max: 95.0,
    step: 1.0,
};
const MILLISECONDS: Scale = Scale::LogFromZero {
    min: 1.0,
    max: 5_000.0,
};
const INTERVAL: Scale = Scale::LogFromZero {
    min: 1.0,
    max: 20_000.0,
};
const RATE: Scale = Scale::LogFromZero {
    min: 1.0,
    max: 1_000.0,
};
/// Validators from which on a line says what they cost.
const MANY: usize = 64;

#[component]
pub fn Controls() -> impl IntoView {
    view! {
        <div class="control-list">
            <Network />
            <Validators />
            <Adversary />
            <ProtocolControls />
            <super::race::RaceButton />
            <Chain />
        </div>
    }
}

#[component]
fn Network() -> impl IntoView {
    let run = expect_context::<RunState>();
    let latency = Memo::new(move |_| run.effective.with(|s| s.network.latency.clone()));
    let model = move || latency.with(settings::model_name);
    let set = move |latency: LatencySpec| run.apply(Command::SetLatency(latency));
    let half = move |_| {
        // Every second one: the cut goes through any group of liars, too.
        let names: Vec<String> = run
            .effective
            .with_untracked(|s| s.validators.iter().map(|v| v.name.clone()).collect());
        let group = |odd: usize| {
            names
                .iter()
                .skip(odd)
                .step_by(2)
                .cloned()
                .collect::<Vec<_>>()
        };
        run.apply(Command::Partition(Cut::Groups(vec![group(0), group(1)])));
    };
    view! {
        <fieldset>
            <legend>"Network"</legend>
            <Slider
                id="latency" label="latency" unit="ms" scale=MILLISECONDS
                hint="How long a message takes. Takes effect now."
                value=Signal::derive(move || latency.with(|l| ms(settings::typical_latency(l))))
                act=move |v| set(latency.with_untracked(|l| settings::latency(settings::model_name(l), us(v), settings::spread(l))))
            />
            <Slider
                id="loss" label="loss" unit="%" scale=PERCENT
                hint="Share of messages that never arrive. Takes effect now."
                value=Signal::derive(move || run.effective.with(|s| f64::from(s.network.loss_ppm) / 10_000.0))
                act=move |v: f64| run.apply(Command::SetLoss { ppm: (v.min(100.0) * 10_000.0).round() as u32 })
            />
            <div class="control buttons">
                <button title="Cut the network into two halves, with every second validator in each" on:click=half>"Cut in two"</button>
                <button title="End every partition" on:click=move |_| run.apply(Command::Heal)>"Heal"</button>
            </div>
            <details class="more">
                <summary>"How delays vary"</summary>
            <Slider
                id="spread" label="spread" unit="ms" scale=MILLISECONDS
                hint="How far delays differ from the typical one. Moving it turns a constant delay into a uniform one."
                value=Signal::derive(move || latency.with(|l| ms(settings::spread(l))))
                act=move |v| set(latency.with_untracked(|l| {
                    let model = match settings::model_name(l) {
                        "constant" | "matrix" => "uniform",
                        other => other,
                    };
                    settings::latency(model, settings::typical_latency(l), us(v))
                }))
            />
            <div class="control choice">
                <label for="latency-model">"delays are"</label>
                <select
                    id="latency-model"
                    prop:value=model
                    on:change=move |e| set(latency.with_untracked(|l| {
                        let spread = settings::spread(l);
                        let typical = settings::typical_latency(l);
                        // A model with a spread of nothing would look constant still.
                        let spread = if spread == 0 { typical / 5 } else { spread };
                        settings::latency(&event_target_value(&e), typical, spread)
                    }))
                >
                    {settings::MODELS.map(|(id, name)| view! { <option value=id>{name}</option> })}
                    <option value="matrix" hidden=true>"a matrix"</option>
                </select>
            </div>
            </details>
        </fieldset>
    }
}

#[component]
fn Validators() -> impl IntoView {
    let run = expect_context::<RunState>();
    let scenarios = expect_context::<ScenarioState>();
    let count = Memo::new(move |_| run.effective.with(|s| s.validators.len()));
    let most = Memo::new(move |_| run.effective.with(|s| most_validators(&s.protocol.name)));
    let cost = Memo::new(move |_| {
        let shown = count.get() >= MANY;
        shown.then(|| {
            let copies = run
                .frame
                .with(|f| f.as_ref().map_or(0.0, |f| f.metrics.messages_per_block));
            words::cost(copies, run.tick.with(|tick| tick.memory))
        })
    });
    view! {
        <fieldset>
            <legend>{labelled("Validators")}</legend>
            <Slider
                id="validators" label="count" unit=""
                scale=Signal::derive(move || Scale::Log { min: 1.0, max: most.get() as f64 })
                hint="Number of validators. Restarts the run."
                value=Signal::derive(move || count.get() as f64)
                act=move |v: f64| scenarios.restart_with(|s| resize(s, v.round() as usize))
            />
            {move || cost.get().map(|cost| view! { <p class="hint" id="cost">{cost}</p> })}
            <Slider
                id="crashed" label="crashed" unit=""
                scale=Signal::derive(move || Scale::Linear { min: 0.0, max: count.get() as f64, step: 1.0 })
                hint="This many crash now, chosen by the seed."
                value=Signal::derive(move || run.effective.with(|s| f64::from(s.faults.crashed)))
                act=move |v: f64| run.apply(Command::SetCrashed { count: v.round() as u16 })
            />
            <Stakes />
        </fieldset>
    }
}

/// Adds validators with the last one's stake, or takes the last ones away. A number beyond what the
/// session allows goes there all the same: its refusal names the limit.
fn resize(s: &mut Scenario, count: usize) {
    let stake = s.validators.last().map_or(100, |v| v.stake);
    s.validators.truncate(count);
    // Enough to be refused; a billion names would only fill memory.
    for k in s.validators.len()..count.min(100_000) {
        let mut next = ValidatorSpec::numbered(k, stake);
        if s.validators.iter().take(256).any(|v| v.name == next.name) {
            next.name.push('b');
        }
        s.validators.push(next);
    }
}

#[component]
fn Chain() -> impl IntoView {
    let run = expect_context::<RunState>();
    let scenarios = expect_context::<ScenarioState>();
    let proposer = move || {
        run.effective.with(|s| match s.protocol.proposer {
            ProposerSpec::Priority => "priority",
            ProposerSpec::Rotation => "rotation",
            ProposerSpec::Draw => "draw",
            ProposerSpec::List(_) => "list",
        })
    };
    let set_proposer = move |event| {
        let rule = match event_target_value(&event).as_str() {
            "rotation" => ProposerSpec::Rotation,
            "draw" => ProposerSpec::Draw,
            "priority" => ProposerSpec::Priority,
            _ => return,
        };
        scenarios.restart_with(|s| s.protocol.proposer = rule);
    };
    let seed = move || run.effective.with(|s| s.seed.to_string());
    let set_seed = move |event| match event_target_value(&event).trim().parse::<u64>() {
        Ok(seed) => {
            run.acts("seed");
            scenarios.restart_with(|s| s.seed = seed);
        }
        Err(_) => run.complain(
            "seed",
            "A seed is a whole number from 0 to 18 446 744 073 709 551 615.",
        ),
    };
    view! {
        <details class="more chain">
            <summary>"Chain, load and randomness"</summary>
            <Slider
                id="interval" label="block pause" unit="ms" scale=INTERVAL
                hint="Pause between a commit and the next height. Takes effect now."
                value=Signal::derive(move || run.effective.with(|s| ms(s.protocol.block_interval_us)))
                act=move |v: f64| run.apply(Command::SetBlockInterval { us: us(v).max(1) })
            />
            <Slider
                id="rate" label="transactions" unit="/s" scale=RATE
                hint="Transfers per second from the workload. Takes effect now."
                value=Signal::derive(move || run.effective.with(|s| f64::from(s.workload.tx_per_second)))
                act=move |v: f64| run.apply(Command::SetWorkload { tx_per_second: v.round() as u32 })
            />
            <div class="control choice">
                <label for="proposer">"proposer"</label>
                <select id="proposer" prop:value=proposer on:change=set_proposer title="How the proposer is chosen. Restarts the run.">
                    <option value="priority">"by priority"</option>
                    <option value="rotation">"in rotation"</option>
                    <option value="draw">"random by stake"</option>
                    <option value="list" hidden=true>"a given list"</option>
                </select>
            </div>
            <div class="control choice">
                <label for="seed">"seed"</label>
                <span class="seed">
                    <input
                        type="text" id="seed" inputmode="numeric" title="Source of all randomness. Restarts the run."
                        prop:value=move || {
                            run.refused.track();
                            seed()
                        }
                        on:change=set_seed
                    />
                    <button
                        class="quiet" title="The next seed: the same scenario with other random numbers"
                        on:click=move |_| scenarios.restart_with(|s| s.seed = s.seed.wrapping_add(1))
                    >
                        "next"
                    </button>
                </span>
                <small class="complaint" role="alert">{move || run.complaint("seed")}</small>
            </div>
        </details>
    }
}
