//! Where a transaction's gas went, as nested parts: the transaction, the call in it, the messages and
//! replies in that, each as wide as what it used with all that followed.

use crate::words;
use consensusforge_core::session::view::{CallView, ReceiptView};

/// One bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Parts it lies in.
    pub depth: u32,
    pub kind: Kind,
    /// Short enough for a bar: `execute cw-factory`.
    pub label: String,
    /// With what followed.
    pub gas: u64,
    /// Without.
    pub own: u64,
    /// The own part by category; of the whole transaction, all of it.
    pub gas_by: Vec<(String, u64)>,
    /// What else there is to say of it, a sentence each.
    pub notes: Vec<String>,
}

/// What bars are coloured by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Whole,
    Call,
    Make,
    Reply,
    Coins,
    /// Whatever it was: it was undone.
    Failed,
}

impl Kind {
    /// As the style sheet knows it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Whole => "whole",
            Kind::Call => "call",
            Kind::Make => "make",
            Kind::Reply => "reply",
            Kind::Coins => "coins",
            Kind::Failed => "failed",
        }
    }

    fn of(call: &CallView) -> Kind {
        if call.failed.is_some() {
            return Kind::Failed;
        }
        match call.what.as_str() {
            "reply" => Kind::Reply,
            "instantiate" | "instantiate2" | "migrate" | "init" => Kind::Make,
            "send" | "burn" => Kind::Coins,
            _ => Kind::Call,
        }
    }
}

impl Part {
    /// For whoever hears it.
    #[must_use]
    pub fn sentence(&self) -> String {
        let mut said = format!("{}: {} gas", self.label, words::grouped(self.gas));
        if self.own < self.gas {
            said.push_str(&format!(", {} its own part", words::grouped(self.own)));
        }
        for note in &self.notes {
            said.push_str(". ");
            said.push_str(note);
        }
        said
    }
}

/// Depth first; none for what reached no contract.
#[must_use]
pub fn parts(r: &ReceiptView) -> Vec<Part> {
    if r.calls.is_empty() {
        return Vec::new();
    }
    let below = |depth: u32| -> u64 {
        let direct = r.calls.iter().filter(|c| c.depth == depth);
        direct.map(|c| c.gas_used).sum()
    };
    let mut notes = Vec::new();
    if r.calls_omitted > 0 {
        notes.push(format!("{} more calls are not shown", r.calls_omitted));
    }
    let mut parts = vec![Part {
        depth: 0,
        kind: Kind::Whole,
        label: "transaction".into(),
        gas: r.gas_used,
        own: r.gas_used.saturating_sub(below(0)),
        gas_by: r.gas_by.clone(),
        notes,
    }];
    parts.extend(r.calls.iter().map(|call| Part {
        depth: call.depth + 1,
        kind: Kind::of(call),
        label: label(call),
        gas: call.gas_used,
        own: call.gas_by.iter().map(|(_, gas)| gas).sum(),
        gas_by: call.gas_by.clone(),
        notes: notes_of(call),
    }));
    parts
}

fn label(call: &CallView) -> String {
    let number = call.reply_to.map(|id| format!(" {id}")).unwrap_or_default();
    let to = match &call.to {
        Some((name, _)) if !name.is_empty() => format!(" {name}"),
        Some(_) | None => String::new(),
    };
    format!("{}{number}{to}", call.what)
}

fn notes_of(call: &CallView) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(why) = &call.failed {
        notes.push(format!("Failed and undone: {why}"));
    }
    if let Some((_, address)) = &call.to {
        notes.push(format!("To {address}"));
    }
    notes.push(format!("At most {}", words::grouped(call.gas_limit)));
    notes.extend(call.log.iter().map(|line| format!("Debug: {line}")));
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(depth: u32, what: &str, gas_used: u64, own: u64) -> CallView {
        CallView {
            depth,
            what: what.into(),
            to: Some(("cw-factory".into(), "forge1abc".into())),
            gas_limit: 1_000,
            gas_used,
            gas_by: vec![("operators".into(), own)],
            reply_to: (what == "reply").then_some(7),
            failed: None,
            log: Vec::new(),
        }
    }

    #[test]
    fn parts_nest_as_calls_do_and_say_what_they_cost() {
        let mut bad = call(1, "instantiate", 200, 200);
        bad.failed = Some("no".into());
        let r = ReceiptView {
            tx: String::new(),
            status: "ok".into(),
            what: String::new(),
            height: None,
            submitted_us: 0,
            gas_limit: Some(2_000),
            gas_used: 1_100,
            gas_by: vec![("transaction".into(), 100)],
            calls: vec![
                call(0, "execute", 1_000, 500),
                bad,
                call(1, "reply", 300, 300),
            ],
            calls_omitted: 0,
            output: None,
            error: None,
            events: Vec::new(),
            created: None,
            changes: Vec::new(),
            roots: Vec::new(),
        };
        let parts = parts(&r);
        let shape: Vec<_> = parts
            .iter()
            .map(|p| (p.depth, p.kind.name(), p.gas, p.own))
            .collect();
        assert_eq!(
            shape,
            [
                (0, "whole", 1_100, 100),
                (1, "call", 1_000, 500),
                (2, "failed", 200, 200),
                (2, "reply", 300, 300)
            ]
        );
        assert_eq!(parts[3].label, "reply 7 cw-factory");
        assert!(parts[1].sentence().contains("500 its own part"));
        assert!(parts[2].sentence().contains("Failed and undone: no"));
    }
}
