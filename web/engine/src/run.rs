//! A run: opened, moved, acted on, looked at.

use crate::values::{About, Answer, Failure, Kind, give, json, small, text, whole, whole_or_none};
use consensusforge_core::session::export::format;
use consensusforge_core::session::scenario::codec::{looks_like_link, read_command};
use consensusforge_core::session::scenario::validate::VERSION;
use consensusforge_core::session::view::{Expected, Preset, Problem, Unit};
use consensusforge_core::session::{self, Opened, Session, files_wanted, take_file};
use serde::Serialize;
use serde_json::Value;
use wasm_bindgen::prelude::*;

/// The longest time a run reaches; what lies beyond is cut to it by the session.
const END: u64 = u64::MAX;

/// A run in progress.
#[wasm_bindgen]
pub struct Run {
    pub(crate) session: Session,
    /// Where its link says the run was.
    expected: Option<Expected>,
}

/// Lines of a trace, and where the next ones begin.
#[derive(Serialize)]
struct TraceLines {
    next: u64,
    lines: Vec<String>,
}

/// The ready-made scenarios.
#[wasm_bindgen]
pub fn presets() -> Answer {
    let mut presets = session::presets();
    presets.extend(session::museum());
    give(&presets)
}

/// The next file of a sample contract that a scenario names and that has not been taken in; `undefined`:
/// none.
#[wasm_bindgen]
pub fn contract_file(scenario: JsValue) -> Answer<Option<String>> {
    let opened = read(scenario)?;
    Ok(files_wanted(&opened.scenario)
        .first()
        .map(|f| (*f).to_owned()))
}

/// Takes in the file of a sample contract.
#[wasm_bindgen]
pub fn take_contract_file(wasm: &[u8]) -> Answer<()> {
    take_file(wasm).about(Kind::Contract)
}

/// A scenario out of an object, the id of a preset, a link, or the text of a file.
fn read(source: JsValue) -> Answer<Opened> {
    if let Some(text) = source.as_string() {
        return read_text(&text).about(Kind::Scenario);
    }
    let value = json(source, "scenario")?;
    let file = match value {
        Value::Object(ref fields) if fields.contains_key("scenario") => value,
        Value::Object(_) => serde_json::json!({"consensusforge": VERSION, "scenario": value}),
        _ => {
            return Err(Failure::argument(
                "scenario: give an object, the id of a preset, a link, or the text of a scenario file."
                    .into(),
            ));
        }
    };
    session::open_bytes(file.to_string().as_bytes()).about(Kind::Scenario)
}

fn read_text(text: &str) -> Result<Opened, Problem> {
    let trimmed = text.trim();
    let id = trimmed.strip_prefix("preset:").unwrap_or(trimmed);
    let mut presets = session::presets();
    presets.extend(session::museum());
    if let Some(found) = presets.iter().position(|p| p.id == id) {
        return Ok(Opened {
            scenario: presets.swap_remove(found).scenario,
            expected: None,
            stops: Vec::new(),
        });
    }
    if looks_like_link(trimmed) {
        return session::open_link(trimmed);
    }
    if trimmed.starts_with('{') {
        return session::open_bytes(trimmed.as_bytes());
    }
    Err(Problem::new(no_preset(id, &presets)))
}

fn no_preset(id: &str, presets: &[Preset]) -> String {
    let ids: Vec<&str> = presets.iter().map(|p| p.id.as_str()).collect();
    let start: String = id.chars().take(40).collect();
    format!(
        "there is no preset \"{start}\", and it is neither a link nor a scenario file. There are: {}.",
        ids.join(", ")
    )
}

#[wasm_bindgen]
impl Run {
    /// Opens a scenario: an object, the id of a preset, a link, or the text of a file.
    #[wasm_bindgen(constructor)]
    pub fn open(source: JsValue) -> Answer<Run> {
        let opened = read(source)?;
        Ok(Run {
            session: Session::open(opened.scenario).about(Kind::Scenario)?,
            expected: opened.expected,
        })
    }

    pub fn info(&self) -> Answer {
        give(&self.session.world())
    }

    pub fn scenario(&self) -> Answer {
        give(self.session.scenario())
    }

    pub fn file(&self) -> String {
        self.session.file()
    }

    pub fn link(&self) -> Answer {
        give(&self.session.link())
    }

    pub fn advance(&mut self, until_us: &JsValue, max_steps: &JsValue) -> Answer {
        let until = whole(until_us, "until_us")?;
        let steps = whole(max_steps, "max_steps")?;
        give(&self.session.advance(until, steps))
    }

    pub fn seek(&mut self, to_us: &JsValue, max_steps: &JsValue) -> Answer {
        let to = whole(to_us, "to_us")?;
        let steps = whole(max_steps, "max_steps")?;
        give(&self.session.seek(to, steps))
    }

    pub fn step(&mut self, unit: &JsValue, max_steps: &JsValue) -> Answer {
        let unit = match text(unit, "unit")?.as_str() {
            "event" => Unit::Event,
            "message" => Unit::Message,
            "step" => Unit::Step,
            "height" => Unit::Height,
            other => {
                return Err(Failure::argument(format!(
                    "unit: there is no \"{other}\"; there are event, message, step and height."
                )));
            }
        };
        let steps = whole(max_steps, "max_steps")?;
        give(&self.session.step(unit, steps))
    }

    /// Runs on towards where the link was made and compares; `null` before that.
    pub fn replay(&mut self, max_steps: &JsValue) -> Answer {
        let steps = whole(max_steps, "max_steps")?;
        let Some(expected) = self.expected.clone() else {
            return Err(Failure::argument(
                "This run was not opened from a link or file that says where the run was, so there is nothing to compare with."
                    .into(),
            ));
        };
        give(&self.session.replay_to(&expected, steps))
    }

    pub fn apply(&mut self, command: JsValue) -> Answer<()> {
        let command = read_command(json(command, "command")?).about(Kind::Command)?;
        self.session.apply(command).about(Kind::Command)
    }

    pub fn view(&self) -> Answer {
        give(&self.session.frame())
    }

    pub fn moments(&mut self) -> Answer {
        give(&self.session.moments())
    }

    pub fn decisions(&self, since: &JsValue) -> Answer {
        let cursor = whole_or_none(since, "since")?.unwrap_or(0);
        give(&self.session.decisions_since(cursor))
    }

    pub fn trace(&self, since: &JsValue) -> Answer {
        let cursor = whole_or_none(since, "since")?.unwrap_or(0);
        give(&TraceLines {
            next: self.session.trace_end(),
            lines: self.session.trace_lines_since(cursor).collect(),
        })
    }

    pub fn message(&self, id: &JsValue) -> Answer {
        let id: u32 = small(id, "id", u32::MAX.into())?;
        give(&self.session.message(id))
    }

    pub fn export_as(&self, kind: &JsValue, from_us: &JsValue, until_us: &JsValue) -> Answer {
        let format = format(&text(kind, "format")?).about(Kind::Argument)?;
        let from = whole_or_none(from_us, "from_us")?.unwrap_or(0);
        let until = whole_or_none(until_us, "until_us")?.unwrap_or(END);
        give(&self.session.export(format, from, until))
    }

    pub fn fork(&self) -> Run {
        Run {
            session: self.session.fork(),
            expected: self.expected.clone(),
        }
    }
}
