//! What one sees and what one can press.

use super::icon::icon;
use super::keys::KEYS;
use super::presenter;
use super::term::Words;
use crate::state::layout::LayoutState;
use crate::state::run::RunState;
use leptos::{html, prelude::*};

#[component]
pub fn Help() -> impl IntoView {
    let layout = expect_context::<LayoutState>();
    let run = expect_context::<RunState>();
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            if layout.help_open.get() && !dialog.open() {
                let _ = dialog.show_modal();
            } else if !layout.help_open.get() {
                dialog.close();
            }
        }
    });
    view! {
        <dialog node_ref=dialog on:close=move |_| layout.help_open.set(false) aria-labelledby="help-title">
            <div class="card-head">
                <h2 id="help-title">"What you see"</h2>
                <button class="quiet" aria-label="Close" on:click=move |_| layout.help_open.set(false)>{icon("close")}</button>
            </div>
            <p>
                "Every upright line is a validator; time flows down. An arrow is a message, from the moment it is sent to the moment it arrives. "
                {move || run.info.with(|r| r.as_ref().map(|r| format!(
                    "A validator commits a block (▣) once it has the {} of {} of the stake.", r.certificates, r.quorum_words
                )))}
            </p>
            <dl class="facts signs">
                {move || run.info.get().map(|r| {
                    let named = r.kinds.iter().take(3).map(|k| k.name.clone());
                    let rest = (r.kinds.len() > 3).then(|| "any other message".to_owned());
                    named.chain(rest).enumerate().map(|(k, name)| view! {
                        <dt>
                            <svg viewBox="0 0 26 8" width="26" height="8" aria-hidden="true" class=format!("kind-{k}")>
                                <line x1="1" y1="4" x2="25" y2="4" />
                            </svg>
                        </dt>
                        <dd>{format!("{name}, on its way; a head where it has arrived")}</dd>
                    }).collect_view()
                })}
                <dt>"–"</dt><dd>"a validator enters a step of its protocol"</dd>
                <dt>"▣"</dt><dd>"a block committed; in a fork the second block is hollow and of another colour"</dd>
                <dt>"■"</dt><dd>"locked on a block"</dd>
                <dt>"◇"</dt><dd>"a timeout expired"</dd>
                <dt>"✕"</dt><dd>"lost, rejected, or a validator that crashed"</dd>
                <dt>"◆"</dt><dd>"Byzantine: hatched name, long-dashed line"</dd>
                <dt>"!"</dt><dd>"evidence of two conflicting messages by one signer"</dd>
                <dt>"○"</dt><dd>"a ring: what is selected, or what the last step did"</dd>
                <dt>"┄"</dt><dd>"a line across all validators: the network was changed; a band: it is cut"</dd>
            </dl>
            <p>
                "Sliders take effect at once. Changing the number of validators, a stake, the seed or the proposer restarts the run. "
                "Drag the chart to move in time, hold Ctrl and turn the wheel to zoom, click a message to read about it, and "
                "right-click it (or press and hold) to drop, delay or duplicate it. "
                "Drop a .wasm contract or a scenario file anywhere on the page."
            </p>
            <h2>"Keys"</h2>
            <dl class="facts keys">
                {KEYS.map(|(key, what)| view! { <dt><kbd>{key}</kbd></dt><dd>{what}</dd> })}
            </dl>
            <h2>"For presenting"</h2>
            <dl class="facts keys">
                {presenter::KEYS.map(|(key, what)| view! { <dt><kbd>{key}</kbd></dt><dd>{what}</dd> })}
            </dl>
            <h2>"Words"</h2>
            <Words />
        </dialog>
    }
}
