//! Helpers shared by the test suites.

pub mod one_node;
