//! The browser, in small pieces.

pub mod address;
pub mod assembler;
pub mod code;
pub mod dom;
pub mod files;
pub mod frames;
pub mod plots;
pub mod storage;
pub mod text;
pub mod theme;
pub mod vendor;
pub mod wire;
pub mod workers;
