//! What a validator has heard and said, by slot: the paper's Pool (Defs. 12 to 16) and the state of Votor (Def. 18).

use super::message::{Certificate, Message, Proves, SignedMessage};
use crate::base::limits::MAX_VALUES_PER_SIGNER;
use crate::consensus::proposer::Schedule;
use crate::consensus::simplex::state::{Pool, Validity, contradiction, stake_behind};
use crate::consensus::simplex::{Link, View};
use crate::consensus::{Context, Threshold};
use crate::types::{BlockId, Evidence, Height, ValidatorId, ValidatorSet, ValidatorSets};
use std::collections::{BTreeMap, BTreeSet};

/// Notar-fallback votes of one signer that are kept for a slot (Def. 12).
const FALLBACKS: usize = 3;

/// What the parameters mean.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Notar votes that make a block final: 80 %.
    pub fast: Threshold,
    /// Votes for every other certificate: 60 %.
    pub quorum: Threshold,
    /// Behind a fallback vote: 40 %.
    pub weak: Threshold,
    /// Notar votes that a block needs at the least for a fallback vote: 20 %.
    pub weakest: Threshold,
    /// When the notar-fallback vote is cast.
    pub fallback: super::Fallback,
    /// Certificates are handed on when first seen.
    pub relay: bool,
    /// Δ, microseconds.
    pub delta: u64,
    /// Δblock, microseconds.
    pub block: u64,
}

/// A [`Context`] with what its parameters mean.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// The validator this node runs.
    pub me: Option<ValidatorId>,
    validators: &'a ValidatorSets,
    proposers: &'a Schedule,
    /// What the protocol's parameters mean.
    pub settings: Settings,
}

impl<'a> Surroundings<'a> {
    /// What `context` shows.
    #[must_use]
    pub fn new(context: &Context<'a, super::Params>) -> Self {
        Surroundings {
            me: context.me,
            validators: context.validators,
            proposers: context.proposers,
            settings: super::settings(context.params),
        }
    }

    /// Who leads the window of that number, counted from 1 through all heights.
    #[must_use]
    pub fn leader(&self, window: u32) -> ValidatorId {
        self.proposers.at(self.validators, u64::from(window), 0)
    }

    /// Validators stay the same in a run.
    #[must_use]
    pub fn set(&self) -> &ValidatorSet {
        self.validators.at(1)
    }

    /// True when `stake` is at least `threshold` of all stake.
    #[must_use]
    pub fn enough(&self, stake: u64, threshold: Threshold) -> bool {
        threshold.is_met(stake, self.set().total())
    }
}

/// What one validator said in one slot. It survives a crash.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// The block it proposed there.
    pub proposed: Option<Link>,
    /// VotedNotar.
    pub notar: Option<Link>,
    /// It voted to skip.
    pub skip: bool,
    /// Blocks that were safe to notarize.
    pub fallback: Vec<Link>,
    /// It was safe to skip.
    pub skip_fallback: bool,
    /// BadWindow: it cast one of the three votes above, so it never votes to make this slot final.
    pub bad: bool,
    /// ItsOver: it voted to make this slot's block final, so it casts none of these three any more.
    pub over: bool,
    /// The signed messages themselves, to be sent again.
    pub messages: Vec<SignedMessage>,
}

impl Said {
    /// Voted.
    #[must_use]
    pub fn voted(&self) -> bool {
        self.skip || self.notar.is_some()
    }
}

type Votes = Pool<Message>;

/// All that is known of one slot.
#[derive(Clone, Debug, Default)]
pub struct SlotState {
    /// The leader's, in the order they came; an honest one makes one.
    pub proposals: Vec<(SignedMessage, Link, Validity)>,
    /// Each validator's first notar or skip vote: no other counts.
    first: BTreeMap<ValidatorId, SignedMessage>,
    /// First votes for each block.
    pub notar: BTreeMap<Link, Votes>,
    /// First votes to skip.
    pub skip: Votes,
    /// Fallback votes for each block.
    pub fallback: BTreeMap<Link, Votes>,
    /// Fallback votes to skip.
    pub skip_fallback: Votes,
    /// Votes that make the slot's notarized block final.
    pub finals: Votes,
    /// Who was found to contradict itself here.
    accused: BTreeSet<ValidatorId>,
    /// What was proved here, with the votes.
    pub certificates: BTreeMap<Proves, Vec<SignedMessage>>,
    /// What this validator said.
    pub said: Said,
}

impl SlotState {
    /// Blocks that may be built upon, fast-finalized and notarized ones first.
    pub fn certified(&self) -> impl Iterator<Item = &Link> {
        self.certificates.keys().filter_map(Proves::link)
    }

    /// True when the slot may be passed over.
    #[must_use]
    pub fn is_skipped(&self, view: View) -> bool {
        self.certificates.contains_key(&Proves::Skipped(view))
    }

    /// Notar votes for a block.
    #[must_use]
    pub fn notar(&self, link: &Link) -> u64 {
        self.notar.get(link).map_or(0, |pool| pool.stake)
    }

    /// The stake behind SafeToSkip: of those who voted to skip or for any block but the strongest.
    #[must_use]
    pub fn against_strongest(&self) -> u64 {
        let stakes = || self.notar.values().map(|pool| pool.stake);
        self.skip.stake + stakes().sum::<u64>() - stakes().max().unwrap_or(0)
    }

    /// The votes that count towards a certificate: who cast both kinds counts once.
    fn towards(&self, proves: &Proves) -> Vec<&Votes> {
        match proves {
            Proves::FastFinal(link) | Proves::Notarized(link) => {
                self.notar.get(link).into_iter().collect()
            }
            Proves::NotarFallback(link) => {
                let pools = [self.notar.get(link), self.fallback.get(link)];
                pools.into_iter().flatten().collect()
            }
            Proves::Skipped(_) => vec![&self.skip, &self.skip_fallback],
            Proves::Final(_) => vec![&self.finals],
        }
    }

    /// The votes towards a certificate, of each signer one.
    #[must_use]
    pub fn votes_towards(&self, proves: &Proves) -> BTreeMap<ValidatorId, &SignedMessage> {
        let mut votes = BTreeMap::new();
        for pool in self.towards(proves) {
            for (signer, vote) in &pool.votes {
                votes.entry(*signer).or_insert(vote);
            }
        }
        votes
    }

    /// The stake of [`Self::votes_towards`].
    #[must_use]
    pub fn stake_towards(&self, proves: &Proves, set: &ValidatorSet) -> u64 {
        let mut stake = 0;
        let mut seen: Vec<&Votes> = Vec::new();
        for pool in self.towards(proves) {
            let again = pool.votes.keys();
            let again = again.filter(|v| seen.iter().any(|s| s.votes.contains_key(v)));
            stake += pool.stake - again.map(|v| set.stake(*v)).sum::<u64>();
            seen.push(pool);
        }
        stake
    }

    /// Keeps a vote by Def. 12. The proof that its signer contradicts itself, and whether the vote counts.
    fn keep(
        &mut self,
        vote: &SignedMessage,
        set: &ValidatorSet,
    ) -> (bool, Option<Evidence<Message>>) {
        let signer = vote.signer;
        let against = |first: &SignedMessage| contradiction(first, vote);
        match &vote.message {
            Message::Notar(_) | Message::Skip { .. } => {
                if let Some(first) = self.first.get(&signer) {
                    let same = match (&first.message, &vote.message) {
                        (Message::Notar(one), Message::Notar(other)) => one == other,
                        (one, other) => {
                            matches!((one, other), (Message::Skip { .. }, Message::Skip { .. }))
                        }
                    };
                    return (false, (!same).then(|| against(first)));
                }
                let pool = match &vote.message {
                    Message::Notar(link) => self.notar.entry(*link).or_default(),
                    _ => &mut self.skip,
                };
                let counts = pool.add(vote, set);
                if counts {
                    self.first.insert(signer, vote.clone());
                }
                (counts, None)
            }
            Message::NotarFallback(link) => {
                let evidence = self.finals.votes.get(&signer).map(against);
                // The rules let an honest validator cast three at the most.
                let cast = self.fallback.iter();
                let cast = cast.filter(|(l, p)| *l != link && p.votes.contains_key(&signer));
                if cast.count() >= FALLBACKS {
                    return (false, evidence);
                }
                let counts = self.fallback.entry(*link).or_default().add(vote, set);
                (counts, evidence.filter(|_| counts))
            }
            Message::SkipFallback { .. } => {
                let counts = self.skip_fallback.add(vote, set);
                let finals = self.finals.votes.get(&signer).filter(|_| counts);
                (counts, finals.map(against))
            }
            Message::Final { .. } => {
                let counts = self.finals.add(vote, set);
                let pools = [&self.skip, &self.skip_fallback].into_iter();
                let pools = pools.chain(self.fallback.values());
                let mut other = pools.filter_map(|pool| pool.votes.get(&signer));
                (counts, other.next().filter(|_| counts).map(against))
            }
            Message::Propose(_) | Message::Certificate(_) => (false, None),
        }
    }
}

/// What a vote brought about.
pub struct Counted {
    /// Certificates that it may have completed.
    pub towards: Vec<Proves>,
    /// Its signer contradicts itself.
    pub evidence: Option<Evidence<Message>>,
}

/// Everything one validator remembers.
#[derive(Clone, Debug)]
pub struct State {
    /// Slots a leader has in a row.
    pub window: u32,
    /// The slot after the last one that a certificate lets pass; 0 before the first.
    pub view: View,
    /// Height of the block this slot is to bring, as far as known.
    pub height: Height,
    /// Index into the protocol's steps.
    pub step: u8,
    /// The last block that was decided.
    pub last_final: Link,
    /// From the last final block's slot on.
    pub slots: BTreeMap<View, SlotState>,
    /// First slots of the windows whose timers run.
    pub timed: BTreeSet<View>,
    /// Bodies that are in the node's store, from the last final block on.
    pub bodies: BTreeSet<BlockId>,
    /// Bodies that were asked for.
    pub fetched: BTreeSet<BlockId>,
    /// The last slot whose time to propose in has come, where this validator leads.
    pub due: View,
    /// The slot a block is being built for, and what it stands on.
    pub building: Option<(View, Link)>,
}

impl State {
    /// Before [`Input::Start`](crate::consensus::Input::Start), on top of `genesis`.
    #[must_use]
    pub fn new(genesis: BlockId, window: u32) -> Self {
        let root = Link::genesis(genesis);
        let first = SlotState {
            certificates: BTreeMap::from([(Proves::Notarized(root), Vec::new())]),
            ..SlotState::default()
        };
        State {
            window: window.max(1),
            view: 0,
            height: 1,
            step: 0,
            last_final: root,
            slots: BTreeMap::from([(0, first)]),
            timed: BTreeSet::new(),
            bodies: BTreeSet::from([genesis]),
            fetched: BTreeSet::new(),
            due: 0,
            building: None,
        }
    }

    /// The number of a slot's window, from 1 on.
    #[must_use]
    pub fn window_of(&self, view: View) -> u32 {
        view.saturating_sub(1) / self.window + 1
    }

    /// The first slot of its window.
    #[must_use]
    pub fn first_of(&self, view: View) -> View {
        (self.window_of(view) - 1)
            .saturating_mul(self.window)
            .saturating_add(1)
    }

    /// The slots of its window.
    pub fn window_slots(&self, view: View) -> impl Iterator<Item = View> + use<> {
        let first = self.first_of(view);
        first..first.saturating_add(self.window)
    }

    /// What is known of a slot; an empty record of one not heard of yet.
    pub fn at(&mut self, view: View) -> &mut SlotState {
        self.slots.entry(view).or_default()
    }

    /// The certified block that a link names as its parent.
    #[must_use]
    pub fn parent(&self, link: &Link) -> Option<&Link> {
        if link.parent_view >= link.view {
            return None;
        }
        let mut certified = self.slots.get(&link.parent_view)?.certified();
        certified.find(|parent| is_parent(parent, link))
    }

    /// ParentReady (Def. 15): certified blocks on which the first slot of a window may build, since all slots between
    /// are skipped; the nearest first.
    #[must_use]
    pub fn ready_parents(&self, view: View) -> Vec<Link> {
        let mut ready: Vec<Link> = Vec::new();
        for below in (self.last_final.view..view).rev() {
            let Some(slot) = self.slots.get(&below) else {
                break;
            };
            for link in slot.certified() {
                if !ready.contains(link) {
                    ready.push(*link);
                }
            }
            if !slot.is_skipped(below) {
                break;
            }
        }
        ready
    }

    /// The certified blocks from `tip` down to the child of the last final one, if all are known.
    #[must_use]
    pub fn chain(&self, tip: &Link) -> Option<Vec<Link>> {
        let mut chain = Vec::new();
        let mut at = *tip;
        while at != self.last_final {
            if at.view <= self.last_final.view {
                return None;
            }
            chain.push(at);
            at = *self.parent(&at)?;
        }
        Some(chain)
    }

    /// Whether the bodies of a block and of all before it are here.
    #[must_use]
    pub fn is_at_hand(&self, tip: &Link) -> bool {
        let has = |link: &Link| self.bodies.contains(&link.block);
        self.chain(tip).is_some_and(|chain| chain.iter().all(has))
    }

    /// Counts a vote by Def. 12.
    pub fn count(&mut self, around: &Surroundings, vote: &SignedMessage) -> Counted {
        let slot = self.at(vote.message.view());
        let (counts, evidence) = slot.keep(vote, around.set());
        // A copy of the same lie proves nothing more.
        let evidence = evidence.filter(|e| slot.accused.insert(e.offender));
        let towards = match &vote.message {
            Message::Notar(link) => vec![
                Proves::NotarFallback(*link),
                Proves::Notarized(*link),
                Proves::FastFinal(*link),
            ],
            Message::NotarFallback(link) => vec![Proves::NotarFallback(*link)],
            Message::Skip { view, .. } | Message::SkipFallback { view, .. } => {
                vec![Proves::Skipped(*view)]
            }
            Message::Final { view, .. } => vec![Proves::Final(*view)],
            Message::Propose(_) | Message::Certificate(_) => Vec::new(),
        };
        Counted {
            towards: if counts { towards } else { Vec::new() },
            evidence,
        }
    }

    /// Generates a certificate (Def. 13) once enough votes are here. True when it is new.
    pub fn generate(&mut self, around: &Surroundings, proves: Proves) -> bool {
        let slot = self.at(proves.view());
        let stake = slot.stake_towards(&proves, around.set());
        if slot.certificates.contains_key(&proves) || !around.enough(stake, needed(around, &proves))
        {
            return false;
        }
        let votes = slot.votes_towards(&proves).into_values().cloned().collect();
        slot.certificates.insert(proves, votes);
        true
    }

    /// Takes a received certificate as a whole: its votes need no room among single ones, so that no equivocator's
    /// surplus hides what enough others know. True when it is new and proves what it says.
    pub fn take(&mut self, around: &Surroundings, certificate: &Certificate) -> bool {
        let proves = certificate.proves;
        let votes = certificate.votes();
        let stake = stake_behind(around.set(), votes, |vote| proves.counts(vote));
        let slot = self.at(proves.view());
        if slot.certificates.contains_key(&proves)
            || !stake.is_some_and(|stake| around.enough(stake, needed(around, &proves)))
        {
            return false;
        }
        slot.certificates.insert(proves, votes.to_vec());
        true
    }

    /// What makes a slot's block final (Def. 14): the block, whether notar votes alone do, and the votes.
    #[must_use]
    pub fn finality(&self, view: View) -> Option<(Link, bool, Vec<SignedMessage>)> {
        let slot = self.slots.get(&view)?;
        let mut fast = slot.certificates.iter();
        if let Some((Proves::FastFinal(link), votes)) = fast.next() {
            return Some((*link, true, votes.clone()));
        }
        let finals = slot.certificates.get(&Proves::Final(view))?;
        slot.certificates
            .iter()
            .find_map(|(proves, votes)| match proves {
                Proves::Notarized(link) => {
                    let votes = finals.iter().chain(votes).cloned().collect();
                    Some((*link, false, votes))
                }
                Proves::FastFinal(_)
                | Proves::NotarFallback(_)
                | Proves::Skipped(_)
                | Proves::Final(_) => None,
            })
    }

    /// SafeToNotar (Def. 16), as far as stake tells. The validator has voted in the slot, and not for this block.
    #[must_use]
    pub fn is_safe_to_notar(&self, around: &Surroundings, link: &Link) -> bool {
        let Some(slot) = self.slots.get(&link.view) else {
            return false;
        };
        if !slot.said.voted() || slot.said.notar == Some(*link) {
            return false;
        }
        let Settings {
            quorum,
            weak,
            weakest,
            fallback,
            ..
        } = around.settings;
        let (notar, skip) = (slot.notar(link), slot.skip.stake);
        match fallback {
            super::Fallback::Paper => {
                around.enough(notar, weak)
                    || around.enough(skip + notar, quorum) && around.enough(notar, weakest)
            }
            super::Fallback::Never => false,
            super::Fallback::Always => true,
        }
    }

    /// SafeToSkip (Def. 16). The validator has voted in the slot, and not to skip it.
    #[must_use]
    pub fn is_safe_to_skip(&self, around: &Surroundings, view: View) -> bool {
        self.slots.get(&view).is_some_and(|slot| {
            slot.said.notar.is_some()
                && around.enough(slot.against_strongest(), around.settings.weak)
        })
    }

    /// `link` is final: what came before is not needed any more.
    pub fn finalize(&mut self, link: Link, bodies: &[BlockId]) {
        self.last_final = link;
        self.slots = self.slots.split_off(&link.view);
        self.timed = self.timed.split_off(&self.first_of(link.view));
        for block in bodies {
            self.bodies.remove(block);
            self.fetched.remove(block);
        }
        self.bodies.insert(link.block);
        let slot = self.at(link.view);
        if !slot.certified().any(|certified| *certified == link) {
            let proves = Proves::Notarized(link);
            slot.certificates.insert(proves, Vec::new());
        }
    }
}

/// What a certificate needs (Table 6).
#[must_use]
pub fn needed(around: &Surroundings, proves: &Proves) -> Threshold {
    match proves {
        Proves::FastFinal(_) => around.settings.fast,
        Proves::Notarized(_) | Proves::NotarFallback(_) | Proves::Skipped(_) | Proves::Final(_) => {
            around.settings.quorum
        }
    }
}

/// True when `link` names `parent` as what it stands on.
#[must_use]
pub fn is_parent(parent: &Link, link: &Link) -> bool {
    parent.view == link.parent_view
        && parent.block == link.parent
        && parent.height + 1 == link.height
}

/// Proposals of one leader kept for a slot: two prove an equivocation.
pub const MAX_PROPOSALS: usize = MAX_VALUES_PER_SIGNER;
