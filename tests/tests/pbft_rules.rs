//! One test a rule of PBFT, named for it; then what it is known for: times and message counts by closed formula, what a
//! silent primary costs, and random schedules. In rule tests the node under test is v2 of four validators with one unit
//! of stake each: a backup in view 0 and the primary of view 1.

use consensusforge_core::base::hash_bytes;
use consensusforge_core::consensus::pbft::{
    Assignment, Claims, Message, Params, Pbft, Point, SignedMessage, State, order,
};
use consensusforge_core::consensus::proposer::{Rule, Schedule};
use consensusforge_core::consensus::{
    Corruptible, Effect, Environment, Input, Params as _, Protocol, Script, Timer,
};
use consensusforge_core::session::Session;
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::{
    AdversarySpec, LatencySpec, ParamsSpec, ProposerSpec, ProtocolSpec, StrategySpec,
    ValidatorSpec, Who, WorkloadSpec,
};
use consensusforge_core::types::{
    BlockId, NodeId, Signature, Signed, Slot, ValidatorId, ValidatorSets,
};
use consensusforge_tests::one_node::{genesis, validators};
use consensusforge_tests::swarm::{Coverage, storm_under, survive};
use std::sync::Arc;

const ME: u16 = 1;
const TIMEOUT: u64 = 1_000_000;
const INTERVAL: u64 = 10;

struct Node {
    sets: ValidatorSets,
    environment: Environment<Params>,
    state: State,
    now: u64,
}

type Effects = Vec<Effect<Message>>;

fn node_with(params: Params) -> Node {
    let mut node = Node {
        sets: validators(&[1; 4]),
        state: Pbft::new(genesis(), &params),
        environment: Environment {
            proposers: Schedule::new(Rule::Rotation),
            params,
            block_interval: INTERVAL,
        },
        now: 0,
    };
    node.input(Input::Start);
    node
}

/// A checkpoint every two numbers, and four between the water marks.
fn small() -> Params {
    Params {
        checkpoint_interval: 2,
        window: 4,
        ..Params::default()
    }
}

fn node() -> Node {
    node_with(small())
}

fn block(name: &str) -> BlockId {
    hash_bytes("test/block", name.as_bytes())
}

fn origin() -> Point {
    Point {
        sequence: 0,
        height: 0,
        block: genesis(),
    }
}

/// Blocks called a, b, c, ... from the first number on, assigned in `view`; "-" is the null request.
fn chain(view: u32, names: &[&str]) -> Vec<Assignment> {
    let mut at = origin();
    let assigned = names.iter().map(|name| {
        let next = at.next(view, (*name != "-").then(|| block(name)));
        at = next.point();
        next
    });
    assigned.collect()
}

fn signed(signer: u16, message: Message) -> SignedMessage {
    Signed::with_signature(message, ValidatorId(signer), Signature([0; 64]))
}

/// The pre-prepare by the primary of its view, and prepares of two others: a prepared certificate.
fn certificate(assignment: Assignment) -> Vec<SignedMessage> {
    let primary = (assignment.view % 4) as u16;
    let backups = (1..3).map(|i| signed((primary + i) % 4, Message::Prepare(assignment)));
    let pre_prepare = signed(primary, Message::PrePrepare(assignment));
    [pre_prepare].into_iter().chain(backups).collect()
}

fn checkpoints(from: &[u16], point: Point) -> Vec<SignedMessage> {
    let each = from.iter().map(|v| signed(*v, Message::Checkpoint(point)));
    each.collect()
}

fn view_change(
    signer: u16,
    view: u32,
    stable: Point,
    proof: impl IntoIterator<Item = SignedMessage>,
) -> SignedMessage {
    let proof: Vec<SignedMessage> = proof.into_iter().collect();
    let message = Message::ViewChange {
        view,
        height: stable.height + 1,
        stable,
        proof: proof.into(),
    };
    signed(signer, message)
}

fn new_view(
    signer: u16,
    view: u32,
    order: Vec<Assignment>,
    proof: Vec<SignedMessage>,
) -> SignedMessage {
    let message = Message::NewView {
        view,
        height: 1,
        order,
        proof: proof.into(),
    };
    signed(signer, message)
}

impl Node {
    fn input(&mut self, input: Input<Message>) -> Effects {
        let mut out = Vec::new();
        let me = Some(ValidatorId(ME));
        let context = self
            .environment
            .context(&self.sets, self.now, NodeId(ME), me);
        Pbft::step(&mut self.state, &context, input, &mut out);
        // Own messages come back at once.
        for effect in out.clone() {
            if let Effect::Broadcast(message) = effect {
                out.extend(self.input(Input::Message(signed(ME, message))));
            }
        }
        out
    }

    fn say(&mut self, message: SignedMessage) -> Effects {
        self.input(Input::Message(message))
    }

    fn from(&mut self, signers: &[u16], message: &Message) -> Effects {
        let each = signers.iter();
        each.flat_map(|v| self.say(signed(*v, message.clone())))
            .collect()
    }

    /// The primary of its view assigns this, and the ledger calls the block valid.
    fn assigned(&mut self, assignment: Assignment) -> Effects {
        let primary = (assignment.view % 4) as u16;
        let mut out = self.say(signed(primary, Message::PrePrepare(assignment)));
        if let Some(block) = assignment.block {
            out.extend(self.input(Input::Validated { block, valid: true }));
        }
        out
    }

    /// All but this node's: it is executed.
    fn committed(&mut self, assignment: Assignment) -> Effects {
        let mut out = self.assigned(assignment);
        out.extend(self.from(&[2, 3], &Message::Prepare(assignment)));
        out.extend(self.from(&[0, 2, 3], &Message::Commit(assignment)));
        out
    }

    fn fires(&mut self, kind: u8, height: u64, round: u32) -> Effects {
        let slot = Slot { height, round };
        self.input(Input::Timer(Timer { kind, slot }))
    }

    fn resent(&self) -> Vec<SignedMessage> {
        let me = Some(ValidatorId(ME));
        let context = self
            .environment
            .context(&self.sets, self.now, NodeId(ME), me);
        let all = Pbft::resend(&self.state, &context);
        all.into_iter().map(|(_, signed)| signed).collect()
    }
}

fn sent(effects: &[Effect<Message>]) -> Vec<Message> {
    let sent = effects.iter().filter_map(|e| match e {
        Effect::Broadcast(message) => Some(message.clone()),
        _ => None,
    });
    sent.collect()
}

fn decided(effects: &[Effect<Message>]) -> Vec<(u64, BlockId)> {
    let decided = effects.iter().filter_map(|e| match e {
        Effect::Decide { first, blocks, .. } => Some((*first, blocks[0])),
        _ => None,
    });
    decided.collect()
}

fn built(effects: &[Effect<Message>]) -> Vec<(u64, BlockId)> {
    let asked = effects.iter().filter_map(|e| match e {
        Effect::BuildBlock { slot, parents } => Some((slot.height, parents[0])),
        _ => None,
    });
    asked.collect()
}

fn timers(effects: &[Effect<Message>]) -> Vec<(Slot, u64)> {
    let armed = effects.iter().filter_map(|e| match e {
        Effect::SetTimer { timer, after } if timer.kind == 0 => Some((timer.slot, *after)),
        _ => None,
    });
    armed.collect()
}

/// v2 becomes the primary of view 1 by these view-changes.
fn primary_of_view_1(node: &mut Node, changes: Vec<SignedMessage>) -> Effects {
    node.fires(0, 1, 0);
    changes.into_iter().flat_map(|c| node.say(c)).collect()
}

#[test]
fn p1_the_primary_assigns_the_next_number_up_to_the_high_water_mark() {
    let mut node = node_with(Params {
        pipeline: 9,
        ..small()
    });
    let empty = [2, 3].map(|v| view_change(v, 1, origin(), []));
    let mut out = primary_of_view_1(&mut node, empty.to_vec());
    let mut at = origin();
    for name in ["a", "b", "c", "d"] {
        assert_eq!(built(&out), [(at.height + 1, at.block)], "{name}");
        let slot = Slot {
            height: at.height + 1,
            round: 1,
        };
        let block = block(name);
        let next = at.next(1, Some(block));
        let own = node.input(Input::Built { slot, block });
        assert_eq!(sent(&own), [Message::PrePrepare(next)]);
        assert_eq!(built(&own), [], "it pauses first");
        at = next.point();
        node.now += INTERVAL;
        out = node.fires(1, 1, 1);
    }
    assert_eq!(built(&out), [], "number 5 is above the high water mark");
    // The window moves with a stable checkpoint.
    let stable = chain(1, &["a", "b"])[1].point();
    let out: Effects = checkpoints(&[0, 2, 3], stable)
        .into_iter()
        .flat_map(|c| node.say(c))
        .collect();
    assert_eq!(built(&out), [(5, block("d"))]);
}

#[test]
fn p1_one_block_is_under_way_at_a_time_unless_more_may_be() {
    let mut node = node();
    let empty = [2, 3].map(|v| view_change(v, 1, origin(), []));
    assert_eq!(
        built(&primary_of_view_1(&mut node, empty.to_vec())).len(),
        1
    );
    let slot = Slot {
        height: 1,
        round: 1,
    };
    let a = block("a");
    node.input(Input::Built { slot, block: a });
    node.now += INTERVAL;
    assert_eq!(built(&node.fires(1, 1, 1)), []);
    let first = chain(1, &["a"])[0];
    node.from(&[0, 2, 3], &Message::Prepare(first));
    assert_eq!(
        decided(&node.from(&[0, 2, 3], &Message::Commit(first))),
        [(1, a)]
    );
    node.now += INTERVAL;
    assert_eq!(built(&node.fires(1, 2, 1)), [(2, a)]);
}

#[test]
fn p2_a_backup_prepares_a_valid_block_of_its_primary_and_one_for_a_number() {
    let [a, b] = chain(0, &["a", "b"])[..] else {
        panic!("two");
    };
    let mut node = node();
    assert_eq!(sent(&node.say(signed(2, Message::PrePrepare(a)))), []);
    assert_eq!(sent(&node.say(signed(0, Message::PrePrepare(a)))), []);
    let block = block("a");
    let invalid = node.input(Input::Validated {
        block,
        valid: false,
    });
    assert_eq!(sent(&invalid), []);
    let valid = node.input(Input::Validated { block, valid: true });
    assert_eq!(sent(&valid), [Message::Prepare(a)]);
    let other = chain(0, &["other"])[0];
    let out = node.assigned(other);
    assert_eq!(sent(&out), [], "a second one for the number");
    assert!(matches!(out[0], Effect::Accuse(_)), "{out:?}");
    // A number whose predecessor is assigned to another block.
    let mut elsewhere = b;
    elsewhere.parent = other.point().block;
    assert_eq!(sent(&node.assigned(elsewhere)), []);
    assert_eq!(
        sent(&node.assigned(b)),
        [],
        "v1 has had its word on number 2"
    );
}

#[test]
fn p2_numbers_outside_the_water_marks_are_not_accepted() {
    let all = chain(0, &["a", "b", "c", "d", "e"]);
    let mut node = node();
    for assignment in &all[..4] {
        assert_eq!(sent(&node.assigned(*assignment)).len(), 1);
    }
    assert_eq!(sent(&node.assigned(all[4])), [], "the high water mark is 4");
    let stable = all[1].point();
    let each = checkpoints(&[0, 2, 3], stable);
    let out: Effects = each.into_iter().flat_map(|c| node.say(c)).collect();
    assert!(
        out.iter()
            .any(|e| matches!(e, Effect::ValidateBlock { block: e, .. } if *e == block("e"))),
        "it is 6 now"
    );
    let mut again = all[1];
    again.view = 1;
    node.say(signed(1, Message::PrePrepare(again)));
    let resent = node.resent();
    assert!(
        !resent
            .iter()
            .any(|s| s.message == Message::PrePrepare(again))
    );
}

#[test]
fn p3_a_quorum_of_prepares_that_match_the_pre_prepare_makes_it_prepared() {
    let a = chain(0, &["a"])[0];
    let other = chain(0, &["other"])[0];
    let mut node = node();
    // v1's pre-prepare is its vote, and this node's own is the second.
    node.assigned(a);
    assert_eq!(sent(&node.from(&[0], &Message::Prepare(a))), [], "v1 again");
    assert_eq!(sent(&node.from(&[2], &Message::Prepare(other))), []);
    let out = node.from(&[3], &Message::Prepare(a));
    assert_eq!(sent(&out), [Message::Commit(a)]);
}

#[test]
fn p3_commits_are_sent_in_the_order_of_numbers() {
    let [a, b] = chain(0, &["a", "b"])[..] else {
        panic!("two");
    };
    let mut node = node();
    node.assigned(a);
    node.assigned(b);
    assert_eq!(sent(&node.from(&[2, 3], &Message::Prepare(b))), []);
    let out = node.from(&[3], &Message::Prepare(a));
    assert_eq!(sent(&out), [Message::Commit(a), Message::Commit(b)]);
}

#[test]
fn p4_a_quorum_of_commits_executes_in_the_order_of_numbers() {
    let [a, b] = chain(0, &["a", "b"])[..] else {
        panic!("two");
    };
    let mut node = node();
    node.assigned(a);
    node.assigned(b);
    assert_eq!(decided(&node.from(&[0, 2, 3], &Message::Commit(b))), []);
    assert_eq!(decided(&node.from(&[0, 2], &Message::Commit(a))), []);
    let out = node.from(&[3], &Message::Commit(a));
    assert_eq!(decided(&out), [(1, block("a")), (2, block("b"))]);
}

#[test]
fn p4_blocks_decided_elsewhere_are_followed_by_their_commits() {
    let all = chain(0, &["-", "a"]);
    let commits = |from: &[u16]| {
        let each = from.iter().map(|v| signed(*v, Message::Commit(all[1])));
        Input::Certificate {
            first: 1,
            blocks: vec![block("a")],
            proof: Arc::new(each.collect()),
        }
    };
    let mut node = node();
    assert_eq!(decided(&node.input(commits(&[0, 2]))), []);
    assert_eq!(decided(&node.input(commits(&[0, 2, 2]))), []);
    // The null request before it was executed too.
    let out = node.input(commits(&[0, 2, 3]));
    assert_eq!(decided(&out), [(1, block("a"))]);
    assert_eq!(sent(&out), [Message::Checkpoint(all[1].point())]);
}

#[test]
fn p5_a_checkpoint_is_sent_at_every_multiple_of_the_interval() {
    let all = chain(0, &["a", "b", "c"]);
    let mut node = node();
    let sent = all.iter().map(|a| sent(&node.committed(*a)));
    let points: Vec<Vec<Point>> = sent
        .map(|all| {
            let points = all.into_iter().filter_map(|m| match m {
                Message::Checkpoint(point) => Some(point),
                _ => None,
            });
            points.collect()
        })
        .collect();
    assert_eq!(points, [vec![], vec![all[1].point()], vec![]]);
}

#[test]
fn p6_a_quorum_of_equal_checkpoints_is_stable_and_discards_what_is_before() {
    let all = chain(0, &["a", "b"]);
    let mut node = node();
    node.committed(all[0]);
    node.committed(all[1]);
    let stable = all[1].point();
    let stands = |node: &mut Node| {
        let out = node.fires(0, 3, 0);
        let change = sent(&out).remove(0);
        let Message::ViewChange { stable, proof, .. } = change else {
            panic!("{change:?}");
        };
        let pre_prepares = proof.iter();
        let pre_prepares = pre_prepares.filter(|s| matches!(s.message, Message::PrePrepare(_)));
        (stable, proof.len(), pre_prepares.count())
    };
    let mut wrong = stable;
    wrong.block = block("x");
    node.say(signed(0, Message::Checkpoint(wrong)));
    node.say(signed(2, Message::Checkpoint(stable)));
    // Two certificates of a pre-prepare and two prepares.
    assert_eq!(stands(&mut Node { ..clone(&node) }), (origin(), 6, 2));
    node.say(signed(3, Message::Checkpoint(stable)));
    assert_eq!(stands(&mut node), (stable, 3, 0));
}

fn clone(node: &Node) -> Node {
    Node {
        sets: validators(&[1; 4]),
        environment: node.environment.clone(),
        state: node.state.clone(),
        now: node.now,
    }
}

#[test]
fn p7_a_timeout_leaves_the_view_and_tells_what_is_prepared() {
    let [a, b] = chain(0, &["a", "b"])[..] else {
        panic!("two");
    };
    let mut node = node();
    node.assigned(a);
    node.from(&[2, 3], &Message::Prepare(a));
    assert_eq!(
        sent(&node.fires(0, 9, 0)),
        [],
        "the timer of another height"
    );
    let out = node.fires(0, 1, 0);
    let [Message::ViewChange { view: 1, proof, .. }] = &sent(&out)[..] else {
        panic!("{out:?}");
    };
    let said: Vec<&Message> = proof.iter().map(|s| &s.message).collect();
    let prepare = &Message::Prepare(a);
    assert_eq!(said, [&Message::PrePrepare(a), prepare, prepare]);
    // It takes part in view 0 no more, but commits of the others still prove what they decided.
    assert_eq!(sent(&node.assigned(b)), []);
    let out = node.from(&[0, 2, 3], &Message::Commit(a));
    assert_eq!(decided(&out), [], "they come too late to be kept");
    let mut again = clone(&node);
    again.input(Input::Restarted);
    let resent = again.resent();
    assert!(
        resent
            .iter()
            .any(|s| matches!(s.message, Message::ViewChange { view: 1, .. })),
        "a crash forgets no promise"
    );
    assert_eq!(sent(&again.assigned(b)), []);
}

#[test]
fn p8_more_than_a_third_for_later_views_take_a_validator_along_to_the_lowest() {
    let mut node = node();
    assert_eq!(sent(&node.say(view_change(3, 5, origin(), []))), []);
    let out = node.say(view_change(2, 3, origin(), []));
    assert!(
        matches!(sent(&out)[..], [Message::ViewChange { view: 3, .. }]),
        "{out:?}"
    );
}

/// Claims as a view-change makes them: its stable checkpoint, and the assignments that are prepared.
fn claims(stable: Point, prepared: &[Assignment]) -> Claims {
    Claims {
        stable,
        prepared: prepared.iter().map(|a| (a.sequence, *a)).collect(),
    }
}

#[test]
fn p9_the_new_view_assigns_what_was_prepared_latest_and_null_requests_between() {
    let in_0 = chain(0, &["a", "b", "c", "d"]);
    let in_1 = chain(1, &["a", "x"]);
    let after_null = chain(2, &["a", "-", "c"]);
    for (name, sets, base, expected) in [
        (
            "nothing prepared",
            vec![claims(origin(), &[])],
            origin(),
            vec![],
        ),
        (
            "prepared by one of them",
            vec![claims(origin(), &in_0[..2]), claims(origin(), &[])],
            origin(),
            vec!["a", "b"],
        ),
        (
            "the later view counts",
            vec![claims(origin(), &in_0[..2]), claims(origin(), &in_1)],
            origin(),
            vec!["a", "x"],
        ),
        (
            "a gap is a null request",
            vec![
                claims(origin(), &in_0[..1]),
                claims(origin(), &after_null[2..]),
            ],
            origin(),
            vec!["a", "-", "c"],
        ),
        (
            "a block whose parent is lost is a null request too",
            vec![claims(origin(), &[in_0[0], in_0[2], in_0[3]])],
            origin(),
            vec!["a", "-", "-", "-"],
        ),
        (
            "from the latest stable checkpoint on",
            vec![
                claims(origin(), &in_0[..2]),
                claims(in_0[1].point(), &[in_0[2]]),
            ],
            in_0[1].point(),
            vec!["c"],
        ),
        (
            "a checkpoint above all that is prepared",
            vec![claims(origin(), &in_0[..2]), claims(in_0[2].point(), &[])],
            in_0[2].point(),
            vec![],
        ),
    ] {
        let (from, assigned) = order(3, &sets.iter().collect::<Vec<_>>(), origin());
        assert_eq!(from, base, "{name}");
        let mut at = base;
        let demanded: Vec<Assignment> = expected
            .iter()
            .map(|b| {
                let next = at.next(3, (*b != "-").then(|| block(b)));
                at = next.point();
                next
            })
            .collect();
        assert_eq!(assigned, demanded, "{name}");
    }
}

#[test]
fn p9_the_new_primary_sends_the_new_view_and_assigns_again() {
    let all = chain(0, &["a", "b"]);
    let mut node = node();
    let proof = all.iter().flat_map(|a| certificate(*a));
    let changes = vec![
        view_change(2, 1, origin(), proof),
        view_change(3, 1, origin(), []),
    ];
    let out = primary_of_view_1(&mut node, changes);
    let again = chain(1, &["a", "b"]);
    let said = sent(&out);
    let new_views = said.iter().filter_map(|m| match m {
        Message::NewView { order, proof, .. } => Some((order.clone(), proof.len())),
        _ => None,
    });
    assert_eq!(new_views.collect::<Vec<_>>(), [(again.clone(), 3)]);
    let assigned = said
        .iter()
        .filter(|m| matches!(m, Message::PrePrepare(_)))
        .cloned();
    let expected: Vec<Message> = again.into_iter().map(Message::PrePrepare).collect();
    assert_eq!(assigned.collect::<Vec<_>>(), expected);
    assert_eq!(built(&out), [], "what is under way comes first");
}

/// What a null request of a new view does: nothing, and the height stays behind the sequence number.
#[test]
fn p9_a_null_request_is_executed_without_a_block() {
    let mut node = node();
    let b_without_a = chain(0, &["-", "b"])[1];
    let change = view_change(2, 1, origin(), certificate(b_without_a));
    let empty = view_change(3, 1, origin(), []);
    primary_of_view_1(&mut node, vec![change, empty]);
    let again = chain(1, &["-", "b"]);
    for assignment in &again {
        node.from(&[0, 2, 3], &Message::Prepare(*assignment));
    }
    assert_eq!(
        decided(&node.from(&[0, 2, 3], &Message::Commit(again[0]))),
        []
    );
    let out = node.input(Input::Fetched { block: block("b") });
    assert_eq!(decided(&out), []);
    let out = node.from(&[0, 2, 3], &Message::Commit(again[1]));
    assert_eq!(decided(&out), [(1, block("b"))]);
}

/// The new-view of v3 for view 2 with these view-changes, as this node takes it: whether it enters.
fn enters(signer: u16, order: Vec<Assignment>, proof: Vec<SignedMessage>) -> bool {
    let mut node = node();
    node.say(new_view(signer, 2, order, proof));
    let resent = node.resent();
    resent
        .iter()
        .any(|s| matches!(s.message, Message::NewView { .. }))
}

#[test]
fn p10_a_new_view_is_entered_only_if_it_is_what_its_view_changes_demand() {
    let a = chain(0, &["a"])[0];
    let again = chain(2, &["a"]);
    let told = |proof: Vec<SignedMessage>| {
        let silent = [0, 3].map(|v| view_change(v, 2, origin(), []));
        let with = view_change(2, 2, origin(), proof);
        silent.into_iter().chain([with]).collect::<Vec<_>>()
    };
    assert!(enters(2, again.clone(), told(certificate(a))));
    assert!(enters(2, vec![], told(vec![])));
    assert!(
        !enters(3, again.clone(), told(certificate(a))),
        "v4 does not lead it"
    );
    assert!(!enters(2, vec![], told(certificate(a))), "a is left out");
    assert!(!enters(2, again.clone(), told(vec![])), "a is made up");
    let other = chain(2, &["other"]);
    assert!(!enters(2, other, told(certificate(a))), "another block");
    let two = told(certificate(a)).split_off(1);
    assert!(!enters(2, again.clone(), two), "two of four");
    let mut twice = told(certificate(a));
    twice[0] = twice[1].clone();
    assert!(!enters(2, again, twice), "one of them twice");
}

#[test]
fn p10_a_view_change_counts_only_if_its_certificates_prove_what_it_says() {
    let a = chain(0, &["a"])[0];
    let other = chain(0, &["other"])[0];
    let point = chain(0, &["a", "b"])[1].point();
    // A new-view with nothing to assign, so what is asked is whether the third view-change counts.
    let with = |stable: Point, proof: Vec<SignedMessage>, order: Vec<Assignment>| {
        let mut all = [0, 3].map(|v| view_change(v, 2, origin(), [])).to_vec();
        all.push(view_change(2, 2, stable, proof));
        enters(2, order, all)
    };
    let again = chain(2, &["a"]);
    assert!(with(origin(), certificate(a), again.clone()));
    let mut few = certificate(a);
    few.pop();
    assert!(
        !with(origin(), few, again.clone()),
        "pre-prepare and one prepare"
    );
    let mut mixed = certificate(a);
    mixed[2] = signed(2, Message::Prepare(other));
    assert!(
        !with(origin(), mixed, again.clone()),
        "a prepare of another block"
    );
    let mut wrong = certificate(a);
    wrong[0] = signed(3, Message::PrePrepare(a));
    assert!(!with(origin(), wrong, again), "a pre-prepare of a backup");
    // Of a view that is not before the one that is wanted, and above the window.
    let late = chain(2, &["a"])[0];
    assert!(!with(origin(), certificate(late), vec![late]), "of view 2");
    let mut high = a;
    high.sequence = 5;
    let nulls = chain(2, &["-", "-", "-", "-", "-"]);
    assert!(
        !with(origin(), certificate(high), nulls),
        "above the window"
    );
    // Stable checkpoints.
    assert!(with(point, checkpoints(&[0, 2, 3], point), vec![]));
    assert!(
        !with(point, checkpoints(&[0, 2], point), vec![]),
        "two of four"
    );
    assert!(!with(point, vec![], vec![]), "no proof at all");
    let mut genesis = origin();
    genesis.block = block("x");
    assert!(!with(genesis, vec![], vec![]), "another genesis");
}

#[test]
fn p10_in_a_new_view_only_what_it_assigns_is_prepared() {
    let mut node = node();
    let changes = [0, 3].map(|v| view_change(v, 2, origin(), []));
    let a = chain(0, &["a"])[0];
    let mut proof = changes.to_vec();
    proof.push(view_change(2, 2, origin(), certificate(a)));
    node.say(new_view(2, 2, chain(2, &["a"]), proof));
    let mut wrong = clone(&node);
    assert_eq!(sent(&wrong.assigned(chain(2, &["x"])[0])), []);
    let a = chain(2, &["a"])[0];
    // What was prepared before is not asked of the ledger again.
    let out = node.say(signed(2, Message::PrePrepare(a)));
    assert_eq!(sent(&out), [Message::Prepare(a)]);
}

#[test]
fn p11_the_timer_starts_with_a_quorum_of_view_changes_and_doubles() {
    let mut node = node();
    let at = |round| Slot { height: 1, round };
    let out = node.fires(0, 1, 0);
    assert_eq!(timers(&out), [], "nobody else wants view 1 yet");
    let mut waited = Vec::new();
    for view in 1..=4 {
        node.say(view_change(2, view, origin(), []));
        let out = node.say(view_change(3, view, origin(), []));
        waited.extend(timers(&out).first().copied());
        node.fires(0, 1, view);
    }
    let expected = [(1, 1), (2, 2), (3, 4), (4, 8)];
    let expected = expected.map(|(view, times)| (at(view), times * TIMEOUT));
    assert_eq!(waited, expected);
}

#[test]
fn a_primary_says_its_new_view_again_to_who_missed_it() {
    let mut node = node();
    let empty = [2, 3].map(|v| view_change(v, 1, origin(), []));
    primary_of_view_1(&mut node, empty.to_vec());
    let slot = Slot {
        height: 1,
        round: 1,
    };
    let block = block("a");
    node.input(Input::Built { slot, block });
    let a = chain(1, &["a"])[0];
    node.from(&[0, 2, 3], &Message::Prepare(a));
    node.from(&[0, 2, 3], &Message::Commit(a));
    let out = node.say(view_change(0, 1, origin(), []));
    let answered = out.iter().any(|e| {
        matches!(
            e,
            Effect::Send {
                to: ValidatorId(0),
                message: Message::NewView { view: 1, .. }
            }
        )
    });
    assert!(answered, "{out:?}");
}

fn script(kind: &str, value: Option<BlockId>) -> Script {
    Script {
        kind: kind.into(),
        slot: Slot {
            height: 1,
            round: 0,
        },
        value,
        parent: Some((genesis(), 0)),
        valid_round: None,
    }
}

#[test]
fn a_puppet_signs_votes_by_script_and_certificates_as_its_node_holds_them() {
    let a = chain(0, &["a"])[0];
    let mut node = node();
    node.assigned(a);
    node.from(&[2, 3], &Message::Prepare(a));
    let compose = |kind, value| {
        let compose = Pbft::COMPOSE_WITH.expect("there");
        compose(&node.state, &script(kind, value))
    };
    let some = Some(block("a"));
    assert_eq!(compose("pre-prepare", some), Ok(Message::PrePrepare(a)));
    assert_eq!(compose("prepare", some), Ok(Message::Prepare(a)));
    assert_eq!(compose("commit", some), Ok(Message::Commit(a)));
    let null = chain(0, &["-"])[0];
    assert_eq!(compose("prepare", None), Ok(Message::Prepare(null)));
    let checkpoint = Message::Checkpoint(a.point());
    assert_eq!(compose("checkpoint", some), Ok(checkpoint));
    let Ok(Message::ViewChange { proof, .. }) = compose("view-change", None) else {
        panic!("a view-change");
    };
    assert_eq!(proof.len(), 3);
    assert!(compose("view-change", some).is_err());
    assert!(compose("new-view", None).is_err(), "others' view-changes");
    // Amnesia: nothing was ever prepared.
    let forget = Pbft::FORGET_LOCK.expect("there");
    forget(&mut node.state);
    let change = sent(&node.fires(0, 1, 0)).remove(0);
    assert!(matches!(change, Message::ViewChange { proof, .. } if proof.is_empty()));
}

#[test]
fn a_liar_says_the_same_of_another_block_and_carries_it_by_its_votes() {
    let [a, other] = [chain(0, &["a"])[0], chain(0, &["other"])[0]];
    let conflicting = Pbft::CONFLICTING.expect("there");
    let block = block("other");
    let instead = conflicting(&Message::PrePrepare(a), block);
    assert_eq!(instead, Some(Message::PrePrepare(other)));
    assert_eq!(conflicting(&Message::Checkpoint(a.point()), block), None);
    let votes = Pbft::VOTES_FOR.expect("there")(&Message::PrePrepare(a));
    assert_eq!(votes, [Message::Prepare(a), Message::Commit(a)]);
}

#[test]
fn a_window_smaller_than_the_checkpoint_interval_is_refused() {
    let error = Params {
        checkpoint_interval: 5,
        window: 4,
        ..Params::default()
    }
    .check()
    .expect_err("refused");
    assert_eq!(error.field, "window");
}

#[test]
fn the_transcription_the_protocol_and_the_tests_name_the_same_rules() {
    let tests = include_str!("pbft_rules.rs");
    let paper = include_str!("../../docs/papers/pbft.md");
    let rows: Vec<&str> = paper
        .lines()
        .filter_map(|line| line.strip_prefix("| P")?.split_once(" |").map(|(id, _)| id))
        .collect();
    let known: Vec<&str> = Pbft::INFO.rules.iter().map(|r| &r.id[1..]).collect();
    assert_eq!(rows, known);
    for id in rows {
        assert!(tests.contains(&format!("\nfn p{id}_")), "P{id} has no test");
    }
}

// ------------------------------------------------------------------------------------- closed formulas

const D: u64 = 50_000;
const PAUSE: u64 = 100_000;

fn calm<const N: usize>(n: usize, params: [(&str, u64); N]) -> Scenario {
    let mut scenario = Scenario {
        validators: (0..n).map(|i| ValidatorSpec::numbered(i, 10)).collect(),
        protocol: ProtocolSpec {
            name: "pbft".into(),
            proposer: ProposerSpec::Rotation,
            params: ParamsSpec::from(params),
            block_interval_us: PAUSE,
            resend: false,
            ..ProtocolSpec::default()
        },
        workload: WorkloadSpec {
            tx_per_second: 0,
            accounts: 2,
        },
        ..Scenario::default()
    };
    scenario.network.latency = LatencySpec::Constant { us: D };
    scenario
}

fn silent(n: usize, liars: usize) -> Scenario {
    let mut scenario = calm(n, []);
    scenario.adversary = AdversarySpec {
        who: Who::Names((1..=liars).map(|i| format!("v{i}")).collect()),
        strategy: StrategySpec::Silent,
    };
    scenario
}

/// Height and instant of every decision of every validator.
fn decisions(scenario: &Scenario, until: u64) -> Vec<(u64, u64)> {
    let mut session = Session::open(scenario.clone()).expect("possible");
    session.run_to(until);
    let all = session.decisions();
    all.iter().map(|d| (d.height, d.at_us)).collect()
}

/// Copies sent of each kind until then.
fn copies(scenario: &Scenario, until: u64) -> Vec<(String, u64)> {
    let mut session = Session::open(scenario.clone()).expect("possible");
    session.run_to(until);
    let kinds = session.frame().metrics.messages_by_kind;
    let sent = kinds.into_iter().filter(|k| k.sent > 0);
    sent.map(|k| (k.kind, k.sent)).collect()
}

fn counts<const N: usize>(expected: [(&str, u64); N]) -> Vec<(String, u64)> {
    let named = expected.into_iter().filter(|(_, n)| *n > 0);
    named.map(|(kind, n)| (kind.to_owned(), n)).collect()
}

#[test]
fn a_block_is_committed_after_three_delays_at_every_validator() {
    for n in [4, 7, 10, 16] {
        let decided = decisions(&calm(n, []), 2_000_000);
        assert!(decided.len() >= 7 * n, "n = {n}: {}", decided.len());
        for (height, at) in decided {
            let expected = height * 3 * D + (height - 1) * PAUSE;
            assert_eq!(at, expected, "n = {n}, height {height}");
        }
    }
}

/// (n - 1) pre-prepares, (n - 1)^2 prepares, n (n - 1) commits: 2n (n - 1) a block, and n (n - 1) checkpoints at every
/// eighth.
#[test]
fn a_block_costs_what_the_formula_says() {
    for n in [4, 7, 10, 16] {
        let blocks = 8;
        let until = blocks * (3 * D + PAUSE) - 1;
        let expected = counts([
            ("pre-prepare", blocks * (n - 1)),
            ("prepare", blocks * (n - 1) * (n - 1)),
            ("commit", blocks * n * (n - 1)),
            ("checkpoint", n * (n - 1)),
        ]);
        assert_eq!(copies(&calm(n as usize, []), until), expected, "n = {n}");
        let votes: u64 = expected[..3].iter().map(|(_, sent)| sent).sum();
        assert_eq!(votes, blocks * 2 * n * (n - 1));
    }
}

/// With several blocks under way a primary does not wait for decisions: one block a pause.
#[test]
fn blocks_under_way_at_once_come_one_a_pause() {
    let mut scenario = calm(4, [("pipeline", 3)]);
    scenario.protocol.block_interval_us = D;
    let decided = decisions(&scenario, 2_000_000);
    assert!(decided.len() >= 35 * 4, "{}", decided.len());
    for (height, at) in decided {
        assert_eq!(at, (height - 1) * D + 3 * D, "height {height}");
    }
}

/// A silent primary costs its timeout and a delay, in which the view-changes arrive. The next one's waits as long from
/// then on, and the third one's twice as long.
#[test]
fn a_silent_primary_costs_its_timeout_and_one_delay_and_the_third_twice_as_much() {
    for n in [4, 7, 10, 16] {
        for (liars, timeouts) in [(1, 1), (2, 2), (3, 4)] {
            if 3 * liars >= n {
                continue;
            }
            let expected = timeouts * TIMEOUT + liars as u64 * D + 3 * D;
            let decided = decisions(&silent(n, liars), expected);
            let first = decided.iter().filter(|(height, _)| *height == 1);
            assert_eq!(first.clone().count(), n, "n = {n}, {liars} silent");
            assert!(first.clone().all(|(_, at)| *at == expected), "{first:?}");
        }
    }
}

#[test]
fn a_view_change_costs_what_the_formula_says() {
    for n in [4, 7, 10, 16] {
        let decided = TIMEOUT + 4 * D;
        let others = n - 1;
        let expected = counts([
            ("pre-prepare", others),
            ("prepare", (n - 2) * others),
            ("commit", others * others),
            ("view-change", others * others),
            ("new-view", others),
        ]);
        assert_eq!(copies(&silent(n as usize, 1), decided), expected, "n = {n}");
    }
}

// --------------------------------------------------------------------------------- random schedules, bounds

#[test]
fn pbft_survives_random_schedules_with_liars_up_to_a_third() {
    let mut coverage = Coverage::default();
    for seed in 1..=14 {
        let scenario = storm_under("pbft", 3, seed);
        survive(seed, &scenario, 3, &mut coverage);
    }
    assert!(coverage.restarts > 3, "restarts: {}", coverage.restarts);
    assert!(coverage.caught_up > 3, "caught up: {}", coverage.caught_up);
    let equivocations = coverage.equivocations;
    assert!(equivocations > 10, "equivocations: {equivocations}");
}
