//! The blocks of a run by height: what was proposed on what, who saw a quorum for it, who is locked on it, who decided
//! it. The newest are kept, so that a long run costs no more than a short one; a checkpoint shares what does not change.

use crate::base::Micros;
use crate::base::limits::{MAX_TREE_BLOCKS, MAX_TREE_RIVALS};
use crate::consensus::Role;
use crate::trace::{Event, Head, MessageId, MessageRecord, Record, Trace};
use crate::types::{BlockId, Height, NodeId, Round, Slot, ValidatorId};
use std::sync::Arc;

/// A set of nodes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nodes(Vec<u64>);

impl Nodes {
    /// Whether `node` is in it.
    #[must_use]
    pub fn contains(&self, node: NodeId) -> bool {
        let word = self.0.get(node.index() / 64);
        word.is_some_and(|w| w >> (node.index() % 64) & 1 == 1)
    }

    /// False when `node` was in it already.
    fn insert(&mut self, node: NodeId) -> bool {
        let (word, bit) = (node.index() / 64, 1 << (node.index() % 64));
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        let new = self.0[word] & bit == 0;
        self.0[word] |= bit;
        new
    }

    /// Those in it, in their order.
    pub fn iter(&self) -> impl Iterator<Item = NodeId> + '_ {
        let all = (0..self.0.len() as u16 * 64).map(NodeId);
        all.filter(|node| self.contains(*node))
    }
}

/// A block, as the trace tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeBlock {
    /// Its digest.
    pub id: BlockId,
    /// Its height; in a DAG its round.
    pub height: Height,
    /// The round it was first proposed in.
    pub round: Round,
    /// Who proposed it first; `None` where its proposal was never seen.
    pub proposer: Option<ValidatorId>,
    /// When it was first heard of, microseconds.
    pub at: Micros,
    /// The message that proposed it first, and the node that sent it.
    pub proposal: Option<(MessageId, NodeId)>,
    /// What it stands on; empty where that is not known.
    pub parents: Vec<BlockId>,
    /// Nodes that saw a quorum of votes for it.
    pub certified: Nodes,
    /// Nodes that decided it.
    pub decided: Nodes,
}

/// The blocks of one height, in the order they were heard of.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Those that are kept.
    pub blocks: Vec<Arc<TreeBlock>>,
    /// Those that were forgotten, because there were too many.
    pub left_out: u32,
}

/// The newest blocks of a run. Cheap to clone.
#[derive(Clone, Debug)]
pub struct BlockTree {
    rows: imbl::OrdMap<Height, Row>,
    kept: usize,
    /// The block each node is locked on, with its height.
    locks: Vec<Option<(Height, BlockId)>>,
    /// Blocks with several parents were seen.
    dag: bool,
    /// At most so many blocks of one height.
    widest: usize,
}

impl BlockTree {
    pub(super) fn new(head: &Head) -> Self {
        let mut tree = BlockTree {
            rows: imbl::OrdMap::new(),
            kept: 0,
            locks: vec![None; head.nodes.len()],
            dag: false,
            widest: MAX_TREE_RIVALS.max(2 * head.nodes.len()),
        };
        let genesis = tree.block(Slot::default(), head.genesis, 0);
        for node in 0..head.nodes.len() as u16 {
            genesis.decided.insert(NodeId(node));
        }
        for (height, block) in &head.tips {
            let slot = Slot {
                height: *height,
                round: 0,
            };
            tree.block(slot, *block, 0);
        }
        tree
    }

    /// The heights that are kept, the lowest first.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = (Height, &Row)> {
        self.rows.iter().map(|(height, row)| (*height, row))
    }

    /// The blocks of one height.
    #[must_use]
    pub fn row(&self, height: Height) -> Option<&Row> {
        self.rows.get(&height)
    }

    /// The block a node is locked on.
    #[must_use]
    pub fn lock(&self, node: NodeId) -> Option<BlockId> {
        self.locks.get(node.index())?.map(|(_, block)| block)
    }

    /// Blocks have several parents, and what is not decided may still be.
    #[must_use]
    pub fn is_dag(&self) -> bool {
        self.dag
    }

    /// Something was sent.
    pub(super) fn sent(&mut self, record: &Record, trace: &Trace) {
        let Event::Sent { message, from, .. } = &record.event else {
            return;
        };
        let Some(m) = trace.find(*message) else {
            return;
        };
        let kind = trace.head.kinds.get(usize::from(m.kind));
        let proposes = kind.is_some_and(|k| k.role == Role::Proposal);
        let Some(block) = m.value.filter(|_| proposes) else {
            return;
        };
        let known = self.row(m.slot.height).is_some_and(|row| {
            let mut blocks = row.blocks.iter();
            blocks.any(|b| b.id == block && b.proposal.is_some())
        });
        if known {
            return;
        }
        let parents = self.parents(m, &trace.head);
        self.dag |= parents.len() > 1;
        let entry = self.block(m.slot, block, record.at);
        entry.proposal = Some((*message, *from));
        entry.proposer = m.signer;
        entry.round = m.slot.round;
        if entry.parents.is_empty() {
            entry.parents = parents;
        }
    }

    /// What a proposed block stands on. A saved trace has no bodies: there the message may name the parent, and where
    /// each height begins anew it is the block its proposer decided before.
    fn parents(&self, m: &MessageRecord, head: &Head) -> Vec<BlockId> {
        if !m.parents.is_empty() {
            return m.parents.clone();
        }
        let below = || self.rows.range(..m.slot.height).rev();
        let named = m.fields.iter().find(|(name, _)| *name == "parent");
        let found = if let Some((_, beginning)) = named {
            let mut blocks = below().flat_map(|(_, row)| &row.blocks);
            blocks.find(|b| b.id.to_string().starts_with(beginning.as_str()))
        } else if head.rounds.restart {
            let before = self.row(m.slot.height.saturating_sub(1));
            let mut blocks = before.into_iter().flat_map(|row| &row.blocks);
            blocks.find(|b| b.decided.contains(m.from))
        } else {
            None
        };
        found.map(|b| b.id).into_iter().collect()
    }

    /// Any other event.
    pub(super) fn see(&mut self, record: &Record) {
        if let Event::Polka { node, detail } = &record.event
            && let Some(block) = detail.1
        {
            self.mark(record.at, detail.0, block, |b| b.certified.insert(*node));
        } else if let Event::Locked { node, detail } = &record.event {
            self.mark(record.at, detail.0, detail.1, |_| false);
            if let Some(lock) = self.locks.get_mut(node.index()) {
                *lock = Some((detail.0.height, detail.1));
            }
        } else if let Event::Committed(commit) = &record.event {
            let in_dag = commit.further_parents.is_some();
            self.dag |= in_dag;
            // In a DAG a commit names a place in the order, and the block is of a round.
            let found = in_dag.then(|| self.height_of(&commit.block)).flatten();
            let slot = Slot {
                height: found.unwrap_or(commit.height),
                round: commit.round,
            };
            let further = commit.further_parents.iter().flatten();
            let parents = || std::iter::once(&commit.parent).chain(further).copied();
            self.mark(record.at, slot, commit.block, |b| {
                let told = b.parents.is_empty();
                if told {
                    b.parents = parents().collect();
                }
                b.proposer.get_or_insert(commit.proposer);
                b.decided.insert(commit.node) || told
            });
            if let Some(lock) = self.locks.get_mut(commit.node.index()) {
                lock.take_if(|(height, _)| *height <= slot.height);
            }
        }
    }

    /// The height of a block, looked for from the newest on.
    fn height_of(&self, block: &BlockId) -> Option<Height> {
        let mut rows = self.rows.iter().rev();
        let row = rows.find(|(_, row)| row.blocks.iter().any(|b| b.id == *block));
        row.map(|(height, _)| *height)
    }

    /// Notes something of a block, which is new where nobody has seen its proposal; what was too old to be kept stays
    /// forgotten.
    fn mark(
        &mut self,
        at: Micros,
        slot: Slot,
        block: BlockId,
        note: impl FnOnce(&mut TreeBlock) -> bool,
    ) {
        let oldest = self.rows.get_min().map_or(0, |(height, _)| *height);
        if slot.height >= oldest {
            note(self.block(slot, block, at));
        }
    }

    /// The entry of a block, made where there is none.
    fn block(&mut self, slot: Slot, id: BlockId, at: Micros) -> &mut TreeBlock {
        let mut row = self.rows.remove(&slot.height).unwrap_or_default();
        let found = row.blocks.iter().position(|b| b.id == id);
        if found.is_none() {
            self.kept += 1;
            if row.blocks.len() >= self.widest {
                self.kept -= 1;
                row.left_out += 1;
                // The oldest that came to nothing.
                let idle = |b: &Arc<TreeBlock>| b.decided.0.is_empty() && b.certified.0.is_empty();
                let oldest = row.blocks.iter().position(idle);
                row.blocks.remove(oldest.unwrap_or(0));
            }
            row.blocks.push(Arc::new(TreeBlock {
                id,
                height: slot.height,
                round: slot.round,
                proposer: None,
                at,
                proposal: None,
                parents: Vec::new(),
                certified: Nodes::default(),
                decided: Nodes::default(),
            }));
        }
        let place = found.unwrap_or(row.blocks.len() - 1);
        self.rows.insert(slot.height, row);
        while self.kept > MAX_TREE_BLOCKS {
            let oldest = self.rows.get_min().map(|(height, _)| *height);
            let gone = oldest.filter(|height| *height < slot.height);
            let Some(gone) = gone.and_then(|height| self.rows.remove(&height)) else {
                break;
            };
            self.kept -= gone.blocks.len();
        }
        let row = self.rows.entry(slot.height).or_default();
        Arc::make_mut(&mut row.blocks[place])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::hash_bytes;

    fn empty(widest: usize) -> BlockTree {
        BlockTree {
            rows: imbl::OrdMap::new(),
            kept: 0,
            locks: vec![None; 4],
            dag: false,
            widest,
        }
    }

    fn slot(height: Height) -> Slot {
        Slot { height, round: 0 }
    }

    fn id(number: u64) -> BlockId {
        hash_bytes("test", &number.to_le_bytes())
    }

    #[test]
    fn the_lowest_heights_are_forgotten_and_stay_so() {
        let mut tree = empty(4);
        for height in 0..MAX_TREE_BLOCKS as u64 + 100 {
            tree.block(slot(height), id(height), height);
        }
        assert_eq!(tree.kept, MAX_TREE_BLOCKS);
        assert_eq!(tree.rows().count(), MAX_TREE_BLOCKS);
        assert_eq!(tree.rows().next().map(|(height, _)| height), Some(100));
        tree.mark(1, slot(7), id(7), |b| b.decided.insert(NodeId(0)));
        assert!(tree.row(7).is_none());
        assert_eq!(tree.kept, MAX_TREE_BLOCKS);
    }

    #[test]
    fn of_too_many_blocks_of_one_height_those_that_came_to_nothing_go_first() {
        let mut tree = empty(3);
        for number in 0..5 {
            let certified = |b: &mut TreeBlock| number == 0 && b.certified.insert(NodeId(2));
            tree.mark(number, slot(9), id(number), certified);
        }
        let row = tree.row(9).expect("a height");
        let kept: Vec<BlockId> = row.blocks.iter().map(|b| b.id).collect();
        assert_eq!(kept, [id(0), id(3), id(4)]);
        assert_eq!((row.left_out, tree.kept), (2, 3));
        assert!(row.blocks[0].certified.contains(NodeId(2)));
    }

    #[test]
    fn a_set_has_what_was_put_into_it_once() {
        let mut nodes = Nodes::default();
        let new = [3, 130, 3].map(|n| nodes.insert(NodeId(n)));
        assert_eq!(new, [true, true, false]);
        assert_eq!(nodes.iter().collect::<Vec<_>>(), [NodeId(3), NodeId(130)]);
        assert!(!nodes.contains(NodeId(2)) && !nodes.contains(NodeId(500)));
    }
}
