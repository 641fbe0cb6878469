//! What an act is called in the list of futures.

use crate::model::{Command, SubmitSpec, Who};
use crate::settings::typical_latency;
use crate::words;

/// A few words: "loss 10 %", "crash v2".
#[must_use]
pub fn act(command: &Command) -> String {
    match command {
        Command::SetLatency(latency) => {
            format!("latency {}", words::duration(typical_latency(latency)))
        }
        Command::SetLoss { ppm } => format!("loss {}", parts(*ppm)),
        Command::SetDuplicate { ppm } => format!("duplicates {}", parts(*ppm)),
        Command::SetReorder { ppm, .. } => format!("reordering {}", parts(*ppm)),
        Command::SetBlockInterval { us } => format!("block pause {}", words::duration(*us)),
        Command::SetWorkload { tx_per_second } => format!("{tx_per_second} transactions a second"),
        Command::SetCrashed { count } => format!("{count} crashed"),
        Command::Crash { validator } => format!("crash {validator}"),
        Command::Restart { validator } => format!("restart {validator}"),
        Command::SetAdversary(spec) => match &spec.who {
            Who::Count(n) => format!("{n} Byzantine"),
            Who::Names(names) if names.len() <= 3 => format!("Byzantine {}", names.join(", ")),
            Who::Names(names) => format!("{} Byzantine", names.len()),
        },
        Command::Partition(_) => "a partition".into(),
        Command::Heal => "heal".into(),
        Command::Submit { action, .. } => match action {
            SubmitSpec::Transfer { .. } => "a transfer".into(),
            SubmitSpec::Deploy { contract, .. } => format!("deploy {contract}"),
            SubmitSpec::Call { .. } | SubmitSpec::Execute { .. } => "a call".into(),
            SubmitSpec::Send { .. } => "a transfer".into(),
            SubmitSpec::Store { contract } => format!("store {contract}"),
            SubmitSpec::Instantiate { code_id, .. } => format!("an instance of code {code_id}"),
            SubmitSpec::Migrate { .. } => "a migration".into(),
            SubmitSpec::SetAdmin { .. } => "another admin".into(),
        },
        Command::ChangeValidators { changes } => match changes.as_slice() {
            [one] => one.to_string(),
            several => format!("{} validators change", several.len()),
        },
        Command::SubmitTwice { .. } => "two transactions in one's place".into(),
        Command::Drop(copy) => format!("drop {}'s {}", copy.from, copy.kind),
        Command::Delay { message, .. } => format!("delay {}'s {}", message.from, message.kind),
        Command::Duplicate { message, .. } => {
            format!("duplicate {}'s {}", message.from, message.kind)
        }
        Command::DeliverNow(copy) => format!("deliver {}'s {}", copy.from, copy.kind),
        Command::Isolate { validator } => format!("isolate {validator}"),
        Command::Restore { validator } => format!("restore {validator}"),
    }
}

fn parts(ppm: u32) -> String {
    words::percent(f64::from(ppm) / 1e6)
}
