//! The message-sequence chart. Records come into the [`store`], [`layout`] says where things lie,
//! [`shapes`] turns both into plain shapes, [`hit`] finds what is under a pointer; all pure. Only
//! [`paint`] knows how shapes are drawn, and only `canvas` which surface they land on.

#[cfg(target_arch = "wasm32")]
pub mod canvas;
pub mod hit;
pub mod layout;
pub mod paint;
pub mod shapes;
pub mod store;
pub mod tokens;
