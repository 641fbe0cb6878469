//! The page and its worker. Everything that can be pure is, and is tested natively; what touches the
//! browser is in `platform`, `worker::port` and the one painting file of [`chart`].

pub mod branches;
pub mod caption;
pub mod chart;
pub mod data;
pub mod flame;
pub mod forms;
pub mod glossary;
pub mod inspect;
pub mod lessons;
pub mod model;
pub mod pace;
pub mod protocol;
pub mod race;
pub mod reading;
pub mod runs;
pub mod scale;
pub mod settings;
pub mod stops;
pub mod tree;
pub mod verdicts;
pub mod words;
pub mod worker;

#[cfg(target_arch = "wasm32")]
pub mod page;
#[cfg(target_arch = "wasm32")]
pub mod panels;
#[cfg(target_arch = "wasm32")]
pub mod platform;
#[cfg(target_arch = "wasm32")]
mod receive;
#[cfg(target_arch = "wasm32")]
pub mod state;
