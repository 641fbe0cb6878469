//! One test a rule of Simplex and of Minimmit, named for it; then what both are known for: times and message
//! counts by closed formula, and what a silent leader costs. In rule tests the node under test is the last of
//! its validators, with one unit of stake each; view v is led by validator (v - 1) mod n, counting from 0.

use consensusforge_core::base::{Micros, hash_bytes};
use consensusforge_core::consensus::proposer::{Rule, Schedule};
use consensusforge_core::consensus::simplex::message::{Certificate, View};
use consensusforge_core::consensus::simplex::{
    Link, Message, Minimmit, Simplex, State, basic, minimmit,
};
use consensusforge_core::consensus::{Effect, Environment, Input, Message as _, Protocol, Timer};
use consensusforge_core::session::Session;
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::{
    AdversarySpec, LatencySpec, ParamValue, ParamsSpec, ProposerSpec, ProtocolSpec, StrategySpec,
    ValidatorSpec, Who, WorkloadSpec,
};
use consensusforge_core::types::{
    BlockId, NodeId, Signature, Signed, Slot, ValidatorId, ValidatorSets,
};
use consensusforge_tests::one_node::{genesis, validators};
use consensusforge_tests::swarm::{Coverage, storm_under, survive};
use std::sync::Arc;

const DELTA: Micros = 100_000;

struct Node<P: Protocol<Message = Message, State = State>> {
    sets: ValidatorSets,
    environment: Environment<P::Params>,
    state: State,
    me: u16,
    now: Micros,
    /// Everything it ever sent.
    said: Vec<Message>,
}

fn node<P: Protocol<Message = Message, State = State>>(n: usize, params: P::Params) -> Node<P> {
    let mut node = Node {
        sets: validators(&vec![1; n]),
        state: P::new(genesis(), &params),
        environment: Environment {
            proposers: Schedule::new(Rule::Rotation),
            params,
            block_interval: 1,
        },
        me: u16::try_from(n - 1).expect("few"),
        now: 0,
        said: Vec::new(),
    };
    node.input(Input::Start);
    node
}

/// Validator 3 of four.
fn simplex() -> Node<Simplex> {
    node(
        4,
        basic::Params {
            delta_us: DELTA,
            ..basic::Params::default()
        },
    )
}

/// Validator 5 of six: f = 1, L = 3, Q = 5.
fn six() -> Node<Minimmit> {
    node(
        6,
        minimmit::Params {
            delta_us: DELTA,
            ..minimmit::Params::default()
        },
    )
}

fn block(name: &str) -> BlockId {
    hash_bytes("test/block", name.as_bytes())
}

/// A block of `view` on genesis.
fn first(view: View, name: &str) -> Link {
    Link {
        view,
        height: 1,
        block: block(name),
        parent_view: 0,
        parent: genesis(),
    }
}

fn on(parent: &Link, view: View, name: &str) -> Link {
    Link {
        view,
        height: parent.height + 1,
        block: block(name),
        parent_view: parent.view,
        parent: parent.block,
    }
}

fn signed(signer: u16, message: Message) -> Arc<Signed<Message>> {
    Signed::with_signature(message, ValidatorId(signer), Signature([0; 64]))
}

impl<P: Protocol<Message = Message, State = State>> Node<P> {
    /// Own messages and answers about validity (yes) come back at once.
    fn input(&mut self, input: Input<Message>) -> Vec<Effect<Message>> {
        let mut out = Vec::new();
        let me = Some(ValidatorId(self.me));
        let context = self
            .environment
            .context(&self.sets, self.now, NodeId(self.me), me);
        P::step(&mut self.state, &context, input, &mut out);
        for effect in out.clone() {
            let back = match effect {
                Effect::Broadcast(message) => {
                    self.said.push(message.clone());
                    Input::Message(signed(self.me, message))
                }
                Effect::ValidateBlock { block, .. } => Input::Validated { block, valid: true },
                _ => continue,
            };
            out.extend(self.input(back));
        }
        out
    }

    fn hear(&mut self, signer: u16, message: Message) -> Vec<Effect<Message>> {
        self.input(Input::Message(signed(signer, message)))
    }

    fn votes(&mut self, signers: &[u16], link: Link) {
        for signer in signers {
            self.hear(*signer, Message::Vote(link));
        }
    }

    fn skips(&mut self, signers: &[u16], view: View) {
        self.now += DELTA;
        for signer in signers {
            self.hear(*signer, Message::Skip { view, height: 1 });
        }
    }

    /// The timer of the view it is in fires.
    fn time_out(&mut self) {
        let slot = Slot {
            height: self.state.height,
            round: self.state.view,
        };
        self.input(Input::Timer(Timer { kind: 0, slot }));
    }

    fn said_in(&self, view: View) -> Vec<&Message> {
        let mine = self.said.iter().filter(|m| m.view() == view);
        mine.filter(|m| !matches!(m, Message::Certificate(_)))
            .collect()
    }

    fn handed_on(&self, view: View) -> usize {
        let all = self.said.iter().filter(|m| m.view() == view);
        all.filter(|m| matches!(m, Message::Certificate(_))).count()
    }
}

fn decided(effects: &[Effect<Message>]) -> Option<(u64, Vec<BlockId>)> {
    effects.iter().find_map(|e| match e {
        Effect::Decide { first, blocks, .. } => Some((*first, blocks.clone())),
        _ => None,
    })
}

// ------------------------------------------------------------------------------------------ Simplex

#[test]
fn s1_a_view_starts_a_timer_of_three_delta() {
    let mut node = simplex();
    let out = node.input(Input::Restarted);
    let timer = out.iter().find_map(|e| match e {
        Effect::SetTimer { timer, after } if timer.slot.round == 1 => Some(*after),
        _ => None,
    });
    assert_eq!(timer, Some(3 * DELTA));
}

#[test]
fn s2_a_leader_builds_on_the_highest_notarized_block_with_all_views_between_skipped() {
    let mut node = simplex();
    let a = first(1, "A");
    node.hear(0, Message::Propose(a));
    node.votes(&[0, 1], a);
    assert_eq!(node.state.view, 2);
    node.skips(&[0, 1, 2], 2);
    node.time_out();
    // Validator 3 leads view 4, and view 3 is not skipped yet.
    assert_eq!((node.state.view, node.state.building), (3, None));
    let slot = node.state.slot();
    node.now += DELTA;
    let mut asked = Vec::new();
    for signer in 0..3 {
        let (view, height) = (3, 2);
        asked.extend(node.hear(signer, Message::Skip { view, height }));
    }
    let built = asked.iter().find_map(|e| match e {
        Effect::BuildBlock { slot, parents } => Some((*slot, parents.clone())),
        _ => None,
    });
    let (height, round) = (2, 4);
    assert_eq!(built, Some((Slot { height, round }, vec![a.block])));
    assert_eq!(slot.round, 3);
    let block = block("D");
    node.input(Input::Built {
        slot: Slot { height, round },
        block,
    });
    assert!(node.said.contains(&Message::Propose(on(&a, 4, "D"))));
}

#[test]
fn s3_votes_for_the_first_proposal_whose_parent_is_notarized_and_whose_views_between_are_skipped() {
    let mut node = simplex();
    let (a, b) = (first(1, "A"), first(1, "B"));
    // Not the leader's.
    node.hear(1, Message::Propose(b));
    assert_eq!(node.said_in(1).len(), 0);
    node.hear(0, Message::Propose(a));
    node.hear(0, Message::Propose(b));
    assert_eq!(node.said_in(1), [&Message::Vote(a)]);
    // On a block that is not notarized here.
    let mut node = simplex();
    node.skips(&[0, 1, 2], 1);
    let c = on(&a, 2, "C");
    node.hear(1, Message::Propose(c));
    assert_eq!(node.said_in(2).len(), 0);
    // The votes come late: now it is.
    node.hear(0, Message::Propose(a));
    node.votes(&[0, 1, 2], a);
    assert_eq!(node.said_in(2), [&Message::Vote(c)]);
}

#[test]
fn s3_a_proposal_that_passes_over_a_view_needs_its_skip() {
    let mut node = simplex();
    let a = first(1, "A");
    node.hear(0, Message::Propose(a));
    node.votes(&[0, 1], a);
    // Passes over view 1, which is notarized and not skipped.
    node.hear(1, Message::Propose(first(2, "B")));
    assert_eq!(node.said_in(2).len(), 0);
    node.skips(&[0, 1, 2], 1);
    assert_eq!(node.said_in(2), [&Message::Vote(first(2, "B"))]);
}

#[test]
fn s4_a_notarized_block_is_handed_on_finalized_and_left() {
    let mut node = simplex();
    let a = first(1, "A");
    node.hear(0, Message::Propose(a));
    node.votes(&[0], a);
    assert_eq!((node.state.view, node.handed_on(1)), (1, 0));
    node.votes(&[1], a);
    assert_eq!((node.state.view, node.handed_on(1)), (2, 1));
    assert_eq!(node.said_in(1), [&Message::Vote(a), &Message::Finalize(a)]);
}

#[test]
fn s4_a_certificate_notarizes_as_its_votes_do_unless_they_are_too_few_or_one_counts_twice() {
    let a = first(1, "A");
    let certificate = |signers: &[u16]| {
        let votes = signers.iter().map(|s| signed(*s, Message::Vote(a)));
        Message::Certificate(Certificate::new(votes.collect()))
    };
    for (signers, view) in [(&[0, 1, 2][..], 2), (&[0, 1], 1), (&[0, 1, 1], 1)] {
        let mut node = simplex();
        node.hear(2, certificate(signers));
        assert_eq!(node.state.view, view, "{signers:?}");
    }
    let again: Message = {
        let bytes = consensusforge_core::base::encode(&certificate(&[0, 1, 2]));
        consensusforge_core::base::decode(&bytes).expect("a message")
    };
    assert_eq!(again, certificate(&[0, 1, 2]));
    assert_eq!(again.justification().len(), 3);
}

#[test]
fn s5_a_view_change_follows_the_timer_and_no_finalize_follows_it() {
    let mut node = simplex();
    node.time_out();
    assert!(matches!(
        node.said_in(1)[..],
        [Message::Skip { view: 1, .. }]
    ));
    // It may still vote, but what is notarized then is not finalized by it.
    let a = first(1, "A");
    node.hear(0, Message::Propose(a));
    node.votes(&[0, 1], a);
    assert_eq!(node.state.view, 2);
    assert!(!node.said.contains(&Message::Finalize(a)));
}

#[test]
fn s5_after_a_finalize_the_old_timer_says_nothing() {
    let mut node = simplex();
    let a = first(1, "A");
    node.hear(0, Message::Propose(a));
    node.votes(&[0, 1], a);
    let (height, round) = (1, 1);
    node.input(Input::Timer(Timer {
        kind: 0,
        slot: Slot { height, round },
    }));
    assert!(
        !node
            .said
            .iter()
            .any(|m| matches!(m, Message::Skip { view: 1, .. }))
    );
}

#[test]
fn s6_a_quorum_of_view_changes_skips_the_view() {
    let mut node = simplex();
    node.skips(&[0, 1], 1);
    assert_eq!(node.state.view, 1);
    node.skips(&[2], 1);
    assert_eq!((node.state.view, node.handed_on(1)), (2, 1));
    // It never asked for the next view itself: a late notarization is still finalized.
    let a = first(1, "A");
    node.hear(0, Message::Propose(a));
    node.votes(&[0, 1, 2], a);
    assert!(node.said.contains(&Message::Finalize(a)));
}

#[test]
fn s7_a_quorum_of_finalizes_decides_a_block_and_all_before_it() {
    let mut node = simplex();
    let a = first(1, "A");
    let b = on(&a, 2, "B");
    node.hear(0, Message::Propose(a));
    node.votes(&[0, 1], a);
    node.hear(1, Message::Propose(b));
    node.votes(&[0, 1], b);
    assert_eq!(node.state.last_final.height, 0);
    node.hear(0, Message::Finalize(b));
    let out = node.hear(1, Message::Finalize(b));
    assert_eq!(decided(&out), Some((1, vec![a.block, b.block])));
    assert_eq!(node.state.last_final, b);
}

#[test]
fn s7_a_proof_of_several_blocks_brings_a_validator_that_was_away_to_the_same_place() {
    let mut node = simplex();
    let a = first(1, "A");
    let b = on(&a, 2, "B");
    let mut proof: Vec<_> = (0..3).map(|s| signed(s, Message::Finalize(b))).collect();
    proof.extend((0..3).map(|s| signed(s, Message::Vote(a))));
    let certificate = |proof: &[Arc<Signed<Message>>]| Input::Certificate {
        first: 1,
        blocks: vec![a.block, b.block],
        proof: proof.to_vec().into(),
    };
    // Without the votes for A anybody could have put any block there.
    assert_eq!(decided(&node.input(certificate(&proof[..3]))), None);
    let out = node.input(certificate(&proof));
    assert_eq!(decided(&out), Some((1, vec![a.block, b.block])));
    assert_eq!(node.state.view, 3);
}

#[test]
fn nobody_finalizes_and_changes_the_view_and_whoever_does_is_accused() {
    let mut node = simplex();
    let a = first(1, "A");
    node.hear(0, Message::Finalize(a));
    let out = node.hear(0, Message::Skip { view: 1, height: 1 });
    let accused = |e: &Effect<Message>| matches!(e, Effect::Accuse(e) if e.offender.0 == 0);
    assert!(out.iter().any(accused));
    node.hear(1, Message::Vote(a));
    let out = node.hear(1, Message::Vote(first(1, "B")));
    assert!(
        out.iter()
            .any(|e| matches!(e, Effect::Accuse(e) if e.offender.0 == 1))
    );
}

// ----------------------------------------------------------------------------------------- Minimmit

#[test]
fn m1_a_view_starts_a_timer_of_two_delta() {
    let out = six().input(Input::Restarted);
    let timer = out.iter().find_map(|e| match e {
        Effect::SetTimer { timer, after } if timer.slot.round == 1 => Some(*after),
        _ => None,
    });
    assert_eq!(timer, Some(2 * DELTA));
}

#[test]
fn m2_the_proposal_is_its_leaders_notarize() {
    let mut node = six();
    for view in 1..=5 {
        node.skips(&[0, 1, 2], view);
    }
    // Validator 5 leads view 6.
    let slot = Slot {
        height: 1,
        round: 6,
    };
    let block = block("F");
    node.input(Input::Built { slot, block });
    assert_eq!(node.said_in(6), [&Message::Propose(first(6, "F"))]);
    assert_eq!(node.state.views[&6].votes[&first(6, "F")].stake, 1);
}

#[test]
fn m3_notarizes_one_block_and_none_after_a_nullify() {
    let mut node = six();
    node.hear(0, Message::Propose(first(1, "A")));
    node.hear(0, Message::Propose(first(1, "B")));
    assert_eq!(node.said_in(1), [&Message::Vote(first(1, "A"))]);
    let mut node = six();
    node.time_out();
    node.hear(0, Message::Propose(first(1, "A")));
    assert!(matches!(node.said_in(1)[..], [Message::Skip { .. }]));
}

#[test]
fn m4_the_timer_nullifies_only_where_nothing_was_notarized() {
    let mut node = six();
    node.hear(0, Message::Propose(first(1, "A")));
    node.time_out();
    assert_eq!(node.said_in(1), [&Message::Vote(first(1, "A"))]);
}

#[test]
fn m5_l_notarizes_advance_and_m6_q_of_them_finalize() {
    let mut node = six();
    let a = first(1, "A");
    // The proposal and its own: two of the three that are L.
    node.hear(0, Message::Propose(a));
    assert_eq!(node.state.view, 1);
    node.votes(&[1], a);
    assert_eq!((node.state.view, node.handed_on(1)), (2, 1));
    node.votes(&[2], a);
    assert_eq!(node.state.last_final.height, 0);
    let out = node.hear(3, Message::Vote(a));
    assert_eq!(decided(&out), Some((1, vec![a.block])));
}

#[test]
fn m7_l_nullifies_advance() {
    let mut node = six();
    node.skips(&[0, 1], 1);
    assert_eq!(node.state.view, 1);
    node.skips(&[2], 1);
    assert_eq!((node.state.view, node.handed_on(1)), (2, 1));
}

#[test]
fn m8_nullifies_after_a_notarize_only_when_l_others_stand_against_it() {
    let mut node = six();
    node.hear(0, Message::Propose(first(1, "A")));
    node.votes(&[1, 2], first(1, "B"));
    assert_eq!(node.said_in(1).len(), 1, "two are not L");
    // One of the two again, by another name: still two.
    node.skips(&[1], 1);
    assert_eq!(node.said_in(1).len(), 1, "distinct validators count");
    node.skips(&[3], 1);
    assert!(matches!(node.said_in(1)[..], [_, Message::Skip { .. }]));
}

// ------------------------------------------------------------------------- papers, code and tests agree

#[test]
fn every_rule_has_its_row_and_its_test() {
    let tests = include_str!("simplex_rules.rs");
    let papers = [
        (
            include_str!("../../docs/papers/simplex.md"),
            Simplex::INFO.rules,
        ),
        (
            include_str!("../../docs/papers/minimmit.md"),
            Minimmit::INFO.rules,
        ),
    ];
    for (paper, rules) in papers {
        let rows: Vec<&str> = paper
            .lines()
            .filter_map(|line| line.strip_prefix("| ")?.split_once(" |").map(|(id, _)| id))
            .filter(|id| id.chars().nth(1).is_some_and(|c| c.is_ascii_digit()))
            .collect();
        let known: Vec<&str> = rules.iter().map(|r| r.id).collect();
        assert_eq!(rows, known);
        for id in rows {
            let named = format!("{}_", id.to_lowercase());
            let tested = tests
                .lines()
                .any(|l| l.starts_with("fn ") && l.contains(&named));
            assert!(tested, "{id} has no test");
        }
    }
}

// ------------------------------------------------------------------------------------- closed formulas

const D: u64 = 50_000;

fn calm<const N: usize>(protocol: &str, n: usize, params: [(&str, u64); N]) -> Scenario {
    let mut scenario = Scenario {
        validators: (0..n).map(|i| ValidatorSpec::numbered(i, 10)).collect(),
        protocol: ProtocolSpec {
            name: protocol.into(),
            proposer: ProposerSpec::Rotation,
            params: ParamsSpec::from(params),
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

/// Height and instant of every decision of every validator.
fn decisions(scenario: &Scenario, until: u64) -> Vec<(u64, u64)> {
    let mut session = Session::open(scenario.clone()).expect("possible");
    session.run_to(until);
    let all = session.decisions();
    all.iter().map(|d| (d.height, d.at_us)).collect()
}

#[test]
fn simplex_goes_on_after_two_delays_and_is_final_after_three() {
    for n in [4, 7, 10, 16] {
        let decided = decisions(&calm("simplex", n, []), 2_000_000);
        assert!(decided.len() >= 15 * n, "n = {n}: {}", decided.len());
        for (height, at) in decided {
            assert_eq!(at, (height - 1) * 2 * D + 3 * D, "n = {n}, height {height}");
        }
    }
}

#[test]
fn minimmit_goes_on_and_is_final_after_two_delays() {
    for n in [6, 7, 10, 16] {
        let decided = decisions(&calm("minimmit", n, []), 2_000_000);
        assert!(decided.len() >= 15 * n, "n = {n}: {}", decided.len());
        for (height, at) in decided {
            assert_eq!(at, height * 2 * D, "n = {n}, height {height}");
        }
    }
}

/// Views count on through all heights: the 20th block of a calm run took one view like the first.
#[test]
fn a_calm_height_takes_one_view() {
    for protocol in ["simplex", "minimmit"] {
        let mut session = Session::open(calm(protocol, 6, [])).expect("possible");
        session.run_to(2_000_000);
        let metrics = session.frame().metrics;
        assert!(metrics.height > 15, "{protocol}: {}", metrics.height);
        assert!((metrics.rounds_per_height - 1.0).abs() < 1e-9, "{protocol}");
    }
}

/// What two certificates have in common at the least that must not both exist: in Minimmit a final block's and
/// a notarized one's, f + 1 by the paper's thresholds, more than a fifth by the strict ones.
#[test]
fn how_many_liars_are_enough_to_fork_follows_the_thresholds() {
    let fork = "enough to fork the chain";
    let stall = "v1 and v2 hold 20 % of the stake, enough to stall the chain, not to fork it.";
    for (protocol, parameter, choice, liars, can) in [
        (
            "minimmit",
            "thresholds",
            "paper",
            1,
            "less than a fifth: it can neither fork nor stop",
        ),
        (
            "minimmit",
            "thresholds",
            "paper",
            2,
            "exactly a fifth, enough to fork",
        ),
        ("minimmit", "thresholds", "strict", 2, stall),
        (
            "minimmit",
            "thresholds",
            "strict",
            3,
            "more than a fifth, enough to fork",
        ),
        (
            "minimmit",
            "thresholds",
            "low",
            1,
            "holds 10 % of the stake, enough to fork",
        ),
        (
            "simplex",
            "quorum",
            "two_thirds",
            3,
            "less than a third: it can neither fork nor stop",
        ),
        ("simplex", "quorum", "two_thirds", 4, fork),
        (
            "simplex",
            "quorum",
            "half",
            2,
            "hold 20 % of the stake, enough to fork",
        ),
    ] {
        let mut scenario = calm(protocol, 10, []);
        let choice = ParamValue::Choice(choice.into());
        scenario.protocol.params.set(parameter, choice);
        scenario.adversary.who = Who::Names((1..=liars).map(|i| format!("v{i}")).collect());
        let sentence = Session::open(scenario)
            .expect("possible")
            .frame()
            .adversary
            .sentence;
        assert!(
            sentence.contains(can),
            "{protocol}, {liars} of 10: {sentence}"
        );
    }
}

/// Copies sent of each kind but certificates, and of certificates, for `views` whole views.
fn copies(scenario: &Scenario, views: u64) -> (u64, u64) {
    let mut session = Session::open(scenario.clone()).expect("possible");
    // All of the last view has been sent, and the next one has not begun.
    session.run_to(views * 2 * D - 1);
    let kinds = session.frame().metrics.messages_by_kind;
    let sum = |certificates: bool| -> u64 {
        let of = kinds
            .iter()
            .filter(|k| (k.kind == "certificate") == certificates);
        of.map(|k| k.sent).sum()
    };
    (sum(false), sum(true))
}

#[test]
fn a_view_costs_what_the_formulas_say() {
    for n in [6u64, 7, 10] {
        let views = 5;
        let size = n as usize;
        // The finalizes and the certificates of a view leave when the next one begins: one view fewer.
        let simplex = copies(&calm("simplex", size, []), views);
        let (votes, finalizes) = ((n - 1) * (n + 1), n * (n - 1));
        assert_eq!(
            simplex.0,
            views * votes + (views - 1) * finalizes,
            "n = {n}"
        );
        assert_eq!(simplex.1, (views - 1) * n * (n - 1), "n = {n}");
        let minimmit = copies(&calm("minimmit", size, []), views);
        assert_eq!(
            minimmit,
            (views * n * (n - 1), (views - 1) * n * (n - 1)),
            "n = {n}"
        );
    }
}

#[test]
fn a_silent_leader_costs_its_timeout_and_one_delay() {
    for (protocol, deltas) in [("simplex", 3), ("minimmit", 2)] {
        let mut scenario = calm(protocol, 7, [("delta_us", DELTA)]);
        scenario.adversary = AdversarySpec {
            who: Who::Names(vec!["v1".into()]),
            strategy: StrategySpec::Silent,
        };
        // v1 leads the first view: the others enter the second one when its time is up and the votes to
        // skip it have arrived.
        let started = deltas * DELTA + D;
        let height = decisions(&scenario, 2_000_000)
            .into_iter()
            .find(|(height, _)| *height == 1)
            .expect("decided");
        let finality = if protocol == "simplex" { 3 } else { 2 };
        assert_eq!(height.1, started + finality * D, "{protocol}");
    }
}

// --------------------------------------------------------------------------------- random schedules, bounds

/// Liars below the bound: nothing forks, and after the network is calm everybody goes on.
fn weather(protocol: &str, one_in: u64) -> Coverage {
    let mut coverage = Coverage::default();
    for seed in 1..=20 {
        let scenario = storm_under(protocol, one_in, seed);
        survive(seed, &scenario, one_in, &mut coverage);
    }
    assert!(coverage.restarts > 3, "restarts: {}", coverage.restarts);
    assert!(coverage.caught_up > 3, "caught up: {}", coverage.caught_up);
    assert!(coverage.skips > 10, "skipped views: {}", coverage.skips);
    coverage
}

#[test]
fn simplex_survives_random_schedules_with_liars_up_to_a_third() {
    let coverage = weather("simplex", 3);
    let equivocations = coverage.equivocations;
    assert!(equivocations > 10, "equivocations: {equivocations}");
}

#[test]
fn minimmit_survives_random_schedules_with_liars_below_a_fifth() {
    weather("minimmit", 5);
}
