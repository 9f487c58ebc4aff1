//! How much memory one remembered id takes, as the documentation of `SeenEvents` says.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use okta_hooks::{Claimed, Delivery, SeenEvents};

/// The system's allocator, and how much of it is in use.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);

#[expect(unsafe_code, reason = "an allocator cannot be written without")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        IN_USE.fetch_add(layout.size(), Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn an_id_takes_at_most_the_documented_bytes_and_full_memory_stays_flat() {
    const IDS: usize = 100_000;
    let seen = SeenEvents::with_capacity(IDS);
    let before = IN_USE.load(Ordering::Relaxed);
    let mut peak = 0;
    for n in 0..2 * IDS {
        let body =
            format!("{{\"eventId\":\"{n}-{}\",\"data\":{{\"events\":[]}}}}", "x".repeat(100));
        let mut delivery = Delivery::from_bytes(body).unwrap();
        let Claimed::New(claim) = seen.claim(&mut delivery, Instant::now()) else { panic!() };
        claim.commit(Instant::now());
        drop(delivery);
        peak = peak.max(IN_USE.load(Ordering::Relaxed) - before);
    }
    assert_eq!(seen.len(), IDS);
    println!("{} bytes an id", peak / IDS);
    assert!(peak / IDS <= 90, "{} bytes an id", peak / IDS);
}
