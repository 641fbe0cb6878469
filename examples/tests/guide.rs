//! docs/GUIDE.md quotes an example: what it quotes must stand there.

const GUIDE: &str = include_str!("../../docs/GUIDE.md");
const SOURCE: &str = include_str!("../protocol_skeleton.rs");

/// The blocks of Rust in the guide, in their order.
fn quotations() -> Vec<&'static str> {
    let parts = GUIDE.split("```rust\n").skip(1);
    let blocks = parts.map(|part| part.split_once("```").expect("a block ends").0);
    blocks.collect()
}

#[test]
fn the_guide_quotes_the_example_in_its_order() {
    let quoted = quotations();
    assert!(quoted.len() > 10, "{}", quoted.len());
    let mut from = 0;
    for block in quoted {
        let found = SOURCE[from..].find(block);
        let at = found
            .unwrap_or_else(|| panic!("not in the example, or not after the one before:\n{block}"));
        from += at + block.len();
    }
}

/// Every function of the example is explained but the two that say nothing new.
#[test]
fn the_guide_shows_every_function_of_the_example() {
    let obvious = ["new", "status", "slot", "validate", "step", "watch", "main"];
    for line in SOURCE.lines() {
        let Some((_, rest)) = line.split_once("fn ") else {
            continue;
        };
        let name = rest.split('(').next().unwrap_or_default();
        if line.trim_start().starts_with("fn ") && !obvious.contains(&name) {
            let shown = quotations().iter().any(|block| block.contains(line));
            assert!(shown, "{line}");
        }
    }
}
