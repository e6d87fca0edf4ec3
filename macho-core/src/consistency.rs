//! Whether the load commands agree with one another and with the file.
//!
//! A parse proves what the walks over an image need. A file may still contradict itself: tables
//! that share bytes, a section outside its segment, two symbol tables. No walk fails there, but
//! what one tool reads is not what another reads. `llvm-otool` refuses such files, and names what
//! it refuses in `llvm/lib/Object/MachOObjectFile.cpp`; the rules here are those, except the ones
//! listed at [`MachO::ensure_consistent`].
use crate::error::{Error, ErrorKind, Structure};
use crate::load_command::LoadCommand;
use crate::macho::MachO;
use crate::raw::header::{CpuType, FileType};
use crate::raw::load_command::LoadCommandKind as Kind;
use crate::thread::{ThreadState, ThreadStates};
use crate::version::BuildVersion;
use crate::view::{CommandView, Dysymtab, Symtab};

mod disjoint;
mod sections;
mod tables;

use disjoint::ensure_disjoint;
use sections::ensure_sections;
use tables::{Tables, encrypted, tables_of};

impl<'a> MachO<'a> {
    /// Fails if a load command contradicts another one, its segment, or the file.
    ///
    /// That is whatever a parse leaves to those who read a command or its table: every command is
    /// read as its structure, with its strings and counts; a command that an image has once is
    /// there once; a table lies inside the file and shares no byte with another table, with a
    /// section or with the header; a section lies inside its segment; the groups of `LC_DYSYMTAB`
    /// lie inside the symbol table. Of a mapped image only what needs no file is checked. What the
    /// tables hold is not looked at, and images inside of this one are not.
    ///
    /// `llvm-otool` has two rules more: it refuses commands that it calls obsolete, such as
    /// `LC_PREBIND_CKSUM`, which this crate reads, and thread states of a flavor that it does not
    /// know, which the cores of XNU have.
    ///
    /// Costs a pass over the load commands, and a bounded search if sections are not in the order
    /// of their bytes.
    ///
    /// # Errors
    /// The first contradiction, at the field or the structure that has it: `Duplicate`,
    /// `CommandMissing`, `CommandMisplaced`, `Overlap`, `SectionOutsideSegment`,
    /// `IndexOutOfBounds` of a group of symbols, `Truncated` of a table; else as
    /// [`LoadCommand::view`]. `TooMuchWork` if the sections are so many and so disordered that
    /// the search ends early.
    pub fn ensure_consistent(&self) -> Result<(), Error> {
        let mut seen = Seen::default();
        let mut tables = Tables::new(self);
        for command in self.load_commands() {
            seen.add(self, &command)?;
            let view = command.view()?;
            self.ensure_contents(&command, &view)?;
            let is_file = command.input().mapping.is_none();
            for table in tables_of(&command, &view) {
                if is_file {
                    table.ensure_in_file(self)?;
                }
                tables.add(table)?;
            }
            if is_file {
                encrypted(&command, &view).map_or(Ok(()), |range| range.ensure_in_file(self))?;
            }
        }
        seen.finish(self)?;
        ensure_disjoint(self, &tables)
    }

    /// What stands inside of one command.
    fn ensure_contents(
        &self,
        command: &LoadCommand<'a>,
        view: &CommandView<'a>,
    ) -> Result<(), Error> {
        match view {
            CommandView::Segment64(segment) => ensure_sections(self, segment),
            CommandView::Thread(states) => self.ensure_states(states.clone()),
            CommandView::LinkerOption(options) => {
                options.clone().try_for_each(|option| option.map(|_| ()))
            }
            CommandView::BuildVersion(version) => ensure_size(command, version),
            _ => Ok(()),
        }
    }

    /// Whether each thread state has as many words as its flavor.
    fn ensure_states(&self, states: ThreadStates<'a>) -> Result<(), Error> {
        let is_x86_64 = self.header().cputype == CpuType::CPU_TYPE_X86_64;
        for state in states {
            let state: ThreadState<'a> = state?;
            if is_x86_64 {
                state.ensure_x86_64()?;
            } else {
                state.arm64()?;
            }
        }
        Ok(())
    }
}

/// `cmdsize` is what the count of tools needs. A view takes more, as loaders do; what they skip in
/// tolerant mode, no format allows.
fn ensure_size(command: &LoadCommand<'_>, version: &BuildVersion<'_>) -> Result<(), Error> {
    let tools = version.tools().len().saturating_mul(8);
    if command.bytes().len() == tools.saturating_add(24) {
        return Ok(());
    }
    let what = Structure::BuildVersionCommand;
    Err(command.data().error(ErrorKind::BadCommandSize, what, 0))
}

/// The commands met so far.
#[derive(Default)]
struct Seen<'a> {
    /// A bit for each of the groups of [`group`].
    groups: u32,
    symtab: Option<Symtab>,
    dysymtab: Option<(Dysymtab, LoadCommand<'a>)>,
}

impl<'a> Seen<'a> {
    fn add(&mut self, image: &MachO<'a>, command: &LoadCommand<'a>) -> Result<(), Error> {
        const WHAT: Structure = Structure::LoadCommand;
        let Some(group) = group(command.kind()) else {
            return Ok(());
        };
        let bit = 1 << group;
        if self.groups & bit != 0 {
            return Err(command.data().error(ErrorKind::Duplicate, WHAT, 0));
        }
        self.groups |= bit;
        match command.view()? {
            CommandView::Symtab(symtab) => self.symtab = Some(symtab),
            CommandView::Dysymtab(dysymtab) => self.dysymtab = Some((dysymtab, *command)),
            _ if command.kind() == Kind::LC_ID_DYLIB && !is_library(image) => {
                return Err(command.data().error(ErrorKind::CommandMisplaced, WHAT, 0));
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether none is missing that another one or the file's type needs, and whether the two that
    /// tell of the symbols agree.
    fn finish(self, image: &MachO<'_>) -> Result<(), Error> {
        const WHAT: Structure = Structure::DysymtabCommand;
        if let Some((dysymtab, command)) = self.dysymtab {
            let Some(symtab) = self.symtab else {
                return Err(command.data().error(ErrorKind::CommandMissing, WHAT, 0));
            };
            for (first, count, field) in [
                (dysymtab.ilocalsym, dysymtab.nlocalsym, 8),
                (dysymtab.iextdefsym, dysymtab.nextdefsym, 16),
                (dysymtab.iundefsym, dysymtab.nundefsym, 24),
            ] {
                let end = u64::from(first).saturating_add(count.into());
                if count != 0 && end > symtab.nsyms.into() {
                    let kind = ErrorKind::IndexOutOfBounds;
                    return Err(command.data().error(kind, WHAT, field));
                }
            }
        }
        let named = group(Kind::LC_ID_DYLIB).is_some_and(|group| self.groups & (1 << group) != 0);
        if is_library(image) && !named {
            let bytes = image.input().bytes;
            let what = Structure::MachHeader64;
            return Err(bytes.error(ErrorKind::CommandMissing, what, image.start()));
        }
        Ok(())
    }
}

/// Whether this is a library, which `LC_ID_DYLIB` names.
fn is_library(image: &MachO<'_>) -> bool {
    matches!(
        image.header().filetype,
        FileType::MH_DYLIB | FileType::MH_DYLIB_STUB
    )
}

/// The commands of which an image has one, by number; those that stand for one another have the
/// same.
const fn group(kind: Kind) -> Option<u32> {
    Some(match kind {
        Kind::LC_SYMTAB => 0,
        Kind::LC_DYSYMTAB => 1,
        Kind::LC_DATA_IN_CODE => 2,
        Kind::LC_LINKER_OPTIMIZATION_HINT => 3,
        Kind::LC_FUNCTION_STARTS => 4,
        Kind::LC_SEGMENT_SPLIT_INFO => 5,
        Kind::LC_DYLIB_CODE_SIGN_DRS => 6,
        Kind::LC_CODE_SIGNATURE => 7,
        Kind::LC_DYLD_INFO | Kind::LC_DYLD_INFO_ONLY => 8,
        Kind::LC_DYLD_CHAINED_FIXUPS => 9,
        Kind::LC_DYLD_EXPORTS_TRIE => 10,
        Kind::LC_UUID => 11,
        Kind::LC_ID_DYLIB => 12,
        Kind::LC_VERSION_MIN_MACOSX
        | Kind::LC_VERSION_MIN_IPHONEOS
        | Kind::LC_VERSION_MIN_TVOS
        | Kind::LC_VERSION_MIN_WATCHOS => 13,
        Kind::LC_SOURCE_VERSION => 14,
        Kind::LC_MAIN => 15,
        Kind::LC_ENCRYPTION_INFO | Kind::LC_ENCRYPTION_INFO_64 => 16,
        Kind::LC_ROUTINES | Kind::LC_ROUTINES_64 => 17,
        Kind::LC_UNIXTHREAD => 18,
        Kind::LC_TWOLEVEL_HINTS => 19,
        Kind::LC_ATOM_INFO => 20,
        Kind::LC_FUNCTION_VARIANTS => 21,
        Kind::LC_FUNCTION_VARIANT_FIXUPS => 22,
        _ => return None,
    })
}
