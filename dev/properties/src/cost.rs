//! How much is allocated: counted in bytes, which come out the same on a busy machine.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, and how many bytes each thread has asked it for.
struct Counting;

thread_local! {
    static ALLOCATED: Cell<usize> = const { Cell::new(0) };
}

#[expect(unsafe_code, reason = "an allocator cannot be written without")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.set(ALLOCATED.get() + layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What may be allocated whatever was sent: handles, first buffers of lists, messages.
const FIXED: usize = 8 * 1024;

/// Does something about `bytes` bytes, which may allocate `per_byte` bytes for each of them, all that
/// was freed meanwhile and all copies of a list that grew included.
#[track_caller]
pub fn linear<T>(bytes: usize, per_byte: usize, work: impl FnOnce() -> T) -> T {
    let before = ALLOCATED.get();
    let done = work();
    let allocated = ALLOCATED.get() - before;
    let most = FIXED + per_byte * bytes;
    assert!(allocated <= most, "{allocated} bytes are allocated for {bytes}, {most} are allowed");
    done
}
