//! Receipts: what a transaction did, what it cost, and that every validator says the same.

use super::bytes::{bytes, maybe};
use super::flame::gas;
use super::microscope::run_microscope;
use super::names::{describe_action, named};
use super::people::NAMES;
use crate::model::Command;
use crate::platform::dom::{Built, El, el};
use crate::state::contracts::ContractState;
use crate::state::run::RunState;
use crate::words;
use consensusforge_core::session::studio::key_text;
use consensusforge_core::session::view::ReceiptView;
use leptos::prelude::*;

#[component]
pub fn Receipts() -> impl IntoView {
    let run = expect_context::<RunState>();
    let contracts = expect_context::<ContractState>();
    // The newest first; one is drawn anew only when it changed.
    let all = Memo::new(move |_| {
        contracts.ledger.with(|l| {
            l.receipts
                .iter()
                .map(|r| (r.tx.clone(), words::receipt_stamp(r)))
                .collect::<Vec<_>>()
        })
    });
    let find = move |tx: &str| {
        let found = contracts
            .ledger
            .with_untracked(|l| l.receipts.iter().find(|r| r.tx == tx).cloned());
        found.map_or_else(|| el("div"), |r| receipt(run, contracts, &r))
    };
    view! {
        <section aria-label="Transactions you sent">
            <h2>"Your transactions"</h2>
            <Show when=move || all.with(Vec::is_empty)>
                <p class="note">"No transactions yet."</p>
            </Show>
            <For each=move || all.get() key=|k| k.clone() let:key>
                <Built make=Box::new(move || find(&key.0)) />
            </For>
        </section>
    }
}

fn receipt(run: RunState, contracts: ContractState, r: &ReceiptView) -> El {
    let place = match (r.height, r.status.as_str()) {
        (Some(h), _) => format!("in block {h}"),
        (None, "pending") => "waiting for a block".into(),
        (None, _) => String::new(),
    };
    let head = el("h3")
        .child(&el("span").class("status").text(&r.status))
        .text(" ")
        .text(&describe_action(contracts, &r.what))
        .text(" ")
        .child(&el("small").text(&place));
    let error = r.error.as_ref().map(|e| el("p").class("refusal").text(e));
    let said = r
        .output
        .as_ref()
        .filter(|o| !o.is_empty() && r.error.is_none());
    let said = said.map(|o| el("p").text("output ").child(&bytes(o)));
    let created = r.created.as_ref().map(|a| {
        let short = el("code")
            .attr("title", a)
            .text(&format!("{}…", words::short(a)));
        el("p")
            .class("note")
            .text("created contract ")
            .child(&short)
    });
    let events = (!r.events.is_empty()).then(|| {
        let items = r.events.iter().map(|e| {
            let item = el("li").class("breaks").attr("title", e);
            item.text(&named(contracts, e))
        });
        el("ul").class("events").add_all(items)
    });
    el("article")
        .class("card receipt")
        .attr("data-status", &r.status)
        .attr("data-tx", &r.tx)
        .attr("tabindex", "-1")
        .child(&head)
        .add_all(sent(run, contracts, r))
        .maybe(error)
        .maybe(said)
        .maybe(created)
        .maybe(events)
        .maybe(changes(contracts, r))
        .maybe(gas(r))
        .add_all(roots(run, contracts, r))
}

/// Who sent it, with which coins, and the message as it was written. The scenario has all of it.
fn sent(run: RunState, contracts: ContractState, r: &ReceiptView) -> Vec<El> {
    let command = run.scenario.with_untracked(|s| {
        let then = s.commands.iter().filter(|c| c.at_us == r.submitted_us);
        let submits = then.filter_map(|c| match &c.command {
            Command::Submit { from, action, .. } => Some((*from, action.clone())),
            _ => None,
        });
        // Of those sent at one instant the receipts stand in the opposite order.
        let nth = contracts.ledger.with_untracked(|l| {
            let same = l.receipts.iter().rev();
            let mut same = same.filter(|x| x.submitted_us == r.submitted_us);
            same.position(|x| x.tx == r.tx)
        });
        nth.and_then(|n| submits.collect::<Vec<_>>().into_iter().nth(n))
    });
    let Some((from, action)) = command else {
        return Vec::new();
    };
    let sender = NAMES.get(usize::from(from)).copied().unwrap_or("?");
    let (message, coins) = words::message_of(&action);
    let coins = if coins.is_empty() {
        String::new()
    } else {
        format!(", with {coins}")
    };
    let line = el("p")
        .class("note sender")
        .text(&format!("sent by {sender}{coins}"));
    let message = message.filter(|m| !m.is_empty()).map(|m| {
        el("p")
            .class("note breaks message")
            .attr("title", &m)
            .text("message ")
            .child(&el("code").text(&named(contracts, &m)))
    });
    [Some(line), message].into_iter().flatten().collect()
}

fn changes(contracts: ContractState, r: &ReceiptView) -> Option<El> {
    if r.changes.is_empty() {
        return None;
    }
    let heading = |text: &str| el("th").attr("scope", "col").text(text);
    let rows = r.changes.iter().map(|(_, key, before, after)| {
        let after = match after {
            Some(after) => value(contracts, after),
            None => el("span").class("note").text("deleted"),
        };
        let before = match before {
            Some(before) => value(contracts, before),
            None => maybe(None),
        };
        el("tr")
            .child(&storage_key(contracts, key))
            .child(&el("td").child(&before))
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

/// A value in hex: as text with names in it where it is text.
fn value(contracts: ContractState, hex: &str) -> El {
    match words::hex_as_text(hex) {
        Some(text) => el("span")
            .class("breaks")
            .attr("title", &text)
            .text(&named(contracts, &text)),
        None => bytes(hex),
    }
}

/// A key in hex as the storage explorer shows it.
fn storage_key(contracts: ContractState, hex: &str) -> El {
    let pairs = (0..hex.len()).step_by(2);
    let bytes: Option<Vec<u8>> = pairs
        .map(|k| u8::from_str_radix(hex.get(k..k + 2)?, 16).ok())
        .collect();
    let shown = bytes.map_or_else(|| hex.to_owned(), |b| key_text(&b));
    el("td")
        .class("breaks")
        .attr("title", &format!("0x{hex}"))
        .text(&named(contracts, &shown))
}

fn roots(run: RunState, contracts: ContractState, r: &ReceiptView) -> Vec<El> {
    // The root most validators reached: what one of few says is the odd one, whoever came first.
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for (_, root) in &r.roots {
        match counts.iter_mut().find(|c| c.0 == root) {
            Some(count) => count.1 += 1,
            None => counts.push((root, 1)),
        }
    }
    counts.sort_by_key(|c| std::cmp::Reverse(c.1));
    let Some(&(common, count)) = counts.first() else {
        return Vec::new();
    };
    let equal = counts.len() == 1;
    let said = if equal {
        format!(
            "{count} validators reached the same state root {}…",
            words::short(common)
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
        let nodes = run
            .info
            .with_untracked(|w| w.as_ref().map(|w| w.nodes.clone()));
        let nodes = nodes.unwrap_or_default();
        let number = |name: &str| nodes.iter().position(|n| n == name);
        let mut roots: Vec<_> = r
            .roots
            .iter()
            .map(|(name, root)| (number(name), name, root))
            .collect();
        roots.sort();
        let items = roots.iter().map(|(_, name, root)| {
            let text = format!("{name} {}…", words::short(root));
            let odd = root.as_str() != common;
            el("li")
                .class(if odd { "mono odd" } else { "mono" })
                .text(&text)
        });
        all.push(el("ul").class("differing").add_all(items));
        let one = roots.iter().find(|(_, _, root)| *root == common);
        let other = roots.iter().find(|(_, _, root)| *root != common);
        if let (Some((Some(a), first, _)), Some((Some(b), second, _)), Some(height)) =
            (one, other, r.height)
        {
            all.extend(find_divergence(
                contracts,
                (*a, first),
                (*b, second),
                height,
            ));
        }
    }
    all
}

/// Leads to where two validators with different roots, by number and name, diverge.
fn find_divergence(
    contracts: ContractState,
    one: (usize, &str),
    other: (usize, &str),
    height: u64,
) -> [El; 2] {
    let host = el("div").attr("aria-live", "polite");
    let shown = host.clone();
    let label = format!("Where do {} and {} diverge?", one.1, other.1);
    let button = el("button").attr("data-act", "microscope").text(&label);
    let (a, b) = (one.0 as u16, other.0 as u16);
    let button = button.on_click(move || run_microscope(contracts, &shown, a, b, height));
    [button, host]
}
