//! One test a rule of Votor, named for it; then the tables of certificates, fallback events and finality, times and
//! message counts by closed formula, and what faults cost. In rule tests the node under test is the last of its
//! validators; the window of slots 1 to 4 is led by validator 0, counting from 0.

use consensusforge_core::base::{Micros, decode, encode, hash_bytes};
use consensusforge_core::consensus::proposer::{Rule, Schedule};
use consensusforge_core::consensus::simplex::{Link, View};
use consensusforge_core::consensus::votor::message::{Certificate, Proves};
use consensusforge_core::consensus::votor::{Message, Params, State, Votor};
use consensusforge_core::consensus::{Effect, Environment, Input, Message as _, Protocol, Timer};
use consensusforge_core::session::Session;
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::{
    AdversarySpec, CrashSpec, Cut, LatencySpec, ParamValue, PartitionSpec, ProposerSpec,
    ProtocolSpec, PuppetLine, StrategySpec, ValidatorSpec, ValueSpec, Who, WorkloadSpec,
};
use consensusforge_core::session::view::VerdictKind;
use consensusforge_core::types::{
    BlockId, NodeId, Signature, Signed, Slot, ValidatorId, ValidatorSets,
};
use consensusforge_tests::one_node::{genesis, validators};
use consensusforge_tests::swarm::{CALM, Coverage, Dice, END, storm_under, survive, way_back};
use std::collections::BTreeSet;
use std::sync::Arc;

const DELTA: Micros = 100_000;
const BLOCK: Micros = 200_000;

struct Node {
    sets: ValidatorSets,
    environment: Environment<Params>,
    state: State,
    me: u16,
    /// Everything it ever sent.
    said: Vec<Message>,
    /// Bodies that come at once when they are asked for.
    has_bodies: bool,
}

/// The last of validators with these stakes, started.
fn node(stakes: &[u64]) -> Node {
    let params = Params {
        delta_us: DELTA,
        delta_block_us: BLOCK,
        ..Params::default()
    };
    let mut node = Node {
        sets: validators(stakes),
        state: Votor::new(genesis(), &params),
        environment: Environment {
            proposers: Schedule::new(Rule::Rotation),
            params,
            block_interval: 1,
        },
        me: u16::try_from(stakes.len() - 1).expect("few"),
        said: Vec::new(),
        has_bodies: true,
    };
    node.input(Input::Start);
    node
}

/// Validator 9 of ten with one unit each.
fn ten() -> Node {
    node(&[1; 10])
}

fn link(parent: &Link, view: View, name: &str) -> Link {
    Link {
        view,
        height: parent.height + 1,
        block: hash_bytes("test/block", name.as_bytes()),
        parent_view: parent.view,
        parent: parent.block,
    }
}

/// A block of slot 1 on genesis.
fn first(name: &str) -> Link {
    link(&Link::genesis(genesis()), 1, name)
}

fn signed(signer: u16, message: Message) -> Arc<Signed<Message>> {
    Signed::with_signature(message, ValidatorId(signer), Signature([0; 64]))
}

fn skip(view: View) -> Message {
    Message::Skip { view, height: 1 }
}

fn skip_fallback(view: View) -> Message {
    Message::SkipFallback { view, height: 1 }
}

fn finalize(view: View) -> Message {
    Message::Final { view, height: 1 }
}

impl Node {
    /// Own messages, bodies and answers about validity (yes) come back at once.
    fn input(&mut self, input: Input<Message>) -> Vec<Effect<Message>> {
        let mut out = Vec::new();
        let me = Some(ValidatorId(self.me));
        let context = self.environment.context(&self.sets, 0, NodeId(self.me), me);
        Votor::step(&mut self.state, &context, input, &mut out);
        for effect in out.clone() {
            let back = match effect {
                Effect::Broadcast(message) => {
                    self.said.push(message.clone());
                    Input::Message(signed(self.me, message))
                }
                Effect::ValidateBlock { block, .. } => Input::Validated { block, valid: true },
                Effect::FetchBlock { block, .. } if self.has_bodies => Input::Fetched { block },
                _ => continue,
            };
            out.extend(self.input(back));
        }
        out
    }

    fn hear(&mut self, signer: u16, message: Message) -> Vec<Effect<Message>> {
        self.input(Input::Message(signed(signer, message)))
    }

    fn hear_all(
        &mut self,
        signers: impl IntoIterator<Item = u16>,
        message: &Message,
    ) -> Vec<Effect<Message>> {
        let each = signers.into_iter().map(|s| self.hear(s, message.clone()));
        each.collect::<Vec<_>>().concat()
    }

    /// A certificate of these signers, from validator 0.
    fn certificate(
        &mut self,
        proves: Proves,
        signers: &[u16],
        vote: &Message,
    ) -> Vec<Effect<Message>> {
        let votes = signers.iter().map(|s| signed(*s, vote.clone()));
        let certificate = Certificate::new(proves, votes.collect());
        self.hear(0, Message::Certificate(certificate))
    }

    fn time_out(&mut self, view: View) -> Vec<Effect<Message>> {
        let slot = Slot {
            height: 1,
            round: view,
        };
        self.input(Input::Timer(Timer { kind: 0, slot }))
    }

    /// What it said of a slot, in order, certificates apart and as if it stood at height 1.
    fn votes(&self, view: View) -> Vec<Message> {
        let mine = self.said.iter().filter(|m| m.view() == view);
        let said = mine.filter(|m| !matches!(m, Message::Certificate(_)));
        said.map(|message| match message {
            Message::Skip { view, .. } => skip(*view),
            Message::SkipFallback { view, .. } => skip_fallback(*view),
            Message::Final { view, .. } => finalize(*view),
            other => other.clone(),
        })
        .collect()
    }

    /// What it handed on of a slot.
    fn proved(&self, view: View) -> Vec<Proves> {
        let certificates = self.said.iter().filter_map(|m| match m {
            Message::Certificate(c) if m.view() == view => Some(c.proves),
            _ => None,
        });
        certificates.collect()
    }
}

fn decided(effects: &[Effect<Message>]) -> Option<(u64, Vec<BlockId>)> {
    effects.iter().find_map(|e| match e {
        Effect::Decide { first, blocks, .. } => Some((*first, blocks.clone())),
        _ => None,
    })
}

fn timers(effects: &[Effect<Message>], kind: u8) -> Vec<(View, Micros)> {
    let all = effects.iter().filter_map(|e| match e {
        Effect::SetTimer { timer, after } if timer.kind == kind => Some((timer.slot.round, *after)),
        _ => None,
    });
    all.collect()
}

fn built(effects: &[Effect<Message>]) -> Vec<(Slot, BlockId)> {
    let all = effects.iter().filter_map(|e| match e {
        Effect::BuildBlock { slot, parents } => Some((*slot, parents[0])),
        _ => None,
    });
    all.collect()
}

// ------------------------------------------------------------------------------------- one test a rule

#[test]
fn v1_a_ready_parent_starts_the_timers_of_its_window() {
    let mut node = ten();
    let out = node.input(Input::Restarted);
    let expected = |first: View| -> Vec<(View, Micros)> {
        (0..4)
            .map(|i| (first + i, 3 * DELTA + Micros::from(i + 1) * BLOCK))
            .collect()
    };
    assert_eq!(timers(&out, 0), expected(1));
    // A certified block of slot 3 alone does not open the window of slot 5: slot 4 is not skipped.
    let a = first("A");
    let b = link(&a, 2, "B");
    let c = link(&b, 3, "C");
    let six: Vec<u16> = (0..6).collect();
    let out = node.certificate(Proves::NotarFallback(c), &six, &Message::Notar(c));
    assert_eq!(timers(&out, 0), []);
    let out = node.certificate(Proves::Skipped(4), &six, &skip(4));
    assert_eq!(timers(&out, 0), expected(5));
    // A second parent starts no timer again.
    let other = link(&b, 3, "C'");
    let out = node.certificate(Proves::NotarFallback(other), &six, &Message::Notar(other));
    assert_eq!(timers(&out, 0), []);
}

#[test]
fn v2_a_leader_builds_one_block_every_delta_block_each_on_the_one_before() {
    // Validator 1 of two leads slots 5 to 8.
    let mut node = node(&[9, 1]);
    let a = first("A");
    node.hear(0, Message::Propose(a));
    let out = node.hear_all([0], &Message::Notar(a));
    assert!(timers(&out, 1).is_empty(), "slots 2 to 4 come first");
    let mut out = Vec::new();
    for view in 2..5 {
        out.extend(node.hear(0, skip(view)));
    }
    assert_eq!(
        timers(&out, 1),
        [(5, BLOCK), (6, 2 * BLOCK), (7, 3 * BLOCK), (8, 4 * BLOCK)]
    );
    let due = |node: &mut Node, view| {
        let slot = Slot {
            height: 2,
            round: view,
        };
        built(&node.input(Input::Timer(Timer { kind: 1, slot })))
    };
    let slot = |height, round| Slot { height, round };
    assert_eq!(due(&mut node, 5), [(slot(2, 5), a.block)]);
    // The block of slot 5 takes long to build: slot 6 waits for it.
    assert_eq!(due(&mut node, 6), []);
    let b = link(&a, 5, "B");
    let out = node.input(Input::Built {
        slot: slot(2, 5),
        block: b.block,
    });
    assert_eq!(node.votes(5), [Message::Propose(b), Message::Notar(b)]);
    assert_eq!(built(&out), [(slot(3, 6), b.block)]);
}

#[test]
fn v2_a_leader_that_skipped_its_window_proposes_nothing_more_in_it() {
    let mut node = node(&[9, 1]);
    let a = first("A");
    node.hear(0, Message::Propose(a));
    node.hear(0, Message::Notar(a));
    for view in 2..5 {
        node.hear(0, skip(view));
    }
    node.time_out(5);
    let slot = Slot {
        height: 2,
        round: 5,
    };
    let out = node.input(Input::Timer(Timer { kind: 1, slot }));
    assert_eq!(built(&out), []);
}

#[test]
fn v3_the_first_slot_is_voted_for_once_its_parent_is_ready() {
    let mut node = ten();
    let (a, b) = (first("A"), first("B"));
    // Not the leader's.
    node.hear(1, Message::Propose(b));
    assert!(node.votes(1).is_empty());
    node.hear(0, Message::Propose(a));
    node.hear(0, Message::Propose(b));
    assert_eq!(node.votes(1), [Message::Notar(a)], "one vote a slot");
    // Slot 5 on a block that is certified, but slots between are not skipped yet.
    let c = link(&a, 5, "C");
    let six: Vec<u16> = (0..6).collect();
    node.certificate(Proves::Notarized(a), &six, &Message::Notar(a));
    node.hear(1, Message::Propose(c));
    for view in 2..=4 {
        assert!(node.votes(5).is_empty());
        node.certificate(Proves::Skipped(view), &six, &skip(view));
    }
    assert_eq!(node.votes(5), [Message::Notar(c)]);
}

#[test]
fn v4_the_other_slots_are_voted_for_after_a_vote_for_the_parent() {
    let mut node = ten();
    let a = first("A");
    let b = link(&a, 2, "B");
    // The second block overtakes the first.
    node.hear(0, Message::Propose(b));
    assert!(node.votes(2).is_empty());
    node.hear(0, Message::Propose(a));
    assert_eq!(node.votes(2), [Message::Notar(b)]);
    // A certificate for another parent does not do, nor does one of an earlier slot.
    let mut node = ten();
    let other = first("A'");
    let six: Vec<u16> = (0..6).collect();
    node.hear(0, Message::Propose(a));
    node.certificate(Proves::Notarized(other), &six, &Message::Notar(other));
    node.hear(0, Message::Propose(link(&other, 2, "B'")));
    node.hear(0, Message::Propose(link(&a, 3, "C")));
    assert!(node.votes(2).is_empty() && node.votes(3).is_empty());
}

#[test]
fn v5_a_timeout_skips_the_rest_of_the_window() {
    let mut node = ten();
    let a = first("A");
    node.hear(0, Message::Propose(a));
    // It has voted in slot 1, so its timer says nothing.
    node.time_out(1);
    assert_eq!(node.votes(1), [Message::Notar(a)]);
    node.time_out(2);
    for view in 2..=4 {
        assert_eq!(node.votes(view), [skip(view)]);
    }
    assert!(node.votes(5).is_empty(), "the next window is another's");
    // No notar vote follows a skip vote.
    node.hear(0, Message::Propose(link(&a, 2, "B")));
    assert_eq!(node.votes(2), [skip(2)]);
}

#[test]
fn v6_safe_to_notar_skips_the_rest_of_the_window_and_ends_final_votes() {
    let mut node = ten();
    let (a, b) = (first("A"), first("B"));
    // Before its own vote nothing is safe.
    node.hear_all(1..5, &Message::Notar(b));
    assert!(node.votes(1).is_empty());
    node.hear(0, Message::Propose(a));
    let expected = [Message::Notar(a), Message::NotarFallback(b)];
    assert_eq!(node.votes(1), expected);
    assert_eq!(node.votes(2), [skip(2)]);
    // A is notarized after all, and this validator does not finalize it.
    let six: Vec<u16> = (3..9).collect();
    node.certificate(Proves::Notarized(a), &six, &Message::Notar(a));
    assert_eq!(node.votes(1).len(), 2);
    // Whoever voted to finalize casts no fallback vote.
    let mut node = ten();
    node.hear(0, Message::Propose(a));
    node.certificate(Proves::Notarized(a), &six, &Message::Notar(a));
    node.hear_all(1..5, &Message::Notar(b));
    let expected = [Message::Notar(a), finalize(1)];
    assert_eq!(node.votes(1), expected);
    assert_eq!(
        node.votes(4),
        [skip(4)],
        "the rest of the window is skipped"
    );
}

#[test]
fn v6_outside_the_first_slot_the_block_is_fetched_and_its_parent_certified() {
    let (a, six) = (first("A"), (0..6).collect::<Vec<u16>>());
    let b = link(&a, 2, "B");
    let mut node = ten();
    node.has_bodies = false;
    node.time_out(1);
    let out = node.hear_all(1..5, &Message::Notar(b));
    let fetched =
        |e: &Effect<Message>| matches!(e, Effect::FetchBlock { block, .. } if *block == b.block);
    assert_eq!(
        out.iter().filter(|e| fetched(e)).count(),
        1,
        "asked for once"
    );
    node.input(Input::Fetched { block: b.block });
    assert_eq!(node.votes(2), [skip(2)], "its parent is not certified");
    node.certificate(Proves::NotarFallback(a), &six, &Message::Notar(a));
    let expected = [skip(2), Message::NotarFallback(b)];
    assert_eq!(node.votes(2), expected);
    // The other way round.
    let mut node = ten();
    node.has_bodies = false;
    node.time_out(1);
    node.certificate(Proves::NotarFallback(a), &six, &Message::Notar(a));
    node.hear_all(1..5, &Message::Notar(b));
    assert_eq!(node.votes(2), [skip(2)], "it is not here");
    node.input(Input::Fetched { block: b.block });
    assert_eq!(node.votes(2).len(), 2);
}

#[test]
fn v7_safe_to_skip_skips_the_rest_of_the_window_and_ends_final_votes() {
    let mut node = ten();
    let a = first("A");
    node.hear_all(1..5, &skip(1));
    assert!(
        node.votes(1).is_empty(),
        "before its own vote nothing is safe"
    );
    node.hear(0, Message::Propose(a));
    assert_eq!(node.votes(1), [Message::Notar(a), skip_fallback(1)]);
    assert_eq!(node.votes(3), [skip(3)]);
    node.certificate(
        Proves::Notarized(a),
        &[3, 4, 5, 6, 7, 8],
        &Message::Notar(a),
    );
    assert_eq!(node.votes(1).len(), 2, "no final vote");
    // Who skips in the first place needs no fallback.
    let mut node = ten();
    node.time_out(1);
    node.hear_all(1..9, &skip(1));
    assert_eq!(node.votes(1), [skip(1)]);
}

#[test]
fn v8_enough_votes_make_each_kind_of_certificate_and_one_unit_less_does_not() {
    let a = first("A");
    let table: [(Proves, &[Message], u64); 7] = [
        (Proves::FastFinal(a), &[Message::Notar(a)], 80),
        (Proves::Notarized(a), &[Message::Notar(a)], 60),
        (Proves::NotarFallback(a), &[Message::Notar(a)], 60),
        (
            Proves::NotarFallback(a),
            &[Message::Notar(a), Message::NotarFallback(a)],
            60,
        ),
        (Proves::Skipped(1), &[skip(1)], 60),
        (Proves::Skipped(1), &[skip(1), skip_fallback(1)], 60),
        (Proves::Final(1), &[finalize(1)], 60),
    ];
    for (proves, votes, needed) in table {
        for (stake, made) in [(needed, true), (needed - 1, false)] {
            // Validator 0 has half of it, validator 1 the rest; with two kinds of votes each casts another kind.
            let half = stake / 2;
            let stakes = [half, stake - half, 99 - stake, 1];
            let mut heard = node(&stakes);
            heard.hear(0, votes[0].clone());
            heard.hear(1, votes[votes.len() - 1].clone());
            assert_eq!(
                heard.proved(1).contains(&proves),
                made,
                "{proves:?} of {stake}"
            );
            // The same as a certificate.
            let mut told = node(&stakes);
            let both = [
                signed(0, votes[0].clone()),
                signed(1, votes[votes.len() - 1].clone()),
            ];
            let certificate = Message::Certificate(Certificate::new(proves, both.to_vec()));
            told.hear(2, certificate.clone());
            assert_eq!(told.proved(1) == [proves], made, "{proves:?} of {stake}");
            let again: Message = decode(&encode(&certificate)).expect("a message");
            assert_eq!(again, certificate);
            assert_eq!(again.justification().len(), 2);
        }
    }
}

#[test]
fn v8_who_votes_twice_towards_a_certificate_counts_once() {
    let a = first("A");
    for (vote, fallback) in [
        (Message::Notar(a), Message::NotarFallback(a)),
        (skip(1), skip_fallback(1)),
    ] {
        for turned in [false, true] {
            let mut node = node(&[40, 59, 1]);
            let (one, other) = if turned {
                (&fallback, &vote)
            } else {
                (&vote, &fallback)
            };
            node.hear(0, one.clone());
            node.hear(0, other.clone());
            assert!(node.proved(1).is_empty(), "40 % are not 80 %");
        }
        let mut node = node(&[40, 59, 1]);
        let twice = vec![signed(0, vote.clone()), signed(0, fallback.clone())];
        let proves = if vote == skip(1) {
            Proves::Skipped(1)
        } else {
            Proves::NotarFallback(a)
        };
        node.hear(1, Message::Certificate(Certificate::new(proves, twice)));
        assert!(node.proved(1).is_empty());
        // Votes of the wrong kind, and for another block.
        node.certificate(proves, &[0, 1], &Message::Notar(first("B")));
        node.certificate(Proves::Final(1), &[0, 1], &skip(1));
        assert!(node.proved(1).is_empty());
    }
}

#[test]
fn v8_a_missing_block_is_fetched_from_one_who_voted_for_it() {
    let a = first("A");
    let mut node = ten();
    node.has_bodies = false;
    let mut votes: Vec<_> = (0..5)
        .map(|s| signed(s, Message::NotarFallback(a)))
        .collect();
    votes.push(signed(5, Message::Notar(a)));
    let certificate = Certificate::new(Proves::NotarFallback(a), votes);
    let out = node.hear(1, Message::Certificate(certificate));
    let asked = out.iter().find_map(|e| match e {
        Effect::FetchBlock { from, .. } => Some(*from),
        _ => None,
    });
    assert_eq!(asked, Some(ValidatorId(5)));
}

#[test]
fn v9_a_notarized_block_that_it_voted_for_is_finalized() {
    let a = first("A");
    let mut node = ten();
    node.hear(0, Message::Propose(a));
    node.hear_all(0..4, &Message::Notar(a));
    assert_eq!(node.votes(1).len(), 1, "its own is the fifth of six");
    node.hear(4, Message::Notar(a));
    assert_eq!(node.votes(1), [Message::Notar(a), finalize(1)]);
    // The certificate first, the vote after it.
    let mut node = ten();
    node.certificate(
        Proves::Notarized(a),
        &[0, 1, 2, 3, 4, 5],
        &Message::Notar(a),
    );
    assert!(node.votes(1).is_empty());
    node.hear(0, Message::Propose(a));
    assert_eq!(node.votes(1).len(), 2);
    // A block that may be built upon is not notarized yet.
    let mut node = ten();
    node.hear(0, Message::Propose(a));
    node.certificate(
        Proves::NotarFallback(a),
        &[0, 1, 2, 3, 4, 5],
        &Message::NotarFallback(a),
    );
    assert_eq!(node.votes(1), [Message::Notar(a)]);
}

#[test]
fn v10_four_fifths_decide_a_block_and_all_before_it() {
    let a = first("A");
    let b = link(&a, 2, "B");
    let mut node = ten();
    node.hear(0, Message::Propose(a));
    node.hear(0, Message::Propose(b));
    node.hear_all(0..5, &Message::Notar(a));
    assert_eq!(node.state.last_final.height, 0);
    let out = node.hear_all(0..6, &Message::Notar(b));
    assert_eq!(decided(&out), None, "seven of ten");
    let out = node.hear(6, Message::Notar(b));
    assert_eq!(decided(&out), Some((1, vec![a.block, b.block])));
}

#[test]
fn v11_three_fifths_of_final_votes_decide_the_notarized_block() {
    let a = first("A");
    let mut node = ten();
    node.hear(0, Message::Propose(a));
    node.hear_all(0..5, &Message::Notar(a));
    let out = node.hear_all(0..4, &finalize(1));
    assert_eq!(decided(&out), None, "its own is the fifth of six");
    let out = node.hear(4, finalize(1));
    assert_eq!(decided(&out), Some((1, vec![a.block])));
}

#[test]
fn v12_the_first_notar_or_skip_vote_counts_and_three_fallback_votes() {
    let (a, b) = (first("A"), first("B"));
    let mut node = ten();
    node.hear(0, skip(1));
    let out = node.hear(0, Message::Notar(a));
    let accused = |out: &[Effect<Message>]| {
        let all = out.iter();
        all.filter(|e| matches!(e, Effect::Accuse(e) if e.offender.0 == 0))
            .count()
    };
    assert_eq!(accused(&out), 1);
    assert_eq!(
        accused(&node.hear(0, Message::Notar(b))),
        0,
        "once is enough"
    );
    let slot = &node.state.slots[&1];
    assert_eq!((slot.skip.stake, slot.notar(&a), slot.notar(&b)), (1, 0, 0));
    for name in ["A", "B", "C", "D"] {
        node.hear(1, Message::NotarFallback(first(name)));
    }
    let kept = &node.state.slots[&1].fallback;
    assert_eq!(kept.values().map(|pool| pool.stake).sum::<u64>(), 3);
    // Three fallback votes are no lie; one beside a final vote is.
    assert_eq!(accused(&node.hear(0, finalize(1))), 0, "already accused");
    let out = node.hear(1, finalize(1));
    assert!(
        out.iter()
            .any(|e| matches!(e, Effect::Accuse(e) if e.offender.0 == 1))
    );
}

// --------------------------------------------------------------------------------------------- tables

/// Every validator has a stake: who needs none, and never speaks, has one unit of another's who never speaks.
fn filled<const N: usize>(mut stakes: [u64; N], spare: usize) -> [u64; N] {
    for i in 0..N {
        if stakes[i] == 0 {
            stakes[i] = 1;
            stakes[spare] -= 1;
        }
    }
    assert_eq!(stakes.iter().sum::<u64>(), 100);
    stakes
}

/// Validator 0 votes notar for B, 1 votes to skip, 3 is the node under test, which voted for A or to skip.
#[test]
fn safe_to_notar_by_table() {
    let (a, b) = (first("A"), first("B"));
    for (notar, skips, safe) in [
        (40, 0, true),
        (39, 0, false),
        (20, 40, true),
        (19, 41, false),
        (20, 39, false),
        (39, 21, true),
        (39, 20, false),
        (1, 97, false),
    ] {
        let stakes = filled([notar, skips, 99 - notar - skips, 1], 2);
        let fallback = |node: &Node| node.votes(1).contains(&Message::NotarFallback(b));
        let mut voted = node(&stakes);
        voted.hear(0, Message::Propose(a));
        voted.hear(0, Message::Notar(b));
        if skips > 0 {
            voted.hear(1, skip(1));
        }
        assert_eq!(fallback(&voted), safe, "notar {notar}, skip {skips}");
        // One who skipped counts among those who skip: one unit more.
        let mut skipped = node(&stakes);
        skipped.time_out(1);
        skipped.hear(0, Message::Notar(b));
        if skips > 0 {
            skipped.hear(1, skip(1));
        }
        let one_more = notar >= 40 || notar >= 20 && notar + skips + 1 >= 60;
        assert_eq!(
            fallback(&skipped),
            one_more,
            "notar {notar}, skip {skips} + 1"
        );
        // Not for the block that it voted for itself.
        let mut own = node(&stakes);
        own.hear(0, Message::Propose(b));
        own.hear(0, Message::Notar(b));
        own.hear(1, skip(1));
        assert!(!fallback(&own));
    }
}

/// Of A's stake one unit is the node's own; B's and those who skip are others'.
#[test]
fn safe_to_skip_by_table() {
    for (for_a, for_b, skips, safe) in [
        (31, 20, 20, true),
        (31, 20, 19, false),
        (1, 0, 40, true),
        (1, 0, 39, false),
        // The strongest is what counts for nothing, whichever it is.
        (40, 40, 0, true),
        (39, 40, 0, false),
        (40, 39, 0, false),
        (1, 58, 39, true),
        (1, 58, 38, false),
        (59, 0, 39, false),
        (58, 0, 40, true),
    ] {
        let rest = 100 - for_a - for_b - skips;
        let stakes = [for_a - 1, for_b, skips, rest, 1];
        let mut node = node(&filled(stakes, 3));
        node.hear(0, Message::Propose(first("A")));
        for (signer, message) in [
            (1, Message::Notar(first("B"))),
            (2, skip(1)),
            (0, Message::Notar(first("A"))),
        ] {
            if stakes[signer] > 0 {
                node.hear(signer as u16, message);
            }
        }
        let told = node.votes(1).contains(&skip_fallback(1));
        assert_eq!(told, safe, "A {for_a}, B {for_b}, skip {skips}");
    }
}

#[test]
fn finality_by_table() {
    let (a, b) = (first("A"), first("B"));
    let fast = (Proves::FastFinal(a), Message::Notar(a));
    let notarized = (Proves::Notarized(a), Message::Notar(a));
    let fallback = (Proves::NotarFallback(a), Message::NotarFallback(a));
    let other = (Proves::NotarFallback(b), Message::NotarFallback(b));
    let finals = (Proves::Final(1), finalize(1));
    let skipped = (Proves::Skipped(1), skip_fallback(1));
    let table = [
        (vec![&fast], true),
        (vec![&notarized], false),
        (vec![&fallback], false),
        (vec![&finals], false),
        (vec![&notarized, &finals], true),
        (vec![&finals, &notarized], true),
        (vec![&fallback, &finals], false),
        (vec![&other, &finals, &notarized], true),
        (vec![&notarized, &fallback, &skipped], false),
    ];
    for (certificates, is_final) in table {
        let mut node = ten();
        let mut out = Vec::new();
        for (proves, vote) in &certificates {
            out.extend(node.certificate(*proves, &[0, 1, 2, 3, 4, 5, 6, 7], vote));
        }
        let expected = is_final.then(|| (1, vec![a.block]));
        assert_eq!(decided(&out), expected, "{certificates:?}");
    }
}

#[test]
fn a_proof_of_several_blocks_brings_a_validator_that_was_away_to_the_same_place() {
    // In the second window, for which it has heard of no parent yet.
    let a = link(&Link::genesis(genesis()), 5, "A");
    let b = link(&a, 6, "B");
    let eight = |message: Message| (0..8).map(move |s| signed(s, message.clone()));
    let six = |message: Message| (0..6).map(move |s| signed(s, message.clone()));
    let mixed = || {
        let some = (0..3).map(|s| signed(s, Message::Notar(a)));
        some.chain((2..6).map(|s| signed(s, Message::NotarFallback(a))))
    };
    let fast: Vec<_> = eight(Message::Notar(b)).chain(mixed()).collect();
    let slow: Vec<_> = six(Message::Notar(b))
        .chain(six(finalize(6)))
        .chain(mixed())
        .collect();
    let without_a: Vec<_> = eight(Message::Notar(b)).collect();
    let without_final: Vec<_> = six(Message::Notar(b)).chain(mixed()).collect();
    for (proof, proves) in [
        (fast, true),
        (slow, true),
        (without_a, false),
        (without_final, false),
    ] {
        let mut node = ten();
        let out = node.input(Input::Certificate {
            first: 1,
            blocks: vec![a.block, b.block],
            proof: proof.into(),
        });
        let expected = proves.then(|| (1, vec![a.block, b.block]));
        assert_eq!(decided(&out), expected);
        // It has no vote in slot 6 to go on from: the timers of what is left of the window run.
        let left = [(7, 3 * DELTA + 3 * BLOCK), (8, 3 * DELTA + 4 * BLOCK)];
        assert_eq!(timers(&out, 0), if proves { &left[..] } else { &[] });
    }
}

#[test]
fn what_was_said_outlives_a_crash_and_timers_run_again() {
    let (a, b) = (first("A"), first("B"));
    let mut node = ten();
    node.hear(0, Message::Propose(a));
    let out = node.input(Input::Restarted);
    assert_eq!(timers(&out, 0).len(), 4);
    node.hear(0, Message::Propose(b));
    node.time_out(1);
    assert_eq!(node.votes(1), [Message::Notar(a)], "no other vote");
    node.time_out(2);
    node.input(Input::Restarted);
    node.hear(0, Message::Propose(link(&a, 2, "C")));
    assert_eq!(node.votes(2), [skip(2)]);
}

#[test]
fn every_rule_has_its_row_and_its_test() {
    let tests = include_str!("votor_rules.rs");
    let paper = include_str!("../../docs/papers/votor.md");
    let rows: Vec<&str> = paper
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split_once(" |").map(|(id, _)| id))
        .filter(|id| id.starts_with('V') && id[1..].parse::<u8>().is_ok())
        .collect();
    let known: Vec<&str> = Votor::INFO.rules.iter().map(|r| r.id).collect();
    assert_eq!(rows, known);
    for id in rows {
        let named = format!("fn {}_", id.to_lowercase());
        assert!(tests.contains(&named), "{id} has no test");
    }
}

// ------------------------------------------------------------------------------------- closed formulas

const D: u64 = 50_000;
/// Δ and Δblock where nothing else is said.
const FAR: u64 = 300_000;
const MAKING: u64 = 400_000;

fn calm(stakes: &[u64], silent: &[usize]) -> Scenario {
    let name = |i: usize| format!("v{}", i + 1);
    let mut scenario = Scenario {
        validators: stakes
            .iter()
            .enumerate()
            .map(|(i, stake)| ValidatorSpec::numbered(i, *stake))
            .collect(),
        protocol: ProtocolSpec {
            name: "votor".into(),
            proposer: ProposerSpec::Rotation,
            resend: false,
            ..ProtocolSpec::default()
        },
        workload: WorkloadSpec {
            tx_per_second: 0,
            accounts: 2,
        },
        adversary: AdversarySpec {
            who: Who::Names(silent.iter().map(|i| name(*i)).collect()),
            strategy: StrategySpec::Silent,
        },
        ..Scenario::default()
    };
    scenario.network.latency = LatencySpec::Constant { us: D };
    scenario
}

/// Height, slot, validator and instant of every decision of every honest validator.
fn decisions(scenario: &Scenario, until: u64) -> Vec<(u64, u32, usize, u64)> {
    let mut session = Session::open(scenario.clone()).expect("possible");
    session.run_to(until);
    let all = session.decisions();
    let index = |name: &str| name[1..].parse::<usize>().expect("numbered") - 1;
    // A silent validator counts its own vote, which nobody else hears.
    let Who::Names(liars) = &scenario.adversary.who else {
        panic!("{:?}", scenario.adversary.who)
    };
    all.iter()
        .filter(|d| !liars.contains(&d.validator))
        .map(|d| (d.height, d.round, index(&d.validator), d.at_us))
        .collect()
}

/// When the block of a height leaves, counting from a first window that is ready at `start`: blocks are Δblock apart,
/// and the next leader begins when the last block of the window before is certified, two delays after it left.
fn sent(height: u64, start: u64) -> u64 {
    let (windows, i) = ((height - 1) / 4, (height - 1) % 4);
    start + windows * (4 * MAKING + 2 * D) + (i + 1) * MAKING
}

#[test]
fn with_four_fifths_a_block_is_final_after_two_delays() {
    for n in [4, 7, 10, 16] {
        let decided = decisions(&calm(&vec![10; n], &[]), 6_000_000);
        assert!(decided.len() >= 12 * n, "n = {n}: {}", decided.len());
        for (height, slot, _, at) in decided {
            assert_eq!(at, sent(height, 0) + 2 * D, "n = {n}, height {height}");
            assert_eq!(u64::from(slot), height);
        }
    }
}

#[test]
fn with_three_fifths_a_block_is_final_after_three_delays() {
    for (n, silent) in [(4, 1), (7, 2), (10, 3), (16, 4), (5, 2)] {
        let quiet: Vec<usize> = (n - silent..n).collect();
        let mut scenario = calm(&vec![10; n], &quiet);
        let leaders = (1..=n - silent).map(|i| format!("v{i}"));
        scenario.protocol.proposer = ProposerSpec::List(leaders.collect());
        let decided = decisions(&scenario, 6_000_000);
        assert!(
            decided.len() >= 12 * (n - silent),
            "n = {n}: {}",
            decided.len()
        );
        for (height, _, _, at) in decided {
            assert_eq!(at, sent(height, 0) + 3 * D, "n = {n}, height {height}");
        }
    }
}

#[test]
fn a_silent_window_costs_three_delta_a_block_time_and_a_delay() {
    for (n, delays) in [(4, 3), (7, 2), (10, 2), (16, 2)] {
        // v1 leads slots 1 to 4: all are skipped at the first timeout.
        let decided = decisions(&calm(&vec![10; n], &[0]), 6_000_000);
        let start = 3 * FAR + MAKING + D;
        for (height, slot, _, at) in decided.iter().filter(|d| d.0 <= 12) {
            assert_eq!(
                *at,
                sent(*height, start) + delays * D,
                "n = {n}, height {height}"
            );
            assert_eq!(u64::from(*slot), height + 4);
        }
        assert!(decided.len() >= 8 * (n - 1), "n = {n}: {}", decided.len());
    }
}

#[test]
fn a_block_costs_what_the_formulas_say() {
    for n in [4u64, 7, 10] {
        for relay in [true, false] {
            let mut scenario = calm(&vec![10; n as usize], &[]);
            scenario
                .protocol
                .params
                .set("relay_certificates", ParamValue::Switch(relay));
            let mut session = Session::open(scenario).expect("possible");
            let blocks = 8;
            // All about the last block of the second window has been sent, and the next one has not left.
            session.run_to(sent(blocks + 1, 0) - 1);
            let kinds = session.frame().metrics.messages_by_kind;
            let of = |kind: &str| kinds.iter().find(|k| k.kind == kind).map_or(0, |k| k.sent);
            assert_eq!(of("propose"), blocks * (n - 1), "n = {n}");
            assert_eq!(of("notar"), blocks * n * (n - 1), "n = {n}");
            assert_eq!(of("final"), blocks * n * (n - 1), "n = {n}");
            // Notar-fallback, notarization, fast-finalization, finalization.
            let certificates = if relay { 4 * blocks * n * (n - 1) } else { 0 };
            assert_eq!(of("certificate"), certificates, "n = {n}");
            let all: u64 = kinds.iter().map(|k| k.sent).sum();
            assert_eq!(
                all - certificates,
                blocks * (n - 1) * (2 * n + 1),
                "n = {n}"
            );
        }
    }
}

/// When a validator has heard of `fifths` of the stake, by votes that leave at these instants.
fn heard(stakes: &[u64], leave: &[u64], to: usize, delay: &[Vec<u64>], fifths: u64) -> u64 {
    let total: u64 = stakes.iter().sum();
    let arrival = |from: usize| leave[from] + if from == to { 0 } else { delay[from][to] };
    let mut order: Vec<usize> = (0..stakes.len()).collect();
    order.sort_by_key(|i| arrival(*i));
    let mut stake = 0;
    for i in order {
        stake += stakes[i];
        if 5 * stake >= fifths * total {
            return arrival(i);
        }
    }
    unreachable!("all the stake is enough")
}

#[test]
fn stakes_and_matrices_follow_the_weighted_quorum_recurrence() {
    let cases: &[(&[u64], u64)] = &[
        (&[100, 500, 200], 1),
        (&[1, 2, 3, 4, 5], 7),
        (&[7; 6], 3),
        (&[50, 1, 1, 1, 1, 1, 45], 11),
    ];
    for (stakes, salt) in cases {
        let n = stakes.len();
        let delay: Vec<Vec<u64>> = (0..n as u64)
            .map(|a| {
                let to = 0..n as u64;
                to.map(|b| 40_000 + (a * 7_919 + b * 104_729 + salt * 31) % 20_000)
                    .collect()
            })
            .collect();
        let mut scenario = calm(stakes, &[]);
        scenario.network.latency = LatencySpec::Matrix { us: delay.clone() };
        scenario
            .protocol
            .params
            .set("relay_certificates", ParamValue::Switch(false));
        let decided = decisions(&scenario, 7_000_000);
        let mut ready = vec![0u64; n];
        for window in 0..3 {
            let leader = window % n;
            let mut voted = ready.clone();
            for i in 0..4u64 {
                let leaves = ready[leader] + (i + 1) * MAKING;
                for (j, vote) in voted.iter_mut().enumerate() {
                    let way = if j == leader { 0 } else { delay[leader][j] };
                    *vote = (*vote).max(leaves + way);
                }
                let all = |leave: &[u64], fifths| -> Vec<u64> {
                    (0..n)
                        .map(|j| heard(stakes, leave, j, &delay, fifths))
                        .collect()
                };
                let notarized = all(&voted, 3);
                let finals: Vec<u64> = (0..n).map(|j| notarized[j].max(voted[j])).collect();
                let (fast, slow) = (all(&voted, 4), all(&finals, 3));
                let height = window as u64 * 4 + i + 1;
                for j in 0..n {
                    // Whoever hears of the votes before it has the block fetches it: here nobody does.
                    let expected = fast[j].min(slow[j].max(notarized[j])).max(voted[j]);
                    let found = decided.iter().find(|d| (d.0, d.2) == (height, j));
                    let found = found.map(|d| d.3);
                    assert_eq!(
                        found,
                        Some(expected),
                        "{stakes:?}, height {height}, v{}",
                        j + 1
                    );
                }
                if i == 3 {
                    ready = notarized;
                }
            }
        }
    }
}

// --------------------------------------------------------------------------------- random schedules, bounds

/// The rules that a run tells of.
fn rules(session: &Session) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    for line in session.trace_lines() {
        if line.contains("\"rule\"") {
            let value: serde_json::Value = serde_json::from_str(&line).expect("a JSON line");
            seen.extend(value["rule"].as_str().map(str::to_owned));
        }
    }
    seen
}

/// Liars below the bound: nothing forks, and after the network is calm everybody goes on.
#[test]
fn random_schedules_with_liars_below_a_fifth_neither_fork_it_nor_stop_it() {
    let mut coverage = Coverage::default();
    let mut seen = BTreeSet::new();
    for seed in 1..=8 {
        let scenario = storm_under("votor", 5, seed);
        survive(seed, &scenario, 5, &mut coverage);
        if seed % 2 == 0 {
            let mut session = Session::open(scenario).expect("possible");
            session.run_to(12_000_000);
            seen.extend(rules(&session));
        }
    }
    assert!(coverage.restarts > 2, "restarts: {}", coverage.restarts);
    assert!(coverage.caught_up > 2, "caught up: {}", coverage.caught_up);
    assert!(coverage.skips > 10, "skipped slots: {}", coverage.skips);
    for rule in ["V5", "V6", "V7", "V10", "V11"] {
        assert!(seen.contains(rule), "{rule} in none: {seen:?}");
    }
}

/// Liars of less than a fifth who show nobody two blocks, and up to a fifth more that goes down for good.
fn with_crashes(seed: u64) -> Scenario {
    let mut scenario = storm_under("votor", 5, seed);
    let mut dice = Dice::new(seed + 1_000);
    let stake = |i: usize| scenario.validators[i].stake;
    let total: u64 = scenario.validators.iter().map(|v| v.stake).sum();
    let count = scenario.validators.len();
    let (mut lying, mut down) = (0, 0);
    let (mut liars, mut crashes) = (Vec::new(), Vec::new());
    for _ in 0..2 * count {
        let i = dice.below(count as u64) as usize;
        let name = scenario.validators[i].name.clone();
        let crashed = |c: &CrashSpec| c.validator == name;
        if liars.contains(&name) || crashes.iter().any(crashed) {
            continue;
        }
        if 5 * (down + stake(i)) <= total {
            down += stake(i);
            crashes.push(CrashSpec {
                validator: name,
                at_us: dice.below(CALM),
                restart_us: None,
            });
        } else if 5 * (lying + stake(i)) < total {
            lying += stake(i);
            liars.push(name);
        }
    }
    scenario.faults.crashes = crashes;
    let by_us = 500_000;
    scenario.adversary = AdversarySpec {
        who: Who::Names(liars),
        strategy: if dice.one_in(2) {
            StrategySpec::Silent
        } else {
            StrategySpec::Delay { by_us }
        },
    };
    scenario
}

#[test]
fn a_fifth_more_may_be_down_while_nobody_is_shown_two_blocks() {
    let (mut both, mut crashed) = (0, 0);
    for seed in 1..=8 {
        let scenario = with_crashes(seed);
        let down: Vec<&String> = scenario
            .faults
            .crashes
            .iter()
            .map(|c| &c.validator)
            .collect();
        crashed += usize::from(!down.is_empty());
        let mut session = Session::open(scenario.clone()).expect("possible");
        session.run_to(CALM);
        let calm = session.frame().metrics.height;
        session.run_to(END);
        let frame = session.frame();
        both += usize::from(!down.is_empty() && frame.adversary.stake > 0);
        for verdict in &frame.verdicts {
            let bad = [VerdictKind::Violated, VerdictKind::Stalled].contains(&verdict.kind);
            assert!(!bad, "{}\n{}", verdict.sentence, way_back(seed, &scenario));
        }
        let up = frame
            .nodes
            .iter()
            .filter(|n| !n.byzantine && !down.contains(&&n.name));
        for node in up {
            let back = || way_back(seed, &scenario);
            assert!(
                node.decided > calm,
                "{} stands still\n{}",
                node.name,
                back()
            );
        }
    }
    assert!(crashed > 4, "{crashed} with crashes");
    assert!(both > 1, "{both} with liars too");
}

/// The verdicts on agreement and on progress.
fn verdicts(scenario: &Scenario, until: u64) -> (VerdictKind, VerdictKind) {
    let mut session = Session::open(scenario.clone()).expect("possible");
    session.run_to(until);
    let frame = session.frame();
    assert_eq!(frame.vanished, [], "{}", way_back(0, scenario));
    let of = |monitor: &str| {
        let found = frame.verdicts.iter().find(|v| v.monitor == monitor);
        found.expect(monitor).kind
    };
    (of("agreement"), of("progress"))
}

const FINE: (VerdictKind, VerdictKind) = (VerdictKind::Holds, VerdictKind::Holds);
const STALLED: (VerdictKind, VerdictKind) = (VerdictKind::Holds, VerdictKind::Stalled);

#[test]
fn who_says_nothing_stops_it_only_with_more_than_two_fifths() {
    // The silent, and those that are down.
    for (stakes, silent, down, expected) in [
        (&[20, 20, 20, 20, 20][..], &[4][..], None, FINE),
        (&[20, 20, 20, 20, 20], &[4], Some(3), FINE),
        (&[30, 30, 19, 21], &[2], Some(3), FINE),
        (&[30, 29, 20, 21], &[2], Some(3), STALLED),
    ] {
        let mut scenario = calm(stakes, silent);
        scenario.protocol.resend = true;
        scenario
            .faults
            .crashes
            .extend(down.map(|i: usize| CrashSpec {
                validator: format!("v{}", i + 1),
                at_us: 0,
                restart_us: None,
            }));
        assert_eq!(verdicts(&scenario, 40_000_000), expected, "{stakes:?}");
    }
}

/// Liars of exactly a fifth vote for both blocks of a slot: each is notarized with half of the honest, and their final votes
/// do not say for which block they are.
#[test]
fn a_coalition_of_exactly_a_fifth_forks_it_and_one_of_less_does_not() {
    let search = |stakes: &[u64], liars: usize| {
        (1..=8).find(|seed| {
            let all: Vec<usize> = (0..liars).collect();
            let mut scenario = calm(stakes, &all);
            scenario.seed = *seed;
            scenario.adversary.strategy = StrategySpec::Coalition;
            let (min_us, max_us) = (20_000, 40_000 + seed % 5 * 20_000);
            scenario.network.latency = LatencySpec::Uniform { min_us, max_us };
            verdicts(&scenario, 4_000_000).0 == VerdictKind::Violated
        })
    };
    for (stakes, liars) in [
        (&[1, 1, 1, 1, 1][..], 1),
        (&[10, 10, 20, 20, 25, 15], 2),
        (&[20, 40, 30, 10], 1),
    ] {
        assert!(search(stakes, liars).is_some(), "{stakes:?}");
    }
    for (stakes, liars) in [
        (&[19, 20, 20, 20, 21][..], 1),
        (&[10, 9, 20, 20, 25, 16], 2),
        (&[1, 1, 1, 1, 1, 1], 1),
    ] {
        let forked = search(stakes, liars);
        assert_eq!(forked, None, "{stakes:?}");
    }
}

/// Puppets lead all windows. They show A to some honest validators and B to others, a little earlier.
///
/// 1. Those with B vote for it, and the puppets with them, or not.
/// 2. Those with A vote for it. If the votes for B were enough for a fallback vote, they cast it at once, before A is
///    notarized, and so no final vote: A and B may both be built upon.
/// 3. The first validator with A hears votes of the puppets for A, and nobody hears it: where that is enough, A is final
///    there.
/// 4. The puppets propose C on B in the next window, when slots 2 to 4 are skipped.
///
/// Of `stakes` the first are the puppets', then come those with A, then those with B.
fn two_blocks(stakes: &[u64], puppets: usize, with_a: usize, puppets_back_b: bool) -> Scenario {
    let name = |i: usize| format!("v{}", i + 1);
    let names = |all: std::ops::Range<usize>| -> Vec<String> { all.map(name).collect() };
    let liars: Vec<usize> = (0..puppets).collect();
    let mut scenario = calm(stakes, &liars);
    let (a, b) = (puppets..puppets + with_a, puppets + with_a..stakes.len());
    let line = |at_us, from: usize, to: Vec<String>, kind: &str, height, round, value| PuppetLine {
        at_us,
        from: name(from),
        to,
        kind: kind.into(),
        height,
        round,
        value,
        valid_round: None,
        wrong_signature: false,
    };
    let block = |label: &str| ValueSpec::Block(label.into());
    let mut script = vec![
        line(10_000, 0, names(b.clone()), "propose", 1, 1, block("B")),
        line(100_000, 0, names(a.clone()), "propose", 1, 1, block("A")),
        // They will not vote for it, but whoever may build on it needs the body.
        line(110_000, 0, names(a.clone()), "propose", 1, 1, block("B")),
    ];
    for puppet in 0..puppets {
        let alone = vec![name(a.start)];
        script.push(line(90_000, puppet, alone, "notar", 1, 1, block("A")));
        if puppets_back_b {
            let others = names(a.start + 1..b.end);
            script.push(line(95_000, puppet, others, "notar", 1, 1, block("B")));
        }
    }
    let on_b = ValueSpec::BlockOn {
        label: "B".into(),
        height: 1,
        round: 1,
    };
    script.push(line(
        1_000_000,
        0,
        names(a.start..b.end),
        "propose",
        2,
        5,
        on_b,
    ));
    script.sort_by_key(|line| line.at_us);
    scenario.adversary.strategy = StrategySpec::Puppet { script };
    scenario.protocol.proposer = ProposerSpec::List(vec![name(0)]);
    scenario.network.partitions.push(PartitionSpec {
        from_us: 0,
        until_us: None,
        cut: Cut::OneWay {
            from: vec![name(a.start)],
            to: names(0..stakes.len()),
        },
    });
    scenario
}

#[test]
fn exactly_a_fifth_makes_two_blocks_final_and_one_unit_less_does_not() {
    // A: 60 % honest and the puppets at one validator. B: 20 % honest and the puppets, which is what SafeToNotar needs.
    let forked = two_blocks(&[10, 10, 10, 20, 30, 20], 2, 3, true);
    assert_eq!(verdicts(&forked, 4_000_000).0, VerdictKind::Violated);
    for less in [[10, 9, 10, 20, 31, 20], [10, 9, 10, 20, 30, 21]] {
        let scenario = two_blocks(&less, 2, 3, true);
        assert_eq!(
            verdicts(&scenario, 4_000_000).0,
            VerdictKind::Holds,
            "{less:?}"
        );
    }
}

/// One liar of ten can do with lower thresholds, or with fallback votes without a condition, what it cannot by the paper.
#[test]
fn what_the_paper_asks_for_is_needed() {
    let one_of_ten = |with_a: usize, parameter: &str, choice: &str| {
        let mut scenario = two_blocks(&[10; 10], 1, with_a, false);
        let choice = ParamValue::Choice(choice.into());
        scenario.protocol.params.set(parameter, choice);
        verdicts(&scenario, 4_000_000).0
    };
    assert_eq!(one_of_ten(5, "thresholds", "low"), VerdictKind::Violated);
    assert_eq!(one_of_ten(5, "thresholds", "paper"), VerdictKind::Holds);
    assert_eq!(one_of_ten(7, "fallback", "always"), VerdictKind::Violated);
    assert_eq!(one_of_ten(7, "fallback", "paper"), VerdictKind::Holds);
}

/// A puppet that leads the first window shows A to some and B to others in its first slot, and then says nothing.
fn shown(stakes: &[u64; 4], two: bool, fallback: &str) -> Scenario {
    let mut scenario = calm(stakes, &[0]);
    scenario.protocol.resend = true;
    let line = |to: &str, label: &str| PuppetLine {
        at_us: 400_000,
        from: "v1".into(),
        to: vec![to.into()],
        kind: "propose".into(),
        height: 1,
        round: 1,
        value: ValueSpec::Block(label.into()),
        valid_round: None,
        wrong_signature: false,
    };
    let other = if two { "B" } else { "A" };
    let script = vec![line("v2", "A"), line("v3", other)];
    scenario.adversary.strategy = StrategySpec::Puppet { script };
    scenario.faults.crashes.push(CrashSpec {
        validator: "v4".into(),
        at_us: 0,
        restart_us: None,
    });
    let choice = ParamValue::Choice(fallback.into());
    scenario.protocol.params.set("fallback", choice);
    scenario
}

/// Less than a fifth lies and a fifth is down. Two blocks of one slot have 39 % and 22 %: neither is safe to notarize, nor
/// the slot to skip.
#[test]
fn assumption_three_is_needed_where_a_fifth_is_down() {
    let stakes = [19, 39, 22, 20];
    assert_eq!(verdicts(&shown(&stakes, false, "paper"), 40_000_000), FINE);
    assert_eq!(
        verdicts(&shown(&stakes, true, "paper"), 40_000_000),
        STALLED
    );
}

/// 50 % voted for a block and 30 % for another one: without notar-fallback votes nothing is ever certified.
#[test]
fn without_notar_fallback_votes_it_stops() {
    let stakes = [10, 50, 30, 10];
    assert_eq!(verdicts(&shown(&stakes, true, "paper"), 40_000_000), FINE);
    assert_eq!(
        verdicts(&shown(&stakes, true, "never"), 40_000_000),
        STALLED
    );
}

/// One of six runs twice with one key.
#[test]
fn twins_of_less_than_a_fifth_do_not_fork_it() {
    let mut scenario = calm(&[10; 6], &[]);
    scenario.protocol.resend = true;
    scenario.twins = vec!["v1".into()];
    assert_eq!(verdicts(&scenario, 15_000_000), FINE);
}
