//! What a chain takes of contracts: settings that hold from genesis on.

use crate::model::AdmissionSpec;
use crate::state::run::RunState;
use crate::state::scenarios::ScenarioState;
use crate::words;
use leptos::prelude::*;

/// The field's id: a refusal stands there.
const BLOCK_GAS: &str = "block-gas";

#[component]
pub fn Rules() -> impl IntoView {
    let run = expect_context::<RunState>();
    let scenarios = expect_context::<ScenarioState>();
    let execution = Memo::new(move |_| run.scenario.with(|s| s.execution.clone()));
    let profile = move || execution.with(|e| name(e.admission));
    let block_gas = move || execution.with(|e| e.block_gas);
    let choose = move |e| {
        let strict = event_target_value(&e) == name(AdmissionSpec::Strict);
        let admission = if strict {
            AdmissionSpec::Strict
        } else {
            AdmissionSpec::Modern
        };
        scenarios.restart_with(|s| s.execution.admission = admission);
    };
    let allow = move |e: web_sys::Event| {
        let typed = event_target_value(&e);
        match words::whole(&typed) {
            Some(gas) if gas > 0 => {
                run.acts(BLOCK_GAS);
                scenarios.restart_with(|s| s.execution.block_gas = gas);
            }
            Some(_) | None => run.complain(
                BLOCK_GAS,
                format!(
                    "“{typed}” is not a valid amount of gas; enter a whole number, such as 50 000 000."
                ),
            ),
        }
    };
    view! {
        <details class="rules">
            <summary>
                "Rules of this chain: "{profile}", "{move || words::grouped(block_gas())}" gas per block"
            </summary>
            <label>
                "Admission of CosmWasm modules"
                <select id="admission" prop:value=profile on:change=choose>
                    <option value="modern">"modern"</option>
                    <option value="strict">"strict"</option>
                </select>
            </label>
            <p class="note">
                "strict admits what cosmwasm-vm admits from anyone: up to 800 KiB, no memory.copy or memory.fill, no maximum
                on memory, at most 100 locals per function. modern also admits what today's compilers emit: memory.copy,
                memory.fill, a maximum on memory, 256 locals, and up to 3 MiB, as a governance proposal may upload."
            </p>
            <label>
                "Gas per block"
                <input
                    id=BLOCK_GAS type="text" inputmode="numeric"
                    prop:value=move || { run.refused.track(); words::grouped(block_gas()) }
                    on:change=allow
                />
            </label>
            <small class="complaint" role="alert" id="block-gas-wrong">{move || run.complaint(BLOCK_GAS)}</small>
            <p class="note">
                "A transaction can use no more gas than a block has; storing a module costs 40 gas per byte. Changing either
                setting restarts the run."
            </p>
        </details>
    }
}

fn name(admission: AdmissionSpec) -> &'static str {
    match admission {
        AdmissionSpec::Strict => "strict",
        AdmissionSpec::Modern => "modern",
    }
}
