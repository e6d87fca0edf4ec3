//! Damaged opcodes, threads and relocation entries: each damage's exact error, what is still found,
//! and that nothing runs for ever.
use macho_core::{
    ErrorKind as K, FileOffset, LoadCommandKind as Kind, MachO, Mechanism, Mode, Structure as S,
};
use proptest::prelude::*;
use testkit::bytes::{Writer, get_u32, index, put, unsigned};
use testkit::classic::{self, Counts, DATA, LINKEDIT, STARTS};

/// The file offset of a load command.
fn command(file: &[u8], kind: Kind) -> usize {
    let image = MachO::parse_with(file, FileOffset::new(0), Mode::Tolerant).unwrap();
    let command = image.find_command(kind).unwrap();
    index(command.file_offset().get())
}

/// The places of the slots, from the start of `__DATA`, and the errors.
fn walk(file: &[u8]) -> (Vec<u64>, Vec<macho_core::Error>) {
    let image = MachO::parse(file).unwrap();
    let (mut slots, mut errors) = (Vec::new(), Vec::new());
    for item in image.fixups().slots() {
        match item {
            Ok(slot) => slots.push(slot.file_offset.get().wrapping_sub(DATA)),
            Err(error) => errors.push(error),
        }
    }
    (slots, errors)
}

/// The same library with another stream, the `field`th of `LC_DYLD_INFO` and the only one.
fn with_stream(field: usize, stream: &[u8]) -> Vec<u8> {
    let mut file = classic::opcodes().bytes;
    let info = command(&file, Kind::LC_DYLD_INFO_ONLY);
    put(&mut file, info + 8, &[0; 40]);
    file.truncate(index(LINKEDIT));
    file.extend_from_slice(stream);
    let at = info + 8 + 8 * field;
    put(
        &mut file,
        at,
        &u32::try_from(LINKEDIT).unwrap().to_le_bytes(),
    );
    put(
        &mut file,
        at + 4,
        &u32::try_from(stream.len()).unwrap().to_le_bytes(),
    );
    // The other tables are gone with the bytes behind them.
    for kind in [Kind::LC_SYMTAB, Kind::LC_DYSYMTAB] {
        let at = command(&file, kind);
        let size = get_u32(&file, at + 4).unwrap() as usize;
        put(&mut file, at + 8, &vec![0; size - 8]);
    }
    let segment = MachO::parse_with(&file, FileOffset::new(0), Mode::Tolerant).unwrap();
    let segment = segment
        .segments()
        .find(|segment| segment.name() == "__LINKEDIT")
        .unwrap();
    let at = index(segment.load_command().file_offset().get()) + 48;
    let size = (stream.len() as u64).to_le_bytes();
    put(&mut file, at, &size);
    // In memory as many.
    put(&mut file, at - 16, &size);
    file
}

/// A stream out of bytes and numbers.
fn stream(parts: &[(u8, &[u64])]) -> Vec<u8> {
    let mut out = Writer::new();
    for (opcode, numbers) in parts {
        out.u8(*opcode);
        for &number in *numbers {
            out.uleb(number);
        }
    }
    out.into_bytes()
}

/// A stream, its slots, and its errors with the offset of the opcode that each is about.
type Row<'a> = (&'a [(u8, &'a [u64])], &'a [u64], &'a [(K, u64)]);

/// A row whose stream is put together.
type OwnedRow<'a> = (Vec<(u8, &'a [u64])>, &'a [u64], &'a [(K, u64)]);

fn check(field: usize, what: S, table: &[Row<'_>]) {
    for (parts, slots, errors) in table {
        let file = with_stream(field, &stream(parts));
        let (found, damage) = walk(&file);
        let damage: Vec<_> = damage
            .iter()
            .map(|error| (error.kind(), error.structure(), error.offset().get()))
            .collect();
        let errors: Vec<_> = errors
            .iter()
            .map(|(kind, at)| (*kind, what, LINKEDIT + at))
            .collect();
        assert_eq!((found.as_slice(), damage), (*slots, errors), "{parts:x?}");
    }
}

const MAX: u64 = u64::MAX;
const OUT: K = K::SlotOutsideSegment;

#[test]
fn damaged_rebase_opcodes() {
    #[rustfmt::skip]
    check(0, S::RebaseOpcodes, &[
        (&[(0x21, &[8]), (0x52, &[])], &[8, 16], &[]),
        // A type that 64-bit images do not have: its slots are passed over, and the place is kept.
        (&[(0x12, &[]), (0x21, &[8]), (0x52, &[]), (0x11, &[]), (0x51, &[])], &[24], &[(K::UnknownFormat, 0)]),
        // No segment; one that is not there, and then one that is.
        (&[(0x51, &[]), (0x21, &[8]), (0x51, &[])], &[8], &[(K::IndexOutOfBounds, 0)]),
        (&[(0x2f, &[0]), (0x51, &[]), (0x21, &[8]), (0x51, &[])], &[8], &[(K::IndexOutOfBounds, 0), (K::IndexOutOfBounds, 2)]),
        // The zero-filled tail, the last byte, an offset of 2^64.
        (&[(0x21, &[0x4000]), (0x51, &[])], &[], &[(OUT, 4)]),
        (&[(0x21, &[0x3ff9]), (0x51, &[])], &[], &[(OUT, 3)]),
        (&[(0x21, &[MAX]), (0x51, &[]), (0x30, &[9]), (0x51, &[])], &[16], &[(OUT, 11)]),
        // Counts of 2^64: as many slots as there are, one error, and on.
        (&[(0x21, &[0x3ff0]), (0x60, &[MAX]), (0x21, &[0]), (0x51, &[])], &[0x3ff0, 0x3ff8, 0], &[(OUT, 3)]),
        (&[(0x21, &[0]), (0x80, &[MAX, 0x1ff8]), (0x21, &[8]), (0x51, &[])], &[0, 0x2000, 8], &[(OUT, 2)]),
        // Backwards, as linkers do.
        (&[(0x21, &[64]), (0x51, &[]), (0x30, &[unsigned(-72)]), (0x51, &[])], &[64, 0], &[]),
        // An unknown opcode and a broken number end the stream.
        (&[(0x21, &[8]), (0x90, &[]), (0x51, &[])], &[], &[(K::UnknownFormat, 2)]),
        (&[(0x21, &[8]), (0x51, &[]), (0x60, &[])], &[8], &[(K::UlebTruncated, 4)]),
        // DONE ends it, too.
        (&[(0x00, &[]), (0x21, &[8]), (0x51, &[])], &[], &[]),
    ]);
}

#[test]
fn damaged_bind_opcodes() {
    // `_a` with a NUL behind it; its opcode is one byte.
    const A: [(u8, &[u64]); 4] = [(0x40, &[]), (0x5f, &[]), (0x61, &[]), (0x00, &[])];
    let with = |rest: &[(u8, &'static [u64])]| -> Vec<(u8, &'static [u64])> { [&A, rest].concat() };
    let rows: &[OwnedRow<'_>] = &[
        (with(&[(0x71, &[8]), (0x90, &[])]), &[8], &[]),
        // No symbol.
        (
            vec![(0x71, &[8]), (0x90, &[]), (0x00, &[])],
            &[],
            &[(K::StringOutOfBounds, 2)],
        ),
        // A name without an end.
        (
            vec![(0x71, &[8]), (0x40, &[]), (0x61, &[])],
            &[],
            &[(K::StringUnterminated, 3)],
        ),
        (
            vec![(0x71, &[8]), (0x40, &[])],
            &[],
            &[(K::StringOutOfBounds, 2)],
        ),
        // Types and segments as above.
        (
            with(&[
                (0x52, &[]),
                (0x71, &[8]),
                (0x90, &[]),
                (0x51, &[]),
                (0x90, &[]),
            ]),
            &[16],
            &[(K::UnknownFormat, 4)],
        ),
        (with(&[(0x90, &[])]), &[], &[(K::IndexOutOfBounds, 4)]),
        (
            with(&[(0x71, &[0x3ff8]), (0x90, &[]), (0x90, &[])]),
            &[0x3ff8],
            &[(OUT, 8)],
        ),
        (
            with(&[
                (0x71, &[0x3ff0]),
                (0xc0, &[MAX, 0]),
                (0x71, &[0]),
                (0xbf, &[]),
                (0x90, &[]),
            ]),
            &[0x3ff0, 0x3ff8, 0, 128],
            &[(OUT, 7)],
        ),
        (
            with(&[(0x71, &[8]), (0xe0, &[]), (0x90, &[])]),
            &[],
            &[(K::UnknownFormat, 6)],
        ),
        (
            with(&[(0x71, &[8]), (0xd2, &[]), (0x90, &[])]),
            &[],
            &[(K::UnknownFormat, 6)],
        ),
        (
            with(&[(0x71, &[8]), (0x60, &[])]),
            &[],
            &[(K::UlebTruncated, 7)],
        ),
    ];
    for (parts, slots, errors) in rows {
        check(1, S::BindOpcodes, &[(parts, slots, errors)]);
    }
    // In the lazy stream DONE is between two binds; in the others it is the end.
    let two = with(&[(0x71, &[8]), (0x90, &[]), (0x00, &[]), (0x90, &[])]);
    check(3, S::LazyBindOpcodes, &[(&two, &[8, 16], &[])]);
    check(2, S::WeakBindOpcodes, &[(&two, &[8], &[])]);
}

/// A stream that asks for 2^64 slots in one place, again and again, is given as many as the file has
/// room for, in all.
#[test]
fn bombs_are_bounded() {
    let file = with_stream(0, &classic::opcodes::bomb(1, 0x4000));
    let (slots, errors) = walk(&file);
    assert_eq!(slots.len(), file.len() / 8);
    let errors: Vec<_> = errors
        .iter()
        .map(|error| (error.kind(), error.structure()))
        .collect();
    assert_eq!(errors, [(K::Overlap, S::RebaseOpcodes)]);
    // To and fro between segments: no more look-ups than the file's size allows.
    let there_and_back = [0x20, 0, 0x21, 0].repeat(0x4_0000);
    let (slots, errors) = walk(&with_stream(0, &there_and_back));
    assert_eq!(slots, []);
    assert!(errors.is_empty(), "{errors:?}");
    let mut file = with_stream(0, &there_and_back);
    // Hundreds of commands make each look-up dear.
    let many = many_commands(&mut file);
    let (_, errors) = walk(&many);
    let errors: Vec<_> = errors
        .iter()
        .map(|error| (error.kind(), error.structure()))
        .collect();
    assert_eq!(errors, [(K::TooMuchWork, S::RebaseOpcodes)]);
}

/// The file with commands of no meaning up to where `__text` starts.
fn many_commands(file: &mut [u8]) -> Vec<u8> {
    let (count, size) = (get_u32(file, 16).unwrap(), get_u32(file, 20).unwrap());
    let room = (0x800 - 32 - size) / 8;
    for number in 0..room {
        let at = (32 + size + 8 * number) as usize;
        put(file, at, &[0x7f, 0, 0, 0, 8, 0, 0, 0]);
    }
    put(file, 16, &(count + room).to_le_bytes());
    put(file, 20, &(size + 8 * room).to_le_bytes());
    file.to_vec()
}

#[test]
fn streams_outside_the_file() {
    let mut file = classic::opcodes().bytes;
    let info = command(&file, Kind::LC_DYLD_INFO_ONLY);
    let whole = walk(&file).0.len();
    put(&mut file, info + 8, &u32::MAX.to_le_bytes());
    put(&mut file, info + 28, &u32::MAX.to_le_bytes());
    let (slots, errors) = walk(&file);
    // 33 rebases and 2 weak binds are gone.
    assert_eq!(slots.len(), whole - 35);
    let errors: Vec<_> = errors
        .iter()
        .map(|error| (error.kind(), error.structure(), index(error.offset().get())))
        .collect();
    let expected = [
        (K::Truncated, S::RebaseOpcodes, info + 8),
        (K::Truncated, S::WeakBindOpcodes, info + 24),
    ];
    assert_eq!(errors, expected);
}

/// Damage: byte of the file, new bytes; the error and its byte; the slots that are still found.
type Damage<'a> = (usize, &'a [u8], K, S, usize, &'a [u64]);

#[test]
fn damaged_threads() {
    const ALL: &[u64] = &[0x18, 0x20, 0x1ff8, 0x3fe8, 0x28];
    let file = classic::threads(8).bytes;
    let (data, starts) = (index(DATA), index(STARTS));
    // The starts are 0x4018 and 0x4028.
    assert_eq!(walk(&file), (ALL.to_vec(), vec![]));
    let next = |slot: u64, units: u64| (slot & !(0x7ff << 51) | units << 51).to_le_bytes();
    let slot = |at: usize| u64::from_le_bytes(file[at..at + 8].try_into().unwrap());
    let out = next(slot(data + 0x3fe8), 0x7ff);
    let to_the_end = next(slot(data + 0x3fe8), 3);
    #[rustfmt::skip]
    let table: &[Damage<'_>] = &[
        // A thread that leaves its segment's bytes, by far and by a byte.
        (data + 0x3fe8, &out, OUT, S::DyldChainedPtr, data + 0x3fe8, ALL),
        (data + 0x3fe8, &to_the_end, OUT, S::DyldChainedPtr, data + 0x3fe8, ALL),
        // Starts outside every segment, in the zero-filled tail, across the end.
        (starts + 4, &[0, 0, 0, 0x7f], OUT, S::ThreadStarts, starts + 4, &[0x28]),
        (starts + 4, &[0, 0x80, 0, 0], OUT, S::ThreadStarts, starts + 4, &[0x28]),
        (starts + 4, &[0xfc, 0x7f, 0, 0], OUT, S::ThreadStarts, starts + 4, &[0x28]),
    ];
    for (byte, bytes, kind, what, place, slots) in table {
        let mut file = file.clone();
        put(&mut file, *byte, bytes);
        let (found, errors) = walk(&file);
        let errors: Vec<_> = errors
            .iter()
            .map(|error| (error.kind(), error.structure(), index(error.offset().get())))
            .collect();
        assert_eq!(
            (found.as_slice(), errors),
            (*slots, vec![(*kind, *what, *place)])
        );
    }
    // With a stride of 4 the next slot may share bytes with this one.
    let mut file = classic::threads(4).bytes;
    put(&mut file, data + 0x3fe8, &next(slot(data + 0x3fe8), 1));
    let (found, errors) = walk(&file);
    assert_eq!(found, ALL);
    assert_eq!((errors.len(), errors[0].kind()), (1, K::Overlap));
    // Threads that all start in one place end where the file has no more room.
    let mut file = classic::threads(8).bytes;
    let section = MachO::parse(&file).unwrap();
    let section = section
        .sections()
        .find(|section| section.name() == "__thread_starts")
        .unwrap();
    assert_eq!(section.size(), 20);
    let mut many = vec![1, 0, 0, 0];
    many.extend([0x18, 0x40, 0, 0].repeat(0xbfe));
    put(&mut file, starts, &many);
    let size = find(&file, &20_u64.to_le_bytes());
    put(&mut file, size, &(many.len() as u64).to_le_bytes());
    let (found, errors) = walk(&file);
    assert_eq!(found.len(), file.len() / 4);
    assert_eq!(
        (errors.len(), errors[0].kind(), errors[0].structure()),
        (1, K::Overlap, S::ThreadStarts)
    );
}

/// Where these bytes first are.
fn find(file: &[u8], bytes: &[u8]) -> usize {
    file.windows(bytes.len())
        .position(|window| window == bytes)
        .unwrap()
}

#[test]
fn damaged_firmware_starts() {
    let file = classic::firmware().bytes;
    let starts = index(STARTS);
    let what = S::DyldChainedStartsOffsets;
    for (byte, bytes, kind) in [
        (starts, [15, 0, 0, 0], K::UnknownFormat),
        (starts, [1, 0, 1, 0], K::UnknownFormat),
        (starts + 4, [3, 0, 0, 0], K::CountTooLarge),
        (starts + 4, [0xff, 0xff, 0xff, 0xff], K::CountTooLarge),
    ] {
        let mut file = file.clone();
        put(&mut file, byte, &bytes);
        let (slots, errors) = walk(&file);
        assert_eq!((slots.len(), errors.len()), (0, 1));
        let error = errors[0];
        assert_eq!(
            (error.kind(), error.structure(), index(error.offset().get())),
            (kind, what, byte)
        );
    }
}

#[test]
fn damaged_relocations() {
    const LOCAL: &[u64] = &[8, 0, 0x14, 0x3ff8];
    const EXTERNAL: &[u64] = &[0x1000, 0x1008, 0x1014];
    let file = classic::relocations(Counts::Kext).bytes;
    let dysymtab = command(&file, Kind::LC_DYSYMTAB);
    let table = |at: usize| get_u32(&file, dysymtab + at).unwrap() as usize;
    let (external, local) = (table(64), table(72));
    let what = S::RelocationInfo;
    let without = |number: usize| -> Vec<u64> {
        let mut all = [LOCAL, EXTERNAL].concat();
        all.remove(number);
        all
    };
    #[rustfmt::skip]
    let table: &[(usize, &[u8], K, usize, usize)] = &[
        // Another type, another length, external among the local ones.
        (local + 7, &[0x16], K::UnknownFormat, local, 0),
        (local + 8 + 7, &[0x02], K::UnknownFormat, local + 8, 1),
        (local + 16 + 7, &[0x0e], K::UnknownFormat, local + 16, 2),
        // Outside every segment; across the end of one.
        (local + 24, &[0, 0, 0, 0x70], OUT, local + 24, 3),
        (local + 24, &[0xf9, 0x7f, 0, 0], OUT, local + 24, 3),
        // Local among the external ones; relative; short.
        (external + 7, &[0x06], K::UnknownFormat, external, 4),
        (external + 8 + 7, &[0x0f], K::UnknownFormat, external + 8, 5),
        (external + 16 + 7, &[0x0c], K::UnknownFormat, external + 16, 6),
    ];
    for (byte, bytes, kind, place, number) in table {
        let mut file = file.clone();
        put(&mut file, *byte, bytes);
        let (slots, errors) = walk(&file);
        let errors: Vec<_> = errors
            .iter()
            .map(|error| (error.kind(), error.structure(), index(error.offset().get())))
            .collect();
        assert_eq!(
            (slots, errors),
            (without(*number), vec![(*kind, what, *place)]),
            "{byte:#x}"
        );
    }
    // A relative local entry is no slot, and no damage.
    let mut relative = file.clone();
    put(&mut relative, local + 7, &[0x07]);
    assert_eq!(walk(&relative), (without(0), vec![]));
    // Tables outside the file, by offset and by a count of 2^32.
    for (field, count) in [(64, EXTERNAL), (72, LOCAL)] {
        for byte in [field, field + 4] {
            let mut file = file.clone();
            put(&mut file, dysymtab + byte, &u32::MAX.to_le_bytes());
            let (slots, errors) = walk(&file);
            assert_eq!(slots.len(), 7 - count.len());
            let error = errors[0];
            assert_eq!((error.kind(), error.structure()), (K::Truncated, what));
            assert_eq!(index(error.offset().get()), dysymtab + field);
        }
    }
    // A symbol that is not there: the slot is, its import is not.
    let mut file = file.clone();
    put(&mut file, external + 4, &[0xff, 0xff, 0xff]);
    let image = MachO::parse(&file).unwrap();
    let fixups = image.fixups();
    let external = |slot: &macho_core::Slot| slot.mechanism() == Mechanism::ExternalRelocations;
    let slot = fixups.slots().map(Result::unwrap).find(external).unwrap();
    assert_eq!(fixups.import(&slot), Ok(None));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Any stream: the errors are about bytes of the file, and the work is bounded.
    #[test]
    fn hostile_streams(
        field in 0..4_usize,
        head in prop_oneof![Just(vec![]), Just(vec![0x40, 0x61, 0, 0x71, 0, 0x21, 0])],
        body in proptest::collection::vec(any::<u8>(), 0..256),
    ) {
        let file = with_stream(field, &[head, body].concat());
        let image = MachO::parse(&file).unwrap();
        let fixups = image.fixups();
        let mut items = 0;
        for item in fixups.slots() {
            items += 1;
            match item {
                Ok(slot) => {
                    prop_assert!(slot.file_offset.get() + slot.size() <= file.len() as u64);
                    let _ = fixups.import(&slot);
                }
                Err(error) => prop_assert!(error.offset().get() <= file.len() as u64),
            }
        }
        prop_assert!(items <= file.len());
    }
}
