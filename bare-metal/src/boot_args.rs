//! The block that x0 points to: XNU's `boot_args` (`pexpert/pexpert/arm64/boot.h`), revision 2.

/// Bytes of the block: the fields up to the command line, 608 bytes of that, two more fields.
pub const SIZE: usize = 0x2e0;

/// `kBootArgsRevision2` and `kBootArgsVersion2`.
const REVISION: u16 = 2;
const VERSION: u16 = 2;
/// `BOOT_LINE_LENGTH` of this revision.
const LINE: usize = 608;

/// What a loader says to a kernel.
#[derive(Clone, Copy, Debug)]
pub struct BootArgs<'a> {
    /// Slid address of the first byte of memory that the kernel owns.
    pub virt_base: u64,
    /// Its physical address.
    pub phys_base: u64,
    /// Bytes of memory from there.
    pub mem_size: u64,
    /// Physical address of the first byte that the loader has not used.
    pub top_of_kernel_data: u64,
    /// The command line; cut where it does not fit.
    pub command_line: &'a str,
}

impl BootArgs<'_> {
    /// The block as the kernel reads it.
    pub fn to_bytes(self) -> [u8; SIZE] {
        let mut out = [0; SIZE];
        let mut put = |at: usize, bytes: &[u8]| {
            if let Some(field) = out.get_mut(at..at.saturating_add(bytes.len())) {
                field.copy_from_slice(bytes);
            }
        };
        put(0x00, &REVISION.to_le_bytes());
        put(0x02, &VERSION.to_le_bytes());
        put(0x08, &self.virt_base.to_le_bytes());
        put(0x10, &self.phys_base.to_le_bytes());
        put(0x18, &self.mem_size.to_le_bytes());
        put(0x20, &self.top_of_kernel_data.to_le_bytes());
        // Nothing to say of Video (0x28), machineType (0x58) and Apple's device tree (0x60).
        let line = self.command_line.as_bytes();
        // The last byte stays 0.
        put(0x6c, line.get(..LINE - 1).unwrap_or(line));
        put(0x2d0, &0_u64.to_le_bytes());
        put(0x2d8, &self.mem_size.to_le_bytes());
        out
    }
}
