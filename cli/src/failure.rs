//! How a command ends.

use consensusforge_core::scenario::ScenarioError;
use consensusforge_core::session::view::Problem;
use std::fmt;
use std::process::ExitCode;

/// What a command found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Fine = 0,
    CannotWrite = 1,
    BadInput = 2,
    Violated = 3,
    Stalled = 4,
    Diverges = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// Why a command found nothing out.
#[derive(Debug)]
pub enum Failure {
    /// A sentence about what we were given.
    BadInput(String),
    /// A sentence about where the answer was to go.
    CannotWrite(String),
    /// The reader of our output went away.
    Closed,
}

impl Failure {
    pub fn input(sentence: impl ToString) -> Self {
        Failure::BadInput(sentence.to_string())
    }

    /// A sentence of the core, which ends without a full stop.
    pub fn sentence(problem: &Problem) -> Self {
        Failure::BadInput(format!("{problem}."))
    }

    pub fn exit(&self) -> Exit {
        match self {
            Failure::BadInput(_) => Exit::BadInput,
            Failure::CannotWrite(_) => Exit::CannotWrite,
            Failure::Closed => Exit::Fine,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::BadInput(sentence) | Failure::CannotWrite(sentence) => f.write_str(sentence),
            Failure::Closed => Ok(()),
        }
    }
}

impl From<ScenarioError> for Failure {
    fn from(error: ScenarioError) -> Self {
        Failure::BadInput(error.to_string())
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Failure::BadInput(problem.sentence)
    }
}

/// What every command gives back.
pub type Outcome = Result<Exit, Failure>;
