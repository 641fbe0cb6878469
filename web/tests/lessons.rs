//! The guided path walked as a reader would walk it, and what its steps say held against the trace.

use consensusforge_core::session::scenario::effective;
use consensusforge_core::session::scenario::model::{
    AdversarySpec, Command, LatencySpec, Scenario, Who,
};
use consensusforge_core::session::view::{Arrow, Fate, Mark, MarkKind};
use consensusforge_core::session::{Session, scenario};
use consensusforge_web::lessons::progress::STEPS;
use consensusforge_web::lessons::{Observation, Stage, Step, StepCheck, path};

struct Reader {
    session: Session,
    check: Box<dyn StepCheck>,
    named: Vec<String>,
}

fn step(id: &str) -> Step {
    path().into_iter().find(|s| s.id == id).unwrap()
}

impl Reader {
    /// Opens the step's run, lets it play as far as it would while one reads, and predicts.
    fn begins(id: &str) -> Reader {
        let step = step(id);
        let mut session = Session::open((step.scenario)()).unwrap();
        if step.plays {
            session.run_to(1_500_000);
        }
        Reader {
            session,
            check: (step.check)(),
            named: Vec::new(),
        }
    }

    fn looks(&mut self) -> Stage {
        let frame = self.session.frame();
        let force = effective::at(self.session.scenario(), frame.now_us);
        self.check.observe(&Observation {
            frame: &frame,
            world: &self.session.world(),
            force: &force,
            named: &self.named,
        })
    }

    fn waits(&mut self, us: u64) -> Stage {
        let until = self.session.frame().now_us + us;
        let mut last = self.looks();
        while self.session.frame().now_us < until {
            let to = (self.session.frame().now_us + 40_000).min(until);
            self.session.run_to(to);
            last = self.looks();
        }
        last
    }

    fn acts(&mut self, command: Command) {
        self.session.apply(command).unwrap();
    }

    fn lets_lie(&mut self, count: u16) {
        let strategy = self.session.scenario().adversary.strategy.clone();
        let who = Who::Count(count);
        self.acts(Command::SetAdversary(AdversarySpec { who, strategy }));
    }

    fn drags_latency(&mut self, us: u64) {
        self.acts(Command::SetLatency(LatencySpec::Constant { us }));
    }

    fn trace(&self) -> (Vec<Arrow>, Vec<Mark>) {
        let batch = self.session.chart(0, 1_000_000);
        (batch.arrows, batch.marks)
    }
}

fn todo(stage: &Stage) -> &str {
    match stage {
        Stage::Todo(says) => says,
        Stage::Done(says) => panic!("done too early: {says}"),
    }
}

fn done(stage: &Stage) -> &str {
    match stage {
        Stage::Done(says) => says,
        Stage::Todo(says) => panic!("not done: {says}"),
    }
}

fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "“{part}” in: {text}");
    }
}

#[test]
fn every_step_can_run_and_reads_well() {
    let path = path();
    assert_eq!(path.len(), STEPS);
    for step in &path {
        scenario::validate(&(step.scenario)()).unwrap();
        assert!(step.answer < step.choices.len(), "{}", step.id);
        assert!(step.lead.len() < 420, "{}", step.id);
        assert!(step.question.ends_with('?'), "{}", step.id);
        for text in [step.lead, step.task] {
            assert!(text.ends_with('.') && !text.contains("  "), "{text}");
        }
    }
}

#[test]
fn a_block_commits_with_three_of_four_precommits() {
    let mut reader = Reader::begins("commit");
    assert!(todo(&reader.looks()).contains("Press play"));
    assert!(todo(&reader.waits(60_000)).contains("votes"));
    let said = reader.waits(400_000);
    let said = done(&said);
    has(said, &["height 1, decided in round 0", "267 of 400"]);

    // The first to commit held its own precommit and exactly two others.
    let (arrows, marks) = reader.trace();
    let (node, at, block) = marks
        .iter()
        .find_map(|m| match &m.what {
            MarkKind::Commit { block, .. } => Some((m.node, m.at_us, *block)),
            _ => None,
        })
        .unwrap();
    let kinds = reader.session.world().kinds;
    let precommit = kinds.iter().position(|k| k.name == "precommit").unwrap();
    let arrived = arrows.iter().filter(|a| {
        usize::from(a.kind) == precommit
            && a.to == node
            && a.arrives_us <= at
            && a.fate == Fate::Delivered
    });
    assert_eq!(arrived.count(), 2);
    let hex: String = block.iter().map(|b| format!("{b:02x}")).collect();
    has(said, &[&hex, &consensusforge_web::words::clock(at)]);
}

#[test]
fn four_times_the_latency_is_four_times_the_wait() {
    let mut reader = Reader::begins("latency");
    assert!(todo(&reader.looks()).contains("Drag the latency to 200 ms"));
    // Not far enough.
    reader.drags_latency(120_000);
    assert!(todo(&reader.waits(1_000_000)).contains("Drag the latency to 200 ms"));
    reader.drags_latency(50_000);
    reader.waits(2_000_000);
    reader.drags_latency(200_000);
    assert!(todo(&reader.waits(900_000)).contains("Slower already"));
    let said = reader.waits(4_000_000);
    // Three trips and a pause of 20 ms, before and after.
    has(
        done(&said),
        &[
            "every 170 ms",
            "every 620 ms",
            "3.6 times as long for 4.0 times",
        ],
    );
    let commits = reader.session.frame().commits;
    let last = &commits[commits.len() - 2..];
    assert_eq!(last[1].at_us - last[0].at_us, 620_000);
}

#[test]
fn a_silent_proposer_costs_a_round() {
    let mut reader = Reader::begins("silence");
    assert!(todo(&reader.waits(500_000)).contains("Silence one"));
    reader.lets_lie(1);
    let waiting = reader.waits(10_000);
    assert!(todo(&waiting).contains("is silent"));
    let said = reader.waits(6_000_000);
    let said = done(&said);
    let frame = reader.session.frame();
    let silent = &frame.adversary.names[0];
    let late = frame.commits.iter().find(|c| c.round > 0).unwrap();
    has(
        said,
        &[
            &format!("Height {} took", late.height),
            "others took 170 ms",
            &format!("{silent}'s turn"),
            "timeout of 1 s",
            "round 1",
        ],
    );
    // Nobody proposed in round 0 of that height, and round 1 had a proposal by another.
    let world = reader.session.world();
    let proposal = world
        .kinds
        .iter()
        .position(|k| k.role == "proposal")
        .unwrap();
    let (arrows, _) = reader.trace();
    let proposed: Vec<(String, u32)> = arrows
        .iter()
        .filter(|a| usize::from(a.kind) == proposal)
        .filter_map(|a| reader.session.message(a.message))
        .filter(|m| m.height == late.height)
        .map(|m| (m.from, m.round))
        .collect();
    assert!(!proposed.is_empty());
    assert!(
        proposed
            .iter()
            .all(|(from, round)| from != silent && *round == 1)
    );
}

#[test]
fn two_thirds_exactly_are_not_enough() {
    let mut reader = Reader::begins("quorum");
    assert!(todo(&reader.looks()).contains("Drag crashed to 2"));
    reader.acts(Command::SetCrashed { count: 1 });
    assert!(todo(&reader.waits(3_000_000)).contains("Five of six"));
    reader.acts(Command::SetCrashed { count: 3 });
    assert!(todo(&reader.waits(3_000_000)).contains("exactly two"));
    reader.acts(Command::SetCrashed { count: 2 });
    let stalled = reader.waits(5_000_000);
    assert!(todo(&stalled).contains("bring one back"));
    let height = reader.session.frame().commits.last().unwrap().height;
    // The step names the height that the verdict names.
    let verdict = &reader.session.frame().verdicts[0].sentence;
    let stuck = format!("height {}", height + 1);
    has(todo(&stalled), &[&stuck]);
    has(verdict, &[&stuck]);
    // Nothing whatever is decided as long as two are down.
    reader.waits(20_000_000);
    assert_eq!(
        reader.session.frame().commits.last().unwrap().height,
        height
    );
    reader.acts(Command::SetCrashed { count: 1 });
    let said = reader.waits(8_000_000);
    has(
        done(&said),
        &[
            "401 of 600",
            "400 were left",
            &format!("Height {} could not be decided", height + 1),
            "When one came back, the height was decided",
        ],
    );
}

#[test]
fn one_liar_of_four_cannot_fork_and_two_can() {
    let mut reader = Reader::begins("broken");
    assert!(todo(&reader.waits(500_000)).contains("Everyone is honest"));
    reader.lets_lie(1);
    assert!(todo(&reader.waits(20_000_000)).contains("still agree"));
    reader.lets_lie(2);
    let said = reader.waits(20_000_000);
    has(
        done(&said),
        &["At height", "50 % of the stake", "267 of 400"],
    );
}

#[test]
fn the_guilty_are_named_by_what_they_signed() {
    let mut reader = Reader::begins("guilt");
    reader.waits(20_000_000);
    assert!(todo(&reader.looks()).contains("Who signed"));
    reader.named = vec!["v1".into()];
    assert!(todo(&reader.looks()).contains("There is no evidence against v1"));
    reader.named = vec!["v5".into()];
    assert!(todo(&reader.looks()).contains("2 more"));
    reader.named = vec!["v2".into(), "v5".into(), "v6".into()];
    let said = reader.looks();
    let said = done(&said);
    has(said, &["v2, v5 and v6 signed", "300 of 700", "42.9 %"]);
    // The verdict, which reads certificates, names the same.
    let frame = reader.session.frame();
    let verdict = frame
        .verdicts
        .iter()
        .find(|v| v.monitor == "agreement")
        .unwrap();
    has(&verdict.sentence, &["v2", "v5", "v6"]);
    assert_eq!(frame.adversary.names, ["v2", "v5", "v6"]);
}

#[test]
fn a_step_left_alone_is_never_done() {
    for step in path().iter().filter(|s| s.plays) {
        let mut reader = Reader::begins(step.id);
        todo(&reader.waits(30_000_000));
    }
}

#[test]
fn watches_take_any_run_without_breaking() {
    // A reader may open something else in the middle of a step.
    for step in path() {
        let mut reader = Reader::begins(step.id);
        reader.session = Session::open(Scenario::default()).unwrap();
        reader.named = vec!["nobody".into(), "v1".into()];
        reader.waits(5_000_000);
        reader.session.seek(10, u64::MAX);
        reader.looks();
    }
}
