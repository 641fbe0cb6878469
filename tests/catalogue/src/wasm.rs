//! The module's face: the text is made, and then lies at an address.

use std::sync::OnceLock;

static TEXT: OnceLock<String> = OnceLock::new();

/// Bytes of the text.
#[unsafe(no_mangle)]
pub extern "C" fn length() -> usize {
    TEXT.get_or_init(crate::text).len()
}

/// Where it lies.
#[unsafe(no_mangle)]
pub extern "C" fn address() -> *const u8 {
    TEXT.get_or_init(crate::text).as_ptr()
}
