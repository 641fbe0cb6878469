//! What became of a transaction, shown at the form it was sent from: whoever waits there need not look for
//! the receipt.

use super::offers::offers;
use crate::platform::dom::{El, el};
use crate::state::contracts::ContractState;
use crate::words;
use consensusforge_core::session::view::ReceiptView;
use leptos::prelude::*;

/// Says in `host` that a transaction is on its way, and what became of it once that is known.
///
/// `sent`: the instant, and as which of those sent then. `field`: where the message was written by hand.
pub fn await_outcome(contracts: ContractState, sent: (u64, u32), host: El, field: Option<El>) {
    host.replace_children([el("p")
        .class("note sent")
        .text("Sent. It goes into a block like any transaction.")]);
    contracts.studio.await_outcome(sent, (host, field));
}

/// Reports to the forms that wait, for as long as they are there.
pub fn report_outcomes(contracts: ContractState) {
    Effect::new(move |_| {
        let ledger = contracts.ledger.get();
        contracts.studio.settle(|(at_us, nth), (host, field)| {
            // The newest receipt stands first.
            let of_then = ledger.receipts.iter().rev();
            let mut of_then = of_then.filter(|r| r.submitted_us == at_us);
            let known = of_then.nth(nth as usize).filter(|r| r.status != "pending");
            if let Some(receipt) = known {
                let error = receipt.error.as_deref().zip(field.as_ref());
                let offered = error.and_then(|(e, field)| offers(e, field));
                host.replace_children([outcome(receipt)].into_iter().chain(offered));
            }
            known.is_some()
        });
    });
}

fn outcome(r: &ReceiptView) -> El {
    let place = r.height.map_or(String::new(), |h| format!(" in block {h}"));
    let tx = r.tx.clone();
    let show = el("button")
        .class("link")
        .text("see the receipt")
        .on_click(move || show(&tx));
    let gas = words::grouped(r.gas_used);
    let (class, role, head, note) = match &r.error {
        None => (
            "accepted sent",
            "status",
            format!("Done{place}"),
            format!("{gas} gas; "),
        ),
        Some(error) => (
            "refusal sent",
            "alert",
            format!("Failed{place}: {error}"),
            format!("Nothing changed, but {gas} gas was paid; "),
        ),
    };
    el("div")
        .class(class)
        .attr("role", role)
        .child(&el("p").text(&head))
        .child(&el("small").text(&note).child(&show))
}

/// Brings a receipt into sight, and the focus to it.
fn show(tx: &str) {
    let receipt = document().query_selector(&format!("[data-tx=\"{tx}\"]"));
    if let Ok(Some(receipt)) = receipt {
        let receipt: web_sys::HtmlElement = wasm_bindgen::JsCast::unchecked_into(receipt);
        receipt.scroll_into_view();
        let _ = receipt.focus();
    }
}
