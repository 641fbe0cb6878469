//! 6. Who is guilty.

use super::{Observation, Stage, Step, StepCheck, equal, listed, short_pauses, steady};
use crate::model::{AdversarySpec, Scenario, StrategySpec, Who};
use crate::words;
use consensusforge_core::session::view::VerdictKind;

pub fn step() -> Step {
    Step {
        id: "guilt",
        title: "Who is guilty",
        lead: "Seven validators, and three of them work together to fork the chain. The simulator knows who they are, but \
               in this step the page does not mark them before you have found them. Validators know only what was \
               signed: a block that they commit comes with the signatures of its quorum.",
        question: "After a fork, what can be proved from the signatures alone?",
        choices: [
            "Nothing: either side may be the honest one",
            "That someone lied, but not who",
            "Who signed both blocks, by name",
        ],
        answer: 2,
        task: "Wait for the fork, read the verdict (under Run), and select the guilty validators here.",
        control: "tab-Run",
        names: true,
        speed: 0.3,
        plays: true,
        scenario: || Scenario {
            protocol: short_pauses(),
            validators: equal(7),
            network: steady(),
            adversary: AdversarySpec {
                who: Who::Names(vec!["v2".into(), "v5".into(), "v6".into()]),
                strategy: StrategySpec::Coalition,
            },
            ..Scenario::default()
        },
        check: || Box::new(Guilt),
    }
}

struct Guilt;

impl StepCheck for Guilt {
    fn observe(&mut self, seen: &Observation) -> Stage {
        let frame = seen.frame;
        let forked = frame
            .verdicts
            .iter()
            .any(|v| v.monitor == "agreement" && v.kind == VerdictKind::Violated);
        if !forked {
            return Stage::Todo("No fork yet …".into());
        }
        let guilty = &frame.guilty;
        let wrong: Vec<&String> = seen.named.iter().filter(|n| !guilty.contains(n)).collect();
        if !wrong.is_empty() {
            return Stage::Todo(format!(
                "There is no evidence against {0}: an honest validator signs one block per round. Deselect {0}.",
                listed(&wrong)
            ));
        }
        let left = guilty.len().saturating_sub(seen.named.len());
        if seen.named.is_empty() {
            return Stage::Todo("The chain has forked. Who signed both blocks?".into());
        }
        if left > 0 {
            return Stage::Todo(format!("Right so far; {left} more to find."));
        }
        let stake: u64 = frame
            .nodes
            .iter()
            .filter(|n| guilty.contains(&n.name))
            .map(|n| n.stake)
            .sum();
        let total = seen.world.total;
        Stage::Done(format!(
            "{} signed both blocks: {stake} of {total} stake, {}. Put side by side, the two certificates prove it to \
             anyone, without trusting anyone (signing two messages for one place is called equivocation). Such a fork \
             always exposes more than a third of all stake as guilty. Many real chains then destroy part of that \
             stake, so breaking agreement has a price; here the evidence is only shown.",
            listed(guilty),
            words::percent(stake as f64 / total.max(1) as f64),
        ))
    }
}
