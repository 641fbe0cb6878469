//! What a run is made of. [`model`] is plain data and low in the house.
//! Presets, validation and links stand on top of the simulator.

pub mod codec;
mod migrate;
pub mod model;
pub mod presets;
pub mod validate;

pub use codec::{Document, Expected};
pub use model::Scenario;
pub use presets::{Preset, presets};
pub use validate::{ScenarioError, validate};
