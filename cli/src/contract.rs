//! `contract`: what the chain thinks of a module.

use crate::failure::{Exit, Failure, Outcome};
use crate::output;
use consensusforge_core::base::digest::sha256;
use consensusforge_core::vm::admission::Profile;
use consensusforge_core::vm::{ContractEngine, WasmEngine};
use schemars::JsonSchema;
use serde::Serialize;
use std::path::PathBuf;

/// Look at contracts
#[derive(clap::Args)]
pub struct Contract {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Say, as JSON, whether a module may be uploaded: exit code 0 accepted, 1 refused
    Check {
        /// A `.wasm` file
        file: PathBuf,
        /// `strict` takes what cosmwasm-vm takes, `modern` also memory.copy and memory.fill
        #[arg(long, value_enum, default_value_t = Rules::Modern)]
        profile: Rules,
    },
    /// Play a script of steps against a module and print, as JSON, what came of each
    Run {
        /// A `.wasm` file; it is code 1
        file: PathBuf,
        /// Accounts and steps as JSON (`consensusforge schema contract-script`), or `-`
        script: String,
    },
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Rules {
    Strict,
    Modern,
}

/// What `contract check` prints.
#[derive(Serialize, JsonSchema)]
pub struct CheckReport {
    pub accepted: bool,
    /// `strict` or `modern`: by which rules.
    pub profile: String,
    pub sha256: String,
    pub bytes: u64,
    /// The interface it speaks, when it is accepted.
    pub abi: Option<String>,
    pub capabilities: Vec<String>,
    /// Gas of the upload.
    pub upload_gas: Option<u64>,
    /// The sort of rule it breaks, and the sentence that says how.
    pub rule: Option<String>,
    pub reason: Option<String>,
    /// What the parser said.
    pub detail: Option<String>,
}

impl Contract {
    pub fn run(self) -> Outcome {
        match self.what {
            What::Check { file, profile } => check(&file, profile),
            What::Run { file, script } => crate::play::run(&file, &script),
        }
    }
}

fn check(file: &std::path::Path, rules: Rules) -> Outcome {
    let wasm = std::fs::read(file)
        .map_err(|e| Failure::input(format!("cannot read {}: {e}.", file.display())))?;
    let profile = match rules {
        Rules::Strict => Profile::Strict,
        Rules::Modern => Profile::Modern,
    };
    let mut report = CheckReport {
        accepted: false,
        profile: profile.name().into(),
        sha256: sha256(&wasm).to_string(),
        bytes: wasm.len() as u64,
        abi: None,
        capabilities: Vec::new(),
        upload_gas: None,
        rule: None,
        reason: None,
        detail: None,
    };
    let exit = match WasmEngine::with_profile(profile).admit(&wasm) {
        Ok(admitted) => {
            report.accepted = true;
            report.abi = Some(admitted.abi.into());
            report.capabilities = admitted.capabilities;
            report.upload_gas = Some(admitted.upload_gas);
            Exit::Fine
        }
        Err(refusal) => {
            report.rule = Some(format!("{:?}", refusal.rule));
            report.reason = Some(refusal.text);
            report.detail = refusal.detail;
            Exit::CannotWrite
        }
    };
    output::print_json(&report)?;
    Ok(exit)
}
