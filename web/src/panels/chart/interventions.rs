//! What can be done to a message in flight, to a validator, or to the network between them, from a menu on the
//! chart and from the inspector. Each act is a command of the scenario.

use crate::chart::hit::Pick;
use crate::chart::{cuts, describe};
use crate::inspect::Thing;
use crate::model::{Command, Cut};
use crate::platform::dom::dialog_open;
use crate::platform::text;
use crate::protocol::Intervention;
use crate::state::chart::Charts;
use crate::state::chart_controls::{ChartControls, Menu};
use crate::state::playback::Playback;
use crate::state::run::RunState;
use crate::state::selection::Selection;
use consensusforge_core::session::view::{Arrow, Fate};
use leptos::{ev, html, prelude::*};
use std::rc::Rc;
use wasm_bindgen::JsCast;

/// Which way a cut works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Both,
    /// What the chosen send is lost.
    Out,
    /// What is sent to the chosen is lost.
    In,
}

/// The menu of whatever is there; the run waits, or the message would be gone before a choice is made.
pub(super) fn open_at(charts: Charts, playback: Playback, controls: ChartControls, at: (f64, f64)) {
    let on = charts.main().borrow().hit(at.0, at.1);
    open(playback, controls, at, on);
}

/// The menu of what is selected, where it is, or of the network.
pub(super) fn open_on_selected(charts: Charts, playback: Playback, controls: ChartControls) {
    let chart = charts.main();
    let c = chart.borrow();
    let l = c.layout();
    let place = |node: u16, at_us: u64| {
        let lane = c.lanes().of(node).unwrap_or_default();
        l.place(lane, at_us.min(c.now_us()))
    };
    let at = match &c.pinned {
        Some(Pick::Arrow(a)) => place(a.to, a.arrives_us),
        Some(Pick::Mark(m)) => place(m.node, m.at_us),
        Some(Pick::Node(n)) => {
            let lane = c.lanes().of(*n as u16).unwrap_or_default();
            l.point(l.across(f64::from(lane)), l.head())
        }
        None => (l.width / 3.0, l.height / 4.0),
    };
    let at = (
        at.0.clamp(8.0, l.width - 8.0),
        at.1.clamp(8.0, l.height - 8.0),
    );
    let on = c.pinned.clone();
    drop(c);
    open(playback, controls, at, on);
}

fn open(playback: Playback, controls: ChartControls, at: (f64, f64), on: Option<Pick>) {
    let resume = playback.playing.get_untracked();
    if resume {
        playback.play(false);
    }
    controls.hover.set(None);
    controls.menu.set(Some(Menu {
        at,
        on,
        resume,
        choosing_cut: false,
    }));
}

fn close(charts: Charts, playback: Playback, controls: ChartControls) {
    let menu = controls.menu.get_untracked();
    controls.menu.set(None);
    if menu.is_some_and(|m| m.resume) {
        playback.play(true);
    }
    // Back to where the keyboard was.
    if let Some(surface) = &charts.main().borrow().surface {
        let _ = surface.canvas().focus();
    }
}

#[component]
pub fn MenuCard() -> impl IntoView {
    let charts = expect_context::<Charts>();
    let run = expect_context::<RunState>();
    let playback = expect_context::<Playback>();
    let controls = expect_context::<ChartControls>();
    let card = NodeRef::<html::Div>::new();
    // The first choice has the focus as soon as there is one.
    Effect::new(move |_| {
        let _ = controls.menu.get();
        if let Some(card) = card.get()
            && let Ok(Some(first)) = card.query_selector("button, input")
            && let Ok(first) = first.dyn_into::<web_sys::HtmlElement>()
        {
            let _ = first.focus();
        }
    });
    // The finger that opened it by a long press takes the focus elsewhere as it is lifted.
    window_event_listener(ev::keydown, move |event| {
        let open = controls.menu.with_untracked(Option::is_some);
        if open && event.key() == "Escape" && !event.default_prevented() && !dialog_open() {
            event.prevent_default();
            close(charts, playback, controls);
        }
    });
    let keys = move |event: ev::KeyboardEvent| {
        let way = match event.key().as_str() {
            "Escape" => {
                close(charts, playback, controls);
                0
            }
            "ArrowDown" => 1,
            "ArrowUp" => -1,
            // Other keys are the page's only where no menu is open.
            _ => {
                event.stop_propagation();
                return;
            }
        };
        event.prevent_default();
        event.stop_propagation();
        if let (Some(card), true) = (card.get_untracked(), way != 0) {
            walk(&card, way);
        }
    };
    let keys = StoredValue::new_local(Rc::new(keys) as Keys);
    move || {
        controls.menu.get().map(|menu| {
            open_card(
                charts,
                run,
                playback,
                controls,
                card,
                &menu,
                keys.get_value(),
            )
        })
    }
}

type Keys = Rc<dyn Fn(ev::KeyboardEvent)>;

/// The menu where it was opened.
fn open_card(
    charts: Charts,
    run: RunState,
    playback: Playback,
    controls: ChartControls,
    card: NodeRef<html::Div>,
    menu: &Menu,
    keys: Keys,
) -> AnyView {
    let Some(world) = run.info.get_untracked() else {
        return ().into_any();
    };
    let title = match &menu.on {
        Some(Pick::Arrow(a)) => describe::message(a, &world),
        Some(Pick::Mark(m)) => describe::node(m.node, &world).to_owned(),
        Some(Pick::Node(n)) => describe::node(*n as u16, &world).to_owned(),
        None => "The network".to_owned(),
    };
    let label = format!("What to do with {title}");
    let (width, height) = charts.main().borrow().size;
    // Opened towards the middle, so that it stays on the chart.
    let side = if menu.at.0 > width * 0.6 {
        "right"
    } else {
        "left"
    };
    let edge = if menu.at.1 > height * 0.5 {
        "bottom"
    } else {
        "top"
    };
    let across = if side == "right" {
        width - menu.at.0
    } else {
        menu.at.0
    };
    let along = if edge == "bottom" {
        height - menu.at.1
    } else {
        menu.at.1
    };
    let px = |v: f64| format!("{}px", v.max(4.0) as i32);
    let auto = || "auto".to_owned();
    let body = if menu.choosing_cut {
        view! { <CutForm menu=menu.clone() /> }.into_any()
    } else {
        view! { <Choices menu=menu.clone() /> }.into_any()
    };
    view! {
        <div class="menu-back" on:pointerdown=move |_| close(charts, playback, controls)></div>
        <div
            class="card menu"
            id="chart-menu"
            role="dialog"
            aria-label=label
            node_ref=card
            style:left=if side == "left" { px(across) } else { auto() }
            style:right=if side == "right" { px(across) } else { auto() }
            style:top=if edge == "top" { px(along) } else { auto() }
            style:bottom=if edge == "bottom" { px(along) } else { auto() }
            on:keydown=move |e| keys(e)
        >
            <strong>{title}</strong>
            {body}
        </div>
    }
    .into_any()
}

/// Moves the focus among what can be pressed.
fn walk(card: &web_sys::HtmlElement, way: i32) {
    let Ok(all) = card.query_selector_all("button, input, select") else {
        return;
    };
    let count = all.length() as i32;
    let active = document().active_element();
    let here = (0..count).find(|k| {
        let element = all.get(*k as u32);
        element
            .as_ref()
            .and_then(|e| e.dyn_ref::<web_sys::Element>())
            == active.as_ref()
    });
    let next = here.map_or(0, |k| (k + way).rem_euclid(count.max(1)));
    if let Some(element) = all.get(next as u32)
        && let Ok(element) = element.dyn_into::<web_sys::HtmlElement>()
    {
        let _ = element.focus();
    }
}

#[component]
fn Choices(menu: Menu) -> impl IntoView {
    let charts = expect_context::<Charts>();
    let run = expect_context::<RunState>();
    let playback = expect_context::<Playback>();
    let selection = expect_context::<Selection>();
    let controls = expect_context::<ChartControls>();
    let node = match &menu.on {
        Some(Pick::Node(n)) => Some(*n as u16),
        Some(Pick::Mark(m)) => Some(m.node),
        _ => None,
    };
    let done = move || close(charts, playback, controls);
    let selects = menu.on.clone().map(|pick| {
        view! { <button class="quiet" on:click=move |_| { selection.pin(Some(pick.clone())); done(); }>"Select"</button> }
    });
    let cut = menu.clone();
    let hidden = controls.arrangement.with_untracked(|a| a.hidden.len());
    let now = run.now_us();
    let healable = charts
        .main()
        .borrow()
        .cuts()
        .iter()
        .any(|b| b.from_us <= now && b.until_us.is_none_or(|u| u > now));
    view! {
        {menu.on.clone().map(|pick| view! { <InterventionButtons pick=pick after=Callback::new(move |()| done()) /> })}
        {selects}
        {node.map(|n| view! {
            <button class="quiet" data-act="hide" on:click=move |_| { controls.arrangement.update(|a| { a.hidden.insert(n); }); done(); }>"Hide this lifeline"</button>
            <button class="quiet" data-act="only" on:click=move |_| { controls.filter.update(|f| f.nodes = [n].into()); done(); }>"Show only its messages"</button>
        })}
        <button class="quiet" data-act="partition" on:click=move |_| controls.menu.set(Some(Menu { choosing_cut: true, ..cut.clone() }))>"Partition the network …"</button>
        {healable.then(|| view! {
            <button class="quiet" data-act="heal" on:click=move |_| { run.apply(Command::Heal); done(); }>"Heal the network"</button>
        })}
        {(hidden > 0).then(|| view! {
            <button class="quiet" on:click=move |_| { controls.arrangement.update(|a| a.hidden.clear()); done(); }>
                {format!("Show {hidden} hidden")}
            </button>
        })}
    }
}

/// What can be done to a thing of the chart, as buttons: for the menu and for the inspector.
#[component]
pub fn InterventionButtons(
    pick: Pick,
    #[prop(optional)] after: Option<Callback<()>>,
) -> impl IntoView {
    let charts = expect_context::<Charts>();
    let run = expect_context::<RunState>();
    let playback = expect_context::<Playback>();
    let done = move || {
        if let Some(after) = after {
            after.run(());
        }
    };
    match pick {
        Pick::Arrow(arrow) => on_message(run, playback, arrow, done).into_any(),
        Pick::Node(n) => on_node(charts, run, n as u16, done).into_any(),
        Pick::Mark(m) => on_node(charts, run, m.node, done).into_any(),
    }
}

/// The same buttons for what the inspector shows.
#[component]
pub fn InspectedInterventions() -> impl IntoView {
    let charts = expect_context::<Charts>();
    let run = expect_context::<RunState>();
    let selection = expect_context::<Selection>();
    let shown = Memo::new(move |_| selection.history.with(|h| h.shown().cloned()));
    move || {
        shown
            .get()
            .and_then(|thing| interventions_on(charts, run, selection, &thing))
    }
}

fn interventions_on(
    charts: Charts,
    run: RunState,
    selection: Selection,
    thing: &Thing,
) -> Option<AnyView> {
    let buttons = |pick: Pick| {
        view! { <div class="buttons intervention-buttons"><InterventionButtons pick=pick /></div> }
            .into_any()
    };
    match thing {
        Thing::Node { node, .. } => Some(buttons(Pick::Node((*node).into()))),
        Thing::Mark(mark) => Some(buttons(Pick::Mark(mark.clone()))),
        Thing::Message(id) => {
            let id = *id;
            // A message has many copies; the clicked one is meant.
            let clicked = Memo::new(move |_| {
                let pinned = selection.pinned.get();
                pinned.filter(|p| matches!(p, Pick::Arrow(a) if a.message == id))
            });
            let any = move || match clicked.get() {
                Some(pick) => Some(buttons(pick)),
                None => copies(charts, run, id),
            };
            Some(any.into_any())
        }
        Thing::Block(_) | Thing::Height(_) | Thing::Transaction(_) => None,
    }
}

/// A message that was not clicked but named by a link: which of its copies is meant is chosen first.
fn copies(charts: Charts, run: RunState, message: u32) -> Option<AnyView> {
    let world = run.info.get_untracked()?;
    let mut all: Vec<Arrow> = {
        let chart = charts.main();
        let chart = chart.borrow();
        let copies = chart.store.arrived().filter(|a| a.message == message);
        copies.cloned().collect()
    };
    // Those still in flight can be acted on.
    all.sort_by_key(|a| (a.fate != Fate::InFlight, a.to, a.arrives_us));
    let first = all.first()?.clone();
    let chosen = RwSignal::new(first);
    let options = all.iter().enumerate().map(|(k, arrow)| {
        let name = describe::node(arrow.to, &world).to_owned();
        view! { <option value=k.to_string()>{name}</option> }
    });
    let options = options.collect_view();
    let choose = move |event| {
        let found = event_target_value(&event).parse::<usize>().ok();
        if let Some(arrow) = found.and_then(|k| all.get(k)) {
            chosen.set(arrow.clone());
        }
    };
    let view = view! {
        <div class="buttons intervention-buttons">
            <label>"the copy to " <select on:change=choose>{options}</select></label>
            {move || view! { <InterventionButtons pick=Pick::Arrow(chosen.get()) /> }}
        </div>
    };
    Some(view.into_any())
}

fn on_message(
    run: RunState,
    playback: Playback,
    arrow: Arrow,
    done: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    // A message that has arrived is in flight again after a seek back.
    let flies = matches!(
        arrow.fate,
        Fate::InFlight | Fate::Delivered | Fate::ReceiverDown
    );
    let way = arrow.sent_us..arrow.arrives_us;
    let flying = move || flies && way.contains(&run.tick.with(|t| t.now_us));
    let by = RwSignal::new(String::from("100"));
    let us = move || {
        let ms = text::number(&by.get_untracked()).unwrap_or(100.0);
        (ms.clamp(0.001, 3_600_000.0) * 1_000.0) as u64
    };
    let act = StoredValue::new(arrow.clone());
    let hand = move |hand: Intervention| {
        run.intervene(&act.get_value(), hand);
        done();
    };
    let middle = arrow.sent_us.midpoint(arrow.arrives_us);
    let back = move |_| {
        playback.play(false);
        playback.seek(middle);
        done();
    };
    move || {
        if flying() {
            view! {
                <button class="quiet" data-act="drop" on:click=move |_| hand(Intervention::Drop)>"Drop it"</button>
                <button class="quiet" data-act="deliver" on:click=move |_| hand(Intervention::DeliverNow)>"Deliver it now"</button>
                <span class="with-field">
                    <button class="quiet" data-act="delay" on:click=move |_| hand(Intervention::Delay(us()))>"Delay it"</button>
                    <button class="quiet" data-act="duplicate" on:click=move |_| hand(Intervention::Duplicate(us()))>"Duplicate it"</button>
                    <label>
                        "by "
                        <input
                            type="number" min="0.001" max="3600000" step="any" class="ms" aria-label="Milliseconds"
                            prop:value=move || by.get()
                            on:input=move |e| by.set(event_target_value(&e))
                        />
                        " ms"
                    </label>
                </span>
            }.into_any()
        } else {
            view! {
                <button class="quiet" data-act="back" on:click=back>"Go back to when it was in flight"</button>
            }.into_any()
        }
    }
}

fn on_node(
    charts: Charts,
    run: RunState,
    node: u16,
    done: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let world = run.info.get_untracked();
    let name = world
        .map(|w| describe::node(node, &w).to_owned())
        .unwrap_or_default();
    // A twin's second node goes with its validator.
    let validator = name.strip_suffix('\'').unwrap_or(&name).to_owned();
    let down = move || {
        run.frame.with(|f| {
            let view = f.as_ref().and_then(|f| f.nodes.get(usize::from(node)));
            view.is_some_and(|n| n.crashed)
        })
    };
    let of = validator.clone();
    let alone = Memo::new(move |_| {
        let _ = run.scenario.with(|s| s.commands.len());
        let now = run.tick.with(|t| t.now_us);
        cuts::is_isolated(charts.main().borrow().cuts(), &of, now)
    });
    let act = StoredValue::new(validator);
    let crash = move |_| {
        let validator = act.get_value();
        run.apply(if down() {
            Command::Restart { validator }
        } else {
            Command::Crash { validator }
        });
        done();
    };
    let isolate = move |_| {
        let validator = act.get_value();
        run.apply(if alone.get_untracked() {
            Command::Restore { validator }
        } else {
            Command::Isolate { validator }
        });
        done();
    };
    view! {
        <button class="quiet" data-act="crash" on:click=crash>
            {move || if down() { "Restart it" } else { "Crash it" }}
        </button>
        <button class="quiet" data-act="isolate" on:click=isolate>
            {move || if alone.get() { "Reconnect it" } else { "Isolate it" }}
        </button>
    }
}

/// Picking names for a partition.
#[component]
fn CutForm(menu: Menu) -> impl IntoView {
    let charts = expect_context::<Charts>();
    let run = expect_context::<RunState>();
    let playback = expect_context::<Playback>();
    let controls = expect_context::<ChartControls>();
    let nodes = run.info.get_untracked().map(|w| w.nodes.clone());
    let nodes = nodes.unwrap_or_default();
    let first = match &menu.on {
        Some(Pick::Node(n)) => Some(*n as u16),
        Some(Pick::Mark(m)) => Some(m.node),
        _ => None,
    };
    let chosen = RwSignal::new(
        first
            .into_iter()
            .collect::<std::collections::BTreeSet<u16>>(),
    );
    let way = RwSignal::new(Way::Both);
    // Validators are cut, not processes.
    let validators = run.scenario.with_untracked(|s| s.validators.len());
    let ticks = nodes
        .into_iter()
        .take(validators)
        .enumerate()
        .map(|(k, name)| {
            let k = k as u16;
            view! {
                <label>
                    <input
                        type="checkbox"
                        prop:checked=move || chosen.with(|c| c.contains(&k))
                        on:change=move |e| {
                            let on = event_target_checked(&e);
                            chosen.update(|c| { if on { c.insert(k); } else { c.remove(&k); } });
                        }
                    />
                    {name}
                </label>
            }
        });
    let cut = move |_| {
        let nodes: Vec<u16> = chosen.get_untracked().into_iter().collect();
        cut_off(run, &nodes, way.get_untracked());
        close(charts, playback, controls);
    };
    let none = move || chosen.with(|c| c.is_empty() || c.len() == validators);
    view! {
        <fieldset>
            <legend>"Validators on one side"</legend>
            <div class="ticks">{ticks.collect_view()}</div>
        </fieldset>
        <label class="choice">
            <span>"What is lost"</span>
            <select on:change=move |e| way.set(match event_target_value(&e).as_str() {
                "out" => Way::Out,
                "in" => Way::In,
                _ => Way::Both,
            })>
                <option value="both">"everything between the sides"</option>
                <option value="out">"what these validators send"</option>
                <option value="in">"what is sent to these validators"</option>
            </select>
        </label>
        <div class="buttons">
            <button id="cut" disabled=none on:click=cut>"Cut the network"</button>
            <button class="quiet" on:click=move |_| close(charts, playback, controls)>"Cancel"</button>
        </div>
    }
}

/// Cuts these nodes' validators off from all others.
pub(super) fn cut_off(run: RunState, nodes: &[u16], way: Way) {
    let Some(world) = run.info.get_untracked() else {
        return;
    };
    let name = |n: &u16| {
        let name = describe::node(*n, &world);
        name.strip_suffix('\'').unwrap_or(name).to_owned()
    };
    let mut chosen: Vec<String> = nodes.iter().map(name).collect();
    chosen.sort();
    chosen.dedup();
    let rest = run.scenario.with_untracked(|s| {
        let names = s.validators.iter().map(|v| v.name.clone());
        names.filter(|n| !chosen.contains(n)).collect::<Vec<_>>()
    });
    run.apply(Command::Partition(match way {
        Way::Both => Cut::Groups(vec![chosen]),
        Way::Out => Cut::OneWay {
            from: chosen,
            to: rest,
        },
        Way::In => Cut::OneWay {
            from: rest,
            to: chosen,
        },
    }));
}
