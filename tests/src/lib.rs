//! What the cross-crate tests share.

pub mod imports;
pub mod one_node;
