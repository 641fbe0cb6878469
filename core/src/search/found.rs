//! What a search hands over.

use super::property::Broken;
use super::run::{Ending, Outcome};
use crate::model::Scenario;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A run that breaks the property.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Found {
    /// The trial it was; absent: the scenario itself, without any change.
    pub trial: Option<u64>,
    /// How the property was broken.
    pub broken: Broken,
    /// Simulator events until it was noticed.
    pub steps: u64,
    /// The digest then, hex.
    pub digest: String,
    /// Commands of the run.
    pub commands: u64,
    /// Link to the run up to there; absent when it would be too long.
    pub link: Option<String>,
    /// The run itself.
    pub scenario: Scenario,
}

impl Found {
    /// `None` when `outcome` broke nothing.
    #[must_use]
    pub fn of(trial: Option<u64>, outcome: &Outcome) -> Option<Found> {
        let Ending::Broken(broken) = &outcome.ending else {
            return None;
        };
        Some(Found {
            trial,
            broken: broken.clone(),
            steps: outcome.steps,
            digest: outcome.digest.clone(),
            commands: outcome.scenario.commands.len() as u64,
            link: outcome.link(),
            scenario: outcome.scenario.clone(),
        })
    }
}
