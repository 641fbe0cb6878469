//! One table: what the functions do, and that document and guest library say the same.

use super::*;
use crate::vm::abi::forge::IMPORTS;
use crate::vm::gas::PRICES;

#[test]
fn a_contract_learns_about_its_call() {
    let wasm = forge(
        "(func (export \"call\")
           (call $sender (i32.const 0))
           (call $self_address (i32.const 32))
           (i64.store (i32.const 64) (call $height))
           (call $value (i32.const 72))
           (call $balance (i32.const 32) (i32.const 88))
           (i32.store (i32.const 104) (call $input (i32.const 108) (i32.const 3)))
           (call $output (i32.const 0) (i32.const 112)))",
    );
    let mut host = MapHost {
        contract: CONTRACT,
        ..MapHost::default()
    };
    host.balances.insert(CONTRACT, 1 << 100);
    let mut ctx = context(Entry::Call, b"hello");
    ctx.funds.push(crate::types::Coin {
        denom: crate::types::transaction::NATIVE_DENOM.into(),
        amount: 3 << 64,
    });
    let outcome = run_on(&WasmEngine::new(), &wasm, &ctx, 100_000, &mut host);
    let mut expected = Vec::new();
    expected.extend(SENDER);
    expected.extend(CONTRACT);
    expected.extend(7_u64.to_le_bytes());
    expected.extend((3_u128 << 64).to_le_bytes());
    expected.extend((1_u128 << 100).to_le_bytes());
    expected.extend(5_u32.to_le_bytes());
    expected.extend(b"hel\0");
    assert_eq!(outcome.answer(), Ok(expected));
}

#[test]
fn storage_reads_back_and_tells_absent_from_short() {
    let wasm = forge(
        "(data (i32.const 0) \"key\") (data (i32.const 16) \"value\")
         (func (export \"call\")
           (i32.store (i32.const 32) (call $get (i32.const 0) (i32.const 3) (i32.const 64) (i32.const 8)))
           (call $set (i32.const 0) (i32.const 3) (i32.const 16) (i32.const 5))
           (i32.store (i32.const 36) (call $get (i32.const 0) (i32.const 3) (i32.const 64) (i32.const 2)))
           (i32.store (i32.const 40) (i32.load (i32.const 64)))
           (call $del (i32.const 0) (i32.const 3))
           (i32.store (i32.const 44) (call $get (i32.const 0) (i32.const 3) (i32.const 64) (i32.const 8)))
           (call $output (i32.const 32) (i32.const 16)))",
    );
    let outcome = run(&wasm, Entry::Call, b"");
    let mut expected = Vec::new();
    expected.extend((-1_i32).to_le_bytes());
    expected.extend(5_i32.to_le_bytes());
    expected.extend(b"va\0\0");
    expected.extend((-1_i32).to_le_bytes());
    assert_eq!(outcome.answer(), Ok(expected));
}

#[test]
fn transfers_answer_with_a_code() {
    let wasm = forge(
        "(func (export \"call\")
           (i32.store (i32.const 64) (call $transfer (i32.const 0) (i64.const 5) (i64.const 0)))
           (i32.store (i32.const 68) (call $transfer (i32.const 0) (i64.const 0) (i64.const 1)))
           (i32.store (i32.const 72) (call $transfer (i32.const 0) (i64.const 6) (i64.const 0)))
           (call $output (i32.const 64) (i32.const 12)))",
    );
    let mut host = MapHost {
        contract: CONTRACT,
        ..MapHost::default()
    };
    host.balances.insert(CONTRACT, 10);
    let ctx = context(Entry::Call, b"");
    let outcome = run_on(&WasmEngine::new(), &wasm, &ctx, 100_000, &mut host);
    assert_eq!(
        outcome.answer(),
        Ok([0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0].to_vec())
    );
    assert_eq!(host.sent, [([0; 32], 5)]);
}

fn document_row(import: &crate::vm::abi::Import) -> String {
    let params: Vec<String> = import
        .params
        .iter()
        .map(|(name, ty)| format!("{name}: {}", ty.name()))
        .collect();
    let result = import
        .result
        .map_or(String::new(), |ty| format!(" -> {}", ty.name()));
    format!(
        "| `{}({}){result}` | {} |",
        import.name,
        params.join(", "),
        import.doc
    )
}

#[test]
fn the_document_shows_the_table_and_the_prices() {
    let document = include_str!("../../../../docs/CONTRACT_ABI.md");
    for import in IMPORTS {
        let row = document_row(import);
        assert!(
            document.contains(&row),
            "docs/CONTRACT_ABI.md lacks:\n{row}"
        );
    }
    for price in PRICES {
        let row = match (price.per_unit, price.unit) {
            (0, _) => format!("| {} | {} | |", price.what, price.base),
            (per, 1) => format!("| {} | {} | {per} |", price.what, price.base),
            (per, unit) => format!("| {} | {} | {per} for {unit} |", price.what, price.base),
        };
        assert!(
            document.contains(&row),
            "docs/CONTRACT_ABI.md lacks:\n{row}"
        );
    }
}

#[test]
fn the_guest_library_declares_the_table() {
    let library = include_str!("../../../../contracts/forge-guest/src/sys.rs");
    for import in IMPORTS {
        let params: Vec<String> = import
            .params
            .iter()
            .map(|(name, ty)| format!("{name}: {}", ty.name()))
            .collect();
        let result = match (import.name, import.result) {
            ("fail", _) => " -> !".to_string(),
            (_, Some(ty)) => format!(" -> {}", ty.name()),
            (_, None) => String::new(),
        };
        let line = format!("pub fn {}({}){result};", import.name, params.join(", "));
        assert!(
            library.contains(&line),
            "forge-guest's sys.rs lacks:\n{line}"
        );
    }
}
