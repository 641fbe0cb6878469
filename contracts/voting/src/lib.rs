//! A ballot. One vote an account, no changing of minds, closed after a block height.
//!
//!     init  <last height> <option> <option> ...
//!     call  <option>
//!     view  (nothing): one line an option, with its votes
#![no_std]

use forge_guest::*;

const LAST: &[u8] = b"last";
/// The options, between spaces.
const OPTIONS: &[u8] = b"options";
const MAX_OPTIONS: usize = 16;

fn votes(option: &str) -> Vec<u8> {
    [b"votes/", option.as_bytes()].concat()
}

fn init(input: &str) -> Answer {
    let mut words = Words::new(input);
    let last = words.number("type the last height at which votes count, then the options")?;
    let mut options: Vec<&str> = Vec::new();
    loop {
        match words.word() {
            "" => break,
            option if options.contains(&option) => return Err("an option is named twice"),
            option => options.push(option),
        }
    }
    if options.len() < 2 || options.len() > MAX_OPTIONS {
        return Err("a ballot has 2 to 16 options");
    }
    store_u128(LAST, last);
    store(OPTIONS, options.join(" ").as_bytes());
    Ok(Vec::new())
}

fn options() -> Result<String, &'static str> {
    load(OPTIONS)
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or("the ballot was never set up")
}

fn call(input: &str) -> Answer {
    if !options()?.split(' ').any(|option| option == input) {
        return Err("that is not an option of this ballot");
    }
    if u128::from(height()) > load_u128(LAST) {
        return Err("the ballot is closed");
    }
    let voter = key_of(b"voter/", &sender());
    if load(&voter).is_some() {
        return Err("you have voted already");
    }
    store(&voter, input.as_bytes());
    let count = load_u128(&votes(input)).saturating_add(1);
    store_u128(&votes(input), count);
    emit(input.as_bytes());
    text(count)
}

fn view(_: &str) -> Answer {
    let options = options()?;
    let lines: Vec<String> = options
        .split(' ')
        .map(|option| [option, " ", &number(load_u128(&votes(option)))].concat())
        .collect();
    Ok(lines.join("\n").into_bytes())
}

contract! { init: init, call: call, view: view }
