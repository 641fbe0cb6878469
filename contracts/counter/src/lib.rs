//! Counts. `call` adds one, or the number typed; `view` answers the count.
#![no_std]

use forge_guest::*;

const COUNT: &[u8] = b"count";

fn call(input: &str) -> Answer {
    let step = match input {
        "" => 1,
        typed => Words::new(typed).number("type nothing, or how much to add")?,
    };
    let count = load_u128(COUNT)
        .checked_add(step)
        .ok_or("the count would be too large")?;
    store_u128(COUNT, count);
    emit(number(count).as_bytes());
    text(count)
}

fn view(_: &str) -> Answer {
    text(load_u128(COUNT))
}

contract! { call: call, view: view }
