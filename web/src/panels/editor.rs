//! Writing a contract: CodeMirror, fetched when the editor is first opened, over a plain field that
//! serves until it is there and where it cannot be.

use crate::platform::code::{Code, Samples};
use crate::protocol::CompileError;
use crate::state::contracts::ContractState;
use crate::state::studio::Language;
use leptos::{ev, html, prelude::*, task::spawn_local};
use std::rc::Rc;

/// The editor once it is there; shared by the closures below.
type Slot = StoredValue<Option<Rc<Code>>, LocalStorage>;

#[component]
pub fn Editor() -> impl IntoView {
    let contracts = expect_context::<ContractState>();
    let studio = contracts.studio;
    let area = NodeRef::<html::Textarea>::new();
    let host = NodeRef::<html::Div>::new();
    let code: Slot = StoredValue::new_local(None);
    let samples = RwSignal::new(Samples::new());
    // Set once CodeMirror stands there: the plain field then steps back.
    let full = RwSignal::new(false);
    Effect::new(move |_| {
        if studio.open.get()
            && let Some(host) = host.get()
            && !full.get_untracked()
        {
            spawn_local(async move {
                let text = move || untrack(|| studio.text());
                let language = studio.language.get_untracked().id();
                let write = move |text| studio.write(text);
                let run = move || studio.compile();
                // Without it the plain field does.
                if let Ok((new, all)) = Code::load(&host, text, language, write, run).await
                    && !code.is_disposed()
                    && !full.get_untracked()
                {
                    code.set_value(Some(Rc::new(new)));
                    samples.set(all);
                    full.set(true);
                }
            });
        }
    });
    let with = move |act: &dyn Fn(&Code)| {
        if let Some(Some(code)) = code.try_get_value() {
            act(&code);
        }
    };
    Effect::new(move |_| {
        full.get();
        let language = studio.language.get().id();
        with(&|c| c.set_language(language));
    });
    Effect::new(move |_| {
        full.get();
        let text = studio.text();
        with(&|c| c.set_text(&text));
    });
    Effect::new(move |_| {
        full.get();
        studio.errors.with(|errors| with(&|c| c.set_errors(errors)));
    });
    let keys = move |event: ev::KeyboardEvent| {
        if (event.ctrl_key() || event.meta_key()) && event.key() == "Enter" {
            event.prevent_default();
            studio.compile();
        }
    };
    let go = move |line: usize, column: usize| {
        if full.get_untracked() {
            with(&|c| c.go_to(line, column));
        } else if let Some(area) = area.get_untracked() {
            select_in(&area, line, column);
        }
    };
    view! {
        <div class="buttons">
            <select
                id="language" aria-label="Language"
                prop:value=move || studio.language.get().id()
                on:change=move |e| {
                    let id = event_target_value(&e);
                    if let Some(language) = Language::ALL.into_iter().find(|l| l.id() == id) {
                        studio.errors.set(Vec::new());
                        studio.language.set(language);
                    }
                }
            >
                {Language::ALL.map(|l| view! { <option value=l.id()>{l.name()}</option> }).collect_view()}
            </select>
            <Gallery samples />
            {move || studio.before.get().map(|(language, name, text)| view! {
                <button class="quiet" on:click=move |_| studio.edit(language, &name, text.clone())>"restore the previous text"</button>
            })}
        </div>
        <div class="editor" class:full=move || full.get()>
            <div class="code" node_ref=host></div>
            <textarea
                id="wat" class="mono" rows="14" spellcheck="false" autocapitalize="off" wrap="off"
                aria-label="Source of the contract" node_ref=area
                prop:value=move || studio.text()
                on:input=move |e| studio.write(event_target_value(&e))
                on:keydown=keys
            ></textarea>
        </div>
        {move || studio.errors.with(|all| (!all.is_empty()).then(|| error_list(all, go)))}
        <div class="buttons">
            <input
                type="text" id="module-name" aria-label="Name of the module" placeholder="name"
                prop:value=move || studio.name.get()
                on:input=move |e| studio.name.set(event_target_value(&e))
            />
            <button id="compile" class="strong" title="Compile and add (Ctrl+Enter)" on:click=move |_| studio.compile()>
                "Compile"
            </button>
            <span class="note" role="status">{move || studio.busy.get()}</span>
        </div>
    }
}

/// Texts to start from, in the chosen language.
#[component]
fn Gallery(samples: RwSignal<Samples>) -> impl IntoView {
    let contracts = expect_context::<ContractState>();
    let studio = contracts.studio;
    let all = move || match studio.language.get() {
        Language::AssemblyScript => samples.get(),
        Language::Wat => modules_with_text(contracts),
    };
    let chosen = move |e: ev::Event| {
        let wanted = event_target_value(&e);
        let found = untrack(all).into_iter().find(|(name, _)| *name == wanted);
        if let Some((name, text)) = found {
            let name = format!("my {name}");
            studio.edit(studio.language.get_untracked(), &name, text);
        }
    };
    view! {
        <select id="gallery" aria-label="Samples" prop:value="" on:change=chosen>
            <option value="">"start from …"</option>
            {move || all().into_iter().map(|(name, _)| view! { <option value=name.clone()>{name.clone()}</option> }).collect_view()}
        </select>
    }
}

fn modules_with_text(contracts: ContractState) -> Samples {
    contracts.ledger.with(|l| {
        let modules = l.modules.iter();
        modules
            .filter_map(|m| Some((m.name.clone(), m.wat.clone()?)))
            .collect()
    })
}

fn error_list(errors: &[CompileError], go: impl Fn(usize, usize) + Copy + 'static) -> AnyView {
    let items = errors.iter().map(|error| {
        let (line, column) = (error.line, error.column);
        let place = (line > 0).then(|| {
            view! { <button class="quiet" on:click=move |_| go(line, column)>{format!("line {line}, column {column}")}</button> }
        });
        view! { <li>{place}" "{error.sentence.clone()}</li> }
    });
    view! { <ul class="refusal" role="alert" id="compile-error">{items.collect_view()}</ul> }
        .into_any()
}

/// Puts the plain field's cursor where a mistake is.
fn select_in(area: &web_sys::HtmlTextAreaElement, line: usize, column: usize) {
    let value = area.value();
    let before: usize = value
        .split('\n')
        .take(line.saturating_sub(1))
        .map(|l| l.encode_utf16().count() + 1)
        .sum();
    let at = u32::try_from(before + column.saturating_sub(1)).unwrap_or_default();
    let _ = area.focus();
    let _ = area.set_selection_range(at, at + 1);
}

/// Brings the editor into view.
pub fn reveal() {
    if let Ok(Some(details)) = document().query_selector("details.editing") {
        details.scroll_into_view();
    }
}
