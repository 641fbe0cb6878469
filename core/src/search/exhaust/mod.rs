//! Small settings looked at whole: every order in which messages arrive and timers run out at three or four validators, for one
//! height or two, whoever of a bounded stake lies. There is no time: what comes next is the only choice.

mod explore;
mod liars;
mod local;
mod schedule;

use super::found::Found;
use super::property::Property;
use super::run::{Judged, run};
use crate::base::limits::{MAX_EXHAUST_STATES, MAX_EXHAUST_VALIDATORS};
use crate::consensus::proposer::Schedule;
use crate::consensus::registry::{Visitor, unknown, visit};
use crate::consensus::{Corruptible, Environment, read_params};
use crate::model::Scenario;
use crate::scenario::validate;
use crate::session::view::Problem;
use crate::types::{
    BlockId, NodeId, PublicKey, Validator, ValidatorId, ValidatorSet, ValidatorSets,
};
use crate::world::{given, proposer_rule, simulate};
use explore::{Counts, Explorer};
use liars::{Liars, cases};
use local::{Horizon, Surroundings};
use schedule::name;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How far orders go, and how many states are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// A validator that has decided so many heights is done: 1 or 2.
    pub heights: u64,
    /// Rounds of each height, or views.
    pub rounds: u32,
    /// Timers that may run out at each validator because something did not come in time.
    pub timeouts: u32,
    /// The stake that liars may have.
    pub liars: u64,
    /// States to look at.
    pub states: u64,
    /// Leave out orders that nobody can tell apart. Without it there are many more states, and nothing else to find.
    pub reduce: bool,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds {
            heights: 1,
            rounds: 1,
            timeouts: 0,
            liars: 0,
            states: 1_000_000,
            reduce: true,
        }
    }
}

/// How far it has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Exhausted {
    /// Sets of liars that were looked at.
    pub cases: u64,
    /// Sets of liars that differ from those by the names of alike validators alone.
    pub symmetric: u64,
    /// Different states.
    pub states: u64,
    /// Steps from state to state.
    pub steps: u64,
    /// States in which nothing more can happen: so many classes of orders that nobody can tell apart there are.
    pub ends: u64,
    /// Orders of what validators send and decide, from the beginning to where nothing more can happen; the largest number
    /// there is stands for that many and more.
    pub schedules: u64,
    /// The most heights that an honest validator has decided anywhere: where it is 0, the bound is too small to say anything.
    pub decided: u64,
    /// There is no other order within the bound.
    pub whole: bool,
    /// An order in which two honest validators decide differently.
    pub violation: Option<Order>,
}

/// An order of events that breaks agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Order {
    /// Who lies, by name.
    pub liars: Vec<String>,
    /// What happens, one after another.
    pub events: Vec<String>,
    /// Who has decided differently in the end.
    pub sentence: String,
}

/// All orders of a scenario within bounds.
pub struct Exhaust {
    scenario: Scenario,
    bounds: Bounds,
    cases: Box<dyn Cases>,
    progress: Exhausted,
    found: Option<Found>,
    outcomes: BTreeSet<Vec<Vec<BlockId>>>,
    /// What of the case at hand stands in [`Self::progress`].
    counted: Counts,
    finished: bool,
}

/// The cases of one protocol, whichever it is.
trait Cases {
    /// Looks at about so many states of the case at hand; true when it is over.
    fn advance(&mut self, states: u64) -> bool;
    fn counts(&self) -> Counts;
    fn outcomes(&self) -> BTreeSet<Vec<Vec<BlockId>>>;
    /// Begins the next case; false when there is none.
    fn next(&mut self) -> bool;
    fn symmetric(&self) -> u64;
    fn violation(&mut self, scenario: &Scenario) -> Option<(Order, Option<Found>)>;
}

impl Exhaust {
    /// All orders of `scenario`: of it count validators, protocol and proposers. Nothing in it is to lie, crash or be cut off
    /// by itself: within the bound everything is tried anyway.
    ///
    /// # Errors
    /// A sentence, when the bounds are too large or the protocol cannot be looked at like this.
    pub fn new(scenario: Scenario, bounds: Bounds) -> Result<Self, Problem> {
        struct Begin<'a>(&'a Scenario, Bounds);
        impl Visitor for Begin<'_> {
            type Output = Result<Box<dyn Cases>, Problem>;
            fn visit<P: Corruptible>(self) -> Self::Output {
                Ok(Box::new(Orders::<P>::new(self.0, self.1)?))
            }
        }
        check(&scenario, bounds)?;
        let begin = Begin(&scenario, bounds);
        let known = visit(&scenario.protocol.name, begin);
        let cases = known.ok_or_else(|| Problem::new(unknown(&scenario.protocol.name)))??;
        Ok(Self::of(scenario, bounds, cases))
    }

    /// As [`Self::new`], under a protocol that may be in no registry.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn over<P: Corruptible>(scenario: Scenario, bounds: Bounds) -> Result<Self, Problem> {
        check(&scenario, bounds)?;
        let cases = Box::new(Orders::<P>::new(&scenario, bounds)?);
        Ok(Self::of(scenario, bounds, cases))
    }

    fn of(scenario: Scenario, bounds: Bounds, cases: Box<dyn Cases>) -> Self {
        Exhaust {
            progress: Exhausted {
                cases: 1,
                symmetric: cases.symmetric(),
                ..Exhausted::default()
            },
            scenario,
            bounds,
            cases,
            found: None,
            outcomes: BTreeSet::new(),
            counted: Counts::default(),
            finished: false,
        }
    }

    /// Looks at about so many states; true when it is over: with a violation, with everything looked at, or at the bound of
    /// states.
    pub fn advance(&mut self, states: u64) -> bool {
        if self.finished {
            return true;
        }
        let before = self.counted;
        let left = self.bounds.states.saturating_sub(self.progress.states);
        let over = self.cases.advance(states.min(left).max(1));
        let after = self.cases.counts();
        self.counted = after;
        self.progress.states += after.states - before.states;
        self.progress.steps += after.steps - before.steps;
        self.progress.ends += after.ends - before.ends;
        self.progress.decided = self.progress.decided.max(after.decided);
        if over {
            self.outcomes.extend(self.cases.outcomes());
            if let Some((order, found)) = self.cases.violation(&self.scenario) {
                self.progress.violation = Some(order);
                self.found = found;
                self.finished = true;
                return true;
            }
            let schedules = self.progress.schedules.saturating_add(after.schedules);
            self.progress.schedules = schedules;
            self.finished = !self.cases.next();
            self.counted = Counts::default();
            self.progress.whole = self.finished;
            self.progress.cases += u64::from(!self.finished);
        }
        self.finished |= self.progress.states >= self.bounds.states;
        self.finished
    }

    /// How far it has come.
    #[must_use]
    pub fn progress(&self) -> &Exhausted {
        &self.progress
    }

    /// The violation as a run, where a run has that order.
    #[must_use]
    pub fn found(&self) -> Option<&Found> {
        self.found.as_ref()
    }

    /// All combinations of decisions that were reached in the sets of liars that are done, by honest validator.
    #[must_use]
    pub fn outcomes(&self) -> &BTreeSet<Vec<Vec<BlockId>>> {
        &self.outcomes
    }
}

fn check(scenario: &Scenario, bounds: Bounds) -> Result<(), Problem> {
    validate(scenario)?;
    let n = scenario.validators.len();
    let sentence = if n > MAX_EXHAUST_VALIDATORS {
        format!(
            "{n} validators have too many orders to look at all of them: give at most {MAX_EXHAUST_VALIDATORS}, or search with \
             a generator"
        )
    } else if !(1..=2).contains(&bounds.heights) {
        format!(
            "{} heights are not looked at whole: give 1 or 2",
            bounds.heights
        )
    } else if !(1..=4).contains(&bounds.rounds) {
        format!(
            "{} rounds are not looked at whole: give 1 to 4",
            bounds.rounds
        )
    } else if bounds.liars > 0 && bounds.heights > 1 {
        "what liars may say is known for the first height only: give 1 height, or no liars".into()
    } else if !(1..=MAX_EXHAUST_STATES).contains(&bounds.states) {
        format!(
            "{} states cannot be looked at: give 1 to {MAX_EXHAUST_STATES}",
            bounds.states
        )
    } else {
        return Ok(());
    };
    Err(Problem::new(sentence))
}

struct Orders<P: Corruptible> {
    scenario: Scenario,
    bounds: Bounds,
    /// Sets of liars, the next one last.
    left: Vec<Vec<ValidatorId>>,
    symmetric: u64,
    now: Explorer<P>,
}

impl<P: Corruptible> Orders<P> {
    fn new(scenario: &Scenario, bounds: Bounds) -> Result<Self, Problem> {
        let params = params::<P>(scenario)?;
        let info = P::info(&params);
        if info.dag {
            return Err(Problem::new(format!(
                "{} proposes several blocks a round, and its orders are too many to be looked at whole",
                info.title
            )));
        }
        if bounds.liars > 0 && P::COMPOSE.is_none() {
            return Err(Problem::new(format!(
                "messages of {} carry certificates, which liars cannot be given without a run: look at it without liars, or \
                 search with a generator",
                info.title
            )));
        }
        let around = surroundings::<P>(scenario, bounds)?;
        let (mut left, symmetric) = cases(bounds.liars, &info, &around);
        // Those with the most liars come first: fewer honest validators have fewer orders.
        left.sort_by_key(Vec::len);
        let first = left.pop().unwrap_or_default();
        Ok(Orders {
            now: explorer::<P>(scenario, bounds, first)?,
            scenario: scenario.clone(),
            bounds,
            left,
            symmetric,
        })
    }
}

fn params<P: Corruptible>(scenario: &Scenario) -> Result<P::Params, Problem> {
    read_params(&given(&scenario.protocol.params))
        .map_err(|e| Problem::new(format!("{}: {}", e.field, e.sentence)))
}

fn surroundings<P: Corruptible>(
    scenario: &Scenario,
    bounds: Bounds,
) -> Result<Surroundings<P>, Problem> {
    let params = params::<P>(scenario)?;
    let restart = P::info(&params).rounds.restart;
    let voters = scenario.validators.iter().enumerate();
    let voters = voters.map(|(i, v)| Validator {
        id: ValidatorId(i as u16),
        // Signatures are taken for good here; keys only have to differ.
        key: PublicKey([i as u8 + 1; 32]),
        stake: v.stake,
    });
    let set = ValidatorSet::of(voters.filter(|v| v.stake > 0)).map_err(Problem::new)?;
    let names: Vec<String> = scenario.validators.iter().map(|v| v.name.clone()).collect();
    let protocol = &scenario.protocol;
    let environment = Environment {
        proposers: Schedule::new(proposer_rule(&protocol.proposer, scenario.seed, &names)),
        params,
        block_interval: protocol.block_interval_us.max(1),
    };
    let horizon = Horizon {
        heights: bounds.heights,
        rounds: bounds.rounds,
        restart,
        timeouts: bounds.timeouts,
    };
    Ok(Surroundings::new(
        ValidatorSets::new(set),
        environment,
        horizon,
    ))
}

fn explorer<P: Corruptible>(
    scenario: &Scenario,
    bounds: Bounds,
    who: Vec<ValidatorId>,
) -> Result<Explorer<P>, Problem> {
    let mut around = surroundings::<P>(scenario, bounds)?;
    let info = P::info(&around.environment.params);
    let liars = Liars::new(who, &info, &mut around);
    Ok(Explorer::new(info, around, liars, bounds.reduce))
}

impl<P: Corruptible> Cases for Orders<P> {
    fn advance(&mut self, states: u64) -> bool {
        self.now.advance(states)
    }

    fn counts(&self) -> Counts {
        self.now.counts
    }

    fn outcomes(&self) -> BTreeSet<Vec<Vec<BlockId>>> {
        self.now.outcomes.clone()
    }

    fn next(&mut self) -> bool {
        let next = self.left.pop();
        let next = next.and_then(|who| explorer::<P>(&self.scenario, self.bounds, who).ok());
        match next {
            Some(next) => {
                self.now = next;
                true
            }
            None => false,
        }
    }

    fn symmetric(&self) -> u64 {
        self.symmetric
    }

    fn violation(&mut self, scenario: &Scenario) -> Option<(Order, Option<Found>)> {
        let (one, other) = self.now.forked()?;
        let events = self.now.schedule();
        let who = self.now.liars.who.iter();
        let order = Order {
            liars: who.map(|v| name(scenario, NodeId(v.0))).collect(),
            events: self.now.sentences(scenario, &events),
            sentence: format!(
                "{} and {} have decided different blocks.",
                name(scenario, one),
                name(scenario, other)
            ),
        };
        let played = self.now.scenario(scenario, &events);
        let found = played.and_then(|(played, end_us)| {
            let judged = Judged {
                property: Property::Agreement,
                calm_us: 0,
                end_us,
            };
            let outcome = run(simulate, &judged, played).ok()?;
            Found::of(None, &outcome)
        });
        Some((order, found))
    }
}
