//! CosmWasm contracts as they were published, on one engine and a chain in a map.

use consensusforge_core::base::Hash;
use consensusforge_core::base::digest::sha256;
use consensusforge_core::types::{Coin, bech32};
use consensusforge_core::vm::scratch::ScratchHost;
use consensusforge_core::vm::{
    CallContext, ContractEngine, Entry, Event, FailureKind, Message, Outcome, Reply, ReplyOn,
    Response, WasmEngine,
};
use consensusforge_tests::published::cosmwasm_vm;
use serde_json::{Value, json};
use std::sync::Arc;

const GAS: u64 = 200_000_000;

fn person(name: &str) -> Hash {
    sha256(name.as_bytes())
}

fn text(name: &str) -> String {
    bech32::encode(&person(name))
}

/// One contract and its storage.
struct Contract {
    engine: WasmEngine,
    wasm: Arc<[u8]>,
    host: ScratchHost,
    funds: Vec<Coin>,
    sender: Hash,
}

impl Contract {
    fn new(wasm: Arc<[u8]>) -> Contract {
        Contract {
            engine: WasmEngine::new(),
            wasm,
            host: ScratchHost {
                contract: person("contract").0,
                ..ScratchHost::default()
            },
            funds: Vec::new(),
            sender: person("creator"),
        }
    }

    fn published(name: &str) -> Contract {
        Contract::new(cosmwasm_vm(name))
    }

    fn context(&self, entry: Entry, message: &Value) -> CallContext {
        let input = message.to_string().into_bytes();
        let mut ctx = CallContext::new(entry, self.sender.0, person("contract").0, input);
        ctx.height = 12_345;
        ctx.time_ns = 1_571_797_419_879_305_533;
        ctx.chain_id = "forge-1".into();
        ctx.transaction = Some(3);
        ctx.funds.clone_from(&self.funds);
        ctx
    }

    fn try_with(&mut self, ctx: &CallContext, gas: u64) -> Outcome {
        let before = self.host.clone();
        let outcome = self
            .engine
            .run(sha256(&self.wasm), &self.wasm, ctx, gas, &mut self.host);
        assert_eq!(outcome.gas.total(), outcome.gas_used, "gas by category");
        if outcome.result.is_err() {
            self.host = before;
        }
        outcome
    }

    fn attempt(&mut self, entry: Entry, message: &Value) -> Outcome {
        let ctx = self.context(entry, message);
        self.try_with(&ctx, GAS)
    }

    #[track_caller]
    fn run(&mut self, entry: Entry, message: &Value) -> Response {
        let outcome = self.attempt(entry, message);
        outcome
            .result
            .unwrap_or_else(|failure| panic!("{message}: {failure} {:?}", outcome.log))
    }

    #[track_caller]
    fn ask(&mut self, message: &Value) -> Value {
        let answer = self.run(Entry::View, message).data.unwrap_or_default();
        serde_json::from_slice(&answer).unwrap_or_else(|e| panic!("{e}: {answer:?}"))
    }

    #[track_caller]
    fn fails(&mut self, entry: Entry, message: &Value) -> (FailureKind, String) {
        match self.attempt(entry, message).result {
            Ok(response) => panic!("{message} succeeded with {response:?}"),
            Err(failure) => (failure.kind, failure.text),
        }
    }
}

fn hackatom() -> Contract {
    let mut hackatom = Contract::published("hackatom.wasm");
    let message = json!({"verifier": text("verifier"), "beneficiary": text("beneficiary")});
    hackatom.run(Entry::Init, &message);
    hackatom
}

#[test]
fn hackatom_runs_from_every_entry_point() {
    let mut contract = Contract::published("hackatom.wasm");
    contract.funds = vec![Coin {
        denom: "forge".into(),
        amount: 1_000,
    }];
    let message = json!({"verifier": text("verifier"), "beneficiary": text("beneficiary")});
    let response = contract.run(Entry::Init, &message);
    assert_eq!(response.data, None);
    let mine = bech32::encode(&person("contract"));
    assert_eq!(
        response.events,
        [Event::new(
            "wasm",
            &[("_contract_address", &mine), ("Let the", "hacking begin")]
        )]
    );
    assert_eq!(
        contract.ask(&json!({"verifier": {}})),
        json!({"verifier": text("verifier")})
    );

    // Only the verifier may release what the contract holds.
    contract.funds.clear();
    contract.host.balances.insert(person("contract").0, 1_000);
    let release = json!({"release": {"denom": "forge"}});
    let (kind, why) = contract.fails(Entry::Call, &release);
    assert_eq!(
        (kind, why.as_str()),
        (FailureKind::Contract, "Unauthorized")
    );
    contract.sender = person("verifier");
    let response = contract.run(Entry::Call, &release);
    let [sent] = response.messages.as_slice() else {
        panic!("{response:?}")
    };
    assert_eq!(
        sent.message,
        Message::Send {
            to: person("beneficiary"),
            amount: vec![Coin {
                denom: "forge".into(),
                amount: 1_000
            }]
        }
    );
    assert_eq!(sent.reply_on, ReplyOn::Never);

    let steal = json!({"steal_funds": {"recipient": text("thief"),
        "amount": [{"denom": "forge", "amount": "7"}]}});
    let response = contract.run(Entry::Sudo, &steal);
    assert_eq!(response.messages.len(), 1);

    contract.run(Entry::Migrate, &json!({"verifier": text("another")}));
    assert_eq!(
        contract.ask(&json!({"verifier": {}})),
        json!({"verifier": text("another")})
    );
    // It has no `reply`.
    let mut ctx = contract.context(Entry::Reply, &json!({}));
    ctx.reply = Some(Reply {
        id: 1,
        payload: Vec::new(),
        gas_used: 0,
        result: Err("no".into()),
    });
    let failure = contract.try_with(&ctx, GAS).result.unwrap_err();
    assert_eq!(failure.text, "the contract has no entry point `reply`");
}

#[test]
fn hackatom_tests_the_chain_itself() {
    let mut contract = hackatom();
    contract.run(Entry::Call, &json!({"user_errors_in_api_calls": {}}));
    let (kind, why) = contract.fails(Entry::Call, &json!({"panic": {}}));
    assert_eq!(kind, FailureKind::Trap);
    assert!(
        why.starts_with("the contract panicked: ")
            && why.contains("This page intentionally faulted"),
        "{why}"
    );
    for endless in ["cpu_loop", "storage_loop"] {
        let ctx = contract.context(Entry::Call, &json!({endless: {}}));
        let outcome = contract.try_with(&ctx, 20_000_000);
        assert_eq!(outcome.gas_used, 20_000_000, "{endless}");
        assert_eq!(
            outcome.result.unwrap_err().kind,
            FailureKind::OutOfGas,
            "{endless}"
        );
    }
    let (_, why) = contract.fails(Entry::Call, &json!({"memory_loop": {}}));
    assert!(
        why.starts_with("the contract panicked") || why.starts_with("the call ran out of gas"),
        "{why}"
    );
    let (_, why) = contract.fails(Entry::Init, &json!({"verifier": 7}));
    assert!(why.contains("invalid type: integer `7`"), "{why}");
}
