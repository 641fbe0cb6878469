//! What the linker has to know of the two builds of the page.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|v| v == value);
    if !is("CARGO_CFG_TARGET_ARCH", "wasm32") {
        return;
    }
    if is("OPT_LEVEL", "0") {
        // Views' types are deep, each level moves its children, and WebAssembly's stack of 1 MiB does not
        // hold that.
        println!("cargo::rustc-link-arg-bins=-zstack-size=8388608");
    } else {
        // The optimised page is taken apart afterwards (`cargo xtask stamp`): for that it must be said what
        // refers to what.
        println!("cargo::rustc-link-arg-bins=--emit-relocs");
    }
}
