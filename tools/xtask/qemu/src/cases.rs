//! The boots that every loader must pass: it boots what is right, and refuses what is not.

use testkit::constants::{LC_DYLD_CHAINED_FIXUPS, LC_UNIXTHREAD};
use testkit::img4::{Im4p, signed_like};
use testkit::kernelcache::boot;

use crate::case::{Case, Expect, payload_lines};
use crate::inputs::{CODECS, SHAPES, change, command, img4, segment};
use crate::machine::Options;

/// Slides to go through; the last has every bit that a slide can have.
const SLIDES: [u64; 4] = [0, 0x4000, 0x20_0000, 0x3fff_c000];

/// `LC_DATA_IN_CODE`, which has the layout of the chained fixups' command and says nothing to a
/// loader.
const LC_DATA_IN_CODE: u32 = 0x29;
/// `LC_IDENT`, obsolete and without a meaning.
const LC_IDENT: u32 = 8;

/// Every shape in every codec; the slides take turns, so that each shape has each.
pub(crate) fn boots() -> Vec<Case> {
    let mut cases = Vec::new();
    for (row, (shape, build)) in SHAPES.into_iter().enumerate() {
        let built = build();
        for (column, (codec, compress)) in CODECS.into_iter().enumerate() {
            let slide = SLIDES[(row + column) % SLIDES.len()];
            let options = Options {
                command_line: format!("slide={slide:#x}"),
                ..Options::default()
            };
            cases.push(Case {
                name: format!("{shape}, {codec}, slide {slide:#x}"),
                input: signed_like(&compress("krnl", &built.bytes)),
                expect: payload_lines(&built, slide, &options),
                options,
            });
        }
    }
    let built = boot::fileset();
    let options = Options {
        cpu: "max",
        ..Options::default()
    };
    cases.push(Case {
        name: "IM4P without a manifest, on a processor with everything".to_owned(),
        input: Im4p::lzfse("krnl", &built.bytes).build(),
        expect: payload_lines(&built, 0, &options),
        options,
    });
    cases
}

/// Inputs with one thing wrong that a loader cannot see; the payload must.
pub(crate) fn wrong() -> Vec<Case> {
    let built = boot::fileset();
    let fails = |name: &str, words, patch: &dyn Fn(&mut [u8])| {
        let mut file = built.bytes.clone();
        patch(&mut file);
        Case::new(name, img4(&file), Expect::Fails(words))
    };
    // The target of a format 8 slot is its low 30 bits.
    let moved = |symbol: &'static str| {
        let at = boot::offset_of(&built, symbol);
        move |file: &mut [u8]| change(file, at, |slot| slot + 8)
    };
    let data = boot::offset_of(&built, "_data");
    let mut cases = vec![
        fails(
            "a slot of the kernel",
            "a slot is rebased by another slide than the boot arguments say",
            &moved("_self"),
        ),
        fails(
            "a slot that leads to a kext",
            "a pointer to a kext leads elsewhere",
            &moved("_kext_starts"),
        ),
        fails(
            "a slot of a kext",
            "a pointer in a kext leads elsewhere",
            &moved("_beta_slot"),
        ),
        fails("no fixups", "a slot is not rebased", &|file| {
            let at = command(file, LC_DYLD_CHAINED_FIXUPS);
            file[at..at + 4].copy_from_slice(&LC_DATA_IN_CODE.to_le_bytes());
        }),
        fails(
            "the entry point",
            "entered at another place than the entry point",
            // arm_thread_state64_t.__pc follows cmd, cmdsize, flavor, count and 32 registers.
            &|file| {
                let at = command(file, LC_UNIXTHREAD) + 16 + 32 * 8;
                change(file, at, |pc| pc + 8);
            },
        ),
        fails("data", "the data is not what was linked", &|file| {
            file[data] ^= 1;
        }),
    ];
    // A segment that claims no more memory than it has bytes has no zero fill, and without memory
    // for the one behind it nobody zeroes the gap.
    let mut file = boot::bare().bytes;
    let data = segment(&file, "__DATA");
    let filesize = file[data + 48..data + 56].to_vec();
    file[data + 32..data + 40].copy_from_slice(&filesize);
    let linkedit = segment(&file, "__LINKEDIT");
    change(&mut file, linkedit + 32, |_| 0);
    cases.push(Case::new(
        "no zero fill",
        img4(&file),
        Expect::Fails("memory that must be zero is not"),
    ));
    cases
}

/// Inputs that a loader must refuse.
pub(crate) fn damaged() -> Vec<Case> {
    let built = boot::fileset();
    let good = img4(&built.bytes);
    let patched = |name: &str, words, patch: &dyn Fn(&mut [u8])| {
        let mut file = built.bytes.clone();
        patch(&mut file);
        Case::new(name, img4(&file), Expect::Refused(words))
    };
    let mut other = good.clone();
    let block = other.windows(4).position(|window| window == b"bvx2");
    let block = block.expect("the payload has a compressed block");
    other[block + 64] ^= 1;
    let mut stream = Im4p::lzfse("krnl", &built.bytes);
    let middle = stream.data.len() / 2;
    stream.data[middle] ^= 0x10;
    let mut cases = vec![
        Case::new(
            "a digest of other bytes",
            other,
            Expect::Refused("the payload's digest is not the manifest's"),
        ),
        Case::new(
            "a damaged stream under a good digest",
            signed_like(&stream),
            Expect::Refused("LZFSE"),
        ),
        Case::new(
            "a truncated file",
            good[..good.len() / 2].to_vec(),
            Expect::Refused("at file offset"),
        ),
        Case::new(
            "something else",
            built.bytes.clone(),
            Expect::Refused("not an IMG4"),
        ),
        Case::new("nothing", Vec::new(), Expect::Refused("no initrd")),
        patched("no entry point", "entry point", &|file| {
            let at = command(file, LC_UNIXTHREAD);
            file[at..at + 4].copy_from_slice(&LC_IDENT.to_le_bytes());
        }),
        patched("an entry point outside", "entry point", &|file| {
            let at = command(file, LC_UNIXTHREAD) + 16 + 32 * 8;
            change(file, at, |pc| pc + (1 << 30));
        }),
        patched("two segments in one place", "overlap", &|file| {
            let at = segment(file, "__TEXT_EXEC") + 24;
            change(file, at, |vmaddr| vmaddr - 0x4000);
        }),
        patched("a segment of 1 TiB", "memory too small", &|file| {
            let at = segment(file, "__LINKEDIT") + 32;
            change(file, at, |_| 1 << 40);
        }),
    ];
    let mut small = Case::new(
        "too little memory",
        img4(&boot::m1n1().bytes),
        Expect::Refused("memory too small"),
    );
    small.options.memory = 128;
    cases.push(small);
    cases
}

/// Slides that our loader chooses from a seed: multiples of 2 MiB below 2 GiB.
pub(crate) fn seeds() -> Vec<Case> {
    let built = boot::fileset();
    let seeded = |seed: u64| {
        let options = Options {
            command_line: format!("seed={seed}"),
            ..Options::default()
        };
        let slide = (seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) % 1024 * (2 << 20);
        Case {
            name: format!("seed {seed}, slide {slide:#x}"),
            input: img4(&built.bytes),
            expect: payload_lines(&built, slide, &options),
            options,
        }
    };
    (1..=3).map(seeded).collect()
}

/// A loader that is told to do one step wrongly: the payload must notice, or the boots above prove
/// nothing. `fault=fixups` applies them, with a slide that shows at the first slot: XNU's "Invalid
/// cache level".
pub(crate) fn faults() -> Vec<Case> {
    // ESR_EL1 of an alignment fault: class 0x25, data abort at this level; status 0x21.
    let mut unaligned = Case::new(
        "fault=alignment",
        img4(&boot::fileset().bytes),
        Expect::Ends("exception: ESR 0x96000021 "),
    );
    "fault=alignment".clone_into(&mut unaligned.options.command_line);
    let fault = |name: &str, slide: u64, built: fn() -> testkit::truth::Built, words| {
        let mut case = Case::new(
            format!("fault={name}"),
            img4(&built().bytes),
            Expect::Fails(words),
        );
        case.options.command_line = format!("slide={slide:#x} fault={name}");
        case
    };
    vec![
        unaligned,
        fault(
            "fixups",
            0x4000_0000,
            boot::fileset,
            "a slot counts from another collection: who fixed it up before the kernel?",
        ),
        fault(
            "slide",
            0x8000,
            boot::bare,
            "the kernel's header is not as a boot loader leaves it",
        ),
        fault(
            "zero",
            0x8000,
            boot::bare,
            "memory that must be zero is not",
        ),
        fault(
            "entry",
            0x8000,
            boot::fileset,
            "entered at another place than the entry point",
        ),
        fault(
            "arguments",
            0x8000,
            boot::fileset,
            "x0 is not the boot arguments",
        ),
    ]
}
