//! What an image says about itself: the one command of a kind, looked up and read.
use crate::addr::VmAddr;
use crate::codesign::CodeSignature;
use crate::error::{Error, Structure};
use crate::exports::Exports;
use crate::function_starts::FunctionStarts;
use crate::linkedit::{DataInCodeEntries, LinkeditData};
use crate::load_command::{LoadCommand, View};
use crate::macho::MachO;
use crate::raw::header::{CpuType, FileType};
use crate::raw::load_command::LoadCommandKind as Kind;
use crate::raw::symbol::SymbolType;
use crate::symbol::{IndirectSymbols, Symbol, SymbolTable, Symbols};
use crate::thread::ThreadState64;
use crate::version::{BuildVersion, SourceVersion};
use crate::view::{DyldInfo, MainCommand, Uuid};

/// Each of these walks the load commands once. A file has at most one of each command; of several,
/// the first counts.
impl<'a> MachO<'a> {
    /// The first load command of a kind.
    #[inline(never)]
    pub fn find_command(&self, kind: Kind) -> Option<LoadCommand<'a>> {
        self.load_commands().find(|command| command.kind() == kind)
    }

    fn find<T: View<'a>>(&self, kind: Kind) -> Result<Option<T>, Error> {
        self.find_command(kind)
            .map(|command| T::view(&command))
            .transpose()
    }

    /// The vmaddr of the segment that maps the header: the preferred load address. `None` where
    /// no segment does, as in an object file.
    pub fn base(&self) -> Option<VmAddr> {
        let start = self.start();
        self.segments()
            .seek(|segment| {
                let (position, size) = segment.extent();
                let past = start.checked_sub(position);
                past.is_some_and(|past| past < size)
            })
            .and_then(|segment| {
                let (position, _) = segment.extent();
                let past = start.checked_sub(position)?;
                segment.vmaddr().checked_add(past)
            })
    }

    /// The register state of the first `LC_UNIXTHREAD`, or else `LC_THREAD`, that holds one of
    /// flavor `ARM_THREAD_STATE64`; `None` where there is none.
    ///
    /// # Errors
    /// A state that runs past its command, or whose count is not its flavor's.
    pub fn thread_state(&self) -> Result<Option<ThreadState64>, Error> {
        // The flavors of other processors have the same numbers.
        if self.header().cputype == CpuType::CPU_TYPE_X86_64 {
            return Ok(None);
        }
        for kind in [Kind::LC_UNIXTHREAD, Kind::LC_THREAD] {
            for command in self
                .load_commands()
                .filter(|command| command.kind() == kind)
            {
                for state in command.thread_states() {
                    if let Some(registers) = state?.arm64()? {
                        return Ok(Some(registers));
                    }
                }
            }
        }
        Ok(None)
    }

    /// Where the image starts by its thread state, as the flavors of its processor have it: pc of
    /// arm64, rip of `x86_64`. `None` without such a state, and for a core, whose threads were
    /// running.
    ///
    /// # Errors
    /// As [`thread_state`](Self::thread_state).
    pub fn start_address(&self) -> Result<Option<VmAddr>, Error> {
        let header = self.header();
        if header.filetype == FileType::MH_CORE {
            return Ok(None);
        }
        if header.cputype != CpuType::CPU_TYPE_X86_64 {
            return Ok(self.thread_state()?.map(|state| state.pc));
        }
        for command in self.load_commands() {
            if command.kind() == Kind::LC_UNIXTHREAD {
                for state in command.thread_states() {
                    if let Some(rip) = state?.rip() {
                        return Ok(Some(rip));
                    }
                }
            }
        }
        Ok(None)
    }

    /// The entry point of `LC_MAIN`; `None` without the command.
    ///
    /// # Errors
    /// The command has the wrong size.
    pub fn main_command(&self) -> Result<Option<MainCommand>, Error> {
        self.find(Kind::LC_MAIN)
    }

    /// The UUID of `LC_UUID`; `None` without the command.
    ///
    /// # Errors
    /// The command has the wrong size.
    pub fn uuid(&self) -> Result<Option<Uuid>, Error> {
        self.find(Kind::LC_UUID)
    }

    /// Platform, oldest system and tools of `LC_BUILD_VERSION`; `None` without the command.
    ///
    /// # Errors
    /// The command is too small for its tools.
    pub fn build_version(&self) -> Result<Option<BuildVersion<'a>>, Error> {
        self.find(Kind::LC_BUILD_VERSION)
    }

    /// The version of `LC_SOURCE_VERSION`; `None` without the command.
    ///
    /// # Errors
    /// The command has the wrong size.
    pub fn source_version(&self) -> Result<Option<SourceVersion>, Error> {
        self.find(Kind::LC_SOURCE_VERSION)
    }

    /// The symbol table of `LC_SYMTAB`; an empty one without the command.
    ///
    /// # Errors
    /// The symbols or the strings reach past the end of the file.
    pub fn symbol_table(&self) -> Result<SymbolTable<'a>, Error> {
        match self.find_command(Kind::LC_SYMTAB) {
            Some(command) => SymbolTable::new(&command),
            None => Ok(SymbolTable::EMPTY),
        }
    }

    /// The symbols of [`symbol_table`](Self::symbol_table), in file order.
    ///
    /// # Errors
    /// As [`symbol_table`](Self::symbol_table).
    pub fn symbols(&self) -> Result<Symbols<'a>, Error> {
        self.symbol_table().map(|table| table.iter())
    }

    /// The symbol that the image defines with that name, as `_main`: in a section or absolute; of
    /// several the first. Costs a pass over the symbol table. A symbol whose name is damaged has
    /// none.
    ///
    /// # Errors
    /// As [`symbol_table`](Self::symbol_table).
    pub fn symbol(&self, name: &str) -> Result<Option<Symbol<'a>>, Error> {
        let mut symbols = self.symbols()?;
        Ok(symbols.find(|symbol| {
            let defined = matches!(symbol.kind(), SymbolType::N_SECT | SymbolType::N_ABS);
            let named = defined && symbol.stab().is_none();
            named && symbol.name().is_ok_and(|own| own == name)
        }))
    }

    /// The indirect symbol table of `LC_DYSYMTAB`; an empty one without the command.
    ///
    /// # Errors
    /// The table reaches past the end of the file.
    pub fn indirect_symbols(&self) -> Result<IndirectSymbols<'a>, Error> {
        match self.find_command(Kind::LC_DYSYMTAB) {
            Some(command) => IndirectSymbols::new(&command),
            None => Ok(IndirectSymbols::EMPTY),
        }
    }

    /// Where functions start (`LC_FUNCTION_STARTS`); empty without the command. The deltas count
    /// from [`base`](Self::base), or where no segment maps the header, from `__TEXT`, and from 0
    /// without either.
    ///
    /// # Errors
    /// The table reaches past the end of the file.
    pub fn function_starts(&self) -> Result<FunctionStarts<'a>, Error> {
        let Some(table) = self.find::<LinkeditData<'a>>(Kind::LC_FUNCTION_STARTS)? else {
            return Ok(FunctionStarts::empty());
        };
        let text = || self.segments().find(|segment| segment.name() == "__TEXT");
        let base = self
            .base()
            .or_else(|| text().map(|segment| segment.vmaddr()));
        FunctionStarts::new(table, base.unwrap_or_default())
    }

    /// Data among the code (`LC_DATA_IN_CODE`); empty without the command.
    ///
    /// # Errors
    /// The table reaches past the end of the file.
    pub fn data_in_code(&self) -> Result<DataInCodeEntries<'a>, Error> {
        match self.find(Kind::LC_DATA_IN_CODE)? {
            Some(table) => DataInCodeEntries::new(table),
            None => Ok(DataInCodeEntries::empty()),
        }
    }

    /// The exports trie, of `LC_DYLD_EXPORTS_TRIE` or else `LC_DYLD_INFO_ONLY` or `LC_DYLD_INFO`;
    /// an empty one without any of them.
    ///
    /// # Errors
    /// The trie reaches past the end of the file.
    pub fn exports(&self) -> Result<Exports<'a>, Error> {
        const WHAT: Structure = Structure::ExportsTrie;
        if let Some(table) = self.find::<LinkeditData<'a>>(Kind::LC_DYLD_EXPORTS_TRIE)? {
            return table.bytes(WHAT).map(Exports::new);
        }
        for kind in [Kind::LC_DYLD_INFO_ONLY, Kind::LC_DYLD_INFO] {
            if let Some(command) = self.find_command(kind) {
                let info = DyldInfo::view(&command)?;
                let (offset, size) = (u64::from(info.export_off), u64::from(info.export_size));
                let bytes = self.input().table(offset, size, WHAT, command.field(40))?;
                return Ok(Exports::new(bytes));
            }
        }
        Ok(Exports::EMPTY)
    }

    /// The index of the code signature; `None` without `LC_CODE_SIGNATURE`.
    ///
    /// # Errors
    /// The signature reaches past the end of the file, has another magic, or its index does not
    /// fit in it.
    pub fn code_signature(&self) -> Result<Option<CodeSignature<'a>>, Error> {
        self.find(Kind::LC_CODE_SIGNATURE)?
            .map(CodeSignature::new)
            .transpose()
    }
}
