//! `contract`: whether a module is accepted, and the results of scripts and proofs.

use crate::failure::{Exit, Outcome};
use crate::output;
use crate::source::{self, Module};
use consensusforge_core::base::digest::sha256;
use consensusforge_core::vm::Profile;
use consensusforge_core::vm::{ContractEngine, WasmEngine};
use consensusforge_core::vm::{admission, gzip};
use schemars::JsonSchema;
use serde::Serialize;
use std::path::PathBuf;

/// Check and run contracts
#[derive(clap::Args)]
pub struct Contract {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Say as JSON whether a module may be uploaded: exit code 0 accepted, 1 refused
    Check {
        /// A `.wasm` file, or `-`
        file: String,
        /// `strict` accepts what cosmwasm-vm accepts, `modern` also memory.copy and memory.fill
        #[arg(long, value_enum, default_value_t = Rules::Modern)]
        profile: Rules,
    },
    /// Run a script of steps against a module and print the result of each as JSON
    Run {
        /// A `.wasm` file; it is code 1
        file: PathBuf,
        /// Accounts and steps as JSON (`consensusforge schema contract-script`), or `-`
        script: String,
    },
    /// Check a proof of a contract's storage, copied from the page: exit code 0 it holds, 1 it does not
    Proof {
        /// A file with the proof's text, or `-`
        file: String,
        /// The state root it must lead to, in hex; without it, the one it names
        #[arg(long)]
        root: Option<String>,
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
    /// Null when the file is so large that it was not read whole.
    pub sha256: Option<String>,
    pub bytes: u64,
    /// The interface it speaks, when it is accepted, and the strictest profile that takes it.
    pub abi: Option<String>,
    pub strictest: Option<String>,
    /// Exported functions that people or the chain can call.
    pub entry_points: Vec<String>,
    pub capabilities: Vec<String>,
    /// The version of its data that the contract declares for migrations.
    pub migrate_version: Option<u64>,
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
            What::Proof { file, root } => crate::proof::run(&file, root.as_deref()),
        }
    }
}

fn check(file: &str, rules: Rules) -> Outcome {
    let module = source::module(file)?;
    let profile = match rules {
        Rules::Strict => Profile::Strict,
        Rules::Modern => Profile::Modern,
    };
    let mut report = CheckReport {
        accepted: false,
        profile: profile.name().into(),
        sha256: None,
        bytes: 0,
        abi: None,
        strictest: None,
        entry_points: Vec::new(),
        capabilities: Vec::new(),
        migrate_version: None,
        upload_gas: None,
        rule: None,
        reason: None,
        detail: None,
    };
    let verdict = match module {
        Module::Whole(wasm) => {
            report.bytes = wasm.len() as u64;
            gzip::unpack(&wasm).and_then(|wasm| {
                report.sha256 = Some(sha256(&wasm).to_string());
                report.bytes = wasm.len() as u64;
                WasmEngine::with_profile(profile).admit(&wasm)
            })
        }
        Module::TooLarge(bytes) => {
            report.bytes = bytes;
            Err(admission::too_large(bytes))
        }
    };
    let exit = match verdict {
        Ok(admitted) => {
            report.accepted = true;
            report.abi = Some(admitted.abi.into());
            report.strictest = Some(admitted.profile.name().into());
            report.entry_points = admitted.functions;
            report.migrate_version = admitted.migrate_version;
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
