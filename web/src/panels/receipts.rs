//! Receipts and storage: what a transaction did, and that every validator says the same.

use super::card::link;
use super::contracts::Bytes;
use crate::app::app;
use crate::inspect::Thing;
use crate::words;
use consensusforge_core::session::view::{ContractView, ReceiptView};
use leptos::prelude::*;

#[component]
pub fn Storage(contract: ContractView) -> impl IntoView {
    let more = contract
        .storage_entries
        .saturating_sub(contract.storage.len() as u64);
    let rows = contract.storage.into_iter().map(|(k, v)| {
        view! { <tr><td><Bytes hex=k /></td><td><Bytes hex=v /></td></tr> }
    });
    view! {
        <details class="storage" open=contract.storage_entries < 9>
            <summary>{format!("storage: {} entries · balance {}", contract.storage_entries, contract.balance)}</summary>
            <table class="table"><tbody>{rows.collect_view()}</tbody></table>
            {(more > 0).then(|| view! { <p class="note">{format!("{more} more not shown")}</p> })}
        </details>
    }
}

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
        app.ledger
            .with_untracked(|l| l.receipts.iter().find(|r| r.tx == tx).cloned())
    };
    view! {
        <section aria-label="Transactions you sent">
            <h2>"Your transactions"</h2>
            <Show when=move || all.with(Vec::is_empty)>
                <p class="note">"None yet."</p>
            </Show>
            <For each=move || all.get() key=|k| k.clone() let:key>
                {find(&key.0).map(|r| view! { <Receipt receipt=r /> })}
            </For>
        </section>
    }
}

#[component]
fn Receipt(receipt: ReceiptView) -> impl IntoView {
    let r = receipt;
    let app = app();
    let place = match (r.height, r.status.as_str()) {
        (Some(h), _) => link(app, format!("at height {h}"), Thing::Height(h)),
        (None, "pending") => "waiting for a block".into_any(),
        (None, _) => ().into_any(),
    };
    let tx = link(app, words::short(&r.tx), Thing::Transaction(r.tx.clone()));
    let gas = r
        .gas_by
        .iter()
        .map(|(k, v)| format!("{k} {}", words::grouped(*v)))
        .collect::<Vec<_>>()
        .join(", ");
    let equal = r.roots.windows(2).all(|w| w[0].1 == w[1].1);
    let count = r.roots.len();
    let roots = r.roots.first().map(|(_, root)| {
        if equal {
            format!(
                "{count} validators reached the same state root {}…",
                words::short(root)
            )
        } else {
            "state roots differ:".into()
        }
    });
    let differing = (!equal).then(|| {
        r.roots.iter().map(|(name, root)| view! { <li class="mono">{format!("{name} {}", words::short(root))}</li> }).collect_view()
    });
    let changes = r.changes.iter().map(|(_, key, before, after)| {
        view! {
            <tr>
                <td><Bytes hex=key.clone() /></td>
                <td>{before.clone().map(|b| view! { <Bytes hex=b /> })}</td>
                <td>{after.clone().map_or_else(|| "deleted".into_any(), |a| view! { <Bytes hex=a /> }.into_any())}</td>
            </tr>
        }
    });
    let changes = (!r.changes.is_empty()).then(|| view! {
        <table class="table">
            <thead><tr><th scope="col">"key"</th><th scope="col">"before"</th><th scope="col">"after"</th></tr></thead>
            <tbody>{changes.collect_view()}</tbody>
        </table>
    });
    view! {
        <article class="card receipt" data-status=r.status.clone()>
            <h3><span class="status">{r.status.clone()}</span>" "{r.what.clone()}" "<small>{place}" · "{tx}</small></h3>
            {r.error.clone().map(|e| view! { <p class="refusal">{e}</p> })}
            {r.output.clone().filter(|o| !o.is_empty() && r.error.is_none()).map(|o| view! { <p>"output " <Bytes hex=o /></p> })}
            {r.created.clone().map(|a| view! { <p class="note">"created contract "<code class="breaks">{words::short(&a)}</code></p> })}
            {(!r.events.is_empty()).then(|| view! {
                <ul class="events">{r.events.iter().map(|e| view! { <li class="breaks">{e.clone()}</li> }).collect_view()}</ul>
            })}
            {changes}
            {(r.gas_used > 0).then(|| view! { <p class="note">{format!("gas {} ({gas})", words::grouped(r.gas_used))}</p> })}
            {roots.map(|s| view! { <p class="note roots" data-equal=equal.to_string()>{s}</p> })}
            <ul>{differing}</ul>
        </article>
    }
}
