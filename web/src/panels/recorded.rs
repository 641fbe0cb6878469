//! That what is shown is a saved trace, and what in its file does not make sense.

use crate::state::records::Records;
use leptos::prelude::*;

#[component]
pub fn Recorded() -> impl IntoView {
    let records = expect_context::<Records>();
    move || {
        records.recorded.get().map(|(sentence, complaints)| {
            let n = complaints.len();
            let list = (n > 0).then(|| {
                view! {
                    <details open=n < 4>
                        <summary class="warned">
                            {match n {
                                1 => "One thing in it does not make sense".to_owned(),
                                n => format!("{n} things in it do not make sense"),
                            }}
                        </summary>
                        <ul>{complaints.into_iter().map(|c| view! { <li>{c}</li> }).collect_view()}</ul>
                    </details>
                }
            });
            view! {
                <section class="card recorded" id="recorded" aria-label="A saved trace">
                    <p><strong>"A saved trace. "</strong>{sentence}" It can be looked at, not changed."</p>
                    {list}
                </section>
            }
        })
    }
}
