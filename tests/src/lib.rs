//! Helpers shared by the test suites.

pub mod mini_network;
pub mod one_node;
pub mod streamlet;
