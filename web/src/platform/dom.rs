//! Elements built by hand, for what is drawn once from plain data (cards, tables, forms): a tenth of the
//! code that reactive views of the same would compile to.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Event, HtmlElement};

/// An element under construction. Cloning names the same element again.
#[derive(Clone)]
pub struct El(HtmlElement);

#[must_use]
pub fn el(tag: &str) -> El {
    let made = document().create_element(tag);
    // Tags are constants of this page, and all of them are HTML's.
    El(made.expect("a known tag").unchecked_into())
}

/// A dialog is open: Escape is its own, whatever else is open beneath it.
#[must_use]
pub fn dialog_open() -> bool {
    matches!(document().query_selector("dialog[open]"), Ok(Some(_)))
}

impl El {
    #[must_use]
    pub fn class(self, names: &str) -> El {
        self.0.set_class_name(names);
        self
    }

    #[must_use]
    pub fn attr(self, name: &str, value: &str) -> El {
        let _ = self.0.set_attribute(name, value);
        self
    }

    /// Where an attribute of this name would be against the page's policy.
    #[must_use]
    pub fn style(self, name: &str, value: &str) -> El {
        let _ = self.0.style().set_property(name, value);
        self
    }

    /// Adds at the end of what it holds last.
    pub fn in_last(&self, child: &El) {
        if let Some(last) = self.0.last_element_child() {
            let _ = last.append_child(&child.0);
        }
    }

    #[must_use]
    pub fn text(self, text: &str) -> El {
        let _ = self.0.append_with_str_1(text);
        self
    }

    #[must_use]
    pub fn child(self, child: &El) -> El {
        let _ = self.0.append_child(&child.0);
        self
    }

    #[must_use]
    pub fn add_all(self, children: impl IntoIterator<Item = El>) -> El {
        for child in children {
            let _ = self.0.append_child(&child.0);
        }
        self
    }

    #[must_use]
    pub fn maybe(self, child: Option<El>) -> El {
        self.add_all(child)
    }

    #[must_use]
    pub fn on(self, event: &str, act: impl FnMut(Event) + 'static) -> El {
        let act: Box<dyn FnMut(Event)> = Box::new(act);
        // Ends with the element: the browser collects both.
        let closure = Closure::wrap(act).into_js_value();
        let _ = self
            .0
            .add_event_listener_with_callback(event, closure.unchecked_ref());
        self
    }

    /// A button that does this.
    #[must_use]
    pub fn on_click(self, act: impl Fn() + 'static) -> El {
        self.on("click", move |_| act())
    }

    /// All that is in it, replaced.
    pub fn replace_children(&self, children: impl IntoIterator<Item = El>) {
        self.0.set_text_content(None);
        for child in children {
            let _ = self.0.append_child(&child.0);
        }
    }

    pub fn set_text(&self, text: &str) {
        self.0.set_text_content(Some(text));
    }

    pub fn has_children(&self) -> bool {
        self.0.first_element_child().is_some()
    }

    /// Whether something in it fits a selector.
    pub fn contains(&self, selector: &str) -> bool {
        self.0.query_selector(selector).ok().flatten().is_some()
    }

    pub fn get_attr(&self, name: &str) -> Option<String> {
        self.0.get_attribute(name)
    }

    pub fn show(&self, on: bool) {
        self.0.set_hidden(!on);
    }

    /// What stands in a field, a list or an area.
    #[must_use]
    pub fn value(&self) -> String {
        let value = js_sys::Reflect::get(&self.0, &"value".into());
        value.ok().and_then(|v| v.as_string()).unwrap_or_default()
    }

    pub fn set_value(&self, value: &str) {
        let _ = js_sys::Reflect::set(&self.0, &"value".into(), &value.into());
    }

    /// Brings it into sight, once it is on the page.
    pub fn reveal(&self) {
        let element = self.0.clone();
        request_animation_frame(move || element.scroll_into_view());
    }

    pub fn focus(&self) {
        let _ = self.0.focus();
    }

    pub fn set_attr(&self, name: &str, value: &str) {
        let _ = self.0.set_attribute(name, value);
    }

    pub fn remove_attr(&self, name: &str) {
        let _ = self.0.remove_attribute(name);
    }

    /// Of a picker: the files chosen.
    #[must_use]
    pub fn files(&self) -> Option<web_sys::FileList> {
        self.0.dyn_ref::<web_sys::HtmlInputElement>()?.files()
    }

    #[must_use]
    pub fn is_open(&self) -> bool {
        self.0.has_attribute("open")
    }
}

/// Shows what `make` makes, and anew when a signal it reads changes.
#[component]
pub fn Built(make: Box<dyn Fn() -> El>) -> impl IntoView {
    let host = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some(host) = host.get() {
            host.set_text_content(None);
            let _ = host.append_child(&make().0);
        }
    });
    view! { <div node_ref=host></div> }
}

/// Scrolls no further than it takes to see the first element that fits `selector`, and not at all where it is seen.
pub fn keep_in_view(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    let Some(element) = found else { return };
    let options = js_sys::Object::new();
    let _ = js_sys::Reflect::set(&options, &"block".into(), &"nearest".into());
    let scroll = js_sys::Reflect::get(&element, &"scrollIntoView".into());
    if let Some(scroll) = scroll
        .ok()
        .and_then(|f| f.dyn_into::<js_sys::Function>().ok())
    {
        let _ = scroll.call1(&element, &options);
    }
}
