//! `cargo xtask <chore>`: everything that is done to this project, in one place and in Rust.

mod bindgen;
mod browsers;
mod catalogue;
mod contracts;
mod files;
mod install;
mod licences;
mod measure;
mod npm;
mod offline;
mod order;
mod origin;
mod page;
mod run;
mod schema;
mod stages;
mod stamp;
mod vendor;
mod weight;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "ConsensusForge's chores"
)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Build the page and serve it on this machine; rebuild when a source changes
    Serve(page::Serve),
    /// Build the page into dist/, ready for any static host and any folder on it
    Build(page::Build),
    /// Check everything: format, lints, tests, contracts, page, browsers, licences
    Test(stages::Test),
    /// Run the tests that drive real browsers
    Browser(browsers::Browser),
    /// Measure speed
    Bench(measure::Bench),
    /// Run random scenarios (or with `modules` random contracts, with `mutants` altered presets, links, files and
    /// traces) for as long as wanted, looking for a broken property
    Soak(measure::Soak),
    /// Find, shrink and write down the runs of the bug museum, and how many runs each generator needs (docs/MUSEUM.md)
    Museum(measure::Museum),
    /// Build the engine as a JavaScript library into target/npm, an npm package
    Npm(npm::Npm),
    /// Rebuild the sample contracts and compare them with the committed ones
    Contracts,
    /// Hold every dependency's licence against the list in deny.toml
    Licences,
    /// Bring the JSON Schemas in docs/schema up to date
    Schema,
    /// Bundle anew what the page takes from npm: the code editor and the AssemblyScript compiler
    Vendor,
    /// Version the worker's files in a page being built (trunk calls this)
    #[command(hide = true)]
    Stamp,
}

fn main() -> ExitCode {
    match chore(Arguments::parse().chore) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn chore(chore: Chore) -> Result<()> {
    match chore {
        Chore::Serve(arguments) => page::serve(&arguments),
        Chore::Build(arguments) => page::build(&arguments),
        Chore::Test(arguments) => stages::test(&arguments),
        Chore::Browser(arguments) => browsers::browser(&arguments),
        Chore::Bench(arguments) => measure::bench(&arguments),
        Chore::Soak(arguments) => measure::soak(&arguments),
        Chore::Museum(arguments) => measure::museum(&arguments),
        Chore::Npm(arguments) => npm::npm(&arguments),
        Chore::Contracts => contracts::check().map(run::Outcome::tell),
        Chore::Licences => licences::check(),
        Chore::Schema => schema::schema(),
        Chore::Vendor => vendor::vendor(),
        Chore::Stamp => stamp::stamp(),
    }
}
