//! `grid`: a scenario along two axes.

use crate::failure::{Exit, Failure, Outcome};
use crate::run::{DEFAULT_TIME, micros};
use crate::table::table;
use crate::{jobs, output, source};
use consensusforge_core::base::Micros;
use consensusforge_core::search::grid::{self, Axis, Cell};
use schemars::JsonSchema;
use serde::Serialize;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Run a scenario along two axes, some seeds a cell
///
/// Axes: loss (percent), latency (ms), liars, crashed, validators, block_interval (ms), transactions (a second), and any
/// parameter of the scenario's protocol.
#[derive(clap::Args)]
pub struct Grid {
    /// A file, `-`, a link, or `preset:ID`
    scenario: String,
    /// The first axis: `loss=0,10,20`
    #[arg(long, value_name = "AXIS")]
    x: String,
    /// The second axis: `liars=0,1,2`
    #[arg(long, value_name = "AXIS")]
    y: String,
    /// Runs a cell, the same seeds in every cell
    #[arg(long, value_name = "N", default_value_t = 20)]
    seeds: u64,
    /// Of these runs' own seeds
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// When a run ends, in simulated time
    #[arg(long, value_name = "SECONDS", value_parser = micros, default_value = "30")]
    until: Micros,
    /// Cells run at one time; by default as many as there are processors
    #[arg(long, value_name = "N")]
    jobs: Option<u64>,
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Comma-separated values, a row a cell
    #[arg(long)]
    csv: bool,
}

/// How the cells of a grid went.
#[derive(Serialize, JsonSchema)]
pub struct GridReport {
    pub title: String,
    pub x: Axis,
    pub y: Axis,
    /// When a run ended, microseconds.
    pub until_us: u64,
    /// Row by row.
    pub cells: Vec<Cell>,
}

impl Grid {
    pub fn run(self) -> Outcome {
        let base = source::document(&self.scenario)?.scenario;
        let axis = |text: &str| Axis::parse(text, &base).map_err(|p| Failure::sentence(&p));
        let grid = grid::Grid {
            x: axis(&self.x)?,
            y: axis(&self.y)?,
            seeds: self.seeds,
            seed: self.seed,
            until_us: self.until,
            base,
        };
        grid.check().map_err(|p| Failure::sentence(&p))?;
        let cells = self.cells(&grid);
        let report = GridReport {
            title: grid.base.title.clone(),
            x: grid.x,
            y: grid.y,
            until_us: grid.until_us,
            cells,
        };
        if self.json {
            output::print_json(&report)?;
        } else if self.csv {
            output::print(&csv(&report))?;
        } else {
            output::print(&text(&report))?;
        }
        Ok(Exit::Fine)
    }

    /// All cells, several at a time; which is run when changes nothing.
    fn cells(&self, grid: &grid::Grid) -> Vec<Cell> {
        let (columns, rows) = (grid.x.values.len(), grid.y.values.len());
        let next = AtomicUsize::new(0);
        let done: Mutex<Vec<(usize, Cell)>> = Mutex::default();
        let shows = !self.json && !self.csv && std::io::stderr().is_terminal();
        std::thread::scope(|scope| {
            for _ in 0..jobs::count(self.jobs).min(columns * rows) {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        let place = (number % columns, number / columns);
                        let Some(mut run) = grid.cell(place.0, place.1) else {
                            return;
                        };
                        let cell = loop {
                            if let Some(cell) = run.advance(u64::MAX) {
                                break cell;
                            }
                        };
                        let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                        done.push((number, cell));
                        if shows {
                            eprint!("\r{} of {} cells", done.len(), columns * rows);
                        }
                    }
                });
            }
        });
        if shows {
            eprint!("\r{:40}\r", "");
        }
        let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.sort_by_key(|(number, _)| *number);
        done.into_iter().map(|(_, cell)| cell).collect()
    }
}

fn text(report: &GridReport) -> String {
    let percent = |share: f64| format!("{:.0} %", 100.0 * share);
    let rows: Vec<Vec<String>> = report
        .cells
        .iter()
        .map(|cell| {
            if let Some(why) = &cell.refused {
                let (x, y) = (cell.x.clone(), cell.y.clone());
                return vec![x, y, "-".into(), why.clone()];
            }
            vec![
                cell.x.clone(),
                cell.y.clone(),
                format!("{:.2}", cell.blocks_per_second),
                cell.commit_latency_us
                    .map_or_else(|| "-".into(), |us| format!("{} ms", us / 1_000)),
                cell.violated.to_string(),
                cell.stalled.to_string(),
                format!("{} to {}", percent(cell.bad.low), percent(cell.bad.high)),
                cell.worst_seed.to_string(),
            ]
        })
        .collect();
    let head = [
        report.x.name.as_str(),
        report.y.name.as_str(),
        "blocks/s",
        "latency",
        "violated",
        "stalled",
        "bad, 95 % sure",
        "worst seed",
    ];
    table(&head, &rows)
}

fn csv(report: &GridReport) -> String {
    let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
    let mut text = format!(
        "{},{},runs,violated,stalled,bad_low,bad,bad_high,blocks_per_second,commit_latency_us,worst_seed,worst_link,refused\n",
        report.x.name, report.y.name
    );
    for cell in &report.cells {
        let cells = [
            quoted(&cell.x),
            quoted(&cell.y),
            cell.runs.to_string(),
            cell.violated.to_string(),
            cell.stalled.to_string(),
            cell.bad.low.to_string(),
            cell.bad.estimate.to_string(),
            cell.bad.high.to_string(),
            cell.blocks_per_second.to_string(),
            cell.commit_latency_us
                .map_or_else(String::new, |us| us.to_string()),
            cell.worst_seed.to_string(),
            quoted(cell.worst_link.as_deref().unwrap_or_default()),
            quoted(cell.refused.as_deref().unwrap_or_default()),
        ];
        text += &cells.join(",");
        text.push('\n');
    }
    text
}

const _: () = assert!(DEFAULT_TIME == 30_000_000, "the default of --until says so");
