//! The smallest protocol that decides something, and a chain that runs it.
//!
//! Each height has one round. Its leader proposes a block, everybody votes for the first valid block they
//! see, and a block is decided with votes of more than two thirds of the stake. There are no timers and
//! no second round, so one crashed leader stops the chain forever: that is what real protocols add.
//!
//! ```sh
//! cargo run --example protocol_skeleton
//! ```
//!
//! docs/GUIDE.md builds it step by step. ARCHITECTURE.md ("How to add: a protocol") says where a real one goes.

use borsh::{BorshDeserialize, BorshSerialize};
use consensusforge_core::base::SECOND;
use consensusforge_core::check::Monitors;
use consensusforge_core::consensus::{
    self, Awaited, Bound, Context, Corruptible, Description, Effect, Input, Kind, NoParams, Note,
    Paper, Protocol, ProtocolInfo, Role, Rounds, Rule, Share, Status, StepInfo, Threshold,
};
use consensusforge_core::scenario::Scenario;
use consensusforge_core::types::{BlockId, Height, Signable, Signed, Slot, ValidatorId};
use consensusforge_core::world::{Setup, Simulation, build};
use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

/// Both kinds of message name a block at a height.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
enum Message {
    Proposal(Height, BlockId),
    Vote(Height, BlockId),
}

impl Signable for Message {
    // Signatures of one kind of message can never be taken for another's.
    const DOMAIN: &'static str = "consensusforge/example/message";
}

impl consensus::Message for Message {
    fn describe(&self) -> Description {
        let (kind, height, block) = match self {
            Message::Proposal(height, block) => (PROPOSAL, height, block),
            Message::Vote(height, block) => (VOTE, height, block),
        };
        Description {
            kind,
            slot: slot(*height),
            value: Some(*block),
            fields: Vec::new(),
        }
    }

    /// A proposal travels with the block's body.
    fn attachment(&self) -> Option<BlockId> {
        match self {
            Message::Proposal(_, block) => Some(*block),
            Message::Vote(..) => None,
        }
    }
}

/// Indices into the kinds of message, the steps and the rules below.
const PROPOSAL: u8 = 0;
const VOTE: u8 = 1;
const AWAIT_PROPOSAL: u8 = 0;
const AWAIT_VOTES: u8 = 1;
const PROPOSE: u8 = 0;
const CAST: u8 = 1;
const DECIDE: u8 = 2;

type Votes = BTreeMap<ValidatorId, Arc<Signed<Message>>>;

#[derive(Clone, Debug)]
struct State {
    /// The height to decide next, and the block decided before it.
    height: Height,
    tip: BlockId,
    /// Votes by height and block. A real protocol bounds this: a liar could fill memory.
    votes: BTreeMap<(Height, BlockId), Votes>,
    /// Proposals by height, some of them for heights that come later.
    proposals: BTreeMap<Height, BlockId>,
}

#[derive(Clone)]
struct Skeleton;

impl Protocol for Skeleton {
    type Message = Message;
    type State = State;
    type Params = NoParams;

    const INFO: ProtocolInfo = ProtocolInfo {
        name: "skeleton",
        title: "Skeleton",
        family: "example",
        summary: "One round a height and no timers.",
        paper: Paper {
            title: "none",
            authors: "",
            year: 2026,
            place: "this file",
        },
        kinds: &[
            Kind {
                name: "proposal",
                role: Role::Proposal,
            },
            Kind {
                name: "vote",
                role: Role::Vote,
            },
        ],
        timers: &[],
        steps: &[
            StepInfo {
                name: "propose",
                awaits: &[Awaited::Message { kind: PROPOSAL }],
            },
            StepInfo {
                name: "vote",
                awaits: &[Awaited::Stake {
                    kinds: &[VOTE],
                    threshold: Threshold::MORE_THAN_TWO_THIRDS,
                    for_one_value: true,
                }],
            },
        ],
        rounds: Rounds {
            noun: "round",
            restart: true,
        },
        dag: false,
        certificate: "votes",
        bound: Bound {
            quorum: Threshold::MORE_THAN_TWO_THIRDS,
            liars_below: Share { part: 1, of: 3 },
            honest_leaders: 1,
            words: "Safe below a third; stops when a leader is down.",
        },
        validators_change: true,
        conventions: &[],
        rules: &[
            Rule {
                id: "R1",
                text: "The leader of a height proposes a block on the one before.",
            },
            Rule {
                id: "R2",
                text: "At the leader's first proposal of a height, a validator votes for it if it is valid.",
            },
            Rule {
                id: "R3",
                text: "Votes of more than two thirds of the stake decide a block.",
            },
        ],
    };

    fn new(genesis: BlockId, _: &NoParams) -> State {
        State {
            height: 1,
            tip: genesis,
            votes: BTreeMap::new(),
            proposals: BTreeMap::new(),
        }
    }

    fn step(
        state: &mut State,
        context: &Context<NoParams>,
        input: Input<Message>,
        out: &mut Vec<Effect<Message>>,
    ) {
        let height = state.height;
        match input {
            // R1: the leader of a height builds a block on the one before, and proposes it.
            Input::Start => begin(state, context, out),
            Input::Built { slot, block } => {
                out.push(Effect::fired(PROPOSE, slot));
                out.push(Effect::Broadcast(Message::Proposal(slot.height, block)));
            }
            Input::Message(signed) => match signed.message {
                // R2: vote for the leader's block if it is valid. The ledger answers later.
                Message::Proposal(at, block) if context.proposer(at, 0) == signed.signer => {
                    state.proposals.entry(at).or_insert(block);
                    if at == height {
                        validate(state, out);
                    }
                }
                Message::Proposal(..) => {} // Not the leader's.
                // R3: more than two thirds of the stake decide.
                Message::Vote(at, block) => {
                    let votes = state.votes.entry((at, block)).or_default();
                    votes.insert(signed.signer, signed);
                    decide(state, context, out);
                }
            },
            Input::Validated { block, valid: true } => {
                out.push(Effect::fired(CAST, slot(height)));
                out.push(Effect::Broadcast(Message::Vote(height, block)));
                enter(AWAIT_VOTES, state, context, out);
            }
            // A node that missed votes is sent them by one that has decided.
            Input::Certificate { proof, .. } => {
                for signed in proof.iter().cloned() {
                    if let Message::Vote(at, block) = signed.message {
                        let votes = state.votes.entry((at, block)).or_default();
                        votes.insert(signed.signer, signed);
                    }
                }
                decide(state, context, out);
            }
            Input::Validated { .. }
            | Input::Timer(_)
            | Input::Fetched { .. }
            | Input::Restarted => {}
        }
    }

    fn status(state: &State, _: &Context<NoParams>) -> Status {
        Status {
            height: state.height,
            ..Status::default()
        }
    }
}

fn slot(height: Height) -> Slot {
    Slot { height, round: 0 }
}

/// Tells readers where the node is, and whose turn it is.
fn enter(step: u8, state: &State, context: &Context<NoParams>, out: &mut Vec<Effect<Message>>) {
    out.push(Effect::Note(Note::Step {
        slot: slot(state.height),
        step,
        leader: Some(context.proposer(state.height, 0)),
    }));
}

fn begin(state: &State, context: &Context<NoParams>, out: &mut Vec<Effect<Message>>) {
    enter(AWAIT_PROPOSAL, state, context, out);
    if context.me == Some(context.proposer(state.height, 0)) {
        out.push(Effect::BuildBlock {
            slot: slot(state.height),
            parents: vec![state.tip],
        });
    }
    validate(state, out);
}

fn validate(state: &State, out: &mut Vec<Effect<Message>>) {
    if let Some(block) = state.proposals.get(&state.height) {
        out.push(Effect::ValidateBlock {
            block: *block,
            parents: vec![state.tip],
        });
    }
}

fn decide(state: &mut State, context: &Context<NoParams>, out: &mut Vec<Effect<Message>>) {
    let height = state.height;
    let set = context.validators.at(height);
    let enough = state
        .votes
        .range((height, BlockId::ZERO)..)
        .find(|((at, _), votes)| {
            let stake = votes.keys().map(|signer| set.stake(*signer)).sum();
            *at == height && set.is_quorum(stake)
        });
    let Some(((_, block), votes)) = enough else {
        return;
    };
    let block = *block;
    out.push(Effect::fired(DECIDE, slot(height)));
    out.push(Effect::Decide {
        first: height,
        blocks: vec![block],
        round: 0,
        proof: Arc::new(votes.values().cloned().collect()),
    });
    state.height += 1;
    state.tip = block;
    state.votes.retain(|(at, _), _| *at >= height);
    state.proposals.retain(|at, _| *at > height);
    begin(state, context, out);
}

// Byzantine validators could run it too; nothing of what they might do is supported here.
impl Corruptible for Skeleton {}

/// Runs it on a scenario, and prints what the monitors say and how far it came.
fn watch(scenario: Scenario) -> Result<(), Box<dyn Error>> {
    let setup = Setup {
        scenario,
        contracts: BTreeMap::new(),
    };
    let mut world = build::<Skeleton>(&setup)?;
    let mut monitors = Monitors::new(&world.trace().head);
    world.run(30 * SECOND, u64::MAX);
    monitors.observe(world.trace());
    for finding in monitors.findings(world.now(), world.trace()) {
        println!(
            "{:<12} {:?}: {}",
            finding.monitor, finding.kind, finding.sentence
        );
    }
    let height = monitors.metrics.decided.back().map_or(0, |d| d.height);
    println!("height {height} in 30 simulated seconds");
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    watch(Scenario::default())?;
    println!("\nThe same with one of the four validators down:");
    let mut scenario = Scenario::default();
    scenario.faults.crashed = 1;
    watch(scenario)
}
