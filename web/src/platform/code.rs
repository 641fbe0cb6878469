//! CodeMirror, as web/vendor/editor.js offers it.

use super::vendor;
use crate::protocol::CompileError;
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

#[wasm_bindgen]
extern "C" {
    type Module;
    #[wasm_bindgen(method, catch)]
    fn create(
        this: &Module,
        host: &HtmlElement,
        text: &str,
        language: &str,
        label: &str,
        callbacks: &Object,
    ) -> Result<View, JsValue>;
    #[wasm_bindgen(method, getter)]
    fn samples(this: &Module) -> Array;

    #[derive(Clone)]
    pub type View;
    #[wasm_bindgen(method, js_name = setText)]
    fn set_text(this: &View, text: &str);
    #[wasm_bindgen(method, js_name = setLanguage)]
    fn set_language(this: &View, language: &str);
    #[wasm_bindgen(method, js_name = setErrors)]
    fn set_errors(this: &View, lines: Vec<u32>, columns: Vec<u32>, sentences: Vec<JsValue>);
    #[wasm_bindgen(method, js_name = goTo)]
    fn go_to(this: &View, line: u32, column: u32);
    #[wasm_bindgen(method)]
    fn end(this: &View);
}

/// An editor on the page. Its closures live as long as it does.
pub struct Code {
    view: View,
    _callbacks: [Closure<dyn FnMut(JsValue)>; 2],
}

/// Name and text of samples.
pub type Samples = Vec<(String, String)>;

impl Code {
    /// Fetches the editor's code and puts it into `host`.
    ///
    /// # Errors
    /// Why there is none: the plain field then stays.
    pub async fn load(
        host: &HtmlElement,
        text: impl Fn() -> String,
        language: &'static str,
        changed: impl Fn(String) + 'static,
        run: impl Fn() + 'static,
    ) -> Result<(Code, Samples), String> {
        let module: Module = vendor::import("editor.js").await?.unchecked_into();
        let callbacks = Object::new();
        let changed = Closure::<dyn FnMut(JsValue)>::new(move |text: JsValue| {
            changed(text.as_string().unwrap_or_default());
        });
        let run = Closure::<dyn FnMut(JsValue)>::new(move |_| run());
        let _ = Reflect::set(&callbacks, &"changed".into(), changed.as_ref());
        let _ = Reflect::set(&callbacks, &"run".into(), run.as_ref());
        let view = module
            .create(
                host,
                &text(),
                language,
                "Source of the contract",
                &callbacks,
            )
            .map_err(|e| vendor::reason(&e))?;
        let flat: Vec<String> = module
            .samples()
            .iter()
            .filter_map(|s| s.as_string())
            .collect();
        let samples = flat
            .chunks_exact(2)
            .map(|pair| (pair[0].clone(), pair[1].clone()))
            .collect();
        let code = Code {
            view,
            _callbacks: [changed, run],
        };
        Ok((code, samples))
    }

    pub fn set_text(&self, text: &str) {
        self.view.set_text(text);
    }

    pub fn set_language(&self, language: &str) {
        self.view.set_language(language);
    }

    pub fn set_errors(&self, errors: &[CompileError]) {
        self.view.set_errors(
            errors.iter().map(|e| e.line as u32).collect(),
            errors.iter().map(|e| e.column as u32).collect(),
            errors.iter().map(|e| e.sentence.as_str().into()).collect(),
        );
    }

    pub fn go_to(&self, line: usize, column: usize) {
        self.view.go_to(line as u32, column as u32);
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        self.view.end();
    }
}
