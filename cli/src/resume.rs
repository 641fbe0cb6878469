//! Where a search stands, in a file: so that it goes on after the machine was switched off.

use crate::failure::Failure;
use crate::{output, source};
use consensusforge_core::base::hash_bytes;
use consensusforge_core::search::{Progress, Settings};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What the file holds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stand {
    /// Digest of what is searched: another search must not go on from here.
    search: String,
    /// The first trial that is still to run.
    next_trial: u64,
}

/// The file of one search.
pub struct Place {
    file: PathBuf,
    stand: Stand,
}

impl Place {
    /// Opens the file for the search of these settings and families of trials, or begins it.
    ///
    /// # Errors
    /// A sentence, when the file belongs to another search or cannot be read.
    pub fn open(file: &Path, settings: &Settings, islands: &[u64]) -> Result<Self, Failure> {
        let same = Settings {
            from: 0,
            trials: 0,
            ..settings.clone()
        };
        let search = hash_bytes(
            "consensusforge/search",
            format!("{same:?} {islands:?}").as_bytes(),
        );
        let mut stand = Stand {
            search: search.to_string(),
            next_trial: 0,
        };
        if file.exists() {
            let name = file.display();
            let bytes = source::read_bytes(&name.to_string())?;
            let before: Stand = serde_json::from_slice(&bytes).map_err(|e| {
                Failure::input(format!(
                    "{name} does not say where a search stands: {e}. Give another file to `--resume`."
                ))
            })?;
            if before.search != stand.search {
                return Err(Failure::input(format!(
                    "{name} belongs to another search: scenario, property, generator, seed, shard, or what may vary \
                     differs. Give them as they were, or another file to `--resume`."
                )));
            }
            stand.next_trial = before.next_trial;
        }
        Ok(Place {
            file: file.to_owned(),
            stand,
        })
    }

    /// The first trial that is still to run.
    pub fn next_trial(&self) -> u64 {
        self.stand.next_trial
    }

    /// Writes the file whole beside the old one and puts it in its place: whoever is interrupted keeps one or the other.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, progress: &Progress) -> Result<(), Failure> {
        self.stand.next_trial = progress.next_trial;
        let mut beside = self.file.clone().into_os_string();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        output::write_file(&beside, &output::json(&self.stand)?)?;
        std::fs::rename(&beside, &self.file).map_err(|e| {
            Failure::CannotWrite(format!("cannot write {}: {e}.", self.file.display()))
        })
    }
}
