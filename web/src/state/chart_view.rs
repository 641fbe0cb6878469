//! One chart: everything a drawing of it needs, and what pointing and keys change in it.

use super::chart_controls::ChartControls;
use crate::chart::area::Area;
use crate::chart::canvas::{Palette, Surface};
use crate::chart::cone::Cone;
use crate::chart::cuts::{self, CutBand};
use crate::chart::density::Density;
use crate::chart::filter::Filter;
use crate::chart::hit::{self, Ground, Pick};
use crate::chart::lanes::{Arrangement, Lanes, Order};
use crate::chart::layout::{Layout, View};
use crate::chart::packed::Packed;
use crate::chart::picture::picture;
use crate::chart::scene::{Picture, Scene};
use crate::chart::store::Store;
use crate::chart::svg::Svg;
use crate::chart::{describe, neighbours, paint};
use crate::model::Scenario;
use crate::platform::frames::{Detail, Frames};
use crate::protocol::{ChartNews, Tick};
use crate::reading;
use consensusforge_core::session::view::{MarkKind, NodeView, RunInfo};
use leptos::prelude::*;

/// Something that happened, as told by sentences: where to look for it on a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub at_us: u64,
    /// At which node; none: at whichever.
    pub node: Option<u16>,
    /// Which message came or left, if one did.
    pub message: Option<u32>,
    pub to: Option<u16>,
}

/// Of several marks of one node and instant, the one a sentence is about: bad news, then what decides most.
fn weight(what: &MarkKind) -> u8 {
    match what {
        MarkKind::Commit { .. } => 9,
        MarkKind::Evidence { .. } => 8,
        MarkKind::Crashed | MarkKind::Restarted => 7,
        MarkKind::Changed { .. } | MarkKind::CommandMissed { .. } => 6,
        MarkKind::Rejected { .. } => 5,
        MarkKind::Locked { .. } => 4,
        MarkKind::Polka { .. } => 3,
        MarkKind::Timeout { .. } => 2,
        MarkKind::Step { .. } => 1,
    }
}

/// Everything one drawing needs.
#[derive(Default)]
pub struct ChartView {
    pub view: View,
    pub nodes: Vec<NodeView>,
    pub store: Store,
    pub picked: Option<Pick>,
    /// A picked thing that stays picked while the pointer moves on.
    pub pinned: Option<Pick>,
    /// What the last step did, lit until something else happens.
    lit: Option<Pick>,
    pub area: Option<Area>,
    pub size: (f64, f64),
    pub surface: Option<Surface>,
    pub frames: Option<Frames>,
    pub controls: Option<ChartControls>,
    /// Charts that share a frame's lines with this one, itself included; 0 counts as 1.
    pub charts: usize,
    detail: Detail,
    drawn: usize,
    /// Milliseconds making the last picture took.
    pub work_ms: f64,
    /// A picture was asked for while the painter was busy.
    late: bool,
    world: Option<RunInfo>,
    now_us: u64,
    palette: Option<Palette>,
    arrangement: Arrangement,
    filter: Filter,
    lanes: Lanes,
    /// Counts changes of lanes and filter.
    stamp: u64,
    density: Density,
    cuts: Vec<CutBand>,
    cone: Option<Cone>,
    /// What the cone was computed for.
    cone_of: Option<(Pick, u64)>,
}

impl ChartView {
    pub fn request_draw(&self) {
        if let Some(frames) = &self.frames {
            frames.request_draw();
        }
    }

    pub fn repaint(&mut self) {
        self.palette = None;
        self.request_draw();
    }

    pub fn opened(&mut self, world: RunInfo, scenario: &Scenario) {
        let room = if self.size.1 > 0.0 {
            self.layout().length()
        } else {
            600.0
        };
        // Another cast: what was hidden or asked for means somebody else.
        let same = self.world.as_ref().is_some_and(|w| w.nodes == world.nodes);
        if !same && let Some(controls) = self.controls {
            controls.arrangement.update(|a| a.hidden.clear());
            controls.filter.update(|f| f.nodes.clear());
        }
        self.world = Some(world);
        self.store.clear();
        self.nodes.clear();
        self.picked = None;
        self.pinned = None;
        self.lit = None;
        self.area = None;
        self.now_us = 0;
        self.view = View {
            px_per_ms: reading::zoom(scenario, room),
            flow: self.view.flow,
            ..View::default()
        };
        self.arrange();
        self.request_draw();
    }

    /// The scenario's commands have changed: so may have its cuts.
    pub fn commands_changed(&mut self, scenario: &Scenario) {
        if let Some(world) = &self.world {
            self.cuts = cuts::cuts(scenario, &world.nodes);
        }
        self.request_draw();
    }

    pub fn receive(&mut self, tick: Tick, news: Option<ChartNews>) {
        self.now_us = tick.now_us;
        if let Some(news) = news {
            self.store.take(news.batch, news.flying, news.since);
            self.store.now(tick.now_us);
        }
        self.request_draw();
    }

    /// Takes the nodes of a new frame; which are down or Byzantine may have changed.
    pub fn set_nodes(&mut self, nodes: &[NodeView]) {
        let key = |n: &NodeView| (n.byzantine, n.crashed, n.stake);
        let same = self.nodes.len() == nodes.len()
            && self.nodes.iter().zip(nodes).all(|(a, b)| key(a) == key(b));
        self.nodes.clear();
        self.nodes.extend_from_slice(nodes);
        if !same {
            self.arrange();
            self.request_draw();
        }
    }

    pub fn set_options(&mut self, arrangement: &Arrangement, filter: &Filter) {
        self.arrangement = arrangement.clone();
        self.filter = filter.clone();
        self.arrange();
        self.request_draw();
    }

    fn arrange(&mut self) {
        let Some(world) = &self.world else { return };
        let delays = if self.arrangement.order == Order::Delay {
            self.store.delays(world.nodes.len())
        } else {
            Vec::new()
        };
        self.lanes = Lanes::arrange(&self.arrangement, &world.nodes, &self.nodes, &delays);
        self.stamp += 1;
    }

    pub fn layout(&self) -> Layout {
        Layout {
            width: self.size.0,
            height: self.size.1,
            lanes: self.lanes.len(),
            view: self.view,
        }
    }

    pub fn lanes(&self) -> &Lanes {
        &self.lanes
    }

    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    pub fn world(&self) -> Option<&RunInfo> {
        self.world.as_ref()
    }

    pub fn cuts(&self) -> &[CutBand] {
        &self.cuts
    }

    pub fn now_us(&self) -> u64 {
        self.now_us
    }

    fn ground(&self) -> Ground<'_> {
        Ground {
            layout: self.layout(),
            lanes: &self.lanes,
            filter: &self.filter,
            store: &self.store,
            now_us: self.now_us,
        }
    }

    pub fn hit(&self, x: f64, y: f64) -> Option<Pick> {
        hit::pick(&self.ground(), x, y)
    }

    pub fn folded(&self, x: f64, y: f64) -> bool {
        hit::folded(&self.ground(), x, y).is_some()
    }

    /// The last thing recorded before an instant: where a step back goes.
    pub fn before(&self, at_us: u64) -> Option<u64> {
        let from = at_us.saturating_sub(10_000_000);
        let arrivals = self
            .store
            .arrows_in(from, at_us)
            .flat_map(|a| [a.sent_us, a.arrives_us]);
        let marks = self.store.marks_in(from, at_us).map(|m| m.at_us);
        arrivals.chain(marks).filter(|t| *t < at_us).max()
    }

    pub fn neighbour(&self, pick: &Pick, forward: bool) -> Option<Pick> {
        neighbours::neighbour(pick, forward, &self.store, &self.lanes, &self.filter)
    }

    pub fn newest(&self) -> Option<Pick> {
        neighbours::newest(&self.store, &self.lanes, &self.filter, self.now_us)
    }

    /// What is selected with some air, or all there is.
    pub fn fit(&mut self) {
        let all = || {
            let from = self.store.span().map_or(0, |s| s.0);
            (from, self.now_us.max(from + 1_000))
        };
        let (from, to) = match &self.pinned {
            Some(Pick::Arrow(a)) => {
                let air = (a.arrives_us - a.sent_us).max(1_000);
                (a.sent_us.saturating_sub(air), a.arrives_us + air)
            }
            Some(Pick::Mark(m)) => (m.at_us.saturating_sub(50_000), m.at_us + 50_000),
            Some(Pick::Node(_)) | None => all(),
        };
        self.view = self.layout().fitted(from, to);
        self.request_draw();
    }

    /// Scrolls so far that a thing is on the screen.
    pub fn reveal(&mut self, pick: &Pick) {
        let at = match pick {
            Pick::Arrow(a) => a.arrives_us.min(self.now_us),
            Pick::Mark(m) => m.at_us,
            Pick::Node(_) => return,
        };
        let l = self.layout();
        let along = l.along(at);
        let (low, high) = (l.head() + 20.0, l.length() - 30.0);
        if !(low..high).contains(&along) {
            let middle = l.head() + (l.length() - l.head()) * 0.5;
            self.view = l.panned(0.0, middle - along);
        }
        self.request_draw();
    }

    /// Past and future of what is under the pointer, once for each and each batch of news.
    fn update_cone(&mut self) {
        let wanted = self.picked.as_ref().filter(|p| !matches!(p, Pick::Node(_)));
        let Some(pick) = wanted else {
            self.cone = None;
            self.cone_of = None;
            return;
        };
        let version = self.store.pushed();
        let fresh = self
            .cone_of
            .as_ref()
            .is_some_and(|(p, v)| p == pick && *v == version);
        if !fresh {
            let nodes = self.world.as_ref().map_or(0, |w| w.nodes.len());
            self.cone = Cone::of(pick, &self.store, nodes);
            self.cone_of = Some((pick.clone(), version));
        }
    }

    /// The picture of this moment; none before there is a world.
    fn picture(&mut self) -> Option<Picture> {
        self.world.as_ref()?;
        if self.view.follow {
            self.view = self.layout().following(self.now_us);
        }
        self.update_cone();
        let layout = self.layout();
        let of = (&self.lanes, &self.filter, self.stamp);
        let lines = self.detail.arrows() / self.charts.max(1);
        let dense = self
            .density
            .update(&layout, &self.store, of, lines, self.now_us);
        let scene = Scene {
            layout,
            lanes: &self.lanes,
            filter: &self.filter,
            now_us: self.now_us,
            world: self.world.as_ref()?,
            nodes: &self.nodes,
            store: &self.store,
            picked: self.picked.as_ref(),
            pinned: self.lit.as_ref().or(self.pinned.as_ref()),
            cone: self.cone.as_ref(),
            cuts: &self.cuts,
            density: dense.then_some(&self.density),
            area: self.area,
        };
        Some(picture(&scene))
    }

    pub fn draw(&mut self) {
        // Not laid out, or squeezed to nothing: there is no room even for names.
        if self.size.0 < 120.0 || self.size.1 < 60.0 {
            return;
        }
        // Asked for again as soon as the painter can take one.
        if !self.surface.as_ref().is_some_and(Surface::free) {
            self.late = true;
            return;
        }
        let Some(picture) = self.picture() else {
            return;
        };
        self.paint(&picture, None);
        self.drawn = picture.drawn;
        if let Some(controls) = self.controls {
            let counts = (picture.drawn, picture.messages, picture.shapes.len());
            if controls.folding.get_untracked() != counts {
                controls.folding.set(counts);
            }
        }
    }

    /// `ratio`: pixels of the picture a pixel of the page; none: as many as are seen.
    fn paint(&mut self, picture: &Picture, ratio: Option<f64>) {
        let Some(surface) = &self.surface else { return };
        let palette = self
            .palette
            .get_or_insert_with(|| Palette::of(surface.canvas()));
        let mut packed = Packed::new(self.size, ratio.unwrap_or_else(|| surface.ratio()));
        paint::paint(&picture.shapes, &mut packed);
        surface.show(&packed, palette);
    }

    /// The painter is there, or has painted a picture in `paint_ms`; making one took `work_ms`.
    pub fn painted(&mut self, paint_ms: f64) {
        self.detail.adapt(self.work_ms, paint_ms, self.drawn);
        if std::mem::take(&mut self.late) {
            self.request_draw();
        }
    }

    /// What is seen, as a PNG file of this name with `scale` pixels a pixel of the page.
    pub fn save_png(&mut self, name: &str, scale: f64) {
        if let Some(picture) = self.picture() {
            self.paint(&picture, Some(scale));
        }
        if let Some(surface) = &self.surface {
            surface.save(name);
        }
        // The screen has its own pixels again.
        self.request_draw();
    }

    /// What is seen, as an SVG document in the colours in force.
    pub fn svg(&mut self) -> Option<String> {
        let picture = self.picture()?;
        let palette = Palette::of(self.surface.as_ref()?.canvas());
        let mut svg = Svg::new(self.size.0, self.size.1, |t| palette.colour(t).to_owned());
        paint::paint(&picture.shapes, &mut svg);
        let protocol = self.world.as_ref().map_or("", |w| w.protocol.as_str());
        let title = format!("ConsensusForge, {protocol}, at {} µs", self.now_us);
        Some(svg.finish(&title))
    }

    /// Lights what a step did, or nothing any more; what is pinned stays so.
    pub fn light(&mut self, pick: Option<Pick>) {
        if self.lit != pick {
            self.lit = pick;
            self.request_draw();
        }
    }

    /// The thing of the chart that this means, as far as its records are there.
    pub fn find(&self, place: &Place) -> Option<Pick> {
        let arrow = place.message.and_then(|message| {
            let until = place.at_us + 10_000_000;
            let mut arrows = self.store.arrows_in(place.at_us, until);
            arrows.find(|a| a.message == message && place.to.is_none_or(|to| a.to == to))
        });
        if let Some(arrow) = arrow {
            return Some(Pick::Arrow(arrow.clone()));
        }
        let marks = self.store.marks_in(place.at_us, place.at_us);
        let marks = marks.filter(|m| place.node.is_none_or(|node| m.node == node));
        let mark = marks.max_by_key(|m| weight(&m.what))?;
        Some(Pick::Mark(mark.clone()))
    }

    /// Pins a thing, or nothing, and announces it to screen readers.
    pub fn pin(&mut self, pick: Option<Pick>) {
        let sentence = match (&pick, &self.world) {
            (Some(p), Some(world)) => describe::thing(p, world, &self.nodes),
            _ => "Nothing selected.".to_owned(),
        };
        self.pinned = pick;
        self.lit = None;
        if let Some(controls) = self.controls {
            controls.announced.set(sentence);
        }
        self.request_draw();
    }
}
