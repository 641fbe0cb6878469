//! `presets`: the ready-made scenarios.

use crate::failure::{Exit, Outcome};
use crate::{output, table};
use consensusforge_core::scenario::presets;
use schemars::JsonSchema;
use serde::Serialize;

/// List the ready-made scenarios, for `run preset:ID`
#[derive(clap::Args)]
pub struct Presets {
    #[arg(long)]
    json: bool,
}

/// A ready-made scenario; `scenario preset:ID` prints what it is made of.
#[derive(Serialize, JsonSchema)]
pub struct PresetRow {
    pub id: String,
    pub title: String,
    /// What it is about.
    pub group: String,
    /// What to look at.
    pub look: String,
}

impl Presets {
    pub fn run(self) -> Outcome {
        let rows: Vec<PresetRow> = presets::presets()
            .into_iter()
            .chain(presets::museum())
            .map(|p| PresetRow {
                id: p.id.into(),
                title: p.title.into(),
                group: p.group.into(),
                look: p.look.into(),
            })
            .collect();
        if self.json {
            output::print_json(&rows)?;
        } else {
            let rows: Vec<_> = rows
                .into_iter()
                .map(|p| vec![p.id, p.title, p.look])
                .collect();
            output::print(&table::table(&["id", "title", "what to look at"], &rows))?;
        }
        Ok(Exit::Fine)
    }
}
