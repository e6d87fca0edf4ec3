//! The tables of the file that load commands lead to, of which an image has each once.
use crate::addr::FileOffset;
use crate::error::{Error, ErrorKind, Structure};
use crate::load_command::LoadCommand;
use crate::macho::{HEADER_SIZE, MachO};
use crate::raw::load_command::LoadCommandKind as Kind;
use crate::view::{CommandView, Dysymtab};

/// A range of the file, what it is, and the field that leads there.
#[derive(Clone, Copy)]
pub(super) struct Range {
    pub(super) what: Structure,
    pub(super) start: u64,
    pub(super) size: u64,
    pub(super) field: FileOffset,
}

impl Range {
    pub(super) const fn end(&self) -> u64 {
        self.start.saturating_add(self.size)
    }

    /// Whether the two share a byte.
    pub(super) const fn overlaps(&self, other: &Self) -> bool {
        self.size != 0 && other.size != 0 && self.start < other.end() && other.start < self.end()
    }

    pub(super) const fn overlap(&self) -> Error {
        Error::new(ErrorKind::Overlap, self.what, self.field.get())
    }

    /// Whether the file has these bytes.
    pub(super) fn ensure_in_file(&self, image: &MachO<'_>) -> Result<(), Error> {
        let bytes = image.input().bytes;
        bytes
            .slice(self.start, self.size, self.what, self.field)
            .map(|_| ())
    }
}

/// The header, and at most 25 tables: 2 of `LC_SYMTAB`, 6 of `LC_DYSYMTAB`, 5 of `LC_DYLD_INFO`,
/// the hints, and one of each of 11 commands for linkedit data.
const MOST: usize = 26;

/// The tables met so far, none of which share a byte.
pub(super) struct Tables {
    known: [Option<Range>; MOST],
}

impl Tables {
    pub(super) fn new(image: &MachO<'_>) -> Self {
        let mut known = [None; MOST];
        let size = HEADER_SIZE.saturating_add(image.header().sizeofcmds.into());
        if let Some(first) = known.first_mut() {
            *first = Some(Range {
                what: Structure::MachHeader64,
                start: image.start(),
                size,
                field: image.file_offset(),
            });
        }
        Self { known }
    }

    /// Whether `range` shares no byte with any of them.
    pub(super) fn ensure_apart(&self, range: &Range) -> Result<(), Error> {
        let mut known = self.known.iter().flatten();
        if known.any(|known| known.overlaps(range)) {
            return Err(range.overlap());
        }
        Ok(())
    }

    /// Adds a table, which may share no byte with the earlier ones.
    pub(super) fn add(&mut self, table: Range) -> Result<(), Error> {
        if table.size == 0 {
            return Ok(());
        }
        self.ensure_apart(&table)?;
        let free = self.known.iter_mut().find(|known| known.is_none());
        debug_assert!(
            free.is_some(),
            "a command that an image has once came twice"
        );
        if let Some(free) = free {
            *free = Some(table);
        }
        Ok(())
    }
}

/// The tables that a command leads to, without those of `LC_NOTE`, of which an image may have any
/// number.
pub(super) fn tables_of(
    command: &LoadCommand<'_>,
    view: &CommandView<'_>,
) -> impl Iterator<Item = Range> + use<> {
    let mut tables = [None; 6];
    match view {
        CommandView::Symtab(symtab) => fill(
            &mut tables,
            command,
            &[
                (Structure::Nlist64, symtab.symoff, symtab.nsyms, 16, 8),
                (Structure::StringTable, symtab.stroff, symtab.strsize, 1, 16),
            ],
        ),
        CommandView::Dysymtab(dysymtab) => fill(&mut tables, command, &of_dysymtab(dysymtab)),
        CommandView::DyldInfo(info) => fill(
            &mut tables,
            command,
            &[
                (
                    Structure::RebaseOpcodes,
                    info.rebase_off,
                    info.rebase_size,
                    1,
                    8,
                ),
                (Structure::BindOpcodes, info.bind_off, info.bind_size, 1, 16),
                (
                    Structure::WeakBindOpcodes,
                    info.weak_bind_off,
                    info.weak_bind_size,
                    1,
                    24,
                ),
                (
                    Structure::LazyBindOpcodes,
                    info.lazy_bind_off,
                    info.lazy_bind_size,
                    1,
                    32,
                ),
                (
                    Structure::ExportsTrie,
                    info.export_off,
                    info.export_size,
                    1,
                    40,
                ),
            ],
        ),
        CommandView::LinkeditData(data) => {
            let what = of_linkedit(command.kind());
            fill(
                &mut tables,
                command,
                &[(what, data.dataoff, data.datasize, 1, 8)],
            );
        }
        CommandView::TwolevelHints(hints) => {
            let what = Structure::TwolevelHintsCommand;
            fill(
                &mut tables,
                command,
                &[(what, hints.offset, hints.nhints, 4, 8)],
            );
        }
        _ => {}
    }
    tables.into_iter().flatten()
}

/// The range that is encrypted. It is not a table: it covers sections.
pub(super) fn encrypted(command: &LoadCommand<'_>, view: &CommandView<'_>) -> Option<Range> {
    let (what, offset, size) = match view {
        CommandView::EncryptionInfo(info) => (
            Structure::EncryptionInfoCommand,
            info.cryptoff,
            info.cryptsize,
        ),
        CommandView::EncryptionInfo64(info) => (
            Structure::EncryptionInfoCommand64,
            info.cryptoff,
            info.cryptsize,
        ),
        _ => return None,
    };
    Some(Range {
        what,
        start: offset.into(),
        size: size.into(),
        field: command.field(8),
    })
}

/// What a table is, its offset, its number of items, the bytes of one, and where in the command
/// its offset stands.
type Described = (Structure, u32, u32, u64, u64);

fn fill(tables: &mut [Option<Range>; 6], command: &LoadCommand<'_>, described: &[Described]) {
    for (table, &(what, offset, count, each, field)) in tables.iter_mut().zip(described) {
        *table = Some(Range {
            what,
            start: offset.into(),
            size: u64::from(count).saturating_mul(each),
            field: command.field(field),
        });
    }
}

/// Sizes: `struct dylib_table_of_contents`, `dylib_module_64`, `dylib_reference`, an index,
/// `relocation_info`.
fn of_dysymtab(dysymtab: &Dysymtab) -> [Described; 6] {
    const WHAT: Structure = Structure::DysymtabCommand;
    let relocations = Structure::RelocationInfo;
    let indirect = Structure::IndirectSymbols;
    [
        (WHAT, dysymtab.tocoff, dysymtab.ntoc, 8, 32),
        (WHAT, dysymtab.modtaboff, dysymtab.nmodtab, 56, 40),
        (WHAT, dysymtab.extrefsymoff, dysymtab.nextrefsyms, 4, 48),
        (
            indirect,
            dysymtab.indirectsymoff,
            dysymtab.nindirectsyms,
            4,
            56,
        ),
        (relocations, dysymtab.extreloff, dysymtab.nextrel, 8, 64),
        (relocations, dysymtab.locreloff, dysymtab.nlocrel, 8, 72),
    ]
}

/// What the bytes of a command for linkedit data are.
const fn of_linkedit(kind: Kind) -> Structure {
    match kind {
        Kind::LC_FUNCTION_STARTS => Structure::FunctionStarts,
        Kind::LC_DATA_IN_CODE => Structure::DataInCodeEntry,
        Kind::LC_CODE_SIGNATURE => Structure::SuperBlob,
        Kind::LC_DYLD_EXPORTS_TRIE => Structure::ExportsTrie,
        Kind::LC_DYLD_CHAINED_FIXUPS => Structure::DyldChainedFixupsHeader,
        _ => Structure::LinkeditDataCommand,
    }
}
