//! Runs the built program.
#![allow(dead_code, reason = "every test file uses some of it")]

use std::io::Write;
use std::process::{Command, Stdio};

pub struct Answer {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Answer {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {}{}", self.out, self.err))
    }
}

pub fn run(arguments: &[&str]) -> Answer {
    run_with(arguments, b"")
}

/// With `input` on standard input.
pub fn run_with(arguments: &[&str], input: &[u8]) -> Answer {
    let mut child = Command::new(env!("CARGO_BIN_EXE_consensusforge"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that has seen enough may close its end first.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    Answer {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The program refuses with a sentence that contains `words`.
pub fn refused(arguments: &[&str], input: &[u8], words: &[&str]) {
    let answer = run_with(arguments, input);
    assert_eq!(
        answer.code, 2,
        "{arguments:?}: {}{}",
        answer.out, answer.err
    );
    assert_eq!(answer.out, "", "{arguments:?}");
    assert!(!answer.err.contains("panicked"), "{}", answer.err);
    for word in words {
        assert!(
            answer.err.contains(word),
            "{arguments:?}: {} (wants {word})",
            answer.err
        );
    }
}
