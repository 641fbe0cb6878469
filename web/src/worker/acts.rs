//! What hands and forms do, as commands of the run.

use super::files::Files;
use crate::model::{Command, CopySpec, PuppetLine, SubmitSpec, TimedCommand};
use crate::protocol::Intervention;
use crate::protocol::studio::Answer;
use consensusforge_core::session::Session;
use consensusforge_core::session::view::Problem;

pub fn hand(act: Intervention, message: CopySpec) -> Command {
    match act {
        Intervention::Drop => Command::Drop(message),
        Intervention::Delay(by_us) => Command::Delay { message, by_us },
        Intervention::Duplicate(after_us) => Command::Duplicate { message, after_us },
        Intervention::DeliverNow => Command::DeliverNow(message),
    }
}

pub fn read_script(text: &str) -> Result<Vec<PuppetLine>, Problem> {
    serde_json::from_str(text)
        .map_err(|e| Problem::new(format!("The script is not a list of messages: {e}.")))
}

/// A built-in module becomes part of the run when it is first deployed.
pub fn knowing(session: &mut Session, files: &Files, command: &Command) -> Result<(), Problem> {
    if let Command::Submit {
        action: SubmitSpec::Deploy { contract, .. } | SubmitSpec::Store { contract },
        ..
    } = command
        && !session
            .scenario()
            .contracts
            .iter()
            .any(|c| c.name == *contract)
    {
        files.for_contract(contract)?;
        session.add_builtin(contract)?;
    }
    Ok(())
}

/// Names the transaction of a command given at `before`, which may still wait for a block's execution.
pub fn sent(commands: &[TimedCommand], before: u64) -> Answer {
    // A command comes behind those of its instant, the one after that it was given at.
    let due = commands.iter().take_while(|c| c.at_us <= before + 1);
    let sent: Vec<u64> = due
        .filter(|c| matches!(c.command, Command::Submit { .. }))
        .map(|c| c.at_us)
        .collect();
    let at_us = sent.last().copied().unwrap_or_default();
    let of_its_instant = sent.iter().filter(|at| **at == at_us).count();
    Answer::Sent {
        at_us,
        nth: of_its_instant.saturating_sub(1) as u32,
    }
}
