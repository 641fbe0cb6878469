//! The simplest heap: it only grows. An instance lives for one call, so nothing is worth giving back.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;

struct Bump {
    /// First free address; 0 before the first allocation.
    next: Cell<usize>,
}

// A contract has one thread.
unsafe impl Sync for Bump {}

#[cfg(target_arch = "wasm32")]
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe extern "C" {
            static __heap_base: u8;
        }
        const PAGE: usize = 65_536;
        let next = match self.next.get() {
            0 => &raw const __heap_base as usize,
            next => next,
        };
        let start = next.next_multiple_of(layout.align());
        let Some(end) = start.checked_add(layout.size()) else {
            return core::ptr::null_mut();
        };
        let have = core::arch::wasm32::memory_size(0) * PAGE;
        if end > have {
            let pages = (end - have).div_ceil(PAGE);
            if core::arch::wasm32::memory_grow(0, pages) == usize::MAX {
                return core::ptr::null_mut();
            }
        }
        self.next.set(end);
        start as *mut u8
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static HEAP: Bump = Bump { next: Cell::new(0) };
