//! Which code the page can open without: it is taken out of the modules and fetched when wanted. A list
//! names entries; what is reached through these alone goes with them.

use crate::linked::Linked;
use crate::own::own;
use crate::{run, split};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::Path;

pub struct Cut {
    /// The program's name.
    bin: &'static str,
    /// What its glue calls the thing that fetches the second part.
    fetcher: &'static str,
    /// Parts of the paths of functions that nobody calls at first. A name too much here, and the second
    /// part is fetched at once (`later.test.mjs` would tell).
    later: &'static [&'static str],
    /// Of these, what is called from the start all the same.
    at_first: &'static [&'static str],
}

/// The contract engine with what contracts may use, the reader of links and files, exports, looking into
/// things.
pub const WORKER: Cut = Cut {
    bin: "worker",
    fetcher: "self.later",
    later: &[
        "wasmi",
        "wasmparser",
        "serde",
        "miniz_oxide",
        "base64",
        "intounderlying",
        "wasm_streams",
        "consensusforge_core::vm::abi",
        "consensusforge_core::vm::admission",
        "consensusforge_core::vm::engine",
        "consensusforge_core::session::export",
        "consensusforge_core::session::inspect",
        "consensusforge_core::session::search",
        "consensusforge_core::session::log",
        "consensusforge_core::session::microscope",
        "consensusforge_core::session::compare",
        "consensusforge_core::session::share::",
        "consensusforge_core::session::recorded",
        "consensusforge_core::session::branch",
        "consensusforge_core::session::words",
        "consensusforge_core::session::studio::check_proof",
        "consensusforge_core::session::Session::add_contract",
        "consensusforge_core::session::Session::export",
        "consensusforge_core::session::Session::card",
        "consensusforge_core::session::Session::search",
        "consensusforge_core::session::Session::switch_to",
        "consensusforge_core::session::Session::link",
        "consensusforge_core::session::Session::file",
        "consensusforge_core::ledger::contract::",
        "consensusforge_core::ledger::journal::Journal::keep_code",
        "consensusforge_core::ledger::keeper",
        "consensusforge_core::ledger::transaction::with_contracts",
        "consensusforge_core::ledger::transaction::call_contracts",
        "consensusforge_core::types::bech32::decode",
        "consensusforge_core::world::World::add_contract",
        "consensusforge_core::trace::file",
        "consensusforge_core::scenario::codec",
        "consensusforge_web::inspect",
        "consensusforge_web::forms",
        "consensusforge_web::protocol::studio::CallDraft",
        "consensusforge_web::worker::request_handler::coins",
        "consensusforge_web::worker::request_handler::Desk::hear",
        "consensusforge_web::worker::request_handler::Desk::message",
        "consensusforge_web::worker::request_handler::Desk::schema",
    ],
    at_first: &[
        // An engine is made with every world.
        "consensusforge_core::vm::engine::WasmEngine::new",
        "consensusforge_core::vm::abi::Ty",
        // The bin of what contracts asked for is emptied also where none did.
        "consensusforge_core::ledger::keeper::Keeper::shift",
        "consensusforge_core::ledger::keeper::Keeper::take",
    ],
};

/// Panels that are not open at first. Whoever opens one waits (`platform/later.rs`): what is named here must
/// be called from behind that.
pub const APP: Cut = Cut {
    bin: "app",
    fetcher: "globalThis.consensusforgeLater",
    later: &[
        "consensusforge_web::platform::later::behind",
        // Answers to questions that are asked from there.
        "consensusforge_web::panels::card::bar",
        "consensusforge_web::panels::card::spans",
        "consensusforge_web::protocol::studio::Answer",
        "intounderlying",
        "wasm_streams",
    ],
    at_first: &[],
};

impl Cut {
    /// Entries of what is fetched later that name nothing in `linked`: gone, called otherwise, or part of
    /// whatever called them, as the compiler thinks best.
    fn idle(&self, linked: &Linked) -> Vec<&'static str> {
        let paths: Vec<String> = linked.functions.keys().map(|name| own(name)).collect();
        let all = self.later.iter().copied();
        all.filter(|part| !paths.iter().any(|path| path.contains(part)))
            .collect()
    }

    fn is_later(&self, symbol: &str) -> bool {
        let path = own(symbol);
        self.later.iter().any(|part| path.contains(part))
            && !self.at_first.iter().any(|part| path.contains(part))
    }

    /// Takes what is not needed at first out of `module` into `later`, and has the `glue` know of it.
    ///
    /// # Errors
    /// When one of the files is not what trunk and wasm-bindgen make.
    pub fn apart(&self, module: &Path, glue: &Path, later: &Path) -> Result<()> {
        let bin = self.bin;
        let linked = linked(bin).with_context(|| format!("of {bin}"))?;
        for entry in self.idle(&linked) {
            println!("No function of {bin} is called {entry} (xtask/src/apart.rs).");
        }
        let parts = split::split(&fs::read(module)?, &linked, |name| self.is_later(name))
            .with_context(|| format!("{bin} could not be taken apart"))?;
        println!(
            "{} of the functions of {bin} and {} bytes of its constants are fetched later.",
            parts.moved.len(),
            parts.constants
        );
        fs::write(module, &parts.first)?;
        fs::write(later, &parts.later)?;

        // Where the glue hands the module its imports.
        let imports = format!("\"./{bin}_bg.js\": import0,");
        let text = fs::read_to_string(glue)?;
        ensure!(
            text.matches(&imports).count() == 1,
            "{bin}.js, which wasm-bindgen made, no longer holds {imports}"
        );
        let more = format!("{imports} {}: {},", split::FETCH.0, self.fetcher);
        fs::write(glue, text.replace(&imports, &more))?;
        Ok(())
    }
}

/// What cargo made, before wasm-bindgen worked on it.
fn linked(bin: &str) -> Result<Linked> {
    let metadata = run::metadata(&run::root().join("Cargo.toml"), &["--no-deps"])?;
    let target = metadata["target_directory"].as_str();
    let file = Path::new(target.context("cargo metadata names no target folder")?)
        .join("wasm32-unknown-unknown/page")
        .join(format!("{bin}.wasm"));
    let wasm = fs::read(&file).with_context(|| format!("cargo made no {}", file.display()))?;
    Linked::read(&wasm)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linked::Uses;

    #[test]
    fn an_entry_that_names_nothing_is_told() {
        let functions = [("<core[0123456789ab]::Session>::card", Uses::default())];
        let linked = Linked {
            functions: functions.map(|(name, uses)| (name.into(), uses)).into(),
            ..Linked::default()
        };
        let later = &["core::Session::card", "core::Session::gone"];
        let cut = Cut { later, ..APP };
        assert_eq!(cut.idle(&linked), ["core::Session::gone"]);
    }
}
