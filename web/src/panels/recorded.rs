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
                                1 => "One record in it is inconsistent".to_owned(),
                                n => format!("{n} records in it are inconsistent"),
                            }}
                        </summary>
                        <ul>{complaints.into_iter().map(|c| view! { <li>{c}</li> }).collect_view()}</ul>
                    </details>
                }
            });
            view! {
                <section class="card recorded" id="recorded" aria-label="A saved trace">
                    <p><strong>"A saved trace. "</strong>{sentence}" You can look at it but not change it. It is kept until this tab is closed or reloaded; keep the file."</p>
                    {list}
                </section>
            }
        })
    }
}
