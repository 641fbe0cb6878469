//! Contracts: modules to deploy, what is deployed, who acts, what became of what one sent.

use super::bytes::copy;
use super::contract_form::{Subject, load_interface};
use super::drop;
use super::editor::Editor;
use super::microscope::microscope;
use super::module::module;
use super::receipts::Receipts;
use super::rules::Rules;
use super::storage::storage;
use super::{outcome, people};
use crate::platform::dom::{Built, El, el};
use crate::protocol::studio::{Answer, Ask};
use crate::state::contracts::ContractState;
use crate::state::notices::Notices;
use crate::state::run::RunState;
use crate::state::studio::Language;
use crate::words;
use consensusforge_core::session::file_of;
use leptos::{html, prelude::*};
use std::rc::Rc;

/// What the editor starts with, until a module is taken over into it.
const BLANK: &str = "(module\n  (memory (export \"memory\") 1)\n)\n";

#[component]
pub fn Contracts() -> impl IntoView {
    let intake = drop::FileIntake::from_context();
    let notices = expect_context::<Notices>();
    let run = expect_context::<RunState>();
    let contracts = expect_context::<ContractState>();
    let studio = contracts.studio;
    outcome::report_outcomes(contracts);
    // The first sample that has a text is a better start than an empty page.
    Effect::new(move |_| {
        let sample = contracts
            .ledger
            .with(|l| l.modules.iter().find_map(|m| m.wat.clone()));
        let text = studio.text_of(Language::Wat);
        if text.with_untracked(String::is_empty) {
            text.set(sample.unwrap_or_else(|| BLANK.into()));
        }
    });
    let modules = Memo::new(move |_| {
        contracts.ledger.with(|l| {
            l.modules
                .iter()
                .map(|m| (m.name.clone(), m.sha256.clone(), m.builtin))
                .collect::<Vec<_>>()
        })
    });
    let those = move |builtin: bool| {
        let mut all = modules.get();
        all.retain(|m| m.2 == builtin);
        all
    };
    let deployed = Memo::new(move |_| {
        contracts.ledger.with(|l| {
            l.contracts
                .iter()
                .map(|c| (c.address.clone(), c.code.clone()))
                .collect::<Vec<_>>()
        })
    });
    // Who has contracts already came for these.
    let samples_open = deployed.with_untracked(Vec::is_empty)
        && modules.with_untracked(|all| all.iter().all(|m| m.2));
    // Whoever has just pressed Deploy, further down, is taken to the result.
    let place = NodeRef::<html::Section>::new();
    Effect::new(move |before: Option<usize>| {
        let count = deployed.with(Vec::len);
        let pressed = document().active_element();
        let deploying =
            pressed.is_some_and(|e| e.get_attribute("data-act").as_deref() == Some("deploy"));
        if deploying
            && before.is_some_and(|b| b < count)
            && let Some(place) = place.get_untracked()
        {
            let _ = place.focus();
            place.scroll_into_view();
        }
        count
    });
    view! {
        <section aria-label="Deployed contracts" node_ref=place tabindex="-1">
            <h2>"Deployed"</h2>
            <Show when=move || deployed.with(Vec::is_empty)>
                <p class="note">"Nothing is deployed yet. Open a module below and deploy it; the deployment goes into a block like any transaction."</p>
            </Show>
            <For each=move || deployed.get() key=|k| k.clone() let:key>
                <Deployed address=key.0 code=key.1 />
            </For>
        </section>
        <Receipts />
        <section class="studio" aria-label="Modules">
            <h2>"Modules"</h2>
            <div class="buttons">
                <label class="button">
                    "Upload a module …"
                    <input
                        type="file" id="upload" class="visually-hidden" accept=".wasm,.wat,.ts"
                        on:change=move |e| drop::chosen(intake, &event_target(&e))
                    />
                </label>
                <span class="note">"or drop a file anywhere on the page"</span>
            </div>
            {move || (!studio.written.get()).then(|| admission(contracts))}
            <For each=move || those(false) key=|k| k.clone() let:key>
                <Built make=Box::new(move || card(notices, run, contracts, &key.0, &key.1)) />
            </For>
            <details class="samples" open=samples_open>
                <summary>{move || format!("{} samples to try", those(true).len())}</summary>
                <For each=move || those(true) key=|k| k.clone() let:key>
                    <Built make=Box::new(move || card(notices, run, contracts, &key.0, &key.1)) />
                </For>
            </details>
            <Rules />
        </section>
        <Addresses />
        <details
            class="editing"
            prop:open=move || studio.open.get()
            on:toggle=move |e| studio.open.set(event_target::<web_sys::HtmlElement>(&e).has_attribute("open"))
        >
            <summary>"Write your own"</summary>
            <Editor />
            {move || studio.written.get().then(|| admission(contracts))}
        </details>
        <Built make=Box::new(move || {
            el("details")
                .class("comparing")
                .child(&el("summary").text("Where two validators diverge"))
                .child(&microscope(run, contracts))
        }) />
        <People />
    }
}

/// What became of the module that came last: shown where it came from.
fn admission(contracts: ContractState) -> impl IntoView {
    view! {
        {move || contracts.refusal.get().map(|s| view! { <p class="refusal" role="alert" id="refusal">{s}</p> })}
        {move || contracts.added.get().map(|m| view! {
            <p class="accepted" role="status" id="accepted">
                {format!("{} was added: {}, SHA-256 {}…", m.name, words::bytes(m.bytes), words::short(&m.sha256))}
            </p>
        })}
    }
}

fn card(notices: Notices, run: RunState, contracts: ContractState, name: &str, sha256: &str) -> El {
    let found = contracts.ledger.with_untracked(|l| {
        let mut all = l.modules.iter();
        all.find(|m| (m.name.as_str(), m.sha256.as_str()) == (name, sha256))
            .cloned()
    });
    let Some(m) = found else { return el("div") };
    let size = format!("{} · {}…", words::bytes(m.bytes), words::short(&m.sha256));
    let head = el("summary")
        .child(&el("strong").text(&m.name))
        .child(&el("small").text(&size));
    let (body, look) = module(notices, run, contracts, &m);
    // What needs no file has its form at once.
    if file_of(&m.name).is_none() {
        look();
    }
    let card = el("details")
        .class("card module")
        .attr("data-module", name)
        .child(&head)
        .child(&body)
        .on("toggle", move |_| look());
    // What just came in is what one wants to see.
    let added = contracts.added.get_untracked();
    if !m.builtin && added.is_some_and(|a| a.name == name) {
        card.set_attr("open", "");
        card.reveal();
    }
    card
}

/// What fields for addresses suggest: the accounts, and what is deployed.
#[component]
fn Addresses() -> impl IntoView {
    let contracts = expect_context::<ContractState>();
    let list = el("datalist").attr("id", "addresses");
    let shown = StoredValue::new_local(list.clone());
    Effect::new(move |_| {
        let mut all: Vec<(String, String)> = contracts.ledger.with(|l| {
            let contracts = l.contracts.iter();
            contracts
                .map(|c| (c.bech32.clone(), c.name.clone()))
                .collect()
        });
        let shown = shown.get_value();
        contracts.studio.ask(Ask::People, move |answer| {
            if let Answer::People(people) = answer {
                let people = people.into_iter().zip(people::NAMES);
                all.splice(0..0, people.map(|(p, name)| (p.address, name.to_owned())));
                let option = |(address, name): &(String, String)| {
                    el("option").attr("value", address).attr("label", name)
                };
                shown.replace_children(all.iter().map(option));
            }
        });
    });
    let list = StoredValue::new_local(list);
    view! { <Built make=Box::new(move || list.get_value()) /> }
}

#[component]
fn Deployed(address: String, code: String) -> impl IntoView {
    let run = expect_context::<RunState>();
    let contracts = expect_context::<ContractState>();
    let (entries, refresh) = storage(run, contracts, address.clone());
    let wanted = address.clone();
    // Changes when something in the contract did.
    let stamp = Memo::new(move |_| {
        contracts.ledger.with(|l| {
            let found = l.contracts.iter().find(|c| c.address == wanted);
            found.map(|c| (c.name.clone(), c.balance.clone(), words::contract_stamp(c)))
        })
    });
    let refresh = StoredValue::new_local(refresh);
    Effect::new(move |_| {
        stamp.get();
        let refresh: Rc<dyn Fn()> = refresh.get_value();
        refresh();
    });
    let (title, balance) = (el("span"), el("small"));
    let (name, owned) = (title.clone(), balance.clone());
    let (name, owned) = (StoredValue::new_local(name), StoredValue::new_local(owned));
    Effect::new(move |_| {
        if let Some((called, coins, _)) = stamp.get() {
            name.with_value(|n| n.set_text(&called));
            owned.with_value(|o| o.set_text(&format!("owns {coins}")));
        }
    });
    let bech32 = contracts.ledger.with_untracked(|l| {
        let found = l.contracts.iter().find(|c| c.address == address);
        found.map(|c| c.bech32.clone()).unwrap_or_default()
    });
    let form = el("div").class("contract-form");
    let examples = contracts.ledger.with_untracked(|l| {
        let by = l.modules.iter().find(|m| m.sha256 == code);
        let mut examples = by.map(|m| m.examples.clone()).unwrap_or_default();
        examples.dedup();
        examples
    });
    let subject = Subject {
        to: address.clone(),
        code,
        deployed: true,
        examples,
        tries: Vec::new(),
    };
    load_interface(run, contracts, &form, &subject, |_| {});
    let head = el("h3")
        .child(&title)
        .text(" ")
        .child(
            &el("small")
                .class("mono")
                .attr("title", &address)
                .text(&format!(
                    "{} …{}",
                    words::short(&address),
                    words::end(&bech32)
                )),
        )
        .text(" ")
        .child(&balance)
        .child(&copy(bech32, "copy address"));
    let card = el("article")
        .class("card deployed")
        .attr("data-contract", &address)
        .child(&head)
        .child(&form)
        .child(&entries);
    let card = StoredValue::new_local(card);
    view! { <Built make=Box::new(move || card.get_value()) /> }
}

#[component]
fn People() -> impl IntoView {
    let contracts = expect_context::<ContractState>();
    let list = el("div");
    let host = StoredValue::new_local(list.clone());
    // What they own changes with what became of transactions.
    Effect::new(move |_| {
        contracts.ledger.track();
        host.with_value(|h| people::people(contracts, h.clone()));
    });
    let section = el("details")
        .class("people")
        .child(&el("summary").text("Accounts and faucet"))
        .child(&list);
    let section = StoredValue::new_local(section);
    view! { <Built make=Box::new(move || section.get_value()) /> }
}
