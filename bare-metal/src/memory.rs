//! Which memory is whose. The only place where addresses become slices.

use core::ops::Range;
use core::slice;

use img4::Scratch;
use kc_offsets::MapCell;

use crate::device_tree::{self, DeviceTree};

/// Where free memory starts and ends, in bytes: loaded segments are aligned so.
const PAGE: u64 = 0x4000;

/// 48 KiB that do not belong on a stack of 64.
static mut SCRATCH: Scratch = Scratch::new();
/// 2.3 KiB, more than a call may take.
static mut MAP_CELLS: [MapCell; 72] = [MapCell::EMPTY; 72];

unsafe extern "C" {
    /// First byte of this image. Only its address means something.
    static __image_start: u8;
    /// One past its code.
    static __text_end: u8;
    /// One past its stack.
    static __image_end: u8;
}

/// The machine, owned: whoever has it may take its memory, once.
#[derive(Debug)]
pub struct Machine {
    tree: &'static [u8],
}

/// A stretch of memory of the caller's own.
#[derive(Debug)]
pub struct Region {
    /// Physical address of the first byte.
    pub phys: u64,
    /// The bytes.
    pub bytes: &'static mut [u8],
}

/// All memory that is not this image's.
#[derive(Debug)]
pub struct Memory {
    /// The initrd.
    pub initrd: &'static [u8],
    /// From this image up to initrd and device tree.
    pub low: Region,
    /// Above them.
    pub high: Region,
    /// The decompressor's working memory.
    pub scratch: &'static mut Scratch,
    /// Room for the stretches of an address map.
    pub map_cells: &'static mut [MapCell],
}

impl Machine {
    /// The machine, by the address of its device tree. An address that leads to none gives an
    /// empty tree.
    ///
    /// # Safety
    /// Called once, by the start code, with the address that the boot protocol passed.
    pub unsafe fn new(device_tree: usize) -> Self {
        let start = device_tree as *const u8;
        if start.is_null() {
            return Self { tree: &[] };
        }
        // SAFETY: the boot protocol gives the address of a device tree, whose header says how long
        // it is; nothing writes to it.
        let tree = unsafe {
            let header = slice::from_raw_parts(start, 8);
            slice::from_raw_parts(start, device_tree::size(header).unwrap_or(0))
        };
        Self { tree }
    }

    /// The device tree.
    pub fn device_tree(&self) -> &'static [u8] {
        self.tree
    }

    /// Gives the memory away. `None` where memory and initrd of the tree are missing, or do not
    /// leave room for each other.
    pub fn memory(self, tree: &DeviceTree<'_>) -> Option<Memory> {
        let image = image();
        let own = range_of(self.tree);
        let ram = tree.memory.clone();
        let initrd = tree.initrd.clone();
        let inside = |range: &Range<u64>| ram.start <= range.start && range.end <= ram.end;
        let above = initrd.start >= image.end && own.start >= initrd.end;
        if initrd.is_empty() || !inside(&image) || !inside(&initrd) || !inside(&own) || !above {
            return None;
        }
        let low = round_up(image.end)..initrd.start;
        let high = round_up(own.end)..ram.end;
        if low.is_empty() || high.is_empty() {
            return None;
        }
        // SAFETY: in ascending order, all inside of RAM: image, low, initrd, tree, high. They do not
        // overlap, and `self` is gone, so nobody makes them or the statics a second time.
        unsafe {
            Some(Memory {
                initrd: slice::from_raw_parts(initrd.start as *const u8, length(&initrd)),
                low: region(low),
                high: region(high),
                scratch: (&raw mut SCRATCH).as_mut()?,
                map_cells: (&raw mut MAP_CELLS).as_mut()?,
            })
        }
    }
}

/// Physical addresses of this image with its stack.
fn image() -> Range<u64> {
    (&raw const __image_start) as u64..(&raw const __image_end) as u64
}

/// This image's code, from its first byte.
pub fn text() -> &'static [u8] {
    let start = &raw const __image_start;
    let len = (&raw const __text_end) as usize - start as usize;
    // SAFETY: the linker script puts code there, and nobody writes to it.
    unsafe { slice::from_raw_parts(start, len) }
}

/// # Safety
/// The range is RAM that nobody else uses.
unsafe fn region(range: Range<u64>) -> Region {
    // SAFETY: the caller's promise.
    let bytes = unsafe { slice::from_raw_parts_mut(range.start as *mut u8, length(&range)) };
    Region {
        phys: range.start,
        bytes,
    }
}

fn range_of(bytes: &[u8]) -> Range<u64> {
    let start = bytes.as_ptr() as u64;
    start..start + bytes.len() as u64
}

fn length(range: &Range<u64>) -> usize {
    (range.end - range.start) as usize
}

fn round_up(address: u64) -> u64 {
    address.next_multiple_of(PAGE)
}
