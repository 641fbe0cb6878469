//! Certificates, restarts, and what a liar can say.

use super::*;

#[test]
fn a_proposal_or_timeout_that_does_not_prove_its_view_changes_nothing() {
    let root = Link::genesis(genesis());
    let a = first(1, "A");
    let b = on(&a, 2, "B");
    let entry = timeouts(4, &[(0, 0), (1, 0), (2, 0)]);
    let thin = timeouts(4, &[(0, 0), (1, 0)]);
    let twice = timeouts(4, &[(0, 0), (1, 0), (1, 0)]);
    let proof = |signers: &[u16]| certificate(&a, signers);
    let of = |link: Link, proof: Proof| Message::Propose { link, proof };
    let wrong = [
        (1, of(b, proof(&[0, 1])), "two votes of four"),
        (1, of(b, proof(&[0, 1, 1])), "one voter twice"),
        (1, of(b, Proof::default()), "no certificate"),
        (
            1,
            of(Link { height: 5, ..b }, proof(&[0, 1, 2])),
            "wrong height",
        ),
        (
            1,
            of(first(2, "C"), Proof::default()),
            "on genesis, in view 2",
        ),
        (0, timeout(5, &root, None), "no timeouts"),
        (0, timeout(5, &root, Some(&thin)), "two timeouts of four"),
        (0, timeout(5, &root, Some(&twice)), "one validator twice"),
        (
            0,
            timeout(7, &root, Some(&entry)),
            "timeouts of another view",
        ),
    ];
    for (signer, message, why) in wrong {
        let mut node = jolteon();
        node.hear(signer, message);
        let at = (node.state.view, node.state.high.link.view);
        assert_eq!((at, node.said.len()), ((1, 0), 0), "{why}");
    }
    let mut node = jolteon();
    node.hear(0, timeout(5, &root, Some(&entry)));
    assert_eq!(node.state.view, 5);
}

#[test]
fn a_message_is_the_same_after_its_bytes_and_its_signature_does_not_cover_its_proof() {
    use consensusforge_core::types::Signable as _;
    let a = first(1, "A");
    let entry = timeouts(3, &[(0, 1), (1, 0), (2, 1)]);
    let chain = genesis();
    let b = on(&a, 4, "B");
    for message in [
        proposal(&b, &a, Some(&entry)),
        Message::Vote(b),
        timeout(4, &a, Some(&entry)),
    ] {
        let again: Message = decode(&encode(&message)).expect("a message");
        assert_eq!(again, message);
        let nested = message.proof().map_or(0, |p| p.messages().len());
        assert_eq!(again.justification().len(), nested);
    }
    let bare = proposal(&b, &a, None);
    assert_eq!(
        bare.digest(&chain),
        proposal(&b, &a, Some(&entry)).digest(&chain)
    );
    assert_ne!(bare.digest(&chain), Message::Vote(b).digest(&chain));
}

#[test]
fn a_restart_keeps_what_was_promised() {
    let mut node = jolteon();
    let a = first(1, "A");
    let root = Link::genesis(genesis());
    node.hear(0, proposal(&a, &root, None));
    node.time_out();
    let said = node.said.len();
    let out = node.input(Input::Restarted);
    assert_eq!(timer_of(&out, 0), Some(4 * DELTA));
    node.hear(0, proposal(&first(1, "B"), &root, None));
    node.time_out();
    assert_eq!(
        node.said.len(),
        said,
        "neither a second vote nor a second timeout"
    );
}

#[test]
fn a_stuck_validator_repeats_its_timeout_to_all_and_others_messages_to_one() {
    let mut node = jolteon();
    let a = first(1, "A");
    node.proposed(&a, &Link::genesis(genesis()));
    node.hear(0, timeout(1, &Link::genesis(genesis()), None));
    node.time_out();
    let context = node
        .environment
        .context(&node.sets, 0, NodeId(ME), Some(ValidatorId(ME)));
    let again = Jolteon::resend(&node.state, &context);
    let to = |signer: u16, kind: u8| {
        let found = again
            .iter()
            .find(|(_, s)| s.signer.0 == signer && s.message.describe().kind == kind);
        found.map(|(to, _)| *to)
    };
    assert_eq!(to(ME, 2), Some(Recipients::Everyone));
    assert_eq!(to(0, 2), Some(Recipients::OnePeer));
    assert_eq!(to(0, 0), Some(Recipients::OnePeer));
    assert_eq!(to(ME, 1), None, "a vote brings nothing any more");
}

#[test]
fn a_proof_of_several_blocks_brings_a_validator_that_was_away_to_the_same_place() {
    let root = Link::genesis(genesis());
    let a = first(1, "A");
    let (b, c) = (on(&a, 2, "B"), on(&on(&a, 2, "B"), 3, "C"));
    let votes = |link: &Link| certificate(link, &[0, 1, 2]).votes().to_vec();
    let all = [votes(&a), votes(&b), votes(&c)].concat();
    let input = |proof: &[Arc<Signed<Message>>]| Input::Certificate {
        first: 1,
        blocks: vec![a.block, b.block],
        proof: proof.to_vec().into(),
    };
    let mut node = jolteon();
    // Without the votes for C nothing makes B final.
    let out = node.input(input(&all[..6]));
    assert_eq!(decided(&out), Some((1, vec![a.block])));
    let mut node = jolteon();
    assert_eq!(
        decided(&node.input(input(&all[3..]))),
        None,
        "A is not certified"
    );
    let mut node = jolteon();
    let out = node.input(input(&all));
    assert_eq!(decided(&out), Some((1, vec![a.block, b.block])));
    assert_eq!(node.state.view, 4);
    assert_eq!(root.height, 0);
}

#[test]
fn a_liar_says_the_same_of_another_block_and_forgets_its_lock() {
    let a = first(1, "A");
    let other = block("B");
    let said = proposal(&a, &Link::genesis(genesis()), None);
    let conflicting = Jolteon::CONFLICTING.expect("there");
    let lie = conflicting(&said, other).expect("a proposal");
    assert_eq!(lie.describe().value, Some(other));
    let votes = Jolteon::VOTES_FOR.expect("there");
    assert_eq!(votes(&lie), [Message::Vote(Link { block: other, ..a })]);
    let mut node = chained();
    node.row(&["A", "B", "C"]);
    ChainedHotStuff::FORGET_LOCK.expect("has a lock")(&mut node.state);
    assert_eq!(node.state.locked.view, 0);
    assert!(Jolteon::FORGET_LOCK.is_none(), "has none");
}

/// Hears of blocks 3 and 4 first, whose chain it lacks; then it is sent the proof of block 1.
#[test]
fn newer_certificates_do_not_keep_a_validator_from_catching_up() {
    let a = first(1, "A");
    let b = on(&a, 2, "B");
    let c = on(&b, 3, "C");
    let d = on(&c, 4, "D");
    let votes = |link: &Link| certificate(link, &QUORUM).votes().to_vec();
    let mut node = jolteon();
    node.hear(3, proposal(&d, &c, None));
    node.hear(0, proposal(&on(&d, 5, "E"), &d, None));
    assert_eq!((node.state.view, node.state.last_final.height), (5, 0));
    let mut decide = |blocks: &[&Link], proof: &[&Link]| {
        let out = node.input(Input::Certificate {
            first: blocks[0].height,
            blocks: blocks.iter().map(|l| l.block).collect(),
            proof: proof
                .iter()
                .flat_map(|l| votes(l))
                .collect::<Vec<_>>()
                .into(),
        });
        decided(&out).map(|(first, blocks)| (first, blocks.len()))
    };
    assert_eq!(decide(&[&a], &[&a, &b]), Some((1, 1)));
    // The body of B comes with its decision, that of C is still missing.
    assert_eq!(decide(&[&b], &[&b, &c]), Some((2, 1)));
    let out = node.input(Input::Fetched { block: c.block });
    assert_eq!(decided(&out), Some((3, vec![c.block])));
}
