//! What the cross-crate suites share.

pub mod imports;
pub mod one_node;
pub mod swarm;
