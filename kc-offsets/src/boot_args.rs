//! What a boot loader tells XNU: `struct boot_args` (XNU `pexpert/pexpert/arm64/boot.h`).
use core::fmt;

use macho_core::{PhysAddr, SlidVmAddr};

use crate::error::{Error, Structure};
use crate::load::LoadPlan;

/// Where the fields lie, in bytes: the C layout of the structure with 64-bit pointers. The command
/// line follows `deviceTreeLength` at once, and its size moves what comes after it.
const REVISION: usize = 0x00;
const VERSION: usize = 0x02;
const VIRT_BASE: usize = 0x08;
const PHYS_BASE: usize = 0x10;
const MEM_SIZE: usize = 0x18;
const TOP_OF_KERNEL_DATA: usize = 0x20;
const VIDEO_BASE_ADDR: usize = 0x28;
const VIDEO_DISPLAY: usize = 0x30;
const VIDEO_ROW_BYTES: usize = 0x38;
const VIDEO_WIDTH: usize = 0x40;
const VIDEO_HEIGHT: usize = 0x48;
const VIDEO_DEPTH: usize = 0x50;
const MACHINE_TYPE: usize = 0x58;
const DEVICE_TREE: usize = 0x60;
const DEVICE_TREE_LENGTH: usize = 0x68;
const COMMAND_LINE: usize = 0x6c;

/// A layout of `struct boot_args`: how many bytes it has for the command line, and what follows.
///
/// The revision in the structure does not tell it for sure. XNU's sources define revisions 1 and 2
/// only, and have had three sizes; m1n1 takes 256, 608 and 1024 bytes for revisions 1, 2 and 3, but
/// 256 for an iBoot older than iOS 13 whatever the revision. So the caller names the layout of its
/// kernel, and [`of_revision`](Self::of_revision) is a guess for one that cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BootArgsLayout {
    /// 256 bytes: XNU 4570 to 4903 (iOS 11 and 12).
    Line256,
    /// 608 bytes: XNU 6153 to 8796 (iOS 13 to 16, macOS 10.15 to 13).
    Line608,
    /// 1024 bytes: XNU 10002 and later (iOS 17, macOS 14).
    Line1024,
    /// 1024 bytes, and a reserved word after the last field, as QEMUAppleSilicon has it for
    /// revision 3 (775c41fc9b, `hw/arm/apple-silicon/boot.h`). XNU's sources do not.
    Line1024Reserved,
}

impl BootArgsLayout {
    /// The layout that a revision has as a rule: 608 bytes for 2, fewer for an earlier one and
    /// 1024 for a later one (m1n1 7c7716b6, `src/startup.c`).
    pub const fn of_revision(revision: u16) -> Self {
        match revision {
            0 | 1 => Self::Line256,
            2 => Self::Line608,
            _ => Self::Line1024,
        }
    }

    /// Bytes of the command line, its NUL included: `BOOT_LINE_LENGTH`.
    pub const fn command_line_size(self) -> usize {
        match self {
            Self::Line256 => 256,
            Self::Line608 => 608,
            Self::Line1024 | Self::Line1024Reserved => 1024,
        }
    }

    /// Bytes of the structure.
    pub const fn size(self) -> usize {
        let end = self.mem_size_actual().saturating_add(8);
        match self {
            Self::Line1024Reserved => end.saturating_add(8),
            _ => end,
        }
    }

    /// Where `bootFlags` lies: after the command line and 4 bytes that align it.
    const fn boot_flags(self) -> usize {
        COMMAND_LINE
            .saturating_add(self.command_line_size())
            .saturating_add(4)
    }

    /// Where `memSizeActual` lies.
    const fn mem_size_actual(self) -> usize {
        self.boot_flags().saturating_add(8)
    }
}

/// The framebuffer: `Boot_Video`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BootVideo {
    /// `v_baseAddr`: the physical address of the first pixel.
    pub base_addr: PhysAddr,
    /// `v_display`: 0 for a text console, 1 for graphics.
    pub display: u64,
    /// `v_rowBytes`: bytes from one row to the next.
    pub row_bytes: u64,
    /// `v_width`, in pixels.
    pub width: u64,
    /// `v_height`, in pixels.
    pub height: u64,
    /// `v_depth`: bits of a pixel in the low 8 bits, then rotation, scale less 1, and rotation at
    /// boot, 8 bits each.
    pub depth: u64,
}

/// What a boot loader tells XNU, field by field. Written into the caller's memory by
/// [`write`](Self::write), read from it by [`read`](Self::read).
///
/// x0 has the physical address of the structure when the kernel is entered. It lies after the
/// image and before `top_of_kernel_data`, and the rest of its page is zero: the kernel copies as
/// many bytes as its own structure has. `Debug` tells the command line's length and not its text.
///
/// ```no_run
/// # fn tell(plan: kc_offsets::LoadPlan<'_>, page: &mut [u8]) -> Result<(), kc_offsets::Error> {
/// use kc_offsets::{BootArgs, BootArgsLayout};
/// use macho_core::PhysAddr;
///
/// let mut arguments = BootArgs::new(&plan, BootArgsLayout::Line1024);
/// let after = plan.boot_fields().top_of_kernel_data;
/// arguments.top_of_kernel_data = PhysAddr::new(after.get() + 0x4000);
/// arguments.mem_size = 4 << 30;
/// arguments.command_line = b"-v debug=0x8";
/// arguments.write(page)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BootArgs<'a> {
    /// Which layout the kernel's structure has.
    pub layout: BootArgsLayout,
    /// `Revision`; XNU looks at `boot_flags` if it is at least 2.
    pub revision: u16,
    /// `Version`: 1 or 2.
    pub version: u16,
    /// `virtBase`: the slid address that `phys_base` is mapped at.
    pub virt_base: SlidVmAddr,
    /// `physBase`: where the memory that the kernel manages starts.
    pub phys_base: PhysAddr,
    /// `memSize`: bytes of that memory.
    pub mem_size: u64,
    /// `topOfKernelData`: the first physical address that the kernel may use, a multiple of 16 KiB.
    pub top_of_kernel_data: PhysAddr,
    /// `Video`.
    pub video: BootVideo,
    /// `machineType`; arm64 XNU does not read it.
    pub machine_type: u32,
    /// `deviceTreeP`: the slid address of the device tree
    /// ([`PhysicalWindow::slid_of`](crate::PhysicalWindow::slid_of)).
    pub device_tree: SlidVmAddr,
    /// `deviceTreeLength`, in bytes.
    pub device_tree_length: u32,
    /// `CommandLine`, without its NUL.
    pub command_line: &'a [u8],
    /// `bootFlags`: bit 0 asks for a dark boot.
    pub boot_flags: u64,
    /// `memSizeActual`: bytes of memory that are installed; 0 if that is not known.
    pub mem_size_actual: u64,
}

impl fmt::Debug for BootArgs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BootArgs")
            .field("layout", &self.layout)
            .field("revision", &self.revision)
            .field("version", &self.version)
            .field("virt_base", &self.virt_base)
            .field("phys_base", &self.phys_base)
            .field("mem_size", &self.mem_size)
            .field("top_of_kernel_data", &self.top_of_kernel_data)
            .field("video", &self.video)
            .field("machine_type", &self.machine_type)
            .field("device_tree", &self.device_tree)
            .field("device_tree_length", &self.device_tree_length)
            .field("command_line_len", &self.command_line.len())
            .field("boot_flags", &self.boot_flags)
            .field("mem_size_actual", &self.mem_size_actual)
            .finish()
    }
}

impl<'a> BootArgs<'a> {
    /// What `plan` says: bases, and the end of the image. Version 2, and the revision that m1n1 has
    /// for the layout; every other field is 0 or empty.
    pub fn new(plan: &LoadPlan<'_>, layout: BootArgsLayout) -> Self {
        let fields = plan.boot_fields();
        Self {
            layout,
            revision: match layout {
                BootArgsLayout::Line256 => 1,
                BootArgsLayout::Line608 => 2,
                _ => 3,
            },
            version: 2,
            virt_base: fields.virt_base,
            phys_base: fields.phys_base,
            mem_size: 0,
            top_of_kernel_data: fields.top_of_kernel_data,
            video: BootVideo::default(),
            machine_type: 0,
            device_tree: SlidVmAddr::new(0),
            device_tree_length: 0,
            command_line: &[],
            boot_flags: 0,
            mem_size_actual: 0,
        }
    }

    /// Writes the structure to the start of `memory`, [`size`](BootArgsLayout::size) bytes of the
    /// layout, and no byte more. Returns how many.
    ///
    /// # Errors
    /// `BufferTooSmall`; `CommandLineUnfit` if the command line has a NUL, or is not shorter than
    /// what the layout has for it. Nothing is written then.
    pub fn write(&self, memory: &mut [u8]) -> Result<usize, Error> {
        let size = self.layout.size();
        let line_size = self.layout.command_line_size();
        if self.command_line.len() >= line_size || self.command_line.contains(&0) {
            return Err(Error::command_line_unfit(line_size));
        }
        let out = memory
            .get_mut(..size)
            .ok_or(Error::too_small(Structure::BootArgs, size))?;
        out.fill(0);
        put(out, REVISION, &self.revision.to_le_bytes());
        put(out, VERSION, &self.version.to_le_bytes());
        put(out, MACHINE_TYPE, &self.machine_type.to_le_bytes());
        let length = self.device_tree_length.to_le_bytes();
        put(out, DEVICE_TREE_LENGTH, &length);
        put(out, COMMAND_LINE, self.command_line);
        for (at, value) in [
            (VIRT_BASE, self.virt_base.get()),
            (PHYS_BASE, self.phys_base.get()),
            (MEM_SIZE, self.mem_size),
            (TOP_OF_KERNEL_DATA, self.top_of_kernel_data.get()),
            (VIDEO_BASE_ADDR, self.video.base_addr.get()),
            (VIDEO_DISPLAY, self.video.display),
            (VIDEO_ROW_BYTES, self.video.row_bytes),
            (VIDEO_WIDTH, self.video.width),
            (VIDEO_HEIGHT, self.video.height),
            (VIDEO_DEPTH, self.video.depth),
            (DEVICE_TREE, self.device_tree.get()),
            (self.layout.boot_flags(), self.boot_flags),
            (self.layout.mem_size_actual(), self.mem_size_actual),
        ] {
            put(out, at, &value.to_le_bytes());
        }
        Ok(size)
    }

    /// Reads the structure at the start of `memory`, of the given layout, or of the one that its
    /// revision has as a rule; [`layout`](Self::layout) says which.
    ///
    /// # Errors
    /// `BufferTooSmall`; `CommandLineUnfit` if no NUL ends the command line.
    pub fn read(memory: &'a [u8], layout: Option<BootArgsLayout>) -> Result<Self, Error> {
        let needed = layout.map_or(COMMAND_LINE, BootArgsLayout::size);
        let short = || Error::too_small(Structure::BootArgs, needed);
        let revision = u16::from_le_bytes(get(memory, REVISION).ok_or_else(short)?);
        let layout = layout.unwrap_or(BootArgsLayout::of_revision(revision));
        let (size, line_size) = (layout.size(), layout.command_line_size());
        let short = || Error::too_small(Structure::BootArgs, size);
        let memory = memory.get(..size).ok_or_else(short)?;
        let u64_at = |at| get(memory, at).map(u64::from_le_bytes).ok_or_else(short);
        let u32_at = |at| get(memory, at).map(u32::from_le_bytes).ok_or_else(short);
        let line = memory
            .get(COMMAND_LINE..)
            .and_then(|line| line.get(..line_size))
            .ok_or_else(short)?;
        let line = line
            .iter()
            .position(|&byte| byte == 0)
            .and_then(|end| line.get(..end))
            .ok_or(Error::command_line_unfit(line_size))?;
        Ok(Self {
            layout,
            revision,
            version: u16::from_le_bytes(get(memory, VERSION).ok_or_else(short)?),
            virt_base: SlidVmAddr::new(u64_at(VIRT_BASE)?),
            phys_base: PhysAddr::new(u64_at(PHYS_BASE)?),
            mem_size: u64_at(MEM_SIZE)?,
            top_of_kernel_data: PhysAddr::new(u64_at(TOP_OF_KERNEL_DATA)?),
            video: BootVideo {
                base_addr: PhysAddr::new(u64_at(VIDEO_BASE_ADDR)?),
                display: u64_at(VIDEO_DISPLAY)?,
                row_bytes: u64_at(VIDEO_ROW_BYTES)?,
                width: u64_at(VIDEO_WIDTH)?,
                height: u64_at(VIDEO_HEIGHT)?,
                depth: u64_at(VIDEO_DEPTH)?,
            },
            machine_type: u32_at(MACHINE_TYPE)?,
            device_tree: SlidVmAddr::new(u64_at(DEVICE_TREE)?),
            device_tree_length: u32_at(DEVICE_TREE_LENGTH)?,
            command_line: line,
            boot_flags: u64_at(layout.boot_flags())?,
            mem_size_actual: u64_at(layout.mem_size_actual())?,
        })
    }
}

/// Writes a field. The structure has room for each, so none is left out.
fn put(out: &mut [u8], at: usize, bytes: &[u8]) {
    let tail = out.get_mut(at..).unwrap_or_default();
    debug_assert!(bytes.len() <= tail.len(), "the structure has room");
    for (place, byte) in tail.iter_mut().zip(bytes) {
        *place = *byte;
    }
}

fn get<const N: usize>(memory: &[u8], at: usize) -> Option<[u8; N]> {
    memory.get(at..)?.first_chunk().copied()
}
