//! Traces saved, checked and exported without their scenario.

mod common;

use common::{refused, run};

fn saved(preset: &str, until: &str) -> (tempdir::Folder, String) {
    let folder = tempdir::Folder::new(preset);
    let file = folder.path.join("run.cftrace").display().to_string();
    let source = format!("preset:{preset}");
    run(&["run", &source, "--until", until, "--save", &file]);
    (folder, file)
}

mod tempdir {
    use std::path::PathBuf;

    /// A folder that goes with its value.
    pub struct Folder {
        pub path: PathBuf,
    }

    impl Folder {
        pub fn new(name: &str) -> Folder {
            let path = std::env::temp_dir().join(format!("cf-{}-{name}", std::process::id()));
            std::fs::create_dir_all(&path).unwrap();
            Folder { path }
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

#[test]
fn a_saved_run_is_judged_as_it_was_when_it_ran() {
    let (_folder, file) = saved("happy", "5");
    let answer = run(&["check", &file, "--json"]);
    assert_eq!(answer.code, 0, "{}{}", answer.out, answer.err);
    let report = answer.json();
    assert_eq!(report["outcome"], "holds");
    assert_eq!(report["complaints"], serde_json::json!([]));
    assert!(report["sentence"].as_str().unwrap().contains("all "));
    let exported = run(&["export", &file, "--format", "itf"]);
    assert_eq!(exported.code, 0, "{}", exported.err);
    assert_eq!(exported.json()["#meta"]["format"], "ITF");
}

#[test]
fn a_fork_is_found_in_its_trace_alone() {
    let (_folder, file) = saved("fork", "10");
    let answer = run(&["check", &file]);
    assert_eq!(answer.code, 3, "{}{}", answer.out, answer.err);
    assert!(answer.out.contains("At height"), "{}", answer.out);
}

#[test]
fn a_file_that_is_no_trace_and_one_that_was_cut_off_are_told() {
    refused(&["check", "Cargo.toml"], b"", &["not a trace file"]);
    let (_folder, file) = saved("happy", "2");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() - 40]).unwrap();
    let answer = run(&["check", &file]);
    assert_eq!(answer.code, 2, "{}{}", answer.out, answer.err);
    assert!(answer.out.contains("does not make sense"), "{}", answer.out);
    assert!(answer.out.contains("agreement"), "{}", answer.out);
}
