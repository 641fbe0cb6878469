//! `consensusforge`: the engine of the page, without the page. One file a command.

mod about;
mod audit;
mod check;
mod contract;
mod exhaust;
mod explain;
mod export;
mod failure;
mod futures;
mod grid;
mod jobs;
mod link;
mod output;
mod play;
mod presets;
mod probability;
mod proof;
mod proposers;
mod quorum;
mod race;
mod resume;
mod run;
mod scenario;
mod schema;
mod search;
mod shrink;
mod source;
mod stakes;
mod step;
mod table;
mod trials;
mod variation;
mod verdicts;
mod verify;

use clap::{Parser, Subcommand};
use failure::{Exit, Failure};
use std::process::ExitCode;

const EXITS: &str = "\
A SCENARIO is a file, `-` for standard input, a link, or `preset:ID` (see `consensusforge presets`).

Exit codes: 0 fine, 1 could not write (or `contract check` or `contract proof` refuses), 2 bad input, 3 the run violates agreement, validity or state
roots (or `audit` names somebody, or `search` or `exhaust` found what it was to find), 4 the run has stalled (or what
`--until-event` waits for did not happen), 5 a replay diverges from its link.";

/// A laboratory for Byzantine fault tolerant consensus: simulated validators, reproducible bit for bit.
#[derive(Parser)]
#[command(version, about, after_help = EXITS)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(run::Run),
    Race(race::Race),
    Search(search::Search),
    Shrink(shrink::Shrink),
    Explain(explain::Explain),
    Exhaust(exhaust::Exhaust),
    Probability(probability::Probability),
    Futures(futures::Futures),
    Grid(grid::Grid),
    Check(check::Check),
    Audit(audit::Audit),
    Export(export::Export),
    Step(step::Step),
    Verify(verify::Verify),
    Quorum(quorum::Quorum),
    Proposers(proposers::Proposers),
    Link(link::Link),
    Contract(contract::Contract),
    Scenario(scenario::Show),
    Presets(presets::Presets),
    About(about::About),
    Schema(schema::Schema),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Run(command) => command.run(),
        Command::Race(command) => command.run(),
        Command::Search(command) => command.run(),
        Command::Shrink(command) => command.run(),
        Command::Explain(command) => command.run(),
        Command::Exhaust(command) => command.run(),
        Command::Probability(command) => command.run(),
        Command::Futures(command) => command.run(),
        Command::Grid(command) => command.run(),
        Command::Check(command) => command.run(),
        Command::Audit(command) => command.run(),
        Command::Export(command) => command.run(),
        Command::Step(command) => command.run(),
        Command::Verify(command) => command.run(),
        Command::Quorum(command) => command.run(),
        Command::Proposers(command) => command.run(),
        Command::Link(command) => command.run(),
        Command::Contract(command) => command.run(),
        Command::Scenario(command) => command.run(),
        Command::Presets(command) => command.run(),
        Command::About(command) => command.run(),
        Command::Schema(command) => command.run(),
    };
    match result {
        Ok(exit) => exit.into(),
        // The reader of our output closed it early, as `head` does.
        Err(Failure::Closed) => Exit::Fine.into(),
        Err(failure) => {
            eprintln!("consensusforge: {failure}");
            failure.exit().into()
        }
    }
}
