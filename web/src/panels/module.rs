//! The card of a module: what it is, and the form that deploys it.

use super::bytes::copy;
use super::contract_form::{Subject, load_interface, with_schema};
use crate::platform::dom::{El, el};
use crate::platform::files;
use crate::state::contracts::ContractState;
use crate::state::notices::{Notices, Tone};
use crate::state::run::RunState;
use crate::state::studio::Language;
use crate::words;
use consensusforge_core::session::view::{CardView, ModuleView};
use leptos::task::spawn_local;

/// What is in the card, and a function to call when it is opened: then the module is looked at.
pub fn module(
    notices: Notices,
    run: RunState,
    contracts: ContractState,
    m: &ModuleView,
) -> (El, impl Fn() + 'static) {
    let subject = Subject {
        to: m.name.clone(),
        code: m.sha256.clone(),
        deployed: false,
        examples: m.examples.clone(),
        tries: Vec::new(),
    };
    let (facts, form) = (el("dl").class("facts"), el("div").class("contract-form"));
    let details = facts.clone();
    let head = move |m: &ModuleView| {
        let hash = el("dd").class("mono breaks").text(&m.sha256);
        let hash = hash.child(&copy(m.sha256.clone(), "copy"));
        vec![el("dt").text("sha-256"), hash]
    };
    facts.replace_children(head(m));
    let schema = schema(notices, run, contracts, &form, &subject);
    let (shown, host) = (schema.clone(), form.clone());
    let module = m.clone();
    let look = move || {
        let (shown, details, module) = (shown.clone(), details.clone(), module.clone());
        load_interface(run, contracts, &host, &subject, move |card| {
            shown.show(card.abi == "cosmwasm");
            details.replace_children(head(&module).into_iter().chain(facts_of(card)));
        });
    };
    let edit = m.wat.clone().map(|wat| {
        let name = format!("{}-copy", m.name);
        el("button")
            .class("quiet")
            .text("edit a copy")
            .on_click(move || {
                contracts.studio.edit(Language::Wat, &name, wat.clone());
                super::editor::reveal();
            })
    });
    let body = el("div")
        .child(&el("p").text(&m.summary))
        .child(&facts)
        .child(&form)
        .child(&schema)
        .maybe(edit);
    (body, look)
}

fn facts_of(card: &CardView) -> Vec<El> {
    let mut all = Vec::new();
    let mut fact = |name: &str, value: String| {
        if !value.is_empty() {
            all.push(el("dt").text(name));
            all.push(el("dd").class("breaks").text(&value));
        }
    };
    fact("size", words::bytes(card.bytes));
    fact("interface", format!("{}, by {}", card.abi, card.marker));
    fact("admitted as", card.profile.clone());
    fact("entry points", card.entries.join(", "));
    fact(
        "code id",
        card.code_id.map(|id| id.to_string()).unwrap_or_default(),
    );
    fact("capabilities", card.capabilities.join(", "));
    fact(
        "data version",
        card.migrate_version
            .map(|v| v.to_string())
            .unwrap_or_default(),
    );
    fact(
        "gas",
        format!(
            "{} to upload, {} to start each call",
            words::grouped(card.upload_gas),
            words::grouped(card.start_gas)
        ),
    );
    all
}

/// Where a contract's JSON Schema comes in: files, or text.
fn schema(
    notices: Notices,
    run: RunState,
    contracts: ContractState,
    form: &El,
    subject: &Subject,
) -> El {
    let file = el("input")
        .class("visually-hidden")
        .attr("type", "file")
        .attr("accept", ".json")
        .attr("multiple", "");
    let (input, host, of) = (file.clone(), form.clone(), subject.clone());
    let file = file.attr("data-schema", "").on("change", move |_| {
        let Some(list) = input.files() else { return };
        for k in 0..list.length() {
            let (Some(file), host, of) = (list.get(k), host.clone(), of.clone()) else {
                continue;
            };
            spawn_local(async move {
                let name = file.name();
                match files::read(&file).await.map(String::from_utf8) {
                    Ok(Ok(text)) => with_schema(notices, run, contracts, &host, &of, &name, text),
                    Ok(Err(_)) => notices.show(Tone::Bad, format!("{name} is not text.")),
                    Err(sentence) => notices.show(Tone::Bad, sentence),
                }
            });
        }
    });
    let pasted = el("textarea")
        .class("mono")
        .attr("rows", "2")
        .attr("aria-label", "JSON Schema")
        .attr("placeholder", "or paste it here");
    let (text, host, of) = (pasted.clone(), form.clone(), subject.clone());
    let pasted = pasted.on("change", move |_| {
        if !text.value().trim().is_empty() {
            with_schema(
                notices,
                run,
                contracts,
                &host,
                &of,
                "the pasted text",
                text.value(),
            );
        }
    });
    let all = el("details")
        .class("schema")
        .child(&el("summary").text("Make forms from its JSON Schema"))
        .child(&el("p").class("note").text("Choose the files in schema/raw, or the single file with all messages that cosmwasm-schema writes."))
        .child(&el("label").class("button").text("Choose files …").child(&file))
        .child(&pasted);
    all.show(false);
    all
}
