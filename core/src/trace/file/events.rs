//! The events of a trace file that may lie: each speaks of nodes, validators and messages there are.

use super::FileEvent;
use super::error::ItemError;
use super::names::{cut, name};
use super::read::{MAX_SENTENCE, Reader};
use crate::base::Micros;
use crate::base::limits::{MAX_VALIDATOR_CHANGES, MAX_VALIDATORS};
use crate::trace::{
    Accusation, ByzantineChange, Commit, Event, Executed, Loss, Receivers, Rejection,
    ValidatorsChange,
};
use crate::types::{NodeId, Slot, Validator, ValidatorId, ValidatorSet};
use std::sync::Arc;

impl Reader {
    fn node(&self, node: u16) -> Result<NodeId, ItemError> {
        if usize::from(node) < self.nodes {
            Ok(NodeId(node))
        } else {
            Err(ItemError::NoNode {
                number: u32::from(node) + 1,
                count: self.nodes,
            })
        }
    }

    fn validator(&self, v: u16) -> Result<ValidatorId, ItemError> {
        let count = self.file.head.validators.len();
        if usize::from(v) < count {
            Ok(ValidatorId(v))
        } else {
            Err(ItemError::NoValidator {
                number: u32::from(v) + 1,
                count,
            })
        }
    }

    fn known(&self, id: u32) -> Result<u32, ItemError> {
        self.ids.get(&id).copied().ok_or(ItemError::NoMessage(id))
    }

    /// A copy that arrives, or is lost, has left before; where the trace begins late, perhaps before it.
    fn left(&self, message: u32, from: u16, sent: Micros) -> Result<(), ItemError> {
        let times = self.sent.get(&(message, from));
        let there = times.is_some_and(|all| all.contains(&sent));
        if there || (self.file.from > 0 && sent <= self.file.from) {
            Ok(())
        } else {
            Err(ItemError::NotSent)
        }
    }

    /// Something was sent at `at`; copies that arrive refer to it.
    fn sending(
        &mut self,
        at: Micros,
        message: u32,
        from: u16,
        to: Arc<Receivers>,
        again: bool,
    ) -> Result<Event, ItemError> {
        let (message, node) = (self.known(message)?, self.node(from)?);
        let times = self.sent.entry((message, from)).or_default();
        if times.last() != Some(&at) {
            times.push(at);
        }
        Ok(Event::Sent {
            message,
            from: node,
            to,
            again,
        })
    }

    pub(super) fn event(&mut self, at: Micros, event: FileEvent) -> Result<Event, ItemError> {
        let slot = |height, round| Slot { height, round };
        Ok(match event {
            FileEvent::Sent {
                message,
                from,
                copies,
                again,
            } => {
                let to = if usize::from(copies) + 1 == self.nodes {
                    self.everybody.clone()
                } else {
                    Arc::new(Receivers::Count(copies))
                };
                self.sending(at, message, from, to, again)?
            }
            FileEvent::SentTo {
                message,
                from,
                to,
                again,
            } => {
                if to.len() > self.nodes {
                    return Err(ItemError::TooManyReceivers {
                        found: to.len(),
                        nodes: self.nodes,
                    });
                }
                let to = to.into_iter().map(|node| self.node(node));
                let to = Receivers::Nodes(to.collect::<Result<_, _>>()?);
                self.sending(at, message, from, Arc::new(to), again)?
            }
            FileEvent::Delivered {
                message,
                flight,
                from,
                to,
            } => {
                let (message, sender, to) =
                    (self.known(message)?, self.node(from)?, self.node(to)?);
                let sent = at.checked_sub(u64::from(flight));
                let sent = sent.ok_or(ItemError::BeforeStart)?;
                self.left(message, from, sent)?;
                Event::Delivered {
                    message,
                    flight,
                    from: sender,
                    to,
                }
            }
            FileEvent::Lost {
                message,
                flight,
                from,
                to,
                why,
            } => {
                let why = match why {
                    0 => Loss::Network,
                    1 => Loss::Partition,
                    2 => Loss::Down,
                    3 => Loss::Hand,
                    other => return Err(ItemError::NoReason(other)),
                };
                let (message, sender, to) =
                    (self.known(message)?, self.node(from)?, self.node(to)?);
                if why == Loss::Down {
                    let sent = at.checked_sub(u64::from(flight));
                    self.left(message, from, sent.ok_or(ItemError::BeforeStart)?)?;
                }
                Event::Lost {
                    message,
                    flight,
                    from: sender,
                    to,
                    why,
                }
            }
            FileEvent::BadSignature { message, to } => Event::BadSignature {
                message: self.known(message)?,
                to: self.node(to)?,
            },
            FileEvent::Step {
                node,
                step,
                round,
                height,
                proposer,
            } => Event::Step {
                node: self.node(node)?,
                step,
                round,
                height,
                proposer: match proposer {
                    super::NOBODY => None,
                    there => Some(self.validator(there)?),
                },
            },
            FileEvent::TimerFired {
                node,
                timer,
                round,
                height,
            } => Event::TimerFired {
                node: self.node(node)?,
                timer,
                round,
                height,
            },
            FileEvent::Locked {
                node,
                height,
                round,
                block,
            } => Event::Locked {
                node: self.node(node)?,
                detail: Box::new((slot(height, round), block)),
            },
            FileEvent::Polka {
                node,
                height,
                round,
                block,
            } => Event::Polka {
                node: self.node(node)?,
                detail: Box::new((slot(height, round), block)),
            },
            FileEvent::Skipped {
                node,
                height,
                round,
            } => Event::Skipped {
                node: self.node(node)?,
                detail: Box::new(slot(height, round)),
            },
            FileEvent::Fired {
                node,
                rule,
                round,
                height,
            } => Event::Fired {
                node: self.node(node)?,
                rule,
                round,
                height,
            },
            FileEvent::Committed {
                node,
                height,
                round,
                block,
                parent,
                proposer,
                built,
                transactions,
                mempool,
                signers,
                caught_up,
                valid,
            } => Event::Committed(Box::new(Commit {
                node: self.node(node)?,
                height,
                round,
                block,
                parent,
                further_parents: None,
                with: block,
                proposer: self.validator(proposer)?,
                built,
                transactions,
                mempool,
                signers: signers
                    .into_iter()
                    .map(|s| self.validator(s))
                    .collect::<Result<_, _>>()?,
                caught_up,
                valid,
            })),
            FileEvent::Ordered {
                node,
                height,
                round,
                block,
                parent,
                further_parents,
                with,
                proposer,
                built,
                transactions,
                mempool,
                signers,
                caught_up,
                valid,
            } => Event::Committed(Box::new(Commit {
                node: self.node(node)?,
                height,
                round,
                block,
                parent,
                further_parents: further_parents.map(|mut all| {
                    all.truncate(MAX_VALIDATORS);
                    all
                }),
                with,
                proposer: self.validator(proposer)?,
                built,
                transactions,
                mempool,
                signers: signers
                    .into_iter()
                    .map(|s| self.validator(s))
                    .collect::<Result<_, _>>()?,
                caught_up,
                valid,
            })),
            FileEvent::Executed {
                node,
                height,
                block,
                root,
                gas,
            } => Event::Executed(Box::new(Executed {
                node: self.node(node)?,
                height,
                block,
                root,
                gas,
            })),
            FileEvent::Rejected {
                node,
                height,
                round,
                block,
                reason,
            } => Event::Rejected {
                node: self.node(node)?,
                detail: Box::new(Rejection {
                    slot: slot(height, round),
                    block,
                    reason: cut(&reason, MAX_SENTENCE),
                }),
            },
            FileEvent::Evidence {
                reporter,
                offender,
                height,
                round,
                kind,
                first,
                second,
            } => Event::Evidence(Box::new(Accusation {
                reporter: self.node(reporter)?,
                offender: self.validator(offender)?,
                slot: slot(height, round),
                kind,
                first,
                second,
            })),
            FileEvent::Crashed { node } => Event::Crashed {
                node: self.node(node)?,
            },
            FileEvent::Restarted { node } => Event::Restarted {
                node: self.node(node)?,
            },
            FileEvent::Byzantine { nodes, strategy } => {
                let mut nodes: Vec<NodeId> = nodes
                    .into_iter()
                    .map(|n| self.node(n))
                    .collect::<Result<_, _>>()?;
                nodes.sort_unstable();
                nodes.dedup();
                Event::Byzantine(Box::new(ByzantineChange {
                    nodes,
                    strategy: name(&strategy).unwrap_or("a strategy"),
                }))
            }
            FileEvent::Changed { sentence } => {
                Event::Changed(Box::new(cut(&sentence, MAX_SENTENCE)))
            }
            FileEvent::Submitted { node, transaction } => Event::Submitted {
                node: self.node(node)?,
                detail: Box::new(transaction),
            },
            FileEvent::Vanished { sentence } => {
                Event::CommandMissed(Box::new(cut(&sentence, MAX_SENTENCE)))
            }
            FileEvent::Validators { height, block, set } => {
                if self.sets.changes().count() >= MAX_VALIDATOR_CHANGES {
                    return Err(ItemError::TooManyChanges);
                }
                let set = set
                    .into_iter()
                    .map(|(id, stake, key)| {
                        let id = self.validator(id)?;
                        Ok(Validator { id, key, stake })
                    })
                    .collect::<Result<Vec<_>, ItemError>>()?;
                let set = Arc::new(ValidatorSet::of(set)?);
                self.sets.change(height, set.clone());
                Event::Validators(Box::new(ValidatorsChange { height, block, set }))
            }
        })
    }
}
