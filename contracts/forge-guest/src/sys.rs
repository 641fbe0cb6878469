//! The imports as the chain declares them; `docs/CONTRACT_ABI.md` says what each does. A test of the
//! chain holds these lines to its own table.

#[link(wasm_import_module = "forge")]
unsafe extern "C" {
    pub fn input(dst: i32, cap: i32) -> i32;
    pub fn output(ptr: i32, len: i32);
    pub fn sender(dst32: i32);
    pub fn self_address(dst32: i32);
    pub fn height() -> i64;
    pub fn value(dst16: i32);
    pub fn balance(address32: i32, dst16: i32);
    pub fn get(key: i32, key_len: i32, dst: i32, cap: i32) -> i32;
    pub fn set(key: i32, key_len: i32, val: i32, val_len: i32);
    pub fn del(key: i32, key_len: i32);
    pub fn transfer(to32: i32, lo: i64, hi: i64) -> i32;
    pub fn emit(ptr: i32, len: i32);
    pub fn fail(ptr: i32, len: i32) -> !;
}
