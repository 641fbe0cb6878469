//! Names that come with a file and live as long as the program, as names in the code do.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Different names all files together may bring, and bytes of one.
const MOST: usize = 4_096;
const LONGEST: usize = 240;
/// Different lists of them.
const MOST_LISTS: usize = 256;

static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// The one copy of a name; `None` when it is too long or there are too many.
pub(super) fn name(text: &str) -> Option<&'static str> {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = known.get(text) {
        return Some(found);
    }
    if text.len() > LONGEST || known.len() >= MOST {
        return None;
    }
    let kept: &'static str = Box::leak(text.to_owned().into_boxed_str());
    known.insert(kept);
    Some(kept)
}

/// Lists of such names that are kept.
pub(super) type Lists<T> = Mutex<Vec<&'static [T]>>;

/// The one copy of a list; when there are too many, an empty one.
pub(super) fn list_of<T: PartialEq>(known: &Lists<T>, words: Vec<T>) -> &'static [T] {
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = known.iter().find(|list| ***list == words[..]) {
        return found;
    }
    if known.len() >= MOST_LISTS {
        return &[];
    }
    let kept: &'static [T] = Box::leak(words.into_boxed_slice());
    known.push(kept);
    kept
}

/// The first bytes of a text, at most so many, whole characters only.
pub(super) fn cut(text: &str, most: usize) -> String {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}
