//! `schema`: the shape of every JSON that goes in or comes out, as JSON Schema.

use crate::failure::{Exit, Failure, Outcome};
use crate::output;
use consensusforge_core::consensus::registry::PROTOCOLS;
use consensusforge_core::scenario::codec;
use schemars::{Schema as JsonSchema, schema_for};
use serde_json::{Value, json};
use std::path::PathBuf;

/// JSON Schemas of scenario files and of what commands read and print
#[derive(clap::Args)]
pub struct Schema {
    /// Which one; without it, the list of names
    name: Option<String>,
    /// Write all of them to this folder, one file each
    #[arg(long, value_name = "FOLDER", conflicts_with = "name")]
    write: Option<PathBuf>,
}

/// (name, what it describes, the schema)
/// The scenario's schema, with each protocol's own parameters where the protocol is named.
fn scenario() -> JsonSchema {
    let mut schema = schema_for!(codec::File);
    let by_protocol: Vec<Value> = PROTOCOLS
        .iter()
        .map(|p| {
            json!({
                "if": {"properties": {"name": {"const": p.info.name}}},
                "then": {"properties": {"params": (p.schema)()}},
            })
        })
        .collect();
    if let Some(protocol) = schema
        .pointer_mut("/$defs/ProtocolSpec")
        .and_then(Value::as_object_mut)
    {
        protocol.insert("allOf".into(), by_protocol.into());
    }
    schema
}

fn all() -> Vec<(&'static str, &'static str, JsonSchema)> {
    vec![
        ("scenario", "a scenario file", scenario()),
        (
            "run",
            "what `run --json` prints",
            schema_for!(crate::run::RunReport),
        ),
        (
            "race",
            "what `race --json` prints",
            schema_for!(crate::race::RaceReport),
        ),
        (
            "search",
            "what `search --json` prints",
            schema_for!(crate::search::SearchReport),
        ),
        (
            "shrink",
            "what `shrink --json` prints",
            schema_for!(crate::shrink::ShrinkReport),
        ),
        (
            "exhaust",
            "what `exhaust --json` prints",
            schema_for!(crate::exhaust::ExhaustReport),
        ),
        (
            "explain",
            "what `explain --json` prints",
            schema_for!(crate::explain::ExplainReport),
        ),
        (
            "probability",
            "what `probability --json` prints",
            schema_for!(crate::probability::ProbabilityReport),
        ),
        (
            "futures",
            "what `futures --json` prints",
            schema_for!(crate::futures::FuturesReport),
        ),
        (
            "grid",
            "what `grid --json` prints",
            schema_for!(crate::grid::GridReport),
        ),
        (
            "trace-line",
            "a line that `run --trace` and `export --format jsonl` write",
            schema_for!(consensusforge_core::session::view::TraceLine),
        ),
        (
            "step-input",
            "what `step` reads",
            schema_for!(crate::step::StepInput),
        ),
        (
            "step-output",
            "what `step` prints",
            schema_for!(crate::step::StepOutput),
        ),
        (
            "verify",
            "what `verify --json` prints",
            schema_for!(crate::verify::VerifyReport),
        ),
        (
            "check",
            "what `check --json` prints",
            schema_for!(crate::check::CheckReport),
        ),
        (
            "audit-input",
            "the list of messages that `audit` reads",
            schema_for!(crate::audit::AuditInput),
        ),
        (
            "audit",
            "what `audit --json` prints",
            schema_for!(crate::audit::AuditReport),
        ),
        (
            "quorum",
            "what `quorum --json` prints",
            schema_for!(crate::quorum::QuorumReport),
        ),
        (
            "proposers",
            "what `proposers --json` prints",
            schema_for!(crate::proposers::ProposersReport),
        ),
        (
            "presets",
            "what `presets --json` prints",
            schema_for!(Vec<crate::presets::PresetRow>),
        ),
        (
            "contract-check",
            "what `contract check` prints",
            schema_for!(crate::contract::CheckReport),
        ),
        (
            "contract-proof",
            "what `contract proof` prints",
            schema_for!(crate::proof::ProofReport),
        ),
        (
            "contract-script",
            "what `contract run` reads",
            schema_for!(crate::play::Script),
        ),
        (
            "contract-run",
            "what `contract run` prints",
            schema_for!(crate::play::RunReport),
        ),
        (
            "about",
            "what `about --json` prints",
            schema_for!(crate::about::AboutReport),
        ),
    ]
}

impl Schema {
    pub fn run(self) -> Outcome {
        if let Some(folder) = self.write {
            for (name, _, schema) in all() {
                let path = folder.join(format!("{name}.json"));
                output::write_file(&path, &output::json(&schema)?)?;
            }
            return Ok(Exit::Fine);
        }
        let Some(wanted) = self.name else {
            let rows: Vec<_> = all()
                .into_iter()
                .map(|(name, what, _)| vec![name.to_owned(), what.to_owned()])
                .collect();
            output::print(&crate::table::table(&["schema", "of"], &rows))?;
            return Ok(Exit::Fine);
        };
        let found = all().into_iter().find(|(name, _, _)| *name == wanted);
        let Some((_, _, schema)) = found else {
            let names: Vec<&str> = all().into_iter().map(|(name, _, _)| name).collect();
            return Err(Failure::input(format!(
                "there is no schema {wanted:?}; there are: {}.",
                names.join(", ")
            )));
        };
        output::print_json(&schema)?;
        Ok(Exit::Fine)
    }
}
