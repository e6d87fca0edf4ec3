//! Fixups in sections of firmware, against what the builder wrote, and their damage.
use macho_core::{
    ErrorKind as K, FileOffset, Fixup, Layout, MachO, Mode, Pointers, Slide, Slot, Structure as S,
    Target,
};
use testkit::bytes::put;
use testkit::classic::firmware::{Firmware, Space, Starts, TABLE, TEXT};
use testkit::classic::{Becomes, Classic};
use testkit::constants as c;
use testkit::macho::Command;
use testkit::object::Auth;

const AUTH: Option<Auth> = Some(Auth {
    key: 2,
    diversity: 0xbeef,
    address_diversity: true,
});

/// Slots in each of three segments, so near to the ends that links lead from one into the next.
const CROSSING: [(usize, u64, u64, Option<Auth>); 8] = [
    (0, 0x10, 0x4000, None),
    (0, 0x2000, 0x4008, None),
    (0, 0x3ff8, 0x4008, AUTH),
    (1, 0, 0x8000, None),
    (1, 0x1ffc, 0x8000, AUTH),
    (1, 0x3ff8, 0x8010, None),
    (2, 4, 0x4004, AUTH),
    (2, 0xc, 0xc000, None),
];

fn three(starts: Starts) -> Firmware {
    let mut firmware = Firmware::new(starts);
    firmware.segments.push(("__LAST", 0x4000, 0x4000));
    firmware.slots = CROSSING.to_vec();
    if starts != Starts::Table {
        // Too far away for a link.
        firmware.slots.push((2, 0x3ff8, 0xc000, None));
    }
    firmware
}

fn check(name: &str, built: &Classic) {
    let image = MachO::parse(&built.bytes).unwrap();
    let slots: Result<Vec<Slot>, _> = image.fixups().slots().collect();
    let slots = slots.unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(slots.len(), built.slots.len(), "{name}");
    for (ours, theirs) in slots.iter().zip(&built.slots) {
        assert_eq!(ours.vmaddr.get(), theirs.vmaddr, "{name}");
        assert_eq!(ours.file_offset.get(), theirs.file_offset, "{name}");
        assert_eq!(ours.mechanism().name(), theirs.mechanism, "{name}");
        let Fixup::Rebase { target, auth } = ours.fixup() else {
            panic!("{name}: {ours:?}");
        };
        let target = match target {
            Target::VmAddr(vmaddr) => vmaddr.get(),
            Target::VmOffset(offset) => image.base().unwrap().get() + offset.get(),
            other => panic!("{name}: {other:?}"),
        };
        let auth = auth.map(|auth| Auth {
            key: auth.key as u8,
            diversity: auth.diversity,
            address_diversity: auth.address_diversity,
        });
        assert_eq!(Becomes::Pointer(target, auth), theirs.becomes, "{name}");
    }
    assert!(slots.len() >= 3, "{name}");
}

/// Chains through three segments that lie alike in the file and in memory, however starts count.
#[test]
fn chains_cross_segments() {
    for reserved1 in [0, 1, 2, 3] {
        for (space, filetype) in [(Space::File, c::MH_PRELOAD), (Space::Memory, c::MH_EXECUTE)] {
            let mut firmware = three(Starts::Chains(reserved1, space));
            firmware.filetype = filetype;
            check(&format!("chains {reserved1} {space:?}"), &firmware.build());
        }
    }
    for filetype in [c::MH_PRELOAD, c::MH_EXECUTE] {
        let mut firmware = three(Starts::Threads(Space::Memory));
        firmware.filetype = filetype;
        check("threads", &firmware.build());
    }
}

/// Zeros between segments: the file and memory differ.
fn apart(starts: Starts) -> Firmware {
    let mut firmware = three(starts);
    firmware.segments.insert(1, ("__BSS", 0x8000, 0));
    for slot in &mut firmware.slots {
        slot.0 += usize::from(slot.0 > 0);
    }
    firmware
}

#[test]
fn starts_count_in_the_file_or_in_memory() {
    check("file, said", &apart(Starts::Chains(1, Space::File)).build());
    check(
        "memory, said",
        &apart(Starts::Chains(2, Space::Memory)).build(),
    );
    check(
        "file, not said",
        &apart(Starts::Chains(0, Space::File)).build(),
    );
    // Past the last segment's file offset and size in memory, a start counts in memory.
    let mut firmware = apart(Starts::Chains(0, Space::Memory));
    firmware.segments.insert(1, ("__MORE", 0x1_0000, 0));
    for slot in &mut firmware.slots {
        slot.0 += usize::from(slot.0 > 0);
    }
    check("memory, not said", &firmware.build());
    // At that place exactly it counts in the file.
    let mut firmware = Firmware::new(Starts::Chains(0, Space::File));
    firmware.slots = CROSSING[..6].to_vec();
    let mut built = firmware.build();
    let table = usize::try_from(TABLE).unwrap();
    let end = u32::try_from(TEXT + 0x8000).unwrap();
    put(&mut built.bytes, table + 8, &end.to_le_bytes());
    let image = MachO::parse(&built.bytes).unwrap();
    assert!(image.fixups().slots().next().unwrap().is_err());
    // The kernel counts in memory, whatever dyld's tools say of firmware.
    let mut firmware = apart(Starts::Threads(Space::Memory));
    firmware.filetype = c::MH_EXECUTE;
    check("kernel", &firmware.build());
    check("firmware", &apart(Starts::Threads(Space::File)).build());
}

#[test]
fn the_first_segment_that_can_be_read_counts() {
    let mut firmware = apart(Starts::Chains(1, Space::File));
    firmware.page_zero = true;
    check("page zero", &firmware.build());
    let mut firmware = apart(Starts::Chains(2, Space::Memory));
    firmware.page_zero = true;
    check("page zero, memory", &firmware.build());
}

/// `__chain_fixups`, with and without a load command for no bytes.
#[test]
fn a_table_in_a_section() {
    let empty = Command::LinkeditData {
        cmd: c::LC_DYLD_CHAINED_FIXUPS,
        dataoff: 0,
        datasize: 0,
    };
    for filetype in [c::MH_PRELOAD, c::MH_EXECUTE] {
        for commands in [Vec::new(), vec![empty.clone()]] {
            for page_zero in [false, true] {
                let mut firmware = apart(Starts::Table);
                (firmware.filetype, firmware.page_zero) = (filetype, page_zero);
                firmware.commands.clone_from(&commands);
                check("table", &firmware.build());
            }
        }
    }
    // dyld looks at the section of firmware and of static executables only.
    for (filetype, commands) in [
        (c::MH_KEXT_BUNDLE, Vec::new()),
        (
            c::MH_EXECUTE,
            vec![Command::Raw {
                cmd: c::LC_LOAD_DYLINKER,
                body: vec![12, 0, 0, 0, b'd', 0, 0, 0],
            }],
        ),
    ] {
        let mut firmware = apart(Starts::Table);
        (firmware.filetype, firmware.commands) = (filetype, commands);
        let built = firmware.build();
        let image = MachO::parse(&built.bytes).unwrap();
        assert!(image.chained_fixups().unwrap().is_none());
        assert_eq!(image.fixups().slots().count(), 0);
    }
}

/// The first command with bytes counts.
#[test]
fn a_command_for_no_bytes_is_none() {
    let mut built = testkit::classic::chained::chained(2);
    let image = MachO::parse(&built.bytes).unwrap();
    let command = image
        .find_command(macho_core::LoadCommandKind::LC_DYLD_CHAINED_FIXUPS)
        .unwrap();
    let at = usize::try_from(command.file_offset().get()).unwrap();
    put(&mut built.bytes, at + 8, &[0; 8]);
    let image = MachO::parse(&built.bytes).unwrap();
    assert!(image.chained_fixups().unwrap().is_none());
    assert_eq!(image.fixups().slots().count(), 0);
}

fn with_runs() -> Firmware {
    let mut firmware = apart(Starts::Runs);
    firmware.base = 0x10_0000;
    for slot in &mut firmware.slots {
        slot.3 = None;
    }
    // Neighbours, and one that is too far away for a byte.
    firmware.slots.insert(1, (0, 0x18, 0x4000, None));
    firmware.slots.insert(2, (0, 0x20, 0x4000, None));
    firmware
}

#[test]
fn rebase_runs() {
    check("runs", &with_runs().build());
    let mut other = with_runs();
    other.filetype = c::MH_KEXT_BUNDLE;
    let built = other.build();
    let image = MachO::parse(&built.bytes).unwrap();
    assert_eq!(image.fixups().slots().count(), 0);
}

/// The places of the slots, counted from the first segment of data, and the errors.
fn walk(bytes: &[u8]) -> (Vec<u64>, Vec<(K, S, u64)>) {
    let image = MachO::parse(bytes).unwrap();
    let (mut slots, mut errors) = (Vec::new(), Vec::new());
    for item in image.fixups().slots() {
        match item {
            Ok(slot) => slots.push(slot.file_offset.get() - TEXT),
            Err(error) => errors.push((error.kind(), error.structure(), error.offset().get())),
        }
    }
    (slots, errors)
}

/// The address of a record and its runs; the slots, and the errors with their bytes of the section.
type RunRow<'a> = (u32, &'a [u8], &'a [u64], &'a [(K, u64)]);

#[test]
fn damaged_rebase_runs() {
    const WHAT: S = S::RebaseInfo;
    const FIRST: u32 = 0x10_8000;
    let mut firmware = Firmware::new(Starts::Runs);
    firmware.base = 0x10_0000;
    // Room for the rows.
    firmware.slots = (0..64).map(|n| (0, 0x40 * n, 0, None)).collect();
    let whole = firmware.build().bytes;
    let name = whole
        .windows(14)
        .position(|name| name == b"__rebase_info\0");
    let size = name.unwrap() + 40;
    #[rustfmt::skip]
    let rows: &[RunRow<'_>] = &[
        // One pointer; a skip of one word and another; an empty run in between.
        (FIRST, &[1, 2, 1, 0, 0, 0, 0, 0], &[0, 8], &[]),
        (FIRST, &[1, 2, 0, 9, 1, 0, 0, 0], &[0, 0x28], &[]),
        // A run of three words, of which two hold the first pointer; the third is one again.
        (FIRST, &[3, 0, 0, 0], &[0, 8], &[(K::Overlap, 4)]),
        // The zeros of a record, and another record.
        (FIRST, &[1, 0, 0, 0, 0x10, 0x80, 0x10, 0, 1, 0, 0, 0], &[0, 0x10], &[]),
        (FIRST, &[1, 2, 0, 0, 0x10, 0x80, 0x10, 0, 1, 0, 0, 0], &[0, 0x10], &[]),
        // No segment; the last word of the image.
        (0, &[1, 0, 0, 0], &[], &[(K::SlotOutsideSegment, 4)]),
        (FIRST + 0x7ffc, &[1, 0, 0, 0], &[], &[(K::SlotOutsideSegment, 4)]),
        (FIRST + 0x7ff8, &[1, 0, 0, 0], &[0x7ff8], &[]),
        // The section ends within a run, between the zeros, and within an address.
        (FIRST, &[1, 2, 1], &[0, 8], &[(K::Truncated, 7)]),
        (FIRST, &[1, 0], &[0], &[(K::Truncated, 6)]),
        (FIRST, &[1, 0, 0, 0, 0x10, 0x80], &[0], &[(K::Truncated, 8)]),
        // All the rest of memory.
        (FIRST, &[255; 255], &[], &[]),
    ];
    for (start, runs, slots, errors) in rows {
        let mut bytes = whole.clone();
        let table = usize::try_from(TABLE).unwrap();
        put(&mut bytes, table, &start.to_le_bytes());
        put(&mut bytes, table + 4, runs);
        put(&mut bytes, size, &(runs.len() as u64 + 4).to_le_bytes());
        let (found, damage) = walk(&bytes);
        if runs.len() == 255 {
            // One item for each word of a run at most.
            assert!(found.len() + damage.len() <= 128 * 255 + 1);
            assert!(damage.iter().all(|(_, what, _)| *what == WHAT));
            continue;
        }
        let errors: Vec<_> = errors
            .iter()
            .map(|(kind, at)| (*kind, WHAT, TABLE + at))
            .collect();
        let got = (found.as_slice(), damage);
        assert_eq!(got, (*slots, errors), "{start:#x} {runs:?}");
    }
}

/// A chain that leaves the image, and one whose links go round, end.
#[test]
fn a_chain_is_bounded_by_the_image() {
    let mut firmware = Firmware::new(Starts::Chains(2, Space::Memory));
    firmware.slots = CROSSING[..6].to_vec();
    let built = firmware.build();
    let last = usize::try_from(built.slots[5].file_offset).unwrap();
    let mut bytes = built.bytes.clone();
    // To the first address past the image.
    put(&mut bytes, last, &(2_u64 << 51).to_le_bytes());
    let (slots, errors) = walk(&bytes);
    assert_eq!(slots.len(), 6);
    let at = u64::try_from(last).unwrap();
    assert_eq!(errors, [(K::SlotOutsideSegment, S::DyldChainedPtr, at)]);
    // Into the slot itself.
    put(&mut bytes, last, &(1_u64 << 51).to_le_bytes());
    assert_eq!(walk(&bytes).1, [(K::Overlap, S::DyldChainedPtr, at)]);
}

/// In memory starts lead to the same slots.
#[test]
fn memory_has_the_same_slots() {
    for starts in [
        Starts::Chains(1, Space::File),
        Starts::Chains(2, Space::Memory),
        Starts::Table,
        Starts::Runs,
    ] {
        let firmware = match starts {
            Starts::Runs => with_runs(),
            _ => apart(starts),
        };
        let built = firmware.build();
        let image = MachO::parse(&built.bytes).unwrap();
        let mut memory = Vec::new();
        for segment in image.segments() {
            let start = usize::try_from(segment.vmaddr().get() - firmware.base).unwrap();
            memory.resize(start + usize::try_from(segment.vmsize()).unwrap(), 0);
            memory[start..start + segment.data().len()].copy_from_slice(segment.data());
        }
        let header = FileOffset::new(0);
        let parse =
            |pointers| MachO::parse_mapped(&memory, header, pointers, Mode::Strict).unwrap();
        let mapped = parse(Pointers::Unapplied);
        let places = |image: &MachO<'_>| -> Vec<_> {
            let slots = image.fixups().slots().map(Result::unwrap);
            slots.map(|slot| (slot.vmaddr, slot.fixup())).collect()
        };
        assert_eq!(places(&image), places(&mapped), "{starts:?}");
        let slide = Slide::new(0);
        let applied = parse(Pointers::Applied { slide, va_bits: 47 });
        assert!(matches!(applied.layout(), Layout::Mapped(_)));
        let mut slots = applied.fixups().slots();
        let error = slots.next().unwrap().unwrap_err();
        assert_eq!(error.kind(), K::FixupsApplied, "{starts:?}");
        assert!(slots.all(|slot| slot.is_err()));
    }
}
