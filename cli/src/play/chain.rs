//! The ledger under a script: one validator's, each transaction a block of its own.

use super::names::Names;
use super::report::{CodeRow, Gas, Party, RunReport, StepRow};
use super::script::{self, CoinInput, MessageInput, Rules, Script, Step};
use crate::failure::Failure;
use crate::source;
use consensusforge_core::base::digest::from_hex;
use consensusforge_core::base::{Hash, hash_bytes, limits};
use consensusforge_core::ledger::{
    Chain, Engine, ExecutorKind, Genesis, Receipt, State, prices, validity,
};
use consensusforge_core::types::{
    Action, Address, Block, Coin, Header, Keypair, SignedTransaction, Transaction, ValidatorId,
    ValidatorSet, ValidatorSets, bech32,
};
use consensusforge_core::vm::{Profile, WasmEngine};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

const SECOND_US: u64 = 1_000_000;

pub struct Play {
    chain: Chain,
    state: State,
    height: u64,
    keys: BTreeMap<String, Keypair>,
    names: Names,
    codes: Vec<CodeRow>,
    steps: Vec<StepRow>,
}

/// The same name has the same key in every run.
fn account(name: &str) -> Keypair {
    Keypair::from_secret(hash_bytes("consensusforge/script-account", name.as_bytes()).0)
}

/// Stores the modules; not an account of the script.
fn uploader() -> Keypair {
    Keypair::from_secret(hash_bytes("consensusforge/script-librarian", &[]).0)
}

fn address(keys: &Keypair) -> Address {
    Hash(keys.public().0)
}

fn coins(list: &[CoinInput]) -> Result<Vec<Coin>, String> {
    let mut coins = Vec::new();
    for CoinInput { denom, amount } in list {
        let amount: u128 = amount
            .parse()
            .map_err(|_| format!("{amount:?} is no whole number"))?;
        coins.push(Coin {
            denom: denom.clone(),
            amount,
        });
    }
    coins.sort();
    Ok(coins)
}

impl Play {
    pub fn new(script: &Script) -> Result<Play, Failure> {
        let profile = match script.profile {
            Rules::Strict => Profile::Strict,
            Rules::Modern => Profile::Modern,
        };
        let engine: Engine = Arc::new(WasmEngine::with_profile(profile));
        let validator = hash_bytes("consensusforge/script-validator", &[]);
        let set = ValidatorSet::new([(Keypair::from_secret(validator.0).public(), 1)])
            .map_err(Failure::input)?;
        let mut genesis = Genesis::default();
        let mut names = Names::default();
        let mut keys = BTreeMap::new();
        for (name, owned) in &script.accounts {
            let key = account(name);
            names.insert(name, address(&key));
            let owned =
                coins(owned).map_err(|why| Failure::input(format!("accounts.{name}: {why}.")))?;
            genesis.accounts.push((address(&key), owned));
            keys.insert(name.clone(), key);
        }
        let state = genesis
            .build(&engine)
            .map_err(|why| Failure::input(format!("accounts: {why}.")))?;
        Ok(Play {
            chain: Chain {
                id: hash_bytes("consensusforge/script-chain", &[]),
                validators: ValidatorSets::new(set),
                engine,
                everywhere: false,
            },
            state,
            height: 0,
            keys,
            names,
            codes: Vec::new(),
            steps: Vec::new(),
        })
    }

    /// Stores the module of a file under the next code id.
    pub fn store(&mut self, file: &Path) -> Result<(), Failure> {
        let shown = file.display().to_string();
        let wasm: Arc<[u8]> = source::read_bytes(&shown)?.into();
        let receipt = self
            .transact(&uploader(), limits::MAX_BLOCK_GAS, Action::Store { wasm })
            .and_then(|receipt| match &receipt.result {
                Ok(_) => Ok(receipt),
                Err(why) => Err(why.clone()),
            })
            .map_err(|why| Failure::input(format!("{shown} cannot be stored: {why}.")))?;
        let code_id = receipt.code_id.unwrap_or_default();
        let stored = self.state.code_info(code_id).map(|code| code.hash);
        // What a packed file unpacked to.
        let module = stored.and_then(|hash| self.state.code(&hash));
        self.codes.push(CodeRow {
            code_id,
            file: shown,
            sha256: stored.unwrap_or(Hash::ZERO).to_string(),
            bytes: module.map_or(0, |module| module.len() as u64),
            gas_used: receipt.gas_used,
        });
        Ok(())
    }

    /// Runs one step and records its result, also when it failed.
    pub fn step(&mut self, index: usize, step: &Step) {
        let row = self.play(step).unwrap_or_else(|why| StepRow {
            error: Some(why),
            ..StepRow::default()
        });
        self.steps.push(StepRow {
            step: index,
            what: step.name().into(),
            ok: row.error.is_none(),
            height: self.height,
            state_root: self.state.root().to_string(),
            ..row
        });
    }

    fn play(&mut self, step: &Step) -> Result<StepRow, String> {
        let (by, gas, action) = match step {
            Step::Instantiate {
                by,
                code_id,
                funds,
                admin,
                label,
                salt,
                gas,
                ..
            } => {
                let admin = admin.as_deref().map(|a| self.names.resolve(a));
                let action = Action::Instantiate {
                    code_id: *code_id,
                    admin: admin.transpose()?,
                    label: label.clone(),
                    input: self.input(step.message_input())?,
                    funds: coins(funds)?,
                    salt: salt.as_ref().map(|salt| salt.clone().into_bytes()),
                };
                (by, *gas, action)
            }
            Step::Execute {
                by,
                contract,
                funds,
                gas,
                ..
            } => {
                let action = Action::Execute {
                    contract: self.names.resolve(contract)?,
                    input: self.input(step.message_input())?,
                    funds: coins(funds)?,
                };
                (by, *gas, action)
            }
            Step::Migrate {
                by,
                contract,
                code_id,
                gas,
                ..
            } => {
                let action = Action::Migrate {
                    contract: self.names.resolve(contract)?,
                    code_id: *code_id,
                    input: self.input(step.message_input())?,
                };
                (by, *gas, action)
            }
            Step::UpdateAdmin {
                by,
                contract,
                admin,
            } => {
                let action = Action::SetAdmin {
                    contract: self.names.resolve(contract)?,
                    admin: Some(self.names.resolve(admin)?),
                };
                (by, script::gas(), action)
            }
            Step::ClearAdmin { by, contract } => {
                let action = Action::SetAdmin {
                    contract: self.names.resolve(contract)?,
                    admin: None,
                };
                (by, script::gas(), action)
            }
            Step::Send { by, to, funds } => {
                let action = Action::Send {
                    to: self.names.resolve(to)?,
                    coins: coins(funds)?,
                };
                (by, prices::of(&action), action)
            }
            Step::Query { contract, .. } => return self.query(contract, step.message_input()),
            Step::Sudo { contract, gas, .. } => {
                return self.sudo(contract, step.message_input(), *gas);
            }
            Step::Wait { blocks } => {
                self.height = self.height.saturating_add(*blocks);
                return Ok(StepRow::default());
            }
        };
        let keys = self.keys.get(by).cloned();
        let keys = keys.ok_or_else(|| format!("there is no account {by:?}"))?;
        let receipt = self.transact(&keys, gas, action)?;
        if let Step::Instantiate {
            name: Some(name), ..
        } = step
            && let Some(made) = receipt.created
        {
            self.names.insert(name, made);
        }
        Ok(StepRow::of(&receipt, &self.names))
    }

    fn query(&self, contract: &str, message: MessageInput<'_>) -> Result<StepRow, String> {
        let contract = self.names.resolve(contract)?;
        let input = self.input(message)?;
        let place = (self.height, self.time());
        let outcome = self.chain.view(&self.state, place, contract, &input);
        let mut row = StepRow {
            gas_used: outcome.gas_used,
            gas: Gas::of(0, &outcome.gas),
            log: outcome.log.clone(),
            ..StepRow::default()
        };
        match outcome.answer() {
            Ok(answer) => row.answered(&answer),
            Err(failure) => row.error = Some(failure.text),
        }
        Ok(row)
    }

    /// At the end of a block without transactions.
    fn sudo(
        &mut self,
        contract: &str,
        message: MessageInput<'_>,
        gas: u64,
    ) -> Result<StepRow, String> {
        let contract = self.names.resolve(contract)?;
        let input = self.input(message)?;
        let height = self.next_height()?;
        let at = (height, height.saturating_mul(SECOND_US));
        let (state, receipt) = self.chain.sudo(&self.state, at, contract, &input, gas);
        self.height = height;
        self.state = state;
        Ok(StepRow::of(&receipt, &self.names))
    }

    fn input(&self, message: MessageInput<'_>) -> Result<Vec<u8>, String> {
        match (message.msg, message.text, message.hex) {
            (_, Some(text), _) => Ok(self.names.words(text)),
            (_, _, Some(hex)) => from_hex(hex).map_err(|why| why.to_string()),
            (Some(msg), None, None) => Ok(self.names.message(msg)),
            (None, None, None) => Ok(b"{}".to_vec()),
        }
    }

    /// A block with this transaction alone. A sentence when no block may hold it; then nothing happened.
    fn transact(
        &mut self,
        keys: &Keypair,
        gas_limit: u64,
        action: Action,
    ) -> Result<Receipt, String> {
        let transaction = Transaction {
            sender: keys.public(),
            nonce: self.state.nonce(&address(keys)),
            gas_limit,
            gas_price: 0,
            action,
        };
        let signed = SignedTransaction::sign(transaction, keys, &self.chain.id);
        validity::check_transaction(&signed, &self.chain.id, false)
            .map_err(|why| why.to_string())?;
        let height = self.next_height()?;
        let header = Header {
            chain: self.chain.id,
            height,
            round: 0,
            proposer: ValidatorId(0),
            parent: Hash::ZERO,
            time: height.saturating_mul(SECOND_US),
            executed: Hash::ZERO,
            state_root: self.state.root(),
            transactions: Hash::ZERO,
            salt: 0,
            extension: Default::default(),
        };
        let block = Block::new(header, vec![signed]);
        let mut done = ExecutorKind::Honest
            .executor()
            .execute(&self.chain, &self.state, &block);
        self.height = height;
        self.state = done.state;
        done.receipts
            .pop()
            .ok_or_else(|| "the block gave no receipt".into())
    }

    fn next_height(&self) -> Result<u64, String> {
        let next = self.height.checked_add(1);
        next.ok_or_else(|| "the chain has reached its last height".into())
    }

    fn time(&self) -> u64 {
        self.height.saturating_mul(SECOND_US)
    }

    fn party(&self, owner: &Address) -> Party {
        let info = self.state.info(owner);
        Party {
            name: self.names.of(owner).map(str::to_owned),
            address: bech32::encode(owner),
            hex: owner.to_string(),
            balances: self.state.account(owner).map_or_else(BTreeMap::new, |a| {
                let each = a.balances.iter();
                each.map(|(denom, amount)| (denom.to_string(), amount.to_string()))
                    .collect()
            }),
            code_id: info.map(|i| i.code_id),
            admin: info.and_then(|i| i.admin).map(|a| bech32::encode(&a)),
            label: info.map(|i| i.label.clone()),
        }
    }

    pub fn report(self) -> RunReport {
        let accounts = self.keys.values().map(|k| self.party(&address(k)));
        let contracts = self.state.contracts().map(|(at, _)| self.party(at));
        RunReport {
            failed: self.steps.iter().filter(|s| !s.ok).count(),
            accounts: accounts.collect(),
            contracts: contracts.collect(),
            state_root: self.state.root().to_string(),
            codes: self.codes,
            steps: self.steps,
        }
    }
}
