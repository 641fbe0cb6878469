//! The room's tests on a small chain: four validators, a few people, coins of three kinds.

mod contracts;
mod cosmwasm;
mod first_state;
mod forks;
mod instances;
mod messages;
mod proofs;
mod questions;
mod replies;
mod savepoints;
mod scripted;
mod shared;
mod stream;
mod supply;
mod token_factory;
mod transfers;
mod waiting;
mod walks;

use super::workload::account;
use super::*;
use crate::base::{Hash, hash_bytes, limits};
use crate::types::transaction::NATIVE_DENOM;
use crate::types::{
    Action, Address, Block, Coin, Header, Keypair, SignedTransaction, Transaction, ValidatorId,
    ValidatorSet, ValidatorSets,
};
use crate::vm::WasmEngine;
use std::sync::Arc;

/// What everybody of [`people`] owns of each denomination.
const RICH: u128 = 1_000_000_000;
const DENOMS: [&str; 3] = [NATIVE_DENOM, "gold", "pool/1"];
const PEOPLE: u64 = 4;

fn chain() -> Chain {
    let keys = (0..4).map(|i| (validator(i).public(), 1));
    Chain {
        id: hash_bytes("test-chain", &[]),
        validators: ValidatorSets::new(ValidatorSet::new(keys).unwrap()),
        engine: Arc::new(WasmEngine::new()),
        everywhere: false,
    }
}

fn validator(i: u8) -> Keypair {
    Keypair::from_secret([100 + i; 32])
}

fn person(i: u64) -> Address {
    workload::address(i)
}

fn coin(denom: &str, amount: u128) -> Coin {
    Coin {
        denom: denom.into(),
        amount,
    }
}

fn genesis() -> Genesis {
    Genesis {
        accounts: (0..PEOPLE)
            .map(|i| (person(i), DENOMS.map(|d| coin(d, RICH)).to_vec()))
            .collect(),
        contracts: Vec::new(),
    }
}

fn start() -> (Chain, State) {
    let chain = chain();
    let state = genesis().build(&chain.engine).unwrap();
    (chain, state)
}

fn transaction(from: u64, nonce: u64, action: Action) -> Transaction {
    Transaction {
        sender: account(from).public(),
        nonce,
        gas_limit: prices::of(&action) + 200_000,
        gas_price: 2,
        action,
    }
}

fn sign(transaction: Transaction) -> Arc<SignedTransaction> {
    let signer = (0..PEOPLE + 2)
        .map(account)
        .find(|k| k.public() == transaction.sender)
        .unwrap();
    SignedTransaction::sign(transaction, &signer, &chain().id)
}

fn transfer(from: u64, nonce: u64, to: Address, coin: Coin) -> Arc<SignedTransaction> {
    sign(transaction(from, nonce, Action::Transfer { to, coin }))
}

fn call(from: u64, nonce: u64, contract: Address, input: &[u8]) -> Transaction {
    transaction(
        from,
        nonce,
        Action::Call {
            contract,
            input: input.to_vec(),
            funds: None,
        },
    )
}

fn deploy(from: u64, nonce: u64, wasm: &[u8]) -> Arc<SignedTransaction> {
    sign(transaction(
        from,
        nonce,
        Action::Deploy {
            wasm: wasm.into(),
            input: Vec::new(),
            funds: None,
        },
    ))
}

fn block(transactions: Vec<Arc<SignedTransaction>>) -> Arc<Block> {
    salted(0, transactions)
}

fn salted(salt: u64, transactions: Vec<Arc<SignedTransaction>>) -> Arc<Block> {
    let header = Header {
        chain: chain().id,
        height: 1,
        round: 0,
        proposer: ValidatorId(0),
        parent: Hash::ZERO,
        time: 0,
        executed: Hash::ZERO,
        state_root: Hash::ZERO,
        transactions: Hash::ZERO,
        salt,
        extension: Default::default(),
    };
    Block::new(header, transactions)
}

/// Checks and executes a block of these transactions.
fn run(chain: &Chain, state: &State, transactions: Vec<Arc<SignedTransaction>>) -> Execution {
    let block = block(transactions);
    check_block(chain, state, &block).unwrap();
    executor::Honest.execute(chain, state, &block)
}

fn proposer() -> Address {
    Hash(validator(0).public().0)
}

fn failure(receipt: &Receipt) -> &str {
    receipt.result.as_ref().unwrap_err()
}
