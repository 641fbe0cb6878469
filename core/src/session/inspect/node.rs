//! A validator at the instant the session stands at.

use crate::base::Micros;
use crate::consensus::{Awaited, Status, plural};
use crate::session::Session;
use crate::session::view::NodeView;
use crate::types::{BlockId, NodeId, Round};

/// One validator's state in full. Validators are numbers from 0, digests whole hex.
#[derive(Clone, Debug)]
pub struct NodeInside {
    /// The node.
    pub node: u16,
    /// The instant shown, microseconds.
    pub at_us: Micros,
    /// What tables show of it.
    pub view: NodeView,
    /// Stake of the whole set, and the least that is a quorum.
    pub total: u64,
    /// The least stake that is a quorum.
    pub quorum: u64,
    /// Votes that make a quorum, where all stakes are equal.
    pub votes_needed: Option<u32>,
    /// How many validators vote on its height.
    pub validators: u32,
    /// Blocks it keeps in mind, by name: "locked" first, then the protocol's marks. Each with its whole digest and
    /// its round; `None` where there is none at this instant. A name is absent where the protocol has no such thing.
    pub kept: Vec<(String, Option<(String, u32)>)>,
    /// The newest final block.
    pub tip: String,
    /// What would end its step, any one of them.
    pub awaits: Vec<String>,
    /// The next to fire first.
    pub timers: Vec<TimerInside>,
    /// Newest round first.
    pub votes: Vec<VotesInside>,
    /// Bytes of the transactions in its mempool.
    pub mempool_bytes: u64,
    /// Its executor is at work until then.
    pub busy_until_us: Option<Micros>,
    /// Proofs of misbehaviour it holds.
    pub proofs: Vec<ProofInside>,
}

/// An armed timer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimerInside {
    /// Its name.
    pub name: String,
    /// The height it was armed for.
    pub height: u64,
    /// The round it was armed for.
    pub round: u32,
    /// When it runs out, microseconds.
    pub fires_us: Micros,
}

/// Votes counted for one value in one round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VotesInside {
    /// Kind of message.
    pub kind: String,
    /// The round.
    pub round: u32,
    /// `None` is nil.
    pub value: Option<String>,
    /// Stake of the voters.
    pub stake: u64,
    /// The least stake with which something happens, and what, after "to".
    pub needed: u64,
    /// What happens when there are enough of them, after "to".
    pub purpose: String,
    /// Places of the voters; empty for rounds long past.
    pub voters: Vec<u16>,
}

/// Two messages of one signer that no honest one signs both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofInside {
    /// Who signed both.
    pub offender: u16,
    /// Height of both messages.
    pub height: u64,
    /// Round of both messages.
    pub round: u32,
    /// Kind of both messages.
    pub kind: String,
    /// Value of the first; `None` is nil.
    pub first: Option<String>,
    /// Value of the second; `None` is nil.
    pub second: Option<String>,
}

impl Session {
    /// The node with this number; `None` when there is none.
    #[must_use]
    pub fn node_inside(&self, node: u16) -> Option<NodeInside> {
        let view = self.nodes().into_iter().nth(usize::from(node))?;
        let id = NodeId(node);
        let head = &self.sim.trace().head;
        let now = self.sim.now();
        let status = self.sim.status(id);
        let kind = |k: u8| {
            let found = head.kinds.get(usize::from(k));
            found.map_or("?", |k| k.name).to_owned()
        };
        let set = self.sim.trace().validators(status.height);
        let stakes: Vec<u64> = set.iter().map(|v| v.stake).collect();
        let total = set.total();
        let quorum = head.bound.quorum.needed(total);
        let equal = stakes.windows(2).all(|w| w[0] == w[1]);
        let block = |held: Option<(BlockId, Round)>| held.map(|(b, r)| (b.to_string(), r));
        let mut kept = Vec::new();
        if head.keeps.lock.is_some() || status.locked.is_some() {
            kept.push(("locked".to_owned(), block(status.locked)));
        }
        let own = status.marks.iter().map(|m| m.name);
        let mut names: Vec<&str> = head.keeps.marks.to_vec();
        names.extend(own.filter(|name| !head.keeps.marks.contains(name)));
        let marks = names.into_iter();
        kept.extend(marks.map(|name| (name.to_owned(), block(status.mark(name)))));
        let awaits = self.awaited(&status);
        let mut votes: Vec<VotesInside> = status
            .tallies
            .into_iter()
            .map(|t| VotesInside {
                kind: kind(t.kind),
                round: t.round,
                value: t.value.map(|v| v.to_string()),
                stake: t.have,
                needed: t.needed,
                purpose: t.purpose.to_owned(),
                voters: t.voters.into_iter().map(|v| v.0).collect(),
            })
            .collect();
        votes.sort_by_key(|v| std::cmp::Reverse(v.round));
        let busy = self.sim.busy_until(id);
        Some(NodeInside {
            node,
            at_us: now,
            view,
            total,
            quorum,
            votes_needed: stakes
                .first()
                .filter(|_| equal)
                .map(|s| u32::try_from(quorum.div_ceil(*s.max(&1))).unwrap_or(u32::MAX)),
            validators: stakes.len() as u32,
            awaits,
            kept,
            tip: self.sim.node(id).tip.to_string(),
            timers: self
                .sim
                .armed(id)
                .into_iter()
                .map(|a| TimerInside {
                    name: head.timer_name(a.kind).to_owned(),
                    height: a.slot.height,
                    round: a.slot.round,
                    fires_us: a.at,
                })
                .collect(),
            votes,
            mempool_bytes: self.sim.mempool_bytes(id) as u64,
            busy_until_us: Some(busy).filter(|b| *b > now),
            proofs: self
                .sim
                .proofs(id)
                .into_iter()
                .map(|p| ProofInside {
                    offender: p.offender.0,
                    height: p.slot.height,
                    round: p.slot.round,
                    kind: kind(p.kind),
                    first: p.first.map(|b| b.to_string()),
                    second: p.second.map(|b| b.to_string()),
                })
                .collect(),
        })
    }
    /// What a node in that state waits for, any one of these: "prevotes of more than two thirds of the stake
    /// for one value".
    pub(in crate::session) fn awaited(&self, status: &Status) -> Vec<String> {
        let trace = self.sim.trace();
        let total = trace.validators(status.height).total();
        let kind = |k: u8| {
            let found = trace.head.kinds.get(usize::from(k));
            found.map_or("?", |k| k.name).to_owned()
        };
        let awaits = status.awaits.iter().map(|awaited| match awaited {
            Awaited::Message { kind: k } => format!("a {}", kind(*k)),
            Awaited::Stake {
                kinds,
                threshold,
                for_one_value,
            } => {
                let kinds: Vec<String> = kinds.iter().map(|k| plural(&kind(*k))).collect();
                let one = if *for_one_value { " for one value" } else { "" };
                let enough = threshold.phrase(total);
                format!("{} of {enough} of the stake{one}", kinds.join(" or "))
            }
        });
        awaits.collect()
    }
}
