//! `struct boot_args` in every layout, against a table of offsets.
use kc_offsets::{BootArgs, BootArgsLayout, BootVideo, ErrorKind, KernelCache, LoadPlan};
use kc_offsets::{Error, Structure};
use macho_core::{PhysAddr, SlidVmAddr, Slide};
use testkit::kernelcache::sample;

/// Fields whose place no layout moves: name, offset, bytes. XNU xnu-11417.101.15
/// `pexpert/pexpert/arm64/boot.h` lines 31 to 71, laid out as C does it for 64 bits; m1n1 7c7716b6
/// `src/xnuboot.h` and `proxyclient/m1n1/tgtypes.py` have the same.
const FIXED: [(&str, usize, usize); 15] = [
    ("Revision", 0x00, 2),
    ("Version", 0x02, 2),
    ("virtBase", 0x08, 8),
    ("physBase", 0x10, 8),
    ("memSize", 0x18, 8),
    ("topOfKernelData", 0x20, 8),
    ("Video.v_baseAddr", 0x28, 8),
    ("Video.v_display", 0x30, 8),
    ("Video.v_rowBytes", 0x38, 8),
    ("Video.v_width", 0x40, 8),
    ("Video.v_height", 0x48, 8),
    ("Video.v_depth", 0x50, 8),
    ("machineType", 0x58, 4),
    ("deviceTreeP", 0x60, 8),
    ("deviceTreeLength", 0x68, 4),
];

/// Layout, bytes of the command line, offsets of `bootFlags` and `memSizeActual`, bytes in all.
/// The first three are of XNU's sources: xnu-4570.1.46 to 4903.270.47, 6153.11.26 to 8796.141.3,
/// 10002.1.13 to 11417; the last of QEMUAppleSilicon 775c41fc9b `hw/arm/apple-silicon/boot.h` lines
/// 247 to 262.
const LAYOUTS: [(BootArgsLayout, usize, usize, usize, usize); 4] = [
    (BootArgsLayout::Line256, 256, 0x170, 0x178, 0x180),
    (BootArgsLayout::Line608, 608, 0x2d0, 0x2d8, 0x2e0),
    (BootArgsLayout::Line1024, 1024, 0x470, 0x478, 0x480),
    (BootArgsLayout::Line1024Reserved, 1024, 0x470, 0x478, 0x488),
];

fn plan_of<T>(ask: impl FnOnce(&LoadPlan<'_>) -> T) -> T {
    let built = sample::fileset();
    let cache = KernelCache::parse(&built.bytes).unwrap();
    let plan = LoadPlan::new(&cache, PhysAddr::new(0x8_0100_4000), Slide::ZERO).unwrap();
    ask(&plan)
}

/// Arguments in which each field has a number of its own.
fn numbered(layout: BootArgsLayout) -> BootArgs<'static> {
    let mut arguments = plan_of(|plan| BootArgs::new(plan, layout));
    arguments.revision = 0x0101;
    arguments.version = 0x0202;
    arguments.virt_base = SlidVmAddr::new(0x0303_0303_0303_0303);
    arguments.phys_base = PhysAddr::new(0x0404_0404_0404_0404);
    arguments.mem_size = 0x0505_0505_0505_0505;
    arguments.top_of_kernel_data = PhysAddr::new(0x0606_0606_0606_0606);
    arguments.video = BootVideo {
        base_addr: PhysAddr::new(0x0707_0707_0707_0707),
        display: 0x0808_0808_0808_0808,
        row_bytes: 0x0909_0909_0909_0909,
        width: 0x0a0a_0a0a_0a0a_0a0a,
        height: 0x0b0b_0b0b_0b0b_0b0b,
        depth: 0x0c0c_0c0c_0c0c_0c0c,
    };
    arguments.machine_type = 0x0d0d_0d0d;
    arguments.device_tree = SlidVmAddr::new(0x0e0e_0e0e_0e0e_0e0e);
    arguments.device_tree_length = 0x0f0f_0f0f;
    arguments.command_line = b"-v keepsyms=1";
    arguments.boot_flags = 0x1111_1111_1111_1111;
    arguments.mem_size_actual = 0x1212_1212_1212_1212;
    arguments
}

#[test]
fn every_field_of_every_layout_is_in_its_place() {
    for (layout, line, flags, actual, size) in LAYOUTS {
        assert_eq!((layout.command_line_size(), layout.size()), (line, size));
        let mut expected = vec![0; size];
        for (number, (_, at, len)) in (1..).zip(FIXED) {
            expected[at..at + len].fill(number);
        }
        expected[0x6c..0x6c + 13].copy_from_slice(b"-v keepsyms=1");
        expected[flags..flags + 8].fill(0x11);
        expected[actual..actual + 8].fill(0x12);
        // Memory is dirty, and longer than the structure.
        let mut memory = vec![0xa5; size + 16];
        let arguments = numbered(layout);
        assert_eq!(arguments.write(&mut memory), Ok(size));
        assert_eq!(memory[..size], expected, "{layout:?}");
        assert_eq!(memory[size..], [0xa5; 16], "{layout:?}");
        assert_eq!(BootArgs::read(&memory, Some(layout)), Ok(arguments));
    }
}

#[test]
fn the_layout_is_the_callers_or_the_revisions() {
    for (revision, layout) in [
        (0, BootArgsLayout::Line256),
        (1, BootArgsLayout::Line256),
        (2, BootArgsLayout::Line608),
        (3, BootArgsLayout::Line1024),
        (4, BootArgsLayout::Line1024),
    ] {
        assert_eq!(BootArgsLayout::of_revision(revision), layout);
        let mut arguments = numbered(layout);
        arguments.revision = revision;
        let mut memory = [0; 0x480];
        arguments.write(&mut memory).unwrap();
        let read = BootArgs::read(&memory, None).unwrap();
        assert_eq!((read, read.layout), (arguments, layout));
    }
    // iOS 11 passes revision 2 with the short line: only the caller knows.
    let mut memory = [0; 0x480];
    let mut arguments = numbered(BootArgsLayout::Line256);
    arguments.revision = 2;
    arguments.write(&mut memory).unwrap();
    let guessed = BootArgs::read(&memory, None).unwrap();
    assert_ne!(guessed.boot_flags, arguments.boot_flags);
    let told = BootArgs::read(&memory, Some(BootArgsLayout::Line256));
    assert_eq!(told, Ok(arguments));
}

#[test]
fn a_plan_fills_what_it_knows() {
    for (layout, revision) in [
        (BootArgsLayout::Line256, 1),
        (BootArgsLayout::Line608, 2),
        (BootArgsLayout::Line1024, 3),
        (BootArgsLayout::Line1024Reserved, 3),
    ] {
        let (arguments, fields) = plan_of(|plan| (BootArgs::new(plan, layout), plan.boot_fields()));
        assert_eq!((arguments.revision, arguments.version), (revision, 2));
        assert_eq!(arguments.virt_base, fields.virt_base);
        assert_eq!(arguments.phys_base, fields.phys_base);
        assert_eq!(arguments.top_of_kernel_data, fields.top_of_kernel_data);
        assert_eq!(arguments.command_line, b"");
        assert_eq!(arguments.mem_size, 0);
    }
}

#[test]
fn what_does_not_fit_is_refused_and_nothing_is_written() {
    let unfit = |error: Error, most| {
        assert_eq!(error.kind(), ErrorKind::CommandLineUnfit { most });
        assert_eq!(error.structure(), Structure::BootArgs);
    };
    for (layout, line, _, _, size) in LAYOUTS {
        let mut arguments = numbered(layout);
        let mut memory = vec![7; size];
        let long = vec![b'x'; line];
        arguments.command_line = &long;
        unfit(arguments.write(&mut memory).unwrap_err(), line - 1);
        arguments.command_line = b"one\0two";
        unfit(arguments.write(&mut memory).unwrap_err(), line - 1);
        arguments.command_line = &long[1..];
        let error = arguments.write(&mut memory[1..]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BufferTooSmall { needed: size });
        assert_eq!(error.structure(), Structure::BootArgs);
        assert!(memory.iter().all(|&byte| byte == 7));

        // The longest line comes back; without its NUL nothing does.
        assert_eq!(arguments.write(&mut memory), Ok(size));
        assert_eq!(BootArgs::read(&memory, Some(layout)), Ok(arguments));
        memory[0x6c + line - 1] = b'x';
        unfit(BootArgs::read(&memory, Some(layout)).unwrap_err(), line - 1);
        for len in 0..size {
            let error = BootArgs::read(&memory[..len], Some(layout)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::BufferTooSmall { needed: size });
        }
    }
    let error = BootArgs::read(&[], None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BufferTooSmall { needed: 0x6c });
    let error = BootArgs::read(&[2, 0], None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BufferTooSmall { needed: 0x2e0 });
}
