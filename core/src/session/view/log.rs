//! The log: what it is asked and what it shows.

use super::chart::{Arrow, Mark};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// What a log is to show. All conditions hold at once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct LogQuery {
    /// Index into `LOG_EVENTS`.
    pub event: Option<u8>,
    /// Index into [`RunInfo::kinds`](super::RunInfo::kinds): then only records of such messages.
    pub kind: Option<u8>,
    /// A node: where it happened, or who sent it.
    pub node: Option<u16>,
    /// The first height shown.
    pub from_height: u64,
    /// The last height shown.
    pub to_height: u64,
    /// Words that all must fit: kinds, events, names, heights, beginnings of digests.
    pub text: String,
}

impl Default for LogQuery {
    fn default() -> Self {
        LogQuery {
            event: None,
            kind: None,
            node: None,
            from_height: 0,
            to_height: u64::MAX,
            text: String::new(),
        }
    }
}

/// One record in words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct LogRow {
    /// Of the record since the run began.
    pub number: u64,
    /// When it happened, microseconds.
    pub at_us: u64,
    /// The node it happened at.
    pub node: Option<u16>,
    /// Index into `LOG_EVENTS`.
    pub event: u8,
    /// Index into [`RunInfo::kinds`](super::RunInfo::kinds), for records of messages.
    pub kind: Option<u8>,
    /// In words.
    pub what: String,
    /// Index into [`RunInfo::rules`](super::RunInfo::rules), where it tells that a rule took effect.
    pub rule: Option<u8>,
    /// Number of the message it is about.
    pub message: Option<u32>,
    /// The same thing as the chart draws it, where it does.
    pub arrow: Option<Arrow>,
    /// The mark on the chart, where it has one.
    pub mark: Option<Mark>,
}

/// Some rows of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct LogPage {
    /// Rows there are.
    pub total: u32,
    /// Position of the first of these.
    pub from: u32,
    /// In order of time.
    pub rows: Vec<LogRow>,
}

/// A thing on the chart, to be found in a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[derive(Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct LogPlace {
    /// When, microseconds.
    pub at_us: u64,
    /// Number of the message, for a copy.
    pub message: Option<u32>,
    /// The node.
    pub node: u16,
}

/// A log as a text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(BorshSerialize, BorshDeserialize)]
pub struct LogText {
    /// One line for each row.
    pub text: String,
    /// Older rows that did not fit.
    pub left_out: u32,
}
