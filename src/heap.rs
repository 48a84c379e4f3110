//! The allocator of the wasm. Blocks have 16, 32, 64, ... bytes; one that is freed waits in a list for the next of its size,
//! so each size takes as much memory as it once needed at the same time, and no more however long the module runs. A third
//! of the code of one that joins neighbours again.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout};
use std::arch::wasm32::memory_grow;
use std::cell::Cell;
use std::ptr::{null_mut, with_exposed_provenance_mut};

const PAGE_BYTES: usize = 65_536;
/// What every block is aligned to. Nothing in the module asks for more; who does gets nothing.
const ALIGNMENT: usize = 16;

/// The one heap.
pub struct Heap {
    /// The first free block of each size, by its logarithm. A free block holds the address of the next one.
    free: [Cell<*mut u8>; 32],
    /// Memory that was never in use: from here
    fresh: Cell<usize>,
    /// to here.
    end: Cell<usize>,
}

// Safety: without atomics the module has one thread.
unsafe impl Sync for Heap {}

impl Heap {
    /// Takes no memory yet.
    pub const fn new() -> Self {
        Self { free: [const { Cell::new(null_mut()) }; 32], fresh: Cell::new(0), end: Cell::new(0) }
    }

    fn list(&self, layout: Layout) -> Option<(&Cell<*mut u8>, usize)> {
        let bits = usize::BITS - (layout.size().max(ALIGNMENT) - 1).leading_zeros();
        let list = self.free.get(bits as usize)?;
        (layout.align() <= ALIGNMENT).then_some((list, 1 << bits))
    }

    fn fresh(&self, bytes: usize) -> *mut u8 {
        if self.end.get().wrapping_sub(self.fresh.get()) < bytes {
            let pages = bytes.div_ceil(PAGE_BYTES);
            let before = memory_grow::<0>(pages);
            if before == usize::MAX {
                return null_mut();
            }
            let begin = before.wrapping_mul(PAGE_BYTES);
            if begin != self.end.get() {
                self.fresh.set(begin);
            }
            self.end.set(begin.wrapping_add(pages.wrapping_mul(PAGE_BYTES)));
        }
        with_exposed_provenance_mut(self.fresh.replace(self.fresh.get().wrapping_add(bytes)))
    }
}

// Safety: a block is in use once, or in one list; its size and alignment follow from its layout alone.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some((list, bytes)) = self.list(layout) else { return null_mut() };
        let first = list.get();
        if first.is_null() {
            return self.fresh(bytes);
        }
        // Safety: a free block holds the address of the next one.
        list.set(unsafe { first.cast::<*mut u8>().read() });
        first
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if let Some((list, _)) = self.list(layout) {
            // Safety: nobody uses the block any more, and it has room for an address.
            unsafe { block.cast::<*mut u8>().write(list.replace(block)) };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::alloc::{GlobalAlloc, Layout};

    use wasm_bindgen_test::wasm_bindgen_test;

    use super::Heap;

    #[wasm_bindgen_test]
    fn blocks_in_use_do_not_touch_each_other_and_freed_ones_are_used_again() {
        let heap = Heap::new();
        let layout = |bytes| Layout::from_size_align(bytes, 8).unwrap();
        for _ in 0..3 {
            let mut blocks = Vec::new();
            for bytes in (1..300).chain([65_536, 65_537, 200_000]) {
                // Safety: of the same heap and layout, each freed once.
                let block = unsafe { heap.alloc(layout(bytes)) };
                assert_eq!(block as usize % 16, 0);
                unsafe { block.write_bytes(bytes as u8, bytes) };
                blocks.push((block, bytes));
            }
            let taken = heap.end.get();
            for (block, bytes) in &blocks {
                let content = unsafe { std::slice::from_raw_parts(*block, *bytes) };
                assert!(content.iter().all(|byte| *byte == *bytes as u8), "{bytes}");
            }
            for (block, bytes) in blocks {
                unsafe { heap.dealloc(block, layout(bytes)) };
            }
            assert!(heap.end.get() == taken);
            let again = unsafe { heap.alloc(layout(200_000)) };
            assert!(heap.end.get() == taken, "a block that was freed is taken first");
            unsafe { heap.dealloc(again, layout(200_000)) };
        }
    }

    #[wasm_bindgen_test]
    fn what_it_does_not_align_it_does_not_give() {
        let layout = Layout::from_size_align(64, 32).unwrap();
        // Safety: the layout has a size.
        assert!(unsafe { Heap::new().alloc(layout) }.is_null());
    }
}
