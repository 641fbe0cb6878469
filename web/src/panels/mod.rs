//! What a person sees, one file a panel.

pub mod adversary;
pub mod announce;
pub mod banner;
pub mod chart;
pub mod contracts;
pub mod controls;
pub mod drop;
pub mod editor;
pub mod embed;
pub mod help;
pub mod icon;
pub mod inspector;
pub mod keys;
pub mod nodes;
pub mod overload;
pub mod path;
pub mod presenter;
pub mod receipts;
pub mod run;
pub mod scenarios;
pub mod share;
pub mod slider;
pub mod stakes;
pub mod term;
pub mod top;
pub mod transport;
