//! Known bugs are found within a budget and shrunk, their links replay, and where the bug is not the same search finds
//! nothing.

use consensusforge_core::scenario::codec::read_link;
use consensusforge_core::search::{Ending, run};
use consensusforge_core::world::simulate;
use consensusforge_tests::museum::{Piece, find, pieces, shrink};

fn holds_to_its_word(piece: &Piece) {
    let id = piece.flaw.id;
    let Some((generator, trials)) = piece.found_by else {
        return;
    };
    let search = piece.search(generator, 1, trials, true);
    let found = find(&search).unwrap_or_else(|| panic!("{id}: nothing in {trials} trials"));
    let small = shrink(&found, &search);
    assert!(small.commands <= found.commands, "{id}");
    let link = small.link.as_deref().expect("short");
    let document = read_link(link).expect("a link");
    let again = run(simulate, &search.judged(), document.scenario).expect("possible");
    assert_eq!(again.ending, Ending::Broken(small.broken), "{id}");
    assert_eq!((again.steps, &again.digest), (small.steps, &small.digest));
    let expected = document.expected.expect("told");
    assert_eq!(
        (expected.steps, expected.digest),
        (again.steps, again.digest)
    );
    let sound = piece.search(generator, 1, trials, false);
    let none = find(&sound);
    assert!(
        none.is_none(),
        "{id}: without the bug {:?}",
        none.and_then(|f| f.link)
    );
}

#[test]
fn every_piece_is_found_shrunk_and_replayed_and_the_sound_protocol_survives_the_same_search() {
    for piece in pieces() {
        holds_to_its_word(&piece);
    }
}
