//! The worker: the simulated world, off the main thread.

mod acts;
mod chart_cursor;
pub mod comparison;
pub mod compile;
#[cfg(target_arch = "wasm32")]
pub mod compiler;
mod data;
pub mod files;
mod goal;
pub mod history_query;
mod naming;
mod outbox;
mod pace;
#[cfg(target_arch = "wasm32")]
pub mod port;
pub mod request_handler;
pub mod runner;
pub mod snapshot_inspector;
