//! The message-sequence chart. Records come into the [`store`], [`layout`] says where things lie,
//! [`shapes`] turns both into plain shapes, [`hit`] finds what is under a pointer; all pure. [`paint`]
//! says how a shape is drawn on any surface; only `canvas` touches a real one.

#[cfg(target_arch = "wasm32")]
pub mod canvas;
pub mod frame;
pub mod hit;
pub mod layout;
pub mod paint;
pub mod shapes;
pub mod store;
pub mod tokens;
