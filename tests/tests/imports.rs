//! Imports point down: a room of the core names only rooms below it, the page knows the session
//! alone, and files do not import one another in circles. A new edge is one visible line here.

use consensusforge_tests::import_cycles::cycles;
use consensusforge_tests::imports::{module, paths_below, paths_over_super, sources};
use std::fs;
use std::path::{Path, PathBuf};

/// The floors, lowest first. A room may name every room on a lower floor.
const FLOORS: &[&[&str]] = &[
    &["base"],
    &["types"],
    &["consensus", "vm", "model"],
    &["ledger", "trace", "adversary"],
    &["network", "check"],
    &["world"],
    // Presets, validation and links.
    &["scenario"],
    &["session"],
    &["search"],
];

/// Edges between rooms of one floor, each with its reason.
const EDGES: &[(&str, &str)] = &[];

#[test]
fn files_do_not_import_one_another_in_circles() {
    for src in ["core/src", "web/src"] {
        let found: Vec<String> = cycles(&workspace().join(src))
            .into_iter()
            .map(|cycle| cycle.join(", "))
            .collect();
        assert!(
            found.is_empty(),
            "files of {src} import one another in a circle. Move what they share into a file of its own, or the function to \
             the file it works on:\n{}",
            found.join("\n")
        );
    }
}

#[test]
fn rooms_name_only_rooms_below() {
    let src = workspace().join("core/src");
    let mut wrong = Vec::new();
    for file in sources(&src) {
        let module = module(&src, &file);
        let Some(from) = room(&module) else { continue };
        let Some(own_floor) = floor(&from) else {
            wrong.push(format!(
                "{}: the room `{from}` has no floor in FLOORS",
                show(&file)
            ));
            continue;
        };
        let text = read(&file);
        let climbed = paths_over_super(&text, &module)
            .into_iter()
            .filter(|path| room(path).is_some_and(|room| floor(&room).is_some()));
        for path in paths_below(&text, "crate").into_iter().chain(climbed) {
            let Some(to) = room(&path) else { continue };
            let down = floor(&to).is_some_and(|floor| floor < own_floor);
            if to != from && !down && !EDGES.contains(&(&from, &to)) {
                wrong.push(format!(
                    "{}: `{from}` names `{}`",
                    show(&file),
                    path.join("::")
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "imports of the core that do not point down (floors and exceptions: tests/tests/imports.rs):\n{}",
        wrong.join("\n")
    );
}

#[test]
fn one_folder_knows_the_wasm_engine() {
    let src = workspace().join("core/src");
    let engine = src.join("vm/engine");
    let wrong: Vec<String> = sources(&src)
        .into_iter()
        .filter(|file| !file.starts_with(&engine) && !paths_below(&read(file), "wasmi").is_empty())
        .map(|file| show(&file))
        .collect();
    assert!(
        wrong.is_empty(),
        "only core/src/vm/engine may name wasmi, but so do: {wrong:?}"
    );
}

#[test]
fn the_page_knows_the_session_alone() {
    let src = workspace().join("web/src");
    let mut wrong = Vec::new();
    for file in sources(&src) {
        for path in paths_below(&read(&file), "consensusforge_core") {
            if path[0] != "session" {
                wrong.push(format!("{}: {}", show(&file), path.join("::")));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "the page may name consensusforge_core::session alone, but:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_reader_sees_every_way_to_name_a_room() {
    let text = r##"
        use crate::{base::{encode, Hash}, ledger::State as S, world};
        // crate::comment::is_not_read
        fn f() -> crate::vm::Gas { "crate::string::neither"; '"'; r#"" crate::raw::nor_this"#; super::super::trace::f() }
        use super::super::{check::Monitor, types};
        pub use ::crate::not::a_path_of_ours;
    "##;
    let names = |paths: std::collections::BTreeSet<Vec<String>>| {
        paths
            .into_iter()
            .map(|path| path.join("::"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names(paths_below(text, "crate")),
        [
            "base::Hash",
            "base::encode",
            "ledger::State",
            "vm::Gas",
            "world"
        ]
    );
    let module = ["consensus", "tendermint"].map(str::to_owned);
    assert_eq!(
        names(paths_over_super(text, &module)),
        ["check::Monitor", "trace::f", "types"]
    );
}

/// The room a path lies in.
fn room(path: &[String]) -> Option<String> {
    path.first().cloned()
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn show(file: &Path) -> String {
    file.strip_prefix(workspace())
        .unwrap_or(file)
        .display()
        .to_string()
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .expect("tests/ has a parent")
}
