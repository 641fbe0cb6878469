//! What all protocols of the family do, each test's protocol given.

use super::*;

pub fn a_view_starts_a_timer<P: Protocol<Message = Message, State = State>>(
    mut node: Node<P>,
    deltas: u64,
) {
    let a = first(1, "A");
    node.proposed(&a, &Link::genesis(genesis()));
    let out = node.proposed(&on(&a, 2, "B"), &a);
    assert_eq!(node.state.view, 2);
    assert_eq!(timer_of(&out, 0), Some(deltas * DELTA));
}

pub fn a_quorum_of_votes_certifies<P: Protocol<Message = Message, State = State>>(
    mut node: Node<P>,
) {
    let links = node.row(&["A", "B", "C"]);
    let c = links[3];
    assert!(node.voted_for(&c), "to the leader of view 4, itself");
    // Its own vote is one of three.
    node.hear(0, Message::Vote(c));
    assert_eq!((node.state.view, node.state.high.link.view), (3, 2));
    node.hear(0, Message::Vote(c));
    assert_eq!(node.state.view, 3, "one voter twice");
    let out = node.hear(1, Message::Vote(c));
    assert_eq!((node.state.view, node.state.high.link), (4, c));
    node.now = 2 * DELTA;
    let out = [out, node.input(Input::Restarted)].concat();
    assert_eq!(built_on(&out), Some((4, c.block)));
    node.built(4, 4, "D");
    let proof = certificate(&c, &[0, 1, ME]);
    let link = on(&c, 4, "D");
    assert!(
        node.said
            .contains(&(None, Message::Propose { link, proof }))
    );
}

pub fn gives_a_view_up_once<P: Protocol<Message = Message, State = State>>(mut node: Node<P>) {
    let links = node.row(&["A"]);
    node.time_out();
    node.time_out();
    let (view, height, high) = (1, 1, 0);
    assert_eq!(node.timed_out(), [Report { view, height, high }]);
    // It voted before; in the next view it does not vote after.
    let b = on(&links[1], 2, "B");
    node.hear(2, proposal(&b, &links[1], None));
    assert_eq!(node.state.view, 1, "validator 2 does not lead view 2");
    let entry = timeouts(1, &[(0, 0), (1, 0), (2, 0)]);
    node.hear(0, timeout(2, &links[0], Some(&entry)));
    assert_eq!(
        node.state.view, 2,
        "led there by one timeout with its proof"
    );
    node.time_out();
    node.hear(1, proposal(&b, &links[1], None));
    assert!(!node.voted_for(&b), "its time is up");
}

pub fn joins_more_than_a_third<P: Protocol<Message = Message, State = State>>(mut node: Node<P>) {
    let root = Link::genesis(genesis());
    node.hear(0, timeout(1, &root, None));
    assert_eq!(node.timed_out().len(), 0);
    node.hear(1, timeout(1, &root, None));
    assert_eq!(
        node.timed_out().len(),
        1,
        "two of four are more than a third"
    );
}

pub fn a_quorum_of_timeouts_ends_the_view<P: Protocol<Message = Message, State = State>>(
    mut node: Node<P>,
) {
    let links = node.row(&["A"]);
    node.hear(0, timeout(1, &links[0], None));
    assert_eq!(node.state.view, 1);
    // With its own, which it sends when it has heard of two.
    node.hear(1, timeout(1, &links[0], None));
    assert_eq!(node.state.view, 2);
    let new_view = node.said.iter().find_map(|(to, m)| match m {
        Message::NewView { report, proof } => Some((*to, *report, proof.clone())),
        _ => None,
    });
    let (to, report, proof) = new_view.expect("tells everybody");
    assert_eq!((to, report.view, report.high), (None, 2, 0));
    let set = node.sets.at(1);
    let quorum = Quorum::TwoThirds.threshold();
    assert_eq!(proof.gives_up(set, quorum), Some(1));
    // Who receives it follows.
    let mut other: Node<P> = self::node(node.environment.params.clone());
    other.hear(2, Message::NewView { report, proof });
    assert_eq!(other.state.view, 2);
}

pub fn two_in_a_row_are_final<P: Protocol<Message = Message, State = State>>(
    node: impl Fn() -> Node<P>,
) {
    let mut consecutive = node();
    let links = consecutive.row(&["A", "B"]);
    let out = consecutive.proposed(&on(&links[2], 3, "C"), &links[2]);
    assert_eq!(decided(&out), Some((1, vec![links[1].block])));
    // A gap between them: the first of the two is not final, but all before the next pair are.
    let mut gap = node();
    let a = gap.row(&["A"])[1];
    gap.given_up(1, &Link::genesis(genesis()), None);
    gap.given_up(2, &a, None);
    let entry = timeouts(2, &[(0, 1), (1, 1), (2, 1)]);
    let c = on(&a, 3, "C");
    gap.hear(2, proposal(&c, &a, Some(&entry)));
    let d = on(&c, 4, "D");
    let out = gap.hear(3, proposal(&d, &c, None));
    assert_eq!(decided(&out), None, "views 1 and 3 are not consecutive");
    let out = gap.proposed(&on(&d, 5, "E"), &d);
    assert_eq!(decided(&out), Some((1, vec![a.block, c.block])));
}
