//! Why a message was not carried out: the sentence for people, and what its sender hears.

use crate::vm::error_code::{self, ErrorCode};
use crate::vm::{Entry, Failure, FailureKind};

/// A message or call that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageError {
    /// For people; ends in a receipt.
    pub text: String,
    /// What wasmd numbers it as.
    code: ErrorCode,
    /// What a contract itself said went wrong, as its sender hears it. Lost where wasmd wraps the error.
    said: Option<String>,
}

impl MessageError {
    #[must_use]
    pub fn new(code: ErrorCode, text: impl Into<String>) -> MessageError {
        MessageError {
            text: text.into(),
            code,
            said: None,
        }
    }

    /// The failure of a contract's entry point.
    #[must_use]
    pub fn of_call(failure: Failure, entry: Entry) -> MessageError {
        if failure.kind != FailureKind::Contract {
            return failure.into();
        }
        let (code, what) = match entry {
            Entry::Init => (error_code::INSTANTIATE_FAILED, "instantiate"),
            Entry::Migrate => (error_code::MIGRATION_FAILED, "migrate"),
            Entry::View => (error_code::QUERY_FAILED, "query"),
            Entry::Call | Entry::Sudo | Entry::Reply => (error_code::EXECUTE_FAILED, "execute"),
        };
        MessageError {
            said: Some(format!("{}: {what} wasm contract failed", failure.text)),
            text: failure.text,
            code,
        }
    }

    #[must_use]
    pub fn is_out_of_gas(&self) -> bool {
        self.code == error_code::OUT_OF_GAS
    }

    /// What a contract hears of it.
    #[must_use]
    pub fn heard(&self) -> String {
        self.said.clone().unwrap_or_else(|| self.code.to_string())
    }

    /// The same where wasmd adds words of its own: then only the code is heard.
    #[must_use]
    pub fn wrapped(self) -> MessageError {
        MessageError { said: None, ..self }
    }

    /// The error of a message, as it leaves the call that sent it: `execute` hands it on as it is, all
    /// others wrap it.
    #[must_use]
    pub fn through(self, entry: Entry) -> MessageError {
        match entry {
            Entry::Call => self,
            Entry::Init | Entry::View | Entry::Migrate | Entry::Sudo | Entry::Reply => {
                self.wrapped()
            }
        }
    }
}

impl From<Failure> for MessageError {
    fn from(failure: Failure) -> Self {
        let code = match failure.kind {
            FailureKind::OutOfGas => error_code::OUT_OF_GAS,
            FailureKind::Contract => error_code::EXECUTE_FAILED,
            FailureKind::Trap
            | FailureKind::ReadOnly
            | FailureKind::BadRequest
            | FailureKind::NoEntry
            | FailureKind::Module => error_code::VM_ERROR,
        };
        MessageError::new(code, failure.text)
    }
}
