//! What a run is made of. [`model`] is plain data and low in the house.
//! Presets, validation and links stand on top of the simulator.

pub mod model;

pub use model::Scenario;
