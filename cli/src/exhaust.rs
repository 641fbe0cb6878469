//! `exhaust`: every order of a small setting.

use crate::failure::{Exit, Failure, Outcome};
use crate::variation::stake_of;
use crate::{output, source};
use consensusforge_core::search::Found;
use consensusforge_core::search::exhaust::{Bounds, Exhaust as Orders, Exhausted};
use schemars::JsonSchema;
use serde::Serialize;
use std::io::IsTerminal;

/// States between two looks at how far it is.
const SLICE: u64 = 20_000;

/// Try every order in which messages arrive and timers run out, for a few validators and one height
///
/// Says whether two honest validators can decide differently: either an order in which they do, or that there is none within
/// the bound. Of the scenario count validators, protocol and proposers. Exit code 3 when there is such an order.
#[derive(clap::Args)]
pub struct Exhaust {
    /// A file, `-`, a link, or `preset:ID`
    scenario: String,
    /// How many heights a validator decides: 1 or 2
    #[arg(long, value_name = "N", default_value_t = 1)]
    heights: u64,
    /// How many rounds of a height (or views of a run) there are: 1 to 4
    #[arg(long, value_name = "N", default_value_t = 1)]
    rounds: u32,
    /// How many timers may run out at each validator because something did not come in time
    #[arg(long, value_name = "N", default_value_t = 0)]
    timeouts: u32,
    /// Validators with at most this share of the stake lie, every set of them in turn
    #[arg(long, value_name = "PERCENT", default_value_t = 0.0)]
    liars: f64,
    /// Stop after so many states
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    states: u64,
    #[arg(long)]
    json: bool,
}

/// What all orders came to.
#[derive(Serialize, JsonSchema)]
pub struct ExhaustReport {
    pub title: String,
    /// How much was looked at, and a violation if there is one.
    pub progress: Exhausted,
    /// The violation as a run; absent where no run has that order, because it needs clocks that run apart.
    pub found: Option<Found>,
    /// All of it in a sentence.
    pub sentence: String,
}

impl Exhaust {
    pub fn run(self) -> Outcome {
        let scenario = source::document(&self.scenario)?.scenario;
        let title = scenario.title.clone();
        let bounds = Bounds {
            heights: self.heights,
            rounds: self.rounds,
            timeouts: self.timeouts,
            liars: stake_of(self.liars, &scenario)?,
            states: self.states,
            reduce: true,
        };
        let mut orders = Orders::new(scenario, bounds).map_err(|p| Failure::sentence(&p))?;
        let shows = !self.json && std::io::stderr().is_terminal();
        while !orders.advance(SLICE) {
            if shows {
                let Exhausted { states, cases, .. } = orders.progress();
                eprint!("\r{states} states, {cases} sets of liars   ");
            }
        }
        if shows {
            eprint!("\r{:60}\r", "");
        }
        let progress = orders.progress().clone();
        let report = ExhaustReport {
            title,
            sentence: sentence(&progress),
            found: orders.found().cloned(),
            progress,
        };
        if self.json {
            output::print_json(&report)?;
        } else {
            output::print(&text(&report))?;
        }
        Ok(match report.progress.violation {
            Some(_) => Exit::Violated,
            None => Exit::Fine,
        })
    }
}

fn sentence(progress: &Exhausted) -> String {
    let Exhausted {
        cases,
        symmetric,
        states,
        steps,
        ends: _,
        decided,
        schedules,
        whole,
        violation,
    } = progress;
    let liars = match cases + symmetric {
        1 => String::new(),
        _ => format!(", for {cases} sets of liars ({symmetric} more differ by names alone)"),
    };
    if let Some(order) = violation {
        return format!("Agreement can be violated: {}", order.sentence);
    }
    let counted = match *schedules {
        u64::MAX => format!("more than {}", u64::MAX),
        counted => counted.to_string(),
    };
    if *whole && *decided == 0 {
        format!(
            "Nobody decides anything within this bound ({states} states{liars}), so nothing is known: give more `--rounds` or \
             `--timeouts`."
        )
    } else if *whole {
        format!(
            "No violation in all {counted} schedules of this bound: {states} states, {steps} steps between them{liars}."
        )
    } else {
        format!(
            "No violation in {states} states, {steps} steps between them{liars}. That is not all of this bound: `--states` \
             looks at more."
        )
    }
}

fn text(report: &ExhaustReport) -> String {
    let mut text = format!("{}\n", report.sentence);
    let Some(order) = &report.progress.violation else {
        return text;
    };
    if !order.liars.is_empty() {
        text += &format!("Liars: {}.\n", order.liars.join(", "));
    }
    text += "\n";
    for (i, event) in order.events.iter().enumerate() {
        text += &format!("{:>2}. {event}\n", i + 1);
    }
    text += &match report.found.as_ref().map(|found| &found.link) {
        Some(Some(link)) => format!("\n{link}\n"),
        Some(None) => "\nThe run is too long for a link; `--json` prints its scenario.\n".into(),
        None => {
            "\nNo run was found that has exactly this order: in a run all clocks go alike.\n".into()
        }
    };
    text
}
