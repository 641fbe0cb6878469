//! The module's face: the text is made, and then lies at an address.

use crate::speed::{Blocks, Transfers, burn, verdict};
use std::sync::{Mutex, OnceLock, PoisonError};

static TEXT: OnceLock<String> = OnceLock::new();

fn text() -> &'static str {
    TEXT.get_or_init(|| crate::text(&crate::cases()))
}

/// Bytes of the text.
#[unsafe(no_mangle)]
pub extern "C" fn length() -> usize {
    text().len()
}

/// Where it lies.
#[unsafe(no_mangle)]
pub extern "C" fn address() -> *const u8 {
    text().as_ptr()
}

static TRANSFERS: Mutex<Option<Transfers>> = Mutex::new(None);
static BLOCKS: Mutex<Option<Blocks>> = Mutex::new(None);

/// So many transfers through the chain's engine (`bare` 0) or through the interpreter alone. With 0 it gets ready.
#[unsafe(no_mangle)]
pub extern "C" fn transfers(count: u32, bare: u32) {
    let mut kept = TRANSFERS.lock().unwrap_or_else(PoisonError::into_inner);
    let transfers = kept.get_or_insert_with(Transfers::new);
    for _ in 0..count {
        if bare == 0 {
            transfers.engine();
        } else {
            transfers.bare();
        }
    }
}

/// A block of 50 transfers for so many validators, shared or (`everywhere` 1) each by itself. With 0 it gets
/// ready.
#[unsafe(no_mangle)]
pub extern "C" fn block(validators: u32, everywhere: u32) {
    let mut kept = BLOCKS.lock().unwrap_or_else(PoisonError::into_inner);
    let blocks = kept.get_or_insert_with(Blocks::new);
    if validators > 0 {
        let _ = blocks.execute(validators, everywhere != 0);
    }
}

/// Gas burnt by operators, those that cost one each (`weighted` 0) or CosmWasm's.
#[unsafe(no_mangle)]
pub extern "C" fn burnt(gas: u32, weighted: u32) {
    burn(u64::from(gas), weighted != 0);
}

/// The verdict on a contract of 300 kB, or on a file of 3 MB.
#[unsafe(no_mangle)]
pub extern "C" fn judged(large: u32) {
    verdict(large != 0);
}
