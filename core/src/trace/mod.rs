//! What happened, as the only witness. The simulator writes [`Event`]s; checker, metrics, chart and
//! log read nothing else.

pub mod digest;
pub mod event;
pub mod file;
pub mod past;
pub mod store;

pub use digest::RunDigest;
pub use event::{
    Accusation, ByzantineChange, Commit, Event, Executed, Head, KindInfo, Loss, MessageId,
    MessageRecord, Proof, Receivers, Record, Rejection, ValidatorsChange,
};
pub use past::Past;
pub use store::Trace;
