//! The browser, in small pieces.

pub mod files;
pub mod frames;
pub mod numbers;
pub mod place;
pub mod theme;
pub mod wire;
pub mod workers;
