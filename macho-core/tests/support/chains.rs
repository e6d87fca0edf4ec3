//! An image with one chain-carrying segment, built without the crate under test, and `object`'s
//! reading of it.
#![allow(dead_code, reason = "each test file uses its own part")]

use object::LittleEndian as LE;
use object::macho::{MachHeader64, SegmentCommand64};
use object::read::macho::{Fixup as Theirs, FixupAuth, MachHeader as _, Segment as _};

use macho_core::{Auth, AuthKey, Fixup, MachO, Target, VmAddr, VmOffset};

use super::image::{command, image, longs, put, segment, words};

/// What stands in `dyld_chained_starts_in_segment` and before.
#[derive(Clone)]
pub(crate) struct Chains {
    pub(crate) format: u16,
    pub(crate) page_size: u16,
    pub(crate) max_valid_pointer: u32,
    /// Pages.
    pub(crate) page_count: u16,
    /// `page_start` of the pages, then the lists.
    pub(crate) starts: Vec<u16>,
    /// The segment's bytes in the file.
    pub(crate) data: Vec<u8>,
    /// `imports_format`, the number of imports, their bytes, and their names.
    pub(crate) imports: (u32, u32, Vec<u8>, Vec<u8>),
}

/// vmaddr of the header.
pub(crate) const BASE: u64 = 0x1_0000_0000;
/// vmaddr of the segment with the chains, minus the header's.
pub(crate) const DATA_OFFSET: u64 = 0x8000;
/// `dyld_chained_fixups_header` in the file.
pub(crate) const FIXUPS: usize = 0x1000;
/// `dyld_chained_starts_in_image`.
pub(crate) const IMAGE: usize = FIXUPS + 28;
/// `dyld_chained_starts_in_segment`.
pub(crate) const STARTS: usize = IMAGE + 12;
/// The first `page_start`.
pub(crate) const WORDS: usize = STARTS + 22;
/// The segment in the file.
pub(crate) const DATA: usize = 0x4000;

impl Chains {
    /// One page with these 8-byte words, its chain starting at 0.
    pub(crate) fn page(format: u16, slots: &[u64]) -> Self {
        Self {
            format,
            page_size: 0x4000,
            max_valid_pointer: u32::MAX,
            page_count: 1,
            starts: vec![0],
            data: longs(slots),
            imports: (1, 0, Vec::new(), Vec::new()),
        }
    }

    pub(crate) fn build(&self) -> Vec<u8> {
        let size = self.data.len() as u64;
        let starts_size = u32::try_from(22 + 2 * self.starts.len()).unwrap();
        let imports = (12 + starts_size).next_multiple_of(8) + 28;
        let symbols = imports + u32::try_from(self.imports.2.len()).unwrap();
        let end = symbols + u32::try_from(self.imports.3.len()).unwrap();
        let commands = [
            segment("__TEXT", [BASE, 0x4000, 0, 0x4000], &[]),
            segment(
                "__DATA",
                [BASE + DATA_OFFSET, size + 0x100, DATA as u64, size],
                &[],
            ),
            command(0x8000_0034, &words(&[u32::try_from(FIXUPS).unwrap(), end])),
        ];
        let mut file = image(2, &commands);
        let (format, count, entries, names) = &self.imports;
        put(
            &mut file,
            FIXUPS,
            &words(&[0, 28, imports, symbols, *count, *format, 0]),
        );
        put(&mut file, IMAGE, &words(&[2, 0, 12]));
        put(&mut file, STARTS, &words(&[starts_size]));
        put(&mut file, STARTS + 4, &self.page_size.to_le_bytes());
        put(&mut file, STARTS + 6, &self.format.to_le_bytes());
        put(&mut file, STARTS + 8, &longs(&[DATA_OFFSET]));
        put(&mut file, STARTS + 16, &words(&[self.max_valid_pointer]));
        put(&mut file, STARTS + 20, &self.page_count.to_le_bytes());
        for (number, start) in self.starts.iter().enumerate() {
            put(&mut file, WORDS + 2 * number, &start.to_le_bytes());
        }
        put(&mut file, FIXUPS + imports as usize, entries);
        put(&mut file, FIXUPS + symbols as usize, names);
        assert!(file.len() <= DATA, "the starts do not fit");
        put(&mut file, DATA, &self.data);
        file
    }
}

/// Every slot as `object` reads it, up to its first error: vmaddr and fixup.
pub(crate) fn theirs(file: &[u8]) -> Vec<(u64, Theirs)> {
    let header = MachHeader64::<LE>::parse(file, 0).unwrap();
    let mut commands = header.load_commands(LE, file, 0).unwrap();
    let (mut segments, mut fixups) = (Vec::new(), None);
    while let Some(command) = commands.next().unwrap() {
        if let Some((segment, _)) = SegmentCommand64::from_command(command).unwrap() {
            segments.push(segment);
        }
        if let Some(command) = command.dyld_chained_fixups().unwrap() {
            fixups = Some(command.chained_fixups(LE, file).unwrap());
        }
    }
    let base = segments
        .iter()
        .find(|segment| segment.fileoff.get(LE) == 0 && segment.filesize.get(LE) != 0)
        .map_or(0, |segment| segment.vmaddr(LE));
    let mut out = Vec::new();
    for starts in fixups.expect("fixups").segments(LE).unwrap() {
        let starts = starts.unwrap();
        let segment = segments[starts.index() as usize];
        let data = segment.data(LE, file).unwrap();
        for item in starts.fixups(LE, base, data) {
            let Ok((offset, fixup)) = item else { break };
            out.push((segment.vmaddr(LE) + offset, fixup));
        }
    }
    out
}

fn same_auth(ours: Option<Auth>, theirs: Option<FixupAuth>) -> bool {
    let ours = ours.map(|auth| (auth.key, auth.diversity, auth.address_diversity));
    let key = |auth: FixupAuth| match auth.key as u8 {
        0 => AuthKey::IA,
        1 => AuthKey::IB,
        2 => AuthKey::DA,
        3 => AuthKey::DB,
        other => panic!("key {other}"),
    };
    ours == theirs.map(|auth| (key(auth), auth.diversity, auth.addr_div))
}

/// Whether both say the same. `object` subtracts `base` from an absolute target without its top
/// byte and then sets that, so the comparison does likewise.
pub(crate) fn same(ours: Fixup, theirs: Theirs, base: u64) -> bool {
    match (ours, theirs) {
        (Fixup::Rebase { target, auth }, Theirs::Rebase(other)) => {
            let offset = match target {
                Target::VmAddr(vmaddr) => {
                    let (top, low) = (vmaddr.get() & 0xff << 56, vmaddr.get() & !(0xff << 56));
                    low.wrapping_sub(base) | top
                }
                Target::VmOffset(offset) => offset.get(),
                _ => return false,
            };
            offset == other.target_offset && same_auth(auth, other.auth)
        }
        (Fixup::Rebase { target, auth }, Theirs::KernelCacheRebase(other)) => {
            let expected = Target::Cache {
                level: other.cache_level,
                offset: VmOffset::new(other.target_offset),
            };
            target == expected && same_auth(auth, other.auth)
        }
        (Fixup::Rebase { target, auth }, Theirs::SegmentedRebase(other)) => {
            let expected = Target::Segment {
                index: other.target_segment_index,
                offset: u32::try_from(other.target_segment_offset).unwrap(),
            };
            target == expected && same_auth(auth, other.auth)
        }
        (
            Fixup::Bind {
                ordinal,
                addend,
                auth,
            },
            Theirs::Bind(other),
        ) => {
            (ordinal, addend) == (other.ordinal, other.addend.into()) && same_auth(auth, other.auth)
        }
        _ => false,
    }
}

/// Our walk equals `object`'s, slot by slot; how many.
pub(crate) fn assert_same(file: &[u8]) -> usize {
    let image = MachO::parse(file).unwrap();
    let base = image.base().map_or(0, VmAddr::get);
    let fixups = image.chained_fixups().unwrap().unwrap();
    let theirs = theirs(file);
    let mut ours = fixups.slots(&image);
    for (number, (vmaddr, fixup)) in theirs.iter().enumerate() {
        let slot = ours.next().expect("as many slots").expect("a slot");
        assert_eq!(slot.vmaddr.get(), *vmaddr, "slot {number}");
        assert!(
            same(slot.fixup(), *fixup, base),
            "slot {number}: {slot:?}, object {fixup:?}"
        );
        let at = usize::try_from(slot.file_offset.get()).unwrap();
        let size = ours.starts().unwrap().pointer_format.slot_size().unwrap();
        let bytes = &file[at..at + usize::try_from(size).unwrap()];
        assert_eq!(&slot.raw.to_le_bytes()[..bytes.len()], bytes);
    }
    assert_eq!(ours.next(), None);
    theirs.len()
}
