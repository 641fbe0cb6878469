//! What a person sees, one file a panel.

pub mod adversary;
pub mod banner;
pub mod chart;
pub mod contracts;
pub mod controls;
pub mod data;
pub mod drop;
pub mod editor;
pub mod exports;
pub mod help;
pub mod icon;
pub mod inspector;
pub mod keys;
pub mod log;
pub mod metrics;
pub mod nodes;
pub mod receipts;
pub mod recorded;
pub mod run;
pub mod share;
pub mod slider;
pub mod stakes;
pub mod top;
pub mod transport;
