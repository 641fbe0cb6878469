//! A token of its own. Whoever deploys it may mint; anybody may transfer what they own.
//!
//!     call  mint <address> <amount> | transfer <address> <amount>
//!     view  balance [<address>] | supply | owner
#![no_std]

use forge_guest::*;

const OWNER: &[u8] = b"owner";
const SUPPLY: &[u8] = b"supply";

fn owned(address: &Address) -> Vec<u8> {
    key_of(b"balance/", address)
}

fn init(_: &str) -> Answer {
    store(OWNER, &sender());
    Ok(Vec::new())
}

fn call(input: &str) -> Answer {
    let mut words = Words::new(input);
    let command = words.word();
    if command != "mint" && command != "transfer" {
        return Err("type: mint <address> <amount>, or transfer <address> <amount>");
    }
    let to = words.address("after the command comes an address of 64 hex digits")?;
    let amount = words.number("after the address comes an amount")?;
    words.end()?;
    let from = sender();
    if command == "mint" {
        if load_address(OWNER) != Some(from) {
            return Err("only the owner may mint");
        }
        // No balance can exceed the supply: this is the only sum that can overflow.
        let supply = load_u128(SUPPLY)
            .checked_add(amount)
            .ok_or("the supply would be too large")?;
        store_u128(SUPPLY, supply);
    } else {
        let rest = load_u128(&owned(&from))
            .checked_sub(amount)
            .ok_or("you own fewer tokens than that")?;
        store_u128(&owned(&from), rest);
    }
    // Read after the sender's balance was written: a transfer to oneself must not make tokens.
    let theirs = load_u128(&owned(&to)).saturating_add(amount);
    store_u128(&owned(&to), theirs);
    emit(
        [command, " ", &address_text(&to), " ", &number(amount)]
            .concat()
            .as_bytes(),
    );
    text(theirs)
}

fn view(input: &str) -> Answer {
    let mut words = Words::new(input);
    match words.word() {
        "supply" => text(load_u128(SUPPLY)),
        "owner" => Ok(address_text(&load_address(OWNER).unwrap_or_default()).into_bytes()),
        "balance" => {
            let of = match input {
                "balance" => sender(),
                _ => words.address("after balance comes an address of 64 hex digits")?,
            };
            text(load_u128(&owned(&of)))
        }
        _ => Err("type: balance, balance <address>, supply or owner"),
    }
}

contract! { init: init, call: call, view: view }
