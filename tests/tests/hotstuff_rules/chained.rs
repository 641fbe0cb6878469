//! Chained HotStuff.

use super::shared::*;
use super::*;

#[test]
fn c1_a_view_starts_a_timer_of_four_delta() {
    a_view_starts_a_timer(chained(), 4);
}

#[test]
fn c2_a_leader_proposes_on_the_highest_certified_block_without_waiting() {
    let mut node = chained();
    let links = node.row(&["A", "B"]);
    // View 2 brings nothing more, nor does view 3.
    node.given_up(2, &links[1], None);
    let entry = timeouts(2, &[(0, 1), (1, 1), (2, 1)]);
    let out = node.given_up(3, &links[1], Some(&entry));
    node.now += DELTA;
    let slot = node.state.slot();
    let out = [out, node.input(Input::Timer(Timer { kind: 1, slot }))].concat();
    assert_eq!(built_on(&out), Some((4, links[1].block)));
    node.built(4, 2, "D");
    let sent = node.said.iter().find_map(|(_, m)| match m {
        Message::Propose { link, proof } => Some((*link, proof.clone())),
        _ => None,
    });
    let (link, proof) = sent.expect("proposed");
    assert_eq!(link, on(&links[1], 4, "D"));
    assert_eq!(
        proof.timeouts().map(|t| t.view),
        Some(3),
        "why it is in view 4"
    );
}

#[test]
fn c3_votes_on_its_lock_or_on_what_was_certified_later() {
    let mut node = chained();
    // Locked on A since B is certified.
    let links = node.row(&["A", "B", "C"]);
    assert_eq!(node.state.locked, links[1]);
    let root = links[0];
    node.given_up(3, &links[2], None);
    let entry = timeouts(3, &[(0, 2), (1, 2), (2, 2)]);
    // Beside the lock, on genesis.
    let aside = first(4, "X");
    node.hear(3, proposal(&aside, &root, Some(&entry)));
    assert!(!node.voted_for(&aside));
    // On the locked block itself, although a later one is certified.
    let mut node = chained();
    node.row(&["A", "B", "C"]);
    node.given_up(3, &links[2], None);
    let fits = on(&links[1], 4, "Y");
    node.hear(3, proposal(&fits, &links[1], Some(&entry)));
    assert!(node.voted_for(&fits));
    // Beside the lock, but certified later: whoever else was locked as this one, a quorum voted for X.
    let mut node = chained();
    node.row(&["A", "B", "C"]);
    let late = timeouts(4, &[(0, 2), (1, 2), (2, 2)]);
    let aside = Link { view: 4, ..aside };
    let mut further = on(&aside, 6, "Z");
    let wait = timeouts(5, &[(0, 4), (1, 4), (2, 4)]);
    node.hear(1, proposal(&further, &aside, Some(&wait)));
    assert!(!node.voted_for(&further), "X itself never came");
    node.input(Input::Fetched { block: aside.block });
    assert!(node.voted_for(&further));
    further.view = 7;
    assert!(!node.voted_for(&further));
    assert_eq!(late.timeouts().map(|t| t.highest()), Some(2));
}

#[test]
fn c3_votes_once_a_view_for_the_leaders_first_valid_proposal() {
    let mut node = chained();
    let (a, b) = (first(1, "A"), first(1, "B"));
    let root = Link::genesis(genesis());
    node.hear(1, proposal(&b, &root, None));
    assert!(!node.voted_for(&b), "not its leader's");
    node.hear(0, proposal(&a, &root, None));
    let out = node.hear(0, proposal(&b, &root, None));
    assert!(node.voted_for(&a) && !node.voted_for(&b));
    assert!(out.iter().any(|e| matches!(e, Effect::Accuse(_))));
}

#[test]
fn c4_a_quorum_of_votes_certifies_and_the_next_leader_proposes() {
    a_quorum_of_votes_certifies(chained());
}

#[test]
fn c5_a_certified_block_locks_its_parent() {
    let mut node = chained();
    let links = node.row(&["A"]);
    assert_eq!(node.state.locked.view, 0);
    let b = on(&links[1], 2, "B");
    node.proposed(&b, &links[1]);
    assert_eq!(
        node.state.locked.view, 0,
        "A is certified, its parent is genesis"
    );
    node.proposed(&on(&b, 3, "C"), &b);
    assert_eq!(node.state.locked, links[1]);
}

#[test]
fn c6_gives_a_view_up_once_and_votes_no_more_in_it() {
    gives_a_view_up_once(chained());
    joins_more_than_a_third(chained());
}

#[test]
fn c7_a_quorum_of_timeouts_ends_the_view_and_everybody_is_told() {
    a_quorum_of_timeouts_ends_the_view(chained());
}

#[test]
fn c8_three_in_a_row_are_final_and_two_are_not() {
    let mut node = chained();
    let links = node.row(&["A", "B", "C"]);
    assert_eq!(node.state.last_final.height, 0);
    let d = on(&links[3], 4, "D");
    let out = node.hear(3, proposal(&d, &links[3], None));
    assert_eq!(decided(&out), Some((1, vec![links[1].block])));
    // View 5 brings nothing: D, F, G are three direct links, of views 4, 6, 7.
    node.given_up(4, &links[3], None);
    let entry = timeouts(5, &[(0, 4), (1, 4), (2, 4)]);
    let f = on(&d, 6, "F");
    node.hear(1, proposal(&f, &d, Some(&entry)));
    let g = on(&f, 7, "G");
    node.hear(2, proposal(&g, &f, None));
    let out = node.hear(3, proposal(&on(&g, 8, "H"), &g, None));
    assert_eq!(decided(&out), None);
    assert_eq!(node.state.last_final, links[2], "B, of views 2, 3, 4");
}

/// "Direct links whatever the views": blocks of views 1, 3 and 5, each the parent of the next, and in view 2 another
/// block, C, that was certified too. One validator votes for all of them by the rules, and in view 7 for a child of
/// C. Another one that saw the three certified would have decided the first of them.
#[test]
fn c8_direct_links_alone_are_not_final_as_a_quorum_may_still_vote_beside_them() {
    let params = |consecutive_views| three_chain::Params {
        consecutive_views,
        ..three_chain::Params::default()
    };
    let root = Link::genesis(genesis());
    let b = first(1, "B");
    let c = first(2, "C");
    let second = on(&b, 3, "second");
    let third = on(&second, 5, "third");
    let entry = |view: View, high: View| timeouts(view - 1, &[(0, high), (1, high), (2, high)]);
    let through = |node: &mut Node<ChainedHotStuff>| {
        node.hear(0, proposal(&b, &root, None));
        node.hear(1, proposal(&c, &root, Some(&entry(2, 0))));
        node.hear(2, proposal(&second, &b, Some(&entry(3, 1))));
        node.hear(0, proposal(&third, &second, Some(&entry(5, 3))))
    };
    let mut voter: Node<ChainedHotStuff> = node(params(true));
    through(&mut voter);
    assert_eq!(voter.state.locked, b);
    let beside = on(&c, 7, "beside");
    voter.hear(2, proposal(&beside, &c, Some(&entry(7, 2))));
    for link in [b, c, second, third, beside] {
        assert!(voter.voted_for(&link), "view {}", link.view);
    }
    for (consecutive, final_block) in [(true, None), (false, Some((1, vec![b.block])))] {
        let mut seer: Node<ChainedHotStuff> = node(params(consecutive));
        through(&mut seer);
        let fourth = on(&third, 6, "fourth");
        let out = seer.hear(1, proposal(&fourth, &third, None));
        assert_eq!(decided(&out), final_block);
    }
    let safe = ChainedHotStuff::info(&params(true)).bound.liars_below;
    assert_eq!((safe.part, safe.of), (1, 3));
    let unsafe_words = ChainedHotStuff::info(&params(false)).bound;
    assert_eq!(unsafe_words.liars_below.part, 0);
}
