//! Every node's state in one table; equal state roots look equal.

use super::card::link;
use super::term::term;
use crate::inspect::Thing;
use crate::model::Command;
use crate::state::run::RunState;
use crate::state::selection::Selection;
use crate::words;
use consensusforge_core::session::view::NodeView;
use leptos::prelude::*;
use std::collections::BTreeMap;

#[component]
pub fn Nodes() -> impl IntoView {
    let run = expect_context::<RunState>();
    let selection = expect_context::<Selection>();
    let nodes = Memo::new(move |_| {
        run.frame
            .with(|f| f.as_ref().map(|f| rows(&f.nodes)).unwrap_or_default())
    });
    let count = Memo::new(move |_| nodes.with(Vec::len));
    // Protocols differ in what a validator keeps in mind: where it locks on nothing there is no such column.
    let locks = Memo::new(move |_| {
        let told = run.info.with(|w| w.as_ref().is_none_or(|w| w.keeps_locks));
        told || nodes.with(|all| all.iter().any(|row| row.lock.is_some()))
    });
    view! {
        <section class="scroll" aria-label="Nodes">
            <table class="table nodes">
                <thead>
                    <tr>
                        <th scope="col">"node"</th>
                        <th scope="col">{term("stake", "stake".into(), true)}</th>
                        <th scope="col" title="height / round">"at"</th>
                        <th scope="col">"step"</th>
                        {move || locks.get().then(|| view! {
                            <th scope="col" class="lock" title="block it is locked on, and the round">{term("lock", "lock".into(), true)}</th>
                        })}
                        <th scope="col" title="state root after the last executed block">{term("state-root", "root".into(), true)}</th>
                        <th scope="col"><span class="visually-hidden">"act"</span></th>
                    </tr>
                </thead>
                <tbody>
                    // A row stays and its cells change: making a hundred rows anew nine times a second would
                    // take the page's whole time.
                    <For each=move || 0..count.get() key=|k| *k let:k>
                        {
                            let row = Memo::new(move |_| nodes.with(|all| all.get(k).cloned().unwrap_or_default()));
                            let down = Memo::new(move |_| row.with(|r| r.down));
                            let label = Memo::new(move |_| row.with(|r| r.label.clone()));
                            let lock = Memo::new(move |_| row.with(|r| r.lock.clone()));
                            let act = move |_| {
                                let validator = row.with_untracked(|r| r.name.clone());
                                run.apply(if down.get_untracked() {
                                    Command::Restart { validator }
                                } else {
                                    Command::Crash { validator }
                                });
                            };
                            view! {
                                <tr class:down=move || down.get()>
                                    <th scope="row">{move || link(selection, label.get(), row.with_untracked(Row::thing))}</th>
                                    <td>{move || row.with(|r| r.stake.clone())}</td>
                                    <td>{move || row.with(|r| r.place.clone())}</td>
                                    <td>{move || row.with(|r| r.step.clone())}</td>
                                    {move || locks.get().then(|| view! {
                                        <td class="mono lock">{move || match lock.get() {
                                            Some((block, round)) => {
                                                let text = format!("{block:.4}… r{round}");
                                                link(selection, text, Thing::Block(block))
                                            }
                                            None => "–".into_any(),
                                        }}</td>
                                    })}
                                    <td>
                                        <span
                                            class="root mono"
                                            data-group=move || row.with(|r| r.group.to_string())
                                            title=move || row.with(|r| r.root.clone())
                                        >
                                            {move || row.with(|r| words::short(&r.root))}
                                        </span>
                                        {move || row.with(|r| r.odd).then_some(view! { <span class="odd" title="differs from the other roots at this height">" ≠"</span> })}
                                    </td>
                                    <td>
                                        <button class="quiet" on:click=act title=move || if down.get() { "Restart it" } else { "Crash it" }>
                                            {move || if down.get() { "restart" } else { "crash" }}
                                        </button>
                                    </td>
                                </tr>
                            }
                        }
                    </For>
                </tbody>
            </table>
        </section>
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Row {
    name: String,
    label: String,
    stake: String,
    place: String,
    step: String,
    lock: Option<(String, u32)>,
    node: u16,
    root: String,
    /// Equal root, equal group.
    group: usize,
    /// Another root stands at the same height.
    odd: bool,
    down: bool,
}

impl Row {
    fn thing(&self) -> Thing {
        Thing::Node {
            node: self.node,
            at_us: None,
        }
    }
}

fn rows(nodes: &[NodeView]) -> Vec<Row> {
    // Roots by height, the most common first: only the others are flagged.
    let mut counts: BTreeMap<u64, BTreeMap<&str, usize>> = BTreeMap::new();
    for n in nodes {
        *counts
            .entry(n.root_height)
            .or_default()
            .entry(&n.state_root)
            .or_default() += 1;
    }
    let common = |n: &NodeView| {
        let at = counts.get(&n.root_height);
        at.and_then(|c| c.iter().max_by_key(|(_, k)| **k))
            .is_none_or(|(root, _)| *root == n.state_root)
    };
    let mut groups: Vec<&str> = Vec::new();
    nodes
        .iter()
        .enumerate()
        .map(|(k, n)| {
            let group = groups
                .iter()
                .position(|r| *r == n.state_root)
                .unwrap_or_else(|| {
                    groups.push(&n.state_root);
                    groups.len() - 1
                });
            let sign = match (n.byzantine, n.crashed) {
                (_, true) => " ✖",
                (true, false) => " ◆",
                _ => "",
            };
            Row {
                name: n.name.clone(),
                label: format!("{}{sign}", n.name),
                stake: words::percent(n.share),
                place: format!("{} / {}", n.height, n.round),
                step: if n.crashed {
                    "down".into()
                } else {
                    n.step.clone()
                },
                lock: n.locked.clone(),
                node: u16::try_from(k).unwrap_or(u16::MAX),
                root: n.state_root.clone(),
                group: group % 4,
                odd: !common(n),
                down: n.crashed,
            }
        })
        .collect()
}
