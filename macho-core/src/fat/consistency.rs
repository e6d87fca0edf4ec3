//! Whether the slices of a fat file agree with one another and with what they hold.
use super::{ARCH_SIZE, FatArch, FatFile, HEADER_SIZE, Table};
use crate::bytes::widen;
use crate::error::{Error, ErrorKind};
use crate::raw::header::{MH_MAGIC_64, MachHeader64};

/// Pairs of slices that are compared: of all files that have up to 700 of them.
const MOST_COMPARED: u32 = 1 << 18;

impl FatFile<'_> {
    /// Fails if a slice shares bytes with the table or with another slice, is of the same processor
    /// as another one, or says another processor family than the header in it. `llvm-otool` refuses
    /// such files (`llvm/lib/Object/MachOUniversal.cpp`). The slice that `lipo` hides is left out.
    ///
    /// # Errors
    /// The first contradiction, at its entry of the table: `Overlap`, `Duplicate` or
    /// `CpuTypeMismatch`. `TooMuchWork` if there are more slices than are compared.
    pub fn ensure_consistent(&self) -> Result<(), Error> {
        let each = match self.table {
            Table::Narrow(_) => ARCH_SIZE,
            Table::Wide(_) => 32,
        };
        let table = widen(self.len()).saturating_mul(each);
        let table_end = table.saturating_add(HEADER_SIZE);
        let mut left = MOST_COMPARED;
        let mut number = 0_usize;
        for arch in self.arches() {
            if arch.offset < table_end {
                return Err(arch.error(ErrorKind::Overlap));
            }
            let before = self.arches().take(number);
            number = number.saturating_add(1);
            for earlier in before {
                left = left
                    .checked_sub(1)
                    .ok_or(arch.error(ErrorKind::TooMuchWork))?;
                let processor = |arch: &FatArch<'_>| (arch.cputype(), arch.cpusubtype());
                if processor(&earlier) == processor(&arch) {
                    return Err(arch.error(ErrorKind::Duplicate));
                }
                if earlier.offset < arch.end() && arch.offset < earlier.end() {
                    return Err(arch.error(ErrorKind::Overlap));
                }
            }
            arch.ensure_cputype()?;
        }
        Ok(())
    }
}

impl FatArch<'_> {
    const fn end(&self) -> u64 {
        self.offset.saturating_add(self.size)
    }

    const fn error(&self, kind: ErrorKind) -> Error {
        self.file.error(kind, self.what, self.entry)
    }

    /// Whether the slice is of the processor family that the table says. What is no 64-bit Mach-O
    /// file may be an archive, and says nothing.
    fn ensure_cputype(&self) -> Result<(), Error> {
        let bytes = self.file.clamped(self.offset, self.size);
        let header: Option<&MachHeader64> = bytes.get_raw(0);
        let other = |raw: &&MachHeader64| {
            raw.magic.get() == MH_MAGIC_64 && raw.cputype.get() != self.cputype
        };
        match header.filter(other) {
            Some(_) => Err(self.error(ErrorKind::CpuTypeMismatch)),
            None => Ok(()),
        }
    }
}
