//! Known bugs are found within a budget, the runs in the museum's list show them, and where the bug is not the same search
//! finds nothing.

use consensusforge_core::scenario::presets::exhibits;
use consensusforge_core::search::{Ending, Generator, run};
use consensusforge_core::world::simulate;
use consensusforge_tests::museum::{Piece, find, pieces, without};

fn holds_to_its_word(piece: &Piece) {
    let id = piece.flaw.id;
    let (generator, seed, trials) = piece.found_by.expect("every piece has been found");
    let search = piece.search(generator, seed, trials, true);
    let found = find(&search);
    assert!(found.is_some(), "{id}: nothing in {trials} trials");
    let sound = piece.search(generator, seed, trials, false);
    let none = find(&sound);
    assert!(
        none.is_none(),
        "{id}: without the bug {:?}",
        none.and_then(|f| f.link)
    );
}

#[test]
fn every_piece_is_found_and_the_sound_protocol_survives_the_same_search() {
    for piece in pieces() {
        holds_to_its_word(&piece);
    }
}

/// What stands in the list, so that page and tool can open it.
#[test]
fn every_run_of_the_museum_replays_to_its_harm_and_does_none_in_the_sound_protocol() {
    let exhibits = exhibits();
    for piece in pieces() {
        let id = piece.flaw.id;
        let exhibit = exhibits.iter().find(|exhibit| exhibit.id == id);
        let document = &exhibit.unwrap_or_else(|| panic!("{id}: no run")).document;
        let judged = piece.search(Generator::Random, 1, 1, true).judged();
        let again = run(simulate, &judged, document.scenario.clone()).expect("possible");
        assert!(
            matches!(again.ending, Ending::Broken(_)),
            "{id}: {:?}",
            again.ending
        );
        let expected = document.expected.as_ref().expect("told");
        assert_eq!(
            (again.steps, &again.digest),
            (expected.steps, &expected.digest),
            "{id}"
        );
        let sound = without(&piece, &document.scenario);
        let outcome = run(simulate, &judged, sound).expect("possible");
        assert_eq!(outcome.ending, Ending::Holds, "{id}");
    }
}
