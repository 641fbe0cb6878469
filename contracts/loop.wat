;; Never ends. The chain stops it when its gas is used up, at the same operator on every validator.
(module
  (memory (export "memory") 0)
  (func (export "forge_version_1"))
  (func (export "call")
    (loop $again (br $again))))
