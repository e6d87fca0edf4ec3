//! What ends the process from outside: signals, memory that is not there any more or not to be had.
//!
//! Only the program uses this; `run` in another process changes nothing of that process.
use std::alloc::{GlobalAlloc, Layout, System};

/// The system's allocator; if it has no more memory, the program says so and ends with status 1
/// instead of an abort.
pub struct Allocator;

#[expect(
    unsafe_code,
    reason = "an allocator is unsafe to implement; this one hands every call on, and only looks at \
              whether the answer is null"
)]
// SAFETY: all calls go to `System` unchanged.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is the one that `System` asks for.
        checked(unsafe { System.alloc(layout) })
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        checked(unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        checked(unsafe { System.realloc(memory, layout, size) })
    }
}

#[inline]
fn checked(memory: *mut u8) -> *mut u8 {
    if memory.is_null() {
        end(b"kc: out of memory\n");
    }
    memory
}

#[cfg(unix)]
pub(crate) use unix::Temporary;
#[cfg(unix)]
use unix::end;
#[cfg(unix)]
pub use unix::install_handlers;

#[cfg(unix)]
mod unix {
    use std::ffi::CString;
    use std::os::unix::ffi::OsStrExt as _;
    use std::path::{Path, PathBuf};
    use std::ptr;
    use std::sync::atomic::{AtomicPtr, Ordering};

    /// The file that must not be left behind, as a C string.
    static TEMPORARY: AtomicPtr<libc::c_char> = AtomicPtr::new(ptr::null_mut());

    /// Removes the file it names, unless told that it was renamed: when it is dropped, and when a
    /// signal ends the process.
    pub(crate) struct Temporary(Option<PathBuf>);

    impl Temporary {
        pub(crate) fn new(path: &Path) -> Self {
            if let Ok(name) = CString::new(path.as_os_str().as_bytes()) {
                // A handler may read the name at any time, so that it is never freed: a run has
                // one or two.
                TEMPORARY.store(name.into_raw(), Ordering::SeqCst);
            }
            Self(Some(path.to_owned()))
        }

        /// The file has its place now.
        pub(crate) fn keep(mut self) {
            TEMPORARY.store(ptr::null_mut(), Ordering::SeqCst);
            self.0 = None;
        }
    }

    impl Drop for Temporary {
        fn drop(&mut self) {
            if let Some(path) = &self.0 {
                drop(std::fs::remove_file(path));
                TEMPORARY.store(ptr::null_mut(), Ordering::SeqCst);
            }
        }
    }

    #[expect(unsafe_code, reason = "a signal handler may use system calls only")]
    fn remove() {
        let name = TEMPORARY.swap(ptr::null_mut(), Ordering::SeqCst);
        if !name.is_null() {
            // SAFETY: a C string that is never freed; unlink may be called in a handler.
            unsafe { libc::unlink(name) };
        }
    }

    /// Says why, removes what must not be left behind, and ends the process with status 1.
    #[expect(unsafe_code, reason = "a signal handler may use system calls only")]
    pub(super) fn end(why: &[u8]) -> ! {
        remove();
        // SAFETY: the bytes are valid; write and _exit may be called in a handler.
        unsafe {
            libc::write(libc::STDERR_FILENO, why.as_ptr().cast(), why.len());
            libc::_exit(1)
        }
    }

    /// The input, which is mapped, has become shorter than it was.
    extern "C" fn shrank(_signal: libc::c_int) {
        end(b"kc: the input became shorter while it was read\n");
    }

    /// Ends the process as the signal would have.
    #[expect(unsafe_code, reason = "a signal handler may use system calls only")]
    extern "C" fn interrupted(signal: libc::c_int) {
        remove();
        // SAFETY: both may be called in a handler.
        unsafe {
            libc::signal(signal, libc::SIG_DFL);
            libc::raise(signal);
        }
    }

    /// From now on a signal leaves no half-written file behind, and an input that shrinks while it
    /// is mapped ends in a message and status 1.
    #[expect(unsafe_code, reason = "there is no safe way to handle SIGBUS")]
    pub fn install_handlers() {
        let handlers: [(libc::c_int, extern "C" fn(libc::c_int)); 4] = [
            (libc::SIGBUS, shrank),
            (libc::SIGINT, interrupted),
            (libc::SIGTERM, interrupted),
            (libc::SIGHUP, interrupted),
        ];
        for (signal, handler) in handlers {
            // SAFETY: the handlers use nothing but atomics and calls that POSIX allows there.
            unsafe {
                let before = libc::signal(signal, handler as *const () as libc::sighandler_t);
                // What the parent ignores (nohup) stays ignored.
                if before == libc::SIG_IGN {
                    libc::signal(signal, libc::SIG_IGN);
                }
            }
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use std::path::{Path, PathBuf};

    /// Removes the file it names, unless told that it was renamed.
    pub(crate) struct Temporary(Option<PathBuf>);

    impl Temporary {
        pub(crate) fn new(path: &Path) -> Self {
            Self(Some(path.to_owned()))
        }

        /// The file has its place now.
        pub(crate) fn keep(mut self) {
            self.0 = None;
        }
    }

    impl Drop for Temporary {
        fn drop(&mut self) {
            if let Some(path) = &self.0 {
                drop(std::fs::remove_file(path));
            }
        }
    }

    pub(super) fn end(_why: &[u8]) -> ! {
        std::process::exit(1)
    }

    /// There are no such signals here.
    pub fn install_handlers() {}
}
#[cfg(not(unix))]
pub(crate) use elsewhere::Temporary;
#[cfg(not(unix))]
use elsewhere::end;
#[cfg(not(unix))]
pub use elsewhere::install_handlers;
