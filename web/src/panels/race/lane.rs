//! One lane: what runs in it, how it stands, and its messages on a strip of the common time.

use crate::panels::chart::surface;
use crate::platform::frames::Frames;
use crate::race::lineup::parameters_in_words;
use crate::race::table::outcome;
use crate::state::race::{LaneState, LaneStatus, RaceState};
use leptos::{html, prelude::*};
use std::rc::Rc;

#[component]
pub fn Lane(lane: LaneState) -> impl IntoView {
    let race = expect_context::<RaceState>();
    let params = lane.lane.with_value(parameters_in_words);
    let title = lane.title();
    let verdict = Memo::new(move |_| match lane.status.get() {
        LaneStatus::Starting => ("none", "", "starting …"),
        LaneStatus::Refused(_) => ("refused", "■", "cannot run"),
        LaneStatus::Died(_) => ("violated", "▲", "stopped"),
        LaneStatus::Running => lane.row.with(|row| {
            row.as_ref()
                .map_or(("none", "", "starting …"), |row| outcome(row.outcome))
        }),
    });
    let figures = Memo::new(move |_| {
        if let Some(at_us) = lane.under_way.get() {
            return format!("has got to {} …", crate::words::clock(at_us));
        }
        lane.row.with(|row| {
            let Some(row) = row else { return String::new() };
            let blocks = match row.blocks {
                1 => "1 block".to_owned(),
                n => format!("{} blocks", crate::words::grouped(n)),
            };
            match row.commit_latency_delays {
                Some(delays) => format!("{blocks} · {delays:.1} delays"),
                None => blocks,
            }
        })
    });
    let runs = move || {
        matches!(
            lane.status.get(),
            LaneStatus::Starting | LaneStatus::Running
        )
    };
    view! {
        <article class="lane" role="listitem" aria-label=title.clone() data-lane=lane.lane.with_value(consensusforge_core::session::race::Lane::title)>
            <div class="lane-head">
                <h3>{title.clone()}</h3>
                {(!params.is_empty()).then(|| view! { <small class="lane-params">{params}</small> })}
                <p class="lane-verdict" data-kind=move || verdict.get().0>
                    <span aria-hidden="true" class="icon">{move || verdict.get().1}</span>" "
                    <span>{move || verdict.get().2}</span>
                    <span class="lane-figures">{move || figures.get()}</span>
                </p>
                <button
                    class="lane-open" title="Leave the race and show this run alone, with everything the page offers"
                    aria-label=format!("Open this lane: {title}")
                    hidden=move || !runs()
                    on:click=move |_| race.open_lane(lane)
                >"Open this lane"</button>
            </div>
            {move || match lane.status.get() {
                LaneStatus::Refused(why) => view! {
                    <p class="lane-says" role="alert"><strong>"This lane cannot run. "</strong>{why}</p>
                }.into_any(),
                LaneStatus::Died(why) => view! {
                    <div class="lane-says" role="alert">
                        <p><strong>"This lane's simulator stopped unexpectedly. "</strong>"The other lanes go on."</p>
                        <p class="note mono breaks">{why}</p>
                        <button on:click=move |_| race.revive(lane)>"Start it again"</button>
                    </div>
                }.into_any(),
                LaneStatus::Starting | LaneStatus::Running => ().into_any(),
            }}
            <Strip lane=lane shown=Signal::derive(runs) />
        </article>
    }
}

/// The lane's chart.
#[component]
fn Strip(lane: LaneState, shown: Signal<bool>) -> impl IntoView {
    let race = expect_context::<RaceState>();
    let canvas = NodeRef::<html::Canvas>::new();
    let place = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        let (Some(canvas), Some(place)) = (canvas.get(), place.get()) else {
            return;
        };
        let chart = lane.chart.get_value();
        let drawn = Rc::downgrade(&chart);
        let strip: web_sys::HtmlElement = place.into();
        {
            let mut c = chart.borrow_mut();
            c.surface = Some(surface::make(&chart, canvas));
            let strip = strip.clone();
            let draw = move || {
                if let Some(chart) = drawn.upgrade()
                    && on_screen(&strip)
                {
                    race.draw(&chart);
                }
            };
            c.frames = Some(Frames::new(draw, |_| {}));
        }
        surface::watch_size(&chart, strip);
    });
    let label = format!("Messages of {} over the time shown", lane.title());
    view! {
        <div class="lane-strip" hidden=move || !shown.get() node_ref=place>
            <canvas node_ref=canvas role="img" aria-label=label></canvas>
        </div>
    }
}

/// Whether any of it is to be seen: a lane that is scrolled away is not drawn.
fn on_screen(strip: &web_sys::HtmlElement) -> bool {
    let area = strip.get_bounding_client_rect();
    let height = window()
        .inner_height()
        .ok()
        .and_then(|h| h.as_f64())
        .unwrap_or(f64::MAX);
    area.bottom() > 0.0 && area.top() < height
}
