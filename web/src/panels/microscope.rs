//! The divergence microscope: one block executed again at two validators, and where they diverge.

use super::answers::refusals;
use super::names::named;
use super::query_target::validators;
use crate::platform::dom::{El, el};
use crate::protocol::studio::{Answer, Ask};
use crate::state::contracts::ContractState;
use crate::state::run::RunState;
use crate::words;
use consensusforge_core::session::microscope::Microscope;

/// A form for any two validators and a height.
pub fn microscope(run: RunState, contracts: ContractState) -> El {
    let (one, other) = (validators(run, false), validators(run, false));
    other.set_value("1");
    let height = el("input")
        .class("height")
        .attr("type", "text")
        .attr("inputmode", "numeric")
        .attr("placeholder", "height")
        .attr("aria-label", "Height of the block to execute again");
    let shown = el("div").attr("aria-live", "polite");
    let (a, b, h, host) = (one.clone(), other.clone(), height.clone(), shown.clone());
    let compare = el("button")
        .class("strong")
        .text("Compare")
        .on_click(move || {
            let number = |field: &El| field.value().trim().parse::<u64>();
            match number(&h) {
                Ok(height) => {
                    let node = |field: &El| number(field).unwrap_or_default() as u16;
                    run_microscope(contracts, &host, node(&a), node(&b), height);
                }
                Err(_) => host.replace_children([el("p")
                    .class("refusal")
                    .text("Enter the height of a block as a whole number.")]),
            }
        });
    el("div")
        .class("microscope")
        .child(&el("p").class("note").text("Executes one block again at two validators and shows the first question or answer of a contract on which they diverge."))
        .child(&el("div").class("buttons").child(&one).child(&other).child(&height).child(&compare))
        .child(&shown)
}

/// A key or value as the storage explorer shows it: bytes as text where they are text, addresses as names.
fn readable(contracts: ContractState, text: &str) -> String {
    let decoded = text.strip_prefix("0x").and_then(words::hex_as_text);
    named(contracts, decoded.as_deref().unwrap_or(text))
}

/// Looks, and shows in `host` what was seen.
pub fn run_microscope(contracts: ContractState, host: &El, one: u16, other: u16, height: u64) {
    let host = host.clone();
    let ask = Ask::Microscope { one, other, height };
    contracts.studio.ask(ask, move |answer| match answer {
        Answer::Microscope(seen) => host.replace_children([drawn(contracts, &seen)]),
        other => host.replace_children(refusals(other)),
    });
}

fn drawn(contracts: ContractState, m: &Microscope) -> El {
    let (one, other) = (&m.validators.0, &m.validators.1);
    let heading = |text: &str| el("th").attr("scope", "col").text(text);
    let head = el("tr")
        .child(&heading(""))
        .child(&heading(one))
        .child(&heading(other));
    let row = |what: &str, pair: (&str, &str), differs: bool| {
        let cell = |text: &str| {
            el("td")
                .class(if differs { "breaks odd" } else { "breaks" })
                .attr("title", text)
                .text(&readable(contracts, text))
        };
        el("tr")
            .child(&el("th").attr("scope", "row").class("breaks").text(what))
            .child(&cell(pair.0))
            .child(&cell(pair.1))
    };
    let mut rows = Vec::new();
    let short = |root: &str| format!("{}…", words::short(root));
    let (a, b) = (short(&m.roots.0), short(&m.roots.1));
    rows.push(row("state root", (&a, &b), m.roots.0 != m.roots.1));
    if let Some(p) = &m.divergence_time {
        for alike in &p.alike {
            rows.push(row(alike, ("the same", "the same"), false));
        }
        let what = format!("{} {}", p.what, p.about);
        rows.push(row(&named(contracts, &what), (&p.seen.0, &p.seen.1), true));
    }
    let differing = m.after.iter().take(20).map(|d| {
        let text = |v: &Option<String>| v.clone().unwrap_or_else(|| "nothing".to_owned());
        row(
            &named(contracts, &d.what),
            (&text(&d.before), &text(&d.after)),
            true,
        )
    });
    rows.extend(differing);
    let place = m.divergence_time.as_ref().map(|p| {
        let nth = p.transaction.map_or(String::new(), |t| {
            format!("transaction {} of the block, ", t + 1)
        });
        el("p").class("note breaks").text(&format!(
            "{nth}{} of {}",
            p.entry,
            named(contracts, &p.contract)
        ))
    });
    el("div")
        .class("accepted seen")
        .child(&el("p").text(&m.sentence))
        .maybe(place)
        .child(
            &el("table")
                .class("table")
                .child(&el("thead").child(&head))
                .child(&el("tbody").add_all(rows)),
        )
}
