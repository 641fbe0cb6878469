// A CosmWasm contract in text whose call calls itself for ever, and whose answers are no UTF-8.

/// The address of a run's first contract, if its code is the first, too.
export const me = "forge1mfjdj4p32e5fktcst6s0nllskhgjsvf3khynk6c2aualraa4azxswe4320";
const esc = (s) => [...Buffer.from(s, "latin1")].map((b) => `\\${b.toString(16).padStart(2, "0")}`).join("");
const entry = (name, n, at, len) => `(func (export "${name}") ${"(param i32) ".repeat(n)}(result i32) (call $text (i32.const ${at}) (i32.const ${len})))`;
export function again() {
  const ok = '{"ok":{"messages":[]}}';
  const again = `{"ok":{"messages":[{"id":7,"msg":{"wasm":{"execute":{"contract_addr":"${me}","msg":"e30=","funds":[]}}},"gas_limit":null,"reply_on":"never","payload":""}]}}`;
  const bad = '{"ok":"\xff"}';
  return `(module (memory (export "memory") 9) (func (export "interface_version_8")) (func (export "deallocate") (param i32))
(global $free (mut i32) (i32.const 524288))
(func $allocate (export "allocate") (param $size i32) (result i32) (local $region i32)
  (local.set $region (global.get $free))
  (i32.store (local.get $region) (i32.add (local.get $region) (i32.const 12)))
  (i32.store (i32.add (local.get $region) (i32.const 4)) (local.get $size))
  (i32.store (i32.add (local.get $region) (i32.const 8)) (i32.const 0))
  (global.set $free (i32.and (i32.add (i32.add (local.get $region) (local.get $size)) (i32.const 27)) (i32.const -8)))
  (local.get $region))
(func $text (param $at i32) (param $size i32) (result i32) (local $region i32)
  (local.set $region (call $allocate (i32.const 0)))
  (i32.store (local.get $region) (local.get $at))
  (i32.store (i32.add (local.get $region) (i32.const 4)) (local.get $size))
  (i32.store (i32.add (local.get $region) (i32.const 8)) (local.get $size))
  (local.get $region))
(data (i32.const 16) "${esc(ok)}") (data (i32.const 1024) "${esc(again)}") (data (i32.const 4096) "${esc(bad)}")
${entry("instantiate", 3, 16, ok.length)} ${entry("execute", 3, 1024, again.length)} ${entry("query", 2, 4096, bad.length)})`;
}
