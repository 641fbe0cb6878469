//! Receipts: what a transaction did, what it cost, and that every validator says the same.

use super::bytes::{bytes, maybe};
use super::flame::gas;
use super::microscope::look;
use super::names::{deed, named};
use crate::app::{App, app};
use crate::platform::dom::{Built, El, el};
use crate::words;
use consensusforge_core::session::studio::key_text;
use consensusforge_core::session::view::ReceiptView;
use leptos::prelude::*;

#[component]
pub fn Receipts() -> impl IntoView {
    let app = app();
    // The newest first; one is drawn anew only when it changed.
    let all = Memo::new(move |_| {
        app.ledger.with(|l| {
            l.receipts
                .iter()
                .map(|r| (r.tx.clone(), words::receipt_stamp(r)))
                .collect::<Vec<_>>()
        })
    });
    let find = move |tx: &str| {
        let found = app
            .ledger
            .with_untracked(|l| l.receipts.iter().find(|r| r.tx == tx).cloned());
        found.map_or_else(|| el("div"), |r| receipt(app, &r))
    };
    view! {
        <section aria-label="Transactions you sent">
            <h2>"Your transactions"</h2>
            <Show when=move || all.with(Vec::is_empty)>
                <p class="note">"None yet."</p>
            </Show>
            <For each=move || all.get() key=|k| k.clone() let:key>
                <Built make=Box::new(move || find(&key.0)) />
            </For>
        </section>
    }
}

fn receipt(app: App, r: &ReceiptView) -> El {
    let place = match (r.height, r.status.as_str()) {
        (Some(h), _) => format!("in block {h}"),
        (None, "pending") => "waiting for a block".into(),
        (None, _) => String::new(),
    };
    let head = el("h3")
        .child(&el("span").class("status").text(&r.status))
        .text(" ")
        .text(&deed(app, &r.what))
        .text(" ")
        .child(&el("small").text(&place));
    let error = r.error.as_ref().map(|e| el("p").class("refusal").text(e));
    let said = r
        .output
        .as_ref()
        .filter(|o| !o.is_empty() && r.error.is_none());
    let said = said.map(|o| el("p").text("output ").child(&bytes(o)));
    let created = r.created.as_ref().map(|a| {
        let short = el("code").attr("title", a).text(&words::short(a));
        el("p")
            .class("note")
            .text("created contract ")
            .child(&short)
    });
    let events = (!r.events.is_empty()).then(|| {
        let items = r.events.iter().map(|e| {
            let item = el("li").class("breaks").attr("title", e);
            item.text(&named(app, e))
        });
        el("ul").class("events").add_all(items)
    });
    el("article")
        .class("card receipt")
        .attr("data-status", &r.status)
        .attr("data-tx", &r.tx)
        .attr("tabindex", "-1")
        .child(&head)
        .maybe(error)
        .maybe(said)
        .maybe(created)
        .maybe(events)
        .maybe(changes(app, r))
        .maybe(gas(r))
        .add_all(roots(app, r))
}

fn changes(app: App, r: &ReceiptView) -> Option<El> {
    if r.changes.is_empty() {
        return None;
    }
    let heading = |text: &str| el("th").attr("scope", "col").text(text);
    let rows = r.changes.iter().map(|(_, key, before, after)| {
        let after = match after {
            Some(after) => bytes(after),
            None => el("span").class("note").text("deleted"),
        };
        el("tr")
            .child(&storage_key(app, key))
            .child(&el("td").child(&maybe(before.as_deref())))
            .child(&el("td").child(&after))
    });
    let head = el("tr")
        .child(&heading("key"))
        .child(&heading("before"))
        .child(&heading("after"));
    Some(
        el("table")
            .class("table changes")
            .child(&el("thead").child(&head))
            .child(&el("tbody").add_all(rows)),
    )
}

/// A key in hex as the storage explorer shows it.
fn storage_key(app: App, hex: &str) -> El {
    let pairs = (0..hex.len()).step_by(2);
    let bytes: Option<Vec<u8>> = pairs
        .map(|k| u8::from_str_radix(hex.get(k..k + 2)?, 16).ok())
        .collect();
    let shown = bytes.map_or_else(|| hex.to_owned(), |b| key_text(&b));
    el("td")
        .class("breaks")
        .attr("title", &format!("0x{hex}"))
        .text(&named(app, &shown))
}

fn roots(app: App, r: &ReceiptView) -> Vec<El> {
    let Some((_, first)) = r.roots.first() else {
        return Vec::new();
    };
    let equal = r.roots.iter().all(|(_, root)| root == first);
    let said = if equal {
        let count = r.roots.len();
        format!(
            "{count} validators reached the same state root {}…",
            words::short(first)
        )
    } else {
        "state roots differ:".to_owned()
    };
    let line = el("p")
        .class("note roots")
        .attr("data-equal", if equal { "true" } else { "false" })
        .text(&said);
    let mut all = vec![line];
    if !equal {
        let items = r.roots.iter().map(|(name, root)| {
            let text = format!("{name} {}", words::short(root));
            let item = el("li").class("mono").text(&text);
            if root == first {
                item
            } else {
                item.class("mono odd")
            }
        });
        all.push(el("ul").class("differing").add_all(items));
        all.extend(parting(app, r).into_iter().flatten());
    }
    all
}

/// Leads to where two validators with different roots part.
fn parting(app: App, r: &ReceiptView) -> Option<[El; 2]> {
    let nodes = app
        .world
        .with_untracked(|w| w.as_ref().map(|w| w.nodes.clone()))?;
    let number = |name: &str| nodes.iter().position(|n| n == name).map(|k| k as u16);
    let (first, root) = r.roots.first()?;
    let (second, _) = r.roots.iter().find(|(_, other)| other != root)?;
    let (one, other, height) = (number(first)?, number(second)?, r.height?);
    let host = el("div").attr("aria-live", "polite");
    let shown = host.clone();
    let label = format!("Where do {first} and {second} part?");
    let button = el("button").attr("data-act", "microscope").text(&label);
    let button = button.pressed(move || look(app, &shown, one, other, height));
    Some([button, host])
}
