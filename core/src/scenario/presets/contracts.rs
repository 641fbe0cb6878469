//! Presets about contracts that move other people's coins: written with CosmWasm, executed by every
//! validator.

use super::{Preset, equal, names};
use crate::base::{MILLISECOND, Micros};
use crate::ledger::addresses::instantiated;
use crate::model::{
    AdversarySpec, CoinSpec, Command, ContractSpec, ExecutionSpec, InputSpec, ProposerSpec,
    ProtocolSpec, StrategySpec, SubmitSpec, TimedCommand, Who,
};
use crate::scenario::Scenario;
use crate::types::bech32;
use crate::vm::builtin::named;
use crate::world::user_address;

/// The modules a scenario stores, by their names in the library.
fn library(codes: &[&str]) -> Vec<ContractSpec> {
    codes
        .iter()
        .filter_map(|name| named(name))
        .map(|module| ContractSpec {
            name: module.name.into(),
            sha256: module.hash,
            wasm: None,
        })
        .collect()
}

fn at(ms: Micros, from: u16, action: SubmitSpec) -> TimedCommand {
    TimedCommand {
        at_us: ms * MILLISECOND,
        command: Command::Submit {
            from,
            action,
            gas_limit: None,
        },
    }
}

fn store(ms: Micros, code: &str) -> TimedCommand {
    let contract = code.into();
    at(ms, 0, SubmitSpec::Store { contract })
}

fn make(ms: Micros, code_id: u64, msg: String, funds: &[(&str, u64)]) -> TimedCommand {
    let action = SubmitSpec::Instantiate {
        code_id,
        msg: InputSpec::Text(msg),
        funds: coins(funds),
        label: String::new(),
        admin: None,
        salt: None,
    };
    at(ms, 0, action)
}

fn call(ms: Micros, from: u16, contract: &str, msg: &str, funds: &[(&str, u64)]) -> TimedCommand {
    let action = SubmitSpec::Execute {
        contract: contract.into(),
        msg: InputSpec::Text(msg.into()),
        funds: coins(funds),
    };
    at(ms, from, action)
}

fn coins(list: &[(&str, u64)]) -> Vec<CoinSpec> {
    let coin = |(denom, amount): &(&str, u64)| CoinSpec {
        denom: (*denom).into(),
        amount: *amount,
    };
    list.iter().map(coin).collect()
}

/// The `nth` contract of a run, made of code `code_id`.
fn contract(code_id: u64, nth: u64) -> String {
    bech32::encode(&instantiated(code_id, nth))
}

fn user(i: u16) -> String {
    bech32::encode(&user_address(i))
}

pub(super) fn escrow() -> Preset {
    let escrow = contract(1, 1);
    let open = format!(r#"{{"seller":"{}","arbiter":"{}"}}"#, user(1), user(2));
    Preset::new(
        "escrow-liar",
        "An escrow is released although one validator lies",
        "500 gold are held in escrow while v4 computes a wrong state. The release succeeds: \
         the three honest roots agree, and v4's does not count.",
        Scenario {
            adversary: AdversarySpec {
                who: Who::Names(names(["v4"])),
                strategy: StrategySpec::WrongRoot,
            },
            contracts: library(&["cw-escrow"]),
            commands: vec![
                store(1_000, "cw-escrow"),
                make(2_500, 1, open, &[("gold", 500)]),
                call(6_000, 0, &escrow, r#"{"release":{}}"#, &[]),
            ],
            ..Scenario::default()
        },
    )
}

pub(super) fn watch() -> Preset {
    let watch = contract(1, 1);
    let look = format!(r#"{{"look":{{"address":"{}"}}}}"#, user(1));
    Preset::new(
        "wrong-answers",
        "A validator that lies to contracts",
        "v4 computes correctly until a contract asks for a balance. Then its answer is one coin \
         too high, and its state root diverges at exactly that query.",
        Scenario {
            adversary: AdversarySpec {
                who: Who::Names(names(["v4"])),
                strategy: StrategySpec::WrongAnswers,
            },
            contracts: library(&["cw-watch"]),
            commands: vec![
                store(1_000, "cw-watch"),
                make(2_500, 1, r#"{"denom":"gold"}"#.into(), &[]),
                call(6_000, 0, &watch, &look, &[]),
            ],
            ..Scenario::default()
        },
    )
}

pub(super) fn auction() -> Preset {
    let auction = contract(1, 1);
    let bid = r#"{"bid":{}}"#;
    // Three take turns for twelve heights, then v4 leads twelve.
    let mut leaders: Vec<String> = Vec::new();
    for _ in 0..4 {
        leaders.extend(names(["v1", "v2", "v3"]));
    }
    leaders.extend((0..12).map(|_| "v4".to_owned()));
    Preset::new(
        "auction-censored",
        "An auction whose best bid is censored",
        "The third user bids 90 in time, but v4 leads the last heights of the auction and leaves that \
         bid out of its blocks. It arrives when the auction is over, and 20 wins.",
        Scenario {
            protocol: ProtocolSpec {
                proposer: ProposerSpec::List(leaders),
                ..ProtocolSpec::default()
            },
            adversary: AdversarySpec {
                who: Who::Names(names(["v4"])),
                strategy: StrategySpec::Censor { users: vec![2] },
            },
            contracts: library(&["cw-auction"]),
            commands: vec![
                store(500, "cw-auction"),
                make(
                    2_000,
                    1,
                    r#"{"item":"a painting","denom":"gold","ends":22}"#.into(),
                    &[],
                ),
                call(5_000, 1, &auction, bid, &[("gold", 20)]),
                call(10_000, 2, &auction, bid, &[("gold", 90)]),
                call(18_500, 0, &auction, r#"{"close":{}}"#, &[]),
            ],
            ..Scenario::default()
        },
    )
}

pub(super) fn burner() -> Preset {
    let burner = contract(1, 1);
    Preset::new(
        "gas-burner",
        "A contract that burns all its gas",
        "Here a validator executes 20 million gas a second. One call burns 40 million: it fails, pays \
         for all of it, and its block takes two seconds. Later, the same burning is contained in a message.",
        Scenario {
            execution: ExecutionSpec {
                gas_per_second: 20_000_000,
                ..ExecutionSpec::default()
            },
            contracts: library(&["cw-burner"]),
            commands: vec![
                store(1_000, "cw-burner"),
                make(3_000, 1, "{}".into(), &[]),
                call(6_000, 0, &burner, r#"{"burn":{}}"#, &[]),
                call(12_000, 0, &burner, r#"{"contain":{"gas_limit":1000}}"#, &[]),
            ],
            ..Scenario::default()
        },
    )
}

pub(super) fn factory() -> Preset {
    let factory = contract(2, 1);
    let first = r#"{"make":{"label":"first","msg":{"start":5}}}"#;
    let bad = r#"{"try":{"label":"bad","msg":{"start":-1}}}"#;
    Preset::new(
        "factory",
        "A contract that makes contracts",
        "A factory instantiates counters and learns their addresses from replies. The second counter \
         refuses its message: only that is undone, and the factory's reply records why.",
        Scenario {
            contracts: library(&["cw-counter", "cw-factory"]),
            commands: vec![
                store(500, "cw-counter"),
                store(1_500, "cw-factory"),
                make(3_500, 2, r#"{"code_id":1}"#.into(), &[]),
                call(5_500, 0, &factory, first, &[]),
                call(7_500, 0, &factory, bad, &[]),
            ],
            ..Scenario::default()
        },
    )
}

/// The coins of one token, to two people. The chain is honest until the token is there, so that all seven
/// know it; the two transfers have one nonce, and only liars hear of both.
pub(super) fn twice() -> Preset {
    let token = contract(1, 1);
    let mine = format!(
        r#"{{"name":"Play","symbol":"PLAY","decimals":0,"initial_balances":[{{"address":"{}","amount":"1000"}}]}}"#,
        user(0)
    );
    let pay = |to: u16| SubmitSpec::Execute {
        contract: token.clone(),
        msg: InputSpec::Text(format!(
            r#"{{"transfer":{{"recipient":"{}","amount":"1000"}}}}"#,
            user(to)
        )),
        funds: Vec::new(),
    };
    let at = |command: Command| TimedCommand {
        at_us: 6_000 * MILLISECOND,
        command,
    };
    Preset::new(
        "double-spend",
        "A token spent twice, once on each side of a fork",
        "Three of seven turn Byzantine at 6 s and put two transfers of the same 1000 PLAY into two blocks of a \
         height. Query every validator for Alice's and Bob's balance: each side paid someone else.",
        Scenario {
            validators: equal(7),
            contracts: library(&["cw20-base"]),
            commands: vec![
                store(500, "cw20-base"),
                make(2_500, 1, mine, &[]),
                at(Command::SetAdversary(AdversarySpec {
                    who: Who::Names(names(["v1", "v2", "v3"])),
                    strategy: StrategySpec::Coalition,
                })),
                at(Command::SubmitTwice {
                    from: 0,
                    first: pay(1),
                    second: pay(2),
                }),
            ],
            ..Scenario::default()
        },
    )
}
