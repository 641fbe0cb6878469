//! The worker: the simulated world, off the main thread.

pub mod beside;
pub mod compile;
#[cfg(target_arch = "wasm32")]
pub mod compiler;
mod data;
pub mod desk;
pub mod files;
pub mod looking;
mod naming;
pub mod past;
#[cfg(target_arch = "wasm32")]
pub mod port;
pub mod runner;
