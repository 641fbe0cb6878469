//! Helpers shared by the test suites.

pub mod one_node;
//! What the cross-crate tests share.

pub mod imports;
