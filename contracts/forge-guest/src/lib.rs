//! What a contract needs: the chain's functions with Rust's types, text in and out, and one macro
//! that exports the entry points. A contract is three functions from text to [`Answer`]; an error
//! or a panic fails the call and undoes what it wrote.
#![no_std]

extern crate alloc as std_alloc;

mod heap;
mod sys;
pub mod words;

pub use std_alloc::{borrow::Cow, format, string::String, vec, vec::Vec};
pub use words::{Words, address_text, number, text};

/// An account or contract.
pub type Address = [u8; 32];

/// What an entry point brings back: the answer's bytes, or the sentence the call fails with.
pub type Answer = Result<Vec<u8>, &'static str>;

fn at<T>(pointer: *const T) -> i32 {
    pointer as usize as i32
}

fn len(bytes: &[u8]) -> i32 {
    bytes.len() as i32
}

/// The bytes sent with the call.
pub fn input() -> Vec<u8> {
    let size = unsafe { sys::input(0, 0) } as usize;
    let mut bytes = vec![0; size];
    unsafe { sys::input(at(bytes.as_mut_ptr()), size as i32) };
    bytes
}

/// Makes `bytes` the answer of the call.
pub fn output(bytes: &[u8]) {
    unsafe { sys::output(at(bytes.as_ptr()), len(bytes)) }
}

/// Who calls.
pub fn sender() -> Address {
    let mut address = [0; 32];
    unsafe { sys::sender(at(address.as_mut_ptr())) };
    address
}

/// The contract itself.
pub fn self_address() -> Address {
    let mut address = [0; 32];
    unsafe { sys::self_address(at(address.as_mut_ptr())) };
    address
}

/// Height of the block being executed.
pub fn height() -> u64 {
    unsafe { sys::height() as u64 }
}

/// Tokens sent with the call.
pub fn value() -> u128 {
    let mut amount = [0; 16];
    unsafe { sys::value(at(amount.as_mut_ptr())) };
    u128::from_le_bytes(amount)
}

/// Tokens an account owns.
pub fn balance(of: &Address) -> u128 {
    let mut amount = [0; 16];
    unsafe { sys::balance(at(of.as_ptr()), at(amount.as_mut_ptr())) };
    u128::from_le_bytes(amount)
}

/// Sends the contract's own tokens.
pub fn transfer(to: &Address, amount: u128) -> Result<(), &'static str> {
    let (lo, hi) = (amount as u64 as i64, (amount >> 64) as u64 as i64);
    match unsafe { sys::transfer(at(to.as_ptr()), lo, hi) } {
        0 => Ok(()),
        1 => Err("the contract owns fewer tokens than it should send"),
        _ => Err("the chain refused the transfer"),
    }
}

/// The stored value, if there is one.
pub fn load(key: &[u8]) -> Option<Vec<u8>> {
    // Most values are small: one call in most cases.
    let mut bytes = vec![0; 64];
    let size = unsafe { sys::get(at(key.as_ptr()), len(key), at(bytes.as_mut_ptr()), 64) };
    if size < 0 {
        return None;
    }
    bytes.resize(size as usize, 0);
    if size > 64 {
        unsafe { sys::get(at(key.as_ptr()), len(key), at(bytes.as_mut_ptr()), size) };
    }
    Some(bytes)
}

/// Stores a value under a key of 1 to 1024 bytes.
pub fn store(key: &[u8], value: &[u8]) {
    unsafe { sys::set(at(key.as_ptr()), len(key), at(value.as_ptr()), len(value)) }
}

/// Removes a key.
pub fn remove(key: &[u8]) {
    unsafe { sys::del(at(key.as_ptr()), len(key)) }
}

/// A stored number; an absent one is zero.
pub fn load_u128(key: &[u8]) -> u128 {
    let mut bytes = [0; 16];
    unsafe { sys::get(at(key.as_ptr()), len(key), at(bytes.as_mut_ptr()), 16) };
    u128::from_le_bytes(bytes)
}

pub fn store_u128(key: &[u8], number: u128) {
    store(key, &number.to_le_bytes());
}

/// A stored address, if there is one.
pub fn load_address(key: &[u8]) -> Option<Address> {
    load(key)?.try_into().ok()
}

/// A key of a prefix and an address: one entry an account.
pub fn key_of(prefix: &[u8], address: &Address) -> Vec<u8> {
    [prefix, address].concat()
}

/// Records an event.
pub fn emit(bytes: &[u8]) {
    unsafe { sys::emit(at(bytes.as_ptr()), len(bytes)) }
}

/// Ends the call with a sentence.
pub fn fail(sentence: &str) -> ! {
    unsafe { sys::fail(at(sentence.as_ptr()), sentence.len() as i32) }
}

/// Runs an entry point on the call's input. Used by [`contract!`].
pub fn enter(entry: fn(&str) -> Answer) {
    let bytes = input();
    let Ok(text) = core::str::from_utf8(&bytes) else {
        fail("the input is not text")
    };
    match entry(text.trim()) {
        Ok(answer) => output(&answer),
        Err(sentence) => fail(sentence),
    }
}

/// Exports the marker and the entry points: `contract! { init: f, call: g, view: h }`, any of them.
#[macro_export]
macro_rules! contract {
    ($($entry:ident : $function:expr),+ $(,)?) => {
        const _: () = {
            #[unsafe(no_mangle)]
            extern "C" fn forge_version_1() {}
            $($crate::contract!(@export $entry $function);)+
        };
    };
    (@export init $function:expr) => {
        #[unsafe(export_name = "init")]
        extern "C" fn forge_init() { $crate::enter($function) }
    };
    (@export call $function:expr) => {
        #[unsafe(export_name = "call")]
        extern "C" fn forge_call() { $crate::enter($function) }
    };
    (@export view $function:expr) => {
        #[unsafe(export_name = "view")]
        extern "C" fn forge_view() { $crate::enter($function) }
    };
}

/// A panic's own text would drag in formatting and the names of source files.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    fail("the contract panicked")
}
