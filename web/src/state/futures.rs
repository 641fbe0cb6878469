//! The futures of a run: those taken back, and those left behind by acting in the past.

use super::notices::{Notices, Tone};
use super::playback::Playback;
use super::run::RunState;
use super::worker::WorkerLink;
use crate::branches::{Branches, Future};
use crate::protocol::{Acted, ToFuture, ToWorker};
use leptos::prelude::*;

#[derive(Clone, Copy)]
pub struct FutureState {
    pub branches: RwSignal<Branches>,
    worker: WorkerLink,
    run: RunState,
    playback: Playback,
    notices: Notices,
}

impl FutureState {
    pub(super) fn new(
        worker: WorkerLink,
        run: RunState,
        playback: Playback,
        notices: Notices,
    ) -> FutureState {
        FutureState {
            branches: RwSignal::new(Branches::default()),
            worker,
            run,
            playback,
            notices,
        }
    }

    /// The run shown, as it stands.
    fn present(&self) -> Future {
        Future {
            name: String::new(),
            scenario: self.run.scenario.get_untracked(),
            at_us: self.run.now_us(),
            end_us: self.playback.end_us.get_untracked(),
            moments: self.playback.moments.get_untracked(),
        }
    }

    /// Before another run opens: this one can be gone back to.
    pub(super) fn keep_present(&self, next: &str) {
        if self.run.info.with_untracked(Option::is_none) {
            return;
        }
        let present = self.present();
        let forgotten = self.branches.try_update(|b| b.begun(present, next));
        self.report_forgotten(forgotten.flatten());
    }

    /// An act has been done: the run before it can be gone back to.
    pub fn acted(&self, acted: Acted) {
        let before = Future {
            at_us: acted.at_us,
            end_us: acted.end_us,
            ..self.present()
        };
        let forgotten = self
            .branches
            .try_update(|b| b.acted(before, &acted.name, acted.forked));
        self.report_forgotten(forgotten.flatten());
        self.run.scenario.set(acted.scenario);
    }

    fn report_forgotten(&self, forgotten: Option<String>) {
        if let Some(name) = forgotten {
            let text = format!("The oldest future, “{name}”, was forgotten to make room.");
            self.notices.show(Tone::Plain, text);
        }
    }

    pub(super) fn can_undo_now(&self) -> bool {
        self.branches.with_untracked(Branches::can_undo)
    }

    pub fn can_undo(&self) -> bool {
        self.branches.with(Branches::can_undo)
    }

    pub fn undo(&self) {
        let present = self.present();
        let target = self.branches.try_update(|b| b.undo(present));
        self.show(target.flatten());
    }

    pub(super) fn can_redo_now(&self) -> bool {
        self.branches.with_untracked(Branches::can_redo)
    }

    pub fn can_redo(&self) -> bool {
        self.branches.with(Branches::can_redo)
    }

    pub fn redo(&self) {
        let present = self.present();
        let target = self.branches.try_update(|b| b.redo(present));
        self.show(target.flatten());
    }

    /// Goes over to a future left behind.
    pub fn switch(&self, id: u32) {
        let present = self.present();
        let target = self.branches.try_update(|b| b.switch(id, present));
        self.show(target.flatten());
    }

    fn show(&self, target: Option<Future>) {
        let Some(future) = target else { return };
        self.playback.follow();
        self.worker.send(ToWorker::Turn(Box::new(ToFuture {
            scenario: future.scenario,
            at_us: future.at_us,
            end_us: future.end_us,
            moments: future.moments.as_ref().clone(),
        })));
    }
}
