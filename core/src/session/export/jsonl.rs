//! One JSON object a line, as `run --trace` writes them.

use super::super::log::line;
use super::Writer;
use crate::trace::{Head, Record, Trace};

pub(super) struct Jsonl;

impl Writer for Jsonl {
    fn begin(&mut self, _head: &Head, _out: &mut String) {}

    fn record(&mut self, record: &Record, trace: &Trace, out: &mut String) {
        out.push_str(&line(trace, record));
        out.push('\n');
    }

    fn end(&mut self, _note: &str, _out: &mut String) {
        // Every line is a record: the caller tells what is left out.
    }
}
