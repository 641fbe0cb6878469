//! The message-sequence chart. Records come into the [`store`]; [`lanes`] says which lifelines stand
//! where, [`layout`] where things lie, [`picture`] (with [`frame`], [`lifelines`], [`arrows`], [`marks`])
//! turns a [`scene`] into plain [`shapes`], [`hit`] finds what is under a pointer; all pure. [`paint`] says how
//! a shape is drawn on any surface: [`svg`] is one, [`packed`] are numbers for a painter in a worker, and only
//! `canvas` touches a real canvas.

pub mod area;
pub mod arrows;
pub mod bundle;
#[cfg(target_arch = "wasm32")]
pub mod canvas;
pub mod cone;
pub mod cuts;
pub mod density;
pub mod describe;
pub mod filter;
pub mod frame;
#[cfg(test)]
mod golden;
pub mod hit;
pub mod lanes;
pub mod layout;
pub mod lifelines;
pub mod marks;
pub mod neighbours;
pub mod packed;
pub mod paint;
pub mod picture;
pub mod scene;
pub mod shapes;
pub mod store;
pub mod svg;
pub mod through;
pub mod tokens;
