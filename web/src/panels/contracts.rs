//! Contracts: modules to deploy, what is deployed, what became of what one sent.

use super::drop;
use super::editor::Editor;
use super::receipts::{Receipts, Storage};
use crate::app::{App, Tone, app};
use crate::model::{Address, Command, SubmitSpec};
use crate::protocol::ToWorker;
use crate::studio::Language;
use crate::words;
use consensusforge_core::session::view::{ContractView, ModuleView, ViewResult};
use leptos::prelude::*;

/// What the editor starts with, until a module is taken over into it.
const BLANK: &str = "(module\n  (memory (export \"memory\") 1)\n)\n";

#[component]
pub fn Contracts() -> impl IntoView {
    let app = app();
    let studio = app.studio;
    // The first sample that has a text is a better start than an empty page.
    Effect::new(move |_| {
        let sample = app
            .ledger
            .with(|l| l.modules.iter().find_map(|m| m.wat.clone()));
        let text = studio.text_of(Language::Wat);
        if text.with_untracked(String::is_empty) {
            text.set(sample.unwrap_or_else(|| BLANK.into()));
        }
    });
    let modules = Memo::new(move |_| {
        app.ledger.with(|l| {
            l.modules
                .iter()
                .map(|m| (m.name.clone(), m.sha256.clone()))
                .collect::<Vec<_>>()
        })
    });
    let deployed = Memo::new(move |_| {
        app.ledger.with(|l| {
            l.contracts
                .iter()
                .map(|c| c.address.clone())
                .collect::<Vec<_>>()
        })
    });
    let find = move |key: &(String, String)| {
        let key = key.clone();
        app.ledger.with_untracked(|l| {
            l.modules
                .iter()
                .find(|m| (&m.name, &m.sha256) == (&key.0, &key.1))
                .cloned()
        })
    };
    view! {
        <section aria-label="Modules">
            <h2>"Modules"</h2>
            <For each=move || modules.get() key=|k| k.clone() let:key>
                {find(&key).map(|m| view! { <Module module=m /> })}
            </For>
            <div class="buttons">
                <label class="button">
                    "Upload a module …"
                    <input
                        type="file" id="upload" class="unseen" accept=".wasm,.wat,.ts"
                        on:change=move |e| drop::chosen(app, &event_target(&e))
                    />
                </label>
                <span class="note">"or drop it anywhere"</span>
            </div>
            {move || app.refusal.get().map(|s| view! { <p class="refusal" role="alert" id="refusal">{s}</p> })}
            {move || app.added.get().map(|m| view! {
                <p class="accepted" role="status" id="accepted">
                    {format!("{} is in: {}, sha-256 {}…", m.name, words::bytes(m.bytes), words::short(&m.sha256))}
                </p>
            })}
        </section>
        <details
            class="editing"
            prop:open=move || studio.open.get()
            on:toggle=move |e| studio.open.set(event_target::<web_sys::HtmlElement>(&e).has_attribute("open"))
        >
            <summary>"Write one"</summary>
            <Editor />
        </details>
        <section aria-label="Deployed contracts">
            <h2>"Deployed"</h2>
            <Show when=move || deployed.with(Vec::is_empty)>
                <p class="note">"Nothing yet. Deploy a module: it goes into a block like any transaction."</p>
            </Show>
            <For each=move || deployed.get() key=|a| a.clone() let:address>
                <Deployed address />
            </For>
        </section>
        <Receipts />
    }
}

#[component]
fn Module(module: ModuleView) -> impl IntoView {
    let app = app();
    let input = RwSignal::new(String::new());
    let hex = RwSignal::new(false);
    let contract = module.name.clone();
    let deploy = move |_| {
        let contract = contract.clone();
        submit(app, &input.get_untracked(), hex.get_untracked(), |input| {
            SubmitSpec::Deploy { contract, input }
        });
    };
    let copy = module.wat.clone().map(|wat| {
        let copied = format!("{}-copy", module.name);
        let edit = move |_| {
            app.studio.edit(Language::Wat, &copied, wat.clone());
            show_editor();
        };
        view! { <button class="quiet" on:click=edit>"edit a copy"</button> }
    });
    view! {
        <details class="card module" data-module=module.name.clone()>
            <summary>
                <strong>{module.name.clone()}</strong>
                <small>{format!("{} · {}…", words::bytes(module.bytes), words::short(&module.sha256))}</small>
            </summary>
            <p>{module.summary.clone()}</p>
            <p class="note mono breaks">{format!("sha-256 {}", module.sha256)}</p>
            <div class="buttons">
                <InputField input hex label="Input for its init" />
                <button class="strong" data-act="deploy" on:click=deploy>"Deploy"</button>
                {copy}
            </div>
        </details>
    }
}

#[component]
fn Deployed(address: String) -> impl IntoView {
    let app = app();
    let (input, hex) = (RwSignal::new(String::new()), RwSignal::new(false));
    let value = RwSignal::new(String::from("0"));
    let viewed = RwSignal::new(None::<ViewResult>);
    let asked = RwSignal::new(false);
    Effect::new(move |_| {
        let result = app.viewed.get();
        if asked.get_untracked() {
            asked.set(false);
            viewed.set(result);
        }
    });
    let wanted = address.clone();
    let contract = Memo::new(move |_| {
        app.ledger.with(|l| {
            let all = l.contracts.iter();
            all.clone().find(|c| c.address == wanted).map(Same::of)
        })
    });
    let examples = move || {
        contract.get().map_or_else(Vec::new, |c| {
            app.ledger.with(|l| {
                let by = l
                    .modules
                    .iter()
                    .find(|m| m.sha256 == c.0.code || m.name == c.0.name);
                let mut examples = by.map(|m| m.examples.clone()).unwrap_or_default();
                examples.dedup();
                examples
            })
        })
    };
    let target = address.clone();
    let call = move |_| {
        let Ok(value) = value.get_untracked().trim().parse::<u64>() else {
            app.say(
                Tone::Bad,
                "The value to send along is a whole number of coins, 0 for none.",
            );
            return;
        };
        let Some(address) = parse_address(app, &target) else {
            return;
        };
        submit(app, &input.get_untracked(), hex.get_untracked(), |input| {
            SubmitSpec::Call {
                address,
                input,
                value,
            }
        });
    };
    let target = address.clone();
    let view_call = move |_| match words::input(&input.get_untracked(), hex.get_untracked()) {
        Ok(input) => {
            asked.set(true);
            app.send(ToWorker::ViewCall {
                address: target.clone(),
                input,
                validator: 0,
            });
        }
        Err(sentence) => app.say(Tone::Bad, sentence),
    };
    let title = move || contract.get().map(|c| c.0.name).unwrap_or_default();
    view! {
        <article class="card deployed" data-contract=address.clone()>
            <h3>{title}" "<small class="mono" title=address.clone()>{words::short(&address)}</small></h3>
            <div class="buttons">
                <InputField input hex label="Input of the call" />
                <input type="text" inputmode="numeric" class="coins" aria-label="Coins sent along" title="Coins sent along"
                    prop:value=move || value.get() on:input=move |e| value.set(event_target_value(&e)) />
                <button class="strong" data-act="call" on:click=call title="Sends a transaction">"Call"</button>
                <button data-act="view" on:click=view_call title="Reads, at one validator, without a transaction">"View"</button>
            </div>
            <p class="note examples">"try "
                {move || examples().into_iter().map(|e| {
                    let text = e.clone();
                    let e = if e.is_empty() { "(no input)".to_owned() } else { e };
                    view! { <button class="quiet mono" title="Try this" on:click=move |_| { hex.set(false); input.set(text.clone()); }>{e}</button> }
                }).collect_view()}
            </p>
            {move || viewed.get().map(|v| view! { <Viewed result=v /> })}
            {move || contract.get().map(|c| view! { <Storage contract=c.0 /> })}
        </article>
    }
}

/// A contract with an equality, so that a card is redrawn only when something in it changed.
#[derive(Clone)]
struct Same(ContractView, u64);

impl Same {
    fn of(view: &ContractView) -> Same {
        Same(view.clone(), words::contract_stamp(view))
    }
}

impl PartialEq for Same {
    fn eq(&self, other: &Same) -> bool {
        self.1 == other.1
    }
}

#[component]
fn Viewed(result: ViewResult) -> impl IntoView {
    let gas = format!("{} gas", words::grouped(result.gas_used));
    match (result.error, result.output) {
        (Some(error), _) => view! { <p class="refusal" role="alert">{error}</p> }.into_any(),
        (None, output) => view! {
            <p class="accepted viewed" role="status">
                "says " <Bytes hex=output.unwrap_or_default() /> " " <small>{gas}</small>
            </p>
        }
        .into_any(),
    }
}

/// Bytes as text where they are text, and in hex.
#[component]
pub fn Bytes(hex: String) -> impl IntoView {
    let text = words::hex_as_text(&hex);
    let shown = if hex.is_empty() {
        "nothing".to_owned()
    } else {
        format!("0x{hex}")
    };
    view! {
        {text.map(|t| view! { <q class="output">{t}</q>" " })}
        <code class="breaks">{shown}</code>
    }
}

#[component]
fn InputField(input: RwSignal<String>, hex: RwSignal<bool>, label: &'static str) -> impl IntoView {
    view! {
        <span class="input-field">
            <input
                type="text" class="mono" aria-label=label placeholder=label
                prop:value=move || input.get()
                on:input=move |e| input.set(event_target_value(&e))
            />
            <button
                class="quiet" title="Read the input as text or as hex bytes"
                aria-pressed=move || hex.get().to_string()
                on:click=move |_| hex.update(|h| *h = !*h)
            >
                {move || if hex.get() { "hex" } else { "text" }}
            </button>
        </span>
    }
}

fn submit(
    app: App,
    text: &str,
    hex: bool,
    action: impl FnOnce(crate::model::InputSpec) -> SubmitSpec,
) {
    match words::input(text, hex) {
        Ok(input) => app.act(Command::Submit {
            from: 0,
            action: action(input),
        }),
        Err(sentence) => app.say(Tone::Bad, sentence),
    }
}

fn parse_address(app: App, address: &str) -> Option<Address> {
    Address::from_hex(address)
        .map_err(|e| app.say(Tone::Bad, format!("{address} is no address: {e}.")))
        .ok()
}

fn show_editor() {
    if let Ok(Some(details)) = document().query_selector("details.editing") {
        details.scroll_into_view();
    }
}
