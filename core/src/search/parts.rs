//! What a run consists of, one by one: commands, lines of scripts, cuts, crashes, liars, twins. A part can be taken out,
//! and the rest is still a scenario.

use crate::base::{MILLISECOND, Micros};
use crate::model::{AdversarySpec, Command, CopySpec, Cut, Scenario, StrategySpec, Who};

/// One thing that was done to a run, by its place in the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Command(usize),
    /// Of the script that the adversary begins with.
    Line(usize),
    Partition(usize),
    Crash(usize),
    Liar(usize),
    Twin(usize),
}

/// All parts of a scenario.
pub(super) fn parts(scenario: &Scenario) -> Vec<Part> {
    let count = |n: usize, part: fn(usize) -> Part| (0..n).map(part);
    let lines = match &scenario.adversary.strategy {
        StrategySpec::Puppet { script } => script.len(),
        StrategySpec::Coalition
        | StrategySpec::Silent
        | StrategySpec::Delay { .. }
        | StrategySpec::WrongRoot
        | StrategySpec::Amnesia
        | StrategySpec::WrongAnswers
        | StrategySpec::Censor { .. } => 0,
    };
    let liars = match &scenario.adversary.who {
        Who::Names(names) => names.len(),
        Who::Count(_) => 0,
    };
    count(scenario.commands.len(), Part::Command)
        .chain(count(lines, Part::Line))
        .chain(count(scenario.network.partitions.len(), Part::Partition))
        .chain(count(scenario.faults.crashes.len(), Part::Crash))
        .chain(count(scenario.twins.len(), Part::Twin))
        .chain(count(liars, Part::Liar))
        .collect()
}

/// The scenario without these parts.
pub(super) fn without(scenario: &Scenario, out: &[Part]) -> Scenario {
    let mut rest = scenario.clone();
    let has = |part: Part| out.contains(&part);
    keep(&mut rest.commands, |i| !has(Part::Command(i)));
    keep(&mut rest.network.partitions, |i| !has(Part::Partition(i)));
    keep(&mut rest.faults.crashes, |i| !has(Part::Crash(i)));
    if let StrategySpec::Puppet { script } = &mut rest.adversary.strategy {
        keep(script, |i| !has(Part::Line(i)));
    }
    let gone: Vec<String> = rest
        .twins
        .iter()
        .enumerate()
        .filter(|(i, _)| has(Part::Twin(*i)))
        .map(|(_, name)| name.clone())
        .collect();
    for name in &gone {
        without_twin(&mut rest, name);
    }
    if let Who::Names(names) = &scenario.adversary.who {
        for (_, name) in names
            .iter()
            .enumerate()
            .filter(|(i, _)| has(Part::Liar(*i)))
        {
            adversaries(&mut rest, |spec| without_liar(spec, name));
        }
    }
    rest
}

fn keep<T>(all: &mut Vec<T>, stays: impl Fn(usize) -> bool) {
    let mut i = 0;
    all.retain(|_| {
        i += 1;
        stays(i - 1)
    });
}

/// Applies `change` to the adversary of the beginning and to those that commands bring.
fn adversaries(scenario: &mut Scenario, mut change: impl FnMut(&mut AdversarySpec)) {
    change(&mut scenario.adversary);
    for timed in &mut scenario.commands {
        if let Command::SetAdversary(spec) = &mut timed.command {
            change(spec);
        }
    }
}

/// A validator's name, of it or of either of its nodes.
fn bare(node: &str) -> &str {
    node.trim_matches('\'')
}

fn without_liar(spec: &mut AdversarySpec, name: &str) {
    if let Who::Names(names) = &mut spec.who {
        names.retain(|n| n != name);
    }
    if let StrategySpec::Puppet { script } = &mut spec.strategy {
        script.retain(|line| bare(&line.from) != name);
    }
}

/// Its one node is called like the validator from now on.
fn without_twin(scenario: &mut Scenario, name: &str) {
    scenario.twins.retain(|n| n != name);
    let second = format!("{name}'");
    let first = format!("'{name}");
    rename(scenario, &|node| {
        if node == second {
            None
        } else if node == first {
            Some(name.to_owned())
        } else {
            Some(node.to_owned())
        }
    });
}

/// The scenario without a validator: nobody speaks of it any more. `None` for the last one, and where delays are
/// given by rows.
pub(super) fn without_validator(scenario: &Scenario, index: usize) -> Option<Scenario> {
    let mut rest = scenario.clone();
    if rest.validators.len() < 2 {
        return None;
    }
    let name = rest.validators.remove(index).name;
    rest.twins.retain(|n| *n != name);
    rest.faults.crashes.retain(|c| c.validator != name);
    adversaries(&mut rest, |spec| without_liar(spec, &name));
    if let crate::model::ProposerSpec::List(list) = &mut rest.protocol.proposer {
        list.retain(|n| *n != name);
        if list.is_empty() {
            return None;
        }
    }
    let square = |spec: &mut crate::model::LatencySpec| {
        if let crate::model::LatencySpec::Matrix { us } = spec {
            us.remove(index);
            for row in us {
                row.remove(index);
            }
        }
    };
    square(&mut rest.network.latency);
    for timed in &mut rest.commands {
        if let Command::SetLatency(spec) = &mut timed.command {
            square(spec);
        }
    }
    rename(&mut rest, &|node| {
        (bare(node) != name).then(|| node.to_owned())
    });
    Some(rest)
}

/// Calls nodes otherwise; what is about a node that is called nothing is taken out.
fn rename(scenario: &mut Scenario, new: &dyn Fn(&str) -> Option<String>) {
    let all = |names: &mut Vec<String>| {
        *names = names.iter().filter_map(|name| new(name)).collect();
        !names.is_empty()
    };
    let one = |name: &mut String| {
        let renamed = new(name);
        let stays = renamed.is_some();
        *name = renamed.unwrap_or_default();
        stays
    };
    let cut = |cut: &mut Cut| match cut {
        Cut::Groups(groups) => {
            groups.retain_mut(all);
            !groups.is_empty()
        }
        Cut::OneWay { from, to } => all(from) && all(to),
    };
    let copy = |copy: &mut CopySpec| one(&mut copy.from) && one(&mut copy.to);
    adversaries(scenario, |spec| {
        if let StrategySpec::Puppet { script } = &mut spec.strategy {
            script.retain_mut(|line| one(&mut line.from) && all(&mut line.to));
        }
    });
    scenario.network.partitions.retain_mut(|p| cut(&mut p.cut));
    scenario
        .commands
        .retain_mut(|timed| match &mut timed.command {
            Command::Partition(spec) => cut(spec),
            Command::Crash { validator }
            | Command::Restart { validator }
            | Command::Isolate { validator }
            | Command::Restore { validator } => one(validator),
            Command::Drop(message)
            | Command::DeliverNow(message)
            | Command::Delay { message, .. }
            | Command::Duplicate { message, .. } => copy(message),
            Command::ChangeValidators { changes } => {
                changes.retain_mut(|change| one(&mut change.validator));
                !changes.is_empty()
            }
            Command::SetLatency(_)
            | Command::SetLoss { .. }
            | Command::SetDuplicate { .. }
            | Command::SetReorder { .. }
            | Command::SetBlockInterval { .. }
            | Command::SetWorkload { .. }
            | Command::SetCrashed { .. }
            | Command::SetAdversary(_)
            | Command::Heal
            | Command::Submit { .. }
            | Command::SubmitTwice { .. } => true,
        });
}

/// "1.25 s".
pub(super) fn instant(us: Micros) -> String {
    if us.is_multiple_of(1_000_000) {
        format!("{} s", us / 1_000_000)
    } else if us.is_multiple_of(MILLISECOND) {
        format!("{} ms", us / MILLISECOND)
    } else {
        format!("{}.{:03} ms", us / MILLISECOND, us % MILLISECOND)
    }
}

/// A part in words: "at 1.2 s, v2 crashes".
pub(super) fn words(scenario: &Scenario, part: Part) -> String {
    match part {
        Part::Command(i) => scenario.commands.get(i).map_or_else(String::new, |timed| {
            format!("at {}, {}", instant(timed.at_us), act(&timed.command))
        }),
        Part::Line(i) => match &scenario.adversary.strategy {
            StrategySpec::Puppet { script } => script.get(i).map_or_else(String::new, |line| {
                format!(
                    "at {}, {} says a {} of height {}, round {} to {}",
                    instant(line.at_us),
                    line.from,
                    line.kind,
                    line.height,
                    line.round,
                    line.to.join(", ")
                )
            }),
            StrategySpec::Coalition
            | StrategySpec::Silent
            | StrategySpec::Delay { .. }
            | StrategySpec::WrongRoot
            | StrategySpec::Amnesia
            | StrategySpec::WrongAnswers
            | StrategySpec::Censor { .. } => String::new(),
        },
        Part::Partition(i) => {
            let partition = scenario.network.partitions.get(i);
            partition.map_or_else(String::new, |p| {
                format!("from {} on, {}", instant(p.from_us), cut_words(&p.cut))
            })
        }
        Part::Crash(i) => scenario
            .faults
            .crashes
            .get(i)
            .map_or_else(String::new, |c| {
                format!("at {}, {} crashes", instant(c.at_us), c.validator)
            }),
        Part::Liar(i) => match &scenario.adversary.who {
            Who::Names(names) => format!("{} lies", names.get(i).map_or("", String::as_str)),
            Who::Count(_) => String::new(),
        },
        Part::Twin(i) => format!(
            "{} has a twin",
            scenario.twins.get(i).map_or("", String::as_str)
        ),
    }
}

fn cut_words(cut: &Cut) -> String {
    match cut {
        Cut::Groups(groups) => {
            let sides: Vec<String> = groups.iter().map(|g| g.join(", ")).collect();
            format!("{} is cut off from the others", sides.join(" | "))
        }
        Cut::OneWay { from, to } => {
            format!(
                "nothing passes from {} to {}",
                from.join(", "),
                to.join(", ")
            )
        }
    }
}

fn act(command: &Command) -> String {
    let copy = |c: &CopySpec| {
        format!(
            "the {} from {} to {} of height {}, round {}",
            c.kind, c.from, c.to, c.height, c.round
        )
    };
    let percent = |ppm: u32| format!("{}.{} %", ppm / 10_000, ppm / 1_000 % 10);
    match command {
        Command::SetLatency(latency) => {
            format!("messages take about {} each", instant(latency.typical()))
        }
        Command::SetLoss { ppm } => format!("the network loses {}", percent(*ppm)),
        Command::SetDuplicate { ppm } => format!("the network duplicates {}", percent(*ppm)),
        Command::SetReorder { ppm, .. } => format!("the network holds back {}", percent(*ppm)),
        Command::SetBlockInterval { us } => format!("the pause after a block is {}", instant(*us)),
        Command::SetWorkload { tx_per_second } => {
            format!("{tx_per_second} transactions a second are sent")
        }
        Command::SetCrashed { count } => format!("{count} validators are down"),
        Command::Crash { validator } => format!("{validator} crashes"),
        Command::Restart { validator } => format!("{validator} starts again"),
        Command::SetAdversary(spec) => match &spec.strategy {
            StrategySpec::Puppet { script } if script.len() == 1 => format!(
                "{} says a {} of height {}, round {} to {}",
                script[0].from,
                script[0].kind,
                script[0].height,
                script[0].round,
                script[0].to.join(", ")
            ),
            StrategySpec::Puppet { .. }
            | StrategySpec::Coalition
            | StrategySpec::Silent
            | StrategySpec::Delay { .. }
            | StrategySpec::WrongRoot
            | StrategySpec::Amnesia
            | StrategySpec::WrongAnswers
            | StrategySpec::Censor { .. } => "liars do something else".to_owned(),
        },
        Command::Partition(cut) => cut_words(cut),
        Command::Heal => "the network is whole again".to_owned(),
        Command::Submit { from, .. } => format!("user {from} sends a transaction"),
        Command::SubmitTwice { from, .. } => {
            format!("user {from} sends two transactions in one's place")
        }
        Command::Drop(message) => format!("{} is lost", copy(message)),
        Command::Delay { message, by_us } => {
            format!("{} is delayed by {}", copy(message), instant(*by_us))
        }
        Command::Duplicate { message, .. } => format!("{} is duplicated", copy(message)),
        Command::DeliverNow(message) => format!("{} arrives at once", copy(message)),
        Command::Isolate { validator } => format!("{validator} is cut off"),
        Command::Restore { validator } => format!("{validator} is back on the network"),
        Command::ChangeValidators { changes } => {
            let all: Vec<String> = changes.iter().map(ToString::to_string).collect();
            all.join(", ")
        }
    }
}
