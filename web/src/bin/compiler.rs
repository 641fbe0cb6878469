//! The compiler of WebAssembly text, fetched when it is first wanted.

fn main() {
    #[cfg(target_arch = "wasm32")]
    consensusforge_web::worker::compiler::start();
}
