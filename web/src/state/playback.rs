//! Moving in time: playing, speed, steps, jumps.

use super::chart::Charts;
use super::notices::Notices;
use super::worker::WorkerLink;
use crate::protocol::ToWorker;
use consensusforge_core::session::view::{Moments, Unit};
use leptos::prelude::*;
use std::sync::Arc;

#[derive(Clone, Copy)]
pub struct Playback {
    pub playing: RwSignal<bool>,
    /// Simulated seconds a real second; none: as fast as possible.
    pub speed: RwSignal<Option<f64>>,
    /// The latest instant this run has been to: the scrub bar's end.
    pub end_us: RwSignal<u64>,
    /// Instants worth going to.
    pub moments: RwSignal<Arc<Moments>>,
    /// What one jumps between, an index into the list of the transport.
    pub jump_kind: RwSignal<usize>,
    worker: WorkerLink,
    charts: Charts,
    notices: Notices,
}

impl Playback {
    pub(super) fn new(worker: WorkerLink, charts: Charts, notices: Notices) -> Playback {
        Playback {
            playing: RwSignal::new(true),
            speed: RwSignal::new(Some(0.3)),
            end_us: RwSignal::new(0),
            moments: RwSignal::new(Arc::default()),
            jump_kind: RwSignal::new(0),
            worker,
            charts,
            notices,
        }
    }

    pub fn play(&self, on: bool) {
        self.playing.set(on);
        self.worker.send(ToWorker::Play(on));
    }

    pub fn toggle(&self) {
        self.play(!self.playing.get_untracked());
    }

    pub fn set_speed(&self, speed: Option<f64>) {
        self.speed.set(speed);
        self.worker.send(ToWorker::Speed(speed));
    }

    pub fn step(&self, unit: Unit) {
        self.playing.set(false);
        self.charts.follow();
        self.worker.send(ToWorker::Step(unit));
    }

    pub fn step_back(&self, unit: Unit) {
        self.playing.set(false);
        self.charts.follow();
        self.worker.send(ToWorker::StepBack(unit));
    }

    pub fn seek(&self, to_us: u64) {
        self.charts.follow();
        self.worker.send(ToWorker::Seek(to_us));
    }

    pub(super) fn follow(&self) {
        self.charts.follow();
    }

    /// Pauses at an instant.
    pub fn stop_at(&self, at_us: u64) {
        self.play(false);
        self.seek(at_us);
    }

    /// After a panic: a new worker, as fast and as paused as the one before. It has no run yet.
    pub(super) fn restart_worker(&self) {
        self.notices.failure.set(None);
        self.worker.restart();
        self.worker
            .send(ToWorker::Speed(self.speed.get_untracked()));
        self.worker
            .send(ToWorker::Play(self.playing.get_untracked()));
    }
}
