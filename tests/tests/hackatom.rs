//! Hackatom, as cosmwasm-vm publishes it, on a ledger: transactions, coins, admin, and what is refused.

use consensusforge_core::base::{Hash, hash_bytes};
use consensusforge_core::ledger::{
    Chain, Engine, Event, ExecutorKind, Genesis, Receipt, State, validity,
};
use consensusforge_core::types::{
    Action, Address, Block, Coin, Header, Keypair, SignedTransaction, Transaction, ValidatorId,
    ValidatorSet, ValidatorSets, bech32,
};
use consensusforge_core::vm::WasmEngine;
use consensusforge_tests::published::cosmwasm_vm;
use serde_json::{Value, json};
use std::sync::Arc;

const RICH: u128 = 5_000;

fn keys(name: &str) -> Keypair {
    Keypair::from_secret(hash_bytes("test-person", name.as_bytes()).0)
}

fn person(name: &str) -> Address {
    Hash(keys(name).public().0)
}

fn text(name: &str) -> String {
    bech32::encode(&person(name))
}

fn gold(amount: u128) -> Vec<Coin> {
    vec![Coin {
        denom: "gold".into(),
        amount,
    }]
}

/// A chain of one validator, a transaction a block, on which hackatom is code 1.
struct Play {
    chain: Chain,
    state: State,
    height: u64,
    last: Option<Receipt>,
}

impl Play {
    fn new(file: &str) -> Play {
        let engine: Engine = Arc::new(WasmEngine::new());
        let genesis = Genesis {
            accounts: ["creator", "verifier"]
                .map(|name| (person(name), gold(RICH)))
                .into(),
            contracts: Vec::new(),
        };
        let set = ValidatorSet::new([(keys("validator").public(), 1)]).expect("one");
        let mut play = Play {
            state: genesis.build(&engine).expect("possible"),
            chain: Chain {
                id: hash_bytes("test-chain", &[]),
                validators: ValidatorSets::new(set),
                engine,
                everywhere: false,
            },
            height: 0,
            last: None,
        };
        let wasm = cosmwasm_vm(file);
        play.act("creator", Action::Store { wasm }).expect("stored");
        play
    }

    fn act(&mut self, by: &str, action: Action) -> Result<Vec<u8>, String> {
        let keys = keys(by);
        let transaction = Transaction {
            sender: keys.public(),
            nonce: self.state.nonce(&person(by)),
            gas_limit: 100_000_000,
            gas_price: 0,
            action,
        };
        let tx = SignedTransaction::sign(transaction, &keys, &self.chain.id);
        validity::check_transaction(&tx, &self.chain.id, false).expect("may stand in a block");
        self.height += 1;
        let header = Header {
            chain: self.chain.id,
            height: self.height,
            round: 0,
            proposer: ValidatorId(0),
            parent: Hash::ZERO,
            time: self.height * 1_000_000,
            executed: Hash::ZERO,
            state_root: self.state.root(),
            transactions: Hash::ZERO,
            salt: 0,
            extension: Default::default(),
        };
        let block = Block::new(header, vec![tx]);
        let before = self.state.supply_of("gold");
        let executor = ExecutorKind::Honest.executor();
        let mut done = executor.execute(&self.chain, &self.state, &block);
        self.state = done.state;
        assert_eq!(
            self.state.supply_of("gold"),
            before,
            "nothing is made or lost"
        );
        let receipt = done.receipts.pop().expect("one");
        if receipt.result.is_err() {
            assert_eq!(
                (&receipt.events[..], &receipt.storage[..]),
                (&[][..], &[][..])
            );
        }
        let result = receipt.result.clone();
        self.last = Some(receipt);
        result
    }

    fn make(&mut self, funds: Vec<Coin>, salt: Option<&str>) -> Result<Address, String> {
        let msg = json!({"verifier": text("verifier"), "beneficiary": text("beneficiary")});
        let action = Action::Instantiate {
            code_id: 1,
            admin: Some(person("creator")),
            label: "hackatom".into(),
            input: msg.to_string().into_bytes(),
            funds,
            salt: salt.map(|s| s.as_bytes().to_vec()),
        };
        self.act("creator", action)?;
        Ok(self.last.as_ref().and_then(|r| r.created).expect("made"))
    }

    fn execute(
        &mut self,
        by: &str,
        contract: Address,
        msg: &Value,
        funds: Vec<Coin>,
    ) -> Result<Vec<u8>, String> {
        let action = Action::Execute {
            contract,
            input: msg.to_string().into_bytes(),
            funds,
        };
        self.act(by, action)
    }

    /// To code 2.
    fn migrate(&mut self, by: &str, contract: Address, msg: &Value) -> Result<Vec<u8>, String> {
        let action = Action::Migrate {
            contract,
            code_id: 2,
            input: msg.to_string().into_bytes(),
        };
        self.act(by, action)
    }

    fn verifier(&self, contract: Address) -> Value {
        let place = (self.height, self.height * 1_000_000);
        let question = json!({"verifier": {}}).to_string();
        let outcome = self
            .chain
            .view(&self.state, place, contract, question.as_bytes());
        let answer = outcome.answer().expect("an answer");
        serde_json::from_slice::<Value>(&answer).expect("JSON")["verifier"].clone()
    }

    fn gold(&self, of: &Address) -> u128 {
        self.state.balance(of, "gold")
    }

    /// Attributes of the last transaction's events, `kind.key=value`.
    fn announced(&self) -> Vec<String> {
        let events = self
            .last
            .iter()
            .flat_map(|r| &r.events)
            .map(Event::to_typed);
        events
            .flat_map(|e| {
                let kind = e.kind.clone();
                let each = e.attributes.into_iter();
                each.map(move |(k, v)| format!("{kind}.{k}={v}"))
            })
            .collect()
    }
}

fn release() -> Value {
    json!({"release": {"denom": "gold"}})
}

#[test]
fn what_was_locked_up_is_released_by_the_verifier_alone() {
    for file in ["hackatom.wasm", "hackatom_1.0.wasm"] {
        let mut play = Play::new(file);
        // Older ones know one way to say it.
        let release = if file == "hackatom.wasm" {
            release()
        } else {
            json!({"release": {}})
        };
        let contract = play.make(gold(1_000), None).expect("made");
        assert_eq!(play.gold(&contract), 1_000);
        assert_eq!(play.gold(&person("creator")), RICH - 1_000);
        assert_eq!(play.verifier(contract), json!(text("verifier")));

        let why = play
            .execute("creator", contract, &release, gold(5))
            .unwrap_err();
        assert_eq!(why, "Unauthorized", "{file}");
        // The coins that went along are back.
        assert_eq!(play.gold(&contract), 1_000);
        assert_eq!(play.gold(&person("creator")), RICH - 1_000);

        // What the verifier sends along is there before the contract looks.
        play.execute("verifier", contract, &release, gold(7))
            .expect("released");
        assert_eq!(play.gold(&person("beneficiary")), 1_007);
        assert_eq!(play.gold(&contract), 0);
        assert_eq!(play.gold(&person("verifier")), RICH - 7);
        let announced = play.announced();
        let wanted = [
            "wasm.action=release".into(),
            format!("wasm.destination={}", text("beneficiary")),
        ];
        for attribute in &wanted {
            assert!(
                announced.contains(attribute),
                "{attribute} in {announced:?}"
            );
        }
        assert!(
            announced.contains(&"transfer.amount=1007gold".into()),
            "{announced:?}"
        );
    }
}

#[test]
fn funds_that_are_not_there_make_no_contract() {
    let mut play = Play::new("hackatom.wasm");
    let why = play.make(gold(RICH + 1), None).unwrap_err();
    assert!(why.contains("gold"), "{why}");
    assert_eq!(play.state.contracts().count(), 0);
    assert_eq!(play.gold(&person("creator")), RICH);
    let contract = play.make(Vec::new(), None).expect("made");
    let why = play
        .execute("verifier", contract, &release(), gold(RICH + 1))
        .unwrap_err();
    assert!(why.contains("gold"), "{why}");
    assert_eq!(play.gold(&person("verifier")), RICH);
}

/// From a contract of cosmwasm-std 1 to its successor: new code, the storage it had.
#[test]
fn the_admin_migrates_and_a_stranger_does_not() {
    let mut play = Play::new("hackatom_1.3.wasm");
    let wasm = cosmwasm_vm("hackatom.wasm");
    play.act("creator", Action::Store { wasm }).expect("stored");
    let contract = play.make(gold(10), None).expect("made");
    let msg = json!({"verifier": text("creator")});
    let why = play.migrate("verifier", contract, &msg).unwrap_err();
    assert!(why.contains("only the contract's admin"), "{why}");
    let why = play
        .migrate("creator", contract, &json!({"verifier": 7}))
        .unwrap_err();
    assert!(why.contains("invalid type: integer `7`"), "{why}");
    assert_eq!(play.verifier(contract), json!(text("verifier")));
    let code = |play: &Play| play.state.info(&contract).expect("known").code_id;
    assert_eq!(code(&play), 1);
    play.migrate("creator", contract, &msg).expect("migrated");
    assert_eq!(code(&play), 2);
    assert_eq!(play.verifier(contract), json!(text("creator")));
    assert!(
        play.execute("verifier", contract, &release(), Vec::new())
            .is_err()
    );
    play.execute("creator", contract, &release(), Vec::new())
        .expect("the new verifier");
    assert_eq!(play.gold(&person("beneficiary")), 10);
    // Without an admin nobody may, for ever.
    let nobody = Action::SetAdmin {
        contract,
        admin: None,
    };
    play.act("creator", nobody).expect("given up");
    let why = play.migrate("creator", contract, &msg).unwrap_err();
    assert!(why.contains("no admin"), "{why}");
}

/// Hackatom declares version 420 of its data: for code with the same one there is nothing to migrate, and
/// as on a real chain it is not called.
#[test]
fn code_of_the_same_migrate_version_is_put_in_without_a_call() {
    let mut play = Play::new("hackatom.wasm");
    let wasm = cosmwasm_vm("hackatom.wasm");
    play.act("creator", Action::Store { wasm }).expect("stored");
    let contract = play.make(Vec::new(), None).expect("made");
    let msg = json!({"verifier": text("creator")});
    play.migrate("creator", contract, &msg).expect("migrated");
    assert_eq!(play.state.info(&contract).expect("known").code_id, 2);
    assert_eq!(play.verifier(contract), json!(text("verifier")));
    assert!(play.announced().contains(&"migrate.code_id=2".into()));
    // Back to an older one it is called, and says no.
    let wasm = cosmwasm_vm("hackatom_1.3.wasm");
    play.act("creator", Action::Store { wasm }).expect("stored");
    let back = Action::Migrate {
        contract,
        code_id: 3,
        input: msg.to_string().into_bytes(),
    };
    play.act("creator", back)
        .expect("1.3 does not look at versions");
    assert_eq!(play.verifier(contract), json!(text("creator")));
}

/// `sudo` is the chain's to call, and no transaction says so.
#[test]
fn nobody_reaches_sudo() {
    let mut play = Play::new("hackatom.wasm");
    let contract = play.make(gold(10), None).expect("made");
    let steal = json!({"steal_funds": {"recipient": text("thief"),
        "amount": [{"denom": "gold", "amount": "10"}]}});
    for by in ["creator", "verifier"] {
        let why = play.execute(by, contract, &steal, Vec::new()).unwrap_err();
        assert!(why.contains("unknown variant `steal_funds`"), "{why}");
    }
    assert_eq!((play.gold(&contract), play.gold(&person("thief"))), (10, 0));
}

#[test]
fn loops_and_panics_end_with_what_they_cost() {
    let mut play = Play::new("hackatom.wasm");
    let contract = play.make(gold(10), None).expect("made");
    for (msg, words) in [
        (json!({"cpu_loop": {}}), "ran out of gas"),
        (json!({"storage_loop": {}}), "ran out of gas"),
        (json!({"panic": {}}), "the contract panicked"),
    ] {
        let why = play
            .execute("verifier", contract, &msg, gold(3))
            .unwrap_err();
        assert!(why.contains(words), "{msg}: {why}");
        let used = play.last.as_ref().map(|r| r.gas_used);
        assert_eq!(
            used == Some(100_000_000),
            words == "ran out of gas",
            "{used:?}"
        );
    }
    assert_eq!(
        (play.gold(&contract), play.gold(&person("verifier"))),
        (10, RICH)
    );
    play.execute(
        "verifier",
        contract,
        &json!({"user_errors_in_api_calls": {}}),
        Vec::new(),
    )
    .expect("it checks the chain itself");
}

#[test]
fn a_salt_chooses_an_address_once() {
    let mut play = Play::new("hackatom.wasm");
    let first = play.make(Vec::new(), Some("pepper")).expect("made");
    let again = play.make(gold(1), Some("pepper")).unwrap_err();
    assert!(again.contains("already"), "{again}");
    let other = play.make(Vec::new(), Some("salt")).expect("made");
    assert_ne!(first, other);
    assert_eq!(play.gold(&person("creator")), RICH);
}

/// What hackatom's `sudo` is for: the chain alone may do it, and what follows is carried out.
#[test]
fn the_chain_itself_may_take_what_nobody_else_may() {
    let mut play = Play::new("hackatom.wasm");
    let contract = play.make(gold(1_000), None).expect("made");
    let steal = |amount: &str| {
        json!({"steal_funds": {"recipient": text("thief"),
            "amount": [{"denom": "gold", "amount": amount}]}})
        .to_string()
        .into_bytes()
    };
    let at = (play.height + 1, (play.height + 1) * 1_000_000);
    let sudo = |amount: &str, gas: u64| {
        play.chain
            .sudo(&play.state, at, contract, &steal(amount), gas)
    };
    let (state, receipt) = sudo("700", 10_000_000);
    assert_eq!(receipt.result, Ok(Vec::new()));
    assert_eq!(state.balance(&person("thief"), "gold"), 700);
    assert_eq!(state.balance(&contract, "gold"), 300);
    assert_eq!(receipt.gas.transaction, 0);
    assert!(receipt.gas_used > 0 && receipt.gas_used < 10_000_000);
    // The same again gives the same, and too much, or too little gas, leaves what was there.
    assert_eq!(sudo("700", 10_000_000).0.root(), state.root());
    for (amount, gas) in [
        ("1001", 10_000_000),
        ("700", receipt.gas_used - 1),
        ("1", 0),
    ] {
        let (state, receipt) = sudo(amount, gas);
        assert!(receipt.result.is_err());
        assert_eq!(receipt.events, []);
        assert_eq!(state.root(), play.state.root());
    }
    let why = play
        .execute(
            "creator",
            contract,
            &serde_json::from_slice(&steal("700")).expect("JSON"),
            Vec::new(),
        )
        .unwrap_err();
    assert!(why.contains("steal_funds"), "{why}");
}

/// Lists of real contracts cost more than a transaction usually may: a question has more to spend than a
/// block of the default rules.
#[test]
fn a_question_may_cost_more_than_a_block() {
    let mut play = Play::new("hackatom.wasm");
    let contract = play.make(Vec::new(), None).expect("made");
    let question = json!({"recurse": {"depth": 0, "work": 8_000}}).to_string();
    let at = (play.height, play.height * 1_000_000);
    let outcome = play
        .chain
        .view(&play.state, at, contract, question.as_bytes());
    assert!(outcome.gas_used > 50_000_000, "{}", outcome.gas_used);
    assert!(outcome.answer().is_ok());
}
