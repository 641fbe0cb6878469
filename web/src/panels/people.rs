//! The accounts a person acts with: who they are, what they own, and the faucet.

use super::answers::sentences;
use super::bytes::copy;
use crate::platform::dom::{El, el};
use crate::protocol::studio::{Answer, Ask};
use crate::state::contracts::ContractState;
use crate::words;
use consensusforge_core::session::view::PersonView;

/// In the order of their numbers.
pub const NAMES: [&str; 8] = [
    "You", "Alice", "Bob", "Carol", "Dan", "Erin", "Frank", "Faucet",
];
/// The faucet is an account like the others, with a hand that opens.
const FAUCET: usize = 7;

pub fn select(label: &str) -> El {
    let names = NAMES.iter().take(FAUCET).enumerate();
    el("select")
        .attr("aria-label", label)
        .attr("title", label)
        .add_all(names.map(|(k, name)| el("option").attr("value", &k.to_string()).text(name)))
}

/// Fills `host` with the accounts as they are now.
pub fn people(contracts: ContractState, host: El) {
    contracts.studio.ask(Ask::People, move |answer| {
        if let Answer::People(all) = answer {
            host.replace_children(all.iter().take(FAUCET).map(|p| person(contracts, p)));
        }
    });
}

fn person(contracts: ContractState, p: &PersonView) -> El {
    let name = NAMES.get(usize::from(p.number)).copied().unwrap_or("?");
    let coins: Vec<String> = p
        .coins
        .iter()
        .map(|(amount, denom)| {
            let shown = amount
                .parse()
                .map_or_else(|_| amount.clone(), words::grouped);
            format!("{shown} {denom}")
        })
        .collect();
    let amount = el("input")
        .class("coins")
        .attr("type", "text")
        .attr("placeholder", "1000")
        .attr("aria-label", &format!("Coins for {name}"));
    let slot = el("small").class("complaint").attr("role", "alert");
    let (field, said, to) = (amount.clone(), slot.clone(), p.number);
    let give = move || {
        let coins = match field.value() {
            text if text.trim().is_empty() => "1000".to_owned(),
            text => text,
        };
        let said = said.clone();
        contracts
            .studio
            .ask(Ask::Faucet { to, coins }, move |answer| {
                let sentence = match answer {
                    Answer::Sent { .. } => String::new(),
                    other => sentences(other),
                };
                said.set_text(&sentence);
            });
    };
    el("div")
        .class("card person")
        .attr("data-person", name)
        .attr("data-address", &p.address)
        .child(&el("strong").text(name))
        .child(
            &el("span")
                .class("note coins-owned")
                .text(&coins.join(" · ")),
        )
        .child(
            &el("div")
                .class("buttons")
                .child(&amount)
                .child(
                    &el("button")
                        .text("Faucet")
                        .attr(
                            "title",
                            "Sends coins from the faucet's account, in a transaction",
                        )
                        .on_click(give),
                )
                .child(&copy(p.address.clone(), "copy address"))
                .child(&copy(p.hex.clone(), "as hex"))
                .child(&slot),
        )
}
