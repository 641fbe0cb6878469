//! The page: everything that runs on the browser's main thread.

fn main() {
    #[cfg(target_arch = "wasm32")]
    consensusforge_web::page::start();
}
