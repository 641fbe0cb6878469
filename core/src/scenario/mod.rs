//! What a run is made of. The plain data, [`model`], is a room of its own further down.
//! Presets, validation and links stand on top of the simulator.

pub mod codec;
pub mod effective;
pub mod flaw;
mod migrate;
pub mod params;

pub mod presets;
pub mod validate;

pub use crate::model::{self, Scenario};
pub use codec::{Document, Expected};
pub use presets::{Preset, presets};
pub use validate::{ScenarioError, validate};
