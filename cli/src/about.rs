//! `about`: what this build is and what it takes for granted.

use crate::failure::{Exit, Outcome};
use crate::{output, table};
use consensusforge_core::base::limits;
use consensusforge_core::consensus::flaws::FLAWS;
use consensusforge_core::consensus::registry::{PROTOCOLS, ProtocolFacts};
use consensusforge_core::consensus::{Parameter, ParameterKind, Role};
use consensusforge_core::scenario::model::SEMANTICS;
use consensusforge_core::scenario::validate::VERSION;
use schemars::JsonSchema;
use serde::Serialize;

/// Versions, protocols with their conventions, and limits
#[derive(clap::Args)]
pub struct About {
    #[arg(long)]
    json: bool,
}

#[derive(Serialize, JsonSchema)]
pub struct AboutReport {
    pub version: String,
    /// Version of links and files this build writes; it reads all up to this one.
    pub format: u32,
    /// Raised when the same scenario would run to another digest.
    pub semantics: u32,
    pub protocols: Vec<ProtocolRow>,
    pub limits: Vec<LimitRow>,
}

#[derive(Serialize, JsonSchema)]
pub struct ProtocolRow {
    pub name: String,
    /// What it is good at and who runs it.
    pub summary: String,
    pub paper: String,
    /// Which faults it survives, and what a quorum is.
    pub bound: String,
    /// How many validators a scenario may have under it.
    pub most_validators: u64,
    pub messages: Vec<MessageRow>,
    pub parameters: Vec<ParameterRow>,
    pub conventions: Vec<Convention>,
    pub rules: Vec<RuleRow>,
    pub flaws: Vec<FlawRow>,
}

/// What `protocol.params` of a scenario may hold.
#[derive(Serialize, JsonSchema)]
pub struct ParameterRow {
    pub name: String,
    pub sentence: String,
    /// `us` for microseconds.
    pub unit: String,
    /// The values it may have.
    pub allowed: String,
    pub default: String,
}

/// A known bug that a parameter puts into the protocol.
#[derive(Serialize, JsonSchema)]
pub struct FlawRow {
    /// Also the preset that shows it.
    pub id: String,
    pub parameter: String,
    pub value: String,
    /// What goes wrong.
    pub wrong: String,
    /// The rule that prevents it.
    pub rule: String,
    pub source: String,
}

/// A rule of the paper, in other words.
#[derive(Serialize, JsonSchema)]
pub struct RuleRow {
    pub id: String,
    pub text: String,
}

#[derive(Serialize, JsonSchema)]
pub struct MessageRow {
    pub kind: String,
    /// `proposal`, `vote` or `other`.
    pub role: String,
}

/// Something the paper leaves open, and how it is here.
#[derive(Serialize, JsonSchema)]
pub struct Convention {
    pub topic: String,
    pub sentence: String,
}

#[derive(Serialize, JsonSchema)]
pub struct LimitRow {
    pub name: String,
    pub most: u64,
    pub unit: String,
}

impl About {
    pub fn run(self) -> Outcome {
        let report = report();
        if self.json {
            output::print_json(&report)?;
        } else {
            output::print(&text(&report))?;
        }
        Ok(Exit::Fine)
    }
}

fn report() -> AboutReport {
    AboutReport {
        version: env!("CARGO_PKG_VERSION").into(),
        format: VERSION,
        semantics: SEMANTICS,
        protocols: PROTOCOLS.iter().map(protocol).collect(),
        limits: limits(),
    }
}

fn protocol(facts: &ProtocolFacts) -> ProtocolRow {
    let role = |role: Role| match role {
        Role::Proposal => "proposal",
        Role::Vote => "vote",
        Role::Other => "other",
    };
    ProtocolRow {
        name: facts.info.name.into(),
        summary: facts.info.summary.into(),
        paper: format!(
            "{}, \"{}\", {}, {}",
            facts.info.paper.authors,
            facts.info.paper.title,
            facts.info.paper.year,
            facts.info.paper.place
        ),
        most_validators: facts.most_validators as u64,
        bound: facts.info.bound.words.into(),
        parameters: (facts.parameters)().into_iter().map(parameter).collect(),
        rules: facts
            .info
            .rules
            .iter()
            .map(|r| RuleRow {
                id: r.id.into(),
                text: r.text.into(),
            })
            .collect(),
        flaws: FLAWS
            .iter()
            .filter(|flaw| flaw.protocol == facts.info.name)
            .map(|flaw| FlawRow {
                id: flaw.id.into(),
                parameter: flaw.parameter.into(),
                value: flaw.value.into(),
                wrong: flaw.wrong.into(),
                rule: flaw.rule.into(),
                source: flaw.source.into(),
            })
            .collect(),
        messages: facts
            .info
            .kinds
            .iter()
            .map(|k| MessageRow {
                kind: k.name.into(),
                role: role(k.role).into(),
            })
            .collect(),
        conventions: facts
            .info
            .conventions
            .iter()
            .map(|(topic, sentence)| Convention {
                topic: (*topic).into(),
                sentence: (*sentence).into(),
            })
            .collect(),
    }
}

fn parameter(parameter: Parameter) -> ParameterRow {
    let (allowed, default) = match parameter.kind {
        ParameterKind::Number { min, max, default } => {
            (format!("{min} to {max}"), default.to_string())
        }
        ParameterKind::Switch { default } => ("true or false".to_owned(), default.to_string()),
        ParameterKind::Choice { options, default } => (options.join(", "), default),
    };
    ParameterRow {
        name: parameter.name,
        sentence: parameter.sentence,
        unit: parameter.unit,
        allowed,
        default,
    }
}

/// The limits a person can meet, in the order of a scenario.
fn limits() -> Vec<LimitRow> {
    [
        ("validators", limits::MAX_VALIDATORS as u64, ""),
        ("stake together", limits::MAX_TOTAL_STAKE, ""),
        ("name", limits::MAX_NAME_BYTES as u64, "bytes"),
        ("delay, timeout, pause", limits::MAX_DELAY, "microseconds"),
        ("simulated time", limits::MAX_TIME, "microseconds"),
        ("partitions", limits::MAX_PARTITIONS as u64, ""),
        (
            "lines of a puppet script",
            limits::MAX_PUPPET_LINES as u64,
            "",
        ),
        ("commands", limits::MAX_COMMANDS as u64, ""),
        (
            "generated transactions",
            u64::from(limits::MAX_TX_PER_SECOND),
            "a second",
        ),
        ("accounts", limits::MAX_ACCOUNTS as u64, ""),
        ("gas of a block", limits::MAX_BLOCK_GAS, "gas"),
        ("contracts", limits::MAX_CONTRACTS as u64, ""),
        ("contract module", limits::MAX_WASM_BYTES as u64, "bytes"),
        ("input of a call", limits::MAX_CALL_BYTES as u64, "bytes"),
        ("link", limits::LINK_MAX_BYTES as u64, "bytes"),
        ("scenario file", limits::MAX_SCENARIO_BYTES as u64, "bytes"),
    ]
    .into_iter()
    .map(|(name, most, unit)| LimitRow {
        name: name.into(),
        most,
        unit: unit.into(),
    })
    .collect()
}

fn text(report: &AboutReport) -> String {
    let mut text = format!(
        "consensusforge {}, format {}, semantics {}\n",
        report.version, report.format, report.semantics
    );
    for protocol in &report.protocols {
        let kinds: Vec<String> = protocol
            .messages
            .iter()
            .map(|m| format!("{} ({})", m.kind, m.role))
            .collect();
        text += &format!(
            "\nprotocol {}, messages: {}\n{}\n{}.\n{}\nAt most {} validators.\n\n",
            protocol.name,
            kinds.join(", "),
            protocol.summary,
            protocol.paper,
            protocol.bound,
            protocol.most_validators
        );
        let rows: Vec<_> = protocol
            .parameters
            .iter()
            .map(|p| {
                let unit = if p.unit == "us" { " microseconds" } else { "" };
                let allowed = format!("{}{unit}", p.allowed);
                vec![
                    p.name.clone(),
                    allowed,
                    p.default.clone(),
                    p.sentence.clone(),
                ]
            })
            .collect();
        text += &table::table(&["parameter", "allowed", "default", "meaning"], &rows);
        text += "\n";
        let rows: Vec<_> = protocol
            .conventions
            .iter()
            .map(|c| vec![c.topic.clone(), c.sentence.clone()])
            .collect();
        text += &table::table(&["convention", "here"], &rows);
        let rows: Vec<_> = protocol
            .flaws
            .iter()
            .map(|f| {
                let parameter = format!("{} {}", f.parameter, f.value);
                vec![parameter, f.wrong.clone(), f.rule.clone()]
            })
            .collect();
        if !rows.is_empty() {
            text += "\n";
            text += &table::table(&["known bug", "what goes wrong", "prevented by"], &rows);
        }
    }
    let rows: Vec<_> = report
        .limits
        .iter()
        .map(|l| vec![l.name.clone(), l.most.to_string(), l.unit.clone()])
        .collect();
    text + "\n" + &table::table(&["limit", "most", ""], &rows)
}
