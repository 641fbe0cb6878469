//! The worker: the simulated world, off the main thread.

mod acts;
pub mod beside;
mod charted;
pub mod compile;
#[cfg(target_arch = "wasm32")]
pub mod compiler;
mod data;
pub mod desk;
pub mod files;
mod goal;
pub mod looking;
mod naming;
mod pace;
pub mod past;
#[cfg(target_arch = "wasm32")]
pub mod port;
pub mod runner;
mod telling;
