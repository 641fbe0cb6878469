//! Every example runs and prints what its first lines promise.

use std::path::PathBuf;
use std::process::Command;

/// What the example `name` prints.
fn output(name: &str, arguments: &[&str]) -> String {
    // Examples lie beside the folder of the test that is running.
    let test = std::env::current_exe().expect("a test knows its own file");
    let folder = test.parent().and_then(|deps| deps.parent());
    let file: PathBuf = folder.expect("target/debug").join("examples").join(name);
    let file = file.with_extension(std::env::consts::EXE_EXTENSION);
    let run = Command::new(&file)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| {
            panic!(
                "{}: {error}. `cargo test -p consensusforge-examples` builds the examples first",
                file.display()
            )
        });
    assert!(
        run.status.success(),
        "{name}: {}",
        String::from_utf8_lossy(&run.stderr)
    );
    String::from_utf8(run.stdout).expect("examples print text")
}

#[test]
fn run_preset_prints_the_verdicts_of_an_attack_and_of_a_quiet_run() {
    let fork = output("run_preset", &[]);
    assert!(fork.contains("agreement    Violated"), "{fork}");
    assert!(fork.contains("digest "), "{fork}");
    let happy = output("run_preset", &["happy"]);
    assert!(happy.contains("agreement    Holds"), "{happy}");
    assert!(!happy.contains("Violated"), "{happy}");
}

#[test]
fn check_contract_accepts_one_module_and_names_the_import_it_refuses() {
    let text = output("check_contract", &[]);
    assert!(
        text.contains("accepted: accepted, interface forge"),
        "{text}"
    );
    assert!(text.contains("refused: refused: "), "{text}");
    assert!(text.contains("read_the_clock"), "{text}");
    let sample = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../contracts/wasm/counter.wasm"
    );
    assert!(
        output("check_contract", &[sample]).contains("accepted"),
        "counter.wasm"
    );
}

#[test]
fn protocol_skeleton_decides_blocks_and_its_chain_agrees() {
    let text = output("protocol_skeleton", &[]);
    let (calm, crashed) = text.split_once("\n\n").expect("two runs");
    assert!(calm.contains("agreement    Holds"), "{text}");
    assert!(calm.contains("progress     Holds"), "{text}");
    let height = calm.lines().find_map(|line| line.strip_prefix("height "));
    let height = height.and_then(|rest| rest.split(' ').next()?.parse::<u64>().ok());
    assert!(height.is_some_and(|height| height > 20), "{text}");
    // Without rounds nobody takes over from a leader that is down, and the monitor knows whom they wait for.
    assert!(crashed.contains("agreement    Holds"), "{text}");
    assert!(crashed.contains("progress     Stalled"), "{text}");
    assert!(
        crashed.contains("no proposal has arrived from v3"),
        "{text}"
    );
}
