//! A newer version of the page lies ready, or another tab has taken it (web/assets/offline.js). The
//! run that is open goes on as it is.

use super::icon::icon;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;

#[derive(Clone, Copy, PartialEq, Eq)]
enum News {
    None,
    Ready,
    Elsewhere,
}

#[component]
pub fn Newer() -> impl IntoView {
    let news = RwSignal::new(News::None);
    on("consensusforge:newer", move || news.set(News::Ready));
    on("consensusforge:elsewhere", move || {
        news.set(News::Elsewhere)
    });
    let take = move |_| {
        if let Ok(event) = web_sys::Event::new("consensusforge:take") {
            let _ = window().dispatch_event(&event);
        }
    };
    let again = move |_| {
        let _ = window().location().reload();
    };
    let says = move || match news.get() {
        News::Elsewhere => {
            "Another tab has changed to a newer version of ConsensusForge. This tab keeps working; reload it when you like."
        }
        _ => {
            "A newer version of ConsensusForge is ready. Your run continues until you reload; Share keeps it as a link."
        }
    };
    view! {
        <Show when=move || news.get() != News::None>
            <div class="banner plain" id="newer" role="status">
                <p>
                    {says}
                    {move || if news.get() == News::Ready {
                        view! { <button id="take-newer" on:click=take>"Reload now"</button> }.into_any()
                    } else {
                        view! { <button on:click=again>"Reload now"</button> }.into_any()
                    }}
                </p>
                <button class="quiet" aria-label="Close" on:click=move |_| news.set(News::None)>{icon("close")}</button>
            </div>
        </Show>
    }
}

/// Listens as long as the page lives.
fn on(name: &str, act: impl Fn() + 'static) {
    let listener = Closure::<dyn Fn()>::new(act);
    let _ = window().add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
    listener.forget();
}
