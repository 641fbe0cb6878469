//! A plain editor for WebAssembly text: line numbers, tabs, the error at its line.

use crate::app::app;
use crate::protocol::CompileError;
use leptos::{ev, html, prelude::*};

#[component]
pub fn Editor(
    /// What stands in it; set from outside by "edit a copy".
    text: RwSignal<String>,
    name: RwSignal<String>,
) -> impl IntoView {
    let app = app();
    let area = NodeRef::<html::Textarea>::new();
    let gutter = NodeRef::<html::Pre>::new();
    let error = app.compile_error;
    let lines = Memo::new(move |_| {
        text.with(|t| t.lines().count().max(1) + usize::from(t.ends_with('\n')))
    });
    let numbers = move || {
        let bad = error.get().map_or(0, |e| e.line);
        (1..=lines.get())
            .map(|n| view! { <span class:bad=n == bad>{format!("{n}\n")}</span> })
            .collect_view()
    };
    let scrolled = move |_| {
        if let (Some(area), Some(gutter)) = (area.get_untracked(), gutter.get_untracked()) {
            gutter.set_scroll_top(area.scroll_top());
        }
    };
    let keys = move |event: ev::KeyboardEvent| {
        if (event.ctrl_key() || event.meta_key()) && event.key() == "Enter" {
            event.prevent_default();
            compile(app, &name.get_untracked(), &text.get_untracked());
        }
    };
    view! {
        <div class="editor">
            <pre class="lines" node_ref=gutter aria-hidden="true">{numbers}</pre>
            <textarea
                id="wat" class="mono" rows="14" spellcheck="false" autocapitalize="off" wrap="off"
                aria-label="WebAssembly text" node_ref=area
                prop:value=move || text.get()
                on:input=move |e| text.set(event_target_value(&e))
                on:scroll=scrolled
                on:keydown=keys
            ></textarea>
        </div>
        {move || error.get().map(|e| said(&e, area))}
        <div class="buttons">
            <input
                type="text" id="module-name" aria-label="Name of the module" placeholder="name"
                prop:value=move || name.get()
                on:input=move |e| name.set(event_target_value(&e))
            />
            <button
                id="compile" class="strong" title="Compile and add (Ctrl+Enter)"
                on:click=move |_| compile(app, &name.get_untracked(), &text.get_untracked())
            >
                "Compile"
            </button>
        </div>
    }
}

fn compile(app: crate::app::App, name: &str, wat: &str) {
    let name = if name.trim().is_empty() {
        "mine"
    } else {
        name.trim()
    };
    app.compile(name, wat.to_owned());
}

fn said(error: &CompileError, area: NodeRef<html::Textarea>) -> AnyView {
    let (line, column) = (error.line, error.column);
    let go = move |_| {
        if let Some(area) = area.get_untracked() {
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
    };
    let place = (line > 0).then(|| {
        view! { <button class="quiet" on:click=go>{format!("line {line}, column {column}")}</button> }
    });
    view! {
        <p class="refusal" role="alert" id="compile-error">{place}" "{error.sentence.clone()}</p>
    }
    .into_any()
}
