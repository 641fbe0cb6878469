//! Names that come with a file and live as long as the program, as names in the code do.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Different names all files together may bring, and bytes of one.
const MOST: usize = 4_096;
const LONGEST: usize = 240;

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
