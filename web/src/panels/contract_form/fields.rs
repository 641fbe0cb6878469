//! The fields of a form, each with the place of its complaint.

use super::subject::Subject;
use crate::forms::example::is_address;
use crate::forms::{FieldView, Input, Kind};
use crate::platform::dom::{El, el};
use crate::protocol::studio::At;
use crate::state::contracts::ContractState;
use std::cell::RefCell;
use std::rc::Rc;

/// Fields as they stand on the page, with where each complaint belongs.
pub(super) struct Fields {
    pub(super) kind: Kind,
    /// Name of the form; none: the message is written by hand.
    pub(super) form: Option<String>,
    pub(super) slots: Vec<(At, El, El)>,
    pub(super) hex: bool,
    pub(super) json: bool,
}

/// The list of senders of a form.
pub(super) fn from_of(fields: &Rc<RefCell<Fields>>) -> El {
    let fields = fields.borrow();
    let found = fields.slots.iter().find(|(at, _, _)| *at == At::Admin);
    found.map_or_else(|| el("select"), |(_, from, _)| from.clone())
}

pub(super) fn control(field: &FieldView) -> El {
    let input = match &field.input {
        Input::Choice(all) => {
            let empty = (!field.required).then(|| el("option").attr("value", "").text("–"));
            el("select")
                .maybe(empty)
                .add_all(all.iter().map(|c| el("option").attr("value", c).text(c)))
        }
        Input::Bool => el("select")
            .add_all(["", "true", "false"].map(|c| el("option").attr("value", c).text(c))),
        Input::Json => {
            let area = el("textarea")
                .class("mono json")
                .attr("rows", "3")
                .attr("spellcheck", "false");
            if field.required {
                area.set_value(&field.example);
            }
            area
        }
        Input::Text
        | Input::Digits(_)
        | Input::Decimal
        | Input::Integer
        | Input::Number
        | Input::Binary => el("input").attr("type", "text").attr("spellcheck", "false"),
    };
    let input = if field.input == Input::Text && is_address(&field.name) {
        input.attr("list", "addresses")
    } else {
        input
    };
    input
        .attr("placeholder", &field.example)
        .attr("data-field", &field.name)
}

pub(super) fn row(
    contracts: ContractState,
    place: &str,
    label: &str,
    about: &str,
    at: At,
    input: El,
    slots: &mut Vec<(At, El, El)>,
) -> El {
    let slot = el("small").class("complaint").attr("role", "alert");
    let name = el("span").text(label);
    let name = if about.is_empty() {
        name
    } else {
        name.attr("title", about)
    };
    let input = remembered(contracts, &format!("{place}/{label}"), input);
    let row = el("label")
        .class("field")
        .child(&name)
        .child(&input)
        .child(&slot);
    slots.push((at, input, slot));
    row
}

/// A field that keeps its text when the form is drawn anew.
pub(super) fn remembered(contracts: ContractState, key: &str, input: El) -> El {
    if let Some(text) = contracts.studio.draft(key) {
        input.set_value(&text);
    }
    let (read, key) = (input.clone(), key.to_owned());
    input.on("input", move |_| contracts.studio.keep(&key, read.value()))
}

/// Plain bytes: text, or hex.
pub(super) fn raw(
    contracts: ContractState,
    place: &str,
    subject: &Subject,
    fields: &Rc<RefCell<Fields>>,
) -> El {
    let label = if subject.deployed {
        "Input to the call"
    } else {
        "Input to init"
    };
    let input = el("input")
        .class("mono")
        .attr("type", "text")
        .attr("aria-label", label)
        .attr("placeholder", label);
    let input = remembered(contracts, &format!("{place}/raw"), input);
    let slot = el("small").class("complaint").attr("role", "alert");
    fields
        .borrow_mut()
        .slots
        .push((At::Message, input.clone(), slot.clone()));
    let hex = el("button")
        .class("quiet")
        .attr("title", "Read the input as text or as hex bytes")
        .text("text");
    let (shown, toggled) = (hex.clone(), fields.clone());
    let hex = hex.on_click(move || {
        let mut fields = toggled.borrow_mut();
        fields.hex = !fields.hex;
        shown.set_text(if fields.hex { "hex" } else { "text" });
        shown.set_attr("aria-pressed", if fields.hex { "true" } else { "false" });
    });
    let tries = subject.examples.iter().map(|example| {
        let (field, text) = (input.clone(), example.clone());
        let shown = if example.is_empty() {
            "(no input)"
        } else {
            example
        };
        el("button")
            .class("quiet mono")
            .attr("title", "Try this")
            .text(shown)
            .on_click(move || field.set_value(&text))
    });
    let mut examples: Vec<El> = tries.collect();
    if !examples.is_empty() {
        examples.insert(0, el("span").text("try "));
    }
    el("div")
        .class("raw")
        .child(&el("span").class("input-field").child(&input).child(&hex))
        .child(&slot)
        .child(&el("p").class("note examples").add_all(examples))
}

/// Puts each sentence at its field, and takes the old ones away.
pub(super) fn complain(fields: &Fields, whole: &El, complaints: Vec<(At, String)>) {
    for (_, input, slot) in &fields.slots {
        slot.set_text("");
        input.remove_attr("aria-invalid");
    }
    let mut rest = Vec::new();
    let mut first = None;
    for (at, sentence) in complaints {
        match fields
            .slots
            .iter()
            .find(|(a, _, _)| *a == at && at != At::Whole)
        {
            Some((_, input, slot)) => {
                slot.set_text(&sentence);
                input.set_attr("aria-invalid", "true");
                first.get_or_insert(input);
            }
            None => rest.push(sentence),
        }
    }
    if let Some(input) = first {
        input.focus();
    }
    whole.show(!rest.is_empty());
    whole.set_text(&rest.join(" "));
}
