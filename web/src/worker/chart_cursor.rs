//! What the page knows of the chart of one run, and what is new to it.

use crate::protocol::ChartNews;
use consensusforge_core::session::Session;

/// Chart records a tick carries, at most; more than this on one screen is only density.
const MAX_ARROWS: usize = 6_000;
const MAX_FLYING: usize = 12_000;

#[derive(Default)]
pub struct ChartCursor {
    cursor: u64,
    /// The instant of the last news: copies that left before it are known. None after anything but time
    /// changed them.
    flown_us: Option<u64>,
}

impl ChartCursor {
    /// What is new of a run that stands at `now_us`.
    pub fn news(&mut self, session: &Session, now_us: u64) -> ChartNews {
        let batch = session.chart(self.cursor, MAX_ARROWS);
        self.cursor = batch.cursor;
        // What left before the last news was told then; at its very instant more may have left.
        let since = self.flown_us.filter(|_| !batch.reset);
        self.flown_us = Some(now_us);
        ChartNews {
            batch,
            flying: session.flying(since.unwrap_or(0), MAX_FLYING),
            since,
        }
    }

    /// A hand may have changed what flies: all of it is told again.
    pub fn touched(&mut self) {
        self.flown_us = None;
    }

    /// The chart is begun afresh.
    pub fn begin(&mut self) {
        self.cursor = 0;
    }
}
