//! Turns `contracts/contracts.json` into a table of constants, so that nobody has to read JSON at run time
//! to know the sample contracts.

use serde_json::Value;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() {
    // Asked for when it runs: a checkout that was moved keeps its built script, with the old folder in it.
    let here = env::var_os("CARGO_MANIFEST_DIR").expect("cargo names the crate's folder");
    let list = Path::new(&here).join("../contracts/contracts.json");
    println!("cargo::rerun-if-changed={}", list.display());
    let text = fs::read_to_string(&list).expect("contracts/contracts.json can be read");
    let contracts: Vec<Value> = serde_json::from_str(&text).expect("contracts.json is a JSON list");
    let mut table = format!("static CATALOGUE: [Builtin; {}] = [\n", contracts.len());
    for contract in &contracts {
        entry(&mut table, contract);
    }
    table.push_str("];\n");
    let out = env::var_os("OUT_DIR").expect("cargo names a folder for what is built");
    fs::write(Path::new(&out).join("catalogue.rs"), table).expect("the table can be written");
}

fn entry(table: &mut String, contract: &Value) {
    let text = |key: &str| {
        let text = contract[key].as_str();
        text.unwrap_or_else(|| panic!("contracts.json: an entry has no text '{key}': {contract}"))
    };
    let file =
        |name: &str| format!("concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/../contracts/{name}\")");
    let hash: Vec<u8> = (0..64)
        .step_by(2)
        .map(|k| {
            u8::from_str_radix(&text("sha256")[k..k + 2], 16).expect("sha256 is 64 hex digits")
        })
        .collect();
    let wat = match text("source") {
        source if source.ends_with(".wat") => format!("Some(include_str!({}))", file(source)),
        _ => "None".into(),
    };
    let mut examples = String::new();
    for example in contract["examples"].as_array().into_iter().flatten() {
        let [kind, input, note] = ["entry", "input", "note"].map(|key| {
            let text = example[key].as_str();
            text.unwrap_or_else(|| {
                panic!("contracts.json: an example has no text '{key}': {example}")
            })
        });
        let kind = kind[..1].to_uppercase() + &kind[1..];
        let _ = write!(
            examples,
            "Example {{ entry: Entry::{kind}, input: {input:?}, note: {note:?} }}, "
        );
    }
    // The large ones lie beside a page and not in it.
    let apart = text("source").starts_with("cosmwasm/")
        && env::var_os("CARGO_CFG_TARGET_ARCH").is_some_and(|arch| arch == "wasm32");
    let embedded = if apart {
        "None".into()
    } else {
        format!(
            "Some(include_bytes!({}))",
            file(&format!("wasm/{}", text("file")))
        )
    };
    let bytes = contract["bytes"].as_u64().expect("an entry names its size");
    let _ = writeln!(
        table,
        "Builtin {{ name: {:?}, hash: Hash({hash:?}), file: {:?}, bytes: {bytes}, embedded: {embedded}, \
         supplied: OnceLock::new(), wat: {wat}, summary: {:?}, examples: &[{examples}] }},",
        text("name"),
        text("file"),
        text("summary"),
    );
}
