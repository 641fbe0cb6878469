//! Each kind of message: what it does by itself, or the call it makes.

use super::{Commit, Effect, Keeper, charge};
use crate::ledger::addresses;
use crate::ledger::contract::Call;
use crate::ledger::message_error::MessageError;
use crate::ledger::receipt::CallTree;
use crate::ledger::state::{CodeInfo, Contract, ContractInfo};
use crate::types::{Address, Coin, bech32};
use crate::vm::error_code::{self, ErrorCode};
use crate::vm::gas::TRANSFER;
use crate::vm::token_factory::TokenMessage;
use crate::vm::{Entry, Message, MessageEffect, label};
use std::sync::Arc;

/// A message that has been taken up.
pub(super) enum Prepared {
    Done(MessageEffect),
    /// A contract is to run for it.
    Call {
        call: Box<Call>,
        commit: Commit,
        effect: Effect,
    },
}

/// A contract about to be made.
struct NewContract {
    creator: Address,
    admin: Option<Address>,
    code_id: u64,
    label: String,
    salt: Option<Vec<u8>>,
}

fn no_contract(code: ErrorCode, address: &Address) -> MessageError {
    let address = bech32::encode(address);
    MessageError::new(code, format!("there is no contract at {address}"))
}

impl Keeper<'_> {
    /// Does what needs no contract, or prepares the call.
    pub(super) fn prepare(
        &mut self,
        from: &Address,
        message: Message,
        tree: &mut CallTree,
    ) -> Result<Prepared, MessageError> {
        Ok(match message {
            Message::Refused { why, code } => return Err(MessageError::new(code, why)),
            Message::Send { to, amount } => {
                charge(tree, TRANSFER, amount.len())?;
                self.send_coins(from, &to, &amount)?;
                Prepared::Done(if amount.is_empty() {
                    MessageEffect::Nothing
                } else {
                    MessageEffect::Sent
                })
            }
            Message::Burn { amount } => {
                charge(tree, TRANSFER, amount.len())?;
                for coin in &amount {
                    self.take(from, coin)?;
                }
                let (burner, sum) = (bech32::encode(from), coins_text(&amount));
                self.announce("burn", &[("burner", &burner), ("amount", &sum)]);
                Prepared::Done(MessageEffect::Burned)
            }
            Message::Token(message) => {
                Prepared::Done(MessageEffect::Token(self.token(from, message, tree)?))
            }
            Message::Execute {
                contract,
                input,
                funds,
            } => {
                tree.to = Some(contract);
                if self.journal.contract(&contract).is_none() {
                    return Err(no_contract(error_code::NO_SUCH_CONTRACT, &contract));
                }
                self.send_coins(from, &contract, &funds)?;
                self.announce_call("execute", &contract);
                Prepared::Call {
                    call: Box::new(Call {
                        funds,
                        ..Call::new(Entry::Call, *from, contract, input)
                    }),
                    commit: Commit::Nothing,
                    effect: Effect::Execute,
                }
            }
            Message::Instantiate {
                admin,
                code_id,
                input,
                funds,
                label,
                salt,
            } => {
                let made = NewContract {
                    creator: *from,
                    admin,
                    code_id,
                    label,
                    salt,
                };
                self.instantiate(made, input, funds, tree)?
            }
            Message::Migrate {
                contract,
                code_id,
                input,
            } => {
                tree.to = Some(contract);
                self.migrate(from, contract, code_id, input, tree)?
            }
            Message::UpdateAdmin { contract, admin } => {
                tree.to = Some(contract);
                charge(tree, TRANSFER, 1)?;
                self.set_admin(from, contract, Some(admin))?;
                Prepared::Done(MessageEffect::AdminChanged)
            }
            Message::ClearAdmin { contract } => {
                tree.to = Some(contract);
                charge(tree, TRANSFER, 1)?;
                self.set_admin(from, contract, None)?;
                Prepared::Done(MessageEffect::AdminCleared)
            }
        })
    }

    fn code(
        &self,
        code_id: u64,
        unknown: ErrorCode,
    ) -> Result<(CodeInfo, Arc<[u8]>), MessageError> {
        let Some(info) = self.journal.code_info(code_id) else {
            return Err(MessageError::new(
                unknown,
                format!("there is no code {code_id}"),
            ));
        };
        match self.journal.code(&info.hash) {
            Some(wasm) => Ok((info, wasm)),
            None => Err(MessageError::new(
                unknown,
                format!("the module {} is not stored", info.hash),
            )),
        }
    }

    /// Prepares a contract of stored code at a fresh address. It exists once its `instantiate` has run.
    fn instantiate(
        &mut self,
        made: NewContract,
        input: Vec<u8>,
        funds: Vec<Coin>,
        tree: &mut CallTree,
    ) -> Result<Prepared, MessageError> {
        let (code, _) = self.code(made.code_id, error_code::NO_SUCH_CODE)?;
        label::check(&made.label)
            .map_err(|why| MessageError::new(error_code::INVALID_REQUEST, why.to_string()))?;
        let mut counts = self.journal.counts();
        counts.instances = counts.instances.saturating_add(1);
        let address = match &made.salt {
            Some(salt) => addresses::salted(&code.hash, &made.creator.0, salt),
            None => addresses::instantiated(made.code_id, counts.instances),
        };
        self.journal.set_counts(counts);
        tree.to = Some(address);
        if self.journal.contract(&address).is_some() {
            return Err(MessageError::new(
                error_code::DUPLICATE,
                format!(
                    "there is a contract at {} already",
                    bech32::encode(&address)
                ),
            ));
        }
        self.send_coins(&made.creator, &address, &funds)?;
        let (name, code_id) = (bech32::encode(&address), made.code_id.to_string());
        self.announce(
            "instantiate",
            &[("_contract_address", &name), ("code_id", &code_id)],
        );
        Ok(Prepared::Call {
            call: Box::new(Call {
                funds,
                code: Some(code.hash),
                ..Call::new(Entry::Init, made.creator, address, input)
            }),
            commit: Commit::Create(
                Contract {
                    code: code.hash,
                    creator: made.creator,
                },
                Some(ContractInfo {
                    code_id: made.code_id,
                    admin: made.admin,
                    label: made.label,
                    made: self.context().height,
                }),
            ),
            effect: Effect::Instantiate {
                salted: made.salt.is_some(),
            },
        })
    }

    /// Prepares other code for a contract. Without a call where both codes declare the same version of
    /// their data, so that there is nothing to migrate (wasmd's rule).
    fn migrate(
        &mut self,
        from: &Address,
        address: Address,
        code_id: u64,
        input: Vec<u8>,
        tree: &mut CallTree,
    ) -> Result<Prepared, MessageError> {
        let info = self.administered(from, &address)?;
        let (code, wasm) = self.code(code_id, error_code::INVALID_REQUEST)?;
        let Some(contract) = self.journal.contract(&address) else {
            return Err(no_contract(error_code::INVALID_REQUEST, &address));
        };
        let version = |wasm: &[u8]| {
            let admitted = self.context().engine.admit(wasm).ok();
            admitted.and_then(|admitted| admitted.migrate_version)
        };
        let old = self.journal.code(&contract.code);
        let (old, new) = (old.and_then(|old| version(&old)), version(&wasm));
        let changed = Contract {
            code: code.hash,
            ..contract
        };
        let info = ContractInfo { code_id, ..info };
        let (name, id) = (bech32::encode(&address), code_id.to_string());
        self.announce("migrate", &[("code_id", &id), ("_contract_address", &name)]);
        if old.is_some() && old == new {
            charge(tree, TRANSFER, 1)?;
            self.journal.set_contract(address, changed);
            self.journal.set_info(address, info);
            return Ok(Prepared::Done(MessageEffect::Migrated { data: None }));
        }
        Ok(Prepared::Call {
            call: Box::new(Call {
                old_migrate_version: old,
                code: Some(code.hash),
                ..Call::new(Entry::Migrate, *from, address, input)
            }),
            commit: Commit::ChangeCode(changed, info),
            effect: Effect::Migrate,
        })
    }

    fn set_admin(
        &mut self,
        from: &Address,
        address: Address,
        admin: Option<Address>,
    ) -> Result<(), MessageError> {
        if admin == Some(*from) {
            return Err(MessageError::new(
                error_code::INVALID_MESSAGE,
                "the new admin is the same as the old",
            ));
        }
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
            return Err(no_contract(error_code::INVALID_REQUEST, address));
        }
        let unauthorized = |why| Err(MessageError::new(error_code::UNAUTHORIZED, why));
        match self.journal.info(address) {
            Some(info) if info.admin == Some(*from) => Ok(info),
            Some(ContractInfo { admin: Some(_), .. }) => {
                unauthorized("only the contract's admin may do this, and the sender is not")
            }
            Some(ContractInfo { admin: None, .. }) | None => {
                unauthorized("the contract has no admin: nobody may change it")
            }
        }
    }
}

pub(super) fn name_of(message: &Message) -> &'static str {
    match message {
        Message::Send { .. } => "send",
        Message::Burn { .. } => "burn",
        Message::Execute { .. } => "execute",
        Message::Instantiate { salt: None, .. } => "instantiate",
        Message::Instantiate { salt: Some(_), .. } => "instantiate2",
        Message::Migrate { .. } => "migrate",
        Message::UpdateAdmin { .. } => "update admin",
        Message::ClearAdmin { .. } => "clear admin",
        Message::Token(TokenMessage::CreateDenom { .. }) => "create denomination",
        Message::Token(TokenMessage::Mint { .. }) => "mint",
        Message::Token(TokenMessage::Burn { .. }) => "burn",
        Message::Token(TokenMessage::ChangeAdmin { .. }) => "change denomination admin",
        Message::Token(TokenMessage::SetMetadata(_)) => "set metadata",
        Message::Refused { .. } => "refused",
    }
}

/// Whether a message is one of the module of contracts.
pub(super) fn is_wasm(message: &Message) -> bool {
    match message {
        Message::Execute { .. }
        | Message::Instantiate { .. }
        | Message::Migrate { .. }
        | Message::UpdateAdmin { .. }
        | Message::ClearAdmin { .. } => true,
        Message::Send { .. }
        | Message::Burn { .. }
        | Message::Token(_)
        | Message::Refused { .. } => false,
    }
}

/// As Cosmos writes coins: `5forge,7gold`.
pub(super) fn coins_text(coins: &[Coin]) -> String {
    let each = coins.iter().map(|c| format!("{}{}", c.amount, c.denom));
    each.collect::<Vec<_>>().join(",")
}
