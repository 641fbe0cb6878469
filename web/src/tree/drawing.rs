//! The picture: one SVG, written as text. Colours and dashes are the style sheet's, by class; a state is a shape too.

use super::layout::Places;
use crate::words;
use consensusforge_core::session::view::{BlockState, TreeBlockView, TreeView};
use std::fmt::Write;

/// Pixels between heights, and between lanes.
pub const ROW: u32 = 34;
const LANE: u32 = 30;
/// What stands at the left of the first lane: the height.
const MARGIN: u32 = 46;
/// Room for a block's words at the right of a row.
const WORDS: u32 = 132;
const HALF: u32 = 8;

/// What a drawing needs beside the tree.
pub struct Names<'a> {
    /// Of the nodes, by number; a validator's is that of its first node.
    pub nodes: &'a [String],
    /// What the protocol calls a round.
    pub noun: &'a str,
}

impl Names<'_> {
    fn of(&self, node: u16) -> &str {
        self.nodes
            .get(usize::from(node))
            .map_or("?", String::as_str)
    }
}

/// The id of a block's element.
#[must_use]
pub fn element_id(block: &TreeBlockView) -> String {
    format!("block-{:.16}", block.id)
}

/// A block in words: "Block 1f2e3d4c, height 3, view 4, proposed by v2, final at v1, v2 and v3".
#[must_use]
pub fn said(block: &TreeBlockView, names: &Names) -> String {
    let mut out = match block.proposer {
        None if block.height == 0 => "Genesis".to_owned(),
        _ => format!(
            "Block {}, height {}, {} {}",
            words::short(&block.id),
            block.height,
            names.noun,
            block.round
        ),
    };
    if let Some(proposer) = block.proposer {
        let _ = write!(out, ", proposed by {}", names.of(proposer));
    }
    let list = |nodes: &[u16]| match nodes {
        many if many.len() == names.nodes.len() => "all validators".to_owned(),
        [one] => names.of(*one).to_owned(),
        many => format!("{} validators", many.len()),
    };
    match block.state {
        BlockState::Proposed => out.push_str(", not certified"),
        BlockState::Certified => out.push_str(", certified"),
        BlockState::Locked => {
            let _ = write!(out, ", locked by {}", list(&block.locked));
        }
        BlockState::Final => {
            let _ = write!(out, ", final at {}", list(&block.decided));
        }
    }
    if block.forked {
        out.push_str(", and so is another block of this height: the chain is forked");
    }
    if block.abandoned {
        out.push_str(", abandoned");
    }
    if let Some((first, last)) = block.skipped {
        let noun = names.noun;
        let _ = match first == last {
            true => write!(out, "; {noun} {first} before it brought no block"),
            false => write!(out, "; {noun}s {first} to {last} before it brought none"),
        };
    }
    out
}

/// The whole tree; the block at place `chosen` is marked.
#[must_use]
pub fn svg(view: &TreeView, places: &Places, names: &Names, chosen: Option<usize>) -> String {
    let width = MARGIN + places.lanes.max(1) * LANE + WORDS;
    let height = places.rows * ROW + 8;
    let mut out = String::with_capacity(view.blocks.len() * 600);
    // Writing into a string cannot fail.
    let _ = write!(
        out,
        "<svg role=\"presentation\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">"
    );
    for (k, block) in view.blocks.iter().enumerate() {
        edges(&mut out, view, places, k, block);
    }
    let mut row = None;
    for (k, block) in view.blocks.iter().enumerate() {
        let (_, y) = centre(places, k);
        if row != Some(block.height) {
            row = Some(block.height);
            let _ = write!(
                out,
                "<text class=\"tree-height\" x=\"{}\" y=\"{}\">{}</text>",
                MARGIN - 20,
                y + 4,
                block.height
            );
        }
        let last = last_of_row(places, k);
        node(
            &mut out,
            places,
            names,
            (k, block),
            (chosen == Some(k), last),
        );
    }
    for (height, count) in &view.left_out {
        let y = u32::try_from(height - view.from).unwrap_or(0) * ROW + ROW / 2 + 18;
        let _ = write!(
            out,
            "<text class=\"tree-more\" x=\"4\" y=\"{y}\">and {count} more</text>"
        );
    }
    out.push_str("</svg>");
    out
}

/// The middle of a block, in pixels.
#[must_use]
pub fn centre(places: &Places, k: usize) -> (u32, u32) {
    let (row, lane) = places.of[k];
    (MARGIN + lane * LANE, row * ROW + ROW / 2)
}

/// Whether no block of its row stands at its right.
fn last_of_row(places: &Places, k: usize) -> bool {
    let (row, lane) = places.of[k];
    let right = places.of.iter().any(|(r, l)| *r == row && *l > lane);
    !right
}

fn edges(out: &mut String, view: &TreeView, places: &Places, k: usize, block: &TreeBlockView) {
    let (x, y) = centre(places, k);
    let class = if block.abandoned {
        "tree-edge abandoned"
    } else if block.state == BlockState::Final {
        "tree-edge final"
    } else {
        "tree-edge"
    };
    for parent in &block.parents {
        let (px, py) = centre(places, usize::from(*parent));
        let bend = py + ROW / 2;
        let _ = write!(
            out,
            "<path class=\"{class}\" d=\"M{px} {py}C{px} {bend} {x} {} {x} {y}\"/>",
            y - ROW / 2
        );
    }
    if block.further_below && block.height > view.from {
        let up = y.saturating_sub(ROW / 2 + 4);
        let _ = write!(out, "<path class=\"{class} cut\" d=\"M{x} {up}L{x} {y}\"/>");
    }
    if block.further_below && block.height == view.from {
        let _ = write!(out, "<path class=\"{class} cut\" d=\"M{x} 0L{x} {y}\"/>");
    }
}

fn node(
    out: &mut String,
    places: &Places,
    names: &Names,
    (k, block): (usize, &TreeBlockView),
    (chosen, last): (bool, bool),
) {
    let (x, y) = centre(places, k);
    let state = match block.state {
        BlockState::Proposed => "proposed",
        BlockState::Certified => "certified",
        BlockState::Locked => "locked",
        BlockState::Final => "final",
    };
    let mut class = format!("tree-block {state}");
    for (is, name) in [(block.abandoned, " abandoned"), (block.forked, " forked")] {
        if is {
            class.push_str(name);
        }
    }
    let _ = write!(
        out,
        "<g id=\"{}\" role=\"option\" aria-selected=\"{chosen}\" aria-label=\"{}\" class=\"{class}\" data-block=\"{}\">",
        element_id(block),
        escaped(&said(block, names)),
        escaped(&block.id)
    );
    // A large place to press, and a shape in it.
    let _ = write!(
        out,
        "<rect class=\"tree-press\" x=\"{}\" y=\"{}\" width=\"{LANE}\" height=\"{ROW}\"/>",
        x - LANE / 2,
        y - ROW / 2
    );
    if chosen {
        let _ = write!(
            out,
            "<circle class=\"tree-chosen\" cx=\"{x}\" cy=\"{y}\" r=\"13\"/>"
        );
    }
    let (left, top, size) = (x - HALF, y - HALF, 2 * HALF);
    // Final: a square, as decisions are on the chart. The others are round.
    let _ = match block.state {
        BlockState::Final => write!(
            out,
            "<rect class=\"shape\" x=\"{left}\" y=\"{top}\" width=\"{size}\" height=\"{size}\" rx=\"2\"/>"
        ),
        BlockState::Proposed | BlockState::Certified | BlockState::Locked => {
            write!(
                out,
                "<circle class=\"shape\" cx=\"{x}\" cy=\"{y}\" r=\"{HALF}\"/>"
            )
        }
    };
    if block.state == BlockState::Locked {
        let _ = write!(
            out,
            "<circle class=\"core\" cx=\"{x}\" cy=\"{y}\" r=\"4\"/>"
        );
    }
    if block.abandoned {
        let _ = write!(
            out,
            "<path class=\"strike\" d=\"M{left} {top}L{} {}M{} {top}L{left} {}\"/>",
            x + HALF,
            y + HALF,
            x + HALF,
            y + HALF
        );
    }
    out.push_str("</g>");
    // Beside the option, not in it: the option's name says more than these words, and in other ones.
    if last {
        let struck = if block.abandoned { " abandoned" } else { "" };
        let about = match block.proposer {
            None if block.height == 0 => "genesis".to_owned(),
            None => words::short(&block.id),
            Some(proposer) => format!("{:.4} {}", block.id, names.of(proposer)),
        };
        let skipped = block.skipped.map_or_else(String::new, |(first, last)| {
            let which = if first == last {
                format!("{first}")
            } else {
                format!("{first}–{last}")
            };
            format!(" · {} {which} skipped", names.noun)
        });
        let _ = write!(
            out,
            "<text aria-hidden=\"true\" class=\"tree-words{struck}\" data-block=\"{}\" x=\"{}\" y=\"{}\">{}</text>",
            escaped(&block.id),
            x + HALF + 8,
            y + 4,
            escaped(&(about + &skipped))
        );
    }
}

/// Names come from strangers.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::layout::place;
    use super::super::layout::tests::{block, view};
    use super::*;

    fn names(nodes: &[String]) -> Names<'_> {
        Names {
            nodes,
            noun: "view",
        }
    }

    #[test]
    fn every_block_is_drawn_once_with_its_words_and_an_edge_to_each_parent() {
        let mut lost = block("b", 1, &[0], BlockState::Certified);
        lost.abandoned = true;
        let mut next = block("d", 2, &[2, 1], BlockState::Final);
        next.decided = vec![0];
        next.skipped = Some((3, 4));
        let view = view(vec![
            block("a", 0, &[], BlockState::Final),
            lost,
            block("c", 1, &[0], BlockState::Locked),
            next,
        ]);
        let nodes = ["v1".to_owned(), "<b>\"".to_owned()];
        let svg = svg(&view, &place(&view), &names(&nodes), Some(1));
        assert_eq!(svg.matches("role=\"option\"").count(), 4);
        // Words that are seen stand in no option, whose name they would contradict.
        let options = svg.split("<g ").skip(1).map(|g| g.split("</g>").next());
        assert!(options.flatten().all(|option| !option.contains("<text")));
        assert_eq!(svg.matches("<path class=\"tree-edge").count(), 4);
        assert_eq!(svg.matches("aria-selected=\"true\"").count(), 1);
        assert_eq!(svg.matches("class=\"strike\"").count(), 1);
        assert!(svg.contains("view 3–4 skipped"), "{svg}");
        assert!(svg.contains("views 3 to 4 before it brought none"), "{svg}");
    }

    #[test]
    fn a_name_of_a_stranger_is_only_text() {
        let mut odd = block("a", 3, &[], BlockState::Proposed);
        odd.proposer = Some(1);
        let view = view(vec![odd]);
        let nodes = ["v1".to_owned(), "<b>\"&".to_owned()];
        let svg = svg(&view, &place(&view), &names(&nodes), None);
        assert!(!svg.contains("<b>"), "{svg}");
        assert!(
            svg.contains("proposed by &lt;b&gt;&quot;&amp;, not certified"),
            "{svg}"
        );
    }
}
