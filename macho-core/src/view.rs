//! Each load command as a typed value.
use core::fmt;
use core::iter::FusedIterator;

use crate::addr::FileOffset;
use crate::bytes::{Bytes, widen};
use crate::debug::debug_view;
use crate::error::{Error, ErrorKind, Structure};
use crate::fileset::FilesetEntry;
use crate::linkedit::LinkeditData;
use crate::load_command::{LoadCommand, View};
use crate::name::Name;
use crate::raw::load_command as raw;
use crate::raw::load_command::LoadCommandKind as Kind;
use crate::raw::segment::SegmentCommand;
use crate::segment::Segment;
use crate::thread::ThreadStates;
use crate::version::{BuildVersion, SourceVersion};

mod plain;

pub use plain::{
    DyldInfo, Dylib, Dylinker, Dysymtab, EncryptionInfo, EncryptionInfo64, Fvmfile, Fvmlib,
    MainCommand, Note, PrebindCksum, PreboundDylib, Routines, Routines64, Rpath, SubClient,
    SubFramework, SubLibrary, SubUmbrella, Symseg, Symtab, TargetTriple, TwolevelHints, VersionMin,
};

/// A load command as a typed value. Commands of one C structure share a variant:
/// [`LoadCommand::kind`] tells them apart.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum CommandView<'a> {
    /// `LC_SEGMENT_64`.
    Segment64(Segment<'a>),
    /// `LC_SEGMENT`, the 32-bit form, which 64-bit images do not use.
    Segment(&'a SegmentCommand),
    /// `LC_THREAD`, `LC_UNIXTHREAD`.
    Thread(ThreadStates<'a>),
    /// `LC_PREPAGE`, which has no structure, or a command that this crate does not know.
    Other,
    /// `LC_LOADFVMLIB`, `LC_IDFVMLIB`.
    Fvmlib(Fvmlib<'a>),
    /// `LC_LOAD_DYLIB`, `LC_ID_DYLIB`, `LC_LOAD_WEAK_DYLIB`, `LC_REEXPORT_DYLIB`,
    /// `LC_LAZY_LOAD_DYLIB`, `LC_LOAD_UPWARD_DYLIB`.
    Dylib(Dylib<'a>),
    /// `LC_SUB_FRAMEWORK`.
    SubFramework(SubFramework<'a>),
    /// `LC_SUB_CLIENT`.
    SubClient(SubClient<'a>),
    /// `LC_SUB_UMBRELLA`.
    SubUmbrella(SubUmbrella<'a>),
    /// `LC_SUB_LIBRARY`.
    SubLibrary(SubLibrary<'a>),
    /// `LC_PREBOUND_DYLIB`.
    PreboundDylib(PreboundDylib<'a>),
    /// `LC_ID_DYLINKER`, `LC_LOAD_DYLINKER`, `LC_DYLD_ENVIRONMENT`.
    Dylinker(Dylinker<'a>),
    /// `LC_ROUTINES`.
    Routines(Routines),
    /// `LC_ROUTINES_64`.
    Routines64(Routines64),
    /// `LC_SYMTAB`.
    Symtab(Symtab),
    /// `LC_DYSYMTAB`.
    Dysymtab(Dysymtab),
    /// `LC_TWOLEVEL_HINTS`.
    TwolevelHints(TwolevelHints),
    /// `LC_PREBIND_CKSUM`.
    PrebindCksum(PrebindCksum),
    /// `LC_UUID`.
    Uuid(Uuid),
    /// `LC_RPATH`.
    Rpath(Rpath<'a>),
    /// `LC_CODE_SIGNATURE`, `LC_SEGMENT_SPLIT_INFO`, `LC_FUNCTION_STARTS`, `LC_DATA_IN_CODE`,
    /// `LC_DYLIB_CODE_SIGN_DRS`, `LC_LINKER_OPTIMIZATION_HINT`, `LC_DYLD_EXPORTS_TRIE`,
    /// `LC_DYLD_CHAINED_FIXUPS`, `LC_ATOM_INFO`, `LC_FUNCTION_VARIANTS`,
    /// `LC_FUNCTION_VARIANT_FIXUPS`.
    LinkeditData(LinkeditData<'a>),
    /// `LC_FILESET_ENTRY`.
    FilesetEntry(FilesetEntry<'a>),
    /// `LC_ENCRYPTION_INFO`.
    EncryptionInfo(EncryptionInfo),
    /// `LC_ENCRYPTION_INFO_64`.
    EncryptionInfo64(EncryptionInfo64),
    /// `LC_VERSION_MIN_MACOSX`, `LC_VERSION_MIN_IPHONEOS`, `LC_VERSION_MIN_TVOS`,
    /// `LC_VERSION_MIN_WATCHOS`.
    VersionMin(VersionMin),
    /// `LC_BUILD_VERSION`.
    BuildVersion(BuildVersion<'a>),
    /// `LC_DYLD_INFO`, `LC_DYLD_INFO_ONLY`.
    DyldInfo(DyldInfo),
    /// `LC_LINKER_OPTION`.
    LinkerOption(LinkerOption<'a>),
    /// `LC_SYMSEG`.
    Symseg(Symseg),
    /// `LC_IDENT`.
    Ident(Ident<'a>),
    /// `LC_FVMFILE`.
    Fvmfile(Fvmfile<'a>),
    /// `LC_MAIN`.
    Main(MainCommand),
    /// `LC_SOURCE_VERSION`.
    SourceVersion(SourceVersion),
    /// `LC_NOTE`.
    Note(Note<'a>),
    /// `LC_TARGET_TRIPLE`.
    TargetTriple(TargetTriple<'a>),
}

impl<'a> LoadCommand<'a> {
    /// The command as a typed value, with its strings looked up. Ranges of the file are checked
    /// when they are asked for.
    ///
    /// # Errors
    /// The command is too small for its structure; in strict mode also too large; a count or a
    /// string in it reaches past its end.
    #[inline]
    pub fn view(&self) -> Result<CommandView<'a>, Error> {
        match self.kind() {
            Kind::LC_SEGMENT_64 => match Segment::new(*self) {
                Some(segment) => Ok(CommandView::Segment64(segment)),
                None => Err(self.too_small(Structure::SegmentCommand64)),
            },
            Kind::LC_FILESET_ENTRY => FilesetEntry::new(*self).map(CommandView::FilesetEntry),
            _ => self.view_other(),
        }
    }

    #[inline]
    fn view_other(&self) -> Result<CommandView<'a>, Error> {
        Ok(match self.kind() {
            Kind::LC_SEGMENT => CommandView::Segment(self.raw(Structure::SegmentCommand)?),
            Kind::LC_THREAD | Kind::LC_UNIXTHREAD => CommandView::Thread(self.thread_states()),
            Kind::LC_LOADFVMLIB | Kind::LC_IDFVMLIB => CommandView::Fvmlib(View::view(self)?),
            Kind::LC_LOAD_DYLIB
            | Kind::LC_ID_DYLIB
            | Kind::LC_LOAD_WEAK_DYLIB
            | Kind::LC_REEXPORT_DYLIB
            | Kind::LC_LAZY_LOAD_DYLIB
            | Kind::LC_LOAD_UPWARD_DYLIB => CommandView::Dylib(View::view(self)?),
            Kind::LC_SUB_FRAMEWORK => CommandView::SubFramework(View::view(self)?),
            Kind::LC_SUB_CLIENT => CommandView::SubClient(View::view(self)?),
            Kind::LC_SUB_UMBRELLA => CommandView::SubUmbrella(View::view(self)?),
            Kind::LC_SUB_LIBRARY => CommandView::SubLibrary(View::view(self)?),
            Kind::LC_PREBOUND_DYLIB => CommandView::PreboundDylib(View::view(self)?),
            Kind::LC_ID_DYLINKER | Kind::LC_LOAD_DYLINKER | Kind::LC_DYLD_ENVIRONMENT => {
                CommandView::Dylinker(View::view(self)?)
            }
            Kind::LC_ROUTINES => CommandView::Routines(View::view(self)?),
            Kind::LC_ROUTINES_64 => CommandView::Routines64(View::view(self)?),
            Kind::LC_SYMTAB => CommandView::Symtab(View::view(self)?),
            Kind::LC_DYSYMTAB => CommandView::Dysymtab(View::view(self)?),
            Kind::LC_TWOLEVEL_HINTS => CommandView::TwolevelHints(View::view(self)?),
            Kind::LC_PREBIND_CKSUM => CommandView::PrebindCksum(View::view(self)?),
            Kind::LC_UUID => CommandView::Uuid(View::view(self)?),
            Kind::LC_RPATH => CommandView::Rpath(View::view(self)?),
            Kind::LC_CODE_SIGNATURE
            | Kind::LC_SEGMENT_SPLIT_INFO
            | Kind::LC_FUNCTION_STARTS
            | Kind::LC_DATA_IN_CODE
            | Kind::LC_DYLIB_CODE_SIGN_DRS
            | Kind::LC_LINKER_OPTIMIZATION_HINT
            | Kind::LC_DYLD_EXPORTS_TRIE
            | Kind::LC_DYLD_CHAINED_FIXUPS
            | Kind::LC_ATOM_INFO
            | Kind::LC_FUNCTION_VARIANTS
            | Kind::LC_FUNCTION_VARIANT_FIXUPS => CommandView::LinkeditData(View::view(self)?),
            Kind::LC_ENCRYPTION_INFO => CommandView::EncryptionInfo(View::view(self)?),
            Kind::LC_ENCRYPTION_INFO_64 => CommandView::EncryptionInfo64(View::view(self)?),
            Kind::LC_VERSION_MIN_MACOSX
            | Kind::LC_VERSION_MIN_IPHONEOS
            | Kind::LC_VERSION_MIN_TVOS
            | Kind::LC_VERSION_MIN_WATCHOS => CommandView::VersionMin(View::view(self)?),
            Kind::LC_BUILD_VERSION => CommandView::BuildVersion(View::view(self)?),
            Kind::LC_DYLD_INFO | Kind::LC_DYLD_INFO_ONLY => {
                CommandView::DyldInfo(View::view(self)?)
            }
            Kind::LC_LINKER_OPTION => CommandView::LinkerOption(View::view(self)?),
            Kind::LC_SYMSEG => CommandView::Symseg(View::view(self)?),
            Kind::LC_IDENT => CommandView::Ident(View::view(self)?),
            Kind::LC_FVMFILE => CommandView::Fvmfile(View::view(self)?),
            Kind::LC_MAIN => CommandView::Main(View::view(self)?),
            Kind::LC_SOURCE_VERSION => CommandView::SourceVersion(View::view(self)?),
            Kind::LC_NOTE => CommandView::Note(View::view(self)?),
            Kind::LC_TARGET_TRIPLE => CommandView::TargetTriple(View::view(self)?),
            _ => CommandView::Other,
        })
    }
}

/// The one size that commands of this kind have; `None` where it varies.
pub(crate) const fn fixed_size(kind: Kind) -> Option<(usize, Structure)> {
    Some(match kind {
        Kind::LC_ROUTINES => (
            size_of::<raw::RoutinesCommand>(),
            Structure::RoutinesCommand,
        ),
        Kind::LC_ROUTINES_64 => (
            size_of::<raw::RoutinesCommand64>(),
            Structure::RoutinesCommand64,
        ),
        Kind::LC_SYMTAB => (size_of::<raw::SymtabCommand>(), Structure::SymtabCommand),
        Kind::LC_DYSYMTAB => (
            size_of::<raw::DysymtabCommand>(),
            Structure::DysymtabCommand,
        ),
        Kind::LC_TWOLEVEL_HINTS => (
            size_of::<raw::TwolevelHintsCommand>(),
            Structure::TwolevelHintsCommand,
        ),
        Kind::LC_PREBIND_CKSUM => (
            size_of::<raw::PrebindCksumCommand>(),
            Structure::PrebindCksumCommand,
        ),
        Kind::LC_UUID => (size_of::<raw::UuidCommand>(), Structure::UuidCommand),
        Kind::LC_CODE_SIGNATURE
        | Kind::LC_SEGMENT_SPLIT_INFO
        | Kind::LC_FUNCTION_STARTS
        | Kind::LC_DATA_IN_CODE
        | Kind::LC_DYLIB_CODE_SIGN_DRS
        | Kind::LC_LINKER_OPTIMIZATION_HINT
        | Kind::LC_DYLD_EXPORTS_TRIE
        | Kind::LC_DYLD_CHAINED_FIXUPS
        | Kind::LC_ATOM_INFO
        | Kind::LC_FUNCTION_VARIANTS
        | Kind::LC_FUNCTION_VARIANT_FIXUPS => (
            size_of::<raw::LinkeditDataCommand>(),
            Structure::LinkeditDataCommand,
        ),
        Kind::LC_ENCRYPTION_INFO => (
            size_of::<raw::EncryptionInfoCommand>(),
            Structure::EncryptionInfoCommand,
        ),
        Kind::LC_ENCRYPTION_INFO_64 => (
            size_of::<raw::EncryptionInfoCommand64>(),
            Structure::EncryptionInfoCommand64,
        ),
        Kind::LC_VERSION_MIN_MACOSX
        | Kind::LC_VERSION_MIN_IPHONEOS
        | Kind::LC_VERSION_MIN_TVOS
        | Kind::LC_VERSION_MIN_WATCHOS => (
            size_of::<raw::VersionMinCommand>(),
            Structure::VersionMinCommand,
        ),
        Kind::LC_DYLD_INFO | Kind::LC_DYLD_INFO_ONLY => (
            size_of::<raw::DyldInfoCommand>(),
            Structure::DyldInfoCommand,
        ),
        Kind::LC_SYMSEG => (size_of::<raw::SymsegCommand>(), Structure::SymsegCommand),
        Kind::LC_MAIN => (
            size_of::<raw::EntryPointCommand>(),
            Structure::EntryPointCommand,
        ),
        Kind::LC_SOURCE_VERSION => (
            size_of::<raw::SourceVersionCommand>(),
            Structure::SourceVersionCommand,
        ),
        Kind::LC_NOTE => (size_of::<raw::NoteCommand>(), Structure::NoteCommand),
        _ => return None,
    })
}

/// A UUID: `LC_UUID`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid(pub [u8; 16]);

impl fmt::Display for Uuid {
    /// The usual 36 characters, letters in upper case as Apple prints them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02X}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uuid({self})")
    }
}

impl<'a> View<'a> for Uuid {
    #[inline]
    fn view(command: &LoadCommand<'a>) -> Result<Self, Error> {
        Ok(Self(
            command
                .exact::<raw::UuidCommand>(Structure::UuidCommand)?
                .uuid,
        ))
    }
}

/// Identification strings: `LC_IDENT`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Ident<'a> {
    /// The bytes behind the command's first 8, unchecked.
    pub strings: &'a [u8],
}

debug_view!(Ident<'_>, |ident| {
    strings_len: ident.strings.len(),
});

impl<'a> View<'a> for Ident<'a> {
    #[inline]
    fn view(command: &LoadCommand<'a>) -> Result<Self, Error> {
        Ok(Self {
            strings: command.data().clamped(8, u64::MAX).data(),
        })
    }
}

/// Options for the linker: `LC_LINKER_OPTION`.
#[derive(Clone)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct LinkerOption<'a> {
    rest: Bytes<'a>,
    remaining: u32,
    /// The field `count` in the outermost file.
    field: FileOffset,
}

debug_view!(LinkerOption<'_>, |options| {
    left: options.remaining,
    bytes_left: options.rest.len(),
});

impl<'a> View<'a> for LinkerOption<'a> {
    #[inline]
    fn view(command: &LoadCommand<'a>) -> Result<Self, Error> {
        let raw: &raw::LinkerOptionCommand = command.raw(Structure::LinkerOptionCommand)?;
        Ok(Self {
            rest: command.data().clamped(12, u64::MAX),
            remaining: raw.count.get(),
            field: command.field(8),
        })
    }
}

/// The options. Ends after the first error; each item takes at least its NUL byte.
impl<'a> Iterator for LinkerOption<'a> {
    type Item = Result<Name<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.remaining = self.remaining.checked_sub(1)?;
        if self.rest.data().is_empty() {
            self.remaining = 0;
            let what = Structure::LinkerOptionCommand;
            return Some(Err(Error::new(
                ErrorKind::CountTooLarge,
                what,
                self.field.get(),
            )));
        }
        match self
            .rest
            .c_string(0, Structure::LinkerOptionCommand, self.rest.file_offset(0))
        {
            Ok(text) => {
                let taken = widen(text.len()).saturating_add(1);
                self.rest = self.rest.clamped(taken, u64::MAX);
                Some(Ok(Name::new(text)))
            }
            Err(error) => {
                self.remaining = 0;
                Some(Err(error))
            }
        }
    }
}

impl FusedIterator for LinkerOption<'_> {}
