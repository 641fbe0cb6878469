//! Signed messages inside messages: the node verifies all of them before a protocol sees any.

use borsh::{BorshDeserialize, BorshSerialize};
use consensusforge_core::base::limits::MAX_JUSTIFICATION_DEPTH;
use consensusforge_core::base::{decode, encode};
use consensusforge_core::consensus::{
    self, Bound, Context, Corruptible, Description, Effect, Input, Justification, Kind, NoParams,
    Note, Paper, Protocol, ProtocolInfo, Role, Rounds, Share, Status, StepInfo, Threshold,
};
use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::scenario::model::WorkloadSpec;
use consensusforge_core::trace::Event;
use consensusforge_core::types::{BlockId, Signable, Signature, Signed, Slot, ValidatorId};
use consensusforge_core::world::{Setup, Simulation, build};
use std::sync::Arc;

/// Every validator says its name, then packs what it heard, then packs the packs. v1 forges a signature in
/// its pack, which nobody else takes, and signs that pack, so that its pack of packs has the forged name two
/// levels down.
#[derive(Clone)]
struct Packers;

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
struct Message {
    level: u8,
    inside: Justification<Message>,
}

impl Signable for Message {
    const DOMAIN: &'static str = "consensusforge/test/packers";
}

impl consensus::Message for Message {
    fn describe(&self) -> Description {
        Description {
            kind: self.level,
            slot: Slot::default(),
            value: None,
            fields: Vec::new(),
        }
    }

    fn justification(&self) -> &[Arc<Signed<Self>>] {
        &self.inside
    }
}

type Heard = [Vec<Arc<Signed<Message>>>; 3];

const KIND: [&str; 3] = ["name", "pack", "pack of packs"];

impl Protocol for Packers {
    type Message = Message;
    type State = Heard;
    type Params = NoParams;

    const INFO: ProtocolInfo = ProtocolInfo {
        name: "packers",
        title: "Packers",
        family: "test",
        summary: "",
        paper: Paper {
            title: "",
            authors: "",
            year: 2026,
            place: "",
        },
        kinds: &[
            Kind {
                name: KIND[0],
                role: Role::Other,
            },
            Kind {
                name: KIND[1],
                role: Role::Other,
            },
            Kind {
                name: KIND[2],
                role: Role::Other,
            },
        ],
        timers: &[],
        steps: &[StepInfo {
            name: "hears",
            awaits: &[],
        }],
        rounds: Rounds {
            noun: "round",
            restart: true,
        },
        certificate: "packs",
        bound: Bound {
            quorum: Threshold::MORE_THAN_TWO_THIRDS,
            liars_below: Share { part: 1, of: 3 },
            honest_leaders: 1,
            words: "",
        },
        validators_change: false,
        dag: false,
        conventions: &[],
        rules: &[],
    };

    fn new(_: BlockId, _: &NoParams) -> Heard {
        Heard::default()
    }

    fn step(
        heard: &mut Heard,
        context: &Context<NoParams>,
        input: Input<Message>,
        out: &mut Vec<Effect<Message>>,
    ) {
        let me = context.me.map_or(0, |me| me.0);
        let say = |level: u8, inside: Vec<Arc<Signed<Message>>>| {
            let inside = inside.into();
            Effect::Broadcast(Message { level, inside })
        };
        match input {
            Input::Start => out.push(say(0, Vec::new())),
            Input::Message(signed) => {
                let level = signed.message.level;
                // The trace learns what this machine saw, by whom.
                out.push(Effect::Note(Note::Step {
                    slot: Slot {
                        height: u64::from(level),
                        round: 0,
                    },
                    step: 0,
                    leader: Some(signed.signer),
                }));
                heard[usize::from(level)].push(signed);
                // Of packs, v1's reaches nobody but itself.
                let enough = if level == 0 { 4 } else { 3 };
                let mut inside = heard[usize::from(level)].clone();
                if level < 2 && inside.len() == enough {
                    if me == 0 && level == 0 {
                        inside[2] = forged(&inside[2]);
                    }
                    out.push(say(level + 1, inside));
                }
            }
            _ => {}
        }
    }

    fn status(_: &Heard, _: &Context<NoParams>) -> Status {
        Status::default()
    }
}

impl Corruptible for Packers {}

fn forged(signed: &Signed<Message>) -> Arc<Signed<Message>> {
    let mut bytes = signed.signature.0;
    bytes[9] ^= 1;
    Signed::with_signature(signed.message.clone(), signed.signer, Signature(bytes))
}

fn world(everywhere: bool) -> impl Simulation {
    let mut scenario = Scenario {
        workload: WorkloadSpec {
            tx_per_second: 0,
            accounts: 2,
        },
        ..Scenario::default()
    };
    scenario.protocol.resend = false;
    scenario.execution.everywhere = everywhere;
    let setup = Setup {
        scenario,
        contracts: Default::default(),
    };
    let mut world = build::<Packers>(&setup).expect("possible");
    world.run(1_000_000, u64::MAX);
    world
}

/// (kind, signer) of all that `node` did not send itself and its machine saw.
fn seen(world: &impl Simulation, of: u16) -> Vec<(u32, ValidatorId)> {
    let records = world.trace().since(0);
    let mut seen: Vec<_> = records
        .filter_map(|r| match &r.event {
            Event::Step {
                node,
                height,
                proposer: Some(by),
                ..
            } if node.0 == of && by.0 != of => Some((*height, *by)),
            _ => None,
        })
        .collect();
    seen.sort_unstable();
    seen
}

#[test]
fn a_forged_signature_inside_a_message_or_deeper_never_reaches_a_protocol() {
    for everywhere in [false, true] {
        let world = world(everywhere);
        for node in 2..4 {
            let from = |wanted: u32| -> Vec<u16> {
                let all = seen(&world, node).into_iter();
                all.filter(|(level, _)| *level == wanted)
                    .map(|(_, by)| by.0)
                    .collect()
            };
            let other = if node == 2 { 3 } else { 2 };
            assert_eq!(from(0), [0, 1, other], "names hold nothing");
            assert_eq!(from(1), [1, other], "v1's pack holds a forged name");
            assert_eq!(from(2), [1, other], "v1's pack of packs holds that pack");
        }
        let refused = world
            .trace()
            .since(0)
            .filter(|r| matches!(r.event, Event::BadSignature { .. }));
        assert!(refused.count() >= 6, "three receivers of each");
    }
}

#[test]
fn a_signature_inside_many_messages_is_verified_once_for_all_validators() {
    let (shared, apart) = (world(false), world(true));
    assert_eq!(shared.digest(), apart.digest());
    let work = shared.signature_work();
    // Four of each kind, and the forged name.
    assert_eq!(work.verified, 13);
}

#[test]
fn bytes_that_nest_deeper_than_any_protocol_are_refused_before_the_stack_is() {
    let nest = |levels: usize| {
        let mut message = Message {
            level: 0,
            inside: Justification::default(),
        };
        for _ in 0..levels {
            let signed = Signed::with_signature(message, ValidatorId(0), Signature([0; 64]));
            message = Message {
                level: 1,
                inside: vec![signed].into(),
            };
        }
        encode(&message)
    };
    let read = |bytes: &[u8]| decode::<Message>(bytes).map(|m| m.level).ok();
    assert_eq!(read(&nest(MAX_JUSTIFICATION_DEPTH - 1)), Some(1));
    // A message of 70,000 levels has five million bytes, which a trace file can hold.
    for levels in [MAX_JUSTIFICATION_DEPTH, 70] {
        assert!(read(&nest(levels)).is_none(), "{levels}");
    }
    let deep: Vec<u8> = [1u8, 1, 0, 0, 0, 0, 0].repeat(700_000);
    assert!(read(&deep).is_none());
    assert_eq!(
        read(&nest(1)),
        Some(1),
        "the depth is forgotten after a refusal"
    );
}
