//! The fields of each load command by their names in `mach-o/loader.h`.
use macho_core::{
    CommandView, CpuType, Error, LoadCommand, Name, Routines, Section, Segment, Version, VmAddr,
};
use serde_json::{Map, Value, json};

use crate::json::{hex, text};
use crate::printable::Hex;

/// How a field is shown.
trait Shown {
    fn shown(&self) -> Value;
}

impl Shown for u32 {
    fn shown(&self) -> Value {
        (*self).into()
    }
}

impl Shown for u64 {
    fn shown(&self) -> Value {
        (*self).into()
    }
}

impl Shown for Name<'_> {
    fn shown(&self) -> Value {
        text(*self)
    }
}

impl Shown for Version {
    fn shown(&self) -> Value {
        self.to_string().into()
    }
}

impl Shown for VmAddr {
    fn shown(&self) -> Value {
        hex(self.get())
    }
}

/// Inserts fields of a view: `name` as it is, `@name` as an offset or an address.
macro_rules! insert {
    ($object:ident, $view:ident: $($rest:tt)*) => {{ insert!(@ $object, $view, $($rest)*); }};
    (@ $object:ident, $view:ident, ) => {};
    (@ $object:ident, $view:ident, @$field:ident $($rest:tt)*) => {{
        put($object, stringify!($field), hex($view.$field));
        insert!(@ $object, $view, $($rest)*);
    }};
    (@ $object:ident, $view:ident, $field:ident $($rest:tt)*) => {{
        put($object, stringify!($field), $view.$field.shown());
        insert!(@ $object, $view, $($rest)*);
    }};
}

fn put(object: &mut Map<String, Value>, name: &str, value: Value) {
    object.insert(name.to_owned(), value);
}

/// Adds every field of the command behind `cmd` and `cmdsize`.
pub(super) fn add(
    command: &LoadCommand<'_>,
    cputype: CpuType,
    object: &mut Map<String, Value>,
) -> Result<(), Error> {
    match command.view()? {
        CommandView::Segment64(segment) => segment_64(&segment, object),
        CommandView::Segment(raw) => {
            put(object, "segname", text(fixed(&raw.segname)));
            put(object, "vmaddr", hex(raw.vmaddr.get()));
            put(object, "vmsize", raw.vmsize.get().into());
            put(object, "fileoff", hex(raw.fileoff.get()));
            put(object, "filesize", raw.filesize.get().into());
            put(object, "maxprot", hex(raw.maxprot.get()));
            put(object, "initprot", hex(raw.initprot.get()));
            put(object, "nsects", raw.nsects.get().into());
            put(object, "flags", hex(raw.flags.get()));
        }
        CommandView::Thread(states) => {
            let mut all = Vec::new();
            for state in states {
                all.push(thread_state(&state?, cputype)?);
            }
            put(object, "states", all.into());
        }
        CommandView::Fvmlib(view) => insert!(object, view: name minor_version @header_addr),
        CommandView::Dylib(view) => {
            insert!(object, view: name timestamp current_version compatibility_version);
        }
        CommandView::SubFramework(view) => insert!(object, view: umbrella),
        CommandView::SubClient(view) => insert!(object, view: client),
        CommandView::SubUmbrella(view) => insert!(object, view: sub_umbrella),
        CommandView::SubLibrary(view) => insert!(object, view: sub_library),
        CommandView::PreboundDylib(view) => insert!(object, view: name nmodules linked_modules),
        CommandView::Dylinker(view) => insert!(object, view: name),
        CommandView::Routines(view) => {
            let view: Routines = view;
            insert!(object, view: @init_address init_module);
        }
        CommandView::Routines64(view) => insert!(object, view: init_address init_module),
        CommandView::Symtab(view) => insert!(object, view: @symoff nsyms @stroff strsize),
        CommandView::Dysymtab(view) => insert!(object, view:
            ilocalsym nlocalsym iextdefsym nextdefsym iundefsym nundefsym @tocoff ntoc
            @modtaboff nmodtab @extrefsymoff nextrefsyms @indirectsymoff nindirectsyms
            @extreloff nextrel @locreloff nlocrel),
        CommandView::TwolevelHints(view) => insert!(object, view: @offset nhints),
        CommandView::PrebindCksum(view) => insert!(object, view: @cksum),
        CommandView::Uuid(uuid) => put(object, "uuid", uuid.to_string().into()),
        CommandView::Rpath(view) => insert!(object, view: path),
        CommandView::LinkeditData(view) => insert!(object, view: @dataoff datasize),
        CommandView::FilesetEntry(entry) => {
            put(object, "vmaddr", hex(entry.vmaddr().get()));
            put(object, "fileoff", hex(entry.fileoff()));
            put(object, "entry_id", text(entry.id()?));
        }
        CommandView::EncryptionInfo(view) => insert!(object, view: @cryptoff cryptsize cryptid),
        CommandView::EncryptionInfo64(view) => insert!(object, view: @cryptoff cryptsize cryptid),
        CommandView::VersionMin(view) => insert!(object, view: version sdk),
        CommandView::BuildVersion(view) => {
            put(object, "platform", view.platform.to_string().into());
            put(object, "minos", view.minos.to_string().into());
            put(object, "sdk", view.sdk.to_string().into());
            let tools: Vec<_> = view
                .tools()
                .map(|tool| {
                    json!({ "tool": tool.tool.to_string(), "version": tool.version.to_string() })
                })
                .collect();
            put(object, "ntools", tools.len().into());
            put(object, "tools", tools.into());
        }
        CommandView::DyldInfo(view) => insert!(object, view:
            @rebase_off rebase_size @bind_off bind_size @weak_bind_off weak_bind_size
            @lazy_bind_off lazy_bind_size @export_off export_size),
        CommandView::LinkerOption(options) => {
            let options: Result<Vec<_>, _> = options.map(|option| option.map(text)).collect();
            let options = options?;
            put(object, "count", options.len().into());
            put(object, "strings", options.into());
        }
        CommandView::Symseg(view) => insert!(object, view: @offset size),
        CommandView::Ident(view) => put(object, "strings", text(Name::new(view.strings))),
        CommandView::Fvmfile(view) => insert!(object, view: name @header_addr),
        CommandView::Main(view) => insert!(object, view: @entryoff stacksize),
        CommandView::SourceVersion(version) => put(object, "version", version.to_string().into()),
        CommandView::Note(view) => insert!(object, view: data_owner @offset size),
        CommandView::TargetTriple(view) => insert!(object, view: triple),
        // Unknown commands, and LC_PREPAGE, which has no structure: the bytes.
        _ => put(
            object,
            "data",
            Hex(command.bytes().get(8..).unwrap_or_default())
                .to_string()
                .into(),
        ),
    }
    Ok(())
}

/// A name in a field of 16 bytes.
fn fixed(field: &[u8; 16]) -> Name<'_> {
    Name::new(field.split(|&byte| byte == 0).next().unwrap_or_default())
}

fn segment_64(segment: &Segment<'_>, object: &mut Map<String, Value>) {
    let sections: Vec<_> = segment
        .sections()
        .map(|section| section_64(&section))
        .collect();
    put(object, "segname", text(segment.name()));
    put(object, "vmaddr", hex(segment.vmaddr().get()));
    put(object, "vmsize", segment.vmsize().into());
    put(object, "fileoff", hex(segment.fileoff()));
    put(object, "filesize", segment.filesize().into());
    put(object, "maxprot", hex(segment.maxprot().bits()));
    put(object, "initprot", hex(segment.initprot().bits()));
    put(object, "nsects", segment.nsects().into());
    put(object, "flags", hex(segment.flags().bits()));
    put(object, "sections", sections.into());
}

fn section_64(section: &Section<'_>) -> Value {
    let raw = section.raw();
    json!({
        "sectname": text(section.name()),
        "segname": text(section.segment_name()),
        "addr": hex(raw.addr.get()),
        "size": raw.size.get(),
        "offset": hex(raw.offset.get()),
        "align": raw.align.get(),
        "reloff": hex(raw.reloff.get()),
        "nreloc": raw.nreloc.get(),
        "flags": hex(raw.flags.get()),
        "type": section.kind().to_string(),
        "attributes": section.attributes().to_string(),
        "reserved1": raw.reserved1.get(),
        "reserved2": raw.reserved2.get(),
        "reserved3": raw.reserved3.get(),
    })
}

/// A register state: registers by name, or the words of a flavor that is not arm64's.
fn thread_state(state: &macho_core::ThreadState<'_>, cputype: CpuType) -> Result<Value, Error> {
    let mut object = Map::new();
    // Each processor has flavors of its own, by the same numbers.
    let is_x86 = cputype == CpuType::CPU_TYPE_X86_64;
    let flavor = state.flavor();
    let name = match flavor.x86_name() {
        Some(name) if is_x86 => name.to_owned(),
        _ if is_x86 => flavor.0.to_string(),
        _ => flavor.to_string(),
    };
    put(&mut object, "flavor", name.into());
    put(&mut object, "count", (state.bytes().len() / 4).into());
    let registers = if is_x86 { None } else { state.arm64()? };
    let Some(registers) = registers else {
        let words: Vec<_> = state
            .bytes()
            .chunks_exact(4)
            .map(|word| hex(u32::from_le_bytes([word[0], word[1], word[2], word[3]])))
            .collect();
        put(&mut object, "words", words.into());
        return Ok(Value::Object(object));
    };
    for (number, value) in registers.x.iter().enumerate() {
        object.insert(format!("x{number}"), hex(*value));
    }
    put(&mut object, "fp", hex(registers.fp));
    put(&mut object, "lr", hex(registers.lr));
    put(&mut object, "sp", hex(registers.sp));
    put(&mut object, "pc", hex(registers.pc.get()));
    put(&mut object, "cpsr", hex(registers.cpsr));
    put(&mut object, "flags", hex(registers.flags));
    Ok(Value::Object(object))
}
