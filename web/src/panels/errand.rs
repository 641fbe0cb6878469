//! A form for what a contract can be asked or told: a field for each part of the message where its schema
//! is known, else JSON or plain bytes. What will not do is told at its field, and the text stays.

use super::answers::{complaints, sentences};
use super::bytes::bytes;
use super::outcome::follow;
use super::people;
use crate::app::{App, Tone};
use crate::forms::example::is_address;
use crate::forms::{FieldView, FormView, Input, Kind};
use crate::platform::dom::{El, el};
use crate::protocol::studio::{Answer, Ask, At, Errand, Message, Place};
use crate::words;
use consensusforge_core::session::studio::USUAL_GAS;
use consensusforge_core::session::view::{CardView, ViewResult};
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;

/// Whom a form is for.
#[derive(Clone, Debug)]
pub struct Subject {
    /// A module's name, or a contract's address.
    pub to: String,
    pub code: String,
    /// Before it is deployed, a module can only be instantiated.
    pub deployed: bool,
    pub examples: Vec<String>,
    /// Entry point and message, of a contract that reads JSON.
    pub tries: Vec<(String, String)>,
}

/// The interface whose messages are JSON.
const COSMWASM: &str = "cosmwasm";

impl Subject {
    fn kinds(&self) -> &'static [Kind] {
        if self.deployed {
            &[Kind::Execute, Kind::Query, Kind::Migrate]
        } else {
            &[Kind::Instantiate]
        }
    }
}

/// Fields as they stand on the page, with where each complaint belongs.
struct Fields {
    kind: Kind,
    /// Name of the form; none: the message is written by hand.
    form: Option<String>,
    slots: Vec<(At, El, El)>,
    hex: bool,
    json: bool,
}

/// `host` filled with the form of what reads plain bytes, until [`learn`] finds out more.
pub fn errand(app: App, host: &El, subject: &Subject) {
    draw(app, host, Reads::Bytes, subject, &[]);
}

/// Draws the form anew when the module turns out to read JSON; `told` gets its card.
pub fn learn(app: App, host: &El, subject: &Subject, told: impl FnOnce(&CardView) + 'static) {
    let (shown, mut subject) = (host.clone(), subject.clone());
    let ask = Ask::Card(subject.code.clone());
    app.studio.ask(app, ask, move |answer| {
        if let Answer::Card(Some(card), forms) = answer {
            told(&card);
            if Reads::of(&card) == Reads::Json {
                subject.tries = card.examples;
                draw(app, &shown, Reads::Json, &subject, &forms);
            }
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
pub fn with_schema(app: App, host: &El, subject: &Subject, file: &str, text: String) {
    let (shown, mut asked) = (host.clone(), subject.clone());
    let ask = Ask::Schema {
        code: subject.code.clone(),
        file: file.to_owned(),
        text,
    };
    app.studio.ask(app, ask, move |answer| match answer {
        Answer::Card(card, forms) => {
            asked.tries = card.map(|c| c.examples).unwrap_or_default();
            draw(app, &shown, Reads::Json, &asked, &forms);
        }
        other => {
            for (_, sentence) in complaints(other) {
                app.say(Tone::Bad, sentence);
            }
        }
    });
}

fn draw(app: App, host: &El, reads: Reads, subject: &Subject, forms: &[FormView]) {
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
            let by_hand = format!("{} by JSON", kind.name());
            let select_group =
                group.child(&el("option").attr("value", &key(*kind, None)).text(&by_hand));
            let _ = select.clone().child(&select_group);
        }
        let remembered = format!("{}/function", subject.to);
        if let Some(chosen) = app.studio.draft(&remembered) {
            select.put(&chosen);
        }
        let (chosen, host, subject, forms) =
            (select.clone(), body.clone(), subject.clone(), forms.clone());
        let redraw = move || {
            let value = chosen.value();
            app.studio.keep(&remembered, value.clone());
            let kind = subject
                .kinds()
                .iter()
                .find(|k| value.starts_with(k.name()))
                .copied();
            let kind = kind.unwrap_or(Kind::Execute);
            let form = forms.iter().find(|f| key(f.kind, Some(&f.name)) == value);
            host.fill([one(app, json, &subject, kind, form)]);
        };
        redraw();
        top = Some(select.on("change", move |_| redraw()));
    } else {
        let kind = subject.kinds()[0];
        body.fill([one(app, json, subject, kind, None)]);
    }
    host.fill(top.into_iter().chain([body]));
}

fn key(kind: Kind, form: Option<&str>) -> String {
    match form {
        Some(name) => format!("{}:{name}", kind.name()),
        None => format!("{} json", kind.name()),
    }
}

/// The form of one function.
fn one(app: App, json: bool, subject: &Subject, kind: Kind, form: Option<&FormView>) -> El {
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
                    app,
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
            area.put(tries.first().map_or("{}", |t| t.as_str()));
            let buttons = tries.iter().map(|text| {
                let (area, text) = (area.clone(), (*text).clone());
                let shown = el("button").class("quiet mono").attr("title", "Try this");
                shown.text(&text.clone()).pressed(move || area.put(&text))
            });
            let buttons: Vec<El> = buttons.collect();
            if buttons.len() > 1 {
                rows.push(el("p").class("note examples").text("try ").add_all(buttons));
            }
            rows.push(row(
                app,
                &place,
                "message, as JSON",
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
        acts = acts.child(&raw(app, &place, subject, &fields));
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
        button.pressed(move || submit(app, &subject, &fields, asks, &whole, &said))
    };
    if sends {
        let from = people::select("From");
        let funds = el("input")
            .class("coins")
            .attr("type", "text")
            .attr("placeholder", "coins along")
            .attr("aria-label", "Coins sent along");
        let mut line = el("div").class("buttons");
        line = line.child(&remembered(
            app,
            &format!("{}/from", subject.to),
            from.clone(),
        ));
        let slot = el("small").class("complaint").attr("role", "alert");
        let takes_funds = kind != Kind::Migrate && (subject.deployed || json);
        if takes_funds {
            line = line.child(&remembered(app, &format!("{place}/funds"), funds.clone()));
        }
        let mut slots = fields.borrow_mut();
        let gas = el("input")
            .class("gas-limit")
            .attr("type", "text")
            .attr("inputmode", "numeric")
            .attr("placeholder", "gas limit: usual")
            .attr("title", &usual_gas(app))
            .attr("aria-label", "Gas limit");
        let gas_slot = el("small").class("complaint").attr("role", "alert");
        line = line.child(&remembered(app, &format!("{place}/gas"), gas.clone()));
        slots.slots.push((At::Gas, gas, gas_slot.clone()));
        slots.slots.push((At::Admin, from, el("small")));
        slots.slots.push((At::Funds, funds, slot.clone()));
        drop(slots);
        if kind == Kind::Migrate {
            let to = el("input")
                .attr("type", "text")
                .attr("placeholder", "to code id")
                .attr("aria-label", "Code id to migrate to");
            let slot = el("small").class("complaint").attr("role", "alert");
            line = line
                .child(&remembered(app, &format!("{place}/module"), to.clone()))
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
            line = line.child(&store(app, from_of(&fields), &subject.to, &whole, &said));
        }
        line = line
            .child(&send(name, act, false))
            .child(&slot)
            .child(&gas_slot);
        acts = acts.child(&line);
    }
    let mut ask_line = None;
    if asks {
        let (validator, height) = where_asked(app);
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
fn usual_gas(app: App) -> String {
    let block = app.scenario.with_untracked(|s| s.execution.block_gas);
    format!(
        "Gas the transaction may use at most: {} when empty (more where a large module is deployed); a block has {}",
        words::grouped(USUAL_GAS.min(block)),
        words::grouped(block)
    )
}

/// The list of senders of a form.
fn from_of(fields: &Rc<RefCell<Fields>>) -> El {
    let fields = fields.borrow();
    let found = fields.slots.iter().find(|(at, _, _)| *at == At::Admin);
    found.map_or_else(|| el("select"), |(_, from, _)| from.clone())
}

/// Puts a module on the chain under an id.
fn store(app: App, from: El, contract: &str, whole: &El, said: &El) -> El {
    let (contract, whole, said) = (contract.to_owned(), whole.clone(), said.clone());
    let what = "Puts the code on the chain under an id: for instances with coins, for factories and migrations";
    let button = el("button")
        .attr("data-act", "store")
        .attr("title", what)
        .text("Store");
    button.pressed(move || {
        let ask = Ask::Store {
            from: from.value().parse().unwrap_or_default(),
            contract: contract.clone(),
        };
        let (whole, said) = (whole.clone(), said.clone());
        app.studio.ask(app, ask, move |answer| match answer {
            Answer::Sent { .. } => {
                whole.show(false);
                let sentence = "Sent. Once it is in a block, the card names its code id when it is opened again.";
                said.fill([el("p").class("note").text(sentence)]);
            }
            other => {
                whole.show(true);
                whole.say(&sentences(other));
            }
        });
    })
}

/// Whom to ask: all validators or one, and after which block.
fn where_asked(app: App) -> (El, El) {
    let validator = validators(app, true);
    let height = el("input")
        .class("height")
        .attr("type", "text")
        .attr("inputmode", "numeric")
        .attr("placeholder", "height: newest")
        .attr("aria-label", "Height");
    (validator, height)
}

/// A list of the validators; with `all`, to ask every one.
pub fn validators(app: App, all: bool) -> El {
    let names = app
        .world
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

fn control(field: &FieldView) -> El {
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
                area.put(&field.example);
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

fn row(
    app: App,
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
    let input = remembered(app, &format!("{place}/{label}"), input);
    let row = el("label")
        .class("field")
        .child(&name)
        .child(&input)
        .child(&slot);
    slots.push((at, input, slot));
    row
}

/// A field that keeps its text when the form is drawn anew.
fn remembered(app: App, key: &str, input: El) -> El {
    if let Some(text) = app.studio.draft(key) {
        input.put(&text);
    }
    let (read, key) = (input.clone(), key.to_owned());
    input.on("input", move |_| app.studio.keep(&key, read.value()))
}

/// Plain bytes: text, or hex.
fn raw(app: App, place: &str, subject: &Subject, fields: &Rc<RefCell<Fields>>) -> El {
    let label = if subject.deployed {
        "Input of the call"
    } else {
        "Input for its init"
    };
    let input = el("input")
        .class("mono")
        .attr("type", "text")
        .attr("aria-label", label)
        .attr("placeholder", label);
    let input = remembered(app, &format!("{place}/raw"), input);
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
    let hex = hex.pressed(move || {
        let mut fields = toggled.borrow_mut();
        fields.hex = !fields.hex;
        shown.say(if fields.hex { "hex" } else { "text" });
        shown.mark("aria-pressed", if fields.hex { "true" } else { "false" });
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
            .pressed(move || field.put(&text))
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

fn submit(
    app: App,
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
                .map(|(_, i, _)| i.value())
                .collect(),
        },
        None if fields_now.json => Message::Json(get(At::Message)),
        None => match words::input(&get(At::Message), fields_now.hex) {
            Ok(input) => Message::Raw(input),
            Err(sentence) => return complain(&fields_now, whole, vec![(At::Message, sentence)]),
        },
    };
    let errand = Errand {
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
        app.studio
            .ask(app, Ask::Send(errand), move |answer| match answer {
                Answer::Sent { at_us, nth } => {
                    complain(&fields.borrow(), &whole, Vec::new());
                    follow(app, (at_us, nth), said);
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
    let nodes = app
        .world
        .with_untracked(|w| w.as_ref().map(|w| w.nodes.clone()).unwrap_or_default());
    let chosen = get(At::Whole);
    let every = chosen == "all";
    let asked: Vec<u16> = if every {
        (0..nodes.len() as u16).collect()
    } else {
        vec![chosen.parse().unwrap_or_default()]
    };
    drop(fields_now);
    said.fill([]);
    let table = every.then(|| el("tbody"));
    if let Some(table) = &table {
        said.fill([el("table").class("table answers").child(table)]);
    }
    for validator in asked {
        let errand = errand.clone();
        let name = nodes
            .get(usize::from(validator))
            .cloned()
            .unwrap_or_default();
        let (fields, whole, said, table) =
            (fields.clone(), whole.clone(), said.clone(), table.clone());
        let place = Place { validator, height };
        app.studio.ask(
            app,
            Ask::Query { errand, place },
            move |answer| match answer {
                Answer::Said(result) => {
                    complain(&fields.borrow(), &whole, Vec::new());
                    match table {
                        None => said.fill([viewed(&result)]),
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
            },
        );
    }
}

fn viewed(result: &ViewResult) -> El {
    match &result.error {
        Some(error) => el("p").class("refusal").attr("role", "alert").text(error),
        None => {
            let gas = format!(" {} gas", words::grouped(result.gas_used));
            el("p")
                .class("accepted viewed")
                .attr("role", "status")
                .text("says ")
                .child(&bytes(result.output.as_deref().unwrap_or_default()))
                .child(&el("small").text(&gas))
        }
    }
}

/// Puts each sentence at its field, and takes the old ones away.
fn complain(fields: &Fields, whole: &El, complaints: Vec<(At, String)>) {
    for (_, input, slot) in &fields.slots {
        slot.say("");
        input.unmark("aria-invalid");
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
                slot.say(&sentence);
                input.mark("aria-invalid", "true");
                first.get_or_insert(input);
            }
            None => rest.push(sentence),
        }
    }
    if let Some(input) = first {
        input.focus();
    }
    whole.show(!rest.is_empty());
    whole.say(&rest.join(" "));
}
