//! Presets, links, scenario files and traces that nobody wrote: altered at random, each a function of one number.
//! Whatever is not refused must stay bounded in memory and in the time a slice of it takes.

use crate::swarm::Dice;
use consensusforge_core::session::{Session, link_of, open_bytes, open_link, presets};
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib;
use serde_json::{Value, json};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Simulator events a slice: a worker takes about as many between two looks at its messages.
const SLICE: u64 = 1_000;
/// Slices one mutant gets, and the time after which it gets no more.
const SLICES: u32 = 60;
const TIME: Duration = Duration::from_secs(3);
/// Bytes a process may hold. Beside the run there are the traces to alter, and what an allocator keeps.
pub const MOST_MEMORY: f64 = 1.5e9;

/// What the mutants together have seen.
#[derive(Debug, Default)]
pub struct Seen {
    pub ran: u64,
    pub refused: u64,
    pub events: u64,
    /// The longest slice in processor time, and whose it was.
    pub slowest: (Duration, String),
    /// The most memory of the process, in bytes, and after whom.
    pub largest: (f64, String),
}

/// Bytes this process holds now, where the system says so.
#[must_use]
pub fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"));
    let kib = line.and_then(|l| l.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or(0.0) * 1_024.0
}

/// Processor time this thread has taken, where the system says so: it means more than elapsed time on a busy machine.
fn worked(begin: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = told.split(' ').next().and_then(|word| word.parse().ok());
    nanoseconds.map_or_else(|| begin.elapsed(), Duration::from_nanos)
}

/// Paths of the numbers in `value`.
pub fn numbers(value: &Value, path: &str, found: &mut Vec<String>) {
    paths(value, path, &mut |path, value| {
        if value.is_number() {
            found.push(path.to_owned());
        }
    });
}

fn paths(value: &Value, path: &str, found: &mut impl FnMut(&str, &Value)) {
    found(path, value);
    match value {
        Value::Array(all) => {
            for (i, item) in all.iter().enumerate() {
                paths(item, &format!("{path}/{i}"), found);
            }
        }
        Value::Object(all) => {
            for (key, item) in all {
                paths(item, &format!("{path}/{key}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Number(_) => {}
    }
}

/// A number at an edge, or a little beside the one that stood there.
#[must_use]
pub fn extreme(dice: &mut Dice, was: u64) -> u64 {
    let edges = [
        0,
        1,
        2,
        160,
        1_000,
        100_000,
        1_000_000,
        3_600_000_000,
        u64::from(u32::MAX),
        u64::MAX / 8,
        was.saturating_mul(2),
        was / 2,
        was.saturating_sub(1),
        was.saturating_add(1),
    ];
    edges[dice.below(edges.len() as u64) as usize]
}

/// The scenario of a preset with one to four of its values altered, doubled or taken away.
fn altered_scenario(dice: &mut Dice) -> Value {
    let presets = presets();
    let preset = &presets[dice.below(presets.len() as u64) as usize];
    let mut scenario = serde_json::to_value(&preset.scenario).expect("a scenario");
    for _ in 0..=dice.below(4) {
        let mut all = Vec::new();
        paths(&scenario, "", &mut |path, _| {
            let fixed = path.is_empty() || path == "/version" || path == "/semantics";
            if !fixed {
                all.push(path.to_owned());
            }
        });
        let path = &all[dice.below(all.len() as u64) as usize];
        let Some(place) = scenario.pointer_mut(path) else {
            continue;
        };
        match place {
            Value::Number(n) => *place = json!(extreme(dice, n.as_u64().unwrap_or(0))),
            Value::Bool(b) => *place = json!(!*b),
            Value::String(s) => {
                let other = ["v1", "v4", "", "draw", "rotation", "coalition", "silent"];
                *s = other[dice.below(other.len() as u64) as usize].into();
            }
            Value::Array(all) if !all.is_empty() => {
                let i = dice.below(all.len() as u64) as usize;
                if dice.one_in(3) {
                    all.remove(i);
                } else {
                    let again = all[i].clone();
                    let times = 1 + dice.below(200);
                    all.extend((0..times).map(|_| again.clone()));
                }
            }
            Value::Object(all) => {
                let i = dice.below(all.len().max(1) as u64) as usize;
                if let Some(key) = all.keys().nth(i).cloned() {
                    all.remove(&key);
                }
            }
            Value::Array(_) | Value::Null => {}
        }
    }
    // Validators made many have names of their own, or all of them would be refused.
    if let Some(validators) = scenario["validators"].as_array_mut() {
        for (i, validator) in validators.iter_mut().enumerate() {
            if validator.is_object() {
                validator["name"] = json!(format!("v{}", i + 1));
            }
        }
    }
    scenario
}

/// Bytes with a few of them replaced, taken away, doubled, or the end cut off.
fn altered_bytes(dice: &mut Dice, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=dice.below(4) {
        if bytes.is_empty() {
            break;
        }
        let at = dice.below(bytes.len() as u64) as usize;
        match dice.below(5) {
            0 => bytes[at] ^= 1 << dice.below(8),
            1 => bytes[at] = dice.below(256) as u8,
            2 => {
                bytes.remove(at);
            }
            3 => {
                let end = (at + 1 + dice.below(64) as usize).min(bytes.len());
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
            _ => bytes.truncate(at.max(bytes.len() / 2)),
        }
    }
    bytes
}

/// A trace file unpacked: its first bytes, and its chunks.
type Unpacked = (Vec<u8>, Vec<Vec<u8>>);

/// Traces of some presets.
fn traces() -> &'static Vec<Unpacked> {
    static TRACES: OnceLock<Vec<Unpacked>> = OnceLock::new();
    TRACES.get_or_init(|| {
        let wanted = ["happy", "fork", "lossy", "restart"];
        let presets = presets().into_iter();
        let presets = presets.filter(|p| wanted.contains(&p.id.as_str()));
        presets
            .map(|preset| {
                let mut session = Session::open(preset.scenario).expect("a preset");
                session.run_to(1_500_000);
                let bytes = session.save_trace().0;
                let (start, mut rest) = bytes.split_at(10);
                let mut chunks = Vec::new();
                while let Some((size, after)) = rest.split_first_chunk::<4>() {
                    let size = u32::from_le_bytes(*size) as usize;
                    let packed = &after[4..4 + size];
                    chunks.push(decompress_to_vec_zlib(packed).expect("packed"));
                    rest = &after[4 + size..];
                }
                (start.to_vec(), chunks)
            })
            .collect()
    })
}

fn altered_trace(dice: &mut Dice) -> Vec<u8> {
    let traces = traces();
    let (start, chunks) = &traces[dice.below(traces.len() as u64) as usize];
    let mut bytes = start.clone();
    let altered = dice.below(chunks.len() as u64) as usize;
    for (i, chunk) in chunks.iter().enumerate() {
        let chunk = if i == altered {
            altered_bytes(dice, chunk)
        } else {
            chunk.clone()
        };
        let packed = compress_to_vec_zlib(&chunk, 1);
        bytes.extend((packed.len() as u32).to_le_bytes());
        bytes.extend((chunk.len() as u32).to_le_bytes());
        bytes.extend(packed);
    }
    if dice.one_in(4) {
        return altered_bytes(dice, &bytes);
    }
    bytes
}

/// What kind of mutant `seed` is, and the run it opens, or `None` where it is refused.
fn open(seed: u64) -> (&'static str, Option<Session>) {
    let mut dice = Dice::new(seed);
    let dice = &mut dice;
    let of = |bytes: &[u8]| Session::open(open_bytes(bytes).ok()?.scenario).ok();
    // Nearly all altered links and texts are refused: most of the time goes to what runs.
    match seed % 8 {
        0..=4 => {
            let file = json!({"consensusforge": 2, "scenario": altered_scenario(dice)});
            ("scenario", of(file.to_string().as_bytes()))
        }
        5 if dice.one_in(2) => {
            let presets = presets();
            let preset = &presets[dice.below(presets.len() as u64) as usize];
            let link = altered_bytes(dice, link_of(&preset.scenario).as_bytes());
            let link = String::from_utf8_lossy(&link).into_owned();
            let opened = open_link(&link).ok();
            ("link", opened.and_then(|o| Session::open(o.scenario).ok()))
        }
        5 => {
            let file = json!({"consensusforge": 2, "scenario": altered_scenario(dice)});
            let bytes = altered_bytes(dice, file.to_string().as_bytes());
            ("scenario text", of(&bytes))
        }
        _ => {
            let opened = Session::open_trace(&altered_trace(dice), 4_000);
            ("trace", opened.ok().map(|recorded| recorded.session))
        }
    }
}

/// Opens mutant `seed` and runs it for a while.
///
/// # Panics
/// When the process holds more than [`MOST_MEMORY`] after a slice.
pub fn try_mutant(seed: u64, seen: &mut Seen) {
    // Made once: not the first mutant's affair.
    traces();
    let begin = Instant::now();
    let start = worked(begin);
    let (kind, session) = open(seed);
    let mut slow = |took: Duration, what: &str| {
        if took > seen.slowest.0 {
            seen.slowest = (took, format!("{kind} {seed}, {what}"));
        }
    };
    slow(worked(begin).saturating_sub(start), "opening");
    let Some(mut session) = session else {
        seen.refused += 1;
        return;
    };
    seen.ran += 1;
    for _ in 0..SLICES {
        if begin.elapsed() > TIME {
            break;
        }
        let start = worked(begin);
        let came = session.advance(u64::MAX, SLICE);
        slow(worked(begin).saturating_sub(start), "a slice");
        let held = resident();
        if held > seen.largest.0 {
            seen.largest = (held, format!("{kind} {seed}"));
        }
        let instant = came.now_us;
        assert!(
            held < MOST_MEMORY,
            "{kind} {seed}: {held:.0} bytes are held at {instant} µs"
        );
        if came.reached {
            break;
        }
    }
    let start = worked(begin);
    let frame = session.frame();
    slow(worked(begin).saturating_sub(start), "a frame");
    seen.events += frame.steps;
    if seen.slowest.1.starts_with(&format!("{kind} {seed},")) && kind != "trace" {
        let link = link_of(session.scenario());
        seen.slowest.1 = format!("{}: {link}", seen.slowest.1);
    }
}
