//! A receipt's gas: bars in bars, a tree under the keyboard, and beside it what the part in hand spent on
//! what.

use crate::flame::{Part, parts};
use crate::platform::dom::{El, el};
use crate::words;
use consensusforge_core::session::view::ReceiptView;
use std::rc::Rc;
use wasm_bindgen::JsCast;

/// None where nothing was paid.
pub fn gas(r: &ReceiptView) -> Option<El> {
    if r.gas_used == 0 {
        return None;
    }
    let mut head = format!("gas {}", words::grouped(r.gas_used));
    if let Some(limit) = r.gas_limit {
        head.push_str(&format!(" of a limit of {}", words::grouped(limit)));
    }
    let spent = el("div").class("spent");
    spent.replace_children(table(&r.gas_by, r.gas_used));
    let all = parts(r);
    let flame = (!all.is_empty()).then(|| flame(all, &spent));
    Some(
        el("details")
            .class("gas")
            .child(&el("summary").text(&head))
            .maybe(flame)
            .child(&spent),
    )
}

/// A bar for each category: what share of the gas went where.
fn table(gas_by: &[(String, u64)], most: u64) -> [El; 1] {
    let rows = gas_by.iter().map(|(name, gas)| {
        let meter = el("meter")
            .attr("max", &most.to_string())
            .attr("value", &gas.to_string())
            .attr("aria-label", name);
        el("tr")
            .child(&el("th").attr("scope", "row").text(name))
            .child(&el("td").child(&meter))
            .child(&el("td").class("number").text(&words::grouped(*gas)))
    });
    [el("table").class("table").child(&el("tbody").add_all(rows))]
}

struct Flame {
    parts: Vec<Part>,
    items: Vec<El>,
    spent: El,
}

impl Flame {
    fn show(&self, at: usize) {
        let part = &self.parts[at];
        let mut said = format!("{}: {} gas", part.label, words::grouped(part.gas));
        if part.own < part.gas && at > 0 {
            let own = words::grouped(part.own);
            said.push_str(&format!(" including calls, {own} of it here"));
        }
        let head = el("p").child(&el("strong").text(&said));
        let notes = part.notes.iter();
        let notes = notes.map(|note| el("p").class("note breaks").text(note));
        let most = if at == 0 { part.gas } else { part.own };
        let table = table(&part.gas_by, most.max(1));
        self.spent
            .replace_children([head].into_iter().chain(notes).chain(table));
    }

    /// Puts the keyboard on one of the parts.
    fn go(&self, from: usize, to: usize) {
        self.items[from].set_attr("tabindex", "-1");
        self.items[to].set_attr("tabindex", "0");
        self.items[to].focus();
    }

    fn beside(&self, at: usize, key: &str) -> Option<usize> {
        let depth = self.parts[at].depth;
        let last = self.parts.len() - 1;
        match key {
            "ArrowDown" => (at < last).then_some(at + 1),
            "ArrowUp" => at.checked_sub(1),
            "ArrowRight" => (at < last && self.parts[at + 1].depth > depth).then_some(at + 1),
            "ArrowLeft" => (0..at).rev().find(|k| self.parts[*k].depth < depth),
            "Home" => Some(0),
            "End" => Some(last),
            _ => None,
        }
    }
}

fn flame(parts: Vec<Part>, spent: &El) -> El {
    let items = parts.iter().enumerate().map(|(at, part)| item(at, part));
    let flame = Rc::new(Flame {
        items: items.collect(),
        parts,
        spent: spent.clone(),
    });
    // Who is deeper than the one before lies in it.
    let tree = el("ul")
        .class("flame")
        .attr("role", "tree")
        .attr("aria-label", "Where the gas went");
    let mut open = vec![tree.clone()];
    for (at, (part, item)) in flame.parts.iter().zip(&flame.items).enumerate() {
        open.truncate(part.depth as usize + 1);
        if let Some(list) = open.last() {
            let _ = list.clone().child(item);
        }
        let next = flame.parts.get(at + 1);
        if next.is_some_and(|next| next.depth > part.depth) {
            let group = el("ul").attr("role", "group");
            item.set_attr("aria-expanded", "true");
            let _ = item.clone().child(&group);
            open.push(group);
        }
    }
    // What a part spent itself is room that nothing below fills.
    for (at, part) in flame.parts.iter().enumerate() {
        let below = flame.parts[at + 1..]
            .iter()
            .take_while(|p| p.depth > part.depth)
            .filter(|p| p.depth == part.depth + 1)
            .map(|p| p.gas)
            .sum::<u64>();
        let rest = part.gas.saturating_sub(below);
        if below > 0 && rest > 0 {
            let room = el("li")
                .attr("role", "none")
                .style("flex-grow", &rest.to_string());
            flame.items[at].in_last(&room);
        }
    }
    for (at, item) in flame.items.iter().enumerate() {
        let (shown, moved) = (flame.clone(), flame.clone());
        let _ = item.clone().on("focus", move |_| shown.show(at));
        let bar = flame.clone();
        // Events of a part inside must not end at those around it.
        let _ = item.clone().on("mouseover", move |e| {
            e.stop_propagation();
            bar.show(at);
        });
        let _ = item.clone().on("keydown", move |e| {
            let Some(key) = e.dyn_ref::<web_sys::KeyboardEvent>() else {
                return;
            };
            if let Some(to) = moved.beside(at, &key.key()) {
                e.prevent_default();
                moved.go(at, to);
            }
            // Shortcuts of the page are not meant; and the tree has one item in hand, not all around it.
            e.stop_propagation();
        });
    }
    tree
}

fn item(at: usize, part: &Part) -> El {
    let bar = el("span").class("bar").text(&part.label);
    el("li")
        .attr("role", "treeitem")
        .attr("tabindex", if at == 0 { "0" } else { "-1" })
        .attr("aria-level", &(part.depth + 1).to_string())
        .attr("aria-label", &part.sentence())
        .attr("data-kind", part.kind.name())
        .style("flex-grow", &part.gas.to_string())
        .child(&bar)
}
