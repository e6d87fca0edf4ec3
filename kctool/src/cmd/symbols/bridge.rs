//! Symbols in the form that other tools read.
use std::io::Write as _;

use kc_offsets::{KernelCache, Lookup};
use macho_core::{
    CpuSubtype, CpuType, MachO, Section, SectionAttributes, Symbol, SymbolType, VmAddr,
};

use crate::charge::Charge;
use crate::cli::{SymbolFormat, Symbols};
use crate::failure::Failure;
use crate::images::{self, Selected};
use crate::json;
use crate::locations::{LocationMemory, Locations};
use crate::report::Report;
use crate::symbols::{Names, SectionTable, symbol_table, vmaddr};

mod scripts;

/// A symbol, as a bridge may need it.
struct Bridged<'n> {
    /// None of an undefined symbol.
    vmaddr: Option<u64>,
    letter: char,
    /// Escaped.
    name: &'n str,
    place: Place,
}

/// What a symbol names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// An address in a section of code, with the bytes of the function that starts there.
    Code { function: Option<u64>, size: u64 },
    /// An address in another section.
    Data,
    /// A number, or nothing here.
    Other,
}

pub(super) fn list(
    args: &Symbols,
    format: SymbolFormat,
    cache: &KernelCache<'_>,
    report: &mut Report<'_, '_>,
) -> Result<(), Failure> {
    let mut memory = LocationMemory::default();
    let locations = Locations::new(cache, &mut memory)?;
    let lookup = locations.lookup();
    let images = lookup.images();
    let selected = images::selected(images, args.image.as_deref())?;
    // LLDB shows a collection as its kernel.
    let module = args.image.as_deref().unwrap_or("com.apple.kernel");
    let module = images::select(images, Some(module)).unwrap_or(cache.image());
    let mut writer = Writer {
        format,
        is_first: true,
    };
    writer.head(&module, report)?;
    let mut charge = Charge::new(cache);
    for image in &selected {
        of_image(image, lookup, &mut charge, &mut writer, report)?;
    }
    writer.tail(report)
}

fn of_image(
    image: &Selected<'_>,
    lookup: Lookup<'_, '_>,
    charge: &mut Charge,
    writer: &mut Writer,
    report: &mut Report<'_, '_>,
) -> Result<(), Failure> {
    let id = image.id.map(images::plain);
    let (macho, table) = match symbol_table(image, charge) {
        Ok(found) => found,
        Err(error) => {
            report.damaged(error, id);
            return Ok(());
        }
    };
    let sections = SectionTable::new(&macho);
    let mut names = Names::default();
    for symbol in table.iter().filter(|symbol| symbol.stab().is_none()) {
        let name = match names.name(table.strings().bytes(), &symbol) {
            Ok(name) => name,
            Err(error) => {
                report.damaged(error, id.clone());
                continue;
            }
        };
        let name = report.names.shown(name.as_bytes()).to_string();
        let bridged = Bridged {
            vmaddr: vmaddr(&symbol),
            letter: sections.letter(&symbol),
            name: &name,
            place: place(&symbol, &sections, lookup),
        };
        writer.symbol(&bridged, report)?;
    }
    Ok(())
}

fn place(symbol: &Symbol<'_>, sections: &SectionTable<'_>, lookup: Lookup<'_, '_>) -> Place {
    if symbol.kind() != SymbolType::N_SECT {
        return Place::Other;
    }
    let Some(section) = sections.get(symbol.n_sect()) else {
        return Place::Other;
    };
    let code =
        SectionAttributes::S_ATTR_PURE_INSTRUCTIONS | SectionAttributes::S_ATTR_SOME_INSTRUCTIONS;
    if !section.attributes().intersects(code) {
        return Place::Data;
    }
    let vmaddr = symbol.value();
    let function = lookup.function_at(VmAddr::new(vmaddr));
    let bytes = |end: u64| end.saturating_sub(vmaddr);
    match function {
        Some(function) if function.start.get() == vmaddr => {
            let size = bytes(function.end.get());
            Place::Code {
                function: Some(size),
                size,
            }
        }
        Some(function) => Place::Code {
            function: None,
            size: bytes(function.end.get()),
        },
        // Without a table of functions a name of code is that of one.
        None => {
            let size = bytes(end(section, vmaddr, lookup));
            Place::Code {
                function: Some(size),
                size,
            }
        }
    }
}

/// Where what starts at an address ends: at the next name, or with its section.
fn end(section: &Section<'_>, vmaddr: u64, lookup: Lookup<'_, '_>) -> u64 {
    let end = section.vmaddr().get().saturating_add(section.size());
    let mut names = lookup.names_from(VmAddr::new(vmaddr.saturating_add(1)));
    names.next().map_or(end, |next| end.min(next.vmaddr.get()))
}

/// Writes one format.
struct Writer {
    format: SymbolFormat,
    is_first: bool,
}

impl Writer {
    fn head(&self, image: &MachO<'_>, report: &mut Report<'_, '_>) -> Result<(), Failure> {
        let out = report.remark()?;
        match self.format {
            SymbolFormat::Nm | SymbolFormat::Perf => {}
            SymbolFormat::Ida => out.extend_from_slice(scripts::IDA.as_bytes()),
            SymbolFormat::Ghidra => out.extend_from_slice(scripts::GHIDRA.as_bytes()),
            SymbolFormat::Binja => out.extend_from_slice(scripts::BINJA.as_bytes()),
            SymbolFormat::Lldb => {
                let uuid = image.uuid()?.map(|uuid| uuid.to_string());
                let uuid = uuid.unwrap_or_else(|| NO_UUID.to_owned());
                let triple = triple(image);
                writeln!(out, "{{\n\"triple\": \"{triple}\",\n\"uuid\": \"{uuid}\",")?;
                write!(out, "\"symbols\": [")?;
            }
        }
        Ok(())
    }

    fn symbol(&mut self, symbol: &Bridged<'_>, report: &mut Report<'_, '_>) -> Result<(), Failure> {
        let Bridged {
            vmaddr,
            letter,
            name,
            place,
        } = *symbol;
        let Some(vmaddr) = vmaddr else {
            if self.format == SymbolFormat::Nm {
                writeln!(report.text()?, "{:16} {letter} {name}", "")?;
            }
            return Ok(());
        };
        match (self.format, place) {
            (SymbolFormat::Nm, _) => writeln!(report.text()?, "{vmaddr:016x} {letter} {name}")?,
            (SymbolFormat::Perf, Place::Code { size, .. }) => {
                writeln!(report.text()?, "{vmaddr:x} {size:x} {name}")?;
            }
            (SymbolFormat::Lldb, place) => self.lldb(vmaddr, name, place, report.text()?)?,
            (SymbolFormat::Perf, _) | (_, Place::Other) => {}
            (_, place) => {
                let is_function = matches!(
                    place,
                    Place::Code {
                        function: Some(_),
                        ..
                    }
                );
                scripts::call(report.text()?, self.is_first, vmaddr, name, is_function)?;
                self.is_first = false;
            }
        }
        Ok(())
    }

    fn lldb(
        &mut self,
        vmaddr: u64,
        name: &str,
        place: Place,
        out: &mut Vec<u8>,
    ) -> Result<(), Failure> {
        out.extend_from_slice(if self.is_first { b"\n" } else { b",\n" });
        self.is_first = false;
        write!(out, "{{\"name\":")?;
        json::compact(out, &name.into())?;
        match place {
            Place::Code { function, .. } => {
                write!(out, ",\"type\":\"code\"")?;
                if let Some(size) = function {
                    write!(out, ",\"size\":{size}")?;
                }
                write!(out, ",\"address\":{vmaddr}}}")?;
            }
            Place::Data => write!(out, ",\"type\":\"data\",\"address\":{vmaddr}}}")?,
            Place::Other => write!(out, ",\"type\":\"absolute\",\"value\":{vmaddr}}}")?,
        }
        Ok(())
    }

    fn tail(&self, report: &mut Report<'_, '_>) -> Result<(), Failure> {
        if self.format == SymbolFormat::Lldb {
            writeln!(report.remark()?, "\n]\n}}")?;
        }
        Ok(())
    }
}

/// The UUID of an image without one: LLDB wants text of this form.
const NO_UUID: &str = "00000000-0000-0000-0000-000000000000";

/// The triple as LLVM spells it.
fn triple(image: &MachO<'_>) -> &'static str {
    let header = image.header();
    let subtype = CpuSubtype(header.cpusubtype.0 & !CpuSubtype::CPU_SUBTYPE_MASK);
    match header.cputype {
        CpuType::CPU_TYPE_X86_64 => "x86_64-apple-macosx",
        CpuType::CPU_TYPE_ARM64 if subtype == CpuSubtype::CPU_SUBTYPE_ARM64E => {
            "arm64e-apple-macosx"
        }
        _ => "arm64-apple-macosx",
    }
}
