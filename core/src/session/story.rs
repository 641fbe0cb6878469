//! A violation, or a standstill, told from its causal past: who lies, what was proposed, how it came to be decided, what
//! the two sides have in common, and whose guilt is proven. Every sentence refers to a record.

use super::Session;
use super::culprits::{describe, view};
use super::view::{Story, StorySentence};
use super::words::{DIGITS, validator};
use crate::check::{Culprit, FindingKind, Offence, Waiting, listed, names, percent, seconds};
use crate::consensus::Role;
use crate::scenario::flaw::flaw;
use crate::trace::{Commit, Event, Loss, Past, Record, Trace};
use crate::types::{BlockId, Height, NodeId, ValidatorId, ValidatorSet};

/// A reader keeps no more in mind.
const SENTENCES: usize = 10;

/// A record and its number.
type Numbered<'a> = (u64, &'a Record);

impl Session {
    /// How the run came to be wrong, or why it stands still; `None` when there is nothing to explain. It is told from the
    /// records in memory: of a long run, go to just after it went wrong.
    #[must_use]
    pub fn story(&self) -> Option<Story> {
        let trace = self.sim.trace();
        let findings = self.monitors.findings(self.now_us(), trace);
        let worst = findings.first()?;
        match worst.kind {
            FindingKind::Holds => None,
            FindingKind::Stalled => self.waiting_story(None),
            FindingKind::Violated => {
                let ends = match worst.monitor {
                    "agreement" => self.sides(),
                    "validity" => self.wrong_decision(worst.since?),
                    _ => self.different_roots(worst.since?),
                };
                Some(self.violation(&ends, &worst.sentence))
            }
        }
    }

    /// What the run waits for, stalled or not; `reason` says what should have come by now. `None` when nobody honest is
    /// up.
    #[must_use]
    pub fn waiting_story(&self, reason: Option<&str>) -> Option<Story> {
        let trace = self.sim.trace();
        let waiting = self.monitors.waiting(self.now_us(), trace)?;
        Some(self.standstill(&waiting, reason))
    }

    fn numbered(&self) -> impl Iterator<Item = Numbered<'_>> {
        let trace = self.sim.trace();
        (trace.start()..).zip(trace.since(trace.start()))
    }

    fn record(&self, number: Option<u64>) -> Option<&Record> {
        self.sim.trace().since(number?).next()
    }

    fn honest_commits(&self) -> impl Iterator<Item = (u64, &Record, &Commit)> {
        let tainted = self.monitors.tainted();
        self.numbered()
            .filter_map(|(number, record)| match &record.event {
                Event::Committed(commit) if !tainted.contains(&commit.node) => {
                    Some((number, record, commit.as_ref()))
                }
                _ => None,
            })
    }

    /// The first decision of each of the first two sides of the lowest fork.
    fn sides(&self) -> Vec<Numbered<'_>> {
        let height = self.fork_height();
        let mut blocks: Vec<BlockId> = Vec::new();
        let mut ends = Vec::new();
        for (number, record, commit) in self.honest_commits() {
            if Some(commit.height) == height && blocks.len() < 2 && !blocks.contains(&commit.block)
            {
                blocks.push(commit.block);
                ends.push((number, record));
            }
        }
        ends
    }

    /// The decision that the monitor of validity found at `since`.
    fn wrong_decision(&self, since: u64) -> Vec<Numbered<'_>> {
        let mut then = self
            .honest_commits()
            .filter(|(_, record, _)| record.at == since);
        let invalid = self
            .honest_commits()
            .find(|(_, record, commit)| record.at == since && !commit.valid);
        let found = invalid.or_else(|| then.next());
        found
            .map(|(number, record, _)| (number, record))
            .into_iter()
            .collect()
    }

    /// The execution that the monitor of state roots found at `since`, and an honest one of the same block before it with
    /// another root.
    fn different_roots(&self, since: u64) -> Vec<Numbered<'_>> {
        let tainted = self.monitors.tainted();
        let executed = |record: &Record| match &record.event {
            Event::Executed(e) if !tainted.contains(&e.node) => Some((e.height, e.block, e.root)),
            _ => None,
        };
        let mut all: Vec<Numbered<'_>> = Vec::new();
        for (number, record) in self.numbered() {
            let Some((height, block, root)) = executed(record) else {
                continue;
            };
            let other = all.iter().find(|(_, first)| {
                executed(first).is_some_and(|(h, b, r)| (h, b) == (height, block) && r != root)
            });
            if let Some(first) = other
                && record.at == since
            {
                return vec![*first, (number, record)];
            }
            all.push((number, record));
        }
        Vec::new()
    }

    fn violation(&self, ends: &[Numbered<'_>], finding: &str) -> Story {
        let trace = self.sim.trace();
        let numbers: Vec<u64> = ends.iter().map(|(number, _)| *number).collect();
        let Some((last, _)) = ends.last().copied() else {
            return Story {
                sentences: vec![self.sentence(
                    trace.start(),
                    format!(
                        "{finding} How that came about is no longer in memory: go back to just after it happened."
                    ),
                )],
                guilty: self.guilty(),
            };
        };
        let mut facts = Facts {
            session: self,
            trace,
            past: Past::of(trace, &numbers),
            told: Vec::new(),
        };
        let height = ends[0].1.event.height().unwrap_or_default();
        facts.liars(height);
        facts.proposals(ends);
        for end in ends {
            facts.end(*end);
        }
        if let [one, other] = ends {
            facts.common(*one, *other, height);
        } else {
            facts.tell(last, finding.to_owned());
        }
        facts.guilt(height, last);
        facts.flaw(last);
        Story {
            sentences: facts.sentences(),
            guilty: self.guilty(),
        }
    }

    fn standstill(&self, waiting: &Waiting, reason: Option<&str>) -> Story {
        let trace = self.sim.trace();
        let newest: Vec<u64> = trace.end().checked_sub(1).into_iter().collect();
        let mut facts = Facts {
            session: self,
            trace,
            past: Past::of(trace, &newest),
            told: Vec::new(),
        };
        facts.waiting(waiting, reason);
        facts.flaw(trace.end().saturating_sub(1));
        Story {
            sentences: facts.sentences(),
            guilty: Vec::new(),
        }
    }

    fn guilty(&self) -> Vec<String> {
        let trace = self.sim.trace();
        let guilty = self.monitors.guilty();
        guilty.iter().map(|v| validator(trace, *v)).collect()
    }

    fn sentence(&self, number: u64, sentence: String) -> StorySentence {
        let record = self.record(Some(number));
        StorySentence {
            sentence,
            record: number,
            at_us: record.map_or(0, |r| r.at),
            node: record.and_then(|r| r.event.node()).map(|n| n.0),
            message: record.and_then(|r| r.event.message()),
        }
    }
}

/// What is to be told, in order.
struct Facts<'a> {
    session: &'a Session,
    trace: &'a Trace,
    past: Past,
    told: Vec<StorySentence>,
}

impl<'a> Facts<'a> {
    fn tell(&mut self, record: u64, sentence: String) {
        self.told.push(self.session.sentence(record, sentence));
    }

    fn sentences(mut self) -> Vec<StorySentence> {
        self.told.truncate(SENTENCES);
        self.told
    }

    fn name(&self, node: NodeId) -> String {
        self.trace.head.node_name(node)
    }

    fn set(&self, height: Height) -> &ValidatorSet {
        self.trace.validators(height)
    }

    /// "v2 and v4, 50 % of the stake".
    fn with_stake(&self, who: &[ValidatorId], height: Height) -> String {
        format!(
            "{}, {} of the stake",
            self.listed(who),
            self.share(who, height)
        )
    }

    fn listed(&self, who: &[ValidatorId]) -> String {
        let all: Vec<String> = who.iter().map(|v| validator(self.trace, *v)).collect();
        listed(&all)
    }

    fn share(&self, who: &[ValidatorId], height: Height) -> String {
        percent(self.stake(who, height), self.set(height).total())
    }

    fn stake(&self, who: &[ValidatorId], height: Height) -> u64 {
        let set = self.set(height);
        who.iter().map(|v| set.stake(*v)).sum()
    }

    /// The validators of nodes, each once.
    fn validators(&self, nodes: &[NodeId]) -> Vec<ValidatorId> {
        let of = |node: &NodeId| self.trace.head.nodes.get(node.index()).copied();
        let mut all: Vec<ValidatorId> = nodes.iter().filter_map(of).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The records of the past, the oldest first.
    fn records(&self) -> impl Iterator<Item = Numbered<'a>> {
        let past = &self.past;
        let start = self.trace.start();
        let all = (start..).zip(self.trace.since(start));
        all.filter(|(number, _)| past.has(*number))
    }

    /// Who lies, and how.
    fn liars(&mut self, height: Height) {
        let changes = self.records().filter_map(|(number, r)| match &r.event {
            Event::Byzantine(change) if !change.nodes.is_empty() => Some((number, change)),
            _ => None,
        });
        let Some((number, change)) = changes.last() else {
            return;
        };
        let who = self.validators(&change.nodes);
        let (verb, hold) = match who.len() {
            1 => ("lies", "holds"),
            _ => ("lie", "hold"),
        };
        let told = format!(
            "{} {verb} ({}) and {hold} {} of the stake.",
            self.listed(&who),
            change.strategy,
            self.share(&who, height)
        );
        self.tell(number, told);
    }

    /// How each of the blocks came into the world.
    fn proposals(&mut self, ends: &[Numbered<'_>]) {
        let mut blocks: Vec<BlockId> = ends.iter().filter_map(|(_, r)| block(r)).collect();
        blocks.dedup();
        let mut found: Vec<(u64, String)> = Vec::new();
        let mut before = None;
        for wanted in blocks {
            let proposal = self.records().find_map(|(number, record)| {
                let Event::Sent { message, from, .. } = &record.event else {
                    return None;
                };
                let m = self.trace.find(*message)?;
                let kind = self.trace.head.kinds.get(usize::from(m.kind))?;
                (kind.role == Role::Proposal && m.value == Some(wanted))
                    .then_some((number, *from, m.slot))
            });
            let Some((number, from, slot)) = proposal else {
                continue;
            };
            let whose = self.validators(&[from]);
            let again = before == Some((whose.clone(), slot));
            let (turn, also) = match again {
                true => ("In the same turn ", "also "),
                false => ("", ""),
            };
            found.push((
                number,
                format!(
                    "{turn}{} {also}proposes {} (height {}, {} {}).",
                    self.name(from),
                    wanted.short(DIGITS),
                    slot.height,
                    self.trace.head.rounds.noun,
                    slot.round
                ),
            ));
            before = Some((whose, slot));
        }
        found.sort_by_key(|(number, _)| *number);
        for (number, sentence) in found {
            self.tell(number, sentence);
        }
    }

    /// The decision or execution that a side ends in.
    fn end(&mut self, (number, record): Numbered<'_>) {
        let at = seconds(record.at);
        if let Event::Committed(commit) = &record.event {
            let sentence = self.decision(commit, &at, number);
            self.tell(number, sentence);
        } else if let Event::Executed(e) = &record.event {
            let sentence = format!(
                "At {at} {} has executed {} (height {}) and has root {}.",
                self.name(e.node),
                e.block.short(DIGITS),
                e.height,
                e.root.short(DIGITS)
            );
            self.tell(number, sentence);
        }
    }

    fn decision(&self, commit: &Commit, at: &str, number: u64) -> String {
        let name = self.name(commit.node);
        let (block, height) = (commit.block.short(DIGITS), commit.height);
        let verb = if commit.caught_up {
            "learns that"
        } else {
            "decides"
        };
        let is = if commit.caught_up { " is decided" } else { "" };
        let together = if commit.with == commit.block {
            String::new()
        } else {
            format!(" together with {}", commit.with.short(DIGITS))
        };
        let rule = self.rule_of(commit.node, number);
        let rule = rule.map_or_else(String::new, |rule| format!(" by {rule}"));
        let mut told =
            format!("At {at} {name} {verb} {block}{is} at height {height}{together}{rule}");
        let signers = self.signers(commit);
        if !signers.is_empty() {
            told += &format!(
                ": the {} of {}, are enough",
                self.trace.head.certificates,
                self.with_stake(&signers, height)
            );
        }
        told + "."
    }

    /// The rule by which a node did something: the last to take effect there before it.
    fn rule_of(&self, node: NodeId, number: u64) -> Option<&'static str> {
        let before = self.records().take_while(|(n, _)| *n < number);
        let here = before.filter(|(_, r)| r.event.node() == Some(node));
        let last = here.filter_map(|(_, r)| match r.event {
            Event::Fired { rule, .. } => Some(Some(rule)),
            // What came anew was dealt with by other rules than what came before.
            Event::Delivered { .. } | Event::TimerFired { .. } => Some(None),
            _ => None,
        });
        let rule = last.last()??;
        self.trace.head.rule(rule).map(|rule| rule.id)
    }

    /// Whose signatures decided: those of the proof that the commit ends in.
    fn signers(&self, commit: &Commit) -> Vec<ValidatorId> {
        if commit.with == commit.block {
            return commit.signers.clone();
        }
        // The proof stands with the last block of a commit, which comes after this one.
        let start = self.trace.start();
        let proof = self.trace.since(start).find_map(|r| match &r.event {
            Event::Committed(c) if c.node == commit.node && c.block == commit.with => Some(c),
            _ => None,
        });
        proof.map_or_else(Vec::new, |c| c.signers.clone())
    }

    /// What two sides have in common that must not have it.
    fn common(&mut self, one: Numbered<'_>, other: Numbered<'_>, height: Height) {
        let (Event::Committed(a), Event::Committed(b)) = (&one.1.event, &other.1.event) else {
            let told = "The same block must lead to the same root everywhere.".to_owned();
            self.tell(other.0, told);
            return;
        };
        if !Past::of(self.trace, &[other.0]).has(one.0) {
            let told = format!(
                "{} cannot know: nothing that {} has done since its decision has reached it.",
                self.name(b.node),
                self.name(a.node)
            );
            self.tell(other.0, told);
        }
        let (first, second) = (self.signers(a), self.signers(b));
        let both: Vec<ValidatorId> = first
            .iter()
            .copied()
            .filter(|v| second.contains(v))
            .collect();
        let head = &self.trace.head;
        let total = self.set(height).total();
        let least = head.bound.least_to_fork(head.conflict, total);
        let takes = match least {
            0 => "By these thresholds a fork takes no liar at all.".to_owned(),
            _ => format!(
                "A fork takes liars with at least {}.",
                percent(least, total)
            ),
        };
        let told = if first.is_empty() || second.is_empty() {
            takes
        } else if both.is_empty() {
            format!("Nobody has signed both certificates. {takes}")
        } else {
            let rounds = if a.round == b.round {
                String::new()
            } else {
                let noun = head.rounds.noun;
                format!(", which are of {noun}s {} and {}", a.round, b.round)
            };
            format!(
                "Signed both certificates{rounds}: {}. {takes}",
                self.with_stake(&both, height)
            )
        };
        self.tell(other.0, told);
    }

    /// Whose guilt is proven, by what they did.
    fn guilt(&mut self, height: Height, end: u64) {
        let mut told: Vec<(Offence, Vec<&Culprit>)> = Vec::new();
        for culprit in self.session.monitors.culprits_at(height) {
            match told.iter_mut().find(|(o, _)| *o == culprit.offence) {
                Some((_, all)) => all.push(culprit),
                None => told.push((culprit.offence, vec![culprit])),
            }
        }
        if told.is_empty() {
            let sentence = "The record of all messages proves nobody guilty.".to_owned();
            self.tell(end, sentence);
        }
        told.sort_by_key(|(offence, _)| *offence);
        for (offence, mut all) in told {
            all.sort_by_key(|c| c.validator);
            let who: Vec<ValidatorId> = all.iter().map(|c| c.validator).collect();
            let seen = |c: &&&Culprit| self.record_of(c).is_some();
            let Some(shown) = all.iter().find(seen).or(all.first()) else {
                continue;
            };
            let number = self.record_of(shown).unwrap_or(end);
            let head = &self.trace.head;
            let share = self.share(&who, height);
            let sentence = if let [one] = all.as_slice() {
                let told = view(head, one).sentence;
                format!("Guilty, with {share} of the stake: {told}")
            } else {
                let mut deed = describe(head, &shown.first);
                if let Some(second) = &shown.second {
                    deed = format!("{deed}, and {}", describe(head, second));
                }
                format!(
                    "Guilty, with {share} of the stake: {} {}; {} for one sent {deed}.",
                    self.listed(&who),
                    offence.sentence(),
                    validator(self.trace, shown.validator)
                )
            };
            self.tell(number, sentence);
        }
    }

    /// The rule that prevents this, where the protocol lacks it: told last, whatever else has no room.
    fn flaw(&mut self, end: u64) {
        let Some(flaw) = flaw(&self.session.scenario().protocol) else {
            return;
        };
        self.told.truncate(SENTENCES - 1);
        let rules = self.trace.head.rules.iter();
        let text = rules.filter(|r| r.id == flaw.rule).map(|r| r.text).next();
        let text = text.map_or_else(String::new, |text| format!(" ({text})"));
        let sentence = format!(
            "Rule {}{text} prevents this, and here it is broken on purpose: {}",
            flaw.rule, flaw.wrong
        );
        self.tell(end, sentence);
    }

    /// Where in the past a message that proves the guilt was sent.
    fn record_of(&self, culprit: &Culprit) -> Option<u64> {
        let proofs = culprit.second.iter().chain([&culprit.first]);
        let mut found = proofs.filter_map(|said| {
            let sent = self.records().find(|(_, r)| {
                matches!(&r.event, Event::Sent { message, .. } if *message == said.message)
            });
            sent.map(|(number, _)| number)
        });
        found.next()
    }

    /// Why a chain stands still.
    fn waiting(&mut self, waiting: &Waiting, reason: Option<&str>) {
        let stall = &waiting.stall;
        let height = stall.slot.height;
        let entered = self.newest(|e| matches!(e, Event::Step { node, .. } if *node == stall.node));
        let here = entered.unwrap_or_else(|| self.trace.start());
        self.liars(height);
        let tainted = self.session.monitors.tainted();
        if let Some(reason) = reason {
            self.tell(here, reason.to_owned());
        }
        let decided =
            self.newest(|e| matches!(e, Event::Committed(c) if !tainted.contains(&c.node)));
        let told = match self.session.record(decided) {
            Some(record) => format!(
                "Height {} was decided at {}, and no other since.",
                record.event.height().unwrap_or_default(),
                seconds(record.at)
            ),
            None => "Nothing has been decided.".to_owned(),
        };
        self.tell(decided.unwrap_or(here), told);
        let mut absent = waiting.down.clone();
        if !waiting.down.is_empty() {
            let crash = self
                .newest(|e| matches!(e, Event::Crashed { node } if waiting.down.contains(node)));
            self.absent("down", &waiting.down, height, crash.unwrap_or(here));
        }
        let silent: Vec<NodeId> = waiting.silent.clone();
        if !silent.is_empty() {
            let word =
                self.newest(|e| matches!(e, Event::Sent { from, .. } if silent.contains(from)));
            self.absent("silent", &silent, height, word.unwrap_or(here));
            absent.extend(&silent);
        }
        if !waiting.cuts.is_empty() {
            let lost = self.newest(|e| {
                matches!(
                    e,
                    Event::Lost {
                        why: Loss::Partition,
                        ..
                    }
                )
            });
            let told = format!(
                "The network is cut: nothing gets {}.",
                waiting.cuts.join(", or ")
            );
            self.tell(lost.unwrap_or(here), told);
        }
        let fired =
            self.newest(|e| matches!(e, Event::TimerFired { node, .. } if *node == stall.node));
        let noun = self.trace.head.rounds.noun;
        let name = self.name(stall.node);
        if let Some(fired) = fired
            && stall.slot.round > 0
            && self.trace.head.rounds.restart
        {
            let told = format!(
                "{name} has begun {} {noun}s of height {height}.",
                stall.slot.round + 1
            );
            self.tell(fired, told);
        }
        let at = format!(
            "{name} waits at height {height}, {noun} {}, step {}",
            stall.slot.round, stall.step
        );
        let lacks = match waiting.lacks.as_slice() {
            [] => "for no message of others".to_owned(),
            lacks => lacks.join("; or "),
        };
        let colon = if waiting.lacks.is_empty() { " " } else { ": " };
        self.tell(here, format!("{at}{colon}{lacks}."));
        let leaders = self.trace.head.bound.honest_leaders;
        if leaders > 1 {
            let told = format!(
                "Blocks become final here only after {leaders} honest leaders in a row, now and then."
            );
            self.tell(here, told);
        }
        let away = self.validators(&absent);
        let total = self.set(height).total();
        let left = total.saturating_sub(self.stake(&away, height));
        let quorum = self.trace.head.bound.quorum;
        if !away.is_empty() && !quorum.is_met(left, total) {
            let told = format!(
                "Without {} only {} of the stake is left, and a quorum is {}.",
                self.listed(&away),
                percent(left, total),
                quorum.phrase(total)
            );
            self.tell(here, told);
        }
    }

    fn absent(&mut self, how: &str, nodes: &[NodeId], height: Height, record: u64) {
        let who = self.validators(nodes);
        let are = if nodes.len() == 1 { "is" } else { "are" };
        let told = format!(
            "{} {are} {how}: {} of the stake.",
            names(&self.trace.head, nodes),
            self.share(&who, height)
        );
        self.tell(record, told);
    }

    /// The number of the newest record of this kind.
    fn newest(&self, fits: impl Fn(&Event) -> bool) -> Option<u64> {
        let numbers = (0..self.trace.end()).rev();
        let mut all = numbers.zip(self.trace.newest_first());
        all.find(|(_, r)| fits(&r.event)).map(|(number, _)| number)
    }
}

fn block(record: &Record) -> Option<BlockId> {
    match &record.event {
        Event::Committed(commit) => Some(commit.block),
        Event::Executed(executed) => Some(executed.block),
        _ => None,
    }
}
