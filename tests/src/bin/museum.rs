//! The bug museum's table: `museum [SEEDS] [TRIALS]` finds, shrinks and writes down a run for each known bug
//! (`core/src/scenario/presets/museum.txt`), counts how many runs each generator needs with so many seeds, 20 by default,
//! none of which runs more than so many trials, 500 by default, and writes `docs/MUSEUM.md`.

use consensusforge_tests::museum::write_down;

fn main() {
    let mut numbers = std::env::args().skip(1).map(|word| word.parse().ok());
    let (seeds, most) = match (numbers.next(), numbers.next()) {
        (None, None) => (20, 500),
        (Some(Some(seeds)), None) => (seeds, 500),
        (Some(Some(seeds)), Some(Some(most))) => (seeds, most),
        _ => {
            eprintln!("museum takes two whole numbers: seeds, and the most trials of a search");
            std::process::exit(2);
        }
    };
    if let Err(error) = write_down(seeds, most) {
        eprintln!("error: {error}");
        std::process::exit(1);
    }
}
