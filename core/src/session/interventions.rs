//! Names for messages in flight, and whether they still are.

use super::Session;
use super::view::Problem;
use crate::base::Micros;
use crate::model::{Command, CopySpec};
use crate::types::NodeId;

impl Session {
    /// Copies on the wire and whatever else waits for its instant; never more than
    /// [`max_waiting`](crate::base::limits::max_waiting) and a timer or two a validator.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.sim.waiting()
    }

    /// What a command calls the copy of message `id` that goes from node `from` to node `to` and is to
    /// arrive at `arrives_us`; `None` when it is not in flight.
    #[must_use]
    pub fn in_flight(&self, id: u32, from: u16, to: u16, arrives_us: Micros) -> Option<CopySpec> {
        let trace = self.sim.trace();
        let record = trace.find(id)?;
        let mut name = CopySpec {
            from: trace.head.node_name(NodeId(from)),
            to: trace.head.node_name(NodeId(to)),
            kind: trace.head.kinds.get(usize::from(record.kind))?.name.into(),
            height: record.slot.height,
            round: record.slot.round,
            nth: 0,
        };
        let all = self.sim.candidates(&name);
        let nth = all.iter().position(|c| *c == (id, arrives_us))?;
        name.nth = u32::try_from(nth).ok()?;
        Some(name)
    }

    /// A hand may be slower than the message: then nothing is done, and the scenario stays clean.
    pub(super) fn still_there(&self, command: &Command) -> Result<(), Problem> {
        let Some((_, message)) = command.target_copy() else {
            return Ok(());
        };
        if self.sim.candidates(message).len() > message.nth as usize {
            return Ok(());
        }
        Err(Problem::new(format!(
            "The {} from {} to {} is no longer in flight, so nothing was done. Pause, go back a little, \
             and try again.",
            message.kind, message.from, message.to
        )))
    }
}
