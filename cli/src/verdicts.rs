//! The verdicts of monitors, as text and as exit codes.

use crate::failure::Exit;
use consensusforge_core::session::view::{Verdict, VerdictKind};

pub fn worst(verdicts: &[Verdict]) -> VerdictKind {
    let any = |kind: VerdictKind| verdicts.iter().any(|v| v.kind == kind);
    if any(VerdictKind::Violated) {
        VerdictKind::Violated
    } else if any(VerdictKind::Stalled) {
        VerdictKind::Stalled
    } else {
        VerdictKind::Holds
    }
}

pub fn exit(outcome: VerdictKind) -> Exit {
    match outcome {
        VerdictKind::Holds => Exit::Fine,
        VerdictKind::Violated => Exit::Violated,
        VerdictKind::Stalled => Exit::Stalled,
    }
}

/// A line each.
pub fn text(verdicts: &[Verdict]) -> String {
    let line = |verdict: &Verdict| {
        let kind = match verdict.kind {
            VerdictKind::Holds => "holds",
            VerdictKind::Violated => "VIOLATED",
            VerdictKind::Stalled => "STALLED",
        };
        format!("{:<12} {kind:<9} {}\n", verdict.monitor, verdict.sentence)
    };
    verdicts.iter().map(line).collect()
}
