//! Who holds how much: bars to compare, numbers to set. Changing them restarts the run.

use crate::state::run::RunState;
use crate::state::scenarios::ScenarioState;
use crate::words;
use leptos::prelude::*;

#[component]
pub fn Stakes() -> impl IntoView {
    let run = expect_context::<RunState>();
    let scenarios = expect_context::<ScenarioState>();
    let stakes = Memo::new(move |_| {
        run.effective.with(|s| {
            let all: Vec<(String, u64)> = s
                .validators
                .iter()
                .map(|v| (v.name.clone(), v.stake))
                .collect();
            all
        })
    });
    let set = move |k: usize, text: String| match text.trim().parse::<u64>() {
        Ok(stake) => {
            run.acts(&format!("stake-{k}"));
            scenarios.restart_with(|s| {
                if let Some(v) = s.validators.get_mut(k) {
                    v.stake = stake;
                }
            });
        }
        Err(_) => run.complain(
            &format!("stake-{k}"),
            format!("“{text}” is not a valid stake; enter a whole number of at least 1."),
        ),
    };
    view! {
        <details class="stakes">
            <summary>"Stake of each validator"</summary>
            {move || {
                run.refused.track();
                let all = stakes.get();
                let total: u128 = all.iter().map(|s| u128::from(s.1)).sum();
                let most = all.iter().map(|s| s.1).max().unwrap_or(1).max(1);
                all.into_iter().enumerate().map(|(k, (name, stake))| {
                    let share = words::percent(stake as f64 / total.max(1) as f64);
                    let width = format!("{:.1}%", stake as f64 / most as f64 * 100.0);
                    view! {
                        <div class="stake">
                            <label for=format!("stake-{k}")>{name}</label>
                            <span class="bar"><span style:width=width></span></span>
                            <input
                                type="text" inputmode="numeric" id=format!("stake-{k}")
                                prop:value=stake.to_string()
                                on:change=move |e| set(k, event_target_value(&e))
                            />
                            <span class="unit">{share}</span>
                            <small class="complaint" role="alert">{move || run.complaint(&format!("stake-{k}"))}</small>
                        </div>
                    }
                }).collect_view()
            }}
            <button class="quiet" on:click=move |_| scenarios.restart_with(|s| s.validators.iter_mut().for_each(|v| v.stake = 100))>
                "make all equal"
            </button>
        </details>
    }
}
