//! Files of the page that the worker needs in the midst of its work: built-in contracts that are not part
//! of the program, and the schemas of some.

use consensusforge_core::session::scenario::Scenario;
use consensusforge_core::session::{file_of, files_wanted, take_file, view::Problem};

/// Gets a file, by its address relative to the page; the runner itself knows no browser.
pub type Fetch = fn(&str) -> Result<Vec<u8>, String>;

/// Built-in contracts whose JSON Schema lies beside the page.
const SCHEMAS: [&str; 3] = ["cw20-base", "cw721-base", "cw3-fixed-multisig"];

pub struct Files(pub Fetch);

impl Default for Files {
    fn default() -> Self {
        Files(|name| Err(format!("there is no page to fetch {name} from")))
    }
}

impl Files {
    /// All a scenario needs before it is opened.
    ///
    /// # Errors
    /// A sentence that names the file that could not be had.
    pub fn for_scenario(&self, scenario: &Scenario) -> Result<(), Problem> {
        files_wanted(scenario)
            .into_iter()
            .try_for_each(|f| self.take(f))
    }

    /// The module of a built-in contract.
    ///
    /// # Errors
    /// As above.
    pub fn for_contract(&self, name: &str) -> Result<(), Problem> {
        file_of(name).map_or(Ok(()), |f| self.take(f))
    }

    /// The schema of a built-in contract, where there is one.
    #[must_use]
    pub fn schema(&self, name: &str) -> Option<String> {
        if !SCHEMAS.contains(&name) {
            return None;
        }
        let bytes = (self.0)(&format!("schemas/{name}.json")).ok()?;
        String::from_utf8(bytes).ok()
    }

    fn take(&self, file: &str) -> Result<(), Problem> {
        let bytes = (self.0)(&format!("contracts/{file}")).map_err(|why| {
            Problem::new(format!(
                "The contract {file} could not be fetched: {why}. See whether this page's host can be reached."
            ))
        })?;
        take_file(&bytes)
    }
}
