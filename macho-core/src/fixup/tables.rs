//! Where an image's tables of fixups are: load commands, and sections of firmware.
use crate::bytes::Bytes;
use crate::error::{Error, Structure};
use crate::fixup::chained::ChainedFixups;
use crate::linkedit::LinkeditData;
use crate::load_command::View as _;
use crate::macho::MachO;
use crate::raw::header::FileType;
use crate::raw::load_command::LoadCommandKind as Kind;
use crate::segment::Section;
use crate::view::DyldInfo;

impl<'a> MachO<'a> {
    /// Where the chains of fixups start, by `LC_DYLD_CHAINED_FIXUPS`, or else by section
    /// `__TEXT,__chain_fixups` of an image that nothing links (dyld `mach_o/Image.cpp`,
    /// `makeChainedFixups`); `None` without either. A command for no bytes is none.
    ///
    /// # Errors
    /// The fixups reach past the end of the file, have another version, or their table of
    /// segments does not fit in them.
    pub fn chained_fixups(&self) -> Result<Option<ChainedFixups<'a>>, Error> {
        let commands = self.load_commands();
        for command in commands.filter(|command| command.kind() == Kind::LC_DYLD_CHAINED_FIXUPS) {
            let range = LinkeditData::view(&command)?;
            if range.datasize != 0 {
                let bytes = range.bytes(Structure::DyldChainedFixupsHeader)?;
                return ChainedFixups::new(bytes).map(Some);
            }
        }
        if !starts_itself(self) {
            return Ok(None);
        }
        let section = section(self, "__chain_fixups");
        section
            .map(|section| ChainedFixups::new(section.bytes()?))
            .transpose()
    }
}

/// Whether an image starts without a dynamic linker: firmware, or a static executable.
pub(super) fn starts_itself(image: &MachO<'_>) -> bool {
    match image.header().filetype {
        FileType::MH_PRELOAD => true,
        FileType::MH_EXECUTE => image.find_command(Kind::LC_LOAD_DYLINKER).is_none(),
        _ => false,
    }
}

/// The rebase, bind, weak bind and lazy bind opcodes; empty without the command.
pub(super) fn streams<'a>(image: &MachO<'a>) -> [Result<Bytes<'a>, Error>; 4] {
    let command = [Kind::LC_DYLD_INFO_ONLY, Kind::LC_DYLD_INFO]
        .into_iter()
        .find_map(|kind| image.find_command(kind));
    let Some(command) = command else {
        return [Ok(Bytes::new(&[])); 4];
    };
    let info = match DyldInfo::view(&command) {
        Ok(info) => info,
        // Once is enough.
        Err(error) => {
            let none = Ok(Bytes::new(&[]));
            return [Err(error), none, none, none];
        }
    };
    let stream = |offset: u32, size: u32, what, field| {
        let field = command.field(field);
        command
            .input()
            .table(offset.into(), size.into(), what, field)
    };
    [
        stream(
            info.rebase_off,
            info.rebase_size,
            Structure::RebaseOpcodes,
            8,
        ),
        stream(info.bind_off, info.bind_size, Structure::BindOpcodes, 16),
        stream(
            info.weak_bind_off,
            info.weak_bind_size,
            Structure::WeakBindOpcodes,
            24,
        ),
        stream(
            info.lazy_bind_off,
            info.lazy_bind_size,
            Structure::LazyBindOpcodes,
            32,
        ),
    ]
}

/// The section of `__TEXT` with this name.
#[inline(never)]
pub(super) fn section<'a>(image: &MachO<'a>, name: &str) -> Option<Section<'a>> {
    let mut segments = image.segments();
    while let Some(segment) = segments.seek(|_| true) {
        for section in segment.sections() {
            if section.name() == name && section.segment_name() == "__TEXT" {
                return Some(section);
            }
        }
    }
    None
}
