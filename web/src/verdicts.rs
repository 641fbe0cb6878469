//! How a run stands, as the page shows it.

use consensusforge_core::session::view::{Frame, VerdictKind};

/// How long nothing has been decided, microseconds, once half of the time is over after which the chain counts
/// as stalled; none before that, and none where something is wrong already.
///
/// `patience_us`: that time, as the scenario says.
#[must_use]
pub fn waited(frame: &Frame, patience_us: u64) -> Option<u64> {
    let well = frame.verdicts.iter().all(|v| v.kind == VerdictKind::Holds);
    let last = frame.commits.last().map_or(0, |c| c.at_us);
    let waited = frame.now_us.saturating_sub(last);
    (well && waited > patience_us / 2).then_some(waited)
}

#[cfg(test)]
mod tests {
    use super::*;
    use consensusforge_core::session::{Session, presets};

    #[test]
    fn a_chain_that_waits_is_told_before_it_has_stalled() {
        let preset = presets()
            .into_iter()
            .find(|p| p.id == "stall")
            .expect("a preset");
        let patience = preset.scenario.checks.stall_after_us;
        let mut session = Session::open(preset.scenario).expect("possible");
        let mut told = Vec::new();
        for until in (0..=patience + 1_000_000).step_by(500_000) {
            session.run_to(until);
            let frame = session.frame();
            let stalled = frame
                .verdicts
                .iter()
                .any(|v| v.kind == VerdictKind::Stalled);
            assert_eq!(stalled, until >= patience, "{until}");
            told.push((until, waited(&frame, patience)));
        }
        for (until, waited) in told {
            let between = until > patience / 2 && until < patience;
            assert_eq!(waited, between.then_some(until));
        }
    }
}
