//! Carries out messages: what a transaction asks of contracts, and what they ask of one another.
//!
//! The rules are those of wasmd's keeper. A call runs; what it announced stands; then its messages are
//! carried out in order, each with all that follows from it before the next, each in a savepoint. One
//! that fails is undone, and fails its sender unless that asked to hear of failures: then its `reply`
//! runs and decides. A message may be given less gas than there is: running out of that can be answered
//! too, running out of the transaction's own cannot.
//!
//! Two things differ from wasmd. Error texts are handed on as they are, for every one of them is ours and
//! the same everywhere. And calls nest [`MAX_MESSAGE_DEPTH`] deep, replies counted, for they nest on the
//! native stack too.

use super::addresses;
use super::contract::{Call, ExecutionContext};
use super::journal::{Journal, Savepoint};
use super::receipt::{CallTree, Event};
use super::state::{CodeInfo, Contract, ContractInfo};
use crate::base::limits::{MAX_LABEL_BYTES, MAX_MESSAGE_DEPTH};
use crate::types::{Address, Coin, bech32};
use crate::vm::gas::{Category, TRANSFER};
use crate::vm::{
    self, Entry, Failure, FailureKind, Message, MessageDone, MessageEffect, Outcome, Reply,
    Response, SubMessage,
};
use std::sync::Arc;

/// One transaction's way through contracts.
pub struct Keeper<'a> {
    pub place: ExecutionContext<'a>,
    pub journal: &'a mut Journal,
}

/// Why a message was not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageError {
    /// Its sender may hear of it and go on.
    Failed(String),
    /// All gas it was given is gone. Whoever gave it less than there was may go on.
    OutOfGas(String),
}

impl MessageError {
    #[must_use]
    pub fn text(self) -> String {
        match self {
            MessageError::Failed(text) | MessageError::OutOfGas(text) => text,
        }
    }
}

impl From<Failure> for MessageError {
    fn from(failure: Failure) -> Self {
        match failure.kind {
            FailureKind::OutOfGas => MessageError::OutOfGas(failure.text),
            FailureKind::Trap
            | FailureKind::Contract
            | FailureKind::ReadOnly
            | FailureKind::BadRequest
            | FailureKind::NoEntry
            | FailureKind::Module => MessageError::Failed(failure.text),
        }
    }
}

fn failed<T>(text: impl Into<String>) -> Result<T, MessageError> {
    Err(MessageError::Failed(text.into()))
}

impl Keeper<'_> {
    /// Carries out `message` of `from` with at most `gas`, and everything that follows from it. What it
    /// wrote is in the journal even when it failed: whoever calls goes back to a savepoint.
    pub async fn deliver(
        &mut self,
        from: &Address,
        message: Message,
        gas: u64,
        depth: u32,
    ) -> (Result<MessageEffect, MessageError>, CallTree) {
        let mut tree = CallTree::new(name_of(&message), gas);
        let result = if gas == 0 {
            // Given nothing, or nothing is left: also what costs nothing stops here.
            Err(MessageError::from(Failure::out_of_gas(0)))
        } else {
            self.carry_out(from, message, gas, depth, &mut tree).await
        };
        tree.failed = result.as_ref().err().map(|stop| stop.clone().text());
        (result, tree)
    }

    async fn carry_out(
        &mut self,
        from: &Address,
        message: Message,
        gas: u64,
        depth: u32,
        tree: &mut CallTree,
    ) -> Result<MessageEffect, MessageError> {
        match message {
            Message::Refused { why } => failed(why),
            Message::Send { to, amount } => {
                charge(tree, amount.len())?;
                self.pay(from, &to, &amount)?;
                Ok(if amount.is_empty() {
                    MessageEffect::Nothing
                } else {
                    MessageEffect::Sent
                })
            }
            Message::Burn { amount } => {
                charge(tree, amount.len())?;
                for coin in &amount {
                    self.take(from, coin)?;
                }
                let sum = coins_text(&amount);
                let burner = bech32::encode(from);
                self.announce("burn", &[("burner", &burner), ("amount", &sum)]);
                Ok(MessageEffect::Burned)
            }
            Message::Execute {
                contract,
                input,
                funds,
            } => {
                tree.to = Some(contract);
                if self.journal.contract(&contract).is_none() {
                    return failed(format!(
                        "there is no contract at {}",
                        bech32::encode(&contract)
                    ));
                }
                self.pay(from, &contract, &funds)?;
                self.announce_call("execute", &contract, None);
                let call = Call {
                    funds,
                    ..Call::new(Entry::Call, *from, contract, input)
                };
                let data = self.call(call, gas, depth, tree).await?;
                Ok(MessageEffect::Executed { data })
            }
            Message::Instantiate {
                admin,
                code_id,
                input,
                funds,
                label,
                salt,
            } => {
                let salted = salt.is_some();
                let made = Made {
                    creator: *from,
                    admin,
                    code_id,
                    label,
                };
                let address = self.make(made, salt.as_deref())?;
                tree.to = Some(address);
                self.pay(from, &address, &funds)?;
                self.announce_call("instantiate", &address, Some(code_id));
                let call = Call {
                    funds,
                    ..Call::new(Entry::Init, *from, address, input)
                };
                let data = self.call(call, gas, depth, tree).await?;
                Ok(MessageEffect::Instantiated {
                    address,
                    data,
                    salted,
                })
            }
            Message::Migrate {
                contract,
                code_id,
                input,
            } => {
                tree.to = Some(contract);
                let call = self.change_code(from, contract, code_id, input)?;
                self.announce_call("migrate", &contract, Some(code_id));
                let data = match call {
                    Some(call) => self.call(call, gas, depth, tree).await?,
                    None => {
                        charge(tree, 1)?;
                        None
                    }
                };
                Ok(MessageEffect::Migrated { data })
            }
            Message::UpdateAdmin { contract, admin } => {
                tree.to = Some(contract);
                charge(tree, 1)?;
                self.set_admin(from, contract, Some(admin))?;
                Ok(MessageEffect::AdminChanged)
            }
            Message::ClearAdmin { contract } => {
                tree.to = Some(contract);
                charge(tree, 1)?;
                self.set_admin(from, contract, None)?;
                Ok(MessageEffect::AdminCleared)
            }
        }
    }

    /// Runs a call and carries out what it asks for. Gives the call's data.
    ///
    /// # Errors
    /// Why it failed; then whoever called takes everything back.
    pub async fn call(
        &mut self,
        call: Call,
        gas: u64,
        depth: u32,
        tree: &mut CallTree,
    ) -> Result<Option<Vec<u8>>, MessageError> {
        if depth > MAX_MESSAGE_DEPTH {
            return failed(format!(
                "contracts call one another more than {MAX_MESSAGE_DEPTH} deep"
            ));
        }
        let contract = call.contract;
        let Outcome {
            result,
            gas_used,
            gas: spent,
            log,
        } = self
            .place
            .run(self.journal, call, gas.saturating_sub(tree.gas_used))
            .await;
        tree.spend(gas_used, &spent);
        tree.log = log;
        let Response {
            mut data,
            events,
            messages,
        } = result?;
        for event in events {
            self.journal.emit(Event::Typed(event));
        }
        for message in messages {
            // What follows from a call is calls again: boxed for having no end of its own.
            let sent = Box::pin(self.send(&contract, message, gas, depth, tree));
            if let Some(replied) = sent.await? {
                data = Some(replied);
            }
        }
        Ok(data)
    }

    /// Carries out one message of `contract` and its reply. Gives the data the reply gave, if any.
    async fn send(
        &mut self,
        contract: &Address,
        sent: SubMessage,
        gas: u64,
        depth: u32,
        tree: &mut CallTree,
    ) -> Result<Option<Vec<u8>>, MessageError> {
        let left = gas.saturating_sub(tree.gas_used);
        let limit = sent.gas_limit.unwrap_or(left).min(left);
        let before = self.journal.savepoint();
        let (result, branch) = self.deliver(contract, sent.message, limit, depth + 1).await;
        let gas_used = branch.gas_used;
        tree.adopt(branch);
        let outcome = match result {
            Ok(what) => Ok(MessageDone {
                events: match what {
                    // As in wasmd: a reply hears the events of contracts' messages only.
                    MessageEffect::Nothing | MessageEffect::Sent | MessageEffect::Burned => {
                        Vec::new()
                    }
                    MessageEffect::Executed { .. }
                    | MessageEffect::Instantiated { .. }
                    | MessageEffect::Migrated { .. }
                    | MessageEffect::AdminChanged
                    | MessageEffect::AdminCleared => self.events_since(before),
                },
                what,
            }),
            Err(MessageError::OutOfGas(why)) if limit == left => {
                return Err(MessageError::OutOfGas(why));
            }
            Err(MessageError::OutOfGas(why) | MessageError::Failed(why)) => {
                self.journal.roll_back(before);
                Err(why)
            }
        };
        if !sent.reply_on.wants(outcome.is_ok()) {
            return match outcome {
                Ok(_) => Ok(None),
                Err(why) => failed(why),
            };
        }
        let left = gas.saturating_sub(tree.gas_used);
        let mut branch = CallTree::new("reply", left);
        branch.to = Some(*contract);
        branch.reply_to = Some(sent.id);
        self.announce_call("reply", contract, None);
        let call = Call {
            reply: Some(Reply {
                id: sent.id,
                payload: sent.payload,
                gas_used,
                result: outcome,
            }),
            // The contract itself hears; there is no other sender.
            ..Call::new(Entry::Reply, *contract, *contract, Vec::new())
        };
        let replied = self.call(call, left, depth + 1, &mut branch).await;
        branch.failed = replied.as_ref().err().map(|stop| stop.clone().text());
        tree.adopt(branch);
        replied
    }

    fn take(&mut self, from: &Address, Coin { denom, amount }: &Coin) -> Result<(), MessageError> {
        if self.journal.take(from, denom, *amount) {
            return Ok(());
        }
        failed(format!(
            "the sender owns {} {denom}, less than the {amount} it wants to send",
            self.journal.balance(from, denom)
        ))
    }

    /// Moves coins and says nothing of it.
    ///
    /// # Errors
    /// When `from` owns less, or `to` cannot hold more.
    pub fn shift(
        &mut self,
        from: &Address,
        to: &Address,
        coins: &[Coin],
    ) -> Result<(), MessageError> {
        for coin in coins {
            self.take(from, coin)?;
            if !self.journal.give(to, &coin.denom, coin.amount) {
                return failed(format!(
                    "{to} cannot hold {} more {}",
                    coin.amount, coin.denom
                ));
            }
        }
        Ok(())
    }

    fn pay(&mut self, from: &Address, to: &Address, coins: &[Coin]) -> Result<(), MessageError> {
        self.shift(from, to, coins)?;
        if !coins.is_empty() {
            let (sender, recipient) = (bech32::encode(from), bech32::encode(to));
            self.announce(
                "transfer",
                &[
                    ("recipient", &recipient),
                    ("sender", &sender),
                    ("amount", &coins_text(coins)),
                ],
            );
        }
        Ok(())
    }

    fn code(&self, code_id: u64) -> Result<(CodeInfo, Arc<[u8]>), MessageError> {
        let Some(info) = self.journal.code_info(code_id) else {
            return failed(format!("there is no code {code_id}"));
        };
        match self.journal.code(&info.hash) {
            Some(wasm) => Ok((info, wasm)),
            None => failed(format!("the module {} is not stored", info.hash)),
        }
    }

    /// Puts a contract of stored code at a fresh address.
    fn make(&mut self, made: Made, salt: Option<&[u8]>) -> Result<Address, MessageError> {
        let (code, wasm) = self.code(made.code_id)?;
        if made.label.len() > MAX_LABEL_BYTES {
            return failed(format!(
                "the contract's label has {} bytes: at most {MAX_LABEL_BYTES}",
                made.label.len()
            ));
        }
        let mut counts = self.journal.counts();
        counts.instances = counts.instances.saturating_add(1);
        let address = match salt {
            Some(salt) => addresses::salted(&code.hash, &made.creator.0, salt),
            None => addresses::instantiated(made.code_id, counts.instances),
        };
        self.journal.set_counts(counts);
        let contract = Contract {
            code: code.hash,
            creator: made.creator,
        };
        if !self.journal.create(address, contract, &wasm) {
            return failed(format!(
                "there is a contract at {} already",
                bech32::encode(&address)
            ));
        }
        let info = ContractInfo {
            code_id: made.code_id,
            admin: made.admin,
            label: made.label,
            made: self.place.height,
        };
        self.journal.set_info(address, info);
        Ok(address)
    }

    /// Gives a contract other code. Gives the call that tells it; none when both codes declare the same
    /// version of their data, so that there is nothing to migrate (wasmd's rule).
    fn change_code(
        &mut self,
        from: &Address,
        address: Address,
        code_id: u64,
        input: Vec<u8>,
    ) -> Result<Option<Call>, MessageError> {
        let info = self.administered(from, &address)?;
        let (code, wasm) = self.code(code_id)?;
        let Some(contract) = self.journal.contract(&address) else {
            return failed("there is no such contract");
        };
        let version = |wasm: &[u8]| {
            let admitted = self.place.engine.admit(wasm).ok();
            admitted.and_then(|admitted| admitted.migrate_version)
        };
        let old = self.journal.code(&contract.code);
        let (old, new) = (old.and_then(|old| version(&old)), version(&wasm));
        self.journal.set_contract(
            address,
            Contract {
                code: code.hash,
                ..contract
            },
        );
        self.journal
            .set_info(address, ContractInfo { code_id, ..info });
        if old.is_some() && old == new {
            return Ok(None);
        }
        Ok(Some(Call {
            old_migrate_version: old,
            ..Call::new(Entry::Migrate, *from, address, input)
        }))
    }

    fn set_admin(
        &mut self,
        from: &Address,
        address: Address,
        admin: Option<Address>,
    ) -> Result<(), MessageError> {
        let info = self.administered(from, &address)?;
        self.journal
            .set_info(address, ContractInfo { admin, ..info });
        let contract = bech32::encode(&address);
        let new = admin.as_ref().map(bech32::encode).unwrap_or_default();
        self.announce(
            "update_contract_admin",
            &[
                ("_contract_address", &contract),
                ("new_admin_address", &new),
            ],
        );
        Ok(())
    }

    /// What is known of a contract, if `from` is its admin.
    fn administered(
        &self,
        from: &Address,
        address: &Address,
    ) -> Result<ContractInfo, MessageError> {
        if self.journal.contract(address).is_none() {
            return failed(format!(
                "there is no contract at {}",
                bech32::encode(address)
            ));
        }
        match self.journal.info(address) {
            Some(info) if info.admin == Some(*from) => Ok(info),
            Some(ContractInfo { admin: Some(_), .. }) => {
                failed("only the contract's admin may do this, and the sender is not")
            }
            Some(ContractInfo { admin: None, .. }) | None => {
                failed("the contract has no admin: nobody may change it")
            }
        }
    }

    fn announce(&mut self, kind: &str, attributes: &[(&str, &str)]) {
        self.journal
            .emit(Event::Typed(vm::Event::new(kind, attributes)));
    }

    /// The chain's word that a contract is called.
    pub fn announce_call(&mut self, kind: &str, contract: &Address, code_id: Option<u64>) {
        let address = bech32::encode(contract);
        match code_id {
            None => self.announce(kind, &[("_contract_address", &address)]),
            Some(id) => self.announce(
                kind,
                &[
                    ("_contract_address", &address),
                    ("code_id", &id.to_string()),
                ],
            ),
        }
    }

    /// What a reply hears of, as contracts write it. wasmd sorts attributes by key here.
    fn events_since(&self, before: Savepoint) -> Vec<vm::Event> {
        let mut events: Vec<vm::Event> = self
            .journal
            .events_since(before)
            .iter()
            .map(Event::to_typed)
            .collect();
        for event in &mut events {
            event.attributes.sort_by(|(a, _), (b, _)| a.cmp(b));
        }
        events
    }
}

/// A contract about to be.
struct Made {
    creator: Address,
    admin: Option<Address>,
    code_id: u64,
    label: String,
}

fn charge(tree: &mut CallTree, times: usize) -> Result<(), MessageError> {
    let price = TRANSFER.gas(0).saturating_mul(times.max(1) as u64);
    let left = tree.gas_limit.saturating_sub(tree.gas_used);
    let mut spent = vm::gas::GasUse::default();
    spent.add(Category::Transfers, price.min(left));
    tree.spend(price.min(left), &spent);
    if price > left {
        return Err(Failure::out_of_gas(tree.gas_limit).into());
    }
    Ok(())
}

fn name_of(message: &Message) -> &'static str {
    match message {
        Message::Send { .. } => "send",
        Message::Burn { .. } => "burn",
        Message::Execute { .. } => "execute",
        Message::Instantiate { salt: None, .. } => "instantiate",
        Message::Instantiate { salt: Some(_), .. } => "instantiate2",
        Message::Migrate { .. } => "migrate",
        Message::UpdateAdmin { .. } => "update admin",
        Message::ClearAdmin { .. } => "clear admin",
        Message::Refused { .. } => "refused",
    }
}

/// As Cosmos writes coins: `5forge,7gold`.
fn coins_text(coins: &[Coin]) -> String {
    let each = coins.iter().map(|c| format!("{}{}", c.amount, c.denom));
    each.collect::<Vec<_>>().join(",")
}
