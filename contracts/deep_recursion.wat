;; Calls itself until the chain's limit on nested calls, which is the same number everywhere and far
;; from where any machine's own stack ends.
(module
  (memory (export "memory") 0)
  (func (export "forge_version_1"))
  (func $deeper (export "call")
    (call $deeper)))
