//! A stand-in for the session while the page is built: a happy chain, drawn and not computed.

use crate::model::{Command, InputSpec, Scenario, TimedCommand};
use consensusforge_core::session::view::*;

pub struct Session {
    scenario: Scenario,
    now: u64,
}

const BLOCK: u64 = 650_000;

pub fn presets() -> Vec<Preset> {
    ["Happy path", "30 % loss", "Fork"]
        .iter()
        .map(|t| Preset { id: t.to_lowercase(), title: (*t).into(), look: "Blocks commit, one after another.".into(), scenario: Scenario::default() })
        .collect()
}

impl Session {
    pub fn open(scenario: Scenario) -> Result<Session, Problem> {
        Ok(Session { scenario, now: 0 })
    }
    pub fn open_link(_: &str) -> Result<(Scenario, Option<Expected>), Problem> {
        Err(Problem::new("This link is cut off: its check sum does not fit. Ask for it again, or go on with the run you see."))
    }
    pub fn open_file(text: &str) -> Result<(Scenario, Option<Expected>), Problem> {
        serde_json::from_str(text).map(|s| (s, None)).map_err(|e| Problem::new(e.to_string()))
    }
    pub fn scenario(&self) -> &Scenario { &self.scenario }
    pub fn advance(&mut self, until: u64, max: u64) -> Advance {
        let to = until.min(self.now + max * 500);
        self.now = self.now.max(to);
        Advance { now_us: self.now, steps: self.now / 500, reached: self.now >= until }
    }
    pub fn step(&mut self, _: Unit, max: u64) -> Advance { self.advance(self.now + 10_000, max) }
    pub fn seek(&mut self, to: u64, _: u64) -> Advance {
        self.now = to;
        Advance { now_us: to, steps: to / 500, reached: true }
    }
    pub fn replay_to(&mut self, _: &Expected, _: u64) -> Option<Replay> {
        Some(Replay { matches: true, sentence: "The replay matches.".into() })
    }
    pub fn apply(&mut self, command: Command) -> Result<(), Problem> {
        self.scenario.commands.push(TimedCommand { at_us: self.now, command });
        Ok(())
    }
    pub fn world(&self) -> World {
        World {
            protocol: "tendermint".into(),
            nodes: self.scenario.validators.iter().map(|v| v.name.clone()).collect(),
            kinds: [("proposal", "proposal"), ("prevote", "vote"), ("precommit", "vote")].iter()
                .map(|(n, r)| KindView { name: (*n).into(), role: (*r).into() }).collect(),
            steps: vec!["propose".into(), "prevote".into(), "precommit".into()],
            timers: vec!["propose".into()],
            quorum: 67,
            total: 100,
        }
    }
    fn n(&self) -> u64 { self.scenario.validators.len() as u64 }
    pub fn frame(&self) -> Frame {
        let height = self.now / BLOCK + 1;
        let n = self.scenario.validators.len();
        Frame {
            now_us: self.now, steps: self.now / 500, digest: "8f3a55aa01c2".repeat(5),
            verdicts: ["agreement", "validity", "state roots", "progress"].iter().map(|m| Verdict {
                monitor: (*m).into(), kind: VerdictKind::Holds, sentence: format!("{m} holds up to height {height}."), since_us: None }).collect(),
            caption: format!("v{} proposes block 8f3a55aa at height {height}: everybody waits for more than two thirds of the prevotes.", height % n as u64 + 1),
            metrics: Metrics { height, blocks_per_second: 1.54, commit_latency_p50_us: 151_000, commit_latency_p95_us: 171_000, rounds_per_height: 1.0, messages_per_block: 27.0,
                messages_by_kind: vec![KindCount { kind: "proposal".into(), sent: 3 * height, delivered: 3 * height, lost: 0 }, KindCount { kind: "prevote".into(), sent: 12 * height, delivered: 12 * height, lost: 1 }],
                delivered: 27 * height, lost: 0, transactions: 12, transactions_per_second: 2.0, mempool: 1 },
            nodes: (0..n).map(|i| NodeView { name: format!("v{}", i + 1), stake: 100, share: 1.0 / n as f64, byzantine: i == 2, crashed: i == 3, height, round: 0, step: "prevote".into(), locked: Some(("8f3a55aa".into(), 0)), decided: height - 1, state_root: "4b1c77".repeat(10), root_height: height - 1, mempool: 1 }).collect(),
            adversary: AdversaryView { names: vec!["v3".into()], strategy: "coalition".into(), stake: 100, total: 400, sentence: "v3 lies: 25 % of the stake, under a third. It can slow the others and cannot fork them.".into() },
            window_from_us: 0,
            commands_us: self.scenario.commands.iter().map(|c| c.at_us).collect(),
            commits: (1..height).map(|h| CommitMark { at_us: h * BLOCK - 500_000, height: h, round: 0, block: "8f3a55aa".into(), forked: h == 5 }).collect(),
        }
    }
    fn all(&self, from: u64, to: u64) -> (Vec<Arrow>, Vec<Mark>) {
        let (mut arrows, mut marks) = (vec![], vec![]);
        let n = self.n();
        for h in from / BLOCK..=to / BLOCK {
            let t0 = h * BLOCK;
            for (k, s) in [(0u8, 0u64), (1, 52_000), (2, 104_000)] {
                for a in 0..n {
                    marks.push(Mark { node: a as u16, at_us: t0 + s, what: MarkKind::Step { height: h + 1, round: 0, step: k } });
                    if k == 0 && a != h % n { continue; }
                    for b in 0..n {
                        if a == b { continue; }
                        let lat = 40_000 + (a * 7919 + b * 104_729 + h * 31 + s) % 20_000;
                        arrows.push(Arrow { message: (h * 100 + u64::from(k) * 10 + a) as u32, from: a as u16, to: b as u16, kind: k, fate: if (a * 3 + b + h) % 11 == 0 { Fate::Lost } else { Fate::Delivered }, byzantine: a == 2, sent_us: t0 + s + a * 1000, arrives_us: t0 + s + a * 1000 + lat });
                    }
                }
            }
            for a in 0..n {
                marks.push(Mark { node: a as u16, at_us: t0 + 110_000, what: MarkKind::Locked { height: h + 1, round: 0, block: [1, 2, 3, h as u8] } });
                marks.push(Mark { node: a as u16, at_us: t0 + 160_000 + a * 900, what: MarkKind::Commit { height: h + 1, round: 0, block: [1, 2, if h == 4 { (a % 2) as u8 } else { 3 }, h as u8], caught_up: false } });
                if a == 1 { marks.push(Mark { node: a as u16, at_us: t0 + 200_000, what: MarkKind::Timeout { height: h + 1, round: 0, timer: 0 } }); }
            }
        }
        marks.sort_by_key(|m| m.at_us);
        (arrows, marks)
    }
    pub fn chart(&self, cursor: u64, max: usize) -> ChartBatch {
        let (arrows, marks) = self.all(cursor, self.now);
        let arrows: Vec<_> = arrows.into_iter().filter(|a| a.arrives_us >= cursor && a.arrives_us < self.now).take(max).collect();
        let marks = marks.into_iter().filter(|a| a.at_us >= cursor && a.at_us < self.now).collect();
        ChartBatch { cursor: self.now, reset: cursor > self.now, arrows, marks, folded: 0 }
    }
    pub fn flying(&self, max: usize) -> Vec<Arrow> {
        let (arrows, _) = self.all(self.now, self.now);
        arrows.into_iter().filter(|a| a.arrives_us >= self.now && a.sent_us <= self.now).take(max).collect()
    }
    pub fn link(&self) -> LinkView { LinkView { fragment: "v1.abcdef".into(), bytes: 9, warning: None } }
    pub fn file(&self) -> String { serde_json::to_string_pretty(&self.scenario).unwrap_or_default() }
    pub fn message(&self, id: u32) -> Option<MessageView> {
        Some(MessageView { id, kind: "prevote".into(), from: "v1".into(), signer: Some("v1".into()), height: 3, round: 0, value: Some("8f3a".repeat(16)), bytes: 120, sent_us: 1, fields: vec![("valid round".into(), "none".into())] })
    }
    pub fn modules(&self) -> Vec<ModuleView> {
        vec![ModuleView { name: "counter".into(), sha256: "ab".repeat(32), bytes: 812, summary: "Counts calls.".into(), wat: Some("(module\n  (memory (export \"memory\") 1))".into()), builtin: true, examples: vec!["add 1".into()] }]
    }
    pub fn add_contract(&mut self, name: &str, wasm: Vec<u8>) -> Result<ModuleView, Problem> {
        Ok(ModuleView { name: name.into(), sha256: "cd".repeat(32), bytes: wasm.len() as u64, summary: String::new(), wat: None, builtin: false, examples: vec![] })
    }
    pub fn contracts(&self) -> Vec<ContractView> { vec![] }
    pub fn receipts(&self) -> Vec<ReceiptView> { vec![] }
    pub fn view_call(&self, _: &str, _: InputSpec, _: usize) -> ViewResult { ViewResult { output: Some("31".into()), error: None, gas_used: 12 } }
}
