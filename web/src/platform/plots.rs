//! Charts of figures, as web/vendor/plots.js offers them.

use super::vendor;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

#[wasm_bindgen]
extern "C" {
    type Module;
    #[wasm_bindgen(method, catch)]
    fn create(
        this: &Module,
        host: &HtmlElement,
        table: &HtmlElement,
        kinds: Array,
    ) -> Result<View, JsValue>;

    type View;
    #[wasm_bindgen(method)]
    fn feed(this: &View, columns: Uint8Array, rows: u32, open: u32, reset: bool);
    #[wasm_bindgen(method)]
    fn axis(this: &View, by_time: bool);
    #[wasm_bindgen(method, js_name = writeTable)]
    fn write_table(this: &View);
    #[wasm_bindgen(method)]
    fn end(this: &View);
}

/// Charts on the page and the table beside them.
pub struct Plots(View);

impl Plots {
    /// Fetches the charts' code and puts them into `host`.
    ///
    /// # Errors
    /// Why there are none.
    pub async fn load(
        host: &HtmlElement,
        table: &HtmlElement,
        kinds: &[String],
    ) -> Result<Plots, String> {
        let module: Module = vendor::import("plots.js").await?.unchecked_into();
        let kinds: Array = kinds.iter().map(|k| JsValue::from_str(k)).collect();
        let made = module.create(host, table, kinds);
        made.map(Plots).map_err(|e| vendor::reason(&e))
    }

    /// Rows as the worker sends them (see `data::SeriesNews`).
    pub fn feed(&self, columns: &[u8], rows: u32, open: u32, reset: bool) {
        self.0.feed(Uint8Array::from(columns), rows, open, reset);
    }

    pub fn axis(&self, by_time: bool) {
        self.0.axis(by_time);
    }

    /// Writes the table, which is left alone while it is folded.
    pub fn write_table(&self) {
        self.0.write_table();
    }
}

impl Drop for Plots {
    fn drop(&mut self) {
        self.0.end();
    }
}
