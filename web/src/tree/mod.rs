//! The block tree as a picture: where blocks stand, and the SVG that shows them. Pure, and tested natively.

pub mod drawing;
pub mod layout;
pub mod walk;
