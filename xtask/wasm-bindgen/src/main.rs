//! The `wasm-bindgen` command with the options that trunk and the chores pass. The official command line
//! brings a web server and an HTTP client for its test runner, which take most of the time to compile.

use clap::{Parser, ValueEnum};
use std::path::PathBuf;
use std::process::ExitCode;
use wasm_bindgen_cli_support::Bindgen;

#[derive(Parser)]
#[command(name = "wasm-bindgen", version)]
struct Arguments {
    /// The module that cargo made
    input: PathBuf,
    #[arg(long)]
    target: Target,
    #[arg(long)]
    out_dir: PathBuf,
    /// Name of the files to write, without their endings
    #[arg(long)]
    out_name: String,
    /// Write no TypeScript declarations
    #[arg(long)]
    no_typescript: bool,
    #[arg(long)]
    keep_debug: bool,
    #[arg(long)]
    no_demangle: bool,
    #[arg(long)]
    remove_name_section: bool,
    #[arg(long)]
    remove_producers_section: bool,
}

#[derive(Clone, ValueEnum)]
enum Target {
    Bundler,
    Deno,
    Nodejs,
    NoModules,
    Web,
}

fn main() -> ExitCode {
    match generate(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:?}");
            ExitCode::FAILURE
        }
    }
}

fn generate(arguments: &Arguments) -> anyhow::Result<()> {
    let mut bindgen = Bindgen::new();
    match arguments.target {
        Target::Bundler => bindgen.bundler(true)?,
        Target::Deno => bindgen.deno(true)?,
        Target::Nodejs => bindgen.nodejs(true)?,
        Target::NoModules => bindgen.no_modules(true)?,
        Target::Web => bindgen.web(true)?,
    };
    bindgen
        .input_path(&arguments.input)
        .out_name(&arguments.out_name)
        .typescript(!arguments.no_typescript)
        .keep_debug(arguments.keep_debug)
        .demangle(!arguments.no_demangle)
        .remove_name_section(arguments.remove_name_section)
        .remove_producers_section(arguments.remove_producers_section)
        .generate(&arguments.out_dir)
}
