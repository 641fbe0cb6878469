//! A world of BFT validators as one pure function: `run(scenario) -> trace`.
pub mod base;
pub mod vm;
