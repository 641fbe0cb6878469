;; Does what WebAssembly forbids. `call` divides by zero, `view` reads outside memory: the call
;; fails, what it wrote is undone, and the chain goes on.
(module
  (import "forge" "set" (func $set (param i32 i32 i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "lost")
  (func (export "forge_version_1"))
  (func (export "call")
    (call $set (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 4)) ;; undone
    (drop (i32.div_u (i32.const 1) (i32.const 0))))
  (func (export "view")
    (drop (i32.load (i32.const 65536)))))
