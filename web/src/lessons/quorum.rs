//! 4. Why more than two thirds.

use super::{
    MILLISECOND, Observation, Stage, Step, StepCheck, down, equal, height, listed, short_pauses,
    steady,
};
use crate::model::{CheckSpec, ParamsSpec, ProtocolSpec, Scenario};
use crate::words;
use consensusforge_core::session::view::VerdictKind;

/// Validators that are to be down: exactly a third of six.
const DOWN: usize = 2;

pub fn step() -> Step {
    Step {
        id: "quorum",
        title: "Why more than two thirds",
        lead: "Six validators with equal stake. In Tendermint a block needs the votes of more than two thirds. Any two such groups \
               have more than a third in common, and so an honest validator, as long as liars hold less than a \
               third. It votes once in a round, so two blocks never both get enough in the same round.",
        question: "Two of the six crash. Exactly two thirds still vote. Does the chain continue?",
        choices: [
            "Yes: two thirds are enough",
            "Yes, but more slowly",
            "No: it takes more than two thirds",
        ],
        answer: 2,
        task: "Drag crashed to 2 and wait for the verdict at the top to change. Then drag it back to 1.",
        control: "crashed",
        names: false,
        speed: 0.4,
        plays: true,
        scenario: || Scenario {
            // Short timeouts: a crashed proposer should not look like a stall.
            protocol: ProtocolSpec {
                params: ParamsSpec::from([
                    ("propose_timeout_us", 300 * MILLISECOND),
                    ("prevote_timeout_us", 150 * MILLISECOND),
                    ("precommit_timeout_us", 150 * MILLISECOND),
                    ("timeout_delta_us", 50 * MILLISECOND),
                ]),
                ..short_pauses()
            },
            validators: equal(6),
            network: steady(),
            checks: CheckSpec {
                stall_after_us: 2_000 * MILLISECOND,
            },
            ..Scenario::default()
        },
        check: || Box::new(Quorum::default()),
    }
}

#[derive(Default)]
struct Quorum {
    /// When it stood still: the height it had, and who was down.
    stalled: Option<(u64, Vec<String>)>,
}

impl StepCheck for Quorum {
    fn observe(&mut self, seen: &Observation) -> Stage {
        let frame = seen.frame;
        let down = down(frame);
        let stalled = frame
            .verdicts
            .iter()
            .any(|v| v.kind == VerdictKind::Stalled);
        if self.stalled.is_none() && stalled && down.len() == DOWN {
            let names = down.iter().map(|n| (*n).to_owned()).collect();
            self.stalled = Some((height(frame), names));
        }
        let (quorum, total) = (seen.world.quorum, seen.world.total);
        let Some((at, who)) = &self.stalled else {
            return Stage::Todo(match down.len() {
                0 => "All six are up. Drag crashed to 2.".into(),
                1 => {
                    "One is down. Five of six vote, and blocks keep coming. Crash one more.".into()
                }
                DOWN => format!(
                    "{} are down. Blocks have stopped; after a while the verdict says so …",
                    listed(&down)
                ),
                n => format!("{n} are down. The case to look at is exactly two."),
            });
        };
        let again = height(frame) > *at && down.len() < DOWN;
        if !again {
            return Stage::Todo(if down.len() >= DOWN {
                format!(
                    "The chain is stuck at height {}. Now bring one back: drag crashed to 1.",
                    at + 1
                )
            } else {
                "One is back. Waiting for a block …".into()
            });
        }
        let left = total - total / 3;
        Stage::Done(format!(
            "A quorum is {quorum} of {}. With {} down, {left} were left: exactly two thirds, and {} short. Height {} could \
             not be decided, so nothing wrong was decided either: without a quorum a chain would rather stop than \
             split. When one came back, the height was decided. If two thirds were enough, two groups of {left} could \
             have just a third in common, all of them liars, and could commit two different blocks.",
            words::grouped(total),
            listed(who),
            quorum - left,
            at + 1,
        ))
    }
}
