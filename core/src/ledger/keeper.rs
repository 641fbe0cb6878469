//! Carries out messages: what a transaction asks of contracts, and what they ask of one another.
//!
//! The rules are those of wasmd's keeper. A call runs; what it announced stands; then its messages are
//! carried out in order, each with all that follows from it before the next, each in a savepoint. One
//! that fails is undone, and fails its sender unless that asked to hear of failures: then its `reply`
//! runs and decides. A message may be given less gas than there is: running out of that can be answered
//! too, running out of the transaction's own cannot.
//!
//! Calls nest [`MAX_MESSAGE_DEPTH`] deep as on wasmd's chains. What waits for a nested call stands in a
//! list of [`Frame`]s and not on the native stack, which in a browser ends after a few dozen.

mod messages;
mod token_factory;

use self::messages::{Prepared, coins_text, is_wasm, name_of};
use super::contract::{Call, ExecutionContext};
use super::journal::{Journal, Savepoint};
use super::message_error::MessageError;
use super::receipt::{CallTree, Event};
use super::state::{Contract, ContractInfo};
use crate::base::limits::{MAX_MESSAGE_DEPTH, MAX_OPEN_CALLS};
use crate::types::{Address, Coin, bech32};
use crate::vm::gas::{Category, Price};
use crate::vm::{
    self, Entry, Failure, Message, MessageDone, MessageEffect, Outcome, Reply, ReplyOn, Response,
    SubMessage, error_code,
};

/// One transaction's way through contracts.
pub struct Keeper<'a> {
    context: ExecutionContext<'a>,
    /// What it changes.
    pub journal: &'a mut Journal,
    /// What is announced now is below a message to a contract. wasmd sorts the attributes of such events by
    /// key for the reply, and in place, so that the transaction's events have them in that order too.
    sorting: bool,
}

/// What came of a message or a call, and the tree of calls it took.
pub type Delivery = (Result<MessageEffect, MessageError>, CallTree);

/// What a call changes of its contract once it has gone well. Not before: while it runs, a contract that
/// is being made does not exist for anybody who asks, and one that migrates has its old code.
#[derive(Debug)]
pub enum Commit {
    Nothing,
    Create(Contract, Option<ContractInfo>),
    ChangeCode(Contract, ContractInfo),
}

/// What a call means to whoever sent it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Effect {
    Execute,
    Instantiate { salted: bool },
    Migrate,
}

impl Effect {
    fn done(self, contract: Address, data: Option<Vec<u8>>) -> MessageEffect {
        match self {
            Effect::Execute => MessageEffect::Executed { data },
            Effect::Instantiate { salted } => MessageEffect::Instantiated {
                address: contract,
                data,
                salted,
            },
            Effect::Migrate => MessageEffect::Migrated { data },
        }
    }
}

/// A call about to run.
struct Begun {
    call: Call,
    commit: Commit,
    effect: Effect,
    depth: u32,
    tree: CallTree,
    waiting: Waiting,
}

/// A call that has run: the messages it asked for are carried out.
struct Frame {
    contract: Address,
    entry: Entry,
    effect: Effect,
    depth: u32,
    tree: CallTree,
    data: Option<Vec<u8>>,
    messages: std::vec::IntoIter<SubMessage>,
    waiting: Waiting,
}

/// Who waits for a call or message to end. A contract that waits is the frame on top.
enum Waiting {
    Caller,
    /// A contract that sent this message.
    Sender(Sent),
    /// A contract that runs its `reply`.
    Replier,
}

/// A message on its way.
struct Sent {
    id: u64,
    payload: Vec<u8>,
    reply_on: ReplyOn,
    before: Savepoint,
    /// It was given less gas than there was.
    capped: bool,
    /// To a contract: a reply hears of events, and finds their attributes in order.
    is_wasm: bool,
}

/// The next thing to do.
enum Next {
    Run(Box<Begun>),
    /// The frame on top goes on with its messages.
    GoOn,
    Ended(Box<Ended>),
}

/// A call or message that has ended.
struct Ended {
    waiting: Waiting,
    result: Result<MessageEffect, MessageError>,
    tree: CallTree,
}

fn ended(
    waiting: Waiting,
    result: Result<MessageEffect, MessageError>,
    mut tree: CallTree,
) -> Next {
    tree.failed = result.as_ref().err().map(|error| error.text.clone());
    Next::Ended(Box::new(Ended {
        waiting,
        result,
        tree,
    }))
}

impl<'a> Keeper<'a> {
    #[must_use]
    pub fn new(context: ExecutionContext<'a>, journal: &'a mut Journal) -> Self {
        Keeper {
            context,
            journal,
            sorting: false,
        }
    }

    #[must_use]
    pub fn context(&self) -> &ExecutionContext<'a> {
        &self.context
    }

    /// Carries out `message` of `from` with at most `gas`, and everything that follows from it. What it
    /// wrote is in the journal even when it failed: whoever calls goes back to a savepoint.
    pub async fn deliver(&mut self, from: &Address, message: Message, gas: u64) -> Delivery {
        let first = self.open(from, message, gas, 0, Waiting::Caller);
        self.follow(first).await
    }

    /// Runs a call and carries out what it asks for, likewise.
    pub async fn call(&mut self, call: Call, commit: Commit, gas: u64) -> Delivery {
        let mut tree = CallTree::new(call.entry.name(), gas);
        tree.to = Some(call.contract);
        let begun = Begun {
            call,
            commit,
            effect: Effect::Execute,
            depth: 0,
            tree,
            waiting: Waiting::Caller,
        };
        self.follow(Next::Run(Box::new(begun))).await
    }

    async fn follow(&mut self, first: Next) -> Delivery {
        let mut frames: Vec<Frame> = Vec::new();
        let mut next = first;
        loop {
            next = match next {
                Next::Run(begun) => self.run(*begun, &mut frames).await,
                Next::GoOn => self.go_on(&mut frames),
                Next::Ended(ended) => {
                    let Ended {
                        waiting,
                        result,
                        tree,
                    } = *ended;
                    match waiting {
                        Waiting::Caller => return (result, tree),
                        Waiting::Sender(sent) => self.answer(&mut frames, sent, result, tree),
                        Waiting::Replier => replied(&mut frames, result, tree),
                    }
                }
            };
        }
    }

    /// Takes up a message: does what needs no contract, or prepares the call.
    fn open(
        &mut self,
        from: &Address,
        message: Message,
        gas: u64,
        depth: u32,
        waiting: Waiting,
    ) -> Next {
        let mut tree = CallTree::new(name_of(&message), gas);
        if gas == 0 {
            // Given nothing, or nothing is left: also what costs nothing stops here.
            return ended(waiting, Err(Failure::out_of_gas(0).into()), tree);
        }
        if depth > MAX_MESSAGE_DEPTH {
            return ended(waiting, Err(too_deep()), tree);
        }
        self.sorting = depth > 1 || (depth == 1 && is_wasm(&message));
        match self.prepare(from, message, &mut tree) {
            Ok(Prepared::Done(effect)) => ended(waiting, Ok(effect), tree),
            Ok(Prepared::Call {
                call,
                commit,
                effect,
            }) => Next::Run(Box::new(Begun {
                call: *call,
                commit,
                effect,
                depth,
                tree,
                waiting,
            })),
            Err(error) => ended(waiting, Err(error), tree),
        }
    }

    async fn run(&mut self, begun: Begun, frames: &mut Vec<Frame>) -> Next {
        let Begun {
            call,
            commit,
            effect,
            depth,
            mut tree,
            waiting,
        } = begun;
        if frames.len() >= MAX_OPEN_CALLS {
            return ended(waiting, Err(too_deep()), tree);
        }
        let (contract, entry) = (call.contract, call.entry);
        let left = tree.gas_limit.saturating_sub(tree.gas_used);
        let Outcome {
            result,
            gas_used,
            gas,
            log,
        } = self.context.run(self.journal, call, left).await;
        tree.spend(gas_used, &gas);
        tree.log = log;
        let Response {
            data,
            events,
            messages,
        } = match result {
            Ok(response) => response,
            Err(failure) => {
                return ended(waiting, Err(MessageError::of_call(failure, entry)), tree);
            }
        };
        match commit {
            Commit::Nothing => {}
            Commit::Create(made, info) => {
                self.journal.set_contract(contract, made);
                if let Some(info) = info {
                    self.journal.set_info(contract, info);
                }
            }
            Commit::ChangeCode(changed, info) => {
                self.journal.set_contract(contract, changed);
                self.journal.set_info(contract, info);
            }
        }
        self.sorting = depth > 0;
        for event in events {
            self.emit(event);
        }
        frames.push(Frame {
            contract,
            entry,
            effect,
            depth,
            tree,
            data,
            messages: messages.into_iter(),
            waiting,
        });
        Next::GoOn
    }

    /// The next message of the frame on top, or its end.
    fn go_on(&mut self, frames: &mut Vec<Frame>) -> Next {
        let Some(mut top) = frames.pop() else {
            // Every `GoOn` follows a frame that was pushed or is still there.
            let nothing = CallTree::new("nothing", 0);
            return ended(Waiting::Caller, Ok(MessageEffect::Nothing), nothing);
        };
        let Some(sub) = top.messages.next() else {
            let effect = top.effect.done(top.contract, top.data);
            return ended(top.waiting, Ok(effect), top.tree);
        };
        let left = top.tree.gas_limit.saturating_sub(top.tree.gas_used);
        let limit = sub.gas_limit.unwrap_or(left).min(left);
        let sent = Sent {
            id: sub.id,
            payload: sub.payload,
            reply_on: sub.reply_on,
            before: self.journal.savepoint(),
            capped: limit < left,
            is_wasm: is_wasm(&sub.message),
        };
        let (sender, depth) = (top.contract, top.depth + 1);
        frames.push(top);
        self.open(&sender, sub.message, limit, depth, Waiting::Sender(sent))
    }

    /// A message of the frame on top has ended: its reply runs, or the next message, or it fails too.
    fn answer(
        &mut self,
        frames: &mut Vec<Frame>,
        sent: Sent,
        result: Result<MessageEffect, MessageError>,
        tree: CallTree,
    ) -> Next {
        let gas_used = tree.gas_used;
        adopt(frames, tree);
        let heard = match result {
            Ok(_) if !sent.reply_on.wants(true) => return Next::GoOn,
            Ok(effect) => Ok(MessageDone {
                effect,
                // As in wasmd: a reply hears nothing of what other modules announce.
                events: if sent.is_wasm {
                    let events = self.journal.events_since(sent.before);
                    events.iter().map(Event::to_typed).collect()
                } else {
                    Vec::new()
                },
            }),
            Err(error) if error.is_out_of_gas() && !sent.capped => return fail(frames, error),
            Err(error) => {
                self.journal.roll_back(sent.before);
                Err(error)
            }
        };
        let heard = match heard {
            Err(error) if !sent.reply_on.wants(false) => return fail(frames, error),
            heard => heard,
        };
        let Some(top) = frames.last() else {
            return Next::GoOn;
        };
        let (contract, depth) = (top.contract, top.depth);
        let left = top.tree.gas_limit.saturating_sub(top.tree.gas_used);
        let mut tree = CallTree::new("reply", left);
        tree.to = Some(contract);
        tree.reply_to = Some(sent.id);
        self.sorting = depth > 0;
        self.announce_call("reply", &contract);
        let call = Call {
            reply: Some(Reply {
                id: sent.id,
                payload: sent.payload,
                gas_used,
                result: heard.map_err(|error| error.heard()),
            }),
            // The contract itself hears; there is no other sender.
            ..Call::new(Entry::Reply, contract, contract, Vec::new())
        };
        Next::Run(Box::new(Begun {
            call,
            commit: Commit::Nothing,
            effect: Effect::Execute,
            depth,
            tree,
            waiting: Waiting::Replier,
        }))
    }

    /// Takes `coin` from an account.
    pub(super) fn take(&mut self, from: &Address, coin: &Coin) -> Result<(), MessageError> {
        let Coin { denom, amount } = coin;
        if self.journal.take(from, denom, *amount) {
            return Ok(());
        }
        Err(MessageError::new(
            error_code::INSUFFICIENT_FUNDS,
            format!(
                "{} owns {} {denom}, less than the {amount} it is to pay",
                bech32::encode(from),
                self.journal.balance(from, denom)
            ),
        ))
    }

    /// Gives `coin` to an account.
    pub(super) fn give(&mut self, to: &Address, coin: &Coin) -> Result<(), MessageError> {
        if self.journal.give(to, &coin.denom, coin.amount) {
            return Ok(());
        }
        Err(MessageError::new(
            error_code::INVALID_COINS,
            format!(
                "{} cannot hold {} {} more",
                bech32::encode(to),
                coin.amount,
                coin.denom
            ),
        ))
    }

    /// Moves coins without an event.
    ///
    /// # Errors
    /// When `from` owns less, or `to` cannot hold more.
    pub fn move_coins(
        &mut self,
        from: &Address,
        to: &Address,
        coins: &[Coin],
    ) -> Result<(), MessageError> {
        for coin in coins {
            self.take(from, coin)?;
            self.give(to, coin)?;
        }
        Ok(())
    }

    /// Moves coins and says so, as the bank module does.
    pub(super) fn send_coins(
        &mut self,
        from: &Address,
        to: &Address,
        coins: &[Coin],
    ) -> Result<(), MessageError> {
        self.move_coins(from, to, coins)?;
        if !coins.is_empty() {
            let (sender, recipient) = (bech32::encode(from), bech32::encode(to));
            let amount = coins_text(coins);
            self.announce("coin_spent", &[("spender", &sender), ("amount", &amount)]);
            self.announce(
                "coin_received",
                &[("receiver", &recipient), ("amount", &amount)],
            );
            self.announce(
                "transfer",
                &[
                    ("recipient", &recipient),
                    ("sender", &sender),
                    ("amount", &amount),
                ],
            );
        }
        Ok(())
    }

    pub(super) fn announce(&mut self, kind: &str, attributes: &[(&str, &str)]) {
        self.emit(vm::Event::new(kind, attributes));
    }

    fn emit(&mut self, mut event: vm::Event) {
        if self.sorting {
            event.attributes.sort_by(|(a, _), (b, _)| a.cmp(b));
        }
        self.journal.emit(Event::Typed(event));
    }

    /// The chain's word that a contract is called.
    pub fn announce_call(&mut self, kind: &str, contract: &Address) {
        let address = bech32::encode(contract);
        self.announce(kind, &[("_contract_address", &address)]);
    }
}

/// The frame on top fails with the error of a message it sent.
fn fail(frames: &mut Vec<Frame>, error: MessageError) -> Next {
    match frames.pop() {
        Some(top) => ended(top.waiting, Err(error.through(top.entry)), top.tree),
        None => Next::GoOn,
    }
}

/// The `reply` of the frame on top has ended.
fn replied(
    frames: &mut Vec<Frame>,
    result: Result<MessageEffect, MessageError>,
    tree: CallTree,
) -> Next {
    adopt(frames, tree);
    match result {
        Ok(effect) => {
            if let (Some(top), MessageEffect::Executed { data: Some(data) }) =
                (frames.last_mut(), effect)
            {
                top.data = Some(data);
            }
            Next::GoOn
        }
        Err(error) => fail(frames, error.wrapped()),
    }
}

fn adopt(frames: &mut [Frame], tree: CallTree) {
    let depth = frames.len();
    if let Some(top) = frames.last_mut() {
        top.tree.adopt(tree, depth);
    }
}

fn too_deep() -> MessageError {
    MessageError::new(
        error_code::CALL_TOO_DEEP,
        format!("contracts call one another more than {MAX_MESSAGE_DEPTH} deep"),
    )
}

/// Pays for work of the chain's own, `times` over.
pub(super) fn charge(tree: &mut CallTree, price: Price, times: usize) -> Result<(), MessageError> {
    let price = price.gas(0).saturating_mul(times.max(1) as u64);
    spend(tree, Category::Transfers, price)
}

/// Takes gas from what the tree may spend.
pub(super) fn spend(tree: &mut CallTree, what: Category, gas: u64) -> Result<(), MessageError> {
    let left = tree.gas_limit.saturating_sub(tree.gas_used);
    let mut spent = vm::gas::GasUse::default();
    spent.add(what, gas.min(left));
    tree.spend(gas.min(left), &spent);
    if gas > left {
        return Err(Failure::out_of_gas(tree.gas_limit).into());
    }
    Ok(())
}
