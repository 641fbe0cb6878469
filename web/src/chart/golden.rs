//! Reviewed pictures, as lists of shapes and not of pixels: `tests/golden/shapes/*.txt`. A change of what
//! the chart shows is a diff to be read; `GOLDEN=write` writes it.

use super::cone::Cone;
use super::cuts::cuts;
use super::density::Density;
use super::filter::Filter;
use super::hit::Pick;
use super::lanes::{Arrangement, Lanes, Order};
use super::layout::{Flow, Layout, View};
use super::picture::picture;
use super::scene::{Picture, Scene};
use super::shapes::Shape;
use super::store::Store;
use crate::model::{Command, LatencySpec, Scenario, ValidatorSpec};
use consensusforge_core::session::{Session, presets};
use std::fmt::Write;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/shapes");

/// A run at an instant, as the page would hold it.
struct Seen {
    session: Session,
    store: Store,
    now_us: u64,
}

impl Seen {
    fn at(scenario: Scenario, now_us: u64) -> Seen {
        let mut session = Session::open(scenario).expect("possible");
        session.run_to(now_us);
        Seen::of(session, now_us)
    }

    fn of(session: Session, now_us: u64) -> Seen {
        let mut store = Store::default();
        let batch = session.chart(0, 100_000);
        store.take(batch, session.flying(0, 100_000), None);
        Seen {
            session,
            store,
            now_us,
        }
    }

    fn picture(&self, chosen: &Arrangement, view: View, pick: Option<&Pick>) -> Picture {
        let (world, frame) = (self.session.world(), self.session.frame());
        let delays = self.store.delays(world.nodes.len());
        let lanes = Lanes::arrange(chosen, &world.nodes, &frame.nodes, &delays);
        let filter = Filter::default();
        let layout = Layout {
            width: 900.0,
            height: 640.0,
            lanes: lanes.len(),
            view,
        };
        let mut density = Density::default();
        let of = (&lanes, &filter, 0);
        let dense = density.update(&layout, &self.store, of, 400, self.now_us);
        let cone = pick.and_then(|p| Cone::of(p, &self.store, world.nodes.len()));
        let cuts = cuts(self.session.scenario(), &world.nodes);
        picture(&Scene {
            layout,
            lanes: &lanes,
            filter: &filter,
            now_us: self.now_us,
            world: &world,
            nodes: &frame.nodes,
            store: &self.store,
            picked: pick,
            pinned: None,
            cone: cone.as_ref(),
            cuts: &cuts,
            density: dense.then_some(&density),
            area: None,
        })
    }
}

fn constant(validators: usize) -> Scenario {
    let mut scenario = Scenario {
        validators: (0..validators)
            .map(|i| ValidatorSpec::numbered(i, 100 + 10 * (i as u64 % 7)))
            .collect(),
        ..Scenario::default()
    };
    scenario.network.latency = LatencySpec::Constant { us: 100_000 };
    scenario.workload.tx_per_second = 0;
    scenario
}

fn view(px_per_ms: f64) -> View {
    View {
        px_per_ms,
        follow: false,
        ..View::default()
    }
}

fn cases() -> Vec<(&'static str, Picture)> {
    let plain = Arrangement::default();
    let four = Seen::at(constant(4), 450_000);
    let right = View {
        flow: Flow::Right,
        ..view(1.5)
    };
    // One vote of the first height, and what it led to.
    let vote = four.store.arrived().find(|a| a.kind == 1 && a.from == 2);
    let vote = vote.cloned().map(Pick::Arrow);
    let hidden = Arrangement {
        hidden: [1].into(),
        ..plain.clone()
    };

    let mut handled = Seen::at(constant(4), 150_000).session;
    let flying = handled.flying(0, 100).swap_remove(0);
    let name = handled.in_flight(flying.message, flying.from, flying.to, flying.arrives_us);
    handled
        .apply(Command::Drop(name.expect("in flight")))
        .expect("in flight");
    let isolate = Command::Isolate {
        validator: "v4".into(),
    };
    handled.apply(isolate).expect("possible");
    handled.run_to(420_000);
    let handled = Seen::of(handled, 420_000);

    let fork = presets().into_iter().find(|p| p.id == "fork");
    let fork = Seen::at(fork.expect("there").scenario, 1_500_000);
    let crowd = Seen::at(constant(40), 450_000);
    let folded = Arrangement {
        fold: true,
        order: Order::Stake,
        ..plain.clone()
    };
    vec![
        ("four", four.picture(&plain, view(1.2), None)),
        ("four-right", four.picture(&plain, right, None)),
        ("four-lit", four.picture(&plain, view(1.2), vote.as_ref())),
        ("four-hidden", four.picture(&hidden, view(1.2), None)),
        ("hands", handled.picture(&plain, view(1.2), None)),
        ("fork", fork.picture(&plain, view(0.35), None)),
        ("fork-folded", fork.picture(&folded, view(0.35), None)),
        ("crowd", crowd.picture(&plain, view(1.2), None)),
    ]
}

/// A shape a line, places to the whole pixel: what one can see.
fn text(picture: &Picture) -> String {
    let mut out = format!("{} messages in {} lines\n", picture.messages, picture.drawn);
    for shape in &picture.shapes {
        let _ = match shape {
            Shape::Rect {
                x,
                y,
                w,
                h,
                fill,
                alpha,
            } => writeln!(
                out,
                "rect {x:.0} {y:.0} {w:.0} x {h:.0} {fill:?} {alpha:.2}"
            ),
            Shape::Hatch { x, y, w, h, stroke } => {
                writeln!(out, "hatch {x:.0} {y:.0} {w:.0} x {h:.0} {stroke:?}")
            }
            Shape::Line {
                from,
                to,
                stroke,
                width,
                dash,
                alpha,
            } => writeln!(
                out,
                "line {:.0} {:.0} to {:.0} {:.0} {stroke:?} {dash:?} {width:.1} {alpha:.2}",
                from.0, from.1, to.0, to.1
            ),
            Shape::Head {
                at, fill, hollow, ..
            } => writeln!(out, "head {:.0} {:.0} {fill:?} hollow {hollow}", at.0, at.1),
            Shape::Cross { at, stroke, .. } => {
                writeln!(out, "cross {:.0} {:.0} {stroke:?}", at.0, at.1)
            }
            Shape::Diamond { at, stroke, .. } => {
                writeln!(out, "diamond {:.0} {:.0} {stroke:?}", at.0, at.1)
            }
            Shape::Block {
                at, fill, hollow, ..
            } => writeln!(
                out,
                "block {:.0} {:.0} {fill:?} hollow {hollow}",
                at.0, at.1
            ),
            Shape::Ring { at, stroke, .. } => {
                writeln!(out, "ring {:.0} {:.0} {stroke:?}", at.0, at.1)
            }
            Shape::Text { at, text, fill, .. } => {
                writeln!(out, "text {:.0} {:.0} {fill:?} {text}", at.0, at.1)
            }
        };
    }
    out
}

#[test]
fn pictures_are_the_reviewed_ones() {
    let write = std::env::var("GOLDEN").is_ok_and(|v| v == "write");
    for (name, picture) in cases() {
        let path = format!("{FOLDER}/{name}.txt");
        let now = text(&picture);
        if write {
            std::fs::create_dir_all(FOLDER).expect("tests/golden can be written");
            std::fs::write(&path, &now).expect("tests/golden can be written");
        }
        let golden = std::fs::read_to_string(&path).unwrap_or_default();
        let differs = golden.lines().zip(now.lines()).find(|(a, b)| a != b);
        assert!(
            golden == now,
            "{name}: {differs:?}; GOLDEN=write writes what is drawn now"
        );
    }
}
