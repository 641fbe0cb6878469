//! The page: starts the worker, takes in what it says, lays the panels out.

use crate::app::{App, Sheet, Tab, Tone};
use crate::effective;
use crate::inspect::history::History;
use crate::panels::icon::icon;
use crate::panels::{
    announce, banner, branches, card, chart, contracts, controls, drop, embed, help, keys, log,
    metrics, newer, nodes, overload, path, presenter, recorded, run, scenarios, share, sheets,
    term, top, transport,
};
use crate::platform::workers::Handle;
use crate::platform::{files, place};
use crate::protocol::{About, ChartNews, FromWorker, ToWorker};
use consensusforge_core::session::view::{Preset, Problem};
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::JsCast;

/// Takes the page over.
pub fn start() {
    leptos::mount::mount_to_body(Page);
}

#[component]
fn Page() -> impl IntoView {
    let app = App::new();
    provide_context(app);
    provide_context(path::Path::new());
    app.theme.get_untracked().put();
    std::panic::set_hook(Box::new(move |info| {
        web_sys::console::error_1(&info.to_string().into());
    }));
    app.set_worker(Handle::new(move |message, bytes| hear(app, message, bytes)));
    let linked = place::fragment();
    if !linked.is_empty() {
        app.send(ToWorker::OpenLink(linked));
    }
    let embedded = place::embedded();
    if embedded {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-embed", "");
        }
        embed::listen(app);
    } else {
        keys::listen(app);
        card::follow(app);
        drop::listen(app);
        sheets::listen(app);
    }
    window_event_listener(leptos::ev::hashchange, move |_| {
        let fragment = place::fragment();
        if !fragment.is_empty() {
            app.pace_anew.set(true);
            app.send(ToWorker::OpenLink(fragment));
        }
    });
    if embedded {
        view! { <embed::Embed /> }.into_any()
    } else {
        view! { <Whole /> }.into_any()
    }
}

/// All of it: everywhere but inside another page.
#[component]
fn Whole() -> impl IntoView {
    let app = crate::app::app();
    let side = move |tab: Tab, name: &'static str| {
        view! {
            <button
                role="tab"
                id=format!("tab-{name}")
                aria-controls="side-panel"
                aria-selected=move || (app.tab.get() == tab).to_string()
                tabindex=move || if app.tab.get() == tab { "0" } else { "-1" }
                on:click=move |_| app.show_tab(tab)
            >
                {name}
            </button>
        }
    };
    let (wanted, the_path) = (path::wanted(), path::the_path());
    view! {
        <top::Top />
        <newer::Newer />
        <path::Welcome />
        <banner::Banners />
        <div
            class="stage"
            class:sheet-controls=move || app.sheet.get() == Sheet::Controls
            class:sheet-side=move || app.sheet.get() == Sheet::Side
            data-wants=wanted
        >
            <aside class="controls" aria-label="Controls">
                <SheetHead title=Signal::derive(move || if the_path.open.get() { "Learn" } else { "Controls" }) />
                <path::PathCard />
                {view! { <controls::Controls /> }.into_any()}
            </aside>
            <main class="middle">
                <scenarios::Look />
                <div class="charts" class:two=move || app.beside.get().is_some()>
                    <overload::Overload />
                    {view! { <chart::ChartPanel /> }.into_any()}
                    {view! { <chart::comparison::BesideChart /> }.into_any()}
                </div>
                <run::Caption />
                {view! { <transport::Transport /> }.into_any()}
                {view! { <branches::Futures /> }.into_any()}
            </main>
            <aside class="side" aria-label="The run in detail">
                <SheetHead title=Signal::derive(move || name_of(app.tab.get())) />
                {view! { <card::Inspector /> }.into_any()}
                <div class="tabs" role="tablist" aria-label="Details" on:keydown=walk_tabs>
                    {TABS.into_iter().map(|(tab, name)| side(tab, name)).collect_view()}
                </div>
                <div class="tab" role="tabpanel" id="side-panel" aria-label="Details" tabindex="-1">
                    <recorded::Recorded />
                    {move || match app.tab.get() {
                        Tab::Run => view! { <run::Run /> }.into_any(),
                        Tab::Nodes => view! { <nodes::Nodes /> }.into_any(),
                        Tab::Contracts => view! { <contracts::Contracts /> }.into_any(),
                        Tab::Metrics => view! { <metrics::Metrics /> }.into_any(),
                        Tab::Log => view! { <log::Log /> }.into_any(),
                    }}
                </div>
            </aside>
        </div>
        <nav class="dock" aria-label="Panels">
            <button
                aria-expanded=move || (app.sheet.get() == Sheet::Controls && the_path.open.get()).to_string()
                on:click=move |_| the_path.take_up(app)
            >
                "Learn"
            </button>
            <button
                aria-expanded=move || (app.sheet.get() == Sheet::Controls && !the_path.open.get()).to_string()
                on:click=move |_| {
                    let up = app.sheet.get_untracked() == Sheet::Controls;
                    app.sheet.set(if up { Sheet::None } else { Sheet::Controls });
                }
            >
                "Controls"
            </button>
            {TABS.into_iter().map(|(tab, name)| dock(app, tab, name)).collect_view()}
        </nav>
        <share::Share />
        <help::Help />
        <scenarios::Scenarios />
        <announce::Announcer />
        <presenter::Presenter app=app />
        <term::Definition />
    }
}

#[component]
fn SheetHead(title: Signal<&'static str>) -> impl IntoView {
    let app = crate::app::app();
    view! {
        <div class="sheet-head">
            <strong>{move || title.get()}</strong>
            <button
                class="quiet"
                aria-label="Close"
                on:click=move |_| app.sheet.set(Sheet::None)
            >
                {icon("close")}
            </button>
        </div>
    }
}

/// Arrow keys go from tab to tab, Home and End to the ends.
fn walk_tabs(event: leptos::ev::KeyboardEvent) {
    let Some(here) = event
        .target()
        .and_then(|t| t.dyn_into::<web_sys::HtmlElement>().ok())
    else {
        return;
    };
    let list = here.parent_element();
    let next = match event.key().as_str() {
        "ArrowRight" => here
            .next_element_sibling()
            .or(list.and_then(|l| l.first_element_child())),
        "ArrowLeft" => here
            .previous_element_sibling()
            .or(list.and_then(|l| l.last_element_child())),
        "Home" => list.and_then(|l| l.first_element_child()),
        "End" => list.and_then(|l| l.last_element_child()),
        _ => return,
    };
    event.prevent_default();
    if let Some(next) = next.and_then(|n| n.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = next.focus();
        next.click();
    }
}

/// What there is to see beside the chart.
const TABS: [(Tab, &str); 5] = [
    (Tab::Run, "Run"),
    (Tab::Nodes, "Nodes"),
    (Tab::Contracts, "Contracts"),
    (Tab::Metrics, "Metrics"),
    (Tab::Log, "Log"),
];

fn name_of(tab: Tab) -> &'static str {
    TABS.iter().find(|t| t.0 == tab).map_or("", |t| t.1)
}

/// Opens the side sheet at a tab; pressed again, it closes it.
fn dock(app: App, tab: Tab, name: &'static str) -> impl IntoView {
    let press = move |_| {
        let up = app.sheet.get_untracked() == Sheet::Side && app.tab.get_untracked() == tab;
        app.show_tab(tab);
        app.sheet.set(if up { Sheet::None } else { Sheet::Side });
    };
    let up = move || app.sheet.get() == Sheet::Side && app.tab.get() == tab;
    view! { <button aria-expanded=move || up().to_string() on:click=press>{name}</button> }
}

fn hear(app: App, message: FromWorker, bytes: Option<Vec<u8>>) {
    match message {
        FromWorker::Ready { presets } => {
            let first = asked_for(app, &presets).or_else(|| presets.first().cloned());
            app.presets.set(presets);
            // A link was asked for before; a revived worker gets its scenario from whoever revived it.
            if let Some(preset) = first
                && app.world.with_untracked(Option::is_none)
                && place::fragment().is_empty()
            {
                begin(app, preset);
            }
        }
        FromWorker::Opened { scenario, world } => {
            app.opened.update(|n| *n += 1);
            app.world.set(Some(Arc::new(world.clone())));
            app.scenario.set(scenario.clone());
            app.frame.set(None);
            app.message.set(None);
            app.pinned.set(None);
            app.looked_at.set(History::default());
            app.moments.set(Arc::default());
            app.reached_us.set(0);
            app.tick.update(|t| t.now_us = 0);
            app.dead.set(None);
            app.data.opened();
            if app.pace_anew.get_untracked() {
                app.pace_anew.set(false);
                app.set_speed(Some(effective::reading_speed(&scenario)));
            }
            app.chart().borrow_mut().opened(world, &scenario);
        }
        FromWorker::Tick(tick) => {
            app.reached_us.update(|r| *r = (*r).max(tick.now_us));
            // A tick said before an order was heard would take the order back: whoever stepped and
            // then pressed play would pause.
            let current = tick.orders == app.orders.get_value();
            if current && app.playing.get_untracked() != tick.playing {
                app.playing.set(tick.playing);
            }
            app.tick.set(tick);
            let news = bytes.and_then(|b| borsh::from_slice::<ChartNews>(&b).ok());
            app.chart().borrow_mut().took(tick, news);
            app.send(ToWorker::Heard);
        }
        FromWorker::Frame(frame) => {
            app.chart().borrow_mut().knew(&frame.nodes);
            app.reached_us.set(frame.end_us);
            // A command that found nothing to act on is told once, when it happens.
            let told = app
                .frame
                .with_untracked(|f| f.as_ref().map_or(0, |f| f.vanished.len()));
            for vain in frame.vanished.iter().skip(told) {
                let when = crate::words::clock(vain.at_us);
                app.say(
                    Tone::Plain,
                    format!("In vain at {when}: {}.", vain.sentence),
                );
            }
            app.frame.set(Some(Arc::from(frame)));
        }
        FromWorker::Scenario(scenario) => {
            app.scenario.set(scenario);
        }
        FromWorker::Acted(acted) => app.acted(*acted),
        FromWorker::Turned(scenario) => app.scenario.set(scenario),
        FromWorker::ComparisonOpened(world) => chart::comparison::opened(app, world),
        FromWorker::Comparison(news) => {
            let chart = bytes.and_then(|b| borsh::from_slice::<ChartNews>(&b).ok());
            chart::comparison::heard(app, *news, chart);
        }
        FromWorker::BesideFrame(frame) => {
            app.other_chart().borrow_mut().knew(&frame.nodes);
            app.beside_frame.set(Some(Arc::from(frame)));
        }
        FromWorker::Moments(moments) => app.moments.set(Arc::from(moments)),
        FromWorker::Problem { about, problem } => complain(app, about, problem),
        FromWorker::Link(link) => {
            place::show(&link.fragment);
            app.link.set(Some(link));
        }
        FromWorker::File(text) => files::download("consensusforge-scenario.json", &text),
        FromWorker::Message(message) => app.message.set(message),
        FromWorker::Card(card) => {
            // One of a thing since left may still be on its way.
            if app
                .looked_at
                .with_untracked(|h| h.shown() == Some(&card.thing))
            {
                app.card.set(Some(Arc::from(card)));
            }
        }
        FromWorker::Added(module) => {
            app.refusal.set(None);
            app.added.set(Some(module));
        }
        FromWorker::Ledger(ledger) => app.ledger.set(Arc::from(ledger)),
        FromWorker::Data(news) => app.data.heard(app, news, bytes),
        FromWorker::Studio { number, answer } => app.studio.answered(number, answer),
        FromWorker::Replayed(replay) => {
            let tone = if replay.matches {
                Tone::Good
            } else {
                Tone::Bad
            };
            app.say(tone, replay.sentence);
        }
        FromWorker::Panic(text) => {
            web_sys::console::warn_1(&text.clone().into());
            // After its last words a worker throws on, and says less.
            if app.dead.with_untracked(Option::is_none) {
                app.dead.set(Some(text));
            }
        }
    }
}

/// The scenario named in the address.
fn asked_for(app: App, presets: &[Preset]) -> Option<Preset> {
    let id = place::scenario()?;
    let found = presets.iter().find(|p| p.id == id).cloned();
    if found.is_none() {
        app.say(
            Tone::Bad,
            format!("The address asks for a scenario “{id}”, and there is none of that name."),
        );
    }
    found
}

/// The run a page starts with.
fn begin(app: App, preset: Preset) {
    app.show_preset(&preset);
    app.open(preset.scenario, 0);
}

fn complain(app: App, about: About, problem: Problem) {
    match about {
        About::Module => app.refusal.set(Some(problem.sentence)),
        About::Command | About::Scenario => {
            app.refused.update(|n| *n += 1);
            app.say(Tone::Bad, problem.sentence);
        }
        About::Link => {
            let sentence = problem.sentence;
            let why = sentence.strip_prefix("link: ").unwrap_or(&sentence);
            app.say(Tone::Bad, format!("This link does not open: {why}"));
            place::show("");
            // The page goes on with what it would have shown without the link.
            if app.world.with_untracked(Option::is_none)
                && let Some(preset) = app.presets.with_untracked(|p| p.first().cloned())
            {
                begin(app, preset);
            }
        }
    }
}
