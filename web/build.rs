//! What the linker has to know of the page's builds.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|v| v == value);
    if !is("CARGO_CFG_TARGET_ARCH", "wasm32") {
        return;
    }
    // The optimised page is stripped, and wasm-bindgen reads here what the module may use.
    println!("cargo::rustc-link-arg-bins=--keep-section=target_features");
    if is("OPT_LEVEL", "0") {
        // The types of views are nested deeply and each level moves its children: more than WebAssembly's
        // stack of 1 MiB holds.
        println!("cargo::rustc-link-arg-bins=-zstack-size=8388608");
    }
}
