//! `Debug` of every public type shows names and numbers, and is short whatever the value borrows
//! (`docs/decisions/0018`).
#[path = "support/image.rs"]
mod support;

use std::any::type_name;
use std::collections::BTreeMap;
use std::fmt::Debug;

use macho_core::{
    AuthKey, BindOpcode, CommandView as V, DylibUseFlags, ExportFrame, FatFile, FileOffset, Fixup,
    HeaderFlags, MachO, Mode, PhysAddr, Pointers, RebaseOpcode, SlidVmAddr, Slide, VmOffset,
};
use support::{big_words, command, image, put, whole, words};
use testkit::classic;
use testkit::kernelcache::sample;

/// The most characters of one value.
const LIMIT: usize = 1024;

/// The types seen so far, without paths and lifetimes, with the longest text of each.
#[derive(Default)]
struct Seen(BTreeMap<String, usize>);

impl Seen {
    fn add<T: Debug>(&mut self, value: &T) {
        let text = format!("{value:?}");
        let full = type_name::<T>();
        let name = full.split('<').next().unwrap().rsplit("::").next().unwrap();
        assert!(text.len() <= LIMIT, "{name}: {} in {text}", text.len());
        let longest = self.0.entry(name.to_owned()).or_default();
        *longest = text.len().max(*longest);
    }

    /// An iterator as it starts and as it ends, and its first items.
    fn walk<I: Iterator<Item = T> + Clone + Debug, T: Debug>(&mut self, items: I) {
        self.add(&items);
        let mut rest = items;
        for item in rest.by_ref().take(100) {
            self.add(&item);
        }
        self.add(&rest);
    }

    /// The same for an iterator of results, whose items are added without the result.
    fn try_walk<I, T: Debug, E: Debug>(&mut self, items: I)
    where
        I: Iterator<Item = Result<T, E>> + Clone + Debug,
    {
        self.add(&items);
        for item in items.take(100) {
            match item {
                Ok(item) => self.add(&item),
                Err(error) => self.add(&error),
            }
        }
    }

    fn image(&mut self, image: &MachO<'_>) {
        self.add(image);
        self.add(&image.header());
        self.add(&image.mode());
        self.add(&image.layout());
        self.walk(image.load_commands());
        self.walk(image.segments());
        for segment in image.segments() {
            self.walk(segment.sections());
            self.add(&segment.maxprot());
            self.add(&segment.flags());
        }
        for section in image.sections() {
            self.add(&section.name());
            self.add(&section.kind());
            self.add(&section.attributes());
        }
        self.walk(image.tolerated());
        for command in image.load_commands() {
            if let Ok(view) = command.view() {
                self.view(&view);
            }
        }
        self.tables(image);
        self.fixups(image);
        for entry in image.fileset_entries().take(5) {
            if let Ok(nested) = entry.and_then(|entry| entry.parse()) {
                self.image(&nested);
            }
        }
        self.try_walk(image.fileset_entries());
    }

    fn tables(&mut self, image: &MachO<'_>) {
        if let Ok(table) = image.symbol_table() {
            self.add(&table);
            self.add(&table.strings());
            self.walk(table.iter());
            for symbol in table.iter().take(100) {
                self.add(&symbol.kind());
                self.add(&symbol.desc());
                self.add(&symbol.reference_type());
                symbol.stab().iter().for_each(|stab| self.add(stab));
            }
        }
        if let Ok(symbols) = image.indirect_symbols() {
            self.add(&symbols);
            (0..4).for_each(|index| symbols.get(index).iter().for_each(|slot| self.add(slot)));
        }
        if let Ok(starts) = image.function_starts() {
            self.try_walk(starts);
        }
        if let Ok(entries) = image.data_in_code() {
            self.walk(entries.clone());
            entries.for_each(|entry| self.add(&entry.kind));
        }
        if let Ok(Some(signature)) = image.code_signature() {
            self.add(&signature);
            self.try_walk(signature.blobs());
            for blob in signature.blobs().flatten() {
                self.add(&blob.slot);
                self.add(&blob.magic);
            }
            let directory = signature.code_directory().unwrap().unwrap();
            self.add(&directory);
            self.add(&directory.flags);
            self.add(&directory.hash_type);
            self.add(&directory.exec_segment.unwrap_or_default().2);
        }
        if let Ok(exports) = image.exports() {
            self.add(&exports);
            let (mut stack, mut name) = ([ExportFrame::default(); 64], [0; 4096]);
            self.add(&stack[0]);
            let mut walk = exports.walk(&mut stack, &mut name);
            self.add(&walk);
            while let Some(Ok((_, export))) = walk.next() {
                self.add(&export);
                self.add(&export.kind);
                self.add(&export.flags);
                self.add(&export.target);
            }
            self.add(&walk);
        }
    }

    fn fixups(&mut self, image: &MachO<'_>) {
        let fixups = image.fixups();
        self.add(&fixups);
        self.try_walk(fixups.slots());
        for slot in fixups.slots().flatten().take(1000) {
            self.add(&slot);
            self.add(&slot.mechanism());
            self.add(&slot.fixup());
            if let Fixup::Rebase { target, auth } = slot.fixup() {
                self.add(&target);
                if let Some(auth) = auth {
                    self.add(&auth);
                }
            }
            if let Some(format) = slot.pointer_format() {
                self.add(&format);
                self.add(&format.decode(slot.raw).unwrap());
            }
            if let Ok(Some(import)) = fixups.import(&slot) {
                self.add(&import);
            }
        }
        self.add(&fixups.thread_imports(16));
        if let Ok(Some(chained)) = image.chained_fixups() {
            self.add(&chained);
            self.add(&chained.imports_format);
            self.try_walk(chained.imports());
            self.try_walk(chained.segments());
            self.try_walk(chained.slots(image));
            for starts in chained.segments().flatten() {
                if let Ok(slots) = starts.slots(image) {
                    self.try_walk(slots);
                }
            }
        }
    }

    fn view(&mut self, view: &V<'_>) {
        macro_rules! each {
            ($($variant:ident)*) => {
                match view {
                    $(V::$variant(value) => self.add(value),)*
                    other => assert!(matches!(other, V::Other), "{other:?}"),
                }
            };
        }
        self.add(view);
        each!(
            Segment64 Segment Thread Fvmlib Dylib SubFramework SubClient SubUmbrella SubLibrary
            PreboundDylib Dylinker Routines Routines64 Symtab Dysymtab TwolevelHints PrebindCksum
            Uuid Rpath LinkeditData FilesetEntry EncryptionInfo EncryptionInfo64 VersionMin
            BuildVersion DyldInfo LinkerOption Symseg Ident Fvmfile Main SourceVersion Note
            TargetTriple
        );
        match view {
            V::Thread(states) => {
                self.try_walk(states.clone());
                for state in states.clone().flatten() {
                    self.add(&state.flavor());
                    if let Ok(Some(registers)) = state.arm64() {
                        self.add(&registers);
                    }
                }
            }
            V::BuildVersion(build) => {
                self.add(&build.platform);
                self.add(&build.minos);
                self.walk(build.tools());
                build.tools().for_each(|tool| self.add(&tool.tool));
            }
            V::LinkerOption(options) => self.try_walk(options.clone()),
            _ => {}
        }
    }
}

/// One command of every kind, each far larger than it must be. Every word up to its string is 64,
/// which is where the string starts, and that is bytes which no terminal takes.
fn hostile(cmd: u32) -> Vec<u8> {
    let mut body = words(&[64; 14]);
    body.extend([0xff; 6000]);
    body.push(0);
    image(2, &[command(cmd, &body)])
}

/// Names that `lib.rs` re-exports.
fn public() -> Vec<&'static str> {
    let text = include_str!("../src/lib.rs");
    let exports = text.split("\npub use ").skip(1);
    let lists = exports.map(|export| export.split(';').next().unwrap());
    lists
        .flat_map(|list| list.rsplit("::").next().unwrap().split(','))
        .map(|name| name.trim_matches(['{', '}', '\n', ' ']))
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn every_public_type_is_short() {
    let mut seen = Seen::default();
    let collection = sample::fileset().bytes;
    seen.image(&MachO::parse(&collection).unwrap());
    let mapped = Pointers::Applied {
        slide: Slide::new(u64::MAX),
        va_bits: 47,
    };
    seen.add(&mapped);
    let whole = whole();
    seen.image(&MachO::parse(&whole).unwrap());
    for built in [
        classic::opcodes(),
        classic::threads(8),
        classic::firmware(),
        classic::threaded_binds(),
    ] {
        seen.image(&MachO::parse(&built.bytes).unwrap());
    }
    for cmd in (0..0x48).flat_map(|cmd| [cmd, cmd | 0x8000_0000]) {
        let file = hostile(cmd);
        match MachO::parse_with(&file, FileOffset::new(0), Mode::Tolerant) {
            Ok(image) => seen.image(&image),
            Err(error) => {
                seen.add(&error);
                seen.add(&error.kind());
                seen.add(&error.structure());
            }
        }
    }
    let mut file = big_words(&[0xcafe_babe, 1, 0x0100_000c, 2, 0x4000, 0x20, 14]);
    put(&mut file, 0x4000, &image(2, &[]));
    let fat = FatFile::parse(&file).unwrap();
    seen.add(&fat);
    seen.walk(fat.arches());
    let arch = fat.arm64().unwrap();
    seen.add(&arch.cputype());
    seen.add(&arch.cpusubtype());
    let header = MachO::parse(&whole).unwrap().header();
    seen.add(&header.filetype);
    seen.add(&HeaderFlags::all());
    seen.add(&AuthKey::IA);
    seen.add(&(FileOffset::new(1)));
    seen.add(&PhysAddr::new(1));
    seen.add(&SlidVmAddr::new(1));
    seen.add(&VmOffset::new(1));
    seen.add(&Slide::new(1));
    seen.add(
        &MachO::parse(&whole)
            .unwrap()
            .load_commands()
            .next()
            .unwrap()
            .kind(),
    );
    seen.add(&RebaseOpcode::REBASE_OPCODE_DONE);
    seen.add(&BindOpcode::BIND_OPCODE_DONE);
    seen.add(&DylibUseFlags::all());
    let missing: Vec<_> = public()
        .into_iter()
        .filter(|name| !seen.0.contains_key(*name))
        .collect();
    assert!(public().len() > 100, "{:?}", public());
    assert_eq!(missing, [""; 0], "not formatted");
}

#[test]
fn a_long_name_is_cut_and_a_short_one_is_whole() {
    let fixed = words(&[24, 0, 0, 0]);
    let dylib = |name: &str| image(2, &[support::string_command(0xc, &fixed, name)]);
    let shown = |file: &[u8]| {
        let image = MachO::parse(file).unwrap();
        match image.load_commands().next().unwrap().view().unwrap() {
            V::Dylib(dylib) => format!("{:?}", dylib.name),
            other => panic!("{other:?}"),
        }
    };
    let name = "n".repeat(96);
    assert_eq!(shown(&dylib(&name)), format!("\"{name}\""));
    let cut = format!("\"{name}...\" (97 bytes)");
    assert_eq!(shown(&dylib(&format!("{name}n"))), cut);
}

#[test]
fn a_segment_shows_its_name_and_no_byte() {
    let file = whole();
    let image = MachO::parse(&file).unwrap();
    let text = format!("{:?}", image.segments().next().unwrap());
    assert_eq!(
        text,
        "Segment { name: \"__TEXT\", vmaddr: VmAddr(0xfffffe0007004000), vmsize: 8192, fileoff: 0, \
         filesize: 8192, initprot: VmProt(VM_PROT_READ | VM_PROT_EXECUTE), nsects: 1, .. }"
    );
    let symbols = format!("{:?}", image.symbols().unwrap());
    assert_eq!(
        symbols,
        "Symbols { left: 3, file_offset: FileOffset(0x0000000000001000), .. }"
    );
}
