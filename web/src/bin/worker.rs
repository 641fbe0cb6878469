//! The worker: the simulated world, off the main thread.

fn main() {
    #[cfg(target_arch = "wasm32")]
    consensusforge_web::worker::port::start();
}
