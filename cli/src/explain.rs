//! `explain`: how a run went wrong, as a story.

use crate::failure::{Exit, Failure, Outcome};
use crate::run::{DEFAULT_TIME, micros};
use crate::table::seconds;
use crate::{output, source};
use consensusforge_core::base::{Micros, limits::MAX_TIME};
use consensusforge_core::search::{self, Broken, Found, Judged, Property};
use consensusforge_core::session::view::{Story, StorySentence};
use schemars::JsonSchema;
use serde::Serialize;

/// Tell how a run goes wrong, in at most ten sentences
///
/// Runs it until it breaks the property, and says from the causal past of the violation who lies, what was proposed, how
/// each side came to decide, and whose guilt is proven. Of a chain that stands still it says who is missing and what is
/// waited for.
#[derive(clap::Args)]
pub struct Explain {
    /// A link, a file, `-`, or `preset:ID`
    scenario: String,
    /// What is broken, as in `search`; without it agreement, validity, state roots, or the chain standing still
    #[arg(long, value_name = "PROPERTY")]
    property: Option<String>,
    /// When the network is calm, for `progress`
    #[arg(long, value_name = "SECONDS", value_parser = micros)]
    calm: Option<Micros>,
    /// What has not gone wrong by then has not gone wrong
    #[arg(long, value_name = "SECONDS", value_parser = micros)]
    until: Option<Micros>,
    #[arg(long)]
    json: bool,
}

/// How a run goes wrong.
#[derive(Serialize, JsonSchema)]
pub struct ExplainReport {
    pub title: String,
    /// What is broken; absent when the chain only stands still, or nothing is wrong.
    pub broken: Option<Broken>,
    /// The story; absent when there is nothing to explain.
    pub story: Option<Story>,
}

impl Explain {
    pub fn run(self) -> Outcome {
        let scenario = source::document(&self.scenario)?.scenario;
        let property = self.property.as_deref().map(Property::parse).transpose();
        let property = property.map_err(|p| Failure::sentence(&p))?;
        let last = scenario.commands.last().map_or(0, |c| c.at_us);
        let end = last.saturating_add(DEFAULT_TIME).min(MAX_TIME);
        let judged = Judged {
            property: property.unwrap_or(Property::Safety),
            calm_us: self.calm.unwrap_or(0),
            end_us: self.until.unwrap_or(end),
        };
        let Judged {
            property,
            calm_us,
            end_us,
        } = &judged;
        let possible = property.check(*calm_us, *end_us, &scenario);
        possible.map_err(|p| Failure::sentence(&p))?;
        let title = scenario.title.clone();
        let told = search::explain(scenario, &judged).map_err(|p| Failure::sentence(&p))?;
        let (broken, story) = told.map_or((None, None), |(broken, story)| (broken, Some(story)));
        let report = ExplainReport {
            title,
            broken,
            story,
        };
        if self.json {
            output::print_json(&report)?;
        } else {
            let nothing = || {
                format!(
                    "There is nothing to explain: {property} until {}, and the chain goes on.\n",
                    seconds(*end_us)
                )
            };
            output::print(&report.story.as_ref().map_or_else(nothing, text))?;
        }
        Ok(match (&report.broken, &report.story) {
            (Some(_), _) => Exit::Violated,
            (None, Some(_)) => Exit::Stalled,
            (None, None) => Exit::Fine,
        })
    }
}

/// The story of what was found.
pub fn of(found: &Found, judged: &Judged) -> Option<Story> {
    let told = search::explain(found.scenario.clone(), judged)
        .ok()
        .flatten();
    told.map(|(_, story)| story)
}

/// Each sentence behind the instant it refers to.
pub fn text(story: &Story) -> String {
    let told = story.sentences.iter().enumerate();
    let line = |(i, s): (usize, &StorySentence)| {
        format!("{:>2}. [{}] {}\n", i + 1, seconds(s.at_us), s.sentence)
    };
    told.map(line).collect()
}
