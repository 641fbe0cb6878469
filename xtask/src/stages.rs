//! `cargo xtask test`: every check there is, in stages. One that fails does not keep the others from
//! running, so that one run tells everything that is wrong.

use crate::run::{self, Outcome, run};
use crate::{browsers, contracts, install, licences, npm, origin, page, vendor, weight};
use anyhow::Result;
use std::time::{Duration, Instant};

#[derive(clap::Args)]
pub struct Test {
    /// Run these stages only
    #[arg(long, value_name = "STAGE", value_delimiter = ',', value_parser = names())]
    only: Vec<String>,
    /// Leave these stages out
    #[arg(long, value_name = "STAGE", value_delimiter = ',', value_parser = names())]
    skip: Vec<String>,
}

struct Stage {
    name: &'static str,
    about: &'static str,
    run: fn() -> Result<Outcome>,
}

/// Quick ones first: most mistakes show there.
const STAGES: [Stage; 10] = [
    Stage {
        name: "format",
        about: "the code is formatted",
        run: format,
    },
    Stage {
        name: "licences",
        about: "every dependency's licence is an allowed one, bundles are what they were made from",
        run: licences,
    },
    Stage {
        name: "lint",
        about: "clippy has nothing to say",
        run: lint,
    },
    Stage {
        name: "lint-wasm",
        about: "nor has it about what the browser runs",
        run: lint_wasm,
    },
    Stage {
        name: "unit",
        about: "tests of the crates and across them",
        run: unit,
    },
    Stage {
        name: "docs",
        about: "rustdoc has nothing to say about the documentation",
        run: docs,
    },
    Stage {
        name: "contracts",
        about: "the committed contracts are what their sources make",
        run: contracts::check,
    },
    Stage {
        name: "library",
        about: "the JavaScript library does in Node what its types say",
        run: library,
    },
    Stage {
        name: "page",
        about: "the page builds, is light and does not say where it was built",
        run: page,
    },
    Stage {
        name: "browser",
        about: "the built page works in real browsers",
        run: browser,
    },
];

fn names() -> Vec<&'static str> {
    STAGES.iter().map(|stage| stage.name).collect()
}

pub fn test(arguments: &Test) -> Result<()> {
    let start = Instant::now();
    let (mut passed, mut failed, mut skipped) = (0, Vec::new(), Vec::new());
    for stage in STAGES.iter().filter(|stage| arguments.wants(stage.name)) {
        println!("\n=== {}: {}", stage.name, stage.about);
        let began = Instant::now();
        let outcome = (stage.run)();
        let took = seconds(began.elapsed());
        match outcome {
            Ok(Outcome::Passed) => {
                println!("--- {} passed in {took}", stage.name);
                passed += 1;
            }
            Ok(Outcome::Skipped(why)) => {
                println!("--- {} skipped: {why}", stage.name);
                skipped.push(stage.name);
            }
            Err(error) => {
                println!("--- {} FAILED after {took}: {error:#}", stage.name);
                failed.push(stage.name);
            }
        }
    }

    println!("\nAll of it took {}.", seconds(start.elapsed()));
    if !skipped.is_empty() {
        println!("Skipped, nothing to check yet: {}.", skipped.join(", "));
    }
    if !failed.is_empty() {
        println!(
            "Failed: {}. One alone runs with: cargo xtask test --only {}",
            failed.join(", "),
            failed[0]
        );
    }
    println!("{passed} passed, {} failed", failed.len());
    if !failed.is_empty() {
        std::process::exit(1);
    }
    Ok(())
}

impl Test {
    fn wants(&self, stage: &str) -> bool {
        let chosen = self.only.is_empty() || self.only.iter().any(|only| only == stage);
        chosen && !self.skip.iter().any(|skip| skip == stage)
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.0} s", time.as_secs_f32())
}

fn passed(result: Result<()>) -> Result<Outcome> {
    result.map(|()| Outcome::Passed)
}

fn format() -> Result<Outcome> {
    passed(run(&mut run::cargo(&["fmt", "--all", "--check"])))
}

fn licences() -> Result<Outcome> {
    licences::check()?;
    passed(vendor::check())
}

fn lint() -> Result<Outcome> {
    // The package of wasm-bindgen's tools is two calls, and minutes of dependencies.
    passed(run(&mut run::cargo(&[
        "clippy",
        "--locked",
        "--workspace",
        "--exclude=wasm-bindgen-tools",
        "--all-targets",
        "--",
        "--deny=warnings",
    ])))
}

fn lint_wasm() -> Result<Outcome> {
    install::wasm_target()?;
    passed(run(&mut run::cargo(&[
        "clippy",
        "--locked",
        "--package=consensusforge-core",
        "--package=consensusforge-web",
        "--package=consensusforge-engine",
        "--target=wasm32-unknown-unknown",
        "--",
        "--deny=warnings",
    ])))
}

fn unit() -> Result<Outcome> {
    passed(run(&mut run::cargo(&[
        "test",
        "--locked",
        "--workspace",
        "--exclude=wasm-bindgen-tools",
        "--no-fail-fast",
    ])))
}

fn docs() -> Result<Outcome> {
    passed(run(run::cargo(&[
        "doc",
        "--locked",
        "--workspace",
        "--exclude=wasm-bindgen-tools",
        "--exclude=xtask",
        "--no-deps",
    ])
    .env(
        "RUSTDOCFLAGS",
        "--deny=warnings --allow=rustdoc::private-intra-doc-links",
    )))
}

fn library() -> Result<Outcome> {
    passed(npm::test())
}

fn page() -> Result<Outcome> {
    page::release()?;
    origin::check()?;
    passed(weight::check())
}

fn browser() -> Result<Outcome> {
    passed(browsers::all())
}
