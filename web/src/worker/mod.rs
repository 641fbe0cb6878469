//! The worker: the simulated world, off the main thread.

pub mod compile;
pub mod fake;
#[cfg(target_arch = "wasm32")]
pub mod port;
pub mod runner;

/// What the runner drives.
pub mod engine {
    pub use super::fake::{Session, presets};
}
