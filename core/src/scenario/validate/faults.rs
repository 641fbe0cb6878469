//! Crashes and restarts.

use super::{Checked, Names, few, instant, known_node, require, span};
use crate::base::limits::MAX_COMMANDS;
use crate::model::FaultSpec;

pub(super) fn check(faults: &FaultSpec, names: &Names) -> Checked {
    crashed("faults.crashed", faults.crashed, names)?;
    few(
        "faults.crashes",
        faults.crashes.len(),
        MAX_COMMANDS,
        "crashes",
    )?;
    for (i, crash) in faults.crashes.iter().enumerate() {
        let place = format!("faults.crashes[{i}]");
        known_node(&format!("{place}.validator"), &crash.validator, names)?;
        instant(&format!("{place}.at_us"), crash.at_us)?;
        span(
            &format!("{place}.restart_us"),
            crash.at_us,
            crash.restart_us,
        )?;
    }
    Ok(())
}

pub(super) fn crashed(place: &str, count: u16, names: &Names) -> Checked {
    require(usize::from(count) <= names.count(), place, || {
        format!(
            "{count} crashed validators are more than there are; give at most {}.",
            names.count()
        )
    })
}
