//! One test a rule of Streamlet's paper, named for it. The node under test is v4 of four validators with
//! one unit of stake each; in turn e, validator (e - 1) mod 4 leads, counting from 0. Epochs last a second.

use consensusforge_core::base::{Micros, SECOND, hash_bytes};
use consensusforge_core::consensus::proposer::{Rule, Schedule};
use consensusforge_core::consensus::streamlet::{Flaw, Message, Params, Place, State, Streamlet};
use consensusforge_core::consensus::{
    Effect, Environment, Input, Note, Protocol, Recipients, Timer,
};
use consensusforge_core::types::{
    BlockId, NodeId, Signature, Signed, Slot, ValidatorId, ValidatorSets,
};
use consensusforge_tests::one_node::{genesis, validators};
use std::sync::Arc;

const ME: u16 = 3;
const PARAMS: Params = Params {
    epoch_us: SECOND,
    flaw: Flaw::None,
};

struct Node {
    sets: ValidatorSets,
    environment: Environment<Params>,
    state: State,
    now: Micros,
}

fn node() -> Node {
    let mut node = Node {
        sets: validators(&[1; 4]),
        environment: Environment {
            proposers: Schedule::new(Rule::Rotation),
            params: PARAMS,
            block_interval: 1,
        },
        state: Streamlet::new(genesis(), &PARAMS),
        now: 0,
    };
    node.input(Input::Start);
    node
}

fn block(name: &str) -> BlockId {
    hash_bytes("test/block", name.as_bytes())
}

fn place(epoch: u32, height: u64, name: &str, parent: BlockId) -> Place {
    Place {
        epoch,
        height,
        block: block(name),
        parent,
    }
}

fn signed(signer: u16, vote: bool, place: Place) -> Arc<Signed<Message>> {
    Signed::with_signature(
        Message { vote, place },
        ValidatorId(signer),
        Signature([0; 64]),
    )
}

impl Node {
    fn input(&mut self, input: Input<Message>) -> Vec<Effect<Message>> {
        let mut out = Vec::new();
        let me = Some(ValidatorId(ME));
        let context = self
            .environment
            .context(&self.sets, self.now, NodeId(ME), me);
        Streamlet::step(&mut self.state, &context, input, &mut out);
        // Own messages come back at once.
        for effect in out.clone() {
            if let Effect::Broadcast(Message { vote, place }) = effect {
                out.extend(self.input(Input::Message(signed(ME, vote, place))));
            }
        }
        out
    }

    fn epoch(&mut self, epoch: u32) -> Vec<Effect<Message>> {
        self.now = u64::from(epoch - 1) * SECOND;
        let slot = Slot {
            height: 0,
            round: epoch,
        };
        self.input(Input::Timer(Timer { kind: 0, slot }))
    }

    /// The epoch's leader proposes `place`, and the ledger calls it valid.
    fn proposed(&mut self, place: Place) -> Vec<Effect<Message>> {
        let leader = ((place.epoch - 1) % 4) as u16;
        let mut out = self.input(Input::Message(signed(leader, false, place)));
        let block = place.block;
        out.extend(self.input(Input::Validated { block, valid: true }));
        out
    }

    fn votes(&mut self, from: &[u16], place: Place) -> Vec<Effect<Message>> {
        let votes = from.iter().map(|v| signed(*v, true, place));
        votes
            .flat_map(|vote| self.input(Input::Message(vote)))
            .collect()
    }

    /// A block of `epoch` is proposed and notarized.
    fn notarized(&mut self, place: Place) -> Vec<Effect<Message>> {
        let mut out = self.epoch(place.epoch);
        out.extend(self.proposed(place));
        out.extend(self.votes(&[0, 1, 2], place));
        out
    }
}

fn votes_of(effects: &[Effect<Message>]) -> Vec<Place> {
    let sent = effects.iter().filter_map(|e| match e {
        Effect::Broadcast(Message { vote: true, place }) => Some(*place),
        _ => None,
    });
    sent.collect()
}

fn decided(effects: &[Effect<Message>]) -> Vec<(BlockId, u64)> {
    let decided = effects.iter().filter_map(|e| match e {
        Effect::Decide { first, blocks, .. } => Some(blocks.iter().copied().zip(*first..)),
        _ => None,
    });
    decided.flatten().collect()
}

#[test]
fn s1_the_leader_extends_the_longest_notarized_chain() {
    let mut node = node();
    let a = place(1, 1, "a", genesis());
    node.notarized(a);
    let asked = |effects: &[Effect<Message>]| {
        effects.iter().any(|e| {
            matches!(e, Effect::BuildBlock { slot, parents } if slot.height == 2 && *parents == [a.block])
        })
    };
    assert!(!asked(&node.epoch(2)), "v2 leads epoch 2");
    assert!(asked(&node.epoch(4)), "v4 leads epoch 4");
    let slot = Slot {
        height: 2,
        round: 4,
    };
    let built = Input::Built {
        slot,
        block: block("mine"),
    };
    let sent = node.input(built);
    let mine = Message {
        vote: false,
        place: place(4, 2, "mine", a.block),
    };
    assert!(
        sent.iter()
            .any(|e| matches!(e, Effect::Broadcast(m) if *m == mine))
    );
}

#[test]
fn s2_one_vote_an_epoch_for_a_block_on_a_longest_notarized_chain() {
    let mut node = node();
    let a = place(1, 1, "a", genesis());
    node.notarized(a);
    node.epoch(2);
    // On genesis, although a is notarized: too short.
    let short = place(2, 1, "short", genesis());
    assert_eq!(votes_of(&node.proposed(short)), []);
    let b = place(2, 2, "b", a.block);
    assert_eq!(votes_of(&node.proposed(b)), [b]);
    let second = place(2, 2, "second", a.block);
    assert_eq!(votes_of(&node.proposed(second)), [], "has voted");
    // Not from its leader.
    node.epoch(3);
    let c = place(3, 2, "c", a.block);
    let stranger = signed(0, false, c);
    node.input(Input::Message(stranger));
    let valid = Input::Validated {
        block: c.block,
        valid: true,
    };
    assert_eq!(votes_of(&node.input(valid)), []);
    // Too late.
    node.epoch(5);
    assert_eq!(votes_of(&node.proposed(place(4, 2, "late", a.block))), []);
}

#[test]
fn s3_more_than_two_thirds_notarize() {
    let mut node = node();
    let a = place(1, 1, "a", genesis());
    let noted = |effects: &[Effect<Message>]| {
        effects
            .iter()
            .any(|e| matches!(e, Effect::Note(Note::Polka { .. })))
    };
    assert!(!noted(&node.proposed(a)), "its own vote is one of four");
    assert!(!noted(&node.votes(&[0, 0], a)), "two of four, one twice");
    assert!(noted(&node.votes(&[1], a)), "three of four");
}

#[test]
fn s4_the_middle_of_three_consecutive_epochs_is_final_with_all_before_it() {
    let mut node = node();
    let a = place(1, 1, "a", genesis());
    let b = place(3, 2, "b", a.block);
    let c = place(4, 3, "c", b.block);
    let d = place(5, 4, "d", c.block);
    assert_eq!(decided(&node.notarized(a)), []);
    assert_eq!(decided(&node.notarized(b)), [], "epoch 2 is empty");
    assert_eq!(decided(&node.notarized(c)), [], "a, b and c have a gap");
    assert_eq!(
        decided(&node.notarized(d)),
        [(a.block, 1), (b.block, 2), (c.block, 3)]
    );
}

#[test]
fn s5_what_was_received_is_passed_on() {
    let mut node = node();
    let a = place(1, 1, "a", genesis());
    node.proposed(a);
    node.votes(&[0], a);
    let me = Some(ValidatorId(ME));
    let context = node
        .environment
        .context(&node.sets, node.now, NodeId(ME), me);
    let repeated = Streamlet::resend(&node.state, &context);
    let to = |signer: u16, vote: bool| {
        let is = |m: &Signed<Message>| m.signer.0 == signer && m.message.vote == vote;
        let found = repeated.iter().find(|(_, m)| is(m));
        found.map(|(to, _)| *to)
    };
    assert_eq!(to(ME, true), Some(Recipients::Everyone));
    assert_eq!(to(0, false), Some(Recipients::OnePeer));
    assert_eq!(to(0, true), Some(Recipients::OnePeer));
}

#[test]
fn the_transcription_the_protocol_the_code_and_the_tests_name_the_same_rules() {
    let text = include_str!("../../docs/papers/streamlet.md");
    let rows = text.lines().filter(|line| line.starts_with("| S"));
    let told: Vec<(String, String)> = rows
        .map(|row| {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            (cells[1].to_owned(), format!("{}: {}", cells[2], cells[3]))
        })
        .collect();
    let rules = Streamlet::INFO.rules.iter();
    let here: Vec<_> = rules
        .map(|r| (r.id.to_owned(), r.text.to_owned()))
        .collect();
    assert_eq!(here, told);
    let code = concat!(
        include_str!("../../core/src/consensus/streamlet/mod.rs"),
        include_str!("../../core/src/consensus/streamlet/rules.rs")
    );
    let tests = include_str!("streamlet_rules.rs");
    for (id, _) in told {
        assert!(
            code.lines().any(|l| l.trim() == format!("// {id}")),
            "no function cites {id}"
        );
        let name = format!("fn {}_", id.to_lowercase());
        assert!(tests.contains(&name), "no test for {id}");
    }
}
