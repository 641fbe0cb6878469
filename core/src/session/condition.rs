//! Conditions on records: what a run is paused at, and what a search over its past finds.

use super::Session;
use super::back::One;
use super::search::Digits;
use super::view::{Advance, Condition, FoundRecord, FoundRecords, Happening, Problem};
use super::words::what;
use crate::base::Micros;
use crate::check::{Monitors, Offence};
use crate::trace::{Event, Record, Trace};
use crate::types::{BlockId, Height, NodeId, Round};

/// Records one search gives; further ones are counted.
const MOST_FOUND: usize = 200;

impl Condition {
    /// Reads what a command line says: `locks`, `decides`, `double-signs`, `round:2`, `receives:prevote`, each
    /// perhaps followed by `at=VALIDATOR`, `height=N` and `block=DIGITS` behind commas.
    ///
    /// # Errors
    /// A sentence that says which part is wrong and what there is.
    pub fn read(text: &str) -> Result<Condition, Problem> {
        let mut parts = text.split(',').map(str::trim);
        let what = parts.next().unwrap_or_default();
        let what = match what.split_once(':').unwrap_or((what, "")) {
            ("locks", "") => Happening::Locks,
            ("decides", "") => Happening::Decides,
            ("double-signs", "") => Happening::DoubleSigns,
            ("round", number) if number.parse::<u32>().is_ok() => {
                Happening::EntersRound(number.parse().unwrap_or_default())
            }
            ("receives", kind) if !kind.is_empty() => Happening::Receives(kind.into()),
            _ => {
                return Err(Problem::new(format!(
                    "`{what}` is nothing to stop at; there are: locks, decides, double-signs, round:NUMBER and \
                     receives:KIND."
                )));
            }
        };
        let mut condition = Condition::of(what);
        let mut given: Vec<&str> = Vec::new();
        for part in parts {
            let name = part.split_once('=').map_or(part, |(name, _)| name);
            if given.contains(&name) {
                return Err(Problem::new(format!(
                    "`{name}=` is given twice: leave one of them out."
                )));
            }
            given.push(name);
            match part.split_once('=') {
                Some(("at", name)) => condition.who = Some(name.into()),
                Some(("block", digits)) => condition.block = Some(digits.into()),
                Some(("height", number)) => {
                    let height = number.parse().map_err(|_| {
                        Problem::new(format!("`{number}` is no height: give a whole number."))
                    })?;
                    condition.height = Some(height);
                }
                _ => {
                    return Err(Problem::new(format!(
                        "`{part}` says nothing: after what happens come at=VALIDATOR, height=NUMBER and block=DIGITS."
                    )));
                }
            }
        }
        Ok(condition)
    }

    /// As a sentence says it: "v2 locks a block". `round`: the protocol's word for a round.
    #[must_use]
    pub fn words(&self, round: &str) -> String {
        let who = self.who.as_deref().unwrap_or("a validator");
        let block = match &self.block {
            Some(digits) => format!("block {digits}"),
            None => "a block".into(),
        };
        let what = match &self.what {
            Happening::Locks => format!("locks {block}"),
            Happening::Decides => format!("decides {block}"),
            Happening::DoubleSigns => "signs twice".into(),
            Happening::EntersRound(number) => format!("enters {round} {number} or later"),
            Happening::Receives(kind) => match &self.block {
                Some(digits) => format!("receives a {kind} for {digits}"),
                None => format!("receives a {kind}"),
            },
        };
        match self.height {
            Some(height) => format!("{who} {what} at height {height}"),
            None => format!("{who} {what}"),
        }
    }
}

/// A condition by numbers, for one run.
#[derive(Clone, Debug)]
struct Compiled {
    who: Option<NodeId>,
    height: Option<Height>,
    block: Option<Digits>,
    what: Wanted,
}

#[derive(Clone, Copy, Debug)]
enum Wanted {
    Locks,
    Decides,
    DoubleSigns,
    EntersRound(Round),
    Receives(u8),
}

impl Compiled {
    fn of(condition: &Condition, trace: &Trace) -> Result<Compiled, Problem> {
        if condition.height == Some(0) {
            return Err(Problem::new(
                "height 0 is genesis, where nothing happens: give a height of at least 1.",
            ));
        }
        let head = &trace.head;
        let who = match &condition.who {
            None => None,
            Some(name) => Some(node_named(trace, name)?),
        };
        let what = match &condition.what {
            Happening::Locks => Wanted::Locks,
            Happening::Decides => Wanted::Decides,
            Happening::DoubleSigns => Wanted::DoubleSigns,
            Happening::EntersRound(round) => Wanted::EntersRound(*round),
            Happening::Receives(kind) => {
                let found = head.kinds.iter().position(|k| k.name == kind);
                Wanted::Receives(found.map(|k| k as u8).ok_or_else(|| {
                    let names: Vec<&str> = head.kinds.iter().map(|k| k.name).collect();
                    Problem::new(format!(
                        "{} has no message of kind “{kind}”; there are: {}.",
                        head.protocol,
                        names.join(", ")
                    ))
                })?)
            }
        };
        let block = match &condition.block {
            None => None,
            Some(digits) => Some(Digits::read(&digits.to_lowercase()).ok_or_else(|| {
                Problem::new(format!(
                    "“{digits}” is no beginning of a block's digest: give 4 to 64 of the digits 0 to 9 and a to f."
                ))
            })?),
        };
        Ok(Compiled {
            who,
            height: condition.height,
            block,
            what,
        })
    }

    fn fits(&self, node: NodeId, height: Height, block: Option<&BlockId>) -> bool {
        self.who.is_none_or(|who| who == node)
            && self.height.is_none_or(|wanted| wanted == height)
            && self
                .block
                .as_ref()
                .is_none_or(|digits| block.is_some_and(|b| digits.begin(&b.0)))
    }
}

fn node_named(trace: &Trace, name: &str) -> Result<NodeId, Problem> {
    let nodes = (0..trace.head.nodes.len() as u16).map(NodeId);
    let found = nodes
        .clone()
        .find(|node| trace.head.node_name(*node) == name);
    found.ok_or_else(|| {
        let names: Vec<String> = nodes.take(8).map(|n| trace.head.node_name(n)).collect();
        Problem::new(format!(
            "There is no validator “{name}” in this run; there are: {}{}.",
            names.join(", "),
            if trace.head.nodes.len() > names.len() {
                ", …"
            } else {
                ""
            }
        ))
    })
}

/// Holds records against conditions as they come.
#[derive(Clone, Debug, Default)]
pub(super) struct Watcher {
    conditions: Vec<Compiled>,
    /// The height and round each node is in: a node enters a round once, and takes many steps in it.
    slots: Vec<Option<(Height, Round)>>,
    /// Events after which `slots` holds.
    steps: u64,
}

impl Watcher {
    /// The first condition that `record` fulfils. `monitors` have seen it.
    fn see(&mut self, record: &Record, trace: &Trace, monitors: &Monitors) -> Option<usize> {
        let fulfils = |wanted: &Compiled| match (&record.event, wanted.what) {
            (Event::Locked { node, detail }, Wanted::Locks) => {
                wanted.fits(*node, detail.0.height, Some(&detail.1))
            }
            (Event::Committed(c), Wanted::Decides) => wanted.fits(c.node, c.height, Some(&c.block)),
            (Event::Sent { message, from, .. }, Wanted::DoubleSigns) => {
                trace.find(*message).is_some_and(|m| {
                    let two = monitors.culprits_at(m.slot.height).iter().any(|c| {
                        c.offence == Offence::Equivocation
                            && c.second.as_ref().is_some_and(|s| s.message == *message)
                    });
                    // A relay of the second message is none of the relayer's doing.
                    two && m.from == *from && wanted.fits(*from, m.slot.height, m.value.as_ref())
                })
            }
            (Event::Delivered { message, to, .. }, Wanted::Receives(kind)) => {
                trace.find(*message).is_some_and(|m| {
                    m.kind == kind && wanted.fits(*to, m.slot.height, m.value.as_ref())
                })
            }
            (
                Event::Step {
                    node,
                    round,
                    height,
                    ..
                },
                Wanted::EntersRound(least),
            ) => {
                let before = self.slots.get(node.index()).copied().flatten();
                *round >= least
                    && before != Some((u64::from(*height), *round))
                    && wanted.fits(*node, u64::from(*height), None)
            }
            _ => false,
        };
        let found = self.conditions.iter().position(fulfils);
        if let Event::Step {
            node,
            round,
            height,
            ..
        } = &record.event
            && let Some(slot) = self.slots.get_mut(node.index())
        {
            *slot = Some((u64::from(*height), *round));
        }
        found
    }
}

impl Session {
    /// From now on [`Self::advance_watching`] stops where one of these happens.
    ///
    /// # Errors
    /// A sentence when one names a validator or a kind of message that this run does not have; then the run
    /// stops as it did before.
    pub fn pause_when(&mut self, conditions: &[Condition]) -> Result<(), Problem> {
        let trace = self.sim.trace();
        let compiled = conditions.iter().map(|c| Compiled::of(c, trace));
        self.watcher.conditions = compiled.collect::<Result<_, _>>()?;
        self.watcher.steps = u64::MAX;
        Ok(())
    }

    /// As [`Self::advance`], but stops right after the event in which something happens that
    /// [`Self::pause_when`] was told of: gives the place of that condition in its list.
    pub fn advance_watching(&mut self, until: Micros, max_steps: u64) -> (Advance, Option<usize>) {
        if self.watcher.conditions.is_empty() {
            return (self.advance(until, max_steps), None);
        }
        // The run was moved since: each node is where it is.
        if self.watcher.steps != self.sim.steps() {
            let nodes = (0..self.sim.node_count() as u16).map(NodeId);
            let slots = nodes.map(|node| {
                let status = self.sim.status(node);
                (self.sim.steps() > 0).then_some((status.height, status.round))
            });
            self.watcher.slots = slots.collect();
        }
        let mut watcher = std::mem::take(&mut self.watcher);
        let (mut reached, mut executing, mut hit) = (false, false, None);
        let mut left = max_steps;
        while left > 0 && !reached && !executing && hit.is_none() {
            left -= 1;
            let cursor = self.sim.trace().end();
            match self.one_step_until(super::view::Unit::Event, until) {
                One::Nothing => reached = true,
                One::Executing => executing = true,
                One::Ran(_) => {
                    for record in self.sim.trace().since(cursor) {
                        let found = watcher.see(record, self.sim.trace(), &self.monitors);
                        hit = hit.or(found);
                    }
                    self.seen.read(self.sim.trace());
                    self.remember();
                }
            }
        }
        watcher.steps = self.sim.steps();
        self.watcher = watcher;
        self.see_violations();
        self.end = self.end.max(self.sim.now());
        (self.came(reached || hit.is_some(), executing), hit)
    }

    /// Where a condition was fulfilled in what is in memory.
    ///
    /// # Errors
    /// As [`Self::pause_when`].
    pub fn find_records(&self, condition: &Condition) -> Result<FoundRecords, Problem> {
        let trace = self.sim.trace();
        let mut watcher = Watcher {
            conditions: vec![Compiled::of(condition, trace)?],
            slots: vec![None; trace.head.nodes.len()],
            steps: 0,
        };
        let mut found: Vec<FoundRecord> = Vec::new();
        let mut held: Vec<Option<usize>> = vec![None; trace.head.nodes.len()];
        let mut more = 0;
        for record in trace.since(0) {
            // A lock holds until the next one of that node, or until it has decided.
            if matches!(record.event, Event::Locked { .. } | Event::Committed(_))
                && let Some(node) = record.event.node()
                && let Some(held) = held.get_mut(node.index()).and_then(Option::take)
            {
                found[held].until_us = Some(record.at);
            }
            if watcher.see(record, trace, &self.monitors).is_none() {
                continue;
            }
            if found.len() == MOST_FOUND {
                more += 1;
                continue;
            }
            let node = record.event.node();
            if let (Event::Locked { node, .. }, Some(_)) = (&record.event, node)
                && let Some(held) = held.get_mut(node.index())
            {
                *held = Some(found.len());
            }
            let name = node.map_or_else(String::new, |n| trace.head.node_name(n) + " ");
            found.push(FoundRecord {
                at_us: record.at,
                until_us: None,
                node: node.map(|n| n.0),
                message: record.event.message(),
                what: format!("{name}{}", what(record, trace)),
            });
        }
        // A trace that begins with the run has nothing before its first record.
        let from_us = if trace.start() > 0 { trace.from() } else { 0 };
        Ok(FoundRecords {
            records: found,
            more,
            from_us,
        })
    }
}
