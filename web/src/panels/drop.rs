//! Files that come in, by picker or dropped anywhere on the page.

use crate::platform::files;
use crate::protocol::ToWorker;
use crate::state::contracts::ContractState;
use crate::state::history::HistoryState;
use crate::state::layout::{LayoutState, Tab};
use crate::state::notices::{Notices, Tone};
use crate::state::studio::Language;
use crate::state::worker::WorkerLink;
use leptos::{ev, prelude::*, task::spawn_local};
use web_sys::{File, FileList, HtmlInputElement};

/// The rooms that a file may change: a scenario opens a run, a contract goes to the studio.
#[derive(Clone, Copy)]
pub struct FileIntake {
    worker: WorkerLink,
    notices: Notices,
    layout: LayoutState,
    history: HistoryState,
    contracts: ContractState,
}

impl FileIntake {
    /// In a component: takes the rooms from the context.
    pub fn from_context() -> FileIntake {
        FileIntake {
            worker: expect_context(),
            notices: expect_context(),
            layout: expect_context(),
            history: expect_context(),
            contracts: expect_context(),
        }
    }
}

/// Takes files that are dropped anywhere on the page.
pub fn listen() {
    let intake = FileIntake::from_context();
    let body = move || document().body();
    window_event_listener(ev::dragover, move |event| {
        // Without this the browser would open the file in place of the page.
        event.prevent_default();
        if let Some(body) = body() {
            let _ = body.set_attribute("data-dropping", "");
        }
    });
    window_event_listener(ev::dragleave, move |event| {
        if event.related_target().is_none()
            && let Some(body) = body()
        {
            let _ = body.remove_attribute("data-dropping");
        }
    });
    window_event_listener(ev::drop, move |event| {
        event.prevent_default();
        if let Some(body) = body() {
            let _ = body.remove_attribute("data-dropping");
        }
        if let Some(list) = event.data_transfer().and_then(|d| d.files()) {
            all(intake, &list);
        }
    });
}

/// What a file picker chose; emptied, so that the same file can be chosen again.
pub fn chosen(intake: FileIntake, input: &HtmlInputElement) {
    if let Some(list) = input.files() {
        all(intake, &list);
    }
    input.set_value("");
}

fn all(intake: FileIntake, list: &FileList) {
    for k in 0..list.length() {
        if let Some(file) = list.get(k) {
            spawn_local(one(intake, file));
        }
    }
}

/// What cosmwasm-schema writes, which is no scenario.
fn is_schema(text: &str) -> bool {
    let begins = text.get(..400).unwrap_or(text);
    !begins.contains("\"consensusforge\"")
        && ["\"contract_name\"", "\"$schema\"", "\"idl_version\""]
            .iter()
            .any(|key| begins.contains(key))
}

async fn one(intake: FileIntake, file: File) {
    let name = file.name();
    let bytes = match files::read(&file).await {
        Ok(bytes) => bytes,
        Err(sentence) => return intake.notices.show(Tone::Bad, sentence),
    };
    let stem = name
        .rsplit_once('.')
        .map_or(name.as_str(), |(stem, _)| stem)
        .to_owned();
    // By its first bytes: a trace is one whatever it is called.
    if bytes.starts_with(b"CFTRACE") || name.to_ascii_lowercase().ends_with(".cftrace") {
        return intake.history.open_trace(name, bytes);
    }
    let looks_like = |ending: &str| name.to_ascii_lowercase().ends_with(ending);
    if looks_like(".json") {
        match String::from_utf8(bytes) {
            Ok(text) if is_schema(&text) => intake.notices.show(
                Tone::Plain,
                format!("{name} is the JSON Schema of a contract. Open the contract's module under Contracts and choose the file at “Make forms from its JSON Schema”."),
            ),
            Ok(text) => intake.history.open_file(name, text),
            Err(_) => intake.notices.show(
                Tone::Bad,
                format!("{name} is not text; a scenario file is JSON."),
            ),
        }
        return;
    }
    intake.layout.show_tab(Tab::Contracts);
    intake.contracts.added.set(None);
    intake.contracts.refusal.set(None);
    intake.contracts.studio.written.set(false);
    if looks_like(".wat") || looks_like(".wast") {
        match String::from_utf8(bytes) {
            Ok(text) => {
                intake.contracts.studio.edit(Language::Wat, &stem, text);
                intake.contracts.studio.compile();
            }
            Err(_) => intake.notices.show(
                Tone::Bad,
                format!("{name} is not text; choose the .wasm instead."),
            ),
        }
    } else if looks_like(".ts") {
        match String::from_utf8(bytes) {
            Ok(text) => {
                intake
                    .contracts
                    .studio
                    .edit(Language::AssemblyScript, &stem, text);
                intake.contracts.studio.compile();
            }
            Err(_) => intake
                .notices
                .show(Tone::Bad, format!("{name} is not text.")),
        }
    } else {
        // Whatever it is: the world says why it is no module, in better words than a file's ending.
        intake
            .worker
            .send_with(ToWorker::Upload { name: stem }, Some(&bytes));
    }
}
