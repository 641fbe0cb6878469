//! Generators: what trial number k is. Each is a function of the search's seed and of k, so that a trial is the same in
//! whatever order, and by however many workers, trials are run. [`guided`] also looks at earlier trials, and says there
//! at which.

pub(super) mod byzzfuzz;
pub(super) mod guided;
mod pct;
mod random;
mod twins;

use super::run::Draft;
use super::space::{Move, Space};
use crate::base::Micros;
use crate::base::random::{Draw, Purpose, Randomness};
use crate::consensus::Role;
use crate::consensus::registry::find;
use crate::model::{
    AdversarySpec, Command, Cut, PuppetLine, Scenario, StrategySpec, SubmitSpec, TimedCommand,
    ValueSpec, Who,
};
use crate::session::view::Problem;
use crate::trace::Head;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::cell::OnceCell;

/// How trials are made.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema
)]
#[serde(rename_all = "snake_case")]
pub enum Generator {
    /// Every choice alike and by itself.
    Random,
    /// Priorities of links that change at a few instants (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010;
    /// for messages Ozkan, Majumdar, Niksic, Befrouei, Weissenbacher, OOPSLA 2018).
    Pct,
    /// Second nodes with one key, and partitions (Bano, Sonnino, Chursin, Perelman, Li, Ching, Malkhi, OPODIS 2021).
    Twins,
    /// Network and process faults in a few rounds (Winter, Buse, de Graaf, von Gleissenthall, Ozkan, OOPSLA 2023).
    ByzzFuzz,
    /// Changes of those earlier trials that saw something new (after American Fuzzy Lop).
    Guided,
}

impl Generator {
    /// All of them.
    pub const ALL: [Generator; 5] = [
        Generator::Random,
        Generator::Pct,
        Generator::Twins,
        Generator::ByzzFuzz,
        Generator::Guided,
    ];

    /// As people write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Generator::Random => "random",
            Generator::Pct => "pct",
            Generator::Twins => "twins",
            Generator::ByzzFuzz => "byzzfuzz",
            Generator::Guided => "guided",
        }
    }

    /// The generator of that name.
    ///
    /// # Errors
    /// A sentence with all there are.
    pub fn parse(name: &str) -> Result<Self, Problem> {
        let found = Self::ALL.into_iter().find(|g| g.name() == name);
        found.ok_or_else(|| {
            Problem::new(format!(
                "there is no generator {name:?}; there are: {}",
                Self::ALL.map(Self::name).join(", ")
            ))
        })
    }
}

/// What generators know of the scenario they vary.
pub(super) struct Facts {
    pub base: Scenario,
    pub space: Space,
    /// Kinds of signed message, and what each does.
    pub kinds: Vec<(&'static str, Role)>,
    /// The moves that the protocol supports.
    pub moves: Vec<Move>,
    /// Its messages can be scripted.
    pub composes: bool,
    randomness: Randomness,
    twins: OnceCell<Option<twins::Numbering>>,
}

impl Facts {
    pub fn new(base: Scenario, space: Space, seed: u64, head: &Head) -> Self {
        let powers = find(&base.protocol.name).map(|facts| facts.powers);
        let supported = |m: &Move| {
            powers.is_none_or(|p| match m {
                Move::Coalition => p.equivocate,
                Move::Amnesia => p.forget_lock,
                Move::Puppet => p.compose,
                Move::Silent | Move::Delay => true,
            })
        };
        let kinds = head.kinds.iter().map(|k| (k.name, k.role));
        let unsigned = crate::world::UNSIGNED_KINDS;
        Facts {
            kinds: kinds.filter(|(name, _)| !unsigned.contains(name)).collect(),
            moves: space.moves.iter().copied().filter(supported).collect(),
            composes: powers.is_none_or(|p| p.compose),
            randomness: Randomness::new(seed),
            twins: OnceCell::new(),
            base,
            space,
        }
    }

    /// What trial number `trial` leaves to chance.
    pub fn dice(&self, trial: u64) -> Draw {
        self.randomness.draw(Purpose::Search, trial, 0)
    }

    /// The same for every trial of the search.
    pub fn common_dice(&self) -> Draw {
        self.randomness.draw(Purpose::Search, 0, 1)
    }

    fn twins(&self) -> Option<&twins::Numbering> {
        let numbering = self.twins.get_or_init(|| twins::Numbering::new(self));
        numbering.as_ref()
    }

    pub fn names(&self) -> Vec<String> {
        let all = self.base.validators.iter();
        all.map(|v| v.name.clone()).collect()
    }

    fn stake(&self, name: &str) -> u64 {
        let all = self.base.validators.iter();
        all.filter(|v| v.name == name).map(|v| v.stake).sum()
    }

    /// Validators drawn one by one, each that still fits into the stake that may lie.
    pub fn liars(&self, dice: &mut Draw) -> Vec<String> {
        let mut names = self.names();
        shuffle(&mut names, dice);
        let mut held = 0u64;
        names.retain(|name| {
            let stake = self.stake(name);
            let fits = stake > 0 && held.saturating_add(stake) <= self.space.liars;
            held += if fits { stake } else { 0 };
            fits
        });
        names.sort();
        names
    }

    /// An instant before the network is calm.
    pub fn instant(&self, dice: &mut Draw) -> Micros {
        // Whole milliseconds read better, and no fault needs more.
        dice.below(self.space.calm_us.max(1)) / 1_000 * 1_000
    }

    /// The base with another seed, where that may vary.
    pub fn seeded(&self, dice: &mut Draw) -> Scenario {
        let mut scenario = self.base.clone();
        let seed = dice.u64() >> 32;
        if self.space.seed {
            scenario.seed = seed;
        }
        scenario
    }
}

pub(super) fn shuffle<T>(all: &mut [T], dice: &mut Draw) {
    for i in (1..all.len()).rev() {
        let j = dice.below(i as u64 + 1) as usize;
        all.swap(i, j);
    }
}

/// One of them; they are not empty.
pub(super) fn pick<'a, T>(all: &'a [T], dice: &mut Draw) -> &'a T {
    &all[dice.below(all.len() as u64) as usize]
}

/// Each with an even chance.
pub(super) fn some(all: &[String], dice: &mut Draw) -> Vec<String> {
    all.iter().filter(|_| dice.below(2) == 0).cloned().collect()
}

/// Puts a command where its instant belongs, after those of the same instant.
pub(super) fn add(scenario: &mut Scenario, at_us: Micros, command: Command) {
    let commands = &mut scenario.commands;
    let place = commands.partition_point(|c| c.at_us <= at_us);
    commands.insert(place, TimedCommand { at_us, command });
}

/// Names of all nodes: of a validator with a twin both, `'v1` and `v1'`.
pub(super) fn nodes(scenario: &Scenario) -> Vec<String> {
    let mut all = Vec::new();
    for validator in &scenario.validators {
        if scenario.twins.contains(&validator.name) {
            all.push(format!("'{}", validator.name));
            all.push(format!("{}'", validator.name));
        } else {
            all.push(validator.name.clone());
        }
    }
    all
}

/// Nothing passes between two sides drawn from all nodes; now and then in one direction only.
pub(super) fn random_cut(scenario: &Scenario, dice: &mut Draw) -> Option<Cut> {
    let all = nodes(scenario);
    let side = some(&all, dice);
    let one_way = dice.below(4) == 0;
    if side.is_empty() || side.len() == all.len() {
        return None;
    }
    Some(if one_way {
        let others = all.into_iter().filter(|n| !side.contains(n)).collect();
        Cut::OneWay {
            from: side,
            to: others,
        }
    } else {
        Cut::Groups(vec![side])
    })
}

/// Ends at `calm` what commands before it have begun, so that whatever still goes wrong then is not the network's
/// doing. What later commands heal already is healed once.
pub(super) fn calm_down(scenario: &mut Scenario, calm: Micros) {
    let heals = |c: &TimedCommand| {
        c.at_us == calm
            && matches!(
                c.command,
                Command::Heal
                    | Command::Restart { .. }
                    | Command::Restore { .. }
                    | Command::SetLatency(_)
                    | Command::SetLoss { .. }
                    | Command::SetDuplicate { .. }
                    | Command::SetReorder { .. }
            )
    };
    scenario.commands.retain(|c| !heals(c));
    let mut cut = !scenario.network.partitions.is_empty();
    let mut down: Vec<String> = Vec::new();
    let (mut latency, mut loss) = (false, false);
    let (mut duplicate, mut reorder) = (false, false);
    for timed in scenario.commands.iter().filter(|c| c.at_us <= calm) {
        match &timed.command {
            Command::Partition(_) | Command::Isolate { .. } => cut = true,
            Command::Heal => cut = false,
            Command::Crash { validator } if !down.contains(validator) => {
                down.push(validator.clone());
            }
            Command::Restart { validator } => down.retain(|name| name != validator),
            Command::SetLatency(spec) => latency = *spec != scenario.network.latency,
            Command::SetLoss { ppm } => loss = *ppm != scenario.network.loss_ppm,
            Command::SetDuplicate { ppm } => duplicate = *ppm != scenario.network.duplicate_ppm,
            Command::SetReorder { ppm, .. } => reorder = *ppm != scenario.network.reorder_ppm,
            Command::Crash { .. }
            | Command::Restore { .. }
            | Command::SetBlockInterval { .. }
            | Command::SetWorkload { .. }
            | Command::SetCrashed { .. }
            | Command::SetAdversary(_)
            | Command::Submit { .. }
            | Command::Drop(_)
            | Command::Delay { .. }
            | Command::Duplicate { .. }
            | Command::DeliverNow(_)
            | Command::SubmitTwice { .. }
            | Command::ChangeValidators { .. } => {}
        }
    }
    let network = scenario.network.clone();
    let back = [
        (cut, Command::Heal),
        (latency, Command::SetLatency(network.latency)),
        (
            loss,
            Command::SetLoss {
                ppm: network.loss_ppm,
            },
        ),
        (
            duplicate,
            Command::SetDuplicate {
                ppm: network.duplicate_ppm,
            },
        ),
        (
            reorder,
            Command::SetReorder {
                ppm: network.reorder_ppm,
                by_us: network.reorder_by_us,
            },
        ),
    ];
    for (needed, command) in back {
        if needed {
            add(scenario, calm, command);
        }
    }
    for validator in down {
        add(scenario, calm, Command::Restart { validator });
    }
}

/// Liars that keep to the protocol: what is done with their messages is the generator's.
pub(super) fn obedient(names: Vec<String>) -> AdversarySpec {
    AdversarySpec {
        who: Who::Names(names),
        strategy: StrategySpec::Delay { by_us: 0 },
    }
}

/// A line of a script: of some kind, about a place near the beginning, to some validators.
pub(super) fn random_line(facts: &Facts, liars: &[String], dice: &mut Draw) -> PuppetLine {
    let heights = 1 + facts.space.calm_us / 2_000_000;
    let (height, round) = (1 + dice.below(heights), dice.below(3) as u32);
    let (kind, role) = *pick(&facts.kinds, dice);
    let label = || ["A", "B"][(round & 1) as usize].to_owned();
    let value = match dice.below(if role == Role::Proposal { 3 } else { 6 }) {
        0 => ValueSpec::Block("A".into()),
        1 => ValueSpec::Block("B".into()),
        2 => ValueSpec::Block(label()),
        3 => ValueSpec::Nil,
        _ => ValueSpec::Proposed { height, round },
    };
    let from = pick(liars, dice).clone();
    let others: Vec<String> = facts.names().into_iter().filter(|n| *n != from).collect();
    let mut to = some(&others, dice);
    if to.is_empty() {
        to = others;
    }
    PuppetLine {
        at_us: facts.instant(dice),
        from,
        to,
        kind: kind.to_owned(),
        height,
        round,
        value,
        valid_round: None,
        wrong_signature: false,
    }
}

/// A strategy of those that may be, at random.
pub(super) fn random_strategy(facts: &Facts, liars: &[String], dice: &mut Draw) -> StrategySpec {
    if facts.moves.is_empty() {
        return StrategySpec::Delay { by_us: 0 };
    }
    match pick(&facts.moves, dice) {
        Move::Coalition => StrategySpec::Coalition,
        Move::Silent => StrategySpec::Silent,
        Move::Delay => StrategySpec::Delay {
            by_us: 1_000 * dice.between(1, 2_000),
        },
        Move::Amnesia => StrategySpec::Amnesia,
        Move::Puppet => {
            let lines = 1 + dice.below(40);
            let mut script: Vec<PuppetLine> = (0..lines)
                .map(|_| random_line(facts, liars, dice))
                .collect();
            script.sort_by_key(|line| line.at_us);
            StrategySpec::Puppet { script }
        }
    }
}

/// A transfer between two users.
pub(super) fn random_transfer(dice: &mut Draw) -> Command {
    let users = u64::from(crate::world::USERS);
    let from = dice.below(users);
    let to = (from + 1 + dice.below(users - 1)) % users;
    Command::Submit {
        from: from as u16,
        action: SubmitSpec::Transfer {
            to: to as u16,
            amount: dice.between(1, 1_000),
        },
        gas_limit: None,
    }
}

/// What trial number `trial` is; `None`: another one is the same but for names.
pub(super) fn draft(generator: Generator, facts: &Facts, trial: u64) -> Option<Draft> {
    match generator {
        // What a guided search begins with, until it has parents.
        Generator::Random | Generator::Guided => Some(random::draft(facts, trial).into()),
        Generator::Pct => Some(pct::draft(facts, trial).into()),
        Generator::Twins => twins::draft(facts, trial).map(Draft::from),
        Generator::ByzzFuzz => Some(byzzfuzz::draft(facts, trial)),
    }
}

/// How many different trials the generator has; `None`: no end of them.
pub(super) fn count(generator: Generator, facts: &Facts) -> Option<u64> {
    match generator {
        Generator::Twins => Some(twins::count(facts)),
        Generator::Random | Generator::Guided | Generator::Pct | Generator::ByzzFuzz => None,
    }
}
