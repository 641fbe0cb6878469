//! Where a question is put: to which validator, and after which block.

use crate::platform::dom::{El, el};
use crate::state::run::RunState;
use leptos::prelude::*;

/// Whom to ask: all validators or one, and after which block.
pub fn query_target(run: RunState) -> (El, El) {
    let validator = validators(run, true);
    let height = el("input")
        .class("height")
        .attr("type", "text")
        .attr("inputmode", "numeric")
        .attr("placeholder", "height (newest)")
        .attr("aria-label", "Height");
    (validator, height)
}

/// A list of the validators; with `all`, to ask every one.
pub fn validators(run: RunState, all: bool) -> El {
    let names = run
        .info
        .with_untracked(|w| w.as_ref().map(|w| w.nodes.clone()).unwrap_or_default());
    let options = names
        .iter()
        .enumerate()
        .map(|(k, name)| el("option").attr("value", &k.to_string()).text(name));
    let every = all.then(|| el("option").attr("value", "all").text("every validator"));
    el("select")
        .attr("aria-label", "Validator")
        .add_all(options)
        .maybe(every)
}
