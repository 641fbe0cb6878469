//! Scenarios as links and as files.
//!
//! Both carry one document: the scenario and, perhaps, what its run is expected to come to. A link is
//! `v2.` and base64url text of six bytes of SHA-256 and a deflated JSON document that leaves out
//! defaults; the digest is over the deflated bytes, so that a link that opens is the link that was
//! made. A file is the whole document as JSON for people, with `"consensusforge": 2` on top.

use super::Scenario;
use super::migrate::{defaults, migrate, prune};
use super::params::{expanded, reduced};
use super::validate::{ScenarioError, VERSION, quote};
use crate::base::Micros;
use crate::base::digest::sha256;
use crate::base::limits::{
    LINK_MAX_BYTES, LINK_WARN_BYTES, MAX_NOTE_BYTES, MAX_SCENARIO_BYTES, MAX_STOPS, MAX_TIME,
};
use crate::model::Command;
use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use borsh::{BorshDeserialize, BorshSerialize};
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Where a run was when its link was made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Simulator events processed.
    pub steps: u64,
    /// The run's digest after these, hex.
    pub digest: String,
}

/// An instant worth stopping at, with what there is to say about it. It is for people: a run does not depend on
/// it, and no digest covers it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    /// Microseconds of simulated time.
    pub at_us: Micros,
    /// What there is to say, plain text.
    pub note: String,
}

/// What a link or a file carries.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// What is run.
    pub scenario: Scenario,
    /// Where its maker saw it end, to compare a replay with.
    pub expected: Option<Expected>,
    /// Where a reader is to stop, in order of time.
    pub stops: Vec<Stop>,
}

/// A scenario file, as JSON.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct File {
    /// Version of the file format; 2 today.
    pub consensusforge: u32,
    /// What is run.
    pub scenario: Scenario,
    /// Where the run was when the file was made, to check a replay against.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(default)]
    pub expected: Option<Expected>,
    /// Instants to stop at, with notes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub stops: Vec<Stop>,
}

/// A link, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkText {
    /// What goes behind `#`; empty when it would be too long for a link.
    pub fragment: String,
    /// Length of the text, also when it is too long.
    pub bytes: usize,
    /// A sentence when the link is long or too long.
    pub warning: Option<String>,
}

/// Bytes of SHA-256 in front of the deflated document. Bits flipped on the way are found with
/// certainty enough (2^-48), and a link stays short.
const CHECK_BYTES: usize = 6;
/// The best miniz_oxide has; documents are small.
const COMPRESSION: u8 = 10;
/// Characters of a parser's complaint that a sentence repeats.
const REASON: usize = 300;

/// Text without padding. Bits of the last character that belong to no byte are ignored.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// The link that carries `document`.
#[must_use]
pub fn write_link(document: &Document) -> LinkText {
    let mut json = Map::new();
    // A scenario has string keys and no floats: it always becomes a Value.
    let scenario = serde_json::to_value(whole(&document.scenario)).unwrap_or_default();
    json.insert("scenario".into(), prune(VERSION, scenario));
    if let Some(expected) = &document.expected {
        json.insert(
            "expected".into(),
            serde_json::to_value(expected).unwrap_or_default(),
        );
    }
    if !document.stops.is_empty() {
        json.insert(
            "stops".into(),
            serde_json::to_value(&document.stops).unwrap_or_default(),
        );
    }
    let deflated = compress_to_vec(Value::Object(json).to_string().as_bytes(), COMPRESSION);
    let mut bytes = sha256(&deflated).0[..CHECK_BYTES].to_vec();
    bytes.extend_from_slice(&deflated);
    limit(format!("v{VERSION}.{}", BASE64.encode(bytes)))
}

/// Applies the two length rules to a link's text.
fn limit(fragment: String) -> LinkText {
    let bytes = fragment.len();
    if bytes > LINK_MAX_BYTES {
        return LinkText {
            fragment: String::new(),
            bytes,
            warning: Some(format!(
                "This run needs a link of {bytes} bytes, and links may have at most {LINK_MAX_BYTES}. \
                 Save it as a file instead."
            )),
        };
    }
    let warning = (bytes > LINK_WARN_BYTES).then(|| {
        format!(
            "This link has {bytes} bytes; some programs cut links above {LINK_WARN_BYTES}. A file is \
             safer."
        )
    });
    LinkText {
        fragment,
        bytes,
        warning,
    }
}

/// Reads a link: the text behind `#`, or a whole address with it.
///
/// # Errors
/// A sentence for everything that is not a whole link of a known version. The scenario may still be
/// impossible: see [`super::validate()`].
pub fn read_link(text: &str) -> Result<Document, ScenarioError> {
    let fragment = fragment(text);
    let fragment = fragment.as_str();
    if fragment.is_empty() {
        return Err(link_error(
            "the link is empty: nothing follows `#`. Copy the whole link.",
        ));
    }
    let (version, body) = split_version(fragment)?;
    if version > VERSION {
        return Err(link_error(format!(
            "this link was made by a newer ConsensusForge: v{version}; this one reads links up to \
             v{VERSION}. Open it with the newer one."
        )));
    }
    if fragment.len() > LINK_MAX_BYTES {
        return Err(link_error(format!(
            "the link has {} bytes; links have at most {LINK_MAX_BYTES}. Ask for the scenario as a \
             file.",
            fragment.len()
        )));
    }
    let json = unpack(body, fragment.len() - body.len())?;
    document(version, &json, "link")
}

/// What follows `#`, or all of it, up to a `&`, behind which a race's lanes stand. 1. A mail breaks a long line; 2. a sentence ends in a full stop; 3. a link
/// stands in brackets or quotation marks. None of these is ever part of a link.
fn fragment(text: &str) -> String {
    let whole: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let around = |c: char| "<>()[]{}\"'`".contains(c);
    let bare = whole
        .trim_start_matches(around)
        .trim_end_matches(|c| around(c) || ".,;:!?".contains(c));
    let after = bare.rsplit_once('#').map_or(bare, |(_, after)| after);
    let scenario = after
        .split_once('&')
        .map_or(after, |(scenario, _)| scenario);
    scenario.to_owned()
}

/// The version in front, and what follows.
fn split_version(fragment: &str) -> Result<(u32, &str), ScenarioError> {
    let not_ours = || {
        link_error(format!(
            "this is not a ConsensusForge link: those begin with `v{VERSION}.`, this one with {}.",
            quote(&fragment.chars().take(8).collect::<String>())
        ))
    };
    let digits = fragment.strip_prefix('v').ok_or_else(not_ours)?;
    let end = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    let (number, rest) = digits.split_at(end);
    match (number.parse::<u32>(), rest.strip_prefix('.')) {
        (Ok(version), Some(body)) if version > 0 && !number.starts_with('0') => Ok((version, body)),
        (Ok(_), None) if rest.is_empty() => Err(truncated()),
        _ => Err(not_ours()),
    }
}

/// The JSON in a link's text, of which `offset` characters stand before `body`.
fn unpack(body: &str, offset: usize) -> Result<Vec<u8>, ScenarioError> {
    if let Some((at, character)) = body
        .char_indices()
        .find(|(_, c)| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')))
    {
        return Err(link_error(format!(
            "the link is damaged: character {} is {}, which no link contains. Copy it again from \
             where it was made.",
            offset + at + 1,
            quote(&character.to_string())
        )));
    }
    // All characters are fine, so only the count can be wrong, by one that is missing.
    let bytes = BASE64.decode(body).map_err(|_| truncated())?;
    let (check, deflated) = bytes.split_at_checked(CHECK_BYTES).ok_or_else(truncated)?;
    let json = decompress_to_vec_with_limit(deflated, MAX_SCENARIO_BYTES);
    if sha256(deflated).0[..CHECK_BYTES] == *check {
        return json.map_err(|e| match e.status {
            TINFLStatus::HasMoreOutput => link_error(format!(
                "the content of the link is larger than {MAX_SCENARIO_BYTES} bytes, the most a \
                 scenario may have. It was not made by ConsensusForge."
            )),
            _ => mangled(),
        });
    }
    // The digest is wrong. A stream that would have gone on was cut, anything else was altered.
    Err(match json.map_err(|e| e.status) {
        Err(TINFLStatus::FailedCannotMakeProgress | TINFLStatus::NeedsMoreInput) => truncated(),
        _ => mangled(),
    })
}

fn link_error(sentence: impl Into<String>) -> ScenarioError {
    ScenarioError::new("link", sentence)
}

fn truncated() -> ScenarioError {
    link_error(
        "the link is cut off: its end is missing. Copy the whole link; some programs cut long ones.",
    )
}

fn mangled() -> ScenarioError {
    link_error(
        "the link is damaged: its checksum does not match. Copy it again from where it was \
         made.",
    )
}

/// `document` as a file, for people to read and edit: nothing is left out.
#[must_use]
pub fn write_file(document: &Document) -> String {
    let file = File {
        consensusforge: VERSION,
        scenario: whole(&document.scenario),
        expected: document.expected.clone(),
        stops: document.stops.clone(),
    };
    // Like above: a scenario always becomes JSON.
    let mut text = serde_json::to_string_pretty(&file).unwrap_or_default();
    text.push('\n');
    text
}

/// Reads a scenario file.
///
/// # Errors
/// A sentence for everything that is not a scenario file of a known version.
pub fn read_file(bytes: &[u8]) -> Result<Document, ScenarioError> {
    let error = |sentence: String| Err(ScenarioError::new("file", sentence));
    if bytes.len() > MAX_SCENARIO_BYTES {
        return error(format!(
            "the file has {} bytes; a scenario has at most {MAX_SCENARIO_BYTES}. Is it the right file?",
            bytes.len()
        ));
    }
    if bytes.trim_ascii().is_empty() {
        return error("the file is empty; choose one that ConsensusForge saved.".into());
    }
    document(0, bytes, "file")
}

/// Reads a command as the `commands` of a scenario hold it, without its instant.
///
/// # Errors
/// A sentence where `json` is not a command. The command may still be impossible in a run: see
/// [`super::validate()`].
pub fn read_command(json: Value) -> Result<Command, ScenarioError> {
    fit("command", json)
}

/// Reads a link or a file, whichever it is.
///
/// # Errors
/// As [`read_link`] and [`read_file`].
pub fn read(bytes: &[u8]) -> Result<Document, ScenarioError> {
    match std::str::from_utf8(bytes) {
        Ok(text) if looks_like_link(text) => read_link(text),
        _ => read_file(bytes),
    }
}

/// True for what can only be meant as a link: a version in front, perhaps behind a `#`, or one word with a `#`.
/// The version may stand in brackets and the link be broken over several lines, see [`read_link`].
#[must_use]
pub fn looks_like_link(text: &str) -> bool {
    let text = text.trim();
    // A scenario file may be large: it is not searched for a link.
    if text.is_empty() || text.starts_with('{') {
        return false;
    }
    let versioned = fragment(text)
        .strip_prefix('v')
        .and_then(|t| t.split_once('.'))
        .is_some_and(|(n, rest)| n.parse::<u32>().is_ok() && !rest.contains('.'));
    let word = !text.contains(char::is_whitespace) && !text.starts_with(['[', '"']);
    versioned || (word && text.contains('#'))
}

/// Reads a document. `version` 0: it says its own, as files do.
fn document(version: u32, json: &[u8], what: &str) -> Result<Document, ScenarioError> {
    let mut fields = object(json, what)?;
    let version = if version == 0 {
        file_version(fields.remove("consensusforge"))?
    } else {
        version
    };
    let scenario = fields.remove("scenario").ok_or_else(|| {
        ScenarioError::new(
            what,
            format!("the {what} contains no `scenario`. It was not saved by ConsensusForge."),
        )
    })?;
    sections_are_objects(version, &scenario)?;
    if version == 1 && scenario.pointer("/protocol/params").is_some() {
        return Err(ScenarioError::new(
            "protocol.params",
            "format 1 has no such field: its parameters stand in `protocol` itself. Write \
             `\"consensusforge\": 2` on top.",
        ));
    }
    let expected = match fields.remove("expected") {
        None | Some(Value::Null) => None,
        Some(expected) => Some(check_expected(fit("expected", expected)?)?),
    };
    let stops = match fields.remove("stops") {
        None | Some(Value::Null) => Vec::new(),
        Some(stops) => check_stops(fit("stops", stops)?)?,
    };
    if let Some(stray) = fields.keys().next() {
        return Err(ScenarioError::new(
            what,
            format!(
                "there is no field {} here; the fields are `consensusforge`, `scenario`, `expected` and \
                 `stops`. Remove it.",
                quote(stray)
            ),
        ));
    }
    let mut scenario: Scenario = fit("", migrate(version, scenario))?;
    scenario.protocol = reduced(scenario.protocol);
    Ok(Document {
        scenario,
        expected,
        stops,
    })
}

/// The same with every parameter of its protocol written down.
fn whole(scenario: &Scenario) -> Scenario {
    Scenario {
        protocol: expanded(&scenario.protocol),
        ..scenario.clone()
    }
}

/// Serde would take a list for an object, field by field; a person who writes `"network": []` means
/// something else.
fn sections_are_objects(version: u32, scenario: &Value) -> Result<(), ScenarioError> {
    let Value::Object(sections) = scenario else {
        return Err(ScenarioError::new(
            "scenario",
            "this must be an object of sections: `validators`, `network` and so on.",
        ));
    };
    let defaults = defaults(version);
    let stray = sections.iter().find(|(name, section)| {
        defaults.get(*name).is_some_and(Value::is_object) && !section.is_object()
    });
    match stray {
        None => Ok(()),
        Some((name, _)) => Err(ScenarioError::new(
            name,
            "this section must be an object of named fields, `{...}`. Correct it there.",
        )),
    }
}

fn object(json: &[u8], what: &str) -> Result<Map<String, Value>, ScenarioError> {
    match serde_json::from_slice(json) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(ScenarioError::new(
            what,
            format!(
                "the {what} contains JSON, but no scenario. Choose one that ConsensusForge saved."
            ),
        )),
        Err(e) if e.is_eof() => Err(ScenarioError::new(
            what,
            format!(
                "the {what} is cut off at line {}, column {}: its end is missing. Get the complete {what}.",
                e.line(),
                e.column()
            ),
        )),
        Err(e) => Err(ScenarioError::new(
            what,
            format!(
                "the {what} is not JSON: {}. Correct it there.",
                humane(&e.to_string())
            ),
        )),
    }
}

fn file_version(field: Option<Value>) -> Result<u32, ScenarioError> {
    let error = |sentence: String| Err(ScenarioError::new("consensusforge", sentence));
    match field.as_ref().map(Value::as_u64) {
        None => error(format!(
            "this is not a scenario file: `\"consensusforge\": {VERSION}` is missing. Put it on top, \
             next to `\"scenario\": {{...}}`."
        )),
        Some(Some(v)) if v == 0 || v > u64::from(VERSION) => {
            if v == 0 {
                error(format!("there is no version 0; write {VERSION}."))
            } else {
                error(format!(
                    "this file was made by a newer ConsensusForge: v{v}; this one reads files up to \
                     v{VERSION}. Open it with the newer one."
                ))
            }
        }
        Some(Some(v)) => Ok(u32::try_from(v).unwrap_or(VERSION)),
        Some(None) => error(format!("the version must be a number; write {VERSION}.")),
    }
}

fn check_expected(expected: Expected) -> Result<Expected, ScenarioError> {
    let digest = &expected.digest;
    if digest.len() == 64
        && digest
            .bytes()
            .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    {
        Ok(expected)
    } else {
        Err(ScenarioError::new(
            "expected.digest",
            format!(
                "{} is not a run's digest, which has 64 lower-case hex digits. Remove `expected` to run \
                 without a comparison.",
                quote(digest)
            ),
        ))
    }
}

/// The same in order of time.
///
/// # Errors
/// A sentence where there are too many, or a note is too long, or an instant too late.
pub fn check_stops(mut stops: Vec<Stop>) -> Result<Vec<Stop>, ScenarioError> {
    if stops.len() > MAX_STOPS {
        return Err(ScenarioError::new(
            "stops",
            format!(
                "there are {} stops; a run has at most {MAX_STOPS}. Remove some.",
                stops.len()
            ),
        ));
    }
    for (k, stop) in stops.iter().enumerate() {
        if stop.note.len() > MAX_NOTE_BYTES {
            return Err(ScenarioError::new(
                format!("stops[{k}].note"),
                format!(
                    "this note has {} bytes; one has at most {MAX_NOTE_BYTES}. Shorten it.",
                    stop.note.len()
                ),
            ));
        }
        if stop.at_us > MAX_TIME {
            return Err(ScenarioError::new(
                format!("stops[{k}].at_us"),
                format!(
                    "{} is too late: simulated time ends at {MAX_TIME} µs.",
                    stop.at_us
                ),
            ));
        }
    }
    stops.sort_by_key(|stop| stop.at_us);
    Ok(stops)
}

/// Turns JSON into a `T`, or says where it does not fit.
fn fit<'de, T: Deserialize<'de>>(place: &str, value: Value) -> Result<T, ScenarioError> {
    serde_path_to_error::deserialize(value).map_err(|e| {
        let path = match (place, e.path().to_string().as_str()) {
            ("", ".") => "scenario".to_owned(),
            ("", path) => path.to_owned(),
            (place, ".") => place.to_owned(),
            (place, path) if path.starts_with('[') => format!("{place}{path}"),
            (place, path) => format!("{place}.{path}"),
        };
        ScenarioError::new(
            tame(&path),
            format!("{}. Correct it there.", humane(&e.inner().to_string())),
        )
    })
}

/// A parser's complaint in words for people.
fn humane(reason: &str) -> String {
    let mut text = too_large(reason);
    for (rust, plain) in [
        // From which number on is the field's own affair: many refuse 0.
        ("expected u16", "expected a whole number up to 65535"),
        ("expected u32", "expected a whole number up to 4294967295"),
        (
            "expected u64",
            "expected a whole number up to 18446744073709551615",
        ),
        ("expected a sequence", "expected a list"),
        ("invalid type: sequence", "found a list"),
        ("invalid type: map", "found an object"),
        ("invalid type: ", "found "),
        ("invalid value: ", "found "),
    ] {
        text = text.replace(rust, plain);
    }
    // Names of our own types mean nothing to a person.
    if let Some((before, _)) = text.split_once("expected struct ") {
        text = format!("{before}expected an object");
    } else if let Some((before, _)) = text.split_once("expected enum ") {
        text = format!("{before}expected one of the choices the format names");
    }
    tame(&text)
}

/// A whole number beyond 64 bits is read as a floating point, which is not what is wrong with it.
fn too_large(reason: &str) -> String {
    let Some((before, rest)) = reason.split_once("floating point `") else {
        return reason.to_owned();
    };
    let Some((number, after)) = rest.split_once('`') else {
        return reason.to_owned();
    };
    let exponent = number
        .split_once('e')
        .map(|(_, power)| power.parse::<u32>());
    match exponent {
        Some(Ok(power)) if power >= 19 => {
            format!("{before}a number that is too large ({number}){after}")
        }
        Some(_) | None => reason.to_owned(),
    }
}

/// Short and without control characters: it quotes a stranger. A list is not cut in the midst of a word.
fn tame(text: &str) -> String {
    let mut tamed: String = text
        .chars()
        .take(REASON)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    if text.chars().nth(REASON).is_some() {
        if let Some(end) = tamed.rfind(' ') {
            tamed.truncate(end);
        }
        tamed.push_str(" \u{2026}");
    }
    tamed
}
