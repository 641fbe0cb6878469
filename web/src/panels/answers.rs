//! What a form says when its question was not answered with what it asked for.

use crate::platform::dom::{El, el};
use crate::protocol::studio::{Answer, At};

const STRAY: &str = "The answer does not belong to this question, which is a bug in this page. Nothing was changed. \
     Try again; if it happens again, reload the page.";

/// The complaints in an answer. One of any other kind is a complaint too, so that no form is left without a word.
pub fn complaints(answer: Answer) -> Vec<(At, String)> {
    match answer {
        Answer::Complaints(all) => all,
        Answer::Sent { .. }
        | Answer::Card(..)
        | Answer::Said(_)
        | Answer::Storage(_)
        | Answer::Proof(_)
        | Answer::Microscope(_)
        | Answer::People(_) => vec![(At::Whole, STRAY.to_owned())],
    }
}

/// The same as paragraphs.
pub fn refusals(answer: Answer) -> Vec<El> {
    let refusal = |(_, sentence): (At, String)| {
        el("p")
            .class("refusal")
            .attr("role", "alert")
            .text(&sentence)
    };
    complaints(answer).into_iter().map(refusal).collect()
}

/// The same as one text.
pub fn sentences(answer: Answer) -> String {
    let all: Vec<String> = complaints(answer).into_iter().map(|(_, s)| s).collect();
    all.join(" ")
}
