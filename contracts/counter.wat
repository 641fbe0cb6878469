;; A counter. `call` adds one and answers the new count; `view` answers the count. Answers are text.
;; The chain is module "forge"; bytes travel as pointer and length into the exported memory.
(module
  (import "forge" "get"    (func $get (param i32 i32 i32 i32) (result i32))) ;; key, len, dst, cap
  (import "forge" "set"    (func $set (param i32 i32 i32 i32)))              ;; key, len, value, len
  (import "forge" "output" (func $output (param i32 i32)))                   ;; ptr, len
  (import "forge" "emit"   (func $emit (param i32 i32)))                     ;; ptr, len

  (memory (export "memory") 1)       ;; one page of 64 KiB, zeroed for every call
  (data (i32.const 0) "count")       ;; 0..5    the storage key
                                     ;; 8..16   the count, an i64
                                     ;; 32..64  digits, written from the right

  (func (export "forge_version_1"))  ;; "I speak forge": never called

  ;; Reads the stored count. An absent key leaves memory as it was: zero.
  (func $load (result i64)
    (drop (call $get (i32.const 0) (i32.const 5) (i32.const 8) (i32.const 8)))
    (i64.load (i32.const 8)))

  ;; Writes $n as decimal text that ends at address 64, and makes it the answer.
  (func $answer (param $n i64) (result i32)
    (local $p i32)
    (local.set $p (i32.const 64))
    (loop $digit
      (local.set $p (i32.sub (local.get $p) (i32.const 1)))
      (i32.store8 (local.get $p)
        (i32.add (i32.const 48) (i32.wrap_i64 (i64.rem_u (local.get $n) (i64.const 10)))))
      (local.set $n (i64.div_u (local.get $n) (i64.const 10)))
      (br_if $digit (i64.ne (local.get $n) (i64.const 0))))
    (call $output (local.get $p) (i32.sub (i32.const 64) (local.get $p)))
    (local.get $p))

  (func (export "call") (local $p i32)
    (i64.store (i32.const 8) (i64.add (call $load) (i64.const 1)))
    (call $set (i32.const 0) (i32.const 5) (i32.const 8) (i32.const 8))
    (local.set $p (call $answer (i64.load (i32.const 8))))
    (call $emit (local.get $p) (i32.sub (i32.const 64) (local.get $p)))) ;; the event: the new count

  (func (export "view")
    (drop (call $answer (call $load)))))
