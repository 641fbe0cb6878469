//! Page and worker are one module: what both need is fetched and compiled once.

fn main() {
    #[cfg(target_arch = "wasm32")]
    if consensusforge_web::platform::workers::is_worker() {
        consensusforge_web::worker::port::start();
    } else {
        consensusforge_web::page::start();
    }
}
