//! Figures, the log and saved traces, as the worker sent them last.

use super::notices::{Notices, Tone};
use super::worker::WorkerLink;
use crate::data::{DataAnswer, DataRequest, Saving};
use crate::platform::files;
use crate::platform::plots::Plots;
use crate::protocol::ToWorker;
use consensusforge_core::session::view::{LogPage, RulesView, TreeView, ValidatorFigures};
use leptos::prelude::*;

/// Whose blocks, and up to which height.
type Window = (Option<u16>, Option<u64>);

#[derive(Clone, Copy)]
pub struct Records {
    pub validators: RwSignal<Vec<ValidatorFigures>>,
    pub log: RwSignal<LogPage>,
    /// The protocol's rules beside the run.
    pub rules: RwSignal<RulesView>,
    /// The blocks shown beside the chart, and whether they are.
    pub tree: RwSignal<TreeView>,
    pub tree_open: RwSignal<bool>,
    /// Where the thing selected on the chart stands in the log; counted, so that the same place can be
    /// found again.
    pub found: RwSignal<(u32, Option<u32>)>,
    /// What was read of a saved trace, and what does not make sense in it; none: a live run.
    pub recorded: RwSignal<Option<(String, Vec<String>)>>,
    /// What was left out of the file saved last from the dialog, which would hide a notice.
    pub saved: RwSignal<Option<String>>,
    /// Files asked for from that dialog whose answer is awaited.
    in_dialog: StoredValue<Vec<bool>>,
    plots: StoredValue<Option<Plots>, LocalStorage>,
    cursor: StoredValue<u64>,
    /// Questions whose answer is awaited: no second of a kind is asked.
    series_pending: StoredValue<bool>,
    rows_pending: StoredValue<bool>,
    rules_pending: StoredValue<bool>,
    tree_pending: StoredValue<bool>,
    tree_next: StoredValue<Option<Window>>,
    /// The node whose rules were asked for while an answer was awaited.
    rules_next: StoredValue<Option<Option<u16>>>,
    worker: WorkerLink,
    notices: Notices,
}

impl Records {
    pub(super) fn new(worker: WorkerLink, notices: Notices) -> Records {
        Records {
            validators: RwSignal::new(Vec::new()),
            log: RwSignal::new(LogPage::default()),
            rules: RwSignal::new(RulesView::default()),
            tree: RwSignal::new(TreeView::default()),
            tree_open: RwSignal::new(false),
            found: RwSignal::new((0, None)),
            recorded: RwSignal::new(None),
            saved: RwSignal::new(None),
            in_dialog: StoredValue::new(Vec::new()),
            plots: StoredValue::new_local(None),
            cursor: StoredValue::new(0),
            series_pending: StoredValue::new(false),
            rows_pending: StoredValue::new(false),
            rules_pending: StoredValue::new(false),
            tree_pending: StoredValue::new(false),
            tree_next: StoredValue::new(None),
            rules_next: StoredValue::new(None),
            worker,
            notices,
        }
    }

    /// Another run, or another worker: nothing that was asked will be answered.
    pub fn opened(&self) {
        self.recorded.set(None);
        self.cursor.set_value(0);
        self.series_pending.set_value(false);
        self.rows_pending.set_value(false);
        self.rules_pending.set_value(false);
        self.rules_next.set_value(None);
        self.tree_pending.set_value(false);
        self.tree_next.set_value(None);
        self.tree.set(TreeView::default());
        self.rules.set(RulesView::default());
        self.in_dialog.update_value(Vec::clear);
    }

    /// Charts to feed, from the beginning; none: the panel is closed.
    pub fn show(&self, plots: Option<Plots>) {
        self.plots.set_value(plots);
        self.cursor.set_value(0);
    }

    pub fn with_plots(&self, act: impl Fn(&Plots)) {
        self.plots.with_value(|p| p.iter().for_each(act));
    }

    pub fn request_series(&self) {
        if !self.series_pending.get_value() && self.plots.with_value(Option::is_some) {
            self.series_pending.set_value(true);
            let cursor = self.cursor.get_value();
            self.worker
                .send(ToWorker::Data(DataRequest::Series { cursor }));
        }
    }

    /// Asks how the rules stand at a node, or at whichever acted last. What is asked while an answer is awaited is asked
    /// after it.
    pub fn request_rules(&self, node: Option<u16>) {
        if self.rules_pending.get_value() {
            self.rules_next.set_value(Some(node));
            return;
        }
        self.rules_pending.set_value(true);
        self.worker
            .send(ToWorker::Data(DataRequest::Rules { node }));
    }

    /// Asks for the blocks up to a height, the newest for none, as a node knows them or all together do.
    pub fn request_tree(&self, node: Option<u16>, to: Option<u64>) {
        if self.tree_pending.get_value() {
            self.tree_next.set_value(Some((node, to)));
            return;
        }
        self.tree_pending.set_value(true);
        let ask = DataRequest::Tree { node, to };
        self.worker.send(ToWorker::Data(ask));
    }

    /// Asks for rows; false: an answer is still awaited, and what is asked for now would pile up.
    pub fn request_rows(&self, ask: DataRequest) -> bool {
        if self.rows_pending.get_value() {
            return false;
        }
        self.rows_pending.set_value(true);
        self.worker.send(ToWorker::Data(ask));
        true
    }

    pub fn save(&self, what: Saving) {
        let dialog = matches!(what, Saving::Export { .. } | Saving::Trace);
        self.in_dialog.update_value(|all| all.push(dialog));
        self.saved.set(None);
        self.worker.send(ToWorker::Data(DataRequest::Save(what)));
    }

    pub fn receive(&self, news: DataAnswer, bytes: Option<Vec<u8>>) {
        match news {
            DataAnswer::Series(news) => {
                self.series_pending.set_value(false);
                self.cursor.set_value(news.cursor);
                if self.validators.with_untracked(|v| *v != news.validators) {
                    self.validators.set(news.validators);
                }
                if let Some(columns) = bytes {
                    self.with_plots(|p| p.feed(&columns, news.rows, news.open, news.reset));
                }
            }
            DataAnswer::Log(page) => {
                self.rows_pending.set_value(false);
                self.log.set(page);
            }
            DataAnswer::Rules(rules) => {
                self.rules_pending.set_value(false);
                if self.rules.with_untracked(|r| *r != rules) {
                    self.rules.set(rules);
                }
                let next = self.rules_next.try_update_value(Option::take).flatten();
                if let Some(node) = next {
                    self.request_rules(node);
                }
            }
            DataAnswer::Tree(tree) => {
                self.tree_pending.set_value(false);
                if self.tree.with_untracked(|t| *t != tree) {
                    self.tree.set(tree);
                }
                let next = self.tree_next.try_update_value(Option::take).flatten();
                if let Some((node, to)) = next {
                    self.request_tree(node, to);
                }
            }
            // The list of stops takes it.
            DataAnswer::FoundRecords(_) => {}
            DataAnswer::Found(place) => self.found.update(|f| *f = (f.0 + 1, place)),
            DataAnswer::Recorded {
                sentence,
                complaints,
            } => self.recorded.set(Some((sentence, complaints))),
            DataAnswer::Saved { file, sentence } => {
                files::save(&file, &bytes.unwrap_or_default());
                let first = |all: &mut Vec<bool>| (!all.is_empty()).then(|| all.remove(0));
                let dialog = self.in_dialog.try_update_value(first).flatten();
                if dialog == Some(true) {
                    self.saved.set(Some(format!("Saved {file}. {sentence}")));
                } else if !sentence.is_empty() {
                    self.notices
                        .show(Tone::Plain, format!("{file}: {sentence}"));
                }
            }
        }
    }
}
