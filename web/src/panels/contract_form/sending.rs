//! Sends what a form asks for, and shows the answer in it.

use super::fields::{Fields, complain};
use super::subject::Subject;
use crate::forms::Kind;
use crate::panels::answers::{complaints, sentences};
use crate::panels::bytes::bytes;
use crate::panels::names::resolve;
use crate::panels::offers::offers;
use crate::panels::outcome::await_outcome;
use crate::platform::dom::{El, el};
use crate::protocol::studio::{Answer, Ask, At, CallDraft, Message, Place};
use crate::state::contracts::ContractState;
use crate::state::run::RunState;
use crate::words;
use consensusforge_core::session::view::ViewResult;
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;

pub(super) fn submit(
    run: RunState,
    contracts: ContractState,
    subject: &Subject,
    fields: &Rc<RefCell<Fields>>,
    asks: bool,
    whole: &El,
    said: &El,
) {
    let fields_now = fields.borrow();
    let get = |at: At| {
        fields_now
            .slots
            .iter()
            .find(|(a, _, _)| *a == at)
            .map_or_else(String::new, |(_, input, _)| input.value())
    };
    let message = match &fields_now.form {
        Some(name) => Message::Form {
            name: name.clone(),
            values: fields_now
                .slots
                .iter()
                .filter(|(at, _, _)| matches!(at, At::Field(_)))
                .map(|(_, i, _)| match i.get_attr("list").as_deref() {
                    // A field for an address takes names, too.
                    Some("addresses") => resolve(contracts, &i.value()),
                    _ => i.value(),
                })
                .collect(),
        },
        None if fields_now.json => Message::Json(get(At::Message)),
        None => match words::input(&get(At::Message), fields_now.hex) {
            Ok(input) => Message::Raw(input),
            Err(sentence) => return complain(&fields_now, whole, vec![(At::Message, sentence)]),
        },
    };
    let by_hand = fields_now
        .slots
        .iter()
        .find(|(at, _, _)| *at == At::Message);
    let field = by_hand.map(|(_, field, _)| field.clone());
    let draft = CallDraft {
        kind: if asks { Kind::Query } else { fields_now.kind },
        to: subject.to.clone(),
        code: subject.code.clone(),
        message,
        from: get(At::Admin).parse().unwrap_or_default(),
        funds: get(At::Funds),
        gas: get(At::Gas),
        label: get(At::Label),
        admin: String::new(),
    };
    if !asks {
        drop(fields_now);
        let (fields, whole, said) = (fields.clone(), whole.clone(), said.clone());
        contracts
            .studio
            .ask(Ask::Send(draft), move |answer| match answer {
                Answer::Sent { at_us, nth } => {
                    complain(&fields.borrow(), &whole, Vec::new());
                    await_outcome(contracts, (at_us, nth), said, field);
                }
                other => complain(&fields.borrow(), &whole, complaints(other)),
            });
        return;
    }
    let height = get(At::Height);
    let height = match height.trim() {
        "" => None,
        text => match text.parse() {
            Ok(height) => Some(height),
            Err(_) => {
                return complain(
                    &fields_now,
                    whole,
                    vec![(At::Height, "A height is a whole number.".into())],
                );
            }
        },
    };
    let nodes = run
        .info
        .with_untracked(|w| w.as_ref().map(|w| w.nodes.clone()).unwrap_or_default());
    let chosen = get(At::Whole);
    let every = chosen == "all";
    let asked: Vec<u16> = if every {
        (0..nodes.len() as u16).collect()
    } else {
        vec![chosen.parse().unwrap_or_default()]
    };
    drop(fields_now);
    said.replace_children([]);
    let table = every.then(|| el("tbody"));
    if let Some(table) = &table {
        said.replace_children([el("table").class("table answers").child(table)]);
    }
    for validator in asked {
        let draft = draft.clone();
        let name = nodes
            .get(usize::from(validator))
            .cloned()
            .unwrap_or_default();
        let (fields, whole, said, table) =
            (fields.clone(), whole.clone(), said.clone(), table.clone());
        let field = field.clone();
        let place = Place { validator, height };
        contracts
            .studio
            .ask(Ask::Query { draft, place }, move |answer| match answer {
                Answer::Said(result) => {
                    complain(&fields.borrow(), &whole, Vec::new());
                    match table {
                        None => {
                            let error = result.error.as_deref().zip(field.as_ref());
                            let offered = error.and_then(|(e, field)| offers(e, field));
                            said.replace_children([viewed(&result)].into_iter().chain(offered));
                        }
                        Some(table) => {
                            let _ = table.child(
                                &el("tr")
                                    .child(&el("th").attr("scope", "row").text(&name))
                                    .child(&el("td").child(&viewed(&result))),
                            );
                        }
                    }
                }
                other => complain(&fields.borrow(), &whole, complaints(other)),
            });
    }
}

/// Puts a module on the chain under an id.
pub(super) fn store(
    contracts: ContractState,
    from: El,
    contract: &str,
    whole: &El,
    said: &El,
) -> El {
    let (contract, whole, said) = (contract.to_owned(), whole.clone(), said.clone());
    let what = "Stores the code on the chain under an id, which factories, migrations and instances with coins need";
    let button = el("button")
        .attr("data-act", "store")
        .attr("title", what)
        .text("Store");
    button.on_click(move || {
        let ask = Ask::Store {
            from: from.value().parse().unwrap_or_default(),
            contract: contract.clone(),
        };
        let (whole, said) = (whole.clone(), said.clone());
        contracts.studio.ask(ask, move |answer| match answer {
            Answer::Sent { .. } => {
                whole.show(false);
                let sentence = "Sent. Once it is in a block, reopen this card to see its code id.";
                said.replace_children([el("p").class("note").text(sentence)]);
            }
            other => {
                whole.show(true);
                whole.set_text(&sentences(other));
            }
        });
    })
}

fn viewed(result: &ViewResult) -> El {
    match &result.error {
        Some(error) => el("p").class("refusal").attr("role", "alert").text(error),
        None => {
            let gas = format!(" {} gas", words::grouped(result.gas_used));
            el("p")
                .class("accepted viewed")
                .attr("role", "status")
                .text("returns ")
                .child(&bytes(result.output.as_deref().unwrap_or_default()))
                .child(&el("small").text(&gas))
        }
    }
}
