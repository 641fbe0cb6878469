//! Denominations that contracts make: the rules of x/tokenfactory, each with the number of its error.

use super::scripted::scripted_chain;
use super::*;
use crate::base::slices::finish;
use crate::ledger::contract::ExecutionContext;
use crate::ledger::journal::Journal;
use crate::ledger::keeper::Keeper;
use crate::ledger::questions;
use crate::types::bech32;
use crate::vm::token_factory::{DenomMetadata, DenomUnit, TokenEffect, TokenMessage};
use crate::vm::{Answer, Message, MessageEffect, Query};

/// A chain on which people stand for contracts.
struct Factory {
    chain: Chain,
    journal: Journal,
}

impl Factory {
    fn new() -> Factory {
        let chain = scripted_chain();
        let state = genesis().build(&chain.engine).unwrap();
        Factory {
            journal: Journal::new(&state),
            chain,
        }
    }

    /// What the message did, or what its sender hears.
    fn send(&mut self, from: u64, message: TokenMessage) -> Result<TokenEffect, String> {
        let before = self.journal.savepoint();
        let context = ExecutionContext::new(&self.chain.engine, 1, 0);
        let mut keeper = Keeper::new(context, &mut self.journal);
        let sender = person(from);
        let (result, tree) = finish(keeper.deliver(&sender, Message::Token(message), 1_000_000));
        assert_eq!(tree.total().total(), tree.gas_used);
        match result {
            Ok(MessageEffect::Token(effect)) => Ok(effect),
            Ok(other) => panic!("{other:?}"),
            Err(error) => {
                self.journal.roll_back(before);
                Err(error.heard())
            }
        }
    }

    fn create(&mut self, from: u64, subdenom: &str) -> Result<TokenEffect, String> {
        let subdenom = subdenom.into();
        self.send(from, TokenMessage::CreateDenom { subdenom })
    }

    fn ask(&self, query: &Query) -> Answer {
        questions::look_up(&self.chain.engine, &self.journal, &person(0), query).unwrap()
    }
}

fn name(creator: u64, subdenom: &str) -> String {
    format!("factory/{}/{subdenom}", bech32::encode(&person(creator)))
}

fn mint(coin: Coin, to: Option<Address>) -> TokenMessage {
    TokenMessage::Mint { coin, to }
}

#[test]
fn a_denomination_is_made_minted_burned_and_handed_on() {
    let mut factory = Factory::new();
    let denom = name(0, "uLST");
    assert_eq!(
        factory.create(0, "uLST"),
        Ok(TokenEffect::Created {
            denom: denom.clone()
        })
    );
    let five = || coin(&denom, 5);
    assert_eq!(factory.send(0, mint(five(), None)), Ok(TokenEffect::Minted));
    let minted = factory.send(0, mint(five(), Some(person(2))));
    assert_eq!(minted, Ok(TokenEffect::Minted));
    assert_eq!(factory.journal.balance(&person(0), &denom), 5);
    assert_eq!(factory.journal.balance(&person(2), &denom), 5);
    assert_eq!(factory.journal.supply_of(&denom), 10);
    let burn = |from| TokenMessage::Burn {
        coin: coin(&denom, 4),
        from,
    };
    assert_eq!(factory.send(0, burn(None)), Ok(TokenEffect::Burned));
    let burned = factory.send(0, burn(Some(person(2))));
    assert_eq!(burned, Ok(TokenEffect::Burned));
    assert_eq!(factory.journal.supply_of(&denom), 2);
    let hand_on = TokenMessage::ChangeAdmin {
        denom: denom.clone(),
        admin: Some(person(1)),
    };
    assert_eq!(factory.send(0, hand_on), Ok(TokenEffect::AdminChanged));
    assert!(factory.send(0, mint(five(), None)).is_err());
    assert!(factory.send(1, mint(five(), None)).is_ok());
    let admin = Query::DenomAdmin {
        denom: denom.clone(),
    };
    assert_eq!(factory.ask(&admin), Answer::DenomAdmin(Some(person(1))));
    let made = Query::DenomsOf { creator: person(0) };
    assert_eq!(factory.ask(&made), Answer::Denoms(vec![denom.clone()]));
    let (events, _) = factory.journal.settle();
    let kinds: Vec<String> = events.iter().map(|e| e.to_typed().kind).collect();
    assert_eq!(
        kinds,
        [
            "create_denom",
            "tf_mint",
            "tf_mint",
            "tf_burn",
            "tf_burn",
            "change_admin",
            "tf_mint"
        ]
    );
    // All of it stands in the state and under its root.
    let state = factory.journal.into_state();
    assert_eq!(state.supply_of(&denom), 7);
    assert_eq!(state.supply()[denom.as_str()], 7);
    let mut proof = state.prove(Key::Denom(denom));
    assert_eq!(proof.verify(&state.root()), Ok(()));
    proof.value = None;
    assert!(proof.verify(&state.root()).is_err());
}

#[test]
fn what_the_token_factory_refuses_has_its_number() {
    let mut factory = Factory::new();
    let refused = |number: u32| Err(format!("codespace: tokenfactory, code: {number}"));
    let none = |r: Result<(), String>| r.map(|()| TokenEffect::Minted);
    let denom = name(0, "t");
    assert_eq!(
        factory.send(0, mint(coin(&denom, 1), None)),
        none(refused(10))
    );
    factory.create(0, "t").unwrap();
    assert_eq!(factory.create(0, "t"), none(refused(2)));
    assert_eq!(factory.create(0, &"x".repeat(45)), none(refused(8)));
    assert_eq!(factory.create(0, "a b"), none(refused(4)));
    assert_eq!(
        factory.send(1, mint(coin(&denom, 1), None)),
        none(refused(3))
    );
    // What was not made here cannot be minted by anybody.
    assert_eq!(
        factory.send(0, mint(coin(NATIVE_DENOM, 1), None)),
        none(refused(10))
    );
    let poor = TokenMessage::Burn {
        coin: coin(&denom, 1),
        from: None,
    };
    assert_eq!(
        factory.send(0, poor),
        Err("codespace: sdk, code: 5".to_owned())
    );
    // No sum beyond 2^128 - 1, in whosever hands.
    factory
        .send(0, mint(coin(&denom, u128::MAX), None))
        .unwrap();
    assert_eq!(
        factory.send(0, mint(coin(&denom, 1), Some(person(2)))),
        Err("codespace: sdk, code: 10".to_owned())
    );
    for made in 1..limits::MAX_DENOMS {
        factory.create(1, &format!("d{made}")).unwrap();
    }
    assert_eq!(factory.create(1, "one-more"), none(refused(4)));
}

#[test]
fn metadata_is_the_admins_to_set_and_anybodys_to_read() {
    let mut factory = Factory::new();
    factory.create(0, "t").unwrap();
    factory.create(0, "u").unwrap();
    let denom = name(0, "t");
    let asked = Query::DenomMetadata {
        denom: denom.clone(),
    };
    let fresh = DenomMetadata::fresh(&denom);
    assert_eq!(factory.ask(&asked), Answer::Metadata(fresh.clone()));
    let mut better = fresh.clone();
    better.units.push(DenomUnit {
        denom: "T".into(),
        exponent: 6,
        aliases: Vec::new(),
    });
    better.display = "T".into();
    let set = |metadata: &DenomMetadata| TokenMessage::SetMetadata(metadata.clone());
    assert!(factory.send(1, set(&better)).is_err());
    assert_eq!(factory.send(0, set(&better)), Ok(TokenEffect::MetadataSet));
    assert_eq!(factory.ask(&asked), Answer::Metadata(better.clone()));
    let mut wrong = better.clone();
    wrong.display = "X".into();
    assert!(factory.send(0, set(&wrong)).is_err());
    wrong = better.clone();
    wrong.units.remove(0);
    assert!(factory.send(0, set(&wrong)).is_err());
    let page = |start: &str, limit| Query::AllDenomMetadata {
        start: start.into(),
        limit,
    };
    let second = name(0, "u");
    let first = Answer::AllMetadata(vec![better], Some(second.clone()));
    assert_eq!(factory.ask(&page("", 1)), first);
    let rest = Answer::AllMetadata(vec![DenomMetadata::fresh(&second)], None);
    assert_eq!(factory.ask(&page(&second, 10)), rest);
}
