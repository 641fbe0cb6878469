//! A chain of one validator and one person, a transaction a block, for what takes more than one contract.

use consensusforge_core::base::{Hash, hash_bytes};
use consensusforge_core::ledger::{
    CallTree, Chain, Engine, ExecutorKind, Genesis, State, addresses, validity,
};
use consensusforge_core::types::{
    Action, Address, Block, Coin, Header, Keypair, SignedTransaction, Transaction, ValidatorId,
    ValidatorSet, ValidatorSets, bech32,
};
use consensusforge_core::vm::WasmEngine;
use std::sync::Arc;

const GAS: u64 = 20_000_000;

pub struct Play {
    pub chain: Chain,
    pub state: State,
    height: u64,
    codes: u64,
    contracts: u64,
}

fn keys(name: &str) -> Keypair {
    Keypair::from_secret(hash_bytes("catalogue-person", name.as_bytes()).0)
}

pub fn person() -> Address {
    Hash(keys("person").public().0)
}

/// The address of the `n`-th contract, made of code `code`, as it is written.
pub fn written(code: u64, n: u64) -> String {
    bech32::encode(&addresses::instantiated(code, n))
}

pub fn gold(amount: u128) -> Vec<Coin> {
    vec![Coin {
        denom: "gold".into(),
        amount,
    }]
}

impl Play {
    /// A chain with these modules as codes 1, 2 and so on, and a contract of each, which the person may
    /// migrate and which owns 50 gold.
    pub fn new(codes: &[Arc<[u8]>]) -> Play {
        let mut play = Play::bare(codes);
        for code in 1..=play.codes {
            play.make(code, None);
        }
        play
    }

    /// A chain with these modules as codes 1, 2 and so on.
    pub fn bare(codes: &[Arc<[u8]>]) -> Play {
        let engine: Engine = Arc::new(WasmEngine::new());
        let genesis = Genesis {
            accounts: vec![(person(), gold(1_000))],
            contracts: Vec::new(),
        };
        let set = ValidatorSet::new([(keys("validator").public(), 1)]).expect("one validator");
        let mut play = Play {
            state: genesis.build(&engine).expect("a small genesis"),
            chain: Chain {
                id: hash_bytes("catalogue-chain", &[]),
                validators: ValidatorSets::new(set),
                engine,
                everywhere: false,
            },
            height: 0,
            codes: 0,
            contracts: 0,
        };
        for wasm in codes {
            play.codes += 1;
            play.act(Action::Store { wasm: wasm.clone() });
        }
        play
    }

    /// Makes a contract of a code.
    pub fn make(&mut self, code_id: u64, salt: Option<&str>) -> String {
        self.contracts += 1;
        self.act(Action::Instantiate {
            code_id,
            admin: Some(person()),
            label: "guest".into(),
            input: b"{}".to_vec(),
            funds: gold(50),
            salt: salt.map(|s| s.as_bytes().to_vec()),
        })
    }

    /// Calls the contract made of code 1.
    pub fn execute(&mut self, funds: Vec<Coin>) -> String {
        self.act(Action::Execute {
            contract: addresses::instantiated(1, 1),
            input: b"{}".to_vec(),
            funds,
        })
    }

    /// The next block, with these actions of the person.
    pub fn block(&self, actions: Vec<Action>) -> Arc<Block> {
        let keys = keys("person");
        let first = self.state.nonce(&person());
        let signed = (first..).zip(actions).map(|(nonce, action)| {
            let transaction = Transaction {
                sender: keys.public(),
                nonce,
                gas_limit: GAS,
                gas_price: 0,
                action,
            };
            SignedTransaction::sign(transaction, &keys, &self.chain.id)
        });
        let height = self.height + 1;
        let header = Header {
            chain: self.chain.id,
            height,
            round: 0,
            proposer: ValidatorId(0),
            parent: Hash::ZERO,
            time: height * 1_000_000,
            executed: Hash::ZERO,
            state_root: self.state.root(),
            transactions: Hash::ZERO,
            salt: 0,
            extension: Default::default(),
        };
        Block::new(header, signed.collect())
    }

    /// What came of an action: gas, answer or sentence, how many calls, events and gold follow.
    pub fn act(&mut self, action: Action) -> String {
        let block = self.block(vec![action]);
        if let Err(why) = validity::check_transaction(&block.transactions[0], &self.chain.id, false)
        {
            return format!("no block takes it: {why}");
        }
        self.height += 1;
        let executor = ExecutorKind::Honest.executor();
        let done = executor.execute(&self.chain, &self.state, &block);
        let supply = self.state.supply_of("gold");
        self.state = done.state;
        let receipt = &done.receipts[0];
        let calls = receipt.calls.as_ref().map_or(0, count);
        let end = match &receipt.result {
            Ok(data) => format!("answers {:?}", String::from_utf8_lossy(data)),
            Err(why) => format!("fails: {why}"),
        };
        let burnt = supply - self.state.supply_of("gold");
        format!(
            "{} gas, {end} ({calls} calls, {} events, {} keys changed, {burnt} gold burnt, root {})",
            receipt.gas_used,
            receipt.events.len(),
            receipt.storage.len(),
            self.state.root().short(8)
        )
    }
}

fn count(tree: &CallTree) -> u64 {
    tree.children.iter().map(count).sum::<u64>() + tree.omitted + 1
}
