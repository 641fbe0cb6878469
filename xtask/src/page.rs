//! Building and serving the page. Trunk does the work, by index.html and Trunk.toml; here it is only
//! seen to that trunk finds what it needs.

use crate::run::{self, run};
use crate::{bindgen, install, offline, origin, weight};
use anyhow::{Context, Result};
use std::net::TcpListener;
use std::process::Command;

/// Cargo's variable for what follows; .cargo/config.toml would tell the contracts' builds as well.
pub const FLAGS: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";
/// Leptos forgets the nested types of views at every component: a tenth less of the page's code.
pub const ERASE: &str = "--cfg erase_components";

#[derive(clap::Args)]
pub struct Serve {
    /// The port on 127.0.0.1
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Serve the optimised page: minutes to build at each change, several times faster to run
    #[arg(long)]
    release: bool,
}

#[derive(clap::Args)]
pub struct Build {
    /// Compile as `serve` does: faster to build, several times slower to run
    #[arg(long)]
    dev: bool,
    /// With --dev: kept by browsers for offline use all the same
    #[arg(long)]
    offline: bool,
}

pub fn serve(arguments: &Serve) -> Result<()> {
    let port = arguments.port;
    // Trunk would find out only after minutes of building.
    TcpListener::bind(("127.0.0.1", port)).with_context(|| {
        format!(
            "port {port} of 127.0.0.1 is not free; choose another: cargo xtask serve --port 8081"
        )
    })?;
    // Browsers must not keep a page that is about to change.
    let mut trunk = trunk("serve", !arguments.release, false)?;
    println!(
        "Building the page: {}. It will then be at http://127.0.0.1:{port}/, and is built again when a \
         source changes. Ctrl-C stops.",
        duration(!arguments.release)
    );
    run(trunk.arg("--port").arg(port.to_string()))
}

pub fn build(arguments: &Build) -> Result<()> {
    let offline = arguments.offline || !arguments.dev;
    let mut trunk = trunk("build", arguments.dev, offline)?;
    println!("Building the page: {}.", duration(arguments.dev));
    run(&mut trunk)?;
    if !arguments.dev {
        weight::tell()?;
    }
    println!("The page is in dist/. Any static host serves it, from any folder.");
    Ok(())
}

/// How long the page takes to build on 2 cores.
fn duration(dev: bool) -> &'static str {
    if dev {
        "about 3 minutes the first time, half a minute after a change"
    } else {
        "about 6 minutes the first time, 4 after a change"
    }
}

/// Flags of the optimised page.
pub fn optimised() -> Result<String> {
    Ok(format!("{ERASE}{}", origin::flags()?))
}

/// The optimised page into dist/.
pub fn release() -> Result<()> {
    build(&Build {
        dev: false,
        offline: true,
    })
}

fn trunk(action: &str, dev: bool, offline: bool) -> Result<Command> {
    install::wasm_target()?;
    install::trunk()?;
    let path = bindgen::path()?;
    let mut trunk = run::command("trunk", &[action]);
    trunk.env("PATH", path);
    // Trunk reads NO_COLOR as a boolean and stops at the customary NO_COLOR=1.
    trunk.env_remove("NO_COLOR");
    trunk.env(FLAGS, if dev { ERASE.into() } else { optimised()? });
    trunk.env(offline::VARIABLE, if offline { "1" } else { "0" });
    if dev {
        // wasm-bindgen drops them, and they take a tenth of the time.
        trunk.env("CARGO_PROFILE_DEV_DEBUG", "0");
    } else {
        trunk.arg("--release");
    }
    Ok(trunk)
}
