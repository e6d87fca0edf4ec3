//! The views of commands that are a fixed structure, with at most strings behind it.
//!
//! They are closed: their fields are those of Apple's structure, which `cmdsize` keeps as it is.
use crate::addr::VmAddr;
use crate::error::{Error, Structure};
use crate::load_command::{LoadCommand, View};
use crate::name::Name;
use crate::raw::load_command as raw;
use crate::version::Version;

/// The command that a field is read from.
#[derive(Clone, Copy)]
struct CommandPosition<'c, 'a> {
    command: &'c LoadCommand<'a>,
    /// Bytes of the structure; strings lie behind it.
    fixed: usize,
    what: Structure,
}

/// How a native field is read from a raw one.
trait Field<'a, Raw>: Sized {
    fn read(raw: &'a Raw, position: CommandPosition<'_, 'a>) -> Result<Self, Error>;
}

impl Field<'_, zerocopy::little_endian::U32> for u32 {
    #[inline]
    fn read(raw: &zerocopy::little_endian::U32, _: CommandPosition<'_, '_>) -> Result<Self, Error> {
        Ok(raw.get())
    }
}

impl Field<'_, zerocopy::little_endian::U64> for u64 {
    #[inline]
    fn read(raw: &zerocopy::little_endian::U64, _: CommandPosition<'_, '_>) -> Result<Self, Error> {
        Ok(raw.get())
    }
}

impl Field<'_, zerocopy::little_endian::U64> for VmAddr {
    #[inline]
    fn read(raw: &zerocopy::little_endian::U64, _: CommandPosition<'_, '_>) -> Result<Self, Error> {
        Ok(Self::new(raw.get()))
    }
}

impl Field<'_, zerocopy::little_endian::U32> for Version {
    #[inline]
    fn read(raw: &zerocopy::little_endian::U32, _: CommandPosition<'_, '_>) -> Result<Self, Error> {
        Ok(Self(raw.get()))
    }
}

/// An `lc_str`.
impl<'a> Field<'a, zerocopy::little_endian::U32> for Name<'a> {
    #[inline]
    fn read(
        raw: &'a zerocopy::little_endian::U32,
        position: CommandPosition<'_, 'a>,
    ) -> Result<Self, Error> {
        position
            .command
            .string(raw.get(), position.fixed, position.what)
    }
}

/// A name of at most 16 bytes in position.
impl<'a> Field<'a, [u8; 16]> for Name<'a> {
    #[inline]
    fn read(raw: &'a [u8; 16], _: CommandPosition<'_, 'a>) -> Result<Self, Error> {
        Ok(Self::fixed(raw))
    }
}

/// Declares a view: native fields by the names of the raw ones.
macro_rules! view {
    (
        $(#[$meta:meta])*
        pub struct $name:ident $(<$life:lifetime>)? from $raw:ident, $read:ident {
            $( $(#[$field_meta:meta])* $field:ident: $type:ty, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name $(<$life>)? { $( $(#[$field_meta])* pub $field: $type, )* }

        impl<'a> View<'a> for $name $(<$life>)? {
            #[inline]
            fn view(command: &LoadCommand<'a>) -> Result<Self, Error> {
                let raw: &'a raw::$raw = command.$read(Structure::$raw)?;
                let position =
                    CommandPosition { command, fixed: size_of::<raw::$raw>(), what: Structure::$raw };
                Ok(Self { $( $field: Field::read(&raw.$field, position)?, )* })
            }
        }
    };
}

view! {
    /// A fixed virtual memory library (obsolete): `LC_LOADFVMLIB`, `LC_IDFVMLIB`.
    pub struct Fvmlib<'a> from FvmlibCommand, raw {
        /// The string.
        name: Name<'a>,
        /// Minor version of the library.
        minor_version: u32,
        /// Address of the library's header.
        header_addr: u32,
    }
}

view! {
    /// A dynamic library, as one is needed or as this one is called: `LC_LOAD_DYLIB`,
    /// `LC_ID_DYLIB`, `LC_LOAD_WEAK_DYLIB`, `LC_REEXPORT_DYLIB`, `LC_LAZY_LOAD_DYLIB`,
    /// `LC_LOAD_UPWARD_DYLIB`.
    pub struct Dylib<'a> from DylibCommand, raw {
        /// The string.
        name: Name<'a>,
        /// Build time in seconds since 1970, or the marker of `dylib_use_command`.
        timestamp: u32,
        /// Version of the library.
        current_version: Version,
        /// Oldest version that may stand in for it.
        compatibility_version: Version,
    }
}

view! {
    /// The umbrella framework of a sub-framework: `LC_SUB_FRAMEWORK`.
    pub struct SubFramework<'a> from SubFrameworkCommand, raw {
        /// The string.
        umbrella: Name<'a>,
    }
}

view! {
    /// A client that may link a sub-framework: `LC_SUB_CLIENT`.
    pub struct SubClient<'a> from SubClientCommand, raw {
        /// The string.
        client: Name<'a>,
    }
}

view! {
    /// A sub-umbrella framework: `LC_SUB_UMBRELLA`.
    pub struct SubUmbrella<'a> from SubUmbrellaCommand, raw {
        /// The string.
        sub_umbrella: Name<'a>,
    }
}

view! {
    /// A sub-library: `LC_SUB_LIBRARY`.
    pub struct SubLibrary<'a> from SubLibraryCommand, raw {
        /// The string.
        sub_library: Name<'a>,
    }
}

view! {
    /// A library that an executable was prebound to (obsolete): `LC_PREBOUND_DYLIB`.
    pub struct PreboundDylib<'a> from PreboundDylibCommand, raw {
        /// The string.
        name: Name<'a>,
        /// Number of modules in the library.
        nmodules: u32,
        /// Offset of the bit vector of linked modules from the start of the command.
        linked_modules: u32,
    }
}

view! {
    /// A dynamic linker or one of its environment variables: `LC_ID_DYLINKER`,
    /// `LC_LOAD_DYLINKER`, `LC_DYLD_ENVIRONMENT`.
    pub struct Dylinker<'a> from DylinkerCommand, raw {
        /// The string.
        name: Name<'a>,
    }
}

view! {
    /// The initialization routine of a 32-bit library: `LC_ROUTINES`.
    pub struct Routines from RoutinesCommand, exact {
        /// Address of the routine.
        init_address: u32,
        /// Index of the module that defines it.
        init_module: u32,
    }
}

view! {
    /// The initialization routine of a library: `LC_ROUTINES_64`.
    pub struct Routines64 from RoutinesCommand64, exact {
        /// Address of the routine.
        init_address: VmAddr,
        /// Index of the module that defines it.
        init_module: u64,
    }
}

view! {
    /// The symbol and string tables: `LC_SYMTAB`.
    pub struct Symtab from SymtabCommand, exact {
        /// Offset of the symbol table.
        symoff: u32,
        /// Number of symbols.
        nsyms: u32,
        /// Offset of the string table.
        stroff: u32,
        /// Bytes of the string table.
        strsize: u32,
    }
}

view! {
    /// The groups of the symbol table and the tables of dynamic linking: `LC_DYSYMTAB`.
    pub struct Dysymtab from DysymtabCommand, exact {
        /// First local symbol.
        ilocalsym: u32,
        /// Number of local symbols.
        nlocalsym: u32,
        /// First defined external symbol.
        iextdefsym: u32,
        /// Number of defined external symbols.
        nextdefsym: u32,
        /// First undefined symbol.
        iundefsym: u32,
        /// Number of undefined symbols.
        nundefsym: u32,
        /// Offset of the table of contents.
        tocoff: u32,
        /// Entries of the table of contents.
        ntoc: u32,
        /// Offset of the module table.
        modtaboff: u32,
        /// Entries of the module table.
        nmodtab: u32,
        /// Offset of the referenced symbol table.
        extrefsymoff: u32,
        /// Entries of the referenced symbol table.
        nextrefsyms: u32,
        /// Offset of the indirect symbol table.
        indirectsymoff: u32,
        /// Entries of the indirect symbol table.
        nindirectsyms: u32,
        /// Offset of the external relocation entries.
        extreloff: u32,
        /// Number of external relocation entries.
        nextrel: u32,
        /// Offset of the local relocation entries.
        locreloff: u32,
        /// Number of local relocation entries.
        nlocrel: u32,
    }
}

view! {
    /// The two-level namespace hints (obsolete): `LC_TWOLEVEL_HINTS`.
    pub struct TwolevelHints from TwolevelHintsCommand, exact {
        /// Offset of the hints.
        offset: u32,
        /// Number of hints.
        nhints: u32,
    }
}

view! {
    /// The check sum of a prebound file (obsolete): `LC_PREBIND_CKSUM`.
    pub struct PrebindCksum from PrebindCksumCommand, exact {
        /// The check sum, or 0.
        cksum: u32,
    }
}

view! {
    /// A run path: `LC_RPATH`.
    pub struct Rpath<'a> from RpathCommand, raw {
        /// The string.
        path: Name<'a>,
    }
}

view! {
    /// The encrypted range of a 32-bit image: `LC_ENCRYPTION_INFO`.
    pub struct EncryptionInfo from EncryptionInfoCommand, exact {
        /// Offset of the encrypted range.
        cryptoff: u32,
        /// Bytes of the encrypted range.
        cryptsize: u32,
        /// Which encryption; 0 is none yet.
        cryptid: u32,
    }
}

view! {
    /// The encrypted range of an image: `LC_ENCRYPTION_INFO_64`.
    pub struct EncryptionInfo64 from EncryptionInfoCommand64, exact {
        /// Offset of the encrypted range.
        cryptoff: u32,
        /// Bytes of the encrypted range.
        cryptsize: u32,
        /// Which encryption; 0 is none yet.
        cryptid: u32,
    }
}

view! {
    /// The oldest system that the image runs on: `LC_VERSION_MIN_MACOSX`,
    /// `LC_VERSION_MIN_IPHONEOS`, `LC_VERSION_MIN_TVOS`, `LC_VERSION_MIN_WATCHOS`.
    pub struct VersionMin from VersionMinCommand, exact {
        /// Oldest system version.
        version: Version,
        /// Version of the SDK.
        sdk: Version,
    }
}

view! {
    /// The opcode streams of the dynamic linker: `LC_DYLD_INFO`, `LC_DYLD_INFO_ONLY`.
    pub struct DyldInfo from DyldInfoCommand, exact {
        /// Offset of the rebase opcodes.
        rebase_off: u32,
        /// Bytes of the rebase opcodes.
        rebase_size: u32,
        /// Offset of the bind opcodes.
        bind_off: u32,
        /// Bytes of the bind opcodes.
        bind_size: u32,
        /// Offset of the weak bind opcodes.
        weak_bind_off: u32,
        /// Bytes of the weak bind opcodes.
        weak_bind_size: u32,
        /// Offset of the lazy bind opcodes.
        lazy_bind_off: u32,
        /// Bytes of the lazy bind opcodes.
        lazy_bind_size: u32,
        /// Offset of the exports trie.
        export_off: u32,
        /// Bytes of the exports trie.
        export_size: u32,
    }
}

view! {
    /// The symbol segment (obsolete): `LC_SYMSEG`.
    pub struct Symseg from SymsegCommand, exact {
        /// Offset of the symbol segment.
        offset: u32,
        /// Bytes of the symbol segment.
        size: u32,
    }
}

view! {
    /// A file mapped at a fixed address (internal use): `LC_FVMFILE`.
    pub struct Fvmfile<'a> from FvmfileCommand, raw {
        /// The string.
        name: Name<'a>,
        /// Address of the file.
        header_addr: u32,
    }
}

view! {
    /// The entry point of a main executable: `LC_MAIN`.
    pub struct MainCommand from EntryPointCommand, exact {
        /// Offset of the entry point from the start of the file: of `__TEXT`.
        entryoff: u64,
        /// Initial stack size in bytes, if not 0.
        stacksize: u64,
    }
}

view! {
    /// A range of bytes for a named owner: `LC_NOTE`.
    pub struct Note<'a> from NoteCommand, exact {
        /// Name of the owner, padded with NUL.
        data_owner: Name<'a>,
        /// Offset of the bytes.
        offset: u64,
        /// Number of bytes.
        size: u64,
    }
}

view! {
    /// The target triple of the compilation (Xcode's header; the string as in `rpath_command`):
    /// `LC_TARGET_TRIPLE`.
    pub struct TargetTriple<'a> from TargetTripleCommand, raw {
        /// The string.
        triple: Name<'a>,
    }
}
