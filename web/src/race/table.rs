//! A lane's row of the table, in the columns of `consensusforge race`.

use crate::words;
use consensusforge_core::session::race::RaceRow;
use consensusforge_core::session::view::VerdictKind;

/// A column of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// The field of [`RaceRow`].
    pub name: &'static str,
    pub title: &'static str,
    /// What the figure is.
    pub hint: &'static str,
    /// Whether the least is the best; otherwise the most is.
    least: bool,
}

/// The columns, in their order.
pub const COLUMNS: [Column; 9] = [
    column(
        "blocks",
        "blocks",
        "Blocks that an honest validator has decided",
        false,
    ),
    column(
        "commit_latency_delays",
        "delays to commit",
        "Commit latency in the network's typical one-way delay",
        true,
    ),
    column(
        "commit_latency_us",
        "commit latency",
        "From the proposal leaving to the decision at an honest validator, median over the newest 32 heights",
        true,
    ),
    column(
        "block_interval_us",
        "block interval",
        "Mean time a block took, from the first decision to the last",
        true,
    ),
    column(
        "longest_pause_us",
        "longest pause",
        "The longest time without a decision",
        true,
    ),
    column(
        "messages_per_block",
        "messages",
        "Copies sent a block",
        true,
    ),
    column(
        "bytes_per_block",
        "bytes",
        "Bytes of all copies a block",
        true,
    ),
    column(
        "signatures_per_block",
        "signed",
        "Messages signed a block",
        true,
    ),
    column(
        "verifications_per_block",
        "verified",
        "Signatures that arrived a block, those inside certificates included",
        true,
    ),
];

const fn column(
    name: &'static str,
    title: &'static str,
    hint: &'static str,
    least: bool,
) -> Column {
    Column {
        name,
        title,
        hint,
        least,
    }
}

/// A figure: the number, and as people read it.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    pub value: Option<f64>,
    pub text: String,
}

/// The figures of a row, in the order of [`COLUMNS`].
#[must_use]
pub fn cells(row: &RaceRow) -> [Cell; 9] {
    let number = |value: Option<f64>, say: fn(f64) -> String| Cell {
        value,
        text: value.map_or_else(|| "–".to_owned(), say),
    };
    let time = |us: Option<u64>| number(us.map(|us| us as f64), |us| words::duration(us as u64));
    [
        number(Some(row.blocks as f64), |n| words::grouped(n as u64)),
        number(row.commit_latency_delays, |v| format!("{v:.2}")),
        time(row.commit_latency_us),
        time(row.block_interval_us),
        time(Some(row.longest_pause_us)),
        number(row.messages_per_block, words::figure),
        number(row.bytes_per_block, |v| words::bytes(v as u64)),
        number(row.signatures_per_block, words::figure),
        number(row.verifications_per_block, words::figure),
    ]
}

/// The best figure of each column; none where all are alike or only one lane has one.
#[must_use]
pub fn best(rows: &[RaceRow]) -> [Option<f64>; 9] {
    let cells: Vec<[Cell; 9]> = rows.iter().map(cells).collect();
    std::array::from_fn(|k| {
        let all: Vec<f64> = cells.iter().filter_map(|row| row[k].value).collect();
        let least = all.iter().copied().fold(f64::INFINITY, f64::min);
        let most = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (all.len() > 1 && least < most).then_some(if COLUMNS[k].least { least } else { most })
    })
}

/// The race in a sentence, who is ahead first. Lanes by title, each with its row where it runs.
#[must_use]
pub fn summary(now_us: u64, lanes: &[(String, Option<&RaceRow>)]) -> String {
    let mut rows: Vec<(&str, &RaceRow)> = lanes
        .iter()
        .filter_map(|(title, row)| Some((title.as_str(), (*row)?)))
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    rows.sort_by_key(|(_, row)| std::cmp::Reverse(row.blocks));
    let told = rows.iter().enumerate().map(|(k, (title, row))| {
        let blocks = match (k, row.blocks) {
            (0, 1) => " 1 block".to_owned(),
            (0, n) => format!(" {} blocks", words::grouped(n)),
            (_, n) => format!(" {}", words::grouped(n)),
        };
        let verdict = match row.outcome {
            VerdictKind::Holds => String::new(),
            VerdictKind::Stalled | VerdictKind::Violated => {
                format!(" ({})", outcome(row.outcome).2)
            }
        };
        format!("{title}{blocks}{verdict}")
    });
    let told: Vec<String> = told.collect();
    format!("At {}: {}.", words::clock(now_us), told.join(", "))
}

/// A verdict: its name in style sheets, its sign and its word.
#[must_use]
pub fn outcome(kind: VerdictKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        VerdictKind::Holds => ("holds", "●", "holds"),
        VerdictKind::Stalled => ("stalled", "◼", "stalled"),
        VerdictKind::Violated => ("violated", "▲", "violated"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(lane: &str) -> RaceRow {
        let lane = consensusforge_core::session::race::Lane::parse(lane).expect("a lane");
        let scenario = crate::model::Scenario::default();
        consensusforge_core::session::race::run(&scenario, &lane, 2_000_000).expect("runs")
    }

    #[test]
    fn every_column_is_a_field_of_the_command_lines_row_with_its_value() {
        let row = row("tendermint");
        let json = serde_json::to_value(&row).expect("json");
        for (column, cell) in COLUMNS.iter().zip(cells(&row)) {
            let value = json[column.name].as_f64();
            assert_eq!(cell.value, value, "{}", column.name);
            assert!(value.is_some(), "{}", column.name);
        }
    }

    #[test]
    fn what_is_not_known_is_a_dash_and_no_zero() {
        let row = RaceRow {
            blocks: 0,
            commit_latency_us: None,
            commit_latency_delays: None,
            block_interval_us: None,
            messages_per_block: None,
            ..row("tendermint")
        };
        let texts = cells(&row).map(|c| c.text);
        assert_eq!(
            (texts[0].as_str(), texts[1].as_str(), texts[3].as_str()),
            ("0", "–", "–")
        );
    }

    #[test]
    fn the_summary_names_who_is_ahead_first_and_who_has_stalled() {
        let ahead = RaceRow {
            blocks: 1_200,
            ..row("tendermint")
        };
        let stalled = RaceRow {
            blocks: 0,
            outcome: VerdictKind::Stalled,
            ..ahead.clone()
        };
        let lanes = [
            ("Streamlet".to_owned(), Some(&stalled)),
            ("Tendermint".to_owned(), Some(&ahead)),
            ("Simplex".to_owned(), None),
        ];
        assert_eq!(
            summary(3_200_000, &lanes),
            "At 3.200 s: Tendermint 1\u{202f}200 blocks, Streamlet 0 (stalled)."
        );
        assert_eq!(summary(0, &lanes[2..]), "");
    }

    #[test]
    fn the_best_of_a_column_is_the_least_but_the_most_of_blocks() {
        let slow = row("tendermint");
        let quick = RaceRow {
            blocks: slow.blocks + 1,
            commit_latency_us: slow.commit_latency_us.map(|us| us - 1),
            ..slow.clone()
        };
        let best = best(&[slow.clone(), quick.clone()]);
        assert_eq!(best[0], Some(quick.blocks as f64));
        assert_eq!(best[2], quick.commit_latency_us.map(|us| us as f64));
        assert_eq!(best[5], None, "both send as much");
        assert_eq!(super::best(&[slow])[0], None);
    }
}
