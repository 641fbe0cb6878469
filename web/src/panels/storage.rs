//! A contract's storage: at any validator, after any block, against another block, each entry provable.

use super::answers::refusals;
use super::bytes::{copy, maybe};
use super::names::named;
use super::query_target::validators;
use crate::platform::dom::{El, el};
use crate::protocol::studio::{Answer, Ask, Place, StorageAsk};
use crate::state::contracts::ContractState;
use crate::state::run::RunState;
use crate::words;
use consensusforge_core::session::view::{ProofView, StorageView, StoredView};
use std::rc::Rc;

struct Explorer {
    contracts: ContractState,
    contract: String,
    validator: El,
    height: El,
    since: El,
    find: El,
    table: El,
    proof: El,
}

/// The explorer, and a function that brings it up to date when it is open and looks at the newest block.
pub fn storage(run: RunState, contracts: ContractState, contract: String) -> (El, Rc<dyn Fn()>) {
    let field = |label: &str, hint: &str| {
        el("input")
            .attr("type", "text")
            .attr("aria-label", label)
            .attr("placeholder", hint)
    };
    let explorer = Rc::new(Explorer {
        contracts,
        contract,
        validator: validators(run, false),
        height: field("Height", "height (newest)").class("height"),
        since: field("Changed since height", "changed since").class("height"),
        find: field("Find in keys", "find in keys"),
        table: el("div").attr("aria-live", "polite"),
        proof: el("div").attr("aria-live", "polite"),
    });
    let details = el("details")
        .class("storage")
        .child(&el("summary").text("Storage"));
    let look = |element: &El| {
        let explorer = explorer.clone();
        element.clone().on("change", move |_| explorer.reload(0))
    };
    let tools = el("div")
        .class("buttons")
        .child(&look(&explorer.validator))
        .child(&look(&explorer.height))
        .child(&look(&explorer.since))
        .child(&look(&explorer.find));
    let check = el("textarea")
        .class("mono")
        .attr("rows", "2")
        .attr("aria-label", "A proof to check")
        .attr("placeholder", "paste a proof to check it");
    let (checker, text) = (explorer.clone(), check.clone());
    let check = check.on("change", move |_| {
        if !text.value().trim().is_empty() {
            checker.ask_proof(Ask::Check(text.value()));
        }
    });
    let details = details
        .child(&tools)
        .child(&explorer.table)
        .child(&explorer.proof)
        .child(&check);
    let opened = explorer.clone();
    let shown = details.clone();
    let details = details.on("toggle", move |_| {
        if shown.is_open() {
            opened.reload(0);
        }
    });
    let shown = details.clone();
    let refresh = Rc::new(move || {
        // What was asked about the past stays as it was.
        if shown.is_open() && explorer.height.value().trim().is_empty() {
            explorer.reload(0);
        }
    });
    (details, refresh)
}

impl Explorer {
    fn place(&self) -> Place {
        Place {
            validator: self.validator.value().parse().unwrap_or_default(),
            height: self.height.value().trim().parse().ok(),
        }
    }

    fn reload(self: &Rc<Self>, skip: u64) {
        for field in [&self.height, &self.since] {
            let text = field.value();
            let wrong = !text.trim().is_empty() && text.trim().parse::<u64>().is_err();
            if wrong {
                self.table.replace_children([el("p")
                    .class("refusal")
                    .text("A height is a whole number.")]);
                return;
            }
        }
        let ask = StorageAsk {
            contract: self.contract.clone(),
            place: self.place(),
            since: self.since.value().trim().parse().ok(),
            find: self.find.value(),
            skip,
        };
        let me = self.clone();
        let compared = ask.since;
        self.contracts
            .studio
            .ask(Ask::Storage(ask), move |answer| match answer {
                Answer::Storage(view) => me.show(&view, compared, skip),
                other => me.table.replace_children(refusals(other)),
            });
    }

    fn show(self: &Rc<Self>, view: &StorageView, compared: Option<u64>, skip: u64) {
        let entries = if view.found == 1 { "entry" } else { "entries" };
        let head = format!(
            "{} {entries} after block {}, state root {}…",
            view.found,
            view.height,
            words::short(&view.root)
        );
        let head = match compared {
            Some(since) if view.found == 1 => {
                format!(
                    "1 entry differs between block {since} and block {}",
                    view.height
                )
            }
            Some(since) => format!(
                "{} entries differ between block {since} and block {}",
                view.found, view.height
            ),
            None => head,
        };
        let before = compared.map(|h| {
            el("th")
                .attr("scope", "col")
                .text(&format!("after block {h}"))
        });
        let now = match compared {
            Some(_) => format!("after block {}", view.height),
            None => "value".to_owned(),
        };
        let columns = el("tr")
            .child(&el("th").attr("scope", "col").text("key"))
            .maybe(before)
            .child(&el("th").attr("scope", "col").text(&now))
            .child(&el("th").child(&el("span").class("visually-hidden").text("proof")));
        let rows = view
            .rows
            .iter()
            .map(|row| self.row(row, view.height, compared.is_some()));
        let last = skip + view.rows.len() as u64;
        let page = |label: &str, to: u64| {
            let me = self.clone();
            el("button")
                .class("quiet")
                .text(label)
                .on_click(move || me.reload(to))
        };
        let earlier = (skip > 0).then(|| page("previous", skip.saturating_sub(100)));
        let later = (last < view.found).then(|| page(&format!("{} more", view.found - last), last));
        self.table.replace_children([
            el("p").class("note").text(&head),
            el("table")
                .class("table entries")
                .child(&el("thead").child(&columns))
                .child(&el("tbody").add_all(rows)),
            el("div").class("buttons").maybe(earlier).maybe(later),
        ]);
    }

    fn row(self: &Rc<Self>, row: &StoredView, height: u64, compared: bool) -> El {
        let (me, key) = (self.clone(), row.key.clone());
        let prove = el("button")
            .class("quiet")
            .text("prove")
            .attr("title", "Prove this entry against the state root")
            .on_click(move || {
                let place = Place {
                    height: Some(height),
                    ..me.place()
                };
                me.ask_proof(Ask::Prove {
                    contract: me.contract.clone(),
                    key: key.clone(),
                    place,
                });
            });
        let key = el("td")
            .class("breaks")
            .attr("title", &format!("0x{}", row.key))
            .text(&named(self.contracts, &row.shown));
        let before = compared.then(|| el("td").child(&maybe(row.before.as_deref())));
        el("tr")
            .child(&key)
            .maybe(before)
            .child(&el("td").child(&maybe(row.value.as_deref())))
            .child(&el("td").child(&prove))
    }

    fn ask_proof(self: &Rc<Self>, ask: Ask) {
        let me = self.clone();
        self.contracts.studio.ask(ask, move |answer| match answer {
            Answer::Proof(proof) => me.proof.replace_children([shown(&proof)]),
            other => me.proof.replace_children(refusals(other)),
        });
    }
}

fn shown(proof: &ProofView) -> El {
    let value = el("dd").child(&maybe(proof.value.as_deref()));
    el("div")
        .class("accepted proof")
        .child(&el("p").text(&format!("Checked: {}.", proof.sentence)))
        .child(
            &el("dl")
                .class("facts")
                .child(&el("dt").text("value"))
                .child(&value),
        )
        .child(&copy(proof.text.clone(), "copy the proof"))
}
