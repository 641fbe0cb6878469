//! The block tree beside the chart: what was proposed on what, and what became of it. Selecting a block selects its
//! proposal in the chart; selecting a proposal, a vote or a decision there selects the block here.

use super::icon::icon;
use crate::inspect::Thing;
use crate::platform::dom;
use crate::state::chart_view::Place;
use crate::state::playback::Playback;
use crate::state::records::Records;
use crate::state::run::RunState;
use crate::state::selection::Selection;
use crate::tree::drawing::{self, Names};
use crate::tree::layout::{Places, place};
use crate::tree::walk::{Way, step};
use crate::words;
use consensusforge_core::session::view::{MarkKind, RunInfo, TreeBlockView, TreeView};
use leptos::{ev, html, prelude::*};
use std::sync::Arc;
use wasm_bindgen::JsCast;

/// What stands for what, in the order in which a block goes through them.
const LEGEND: [(&str, &str); 5] = [
    ("proposed", "proposed"),
    ("certified", "certified"),
    ("locked", "locked"),
    ("final", "final"),
    ("abandoned", "abandoned"),
];

/// The panel, where it is wanted.
#[component]
pub fn BesideChart() -> impl IntoView {
    let records = expect_context::<Records>();
    view! {
        <Show when=move || records.tree_open.get()>
            {view! { <Panel /> }.into_any()}
        </Show>
    }
}

#[component]
fn Panel() -> impl IntoView {
    let run = expect_context::<RunState>();
    let records = expect_context::<Records>();
    let selection = expect_context::<Selection>();
    let playback = expect_context::<Playback>();
    let whose = RwSignal::new(None::<u16>);
    // The highest height shown; none: the newest.
    let upto = RwSignal::new(None::<u64>);
    let scroll = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        run.frame.track();
        records.request_tree(whose.get(), upto.get());
    });
    // Another run: its newest blocks.
    Effect::new(move |_| {
        run.opened.track();
        upto.set(None);
        whose.set(None);
    });
    let shown = Memo::new(move |_| {
        let view = records.tree.get();
        let places = place(&view);
        Arc::new((view, places))
    });
    let world = Memo::new(move |_| {
        let told = |w: &RunInfo| (w.nodes.clone(), w.round.clone());
        run.info
            .with(|w| w.as_deref().map(told))
            .unwrap_or_default()
    });
    let chosen = Memo::new(move |_| shown.with(|s| selected(selection, &s.0)));
    let picture = Memo::new(move |_| {
        let (nodes, noun) = world.get();
        let names = Names {
            nodes: &nodes,
            noun: &noun,
        };
        shown.with(|s| drawing::svg(&s.0, &s.1, &names, chosen.get()))
    });
    let active = move || {
        let k = chosen.get()?;
        shown.with(|s| s.0.blocks.get(k).map(drawing::element_id))
    };
    // The newest stays in sight while it is followed, and what is selected wherever it is.
    Effect::new(move |_| {
        picture.track();
        let following = upto.get().is_none() && chosen.get().is_none();
        let top = shown.with(|s| s.1.rows) * drawing::ROW;
        if let Some(scroll) = scroll.get().filter(|_| following) {
            request_animation_frame(move || {
                scroll.set_scroll_top(i32::try_from(top).unwrap_or(i32::MAX));
            });
        }
    });
    Effect::new(move |_| {
        if chosen.get().is_some() {
            request_animation_frame(|| dom::keep_in_view("#tree [aria-selected=\"true\"]"));
        }
    });
    let choose = move |k: usize| {
        let block = shown.with_untracked(|s| s.0.blocks.get(k).cloned());
        if let Some(block) = block {
            select(selection, &block);
        }
    };
    let press = move |event: ev::MouseEvent| {
        let target = event
            .target()
            .and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        let block = target.and_then(|t| t.closest("[data-block]").ok().flatten());
        let id = block.and_then(|b| b.get_attribute("data-block"));
        let place = |s: &Arc<(TreeView, Places)>| {
            let id = id.as_ref()?;
            s.0.blocks.iter().position(|b| b.id == *id)
        };
        if let Some(k) = shown.with_untracked(place) {
            choose(k);
        }
    };
    let page = move |earlier: bool| {
        let (from, to, top) = shown.with_untracked(|s| (s.0.from, s.0.to, s.0.top));
        let half = (to - from).div_ceil(2).max(1);
        upto.set(if earlier {
            Some(to.saturating_sub(half).max(half))
        } else {
            Some(to + half).filter(|next| *next < top)
        });
    };
    let keys = move |event: ev::KeyboardEvent| {
        let key = event.key();
        let way = Way::of(&key);
        match key.as_str() {
            "PageUp" => page(true),
            "PageDown" => page(false),
            "Enter" => {
                let at = chosen
                    .get_untracked()
                    .and_then(|k| shown.with_untracked(|s| s.0.blocks.get(k).map(|b| b.at_us)));
                if let Some(at) = at {
                    playback.play(false);
                    playback.seek(at);
                }
            }
            _ => {
                let Some(way) = way else { return };
                let here = chosen.get_untracked();
                if let Some(k) = shown.with_untracked(|s| step(&s.0, &s.1, here, way)) {
                    choose(k);
                }
            }
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let said = move || {
        let (nodes, noun) = world.get();
        let names = Names {
            nodes: &nodes,
            noun: &noun,
        };
        let k = chosen.get()?;
        shown.with(|s| {
            s.0.blocks
                .get(k)
                .map(|b| (drawing::said(b, &names), b.at_us))
        })
    };
    let heights = move || {
        shown.with(|s| match s.0.blocks.is_empty() {
            true => String::new(),
            false => format!("heights {} to {} of {}", s.0.from, s.0.to, s.0.top),
        })
    };
    view! {
        <section class="tree" id="tree" aria-label="Block tree">
            <div class="tree-head">
                <strong>"Blocks"</strong>
                <label>
                    <span>"as seen by "</span>
                    <select id="tree-whose" on:change=move |e| whose.set(event_target_value(&e).parse().ok())>
                        <option value="" selected=move || whose.get().is_none()>"all"</option>
                        {move || world.get().0.into_iter().enumerate().map(|(k, name)| {
                            let here = u16::try_from(k).ok();
                            view! { <option value=k.to_string() selected=move || whose.get_untracked() == here>{name}</option> }
                        }).collect_view()}
                    </select>
                </label>
                <button class="quiet" aria-label="Close the block tree" on:click=move |_| records.tree_open.set(false)>{icon("close")}</button>
            </div>
            <div
                class="tree-scroll" id="tree-blocks" node_ref=scroll
                tabindex="0" role="listbox"
                aria-label="Blocks by height; arrow keys go from block to block, Enter goes to its proposal"
                aria-activedescendant=active
                on:click=press
                on:keydown=keys
                inner_html=move || picture.get()
            ></div>
            <p class="tree-said" role="status" aria-live="polite">
                {move || match said() {
                    Some((sentence, at)) => {
                        let go = move |_| {
                            playback.play(false);
                            playback.seek(at);
                        };
                        view! {
                            {sentence}". "
                            <button class="link" title="Go to this instant" on:click=go>{words::clock(at)}</button>
                        }.into_any()
                    }
                    None => view! { <span class="soft">"Press a block to see it here and in the chart."</span> }.into_any(),
                }}
            </p>
            <div class="tree-foot">
                <span class="tree-legend" aria-hidden="true">
                    {LEGEND.map(|(class, name)| view! {
                        <span class="tree-key">
                            <svg width="14" height="14" viewBox="0 0 14 14" inner_html=sample(class) />
                            {name}
                        </span>
                    })}
                </span>
                <span class="tree-window">
                    <button class="quiet" aria-label="Earlier heights" disabled=move || shown.with(|s| s.0.from <= s.0.lowest) on:click=move |_| page(true)>"↑"</button>
                    <button class="quiet" aria-label="Later heights" disabled=move || shown.with(|s| s.0.to >= s.0.top) on:click=move |_| page(false)>"↓"</button>
                    <small>{heights}</small>
                </span>
            </div>
        </section>
    }
}

/// A block's shape, small, for the legend.
fn sample(class: &str) -> String {
    let state = if class == "abandoned" {
        "proposed abandoned"
    } else {
        class
    };
    let shape = match class {
        "final" => "<rect class=\"shape\" x=\"2\" y=\"2\" width=\"10\" height=\"10\" rx=\"1.5\"/>",
        "locked" => {
            "<circle class=\"shape\" cx=\"7\" cy=\"7\" r=\"5\"/><circle class=\"core\" cx=\"7\" cy=\"7\" r=\"2.5\"/>"
        }
        "abandoned" => {
            "<circle class=\"shape\" cx=\"7\" cy=\"7\" r=\"5\"/><path class=\"strike\" d=\"M2 2L12 12M12 2L2 12\"/>"
        }
        _ => "<circle class=\"shape\" cx=\"7\" cy=\"7\" r=\"5\"/>",
    };
    format!("<g class=\"tree-block {state}\">{shape}</g>")
}

/// Shows a block in the inspector, and its proposal in the chart where that has it.
fn select(selection: Selection, block: &TreeBlockView) {
    let place = block.proposal.map(|(message, node)| Place {
        at_us: block.at_us,
        node: Some(node),
        message: Some(message),
        to: None,
    });
    selection.select_block(block.id.clone(), place);
}

/// The block that what is selected is about.
fn selected(selection: Selection, view: &TreeView) -> Option<usize> {
    let thing = selection.history.with(|h| h.shown().cloned())?;
    let beginning = match &thing {
        Thing::Block(hex) => hex.clone(),
        Thing::Message(id) => {
            let of_proposal =
                |b: &TreeBlockView| b.proposal.is_some_and(|(message, _)| message == *id);
            if let Some(k) = view.blocks.iter().position(of_proposal) {
                return Some(k);
            }
            let told = selection.message.get().filter(|m| m.id == *id);
            told.and_then(|m| m.value)?
        }
        Thing::Mark(mark) => hex(of_mark(&mark.what)?),
        Thing::Node { .. } | Thing::Height(_) | Thing::Transaction(_) => return None,
    };
    view.blocks
        .iter()
        .position(|b| b.id.starts_with(&beginning))
}

/// The beginning of a block's digest that a mark names.
fn of_mark(what: &MarkKind) -> Option<[u8; 4]> {
    match what {
        MarkKind::Commit { block, .. } | MarkKind::Locked { block, .. } => Some(*block),
        MarkKind::Polka { block, .. } => *block,
        MarkKind::Step { .. }
        | MarkKind::Timeout { .. }
        | MarkKind::Rejected { .. }
        | MarkKind::Evidence { .. }
        | MarkKind::Crashed
        | MarkKind::Restarted
        | MarkKind::Changed { .. }
        | MarkKind::CommandMissed { .. } => None,
    }
}

fn hex(bytes: [u8; 4]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
