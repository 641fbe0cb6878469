//! The one file that touches a canvas: hands it over to the painter (`web/assets/painter.js`), a worker of
//! its own, and gives that the packed pictures. Where a browser cannot, the same painter draws on the page.

use super::packed::Packed;
use super::tokens::Token;
use crate::platform::{vendor, workers};
use js_sys::{Array, Float32Array, Function, Reflect};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, HtmlCanvasElement, MessageEvent, Worker};

const PAINTER: &str = "painter.js";

/// Colours of the theme in force, in the order of [`Token::ALL`].
pub struct Palette(String);

impl Palette {
    #[must_use]
    pub fn colour(&self, token: Token) -> &str {
        self.0.split('\n').nth(token as usize).unwrap_or("#888")
    }

    /// Reads the style sheet's tokens; again whenever the theme changes.
    #[must_use]
    pub fn of(element: &HtmlCanvasElement) -> Palette {
        let window = web_sys::window();
        let computed = window.and_then(|w| w.get_computed_style(element).ok().flatten());
        let own = element.style();
        // A token read as it stands may still be a function of the theme; as a colour it is resolved.
        let colour = |token: Token| {
            own.set_property("color", &format!("var({})", token.css()))
                .ok()?;
            let value = computed.as_ref()?.get_property_value("color").ok()?;
            Some(value).filter(|v| !v.is_empty())
        };
        let known = Token::ALL.map(|t| colour(t).unwrap_or_else(|| "#888".into()));
        Palette(known.join("\n"))
    }
}

#[wasm_bindgen]
extern "C" {
    /// An element whose browser may lack this.
    type Zoomed;
    #[wasm_bindgen(method, getter, js_name = currentCSSZoom)]
    fn zoom(this: &Zoomed) -> Option<f64>;
    /// A canvas whose browser may lack this.
    type OldOrNew;
    #[wasm_bindgen(method, catch, js_name = transferControlToOffscreen)]
    fn transfer(this: &OldOrNew) -> Result<JsValue, JsValue>;
}

type Report = Rc<dyn Fn(f64)>;

/// Where the painting is done.
enum Place {
    /// The worker has not answered yet.
    Coming,
    Worker,
    Page(Function),
}

struct Inner {
    canvas: HtmlCanvasElement,
    worker: RefCell<Option<Worker>>,
    place: RefCell<Place>,
    /// Hears of each frame what it cost, and of 0 when the painter is there.
    report: Report,
    /// The name of a PNG file under way.
    saving: RefCell<Option<String>>,
    /// Frames given and not yet painted.
    in_progress: Cell<u32>,
}

/// A canvas and who paints it. Dropped, its worker ends.
pub struct Surface(Rc<Inner>);

impl Surface {
    /// `report` gets, for each frame, how many milliseconds painting it took, and once of 0 when pictures can be
    /// taken.
    #[must_use]
    pub fn new(canvas: HtmlCanvasElement, report: impl Fn(f64) + 'static) -> Surface {
        let inner = Rc::new(Inner {
            canvas,
            worker: RefCell::default(),
            place: RefCell::new(Place::Coming),
            report: Rc::new(report),
            saving: RefCell::default(),
            in_progress: Cell::default(),
        });
        inner.start();
        Surface(inner)
    }

    #[must_use]
    pub fn canvas(&self) -> &HtmlCanvasElement {
        &self.0.canvas
    }

    /// Canvas pixels a pixel of the page is wide. On a projector the page enlarges the chart, which must not
    /// blur it.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        let window = web_sys::window().map_or(1.0, |w| w.device_pixel_ratio());
        let zoomed: &Zoomed = self.0.canvas.unchecked_ref();
        (window * zoomed.zoom().unwrap_or(1.0)).clamp(1.0, 3.0)
    }

    /// Whether a picture may be given: two may be under way, so that one is drawn while the next is made.
    #[must_use]
    pub fn free(&self) -> bool {
        self.0.in_progress.get() < 2 && !matches!(*self.0.place.borrow(), Place::Coming)
    }

    pub fn show(&self, picture: &Packed, palette: &Palette) {
        let inner = &self.0;
        let numbers = Float32Array::from(&picture.numbers[..]);
        match &*inner.place.borrow() {
            Place::Coming => return,
            Place::Worker => {
                let frame = Array::of3(&numbers, &(&*picture.texts).into(), &(&*palette.0).into());
                if let Some(worker) = &*inner.worker.borrow() {
                    let transfer = Array::of1(&numbers.buffer());
                    let _ = worker.post_message_with_transfer(&frame, &transfer);
                }
            }
            Place::Page(draw) => {
                let start = now_ms();
                let arguments = Array::of4(
                    &inner.canvas,
                    &numbers,
                    &(&*picture.texts).into(),
                    &(&*palette.0).into(),
                );
                let _ = draw.apply(&JsValue::NULL, &arguments);
                let me = Rc::downgrade(inner);
                // What the browser spends on it before the next frame counts, too.
                leptos::prelude::request_animation_frame(move || {
                    if let Some(me) = me.upgrade() {
                        me.painted(now_ms() - start);
                    }
                });
            }
        }
        inner.in_progress.set(inner.in_progress.get() + 1);
    }

    /// Hands the reader what is shown as a PNG file.
    pub fn save(&self, name: &str) {
        let inner = &self.0;
        match (&*inner.place.borrow(), &*inner.worker.borrow()) {
            (Place::Worker, Some(worker)) => {
                *inner.saving.borrow_mut() = Some(name.to_owned());
                let _ = worker.post_message(&"png".into());
            }
            _ => crate::platform::files::download_canvas(name, &inner.canvas),
        }
    }
}

impl Drop for Surface {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Inner {
    fn start(self: &Rc<Self>) {
        let able = Reflect::has(&self.canvas, &"transferControlToOffscreen".into());
        let worker = able
            .unwrap_or(false)
            .then(|| Worker::new(&workers::address(PAINTER)).ok());
        let Some(worker) = worker.flatten() else {
            return self.on_page();
        };
        let me = Rc::downgrade(self);
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(me) = me.upgrade() {
                me.receive(&event.data());
            }
        });
        let me = Rc::downgrade(self);
        let failed = Closure::<dyn Fn()>::new(move || {
            // Once it has the canvas nobody else can draw there.
            if let Some(me) = me.upgrade().filter(|m| m.is_coming()) {
                me.end();
                me.on_page();
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(failed.as_ref().unchecked_ref()));
        // One pair a chart; a page has two at most.
        on_message.forget();
        failed.forget();
        *self.worker.borrow_mut() = Some(worker);
    }

    fn is_coming(&self) -> bool {
        matches!(*self.place.borrow(), Place::Coming)
    }

    fn receive(self: &Rc<Self>, said: &JsValue) {
        if let Some(ms) = said.as_f64() {
            self.painted(ms);
        } else if let Some(blob) = said.dyn_ref::<Blob>() {
            let name = self.saving.borrow_mut().take();
            crate::platform::files::download_blob(&name.unwrap_or_default(), blob);
        } else if said.is_truthy() && self.hand_over() {
            self.found(Place::Worker);
        } else {
            self.end();
            self.on_page();
        }
    }

    /// False where the browser would not.
    fn hand_over(&self) -> bool {
        let canvas: &OldOrNew = self.canvas.unchecked_ref();
        let (Ok(canvas), Some(worker)) = (canvas.transfer(), &*self.worker.borrow()) else {
            return false;
        };
        let transfer = Array::of1(&canvas);
        worker
            .post_message_with_transfer(&canvas, &transfer)
            .is_ok()
    }

    fn on_page(self: &Rc<Self>) {
        let me = self.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let loaded = vendor::import_from(&workers::address(PAINTER)).await;
            let draw = Reflect::get(&js_sys::global(), &"consensusforgeDraw".into());
            match (
                loaded,
                draw.ok().and_then(|d| d.dyn_into::<Function>().ok()),
            ) {
                (Ok(_), Some(draw)) => me.found(Place::Page(draw)),
                (said, _) => {
                    let why = said.err().unwrap_or_default();
                    let text = format!("The chart's painter could not be loaded: {why}");
                    web_sys::console::error_1(&text.into());
                }
            }
        });
    }

    fn found(&self, place: Place) {
        *self.place.borrow_mut() = place;
        (self.report)(0.0);
    }

    fn painted(&self, ms: f64) {
        self.in_progress
            .set(self.in_progress.get().saturating_sub(1));
        (self.report)(ms);
    }

    fn end(&self) {
        if let Some(worker) = self.worker.borrow_mut().take() {
            worker.set_onerror(None);
            worker.terminate();
        }
    }
}

fn now_ms() -> f64 {
    let clock = leptos::prelude::window().performance();
    clock.map_or_else(js_sys::Date::now, |c| c.now())
}
