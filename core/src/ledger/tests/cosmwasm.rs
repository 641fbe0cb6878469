//! Real contracts on the ledger: published ones as they come, and samples.

use super::*;
use crate::base::slices::finish;
use crate::ledger::addresses;
use crate::types::bech32;
use crate::vm::builtin::named;
use serde_json::{Value, json};

/// A chain that goes on block by block.
struct Play {
    chain: Chain,
    state: State,
    nonces: [u64; PEOPLE as usize],
    height: u64,
    receipts: Vec<Receipt>,
}

fn name(i: u64) -> String {
    bech32::encode(&person(i))
}

impl Play {
    /// With code of these names stored, ids from 1.
    fn with(codes: &[&str]) -> Play {
        let (chain, state) = start();
        let mut play = Play {
            chain,
            state,
            nonces: [0; PEOPLE as usize],
            height: 0,
            receipts: Vec::new(),
        };
        for code in codes {
            let wasm = named(code).unwrap().wasm().unwrap().into();
            play.act(0, Action::Store { wasm }).unwrap();
        }
        play
    }

    fn act(&mut self, from: u64, action: Action) -> Result<Vec<u8>, String> {
        let nonce = self.nonces[from as usize];
        self.nonces[from as usize] += 1;
        let mut t = transaction(from, nonce, action);
        t.gas_limit += 40_000_000;
        t.gas_price = 0;
        self.height += 1;
        let tx = sign(t);
        validity::check_transaction(&tx, &self.chain.id, false).unwrap();
        let mut one = (*block(vec![tx])).clone();
        one.header.height = self.height;
        one.header.time = self.height * 1_000_000;
        let done = Executor::execute(&executor::Honest, &self.chain, &self.state, &one);
        self.state = done.state;
        self.receipts = done.receipts;
        let receipt = &self.receipts[0];
        if let Some(calls) = &receipt.calls {
            assert_eq!(calls.total().total(), calls.gas_used, "{calls:?}");
        }
        receipt.result.clone()
    }

    fn make(&mut self, from: u64, code_id: u64, msg: &Value, funds: Vec<Coin>) -> Address {
        let action = Action::Instantiate {
            code_id,
            admin: Some(person(from)),
            label: "test".into(),
            input: msg.to_string().into_bytes(),
            funds,
            salt: None,
        };
        self.act(from, action).unwrap();
        self.receipts[0].created.unwrap()
    }

    fn execute(
        &mut self,
        from: u64,
        contract: Address,
        msg: &Value,
        funds: Vec<Coin>,
    ) -> Result<Vec<u8>, String> {
        let action = Action::Execute {
            contract,
            input: msg.to_string().into_bytes(),
            funds,
        };
        self.act(from, action)
    }

    fn ask(&self, contract: Address, msg: &Value) -> Value {
        let place = (self.height, self.height * 1_000_000);
        let answer = self
            .chain
            .view(&self.state, place, contract, msg.to_string().as_bytes())
            .answer()
            .unwrap();
        serde_json::from_slice(&answer).unwrap()
    }

    /// Attributes of the last transaction's events, `kind.key=value`.
    fn announced(&self) -> Vec<String> {
        let events = self.receipts[0].events.iter().map(Event::to_typed);
        events
            .flat_map(|e| {
                let kind = e.kind.clone();
                e.attributes
                    .into_iter()
                    .map(move |(k, v)| format!("{kind}.{k}={v}"))
            })
            .collect()
    }
}

#[test]
fn cw20_base_as_published() {
    let mut play = Play::with(&["cw20-base"]);
    let token = play.make(
        0,
        1,
        &json!({"name": "Play", "symbol": "PLAY", "decimals": 6,
            "initial_balances": [{"address": name(0), "amount": "1000"}],
            "mint": {"minter": name(1)}}),
        Vec::new(),
    );
    let balance = |play: &Play, who| play.ask(token, &json!({"balance": {"address": name(who)}}));
    let send = |amount: &str| json!({"transfer": {"recipient": name(2), "amount": amount}});
    play.execute(0, token, &send("10"), Vec::new()).unwrap();
    assert!(
        play.announced().contains(&"wasm.action=transfer".into()),
        "{:?}",
        play.announced()
    );
    assert_eq!(balance(&play, 0), json!({"balance": "990"}));
    assert_eq!(balance(&play, 2), json!({"balance": "10"}));
    // More than there is: refused, nothing moved, the fee's nonce counted.
    let why = play
        .execute(0, token, &send("991"), Vec::new())
        .unwrap_err();
    assert!(why.contains("Cannot Sub"), "{why}");
    let why = play
        .execute(0, token, &json!({"transfr": {}}), Vec::new())
        .unwrap_err();
    assert!(why.contains("unknown variant"), "{why}");
    let mint = json!({"mint": {"recipient": name(3), "amount": "5"}});
    assert!(play.execute(0, token, &mint, Vec::new()).is_err());
    play.execute(1, token, &mint, Vec::new()).unwrap();
    play.execute(
        0,
        token,
        &json!({"increase_allowance": {"spender": name(3), "amount": "100"}}),
        Vec::new(),
    )
    .unwrap();
    play.execute(
        3,
        token,
        &json!({"transfer_from": {"owner": name(0), "recipient": name(3), "amount": "40"}}),
        Vec::new(),
    )
    .unwrap();
    play.execute(3, token, &json!({"burn": {"amount": "1"}}), Vec::new())
        .unwrap();
    assert_eq!(balance(&play, 0), json!({"balance": "950"}));
    assert_eq!(balance(&play, 3), json!({"balance": "44"}));
    assert_eq!(
        play.ask(token, &json!({"token_info": {}}))["total_supply"],
        "1004"
    );
    // Iterators: accounts in the order of their keys.
    let all = play.ask(token, &json!({"all_accounts": {"limit": 30}}));
    let mut expected = [name(0), name(2), name(3)];
    expected.sort();
    assert_eq!(all["accounts"], json!(expected));
}

#[test]
fn cw721_base_as_published() {
    let mut play = Play::with(&["cw721-base"]);
    let plates = play.make(
        0,
        1,
        &json!({"name": "Plates", "symbol": "PLATE", "minter": name(0)}),
        Vec::new(),
    );
    for id in ["1", "2"] {
        let mint = json!({"mint": {"token_id": id, "owner": name(0), "token_uri": null,
            "extension": null}});
        play.execute(0, plates, &mint, Vec::new()).unwrap();
        assert!(play.execute(0, plates, &mint, Vec::new()).is_err());
    }
    let give = json!({"transfer_nft": {"recipient": name(1), "token_id": "1"}});
    assert!(play.execute(2, plates, &give, Vec::new()).is_err());
    play.execute(0, plates, &give, Vec::new()).unwrap();
    let owner =
        |play: &Play, id| play.ask(plates, &json!({"owner_of": {"token_id": id}}))["owner"].clone();
    assert_eq!(owner(&play, "1"), json!(name(1)));
    assert_eq!(owner(&play, "2"), json!(name(0)));
    let count = play.ask(plates, &json!({"num_tokens": {}}));
    assert_eq!(count["count"], 2);
    let all = play.ask(plates, &json!({"all_tokens": {"limit": 10}}));
    assert_eq!(all["tokens"], json!(["1", "2"]));
}

#[test]
fn cw3_fixed_multisig_as_published() {
    let mut play = Play::with(&["cw3-fixed-multisig"]);
    let voters: Vec<Value> = (0..3)
        .map(|i| json!({"addr": name(i), "weight": 1}))
        .collect();
    let safe = play.make(
        0,
        1,
        &json!({"voters": voters, "threshold": {"absolute_count": {"weight": 2}},
            "max_voting_period": {"height": 1000}}),
        vec![coin("gold", 50)],
    );
    let pay = json!({"propose": {"title": "pay", "description": "a friend", "msgs": [
        {"bank": {"send": {"to_address": name(3), "amount": [{"denom": "gold", "amount": "20"}]}}}]}});
    play.execute(0, safe, &pay, Vec::new()).unwrap();
    let execute = json!({"execute": {"proposal_id": 1}});
    assert!(play.execute(0, safe, &execute, Vec::new()).is_err());
    let vote = json!({"vote": {"proposal_id": 1, "vote": "yes"}});
    assert!(play.execute(3, safe, &vote, Vec::new()).is_err());
    play.execute(1, safe, &vote, Vec::new()).unwrap();
    play.execute(2, safe, &execute, Vec::new()).unwrap();
    assert_eq!(play.state.balance(&safe, "gold"), 30);
    assert_eq!(play.state.balance(&person(3), "gold"), RICH + 20);
    assert!(play.execute(2, safe, &execute, Vec::new()).is_err());
}

#[test]
fn counter_escrow_and_auction() {
    let mut play = Play::with(&["cw-counter", "cw-escrow", "cw-auction"]);
    let counter = play.make(0, 1, &json!({"start": 5}), Vec::new());
    play.execute(1, counter, &json!({"add": {"by": 2}}), Vec::new())
        .unwrap();
    assert_eq!(
        play.ask(counter, &json!({"count": {}})),
        json!({"count": 7})
    );
    let why = play
        .execute(1, counter, &json!({"reset": {}}), Vec::new())
        .unwrap_err();
    assert!(why.contains("only who made the counter"), "{why}");
    play.act(
        0,
        Action::Migrate {
            contract: counter,
            code_id: 1,
            input: br#"{"note": "again"}"#.to_vec(),
        },
    )
    .unwrap();
    assert_eq!(
        play.ask(counter, &json!({"count": {}})),
        json!({"count": 7})
    );

    let escrow = play.make(
        0,
        2,
        &json!({"seller": name(1), "arbiter": name(2)}),
        vec![coin("gold", 30)],
    );
    assert!(
        play.execute(1, escrow, &json!({"release": {}}), Vec::new())
            .is_err()
    );
    play.execute(0, escrow, &json!({"release": {}}), Vec::new())
        .unwrap();
    assert_eq!(play.state.balance(&person(1), "gold"), RICH + 30);
    assert!(
        play.execute(0, escrow, &json!({"release": {}}), Vec::new())
            .is_err()
    );

    let ends = play.height + 4;
    let auction = play.make(
        3,
        3,
        &json!({"item": "a painting", "denom": "gold", "ends": ends}),
        Vec::new(),
    );
    let bid = json!({"bid": {}});
    play.execute(0, auction, &bid, vec![coin("gold", 10)])
        .unwrap();
    assert!(
        play.execute(1, auction, &bid, vec![coin("gold", 10)])
            .is_err()
    );
    play.execute(1, auction, &bid, vec![coin("gold", 11)])
        .unwrap();
    assert_eq!(play.state.balance(&person(0), "gold"), RICH - 30);
    assert!(
        play.execute(0, auction, &bid, vec![coin("gold", 99)])
            .is_err()
    );
    play.execute(2, auction, &json!({"close": {}}), Vec::new())
        .unwrap();
    assert_eq!(play.state.balance(&person(3), "gold"), RICH + 11);
}

#[test]
fn a_factory_hears_the_address_of_its_child() {
    let mut play = Play::with(&["cw-counter", "cw-factory"]);
    let factory = play.make(0, 2, &json!({"code_id": 1}), Vec::new());
    let make = json!({"make": {"label": "first", "msg": {"start": 5}}});
    let data = play.execute(0, factory, &make, Vec::new()).unwrap();
    let child = addresses::instantiated(1, 2);
    assert_eq!(data, bech32::encode(&child).into_bytes());
    assert_eq!(play.ask(child, &json!({"count": {}})), json!({"count": 5}));
    assert_eq!(play.state.info(&child).unwrap().admin, Some(factory));
    // A child that refuses is noted by the reply, with the sentence it refused with.
    let bad = json!({"try": {"label": "bad", "msg": {"start": -1}}});
    play.execute(0, factory, &bad, Vec::new()).unwrap();
    let known = play.ask(factory, &json!({"children": {}}));
    assert_eq!(known["children"], json!([bech32::encode(&child)]));
    let failure = known["failures"][0].as_str().unwrap();
    assert!(failure.contains("expected u64"), "{failure}");
    let whats: Vec<&str> = {
        let calls = play.receipts[0].calls.as_ref().unwrap();
        calls.children.iter().map(|c| c.what).collect()
    };
    assert_eq!(whats, ["instantiate", "reply"]);
}

#[test]
fn a_burner_burns_all_it_has_or_all_it_is_given() {
    let mut play = Play::with(&["cw-burner"]);
    let burner = play.make(0, 1, &json!({}), Vec::new());
    let why = play
        .execute(0, burner, &json!({"burn": {}}), Vec::new())
        .unwrap_err();
    assert!(why.contains("ran out of gas"), "{why}");
    assert!(play.receipts[0].gas_used > 40_000_000);
    let contain = json!({"contain": {"gas_limit": 1_000}});
    play.execute(0, burner, &contain, Vec::new()).unwrap();
    // 1,000 of Cosmos' gas are about 1.2 million of ours.
    let used = play.receipts[0].gas_used;
    assert!((1_000_000..3_000_000).contains(&used), "{used}");
    assert!(
        play.announced()
            .iter()
            .any(|a| a == "wasm.contained=codespace: sdk, code: 11"),
        "{:?}",
        play.announced()
    );
}

#[test]
fn two_executors_part_where_a_contract_asks() {
    let mut play = Play::with(&["cw-watch"]);
    let watch = play.make(0, 1, &json!({"denom": "gold"}), Vec::new());
    let look = json!({"look": {"address": name(1)}});
    let tx = {
        let mut t = transaction(
            0,
            play.nonces[0],
            Action::Execute {
                contract: watch,
                input: look.to_string().into_bytes(),
                funds: Vec::new(),
            },
        );
        t.gas_limit += 40_000_000;
        sign(t)
    };
    let one = block(vec![tx]);
    let honest = finish(recorded(
        ExecutorKind::Honest,
        &play.chain,
        &play.state,
        &one,
    ));
    let lying = finish(recorded(
        ExecutorKind::Inflating,
        &play.chain,
        &play.state,
        &one,
    ));
    assert_eq!(
        honest.0,
        Executor::execute(&executor::Honest, &play.chain, &play.state, &one)
    );
    assert_ne!(honest.0.root, lying.0.root);
    let (honest, lying) = (&honest.1.calls[0].host, &lying.1.calls[0].host);
    let parted = honest.iter().zip(lying).position(|(a, b)| a != b).unwrap();
    assert_eq!(honest[parted].what, "query");
    assert_eq!(honest[parted].value, format!("{RICH} gold"));
    assert_eq!(lying[parted].value, format!("{} gold", RICH + 1));
    assert!(parted > 0, "it reads its denomination before");
}
