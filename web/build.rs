//! Room for building the page's views in a build that is not optimised: their types are deep, each level
//! moves its children, and WebAssembly's stack of 1 MiB does not hold that.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|v| v == value);
    if is("CARGO_CFG_TARGET_ARCH", "wasm32") && is("OPT_LEVEL", "0") {
        println!("cargo::rustc-link-arg-bins=-zstack-size=8388608");
    }
}
