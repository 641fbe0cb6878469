//! The ground floor: time, digests, keyed randomness, canonical encoding, work in slices, limits.
//! Nothing here knows what a validator is.

pub mod codec;
pub mod digest;
pub mod limits;
pub mod random;
pub mod slices;
pub mod time;

pub use codec::{DecodeError, decode, encode};
pub use digest::{Hash, HexError, hash_bytes, hash_of};
pub use slices::Slices;
pub use time::{MILLISECOND, Micros, SECOND};
