//! Counts of what a run allocates and writes.
use std::alloc::{GlobalAlloc, Layout, System};
use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts what is allocated, and the most at one time.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);
static EVER: AtomicUsize = AtomicUsize::new(0);

fn took(size: usize) {
    let now = NOW.fetch_add(size, Ordering::Relaxed) + size;
    MOST.fetch_max(now, Ordering::Relaxed);
    EVER.fetch_add(size, Ordering::Relaxed);
}

#[expect(
    unsafe_code,
    reason = "an allocator is unsafe to implement; this one counts"
)]
// SAFETY: all calls go to `System` unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        took(layout.size());
        // SAFETY: the caller's promise is the one that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Counts what is written.
pub(crate) struct Counter(pub(crate) usize);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a run cost, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// The most at one time.
    pub(crate) memory: usize,
    /// Together.
    pub(crate) allocated: usize,
    pub(crate) written: usize,
}

/// The most bytes that a call has at one time, and all that it allocates.
pub(crate) fn memory(run: impl FnOnce()) -> (usize, usize) {
    let (now, ever) = (NOW.load(Ordering::Relaxed), EVER.load(Ordering::Relaxed));
    MOST.store(now, Ordering::Relaxed);
    run();
    (
        MOST.load(Ordering::Relaxed) - now,
        EVER.load(Ordering::Relaxed) - ever,
    )
}

/// What a call costs, which writes to the two counters.
pub(crate) fn cost(run: impl FnOnce(&mut Counter, &mut Counter)) -> Cost {
    let (mut stdout, mut stderr) = (Counter(0), Counter(0));
    let (memory, allocated) = memory(|| run(&mut stdout, &mut stderr));
    Cost {
        memory,
        allocated,
        written: stdout.0 + stderr.0,
    }
}
