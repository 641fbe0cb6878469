//! What the cross-crate suites share.

pub mod guests;
pub mod imports;
pub mod mini_network;
pub mod one_node;
pub mod published;
pub mod streamlet;
pub mod swarm;
