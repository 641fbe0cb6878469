;; Asks for memory until nothing is left. Pages cost gas, the chain gives at most 32 MiB, and being
;; refused costs gas too: the gas ends first.
(module
  (memory (export "memory") 0)
  (func (export "forge_version_1"))
  (func (export "call")
    (loop $more
      (drop (memory.grow (i32.const 1)))
      (br $more))))
