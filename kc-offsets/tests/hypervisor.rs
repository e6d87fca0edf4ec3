//! The example `hypervisor`: on a collection, and on a file of m1n1's shape.
use hypervisor::Rewrites;
use testkit::kernelcache::sample;
use testkit::truth::Built;

#[path = "../examples/hypervisor.rs"]
#[expect(dead_code, reason = "the example's main")]
mod hypervisor;

const PHYS: u64 = 0x8_0000_0000;

/// A word, and what becomes of it on an M3 and with traps.
const WORDS: [(u32, u32, u32); 8] = [
    (0x0020_1000, 0x0020_1000, 0xd402_0002), // an AMX load: hvc #0x1000
    (0x0020_ffff, 0x0020_ffff, 0xd41f_ffe2),
    (0xd51c_fec5, 0xd503_201f, 0xd51c_fec5), // msr s3_4_c15_c14_6, x5
    (0xd51c_fc3f, 0xd503_201f, 0xd51c_fc3f), // msr s3_4_c15_c12_1, xzr
    (0xd53c_fc20, 0xd503_201f, 0xd53c_fc20), // mrs x0, s3_4_c15_c12_1
    (0x0021_1000, 0x0021_1000, 0x0021_1000),
    (0xd53c_fec0, 0xd53c_fec0, 0xd53c_fec0), // mrs of the first register stays
    (0xd65f_03c0, 0xd65f_03c0, 0xd65f_03c0),
];

/// The sample with these words in `__TEXT_EXEC` and in `__DATA`, which may be executed too; and
/// where they are in the file.
fn planted() -> (Built, [u64; 2]) {
    let mut built = sample::fileset();
    let words = WORDS.map(|(word, ..)| word.to_le_bytes()).concat();
    let places = ["__TEXT_EXEC", "__DATA"].map(|name| {
        let mut segments = built.truth.segments.iter();
        let segment = segments.find(|segment| segment.name == name).unwrap();
        segment.file_offset + 0x100
    });
    for place in places {
        let place = usize::try_from(place).unwrap();
        built.bytes[place..place + words.len()].copy_from_slice(&words);
    }
    let mut name = [0; 16];
    name[..6].copy_from_slice(b"__DATA");
    let at = built.bytes.windows(16).position(|window| window == name);
    // initprot of segment_command_64.
    built.bytes[at.unwrap() - 8 + 60] = 7;
    (built, places)
}

#[test]
fn words_that_the_guest_must_not_run_are_rewritten_in_text_exec_alone() {
    let (built, [code, data]) = planted();
    let nothing = Rewrites::default();
    let trap = Rewrites {
        trap: true,
        ..nothing
    };
    for (rewrites, pick) in [
        (nothing, 0),
        (Rewrites::of_chip(0x8103), 0),
        (Rewrites::of_chip(0x8122), 1),
        (Rewrites::of_chip(0x6034), 1),
        (trap, 2),
    ] {
        let (memory, entry) = hypervisor::load(&built.bytes, PHYS, rewrites).unwrap();
        assert!(entry.is_some());
        // A primary collection lies in memory as in the file.
        let found = |place: u64, index: usize| {
            let at = usize::try_from(place).unwrap() + 4 * index;
            u32::from_le_bytes(memory[at..at + 4].try_into().unwrap())
        };
        for (index, word) in WORDS.into_iter().enumerate() {
            let expected = [word.0, word.1, word.2][pick];
            assert_eq!(found(code, index), expected, "{word:x?} {rewrites:?}");
            assert_eq!(found(data, index), word.0, "{word:x?} {rewrites:?}");
        }
    }
}

#[test]
fn the_payload_of_m1n1_ends_at_its_marker() {
    let built = sample::m1n1();
    let (memory, entry) = hypervisor::load(&built.bytes, PHYS, Rewrites::default()).unwrap();
    let segments = &built.truth.segments;
    let lowest = segments[0].vmaddr;
    let last = segments.last().unwrap();
    let place = |vmaddr: u64| usize::try_from(vmaddr - lowest).unwrap();
    let text = place(segments[1].vmaddr);
    assert_eq!(entry.unwrap().get(), PHYS + text as u64);
    // The payload: what the file has of it, then four zeros.
    let payload = &built.bytes[usize::try_from(last.file_offset).unwrap()..];
    assert_eq!(&memory[place(last.vmaddr)..], [payload, &[0; 4]].concat());
}
