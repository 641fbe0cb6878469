//! The protocol's rules beside the run: which have just taken effect at a validator, what the others wait for, and how
//! often each has taken effect in the run.

use super::card::link;
use crate::inspect::Thing;
use crate::platform::dom;
use crate::state::playback::Playback;
use crate::state::records::Records;
use crate::state::run::RunState;
use crate::state::selection::Selection;
use crate::words;
use consensusforge_core::session::protocols::protocols;
use consensusforge_core::session::view::{NodeView, RuleAt, RuleCount, RuleView, RunInfo};
use leptos::prelude::*;

/// Validators named in a row; of more it says how many.
const NAMED: usize = 6;

#[component]
pub fn Paper() -> impl IntoView {
    let run = expect_context::<RunState>();
    let records = expect_context::<Records>();
    let selection = expect_context::<Selection>();
    let playback = expect_context::<Playback>();
    // Whose state is shown; none: whoever acted last.
    let chosen = RwSignal::new(None::<u16>);
    Effect::new(move |_| {
        if let Some(node) = selection.history.with(|h| h.shown().and_then(node_of)) {
            chosen.set(Some(node));
        }
    });
    Effect::new(move |_| {
        run.frame.track();
        records.request_rules(chosen.get());
    });
    let rules = Memo::new(move |_| {
        run.info
            .with(|w| w.as_ref().map(|w| w.rules.clone()).unwrap_or_default())
    });
    let nodes = Memo::new(move |_| {
        run.info
            .with(|w| w.as_ref().map(|w| w.nodes.clone()).unwrap_or_default())
    });
    let title = Memo::new(move |_| {
        let name = run
            .info
            .with(|w| w.as_ref().map(|w| w.protocol.clone()))
            .unwrap_or_default();
        let known = protocols().into_iter().find(|p| p.name == name);
        known.map_or(name, |p| p.title.to_owned())
    });
    let fired = Memo::new(move |_| {
        let counts = records.rules.with(|r| r.counts.clone());
        (counts.iter().filter(|c| c.fired > 0).count(), counts.len())
    });
    let lit = Memo::new(move |_| records.rules.with(|r| r.fired.clone()));
    // In steps the reader is led to the rule; while time flows that would only make the page jump.
    Effect::new(move |_| {
        if lit.with(Vec::is_empty) || playback.playing.get_untracked() {
            return;
        }
        // The signals of this frame reach the list first.
        request_animation_frame(|| dom::keep_in_view("#paper [aria-current]"));
    });
    let choose = move |e: web_sys::Event| chosen.set(event_target_value(&e).parse().ok());
    let whose = move || {
        let node = records.rules.with(|r| r.node);
        node.and_then(|n| nodes.with(|all| all.get(usize::from(n)).cloned()))
    };
    view! {
        <section class="paper" id="paper" aria-label="The protocol's rules">
            <div class="card-head">
                <h2>{move || format!("Rules of {}", title.get())}</h2>
                <label class="paper-at">
                    "at "
                    <select id="paper-at" on:change=choose>
                        <option value="" selected=move || chosen.get().is_none()>"whoever acted last"</option>
                        {move || nodes.get().into_iter().enumerate().map(|(k, name)| {
                            let here = u16::try_from(k).ok();
                            view! { <option value=k.to_string() selected=move || chosen.get() == here>{name}</option> }
                        }).collect_view()}
                    </select>
                </label>
            </div>
            <p class="note" id="paper-said">
                {move || match (whose(), records.rules.with(|r| r.at_us)) {
                    (Some(name), Some(at)) => format!("{name} last followed the marked rules at {}.", words::clock(at)),
                    (Some(name), None) => format!("No rule has fired at {name} yet."),
                    (None, _) => "No rule has fired yet.".to_owned(),
                }}
            </p>
            <ol class="paper-rules">
                // A rule stays and what is said of it changes: the focus stays where it is.
                <For each=move || rules.get().into_iter().enumerate() key=|(k, r)| (*k, r.id.clone()) let:rule>
                    <Entry number=rule.0 rule=rule.1 />
                </For>
            </ol>
        </section>
        <section class="paper" aria-label="Rule coverage">
            <h2>"Rule coverage"</h2>
            <p class="note" id="coverage-said">
                {move || {
                    let (fired, all) = fired.get();
                    format!("{fired} of {all} rules have fired in this run so far.")
                }}
            </p>
            <div class="scroll" tabindex="0" role="region" aria-label="Rule coverage">
                <table class="table coverage" id="coverage">
                    <thead><tr>
                        <th scope="col">"rule"</th>
                        <th scope="col" class="number">"fired"</th>
                        <th scope="col">"at"</th>
                        <th scope="col">"first"</th>
                        <th scope="col">"last"</th>
                    </tr></thead>
                    <tbody>
                        <For each=move || rules.get().into_iter().enumerate() key=|(k, r)| (*k, r.id.clone()) let:rule>
                            <Covered number=rule.0 id=rule.1.id nodes=nodes />
                        </For>
                    </tbody>
                </table>
            </div>
        </section>
    }
}

/// The validator that a thing is about, where it is about one.
fn node_of(thing: &Thing) -> Option<u16> {
    match thing {
        Thing::Node { node, .. } => Some(*node),
        Thing::Mark(mark) => Some(mark.node),
        Thing::Message(_) | Thing::Block(_) | Thing::Height(_) | Thing::Transaction(_) => None,
    }
}

/// A rule in our words, and how it stands.
#[component]
fn Entry(number: usize, rule: RuleView) -> impl IntoView {
    let records = expect_context::<Records>();
    let run = expect_context::<RunState>();
    let noun = move || {
        let noun = |w: &RunInfo| w.round.clone();
        run.info
            .with(|w| w.as_deref().map(noun))
            .unwrap_or_default()
    };
    let count = Memo::new(move |_| {
        let all = records
            .rules
            .with(|r| r.counts.get(number).map(|c| c.fired));
        all.unwrap_or(0)
    });
    let id = rule.id.clone();
    let is_this = move |k: u8| usize::from(k) == number;
    let lit = Memo::new(move |_| {
        let all = records.rules.with(|r| r.fired.clone());
        all.into_iter().find(|f| is_this(f.rule))
    });
    let waits = Memo::new(move |_| {
        records.rules.with(|r| {
            let here = r.waiting.iter().filter(|w| is_this(w.0));
            here.map(|w| w.1.clone()).collect::<Vec<_>>()
        })
    });
    view! {
        <li
            class="paper-rule"
            data-rule=id
            class:never=move || count.get() == 0
            aria-current=move || lit.with(Option::is_some).then_some("step")
        >
            <div class="paper-head">
                <strong>{rule.id}</strong>
                {move || lit.get().map(|l| view! { <span class="fired">{said_of(l, &noun())}</span> })}
                <small>{move || match count.get() {
                    0 => "never in this run".to_owned(),
                    1 => "once".to_owned(),
                    n => format!("{} times", words::grouped(n)),
                }}</small>
            </div>
            <p>{rule.text}</p>
            {move || waits.get().into_iter().map(|w| view! {
                <p class="waits"><span>"waits for "</span>{w}</p>
            }).collect_view()}
        </li>
    }
}

fn said_of(l: RuleAt, noun: &str) -> String {
    format!("fired · height {}, {noun} {}", l.height, l.round)
}

/// One row: how often a rule fired, at whom, when first and last.
#[component]
fn Covered(number: usize, id: String, nodes: Memo<Vec<String>>) -> impl IntoView {
    let records = expect_context::<Records>();
    let run = expect_context::<RunState>();
    let playback = expect_context::<Playback>();
    let selection = expect_context::<Selection>();
    let count = Memo::new(move |_| {
        let found = records.rules.with(|r| r.counts.get(number).cloned());
        found.unwrap_or_default()
    });
    let attribute = id.clone();
    let by = Memo::new(move |_| count.with(|c| c.nodes.iter().map(|n| n.0).collect::<Vec<_>>()));
    // A liar runs the protocol too, whatever it then says.
    let liars = Memo::new(move |_| {
        let of = |n: &NodeView| n.byzantine;
        run.frame
            .with(|f| {
                f.as_ref()
                    .map(|f| f.nodes.iter().map(of).collect::<Vec<_>>())
            })
            .unwrap_or_default()
    });
    let first = Memo::new(move |_| count.with(|c| c.first));
    let last = Memo::new(move |_| count.with(|c| c.last));
    let name =
        move |node: u16| nodes.with(|all| all.get(usize::from(node)).cloned().unwrap_or_default());
    let jump = move |place: Option<(u64, u16)>| {
        place.map(|(at_us, node)| {
            let go = move |_| {
                playback.play(false);
                playback.seek(at_us);
                selection.select(Thing::Node { node, at_us: None });
            };
            let title = format!("Go there and select {}", name(node));
            view! { <button class="link" title=title on:click=go>{words::clock(at_us)}</button> }
        })
    };
    view! {
        <tr data-rule=attribute class:never=move || count.with(|c| c.fired == 0)>
            <th scope="row">{id}</th>
            <td class="number">{move || words::grouped(count.with(|c: &RuleCount| c.fired))}</td>
            <td>{move || {
                let by = by.get();
                match by.len() {
                    0 => "never".into_any(),
                    all if all == nodes.with(Vec::len) => "all".into_any(),
                    many if many > NAMED => format!("{many} validators").into_any(),
                    _ => by.into_iter().map(|node| {
                        let thing = Thing::Node { node, at_us: None };
                        let sign = if liars.with(|all| all.get(usize::from(node)) == Some(&true)) { " ◆" } else { "" };
                        view! { {link(selection, name(node) + sign, thing)}" " }
                    }).collect_view().into_any(),
                }
            }}</td>
            <td>{move || jump(first.get())}</td>
            <td>{move || jump(last.get())}</td>
        </tr>
    }
}
