//! What each rule of a protocol waits for, so that a reader can be told how far it is from taking effect.

/// One thing that a rule waits for. A rule may have several of these, or none where [`Status`](super::Status) does not
/// show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    /// Index into [`ProtocolInfo::rules`](super::ProtocolInfo::rules).
    pub rule: u8,
    /// What has to come.
    pub on: WaitsFor,
}

/// What has to come before a rule takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitsFor {
    /// Votes for one value: the tallies whose [`purpose`](super::Tally::purpose) is this one.
    Votes(&'static str),
    /// Votes of this kind for anything, of the round a validator is in, by a quorum of the stake.
    Voters(u8),
    /// The end of this timer, an index into [`ProtocolInfo::timers`](super::ProtocolInfo::timers).
    Timer(u8),
    /// A message of this kind, while the step a validator is in awaits one.
    Message(u8),
}

impl WaitsFor {
    /// `rule` waits for this.
    #[must_use]
    pub const fn before(self, rule: u8) -> Waits {
        Waits { rule, on: self }
    }
}
