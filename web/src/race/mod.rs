//! A race as the page shows it, as far as no browser is needed: which lanes it begins with, how they keep step,
//! and what a lane's row says.

pub mod budget;
pub mod clock;
pub mod lineup;
pub mod marks;
pub mod table;
