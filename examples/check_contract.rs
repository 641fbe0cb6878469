//! Checks whether a chain would accept a contract, as an upload does.
//!
//! ```sh
//! cargo run --example check_contract                   # two small modules written below
//! cargo run --example check_contract -- contract.wasm  # your own
//! ```

use consensusforge_core::vm::{ContractEngine, Profile, WasmEngine};
use std::error::Error;

/// The smallest contract of the project's own interface: it says which interface it speaks, accepts every
/// call and does nothing.
const ACCEPTED: &str = r#"(module
    (memory (export "memory") 1)
    (func (export "forge_version_1"))
    (func (export "call")))"#;

/// Imports a function that no chain offers.
const REFUSED: &str = r#"(module
    (import "env" "read_the_clock" (func (result i64)))
    (memory (export "memory") 1)
    (func (export "forge_version_1"))
    (func (export "call")))"#;

fn main() -> Result<(), Box<dyn Error>> {
    match std::env::args().nth(1) {
        Some(file) => check(&file, &std::fs::read(&file)?),
        None => {
            check("accepted", &wat::parse_str(ACCEPTED)?);
            check("refused", &wat::parse_str(REFUSED)?);
        }
    }
    Ok(())
}

fn check(name: &str, wasm: &[u8]) {
    // `Strict` accepts what cosmwasm-vm accepts; `Modern` adds two instructions that Rust emits today.
    match WasmEngine::with_profile(Profile::Modern).admit(wasm) {
        Ok(admitted) => println!(
            "{name}: accepted, interface {}, functions {:?}, upload costs {} gas",
            admitted.abi, admitted.functions, admitted.upload_gas
        ),
        Err(refusal) => println!("{name}: refused: {}", refusal.text),
    }
}
