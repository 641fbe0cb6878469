//! What a picture is made from, and what it is made into.

use super::area::Area;
use super::cone::Cone;
use super::cuts::CutBand;
use super::density::Density;
use super::filter::Filter;
use super::hit::Pick;
use super::lanes::Lanes;
use super::layout::Layout;
use super::shapes::Shape;
use super::store::Store;
use consensusforge_core::session::view::{NodeView, RunInfo};

/// All that a picture depends on.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    pub layout: Layout,
    pub lanes: &'a Lanes,
    pub filter: &'a Filter,
    pub now_us: u64,
    pub world: &'a RunInfo,
    pub nodes: &'a [NodeView],
    pub store: &'a Store,
    /// Under the pointer.
    pub picked: Option<&'a Pick>,
    /// Clicked: stays lit, and leaves the others as they are.
    pub pinned: Option<&'a Pick>,
    /// Past and future of what is under the pointer.
    pub cone: Option<&'a Cone>,
    pub cuts: &'a [CutBand],
    /// What has arrived, as density; none: every arrow is drawn.
    pub density: Option<&'a Density>,
    pub area: Option<Area>,
}

/// What to draw, back to front, and how much of it is left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    pub shapes: Vec<Shape>,
    /// Messages in the window, and lines they are drawn as.
    pub messages: usize,
    pub drawn: usize,
}
