//! The page: makes its state, starts the worker, lays the panels out.

use crate::panels::icon::icon;
use crate::panels::{
    announce, banner, branches, card, chart, contracts, controls, drop, embed, help, keys, log,
    metrics, newer, nodes, overload, paper, path, presenter, race, recorded, run, scenarios, share,
    sheets, stops, term, top, transport, tree,
};
use crate::platform::address;
use crate::receive::Receiver;
use crate::state;
use crate::state::chart::Charts;
use crate::state::comparison::ComparisonState;
use crate::state::history::HistoryState;
use crate::state::layout::{LayoutState, Sheet, Tab};
use crate::state::lessons::LessonState;
use crate::state::race::RaceState;
use crate::state::worker::WorkerLink;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Takes the page over.
pub fn start() {
    leptos::mount::mount_to_body(Page);
}

#[component]
fn Page() -> impl IntoView {
    std::panic::set_hook(Box::new(move |info| {
        web_sys::console::error_1(&info.to_string().into());
    }));
    state::provide();
    let worker = expect_context::<WorkerLink>();
    let history = expect_context::<HistoryState>();
    let receiver = Receiver::new();
    worker.start(move |message, bytes| receiver.receive(message, bytes));
    apply_theme();
    let embedded = address::embedded();
    open_first(history);
    if !embedded {
        expect_context::<RaceState>().open_link(&address::fragment());
    }
    if embedded {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-embed", "");
        }
        embed::listen();
    } else {
        keys::listen();
        card::follow_selection();
        drop::listen();
        sheets::listen();
    }
    follow_browser(history);
    if embedded {
        view! { <embed::Embed /> }.into_any()
    } else {
        view! { <Whole /> }.into_any()
    }
}

/// What was shown before a reload comes back as it was left. Otherwise the link in the address opens; without
/// one the worker's first message leads to a ready-made scenario.
fn open_first(history: HistoryState) {
    let restored = address::entry()
        .first()
        .is_some_and(|shown| history.reopen(shown));
    let linked = address::fragment();
    if !restored && !linked.is_empty() {
        history.open_link(linked);
    }
}

/// Back and Forward go from run to run, a pasted link opens, and what is shown is kept when the page is left.
fn follow_browser(history: HistoryState) {
    let race = expect_context::<RaceState>();
    window_event_listener(leptos::ev::popstate, move |_| {
        if let Some(id) = address::entry().first() {
            history.moved_to(id);
        }
    });
    window_event_listener(leptos::ev::hashchange, move |_| {
        let fragment = address::fragment();
        // The browser's entries that are ours have been gone to by the event above.
        if !fragment.is_empty() && address::entry().is_empty() {
            race.leave();
            race.open_link(&fragment);
            history.open_link(fragment);
        }
    });
    window_event_listener(leptos::ev::pagehide, move |_| history.leave());
    // A phone may end a page in the background without another word.
    window_event_listener(leptos::ev::visibilitychange, move |_| {
        if document().hidden() {
            history.leave();
        }
    });
}

/// The charts are painted in the theme's colours, so they are drawn anew with it.
fn apply_theme() {
    let layout = expect_context::<LayoutState>();
    let charts = expect_context::<Charts>();
    Effect::new(move |before: Option<()>| {
        layout.theme.get().apply();
        if before.is_some() {
            charts.repaint();
        }
    });
}

/// All of it: everywhere but inside another page.
#[component]
fn Whole() -> impl IntoView {
    let layout = expect_context::<LayoutState>();
    let comparison = expect_context::<ComparisonState>();
    let race = expect_context::<RaceState>();
    let side = move |tab: Tab, name: &'static str| {
        view! {
            <button
                role="tab"
                id=format!("tab-{name}")
                aria-controls="side-panel"
                aria-selected=move || (layout.tab.get() == tab).to_string()
                tabindex=move || if layout.tab.get() == tab { "0" } else { "-1" }
                on:click=move |_| layout.show_tab(tab)
            >
                {name}
            </button>
        }
    };
    let (wanted, the_path) = (path::wanted(), expect_context::<LessonState>());
    view! {
        <top::Top />
        <newer::Newer />
        <path::Welcome />
        <banner::Banners />
        <div
            class="stage"
            class:sheet-controls=move || layout.sheet.get() == Sheet::Controls
            class:sheet-side=move || layout.sheet.get() == Sheet::Side
            class:racing=move || race.open.get()
            data-wants=wanted
        >
            <aside class="controls" aria-label="Controls">
                <SheetHead title=Signal::derive(move || if the_path.open.get() { "Learn" } else { "Controls" }) />
                <path::PathCard />
                {view! { <controls::Controls /> }.into_any()}
            </aside>
            <main class="middle">
                <scenarios::Look />
                <div class="charts" class:two=move || comparison.name.get().is_some()>
                    <overload::Overload />
                    {view! { <chart::ChartPanel /> }.into_any()}
                    {view! { <chart::comparison::BesideChart /> }.into_any()}
                    {view! { <tree::BesideChart /> }.into_any()}
                </div>
                <run::Caption />
                {view! { <transport::Transport /> }.into_any()}
                {view! { <branches::Futures /> }.into_any()}
                {view! { <stops::Stops /> }.into_any()}
            </main>
            <aside class="side" aria-label="The run in detail">
                <SheetHead title=Signal::derive(move || name_of(layout.tab.get())) />
                {view! { <card::Inspector /> }.into_any()}
                <div class="tabs" role="tablist" aria-label="Details" on:keydown=walk_tabs>
                    {TABS.into_iter().map(|(tab, name)| side(tab, name)).collect_view()}
                </div>
                <div class="tab" role="tabpanel" id="side-panel" aria-label="Details" tabindex="-1">
                    <recorded::Recorded />
                    {move || match layout.tab.get() {
                        Tab::Run => view! { <run::Run /> }.into_any(),
                        Tab::Nodes => view! { <nodes::Nodes /> }.into_any(),
                        Tab::Contracts => view! { <contracts::Contracts /> }.into_any(),
                        Tab::Metrics => view! { <metrics::Metrics /> }.into_any(),
                        Tab::Log => view! { <log::Log /> }.into_any(),
                        Tab::Rules => view! { <paper::Paper /> }.into_any(),
                    }}
                </div>
            </aside>
            {view! { <race::Race /> }.into_any()}
        </div>
        <nav class="dock" aria-label="Panels">
            <button
                aria-expanded=move || (layout.sheet.get() == Sheet::Controls && the_path.open.get()).to_string()
                on:click=move |_| the_path.open_or_toggle()
            >
                "Learn"
            </button>
            <button
                aria-expanded=move || (layout.sheet.get() == Sheet::Controls && !the_path.open.get()).to_string()
                on:click=move |_| {
                    let up = layout.sheet.get_untracked() == Sheet::Controls;
                    layout.sheet.set(if up { Sheet::None } else { Sheet::Controls });
                }
            >
                "Controls"
            </button>
            {TABS.into_iter().map(|(tab, name)| dock(layout, tab, name)).collect_view()}
        </nav>
        <share::Share />
        <help::Help />
        <scenarios::Scenarios />
        <announce::Announcer />
        <presenter::Presenter />
        <term::Definition />
    }
}

#[component]
fn SheetHead(title: Signal<&'static str>) -> impl IntoView {
    let layout = expect_context::<LayoutState>();
    view! {
        <div class="sheet-head">
            <strong>{move || title.get()}</strong>
            <button
                class="quiet"
                aria-label="Close"
                on:click=move |_| layout.sheet.set(Sheet::None)
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
const TABS: [(Tab, &str); 6] = [
    (Tab::Run, "Run"),
    (Tab::Nodes, "Nodes"),
    (Tab::Contracts, "Contracts"),
    (Tab::Metrics, "Metrics"),
    (Tab::Log, "Log"),
    (Tab::Rules, "Rules"),
];

fn name_of(tab: Tab) -> &'static str {
    TABS.iter().find(|t| t.0 == tab).map_or("", |t| t.1)
}

/// Opens the side sheet at a tab; pressed again, it closes it.
fn dock(layout: LayoutState, tab: Tab, name: &'static str) -> impl IntoView {
    let press = move |_| {
        let up = layout.sheet.get_untracked() == Sheet::Side && layout.tab.get_untracked() == tab;
        layout.show_tab(tab);
        layout.sheet.set(if up { Sheet::None } else { Sheet::Side });
    };
    let up = move || layout.sheet.get() == Sheet::Side && layout.tab.get() == tab;
    view! { <button aria-expanded=move || up().to_string() on:click=press>{name}</button> }
}
