//! Contracts written in text: a frame that speaks CosmWasm honestly, and room for what does not.

use std::sync::Arc;

/// The imports used here, under their own names.
const IMPORTS: &str = r#"
(import "env" "db_read" (func $db_read (param i32) (result i32)))
(import "env" "db_write" (func $db_write (param i32 i32)))
(import "env" "db_remove" (func $db_remove (param i32)))
(import "env" "db_scan" (func $db_scan (param i32 i32 i32) (result i32)))
(import "env" "db_next" (func $db_next (param i32) (result i32)))
(import "env" "addr_validate" (func $addr_validate (param i32) (result i32)))
(import "env" "addr_humanize" (func $addr_humanize (param i32 i32) (result i32)))
(import "env" "debug" (func $debug (param i32)))
(import "env" "abort" (func $abort (param i32)))
(import "env" "query_chain" (func $query_chain (param i32) (result i32)))
"#;

/// An allocator that never frees, `$text` for a region of bytes that lie in memory, and `$ok` for an empty
/// response.
const HELPERS: &str = r#"
(global $free (mut i32) (i32.const 524288))
(func $allocate (export "allocate") (param $size i32) (result i32) (local $region i32)
  (local.set $region (global.get $free))
  (i32.store (local.get $region) (i32.add (local.get $region) (i32.const 12)))
  (i32.store (i32.add (local.get $region) (i32.const 4)) (local.get $size))
  (i32.store (i32.add (local.get $region) (i32.const 8)) (i32.const 0))
  (global.set $free (i32.and
    (i32.add (i32.add (local.get $region) (local.get $size)) (i32.const 27)) (i32.const -8)))
  (local.get $region))
(func $text (param $at i32) (param $size i32) (result i32) (local $region i32)
  (local.set $region (call $allocate (i32.const 0)))
  (i32.store (local.get $region) (local.get $at))
  (i32.store (i32.add (local.get $region) (i32.const 4)) (local.get $size))
  (i32.store (i32.add (local.get $region) (i32.const 8)) (local.get $size))
  (local.get $region))
(data (i32.const 16) "{\"ok\":{\"messages\":[],\"attributes\":[],\"events\":[],\"data\":null}}")
(func $ok (result i32) (call $text (i32.const 16) (i32.const 62)))
"#;

pub const ENTRIES: [(&str, usize); 6] = [
    ("instantiate", 3),
    ("execute", 3),
    ("query", 2),
    ("migrate", 2),
    ("sudo", 2),
    ("reply", 2),
];

/// The bytes of a module in text. Every text here is a module, if only for its syntax.
pub fn compile(text: &str) -> Arc<[u8]> {
    match wat::parse_str(text) {
        Ok(bytes) => bytes.into(),
        Err(error) => panic!("{error}"),
    }
}

fn frame(helpers: &str, body: &str) -> Arc<[u8]> {
    compile(&format!(
        "(module {IMPORTS} (memory (export \"memory\") 64) (func (export \"interface_version_8\"))
           (func (export \"deallocate\") (param i32)) {helpers} {body})"
    ))
}

/// A contract with all that must be there; `body` is the rest.
pub fn contract(body: &str) -> Arc<[u8]> {
    frame(HELPERS, body)
}

/// One with an allocator of its own.
pub fn allocating(allocate: &str, body: &str) -> Arc<[u8]> {
    let honest = HELPERS.replace(" (export \"allocate\")", "");
    let own = format!(
        "{honest} (func (export \"allocate\") (param $size i32) (result i32) (local $region i32) {allocate})"
    );
    frame(&own, body)
}

/// An entry point that does `body` and gives what that leaves behind.
pub fn entry(name: &str, body: &str) -> String {
    let arity = ENTRIES.iter().find(|(n, _)| *n == name).map_or(2, |e| e.1);
    format!(
        "(func (export \"{name}\") (param {}) (result i32) (local $a i32) {body})",
        "i32 ".repeat(arity)
    )
}

/// An `execute` that does `body` and then answers with an empty response.
pub fn executing(body: &str) -> Arc<[u8]> {
    contract(&entry("execute", &format!("{body} (call $ok)")))
}

/// An entry point that answers with a text at an address, which `data` puts there.
pub fn answers(name: &str, at: usize, text: &[u8]) -> String {
    let body = format!("(call $text (i32.const {at}) (i32.const {}))", text.len());
    data(at, text) + &entry(name, &body)
}

/// Lays bytes down at an address.
pub fn data(at: usize, bytes: &[u8]) -> String {
    let escaped: String = bytes.iter().map(|b| format!("\\{b:02x}")).collect();
    format!("(data (i32.const {at}) \"{escaped}\")")
}
