//! What the libraries borrow, owned: the bytes, the parsed file, the list of its images and the
//! index of its addresses, in one value that can be shared.
//!
//! The libraries' types borrow the caller's bytes and the caller's cells. Python objects have no
//! lifetimes, so this module, and no other, says `'static` for borrows of memory that an [`Opened`]
//! holds until it is dropped; what it hands out is bounded by a borrow of the `Opened` again.
use std::ptr::NonNull;
use std::slice;
use std::sync::{Arc, Mutex, OnceLock};

use kc_offsets::{ImageCell, Images, KernelCache, Lookup, LookupCell, LookupOptions};
use macho_core::MachO;

use crate::data::Data;

/// A slice on the heap that other fields of the same value borrow. Freed when dropped.
struct Cells<T>(NonNull<[T]>);

impl<T> Cells<T> {
    /// The slice, and a borrow of it.
    ///
    /// # Safety
    /// The borrow, and every copy of it, is gone before the value is dropped.
    unsafe fn new(cells: Vec<T>) -> (Self, &'static mut [T]) {
        let cells = NonNull::from(Box::leak(cells.into_boxed_slice()));
        // SAFETY: the box was given up above, so this is the only way to its memory.
        let borrow = unsafe { &mut *cells.as_ptr() };
        (Self(cells), borrow)
    }
}

impl<T> Drop for Cells<T> {
    fn drop(&mut self) {
        // SAFETY: `new` took the memory from a box, and its caller promised that no borrow is left.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

// SAFETY: a `Cells` owns its slice as a box does.
unsafe impl<T: Send> Send for Cells<T> {}
// SAFETY: nothing is read through a `Cells`.
unsafe impl<T: Sync> Sync for Cells<T> {}

/// The list of images. The first field borrows the second.
struct List {
    images: Images<'static, 'static>,
    _cells: Cells<ImageCell<'static>>,
}

/// The index of addresses. The first field borrows the second.
struct Index {
    lookup: Lookup<'static, 'static>,
    _cells: Cells<LookupCell>,
}

/// A file, parsed. The fields borrow those below them.
pub(crate) struct Opened {
    index: OnceLock<Result<Index, kc_offsets::Error>>,
    list: OnceLock<Result<List, kc_offsets::Error>>,
    cache: KernelCache<'static>,
    data: Arc<Data>,
}

impl Opened {
    /// Parses the Mach-O that `choose` finds in the data.
    pub(crate) fn new<E>(
        data: Arc<Data>,
        choose: impl for<'a> FnOnce(&'a [u8]) -> Result<MachO<'a>, E>,
    ) -> Result<Self, E> {
        // SAFETY: the bytes do not move and do not change as long as `data` lives, and the value
        // keeps it until the fields that borrow it are gone.
        let bytes: &'static [u8] = unsafe { slice::from_raw_parts(data.as_ptr(), data.len()) };
        Ok(Self {
            index: OnceLock::new(),
            list: OnceLock::new(),
            cache: KernelCache::new(choose(bytes)?),
            data,
        })
    }

    /// One of the images inside, as a file of its own; it shares the bytes.
    pub(crate) fn inside(&self, number: usize) -> Option<Self> {
        let image = self.list_or_error().ok()?.images.get(number)?.macho?;
        Some(Self {
            index: OnceLock::new(),
            list: OnceLock::new(),
            cache: KernelCache::new(image),
            data: Arc::clone(&self.data),
        })
    }

    pub(crate) fn cache(&self) -> KernelCache<'_> {
        self.cache
    }

    pub(crate) fn image(&self) -> MachO<'_> {
        self.cache.image()
    }

    fn list_or_error(&self) -> Result<&List, kc_offsets::Error> {
        let list = self.list.get_or_init(|| {
            let needed = match Images::build(&self.cache, &mut []) {
                Ok(_) => 0,
                Err(error) => error.needed().ok_or(error)?,
            };
            // SAFETY: `List` has the borrow before the memory.
            let (memory, cells) = unsafe { Cells::new(vec![ImageCell::EMPTY; needed]) };
            Ok(List {
                images: Images::build(&self.cache, cells)?,
                _cells: memory,
            })
        });
        list.as_ref().map_err(|error| *error)
    }

    /// The images, listed by the first call.
    pub(crate) fn images(&self) -> Result<Images<'_, '_>, kc_offsets::Error> {
        Ok(self.list_or_error()?.images)
    }

    /// The index, built by the first call.
    pub(crate) fn lookup(&self) -> Result<Lookup<'_, '_>, kc_offsets::Error> {
        let index = self.index.get_or_init(|| {
            let images = self.list_or_error()?.images;
            let options = LookupOptions::default();
            let needed = match Lookup::build(images, options, &mut [], |_, _| ()) {
                Ok(_) => 0,
                Err(error) => error.needed().ok_or(error)?,
            };
            // What is left over becomes a table of pages; see `Lookup::build`.
            let pages = needed / 4 + 1024;
            // SAFETY: `Index` has the borrow before the memory.
            let (memory, cells) = unsafe { Cells::new(vec![LookupCell::EMPTY; needed + pages]) };
            Ok(Index {
                lookup: Lookup::build(images, options, cells, |_, _| ())?,
                _cells: memory,
            })
        });
        Ok(index.as_ref().map_err(|error| *error)?.lookup)
    }
}

type Items<'a, T> = Box<dyn Iterator<Item = T> + Send + 'a>;

/// An iterator over what an [`Opened`] has, and the `Opened`. The first field borrows the second.
pub(crate) struct Walk<T: 'static> {
    items: Mutex<Items<'static, T>>,
    _owner: Arc<Opened>,
}

impl<T: 'static> Walk<T> {
    /// What `make` makes. The items hold no borrow: their type has no lifetime.
    pub(crate) fn new<E>(
        owner: &Arc<Opened>,
        make: impl for<'a> FnOnce(&'a Opened) -> Result<Items<'a, T>, E>,
    ) -> Result<Self, E> {
        let items = make(owner)?;
        // SAFETY: the iterator borrows what the `Arc` holds, which has no part that a shared borrow
        // can replace, and which the value keeps until the iterator is gone. `make` takes every
        // lifetime, so that it can keep no borrow elsewhere.
        let items = unsafe { std::mem::transmute::<Items<'_, T>, Items<'static, T>>(items) };
        Ok(Self {
            items: Mutex::new(items),
            _owner: Arc::clone(owner),
        })
    }

    /// The next item.
    pub(crate) fn next(&self) -> Option<T> {
        self.items.lock().ok()?.next()
    }
}
