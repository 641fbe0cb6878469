//! Tokens held until both sides are happy. The buyer deploys it, naming seller and arbiter, and pays
//! in. Buyer or arbiter release to the seller; seller or arbiter refund the buyer.
//!
//!     init  <seller> <arbiter>        (tokens may come along)
//!     call  pay | release | refund
//!     view  status
#![no_std]

use forge_guest::*;

const BUYER: &[u8] = b"buyer";
const SELLER: &[u8] = b"seller";
const ARBITER: &[u8] = b"arbiter";
/// Absent while open, then the word that ended it.
const ENDED: &[u8] = b"ended";

fn init(input: &str) -> Answer {
    let mut words = Words::new(input);
    let seller = words.address("type: <seller> <arbiter>, each an address of 64 hex digits")?;
    let arbiter =
        words.address("after the seller comes the arbiter, an address of 64 hex digits")?;
    words.end()?;
    store(BUYER, &sender());
    store(SELLER, &seller);
    store(ARBITER, &arbiter);
    Ok(Vec::new())
}

fn party(key: &[u8]) -> Result<Address, &'static str> {
    load_address(key).ok_or("the escrow was never set up")
}

fn call(input: &str) -> Answer {
    if load(ENDED).is_some() {
        return Err("the escrow has ended");
    }
    let (buyer, seller, arbiter) = (party(BUYER)?, party(SELLER)?, party(ARBITER)?);
    let caller = sender();
    if input == "pay" {
        let held = balance(&self_address());
        emit(["pay ", &number(value())].concat().as_bytes());
        return text(held);
    }
    if value() != 0 {
        return Err("tokens can only be sent along with pay");
    }
    let to = match input {
        "release" if caller == buyer || caller == arbiter => seller,
        "release" => return Err("only the buyer or the arbiter may release"),
        "refund" if caller == seller || caller == arbiter => buyer,
        "refund" => return Err("only the seller or the arbiter may refund"),
        _ => return Err("type: pay, release or refund"),
    };
    let held = balance(&self_address());
    // Written before the tokens move: nothing that follows may find it open.
    store(ENDED, input.as_bytes());
    transfer(&to, held)?;
    emit([input, " ", &number(held)].concat().as_bytes());
    text(held)
}

fn view(_: &str) -> Answer {
    let held = number(balance(&self_address()));
    Ok(match load(ENDED) {
        None => ["open, holds ", &held].concat().into_bytes(),
        Some(word) if word == b"release" => b"released to the seller".to_vec(),
        Some(_) => b"refunded to the buyer".to_vec(),
    })
}

contract! { init: init, call: call, view: view }
