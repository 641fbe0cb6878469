//! A form for what a contract can be asked or sent: a field for each part of the message where its schema
//! is known, else JSON or plain bytes. What is wrong is reported at its field, and the text stays.

mod fields;
mod sending;
mod subject;

pub use subject::Subject;

use super::answers::{complaints, refusals};
use super::people;
use super::query_target::query_target;
use crate::forms::{FormView, Input, Kind};
use crate::platform::dom::{El, el};
use crate::protocol::studio::{Answer, Ask, At};
use crate::state::contracts::ContractState;
use crate::state::notices::{Notices, Tone};
use crate::state::run::RunState;
use crate::words;
use consensusforge_core::session::studio::USUAL_GAS;
use consensusforge_core::session::view::CardView;
use fields::{Fields, control, from_of, raw, remembered, row};
use leptos::prelude::*;
use sending::{store, submit};
use std::cell::RefCell;
use std::rc::Rc;

/// A function that no contract has.
const UNKNOWN: &str = r#"{"help":{}}"#;
const NAMES_ITSELF: &str = "This contract came without a schema, so its functions are unknown. Ask for a function that it does \
     not have, as this message does, and the contract names the ones it has.";

/// The interface whose messages are JSON.
const COSMWASM: &str = "cosmwasm";

/// `host` filled with the form that fits the module's interface, once the module is there. Until then nothing
/// can be sent: a message of another interface would cost gas and fail. `loaded` gets the module's card.
pub fn load_interface(
    run: RunState,
    contracts: ContractState,
    host: &El,
    subject: &Subject,
    loaded: impl FnOnce(&CardView) + Clone + 'static,
) {
    if !host.has_children() {
        host.replace_children([el("p").class("note").text("Loading …")]);
    }
    let (shown, asked) = (host.clone(), subject.clone());
    let ask = Ask::Card(subject.code.clone());
    contracts.studio.ask(ask, move |answer| match answer {
        Answer::Card(Some(card), forms) => {
            let mut subject = asked;
            let reads = Reads::of(&card);
            // A form that stands there has what was typed and what became of it: a card is looked at when it is made
            // and again when it opens.
            if !shown.contains(".fields") {
                subject.tries = card.examples.clone();
                draw(run, contracts, &shown, reads, &subject, &forms);
            }
            loaded(&card);
        }
        Answer::Card(None, _) => {
            let gone = "This module is not here any more.";
            shown.replace_children([el("p").class("refusal").text(gone)]);
        }
        other => {
            let host = shown.clone();
            let again = el("button").attr("data-act", "again").text("Try again");
            let again = again.on_click(move || {
                host.replace_children([]);
                load_interface(run, contracts, &host, &asked, loaded.clone());
            });
            shown.replace_children(refusals(other).into_iter().chain([again]));
        }
    });
}

/// How a contract is spoken to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    Bytes,
    Json,
}

impl Reads {
    fn of(card: &CardView) -> Reads {
        if card.abi == COSMWASM {
            Reads::Json
        } else {
            Reads::Bytes
        }
    }
}

/// Takes a file of a schema in and draws the form anew.
pub fn with_schema(
    notices: Notices,
    run: RunState,
    contracts: ContractState,
    host: &El,
    subject: &Subject,
    file: &str,
    text: String,
) {
    let (shown, mut asked) = (host.clone(), subject.clone());
    let ask = Ask::Schema {
        code: subject.code.clone(),
        file: file.to_owned(),
        text,
    };
    contracts.studio.ask(ask, move |answer| match answer {
        Answer::Card(card, forms) => {
            asked.tries = card.map(|c| c.examples).unwrap_or_default();
            draw(run, contracts, &shown, Reads::Json, &asked, &forms);
        }
        other => {
            for (_, sentence) in complaints(other) {
                notices.show(Tone::Bad, sentence);
            }
        }
    });
}

fn draw(
    run: RunState,
    contracts: ContractState,
    host: &El,
    reads: Reads,
    subject: &Subject,
    forms: &[FormView],
) {
    let json = reads == Reads::Json;
    let forms: Rc<Vec<FormView>> = Rc::new(
        forms
            .iter()
            .filter(|f| subject.kinds().contains(&f.kind))
            .cloned()
            .collect(),
    );
    let body = el("div");
    let mut top = None;
    if json && (subject.deployed || !forms.is_empty()) {
        let select = el("select")
            .class("function")
            .attr("aria-label", "Function");
        for kind in subject.kinds() {
            let group = el("optgroup").attr("label", kind.name());
            let mine = forms.iter().filter(|f| f.kind == *kind);
            let group = group.add_all(mine.map(|f| {
                let name = if f.name.is_empty() {
                    kind.name()
                } else {
                    &f.name
                };
                el("option")
                    .attr("value", &key(*kind, Some(&f.name)))
                    .text(name)
            }));
            let by_hand = format!("{} as JSON", kind.name());
            let select_group =
                group.child(&el("option").attr("value", &key(*kind, None)).text(&by_hand));
            let _ = select.clone().child(&select_group);
        }
        let remembered = format!("{}/function", subject.to);
        if let Some(chosen) = contracts.studio.draft(&remembered) {
            select.set_value(&chosen);
        }
        let (chosen, host, subject, forms) =
            (select.clone(), body.clone(), subject.clone(), forms.clone());
        let redraw = move || {
            let value = chosen.value();
            contracts.studio.keep(&remembered, value.clone());
            let kind = subject
                .kinds()
                .iter()
                .find(|k| value.starts_with(k.name()))
                .copied();
            let kind = kind.unwrap_or(Kind::Execute);
            let form = forms.iter().find(|f| key(f.kind, Some(&f.name)) == value);
            host.replace_children([function_form(run, contracts, json, &subject, kind, form)]);
        };
        redraw();
        top = Some(select.on("change", move |_| redraw()));
    } else {
        let kind = subject.kinds()[0];
        body.replace_children([function_form(run, contracts, json, subject, kind, None)]);
    }
    host.replace_children(top.into_iter().chain([body]));
}

fn key(kind: Kind, form: Option<&str>) -> String {
    match form {
        Some(name) => format!("{}:{name}", kind.name()),
        None => format!("{} json", kind.name()),
    }
}

/// The form of one function.
fn function_form(
    run: RunState,
    contracts: ContractState,
    json: bool,
    subject: &Subject,
    kind: Kind,
    form: Option<&FormView>,
) -> El {
    let place = format!(
        "{}/{}",
        subject.to,
        key(kind, form.map(|f| f.name.as_str()))
    );
    let mut slots = Vec::new();
    let mut rows = Vec::new();
    match form {
        Some(form) => {
            if !form.about.is_empty() {
                rows.push(el("p").class("note").text(&form.about));
            }
            for (k, field) in form.fields.iter().enumerate() {
                if matches!(&field.input, Input::Choice(all) if all.len() == 1)
                    && field.name.is_empty()
                {
                    slots.push((At::Field(k as u32), el("input"), el("small")));
                    continue;
                }
                let input = control(field);
                let label = if field.required {
                    field.name.clone()
                } else {
                    format!("{} (optional)", field.name)
                };
                rows.push(row(
                    contracts,
                    &place,
                    &label,
                    &field.about,
                    At::Field(k as u32),
                    input,
                    &mut slots,
                ));
            }
        }
        None if json => {
            let mine = subject
                .tries
                .iter()
                .filter(|(entry, _)| entry == kind.name());
            let tries: Vec<&String> = mine.map(|(_, message)| message).collect();
            let area = el("textarea")
                .class("mono json")
                .attr("rows", "5")
                .attr("spellcheck", "false");
            // Asked for a function it does not have, a contract names those it has.
            let unknown = tries.is_empty() && kind != Kind::Instantiate && kind != Kind::Migrate;
            let blank = if unknown { UNKNOWN } else { "{}" };
            area.set_value(tries.first().map_or(blank, |t| t.as_str()));
            if unknown {
                rows.push(el("p").class("note").text(NAMES_ITSELF));
            }
            let buttons = tries.iter().map(|text| {
                let (area, text) = (area.clone(), (*text).clone());
                let shown = el("button").class("quiet mono").attr("title", "Try this");
                shown
                    .text(&text.clone())
                    .on_click(move || area.set_value(&text))
            });
            let buttons: Vec<El> = buttons.collect();
            if buttons.len() > 1 {
                rows.push(el("p").class("note examples").text("try ").add_all(buttons));
            }
            rows.push(row(
                contracts,
                &place,
                "message (JSON)",
                "",
                At::Message,
                area,
                &mut slots,
            ));
        }
        None => {}
    }
    let fields = Rc::new(RefCell::new(Fields {
        kind,
        form: form.map(|f| f.name.clone()),
        slots,
        hex: false,
        json,
    }));
    let mut acts = el("div").class("buttons");
    if !json {
        acts = acts.child(&raw(contracts, &place, subject, &fields));
    }
    let said = el("div").attr("aria-live", "polite");
    let whole = el("p").class("refusal").attr("role", "alert");
    whole.show(false);
    let asks = kind == Kind::Query || (subject.deployed && !json);
    let sends = kind != Kind::Query;
    let send = |what: &'static str, act: &'static str, asks: bool| {
        let (fields, subject) = (fields.clone(), subject.clone());
        let (whole, said) = (whole.clone(), said.clone());
        let button = el("button").attr("data-act", act).text(what);
        let button = if asks && sends {
            button
        } else {
            button.class("strong")
        };
        button.on_click(move || submit(run, contracts, &subject, &fields, asks, &whole, &said))
    };
    if sends {
        let from = people::select("From");
        let funds = el("input")
            .class("coins")
            .attr("type", "text")
            .attr("placeholder", "coins to send")
            .attr("aria-label", "Coins to send");
        let mut line = el("div").class("buttons");
        line = line.child(&remembered(
            contracts,
            &format!("{}/from", subject.to),
            from.clone(),
        ));
        let slot = el("small").class("complaint").attr("role", "alert");
        let takes_funds = kind != Kind::Migrate && (subject.deployed || json);
        if takes_funds {
            line = line.child(&remembered(
                contracts,
                &format!("{place}/funds"),
                funds.clone(),
            ));
        }
        let mut slots = fields.borrow_mut();
        let gas = el("input")
            .class("gas-limit")
            .attr("type", "text")
            .attr("inputmode", "numeric")
            .attr("placeholder", "gas limit (default)")
            .attr("title", &default_gas(run))
            .attr("aria-label", "Gas limit");
        let gas_slot = el("small").class("complaint").attr("role", "alert");
        line = line.child(&remembered(contracts, &format!("{place}/gas"), gas.clone()));
        slots.slots.push((At::Gas, gas, gas_slot.clone()));
        slots.slots.push((At::Admin, from, el("small")));
        slots.slots.push((At::Funds, funds, slot.clone()));
        drop(slots);
        if kind == Kind::Migrate {
            let to = el("input")
                .attr("type", "text")
                .attr("placeholder", "new code id")
                .attr("aria-label", "Code id to migrate to");
            let slot = el("small").class("complaint").attr("role", "alert");
            line = line
                .child(&remembered(
                    contracts,
                    &format!("{place}/module"),
                    to.clone(),
                ))
                .child(&slot);
            fields.borrow_mut().slots.push((At::Label, to, slot));
        }
        let (name, act) = match kind {
            Kind::Instantiate if json => ("Instantiate", "deploy"),
            Kind::Instantiate => ("Deploy", "deploy"),
            Kind::Execute if json => ("Execute", "call"),
            Kind::Migrate => ("Migrate", "migrate"),
            Kind::Execute | Kind::Query => ("Call", "call"),
        };
        if json && kind == Kind::Instantiate {
            line = line.child(&store(
                contracts,
                from_of(&fields),
                &subject.to,
                &whole,
                &said,
            ));
        }
        line = line
            .child(&send(name, act, false))
            .child(&slot)
            .child(&gas_slot);
        acts = acts.child(&line);
    }
    let mut ask_line = None;
    if asks {
        let (validator, height) = query_target(run);
        let slot = el("small").class("complaint").attr("role", "alert");
        let mut all = fields.borrow_mut();
        all.slots.push((At::Height, height.clone(), slot.clone()));
        all.slots.push((At::Whole, validator.clone(), el("small")));
        drop(all);
        ask_line = Some(
            el("div")
                .class("buttons")
                .child(&send(if json { "Query" } else { "View" }, "view", true))
                .child(&validator)
                .child(&height)
                .child(&slot),
        );
    }
    el("div")
        .class("fields")
        .add_all(rows)
        .child(&acts)
        .maybe(ask_line)
        .child(&whole)
        .child(&said)
}

/// What an empty field of gas means.
fn default_gas(run: RunState) -> String {
    let block = run.scenario.with_untracked(|s| s.execution.block_gas);
    format!(
        "The most gas the transaction may use. Default: {} (more to deploy a large module). A block has {}.",
        words::grouped(USUAL_GAS.min(block)),
        words::grouped(block)
    )
}
