//! A world of BFT validators as one pure function: `run(scenario) -> trace`.
//!
//! Rooms, each importing only from those before it: [`base`], [`types`], [`consensus`] and [`vm`] and
//! [`model`], then [`ledger`], [`trace`] and [`adversary`], then the simulator [`world`] and
//! the monitors in [`check`], then [`scenario`] presets and links, then [`session`], the one
//! door for page, command line and tests, and on top [`search`], which runs many.

#![warn(missing_docs)]

pub mod adversary;
pub mod base;
pub mod check;
pub mod consensus;
pub mod ledger;
pub mod model;
pub mod network;
pub mod scenario;
pub mod search;
pub mod session;
pub mod trace;
pub mod types;
pub mod vm;
pub mod world;
