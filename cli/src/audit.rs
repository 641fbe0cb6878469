//! `audit`: who is proven to have lied, by a saved trace or by a list of messages.

use crate::failure::{Exit, Failure, Outcome};
use crate::{output, source};
use consensusforge_core::scenario::Scenario;
use consensusforge_core::scenario::model::ValidatorSpec;
use consensusforge_core::session::Session;
use consensusforge_core::session::view::{CulpritView, SignedStatement};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Records between two looks.
const SLICE: u64 = 10_000;
/// Messages one list may hold.
const MAX_MESSAGES: usize = 100_000;

/// Name the validators that a saved trace, or a list of signed messages, proves to have lied
#[derive(clap::Args)]
pub struct Audit {
    /// A file that `run --save` or the page has written, a list of messages as JSON (`consensusforge schema
    /// audit-input` describes it), or `-` for such a list on standard input
    file: String,
    #[arg(long)]
    json: bool,
}

/// Messages to be held against one another. They are taken for signed by whom they name.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AuditInput {
    /// The protocol they belong to.
    pub protocol: String,
    /// Who votes, with stakes.
    pub validators: Vec<ValidatorSpec>,
    /// What was signed, in any order. A quorum that is missing here may have justified a vote, so give all
    /// prevotes there are.
    pub messages: Vec<SignedStatement>,
}

impl Default for AuditInput {
    fn default() -> Self {
        AuditInput {
            protocol: "tendermint".into(),
            validators: Scenario::default().validators,
            messages: Vec::new(),
        }
    }
}

/// Who lied.
#[derive(Serialize, JsonSchema)]
pub struct AuditReport {
    /// What was read.
    pub sentence: String,
    /// What in a trace does not make sense; it was left out.
    pub complaints: Vec<String>,
    /// Everybody proven to have lied, and the messages that prove it.
    pub culprits: Vec<CulpritView>,
}

impl Audit {
    pub fn run(self) -> Outcome {
        let report = if self.file != "-" && source::is_trace(&self.file) {
            of_trace(&self.file)?
        } else {
            of_messages(&source::read_bytes(&self.file)?)?
        };
        if self.json {
            output::print_json(&report)?;
        } else {
            output::print(&text(&report))?;
        }
        Ok(match (&report.culprits[..], &report.complaints[..]) {
            ([], []) => Exit::Fine,
            ([], [_, ..]) => Exit::BadInput,
            ([_, ..], _) => Exit::Violated,
        })
    }
}

fn of_trace(file: &str) -> Result<AuditReport, Failure> {
    let recorded = Session::open_trace(&source::trace(file)?, u64::MAX)?;
    let mut session = recorded.session;
    while !session.advance(recorded.end_us, SLICE).reached {}
    Ok(AuditReport {
        sentence: recorded.sentence,
        complaints: recorded.complaints,
        culprits: session.culprits(),
    })
}

fn of_messages(bytes: &[u8]) -> Result<AuditReport, Failure> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let input: AuditInput = serde_path_to_error::deserialize(&mut json).map_err(|e| {
        Failure::input(format!(
            "this is neither a saved trace nor a list of messages: at {}, {}. `consensusforge schema \
             audit-input` describes such a list.",
            e.path(),
            e.inner()
        ))
    })?;
    json.end()
        .map_err(|e| Failure::input(format!("unexpected text after the messages: {e}.")))?;
    if input.messages.len() > MAX_MESSAGES {
        return Err(Failure::input(format!(
            "{} messages are too many; at most {MAX_MESSAGES} are taken. Split the list by height.",
            input.messages.len()
        )));
    }
    let mut scenario = Scenario {
        validators: input.validators,
        ..Scenario::default()
    };
    scenario.protocol.name = input.protocol;
    Ok(AuditReport {
        sentence: format!("{} messages.", input.messages.len()),
        complaints: Vec::new(),
        culprits: Session::audit(scenario, &input.messages)?,
    })
}

fn text(report: &AuditReport) -> String {
    let mut text = format!("{}\n\n", report.sentence);
    for complaint in &report.complaints {
        text += &format!("does not make sense: {complaint}\n");
    }
    if report.culprits.is_empty() {
        text += "Nobody is proven to have lied.\n";
    }
    for culprit in &report.culprits {
        text += &format!("{} ({})\n", culprit.sentence, culprit.kind);
    }
    text
}
