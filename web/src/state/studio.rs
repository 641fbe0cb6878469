//! What a person writes contracts with: the texts, the compilers, what they said. Texts outlive panels,
//! and the page itself.

use super::worker::WorkerLink;
use crate::platform::assembler::{Assembler, Compiled};
use crate::platform::dom::El;
use crate::platform::workers::Handle;
use crate::protocol::studio::{Answer, Ask};
use crate::protocol::{CompileError, FromCompiler, ToCompiler, ToWorker};
use consensusforge_core::session::view::ModuleView;
use leptos::prelude::*;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Wat,
    AssemblyScript,
}

impl Language {
    pub const ALL: [Language; 2] = [Language::Wat, Language::AssemblyScript];

    pub fn id(self) -> &'static str {
        match self {
            Language::Wat => "wat",
            Language::AssemblyScript => "assemblyscript",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Language::Wat => "WebAssembly text",
            Language::AssemblyScript => "AssemblyScript",
        }
    }

    /// Where the browser keeps this language's text.
    fn key(self) -> &'static str {
        match self {
            Language::Wat => "consensusforge-text-wat",
            Language::AssemblyScript => "consensusforge-text-assemblyscript",
        }
    }
}

/// A transaction by the instant it was sent at, and as which of those sent then.
type Sent = (u64, u32);
/// Where to tell what became of it, and the field of its message if it was written by hand.
type Form = (El, Option<El>);
type Waiting = Box<dyn FnOnce(Answer)>;

/// Forms that wait for a transaction; more than these, and the oldest is left waiting.
const MOST_AWAITED: usize = 32;

/// What an empty page of AssemblyScript starts with.
const BLANK: &str = "import { input, output } from \"forge\";\n\nexport function call(): void {\n  output(\"you said \" + input());\n}\n";

#[derive(Clone, Copy)]
pub struct Studio {
    pub open: RwSignal<bool>,
    pub language: RwSignal<Language>,
    pub name: RwSignal<String>,
    pub errors: RwSignal<Vec<CompileError>>,
    /// The module that came last was written in the editor: what is said of it is said there.
    pub written: RwSignal<bool>,
    /// What is being waited for.
    pub busy: RwSignal<Option<&'static str>>,
    /// Language, name and text that another has taken the place of.
    pub before: RwSignal<Option<(Language, String, String)>>,
    texts: [RwSignal<String>; 2],
    compiler: StoredValue<Option<Rc<Handle<FromCompiler>>>, LocalStorage>,
    /// Names of the texts at the compiler, in the order they went.
    compiling: StoredValue<VecDeque<String>>,
    assembler: StoredValue<Option<Rc<Assembler>>, LocalStorage>,
    /// Who waits for which answer of the worker, and the last number given.
    waiting: StoredValue<(u32, BTreeMap<u32, Waiting>), LocalStorage>,
    /// What was typed into forms, so that it outlives them.
    drafts: StoredValue<BTreeMap<String, String>>,
    /// Transactions whose outcome a form waits to tell.
    awaited: StoredValue<Vec<(Sent, Form)>, LocalStorage>,
    /// Name and number of the text at the assembler; an older one's answer is not waited for.
    assembling: StoredValue<(u32, String)>,
    worker: WorkerLink,
    added: RwSignal<Option<ModuleView>>,
    refusal: RwSignal<Option<String>>,
}

impl Studio {
    pub(super) fn new(
        worker: WorkerLink,
        added: RwSignal<Option<ModuleView>>,
        refusal: RwSignal<Option<String>>,
    ) -> Studio {
        let kept = |l: Language| storage().and_then(|s| s.get_item(l.key()).ok().flatten());
        let script = kept(Language::AssemblyScript).unwrap_or_else(|| BLANK.into());
        Studio {
            open: RwSignal::new(false),
            language: RwSignal::new(Language::Wat),
            name: RwSignal::new("mine".to_owned()),
            errors: RwSignal::new(Vec::new()),
            written: RwSignal::new(false),
            busy: RwSignal::new(None),
            before: RwSignal::new(None),
            texts: [
                RwSignal::new(kept(Language::Wat).unwrap_or_default()),
                RwSignal::new(script),
            ],
            compiler: StoredValue::new_local(None),
            compiling: StoredValue::new(VecDeque::new()),
            assembler: StoredValue::new_local(None),
            waiting: StoredValue::new_local((0, BTreeMap::new())),
            drafts: StoredValue::new(BTreeMap::new()),
            awaited: StoredValue::new_local(Vec::new()),
            assembling: StoredValue::new((0, String::new())),
            worker,
            added,
            refusal,
        }
    }

    /// Asks the worker; `then` gets the answer, unless the worker dies over it.
    pub fn ask(&self, ask: Ask, then: impl FnOnce(Answer) + 'static) {
        let number = self.waiting.try_update_value(|(last, all)| {
            *last += 1;
            all.insert(*last, Box::new(then));
            *last
        });
        let number = number.unwrap_or_default();
        self.worker.send(ToWorker::Studio { number, ask });
    }

    pub fn answered(&self, number: u32, answer: Answer) {
        let waiting = self
            .waiting
            .try_update_value(|(_, all)| all.remove(&number));
        if let Some(then) = waiting.flatten() {
            then(answer);
        }
    }

    /// The outcome of this transaction is to be shown here.
    pub fn await_outcome(&self, sent: Sent, form: Form) {
        self.awaited.update_value(|all| {
            if all.len() == MOST_AWAITED {
                all.remove(0);
            }
            all.push((sent, form));
        });
    }

    /// Goes through the transactions that are waited for; `report` returns whether it has reported this one.
    pub fn settle(&self, mut report: impl FnMut(Sent, &Form) -> bool) {
        self.awaited
            .update_value(|all| all.retain(|(sent, form)| !report(*sent, form)));
    }

    pub fn draft(&self, key: &str) -> Option<String> {
        self.drafts.with_value(|d| d.get(key).cloned())
    }

    pub fn keep(&self, key: &str, text: String) {
        self.drafts.update_value(|d| {
            d.insert(key.to_owned(), text);
        });
    }

    pub fn text_of(&self, language: Language) -> RwSignal<String> {
        self.texts[language as usize]
    }

    /// The text of the chosen language.
    pub fn text(&self) -> String {
        self.text_of(self.language.get()).get()
    }

    /// Typed, or put there: kept by the browser, too.
    pub fn write(&self, text: String) {
        let language = self.language.get_untracked();
        let signal = self.text_of(language);
        if signal.with_untracked(|old| *old == text) {
            return;
        }
        if let Some(storage) = storage() {
            let _ = storage.set_item(language.key(), &text);
        }
        signal.set(text);
        self.errors.set(Vec::new());
    }

    /// Shows a text in the editor; the one that stood there can be brought back.
    pub fn edit(&self, language: Language, name: &str, text: String) {
        let old = self.text_of(language).get_untracked();
        if !old.is_empty() && old != text {
            let name = self.name.get_untracked();
            self.before.set(Some((language, name, old)));
        }
        self.language.set(language);
        self.name.set(name.to_owned());
        self.write(text);
        self.open.set(true);
    }

    /// Compiles the text and offers the module to the world.
    pub fn compile(&self) {
        let (name, text) = (self.name.get_untracked(), untrack(|| self.text()));
        let name = match name.trim() {
            "" => "mine",
            name => name,
        };
        match self.language.get_untracked() {
            Language::Wat => self.compile_wat(name, text),
            Language::AssemblyScript => self.assemble(name, &text),
        }
    }

    fn compile_wat(&self, name: &str, wat: String) {
        self.begin("Compiling …");
        self.compiling
            .update_value(|c| c.push_back(name.to_owned()));
        let studio = *self;
        let handle = self.compiler.get_value().unwrap_or_else(|| {
            let new = Handle::new(move |m, b| studio.compiled(m, b));
            studio.compiler.set_value(Some(new.clone()));
            new
        });
        handle.send(&ToCompiler { wat }, None);
    }

    fn begin(&self, what: &'static str) {
        self.added.set(None);
        self.refusal.set(None);
        self.written.set(true);
        self.errors.set(Vec::new());
        self.busy.set(Some(what));
    }

    fn compiled(&self, message: FromCompiler, bytes: Option<Vec<u8>>) {
        let result = match message {
            FromCompiler::Ready => return,
            FromCompiler::Compiled(result) => result.map(|()| bytes.unwrap_or_default()),
            FromCompiler::Panic(text) => {
                // The next text gets a new one.
                self.compiler.set_value(None);
                Err(CompileError {
                    line: 0,
                    column: 0,
                    sentence: format!("The compiler failed on this text: {text}"),
                })
            }
        };
        let name = self.compiling.try_update_value(VecDeque::pop_front);
        let name = name.flatten().unwrap_or_else(|| "mine".into());
        self.made(name, result.map_err(|e| vec![e]));
    }

    fn assemble(&self, name: &str, text: &str) {
        let id = self.assembling.with_value(|a| a.0) + 1;
        self.assembling.set_value((id, name.to_owned()));
        let studio = *self;
        let found = self.assembler.get_value();
        self.begin(if found.is_some() {
            "Compiling …"
        } else {
            "Fetching the AssemblyScript compiler (3 MB, only once) …"
        });
        let assembler = found.map_or_else(
            || Assembler::new(move |id, result| studio.assembled(id, result)).map(Rc::new),
            Ok,
        );
        match assembler {
            Ok(assembler) => {
                assembler.compile(id, text);
                self.assembler.set_value(Some(assembler));
            }
            Err(error) => self.made(String::new(), Err(vec![error])),
        }
    }

    fn assembled(&self, id: Option<u32>, result: Compiled) {
        if id.is_none() {
            // The next text tries again with a new one.
            self.assembler.set_value(None);
        }
        let (newest, name) = self.assembling.get_value();
        if id.is_none_or(|id| id == newest) {
            self.made(name, result);
        }
    }

    fn made(&self, name: String, result: Compiled) {
        self.busy.set(None);
        match result {
            Ok(wasm) => self
                .worker
                .send_with(ToWorker::Upload { name }, Some(&wasm)),
            Err(errors) => self.errors.set(errors),
        }
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
