//! The log: every record in words, found by kind, validator, height or text. Only the rows one sees are
//! asked for and drawn; the rest is a number the worker keeps.

use crate::chart::hit::Pick;
use crate::data::{DataRequest, Saving};
use crate::inspect::Thing;
use crate::protocol::ToWorker;
use crate::state::chart::Charts;
use crate::state::records::Records;
use crate::state::run::RunState;
use crate::state::selection::Selection;
use crate::state::worker::WorkerLink;
use crate::words;
use consensusforge_core::session::LOG_EVENTS;
use consensusforge_core::session::view::{Fate, LogPlace, LogQuery, LogRow};
use leptos::{ev, html, prelude::*};

/// Height of a row, as style.css has it.
const ROW: f64 = 40.0;
/// Browsers stop somewhere above ten million pixels: longer logs are squeezed into this.
const TALLEST: f64 = 8_000_000.0;
/// Rows beyond what is seen, so that scrolling meets no holes.
const SPARE: u32 = 12;

/// Where the list stands.
#[derive(Clone, Copy)]
struct List {
    top: RwSignal<f64>,
    room: RwSignal<f64>,
    /// Stays with the newest row.
    follows: RwSignal<bool>,
    /// Position of the chosen row.
    active: RwSignal<Option<u32>>,
    element: NodeRef<html::Div>,
}

impl List {
    fn height(total: u32) -> f64 {
        (f64::from(total) * ROW).min(TALLEST)
    }

    /// The row at the top edge, with its fraction.
    fn first(self, total: u32) -> f64 {
        let (height, full) = (Self::height(total), f64::from(total) * ROW);
        let room = self.room.get();
        if full <= height || height <= room {
            return self.top.get() / ROW;
        }
        // Squeezed: the ends meet, and what lies between goes in proportion.
        (self.top.get() / (height - room)).clamp(0.0, 1.0) * (full - room) / ROW
    }

    fn scroll_to(self, position: f64, total: u32) {
        let (height, full) = (Self::height(total), f64::from(total) * ROW);
        // Asked for with the next frame: the tab may have been left since.
        let Some(room) = self.room.try_get_untracked() else {
            return;
        };
        let top = if full <= height || height <= room {
            position * ROW
        } else {
            position * ROW / (full - room) * (height - room)
        };
        if let Some(element) = self.element.get_untracked() {
            element.set_scroll_top(top.max(0.0) as i32);
            self.top.set(f64::from(element.scroll_top()));
        }
    }

    fn rows_seen(self) -> u32 {
        (self.room.get() / ROW).ceil() as u32 + 1
    }
}

#[component]
pub fn Log() -> impl IntoView {
    let worker = expect_context::<WorkerLink>();
    let charts = expect_context::<Charts>();
    let run = expect_context::<RunState>();
    let selection = expect_context::<Selection>();
    let records = expect_context::<Records>();
    let data = records;
    let query = RwSignal::new(LogQuery::default());
    let list = List {
        top: RwSignal::new(0.0),
        room: RwSignal::new(400.0),
        follows: RwSignal::new(true),
        active: RwSignal::new(None),
        element: NodeRef::new(),
    };
    // A row chosen here must not come back as a wish of the chart's.
    let own = StoredValue::new_local(None::<Pick>);
    let ask = move || {
        let count = untrack(|| list.rows_seen()) + SPARE;
        if list.follows.get_untracked() {
            records.request_rows(DataRequest::Tail { count });
        } else {
            let total = data.log.with_untracked(|p| p.total);
            let first = untrack(|| list.first(total)) as u32;
            let from = first.saturating_sub(SPARE / 2);
            records.request_rows(DataRequest::Rows { from, count });
        }
    };
    Effect::new(move |_| {
        if let Some(element) = list.element.get() {
            list.room.set(f64::from(element.client_height().max(120)));
        }
    });
    Effect::new(move |_| {
        let wanted = query.get();
        list.active.set(None);
        list.follows.set(true);
        worker.send(ToWorker::Data(DataRequest::Search(wanted)));
        ask();
    });
    Effect::new(move |_| {
        run.frame.track();
        list.top.track();
        ask();
    });
    // What was asked while an answer was awaited, or scrolled to meanwhile, is asked for now.
    Effect::new(move |_| {
        let (total, from, rows) = data.log.with(|p| (p.total, p.from, p.rows.len() as u32));
        let seen = untrack(|| list.rows_seen()).min(total);
        let first = if list.follows.get() {
            total - seen
        } else {
            (untrack(|| list.first(total)) as u32).min(total - seen)
        };
        if first < from || first + seen > from + rows {
            ask();
        }
    });
    // The newest row stays in sight.
    Effect::new(move |_| {
        let total = data.log.with(|p| p.total);
        if list.follows.get_untracked() {
            request_animation_frame(move || list.scroll_to(f64::from(total), total));
        }
    });
    // What is selected on the chart is looked for here.
    Effect::new(move |_| {
        let pinned = selection.pinned.get();
        if own.with_value(|o| *o == pinned) {
            return;
        }
        own.set_value(pinned.clone());
        if let Some(place) = pinned.as_ref().and_then(place) {
            worker.send(ToWorker::Data(DataRequest::Find(place)));
        }
    });
    let answered = StoredValue::new(data.found.get_untracked().0);
    Effect::new(move |_| {
        let (count, position) = data.found.get();
        if answered.get_value() == count {
            return;
        }
        answered.set_value(count);
        let Some(position) = position else { return };
        let total = data.log.with_untracked(|p| p.total).max(position + 1);
        list.follows.set(false);
        list.active.set(Some(position));
        let half = list.room.get_untracked() / ROW / 2.0;
        list.scroll_to((f64::from(position) - half).max(0.0), total);
    });
    let scrolled = move |_: ev::Event| {
        if let Some(element) = list.element.get_untracked() {
            let top = f64::from(element.scroll_top());
            let end = f64::from(element.scroll_height() - element.client_height());
            list.room.set(f64::from(element.client_height()));
            // The list may have grown since the newest row was scrolled to: only who goes up leaves it.
            let went_up = top < list.top.get_untracked() - 1.0;
            if top >= end - 2.0 || went_up {
                list.follows.set(!went_up);
            }
            list.top.set(top);
        }
    };
    let choose = move |position: u32, row: &LogRow| {
        list.active.set(Some(position));
        list.follows.set(false);
        own.set_value(pick(row));
        show(charts, selection, row);
    };
    let keys = move |event: ev::KeyboardEvent| {
        let total = data.log.with_untracked(|p| p.total);
        let seen = untrack(|| list.rows_seen());
        let here = list.active.get_untracked();
        let to = match (event.key().as_str(), here) {
            ("ArrowDown", Some(at)) => at + 1,
            ("ArrowUp", Some(at)) => at.saturating_sub(1),
            ("PageDown", Some(at)) => at + seen,
            ("PageUp", Some(at)) => at.saturating_sub(seen),
            ("Home", _) => 0,
            ("End", _) => total,
            ("ArrowDown" | "ArrowUp" | "PageDown" | "PageUp", None) => {
                untrack(|| list.first(total)) as u32
            }
            ("Enter", Some(at)) => {
                event.prevent_default();
                data.log.with_untracked(|p| {
                    if let Some(row) = at.checked_sub(p.from).and_then(|k| p.rows.get(k as usize)) {
                        choose(at, row);
                    }
                });
                return;
            }
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        let to = to.min(total.saturating_sub(1));
        list.active.set(Some(to));
        list.follows.set(false);
        let first = untrack(|| list.first(total));
        let last = first + list.room.get_untracked() / ROW - 1.0;
        if f64::from(to) < first {
            list.scroll_to(f64::from(to), total);
        } else if f64::from(to) > last {
            list.scroll_to(f64::from(to) - (last - first), total);
        }
    };
    // A row on the screen stays, and what it says changes: with many validators the log is another one at
    // every frame.
    let count = Memo::new(move |_| data.log.with(|p| p.rows.len()));
    let rows = move || {
        view! { <For each=move || 0..count.get() key=|k| *k let:k>{line(run, data, list, k, choose)}</For> }
    };
    view! {
        <section class="log" id="log" aria-label="Log of the run">
            <Filters query=query />
            <p class="log-count">
                <span id="log-count" role="status">{move || {
                    let n = data.log.with(|p| p.total);
                    format!("{} record{}", words::grouped(u64::from(n)), if n == 1 { "" } else { "s" })
                }}</span>
                <button
                    class="quiet"
                    aria-pressed=move || list.follows.get().to_string()
                    on:click=move |_| {
                        list.follows.set(true);
                        let total = data.log.with_untracked(|p| p.total);
                        list.scroll_to(f64::from(total), total);
                        ask();
                    }
                >"newest"</button>
                <button class="quiet" id="save-log" on:click=move |_| records.save(Saving::Log)>"JSON lines"</button>
            </p>
            <div
                class="log-list"
                tabindex="0"
                role="listbox"
                aria-label="Records; press Enter to show one on the chart"
                aria-activedescendant=move || list.active.get().map(|p| format!("log-{p}"))
                node_ref=list.element
                on:scroll=scrolled
                on:keydown=keys
            >
                <div class="log-space" style:height=move || format!("{:.0}px", List::height(data.log.with(|p| p.total)))>
                    {rows}
                </div>
                <p class="note log-none" class:hidden=move || data.log.with(|p| p.total > 0)>"No record in memory matches."</p>
            </div>
        </section>
    }
}

/// The `k`th of the rows that the worker sent last.
fn line(
    run: RunState,
    data: Records,
    list: List,
    k: usize,
    choose: impl Fn(u32, &LogRow) + Copy + 'static,
) -> impl IntoView {
    let row = Memo::new(move |_| data.log.with(|p| p.rows.get(k).cloned()));
    let position = Memo::new(move |_| data.log.with(|p| p.from + k as u32));
    let of =
        move |read: fn(&LogRow) -> String| row.with(|r| r.as_ref().map(read).unwrap_or_default());
    let what = move || of(|r| r.what.clone());
    let kind = move || {
        let kind = row.with(|r| r.as_ref().and_then(|r| r.kind));
        kind.map_or("log-row".into(), |k| format!("log-row kind-{}", k.min(3)))
    };
    let who = move || {
        let node = row.with(|r| r.as_ref().and_then(|r| r.node));
        run.info.with_untracked(|w| {
            let names = w.as_ref().map(|w| &w.nodes);
            node.and_then(|n| names.and_then(|all| all.get(usize::from(n))).cloned())
                .unwrap_or_else(|| "network".into())
        })
    };
    let top = move || {
        let first = list.first(data.log.with(|p| p.total));
        let y = (f64::from(position.get()) - first) * ROW + list.top.get_untracked();
        format!("{y:.1}px")
    };
    let press = move |_| {
        if let Some(row) = row.get_untracked() {
            choose(position.get_untracked(), &row);
        }
    };
    view! {
        <div
            class=kind
            role="option"
            id=move || format!("log-{}", position.get())
            aria-selected=move || (list.active.get() == Some(position.get())).to_string()
            aria-posinset=move || (position.get() + 1).to_string()
            aria-setsize=move || data.log.with(|p| p.total).to_string()
            style:top=top
            title=what
            on:click=press
        >
            <span class="log-at">{move || of(|r| words::clock_exact(r.at_us))}</span>
            <strong>{who}</strong>
            <span class="log-what">{what}</span>
        </div>
    }
}

#[component]
fn Filters(query: RwSignal<LogQuery>) -> impl IntoView {
    let run = expect_context::<RunState>();
    let number = |text: String| text.trim().parse::<u64>().ok();
    let chosen = |text: String| text.parse::<u8>().ok();
    let kinds = move || {
        run.info.with(|w| {
            let kinds = w.as_ref().map(|w| w.kinds.clone()).unwrap_or_default();
            kinds
                .into_iter()
                .enumerate()
                .map(|(i, k)| view! { <option value=i.to_string()>{k.name}</option> })
                .collect_view()
        })
    };
    let nodes = move || {
        run.info.with(|w| {
            let nodes = w.as_ref().map(|w| w.nodes.clone()).unwrap_or_default();
            nodes
                .into_iter()
                .enumerate()
                .map(|(i, name)| view! { <option value=i.to_string()>{name}</option> })
                .collect_view()
        })
    };
    view! {
        <div class="log-filters" role="search" aria-label="Filter the log">
            <input
                type="search" id="log-search" placeholder="prevote v2 8f3a…" aria-label="Search: kinds, names, heights, beginnings of digests"
                on:input=move |e| query.update(|q| q.text = event_target_value(&e))
            />
            <select id="log-event" aria-label="Kind of event" on:change=move |e| query.update(|q| q.event = chosen(event_target_value(&e)))>
                <option value="">"all events"</option>
                {LOG_EVENTS.iter().enumerate().map(|(i, name)| view! { <option value=i.to_string()>{*name}</option> }).collect_view()}
            </select>
            <select id="log-kind" aria-label="Kind of message" on:change=move |e| query.update(|q| q.kind = chosen(event_target_value(&e)))>
                <option value="">"all messages"</option>
                {kinds}
            </select>
            <select id="log-node" aria-label="Validator" on:change=move |e| query.update(|q| q.node = event_target_value(&e).parse().ok())>
                <option value="">"all validators"</option>
                {nodes}
            </select>
            <span class="log-heights">
                <input
                    type="number" id="log-from" min="0" placeholder="from" aria-label="From height"
                    on:input=move |e| query.update(|q| q.from_height = number(event_target_value(&e)).unwrap_or(0))
                />
                <input
                    type="number" id="log-to" min="0" placeholder="to height" aria-label="To height"
                    on:input=move |e| query.update(|q| q.to_height = number(event_target_value(&e)).unwrap_or(u64::MAX))
                />
            </span>
        </div>
    }
}

/// A row as the chart has it.
fn pick(row: &LogRow) -> Option<Pick> {
    let arrow = row.arrow.clone().map(Pick::Arrow);
    arrow.or_else(|| row.mark.clone().map(Pick::Mark))
}

/// Selects a row on the chart and brings it into sight there.
fn show(charts: Charts, selection: Selection, row: &LogRow) {
    let pick = pick(row);
    {
        let chart = charts.main();
        let mut c = chart.borrow_mut();
        // Somebody who reads an old line does not want now.
        c.view.follow = false;
        if let Some(pick) = &pick {
            c.reveal(pick);
        }
    }
    if pick.is_none()
        && let Some(message) = row.message
    {
        selection.select(Thing::Message(message));
    }
    selection.pin(pick);
}

/// Where the log has what is selected on the chart.
fn place(pick: &Pick) -> Option<LogPlace> {
    match pick {
        Pick::Arrow(arrow) => Some(LogPlace {
            // A loss is written down when it leaves, but for a receiver that is down.
            at_us: match arrow.fate {
                Fate::Lost | Fate::Cut => arrow.sent_us,
                _ => arrow.arrives_us,
            },
            message: Some(arrow.message),
            node: arrow.to,
        }),
        Pick::Mark(mark) => Some(LogPlace {
            at_us: mark.at_us,
            message: None,
            node: mark.node,
        }),
        Pick::Node(_) => None,
    }
}
