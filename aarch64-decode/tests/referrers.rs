//! The search for references against a model that decodes every word and skips nothing.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "distances between addresses are taken modulo the width of a field"
)]

use aarch64_decode::{
    Flow, Instruction, Operand, Reference, ReferenceKind, References, Referrer, Referrers, decode,
};
use proptest::prelude::*;

/// What lies this far above a page is its pair's no more.
const REACH: u64 = 0x2_0000;
/// And what lies this far below it.
const BELOW: u64 = 0x1000;

fn address(instruction: Instruction, pc: u64) -> Option<u64> {
    instruction.operands(pc).find_map(|operand| match operand {
        Operand::Address(address) => Some(address),
        _ => None,
    })
}

/// The kind of an instruction that names an address, by the name of its encoding.
fn kind(instruction: Instruction) -> ReferenceKind {
    let name = instruction.encoding().name().to_ascii_lowercase();
    let is_any = |starts: &[&str]| starts.iter().any(|start| name.starts_with(start));
    if name.ends_with("_loadlit") {
        ReferenceKind::Literal
    } else if is_any(&["adr_", "adrp_", "add_"]) {
        ReferenceKind::Address
    } else if is_update(&name) {
        ReferenceKind::Update
    } else if is_any(&["st", "gcsst"]) {
        ReferenceKind::Store
    } else {
        ReferenceKind::Load
    }
}

/// A referrer's pc, address, kind and origin.
type Found = (u64, u64, ReferenceKind, Option<u64>);

fn found(referrer: Referrer) -> Found {
    (
        referrer.pc,
        referrer.address,
        referrer.kind,
        referrer.origin,
    )
}

/// Whether an encoding of that name updates memory atomically.
fn is_update(name: &str) -> bool {
    let starts = [
        "swp", "cas", "rcw", "ldadd", "ldclr", "ldeor", "ldset", "ldsm", "ldum", "ldtadd",
        "ldtclr", "ldtset", "ldfa", "ldfm", "ldbf", "stfa", "stfm", "stbf",
    ];
    starts.iter().any(|start| name.starts_with(start))
}

fn model(words: &[u32], base: u64, first: u64, last: u64) -> Vec<Found> {
    let inside = |address: u64, first: u64| address.wrapping_sub(first) <= last.wrapping_sub(first);
    let mut references = References::new();
    let mut found = Vec::new();
    let at = |pc: u64| words[usize::try_from(pc.wrapping_sub(base) / 4).unwrap()];
    let mut pc = base;
    for &word in words {
        let origin = references.origin(word);
        let reference = references.next(word, pc);
        if let Ok(instruction) = decode(word) {
            let branch = match instruction.flow(pc) {
                Flow::Branch(target) => Some((ReferenceKind::Branch, target)),
                Flow::Conditional(target) => Some((ReferenceKind::Conditional, target)),
                Flow::Call(target) => Some((ReferenceKind::Call, target)),
                _ => None,
            };
            let data = match reference {
                Some(Reference::Address(address)) => Some((kind(instruction), address)),
                _ => None,
            };
            let alone = branch.is_some()
                || instruction.encoding().name().starts_with("ADR_")
                || matches!(data, Some((ReferenceKind::Literal, _)));
            let origin = origin.filter(|_| !alone);
            // A pair counts by the page that it began with; of ranges that are larger than the address
            // space of any CPU every page does.
            let large = last.wrapping_sub(first) > 1 << 62;
            let near = large
                || origin.is_none_or(|pc| {
                    let begun = address(decode(at(pc)).unwrap(), pc).unwrap();
                    let lowest = first.wrapping_sub(REACH) & !0xfff;
                    begun.wrapping_sub(lowest) <= last.wrapping_add(BELOW).wrapping_sub(lowest)
                });
            if let Some((kind, address)) = branch.or(data) {
                if near && inside(address, first) {
                    found.push((pc, address, kind, origin));
                }
            }
        }
        pc = pc.wrapping_add(4);
    }
    found
}

/// A word of code that refers, for the most part, to something near `target`.
#[derive(Clone, Copy, Debug)]
enum Piece {
    Adrp(u32, i64),
    Adr(u32, i64),
    Branch(u32, i64),
    Fixed(u32),
}

impl Piece {
    fn word(self, pc: u64, target: u64) -> u32 {
        let field = |distance: i64, width: u32| (distance as u32) & ((1 << width) - 1);
        match self {
            Self::Adrp(register, pages) => {
                let distance = ((target & !0xfff).wrapping_sub(pc & !0xfff) as i64 >> 12) + pages;
                let imm = field(distance, 21);
                0x9000_0000 | (imm & 3) << 29 | (imm >> 2) << 5 | register
            }
            Self::Adr(register, more) => {
                let imm = field((target.wrapping_sub(pc) as i64) + more, 21);
                0x1000_0000 | (imm & 3) << 29 | (imm >> 2) << 5 | register
            }
            Self::Branch(opcode, more) => {
                opcode | field((target.wrapping_sub(pc) as i64 >> 2) + more, 26)
            }
            Self::Fixed(word) => word,
        }
    }
}

fn piece() -> impl Strategy<Value = Piece> {
    // Few registers, so that they meet.
    let register = 0_u32..4;
    let offset = prop_oneof![Just(0_u32), Just(0x123), Just(0xfff), 0_u32..0x1000];
    prop_oneof![
        4 => (register.clone(), -40_i64..40).prop_map(|(register, pages)| Piece::Adrp(register, pages)),
        4 => register.clone().prop_map(|register| Piece::Adrp(register, 0)),
        1 => (register.clone(), -0x400_i64..0x400).prop_map(|(register, more)| Piece::Adr(register, more)),
        2 => (prop_oneof![Just(0x1400_0000), Just(0x9400_0000)], -64_i64..64)
            .prop_map(|(opcode, more)| Piece::Branch(opcode, more)),
        // add, with and without a shift
        6 => (register.clone(), register.clone(), offset.clone(), 0_u32..20).prop_map(|(rd, rn, offset, shift)| {
            Piece::Fixed(0x9100_0000 | u32::from(shift == 0) << 22 | offset << 10 | rn << 5 | rd)
        }),
        // loads and stores of every size
        6 => (register, 0_u32..4, any::<bool>(), 0_u32..4, offset, 0_u32..32).prop_map(
            |(rn, size, simd, opc, offset, rt)| {
                Piece::Fixed(0x3900_0000 | size << 30 | u32::from(simd) << 26 | opc << 22 | offset << 10 | rn << 5 | rt)
            }
        ),
        // pairs, one register at an offset of nine bits, exclusive and atomic ones
        4 => (0_u32..4, any::<u32>(), prop_oneof![
            Just((0xfa00_0000_u32, 0x2800_0000_u32)), Just((0x3a00_0000, 0x2800_0000)), Just((0x3b20_0000, 0x3800_0000)),
            Just((0x3f00_0000, 0x0800_0000)), Just((0x3b20_0c00, 0x3820_0000)), Just((0xbe00_0000, 0x0c00_0000)),
        ]).prop_map(|(rn, random, (mask, value))| {
            Piece::Fixed((random & !mask | value) & !0x3e0 | rn << 5)
        }),
        // conditional branches, literals, calls and returns to anywhere
        1 => (0_u32..0x8_0000).prop_map(|imm| Piece::Fixed(0x5400_0001 | imm << 5)),
        1 => (0_u32..0x8_0000).prop_map(|imm| Piece::Fixed(0x5800_0001 | imm << 5)),
        1 => prop_oneof![Just(0xd65f_03c0), Just(0xd63f_0100), Just(0xd503_237f), Just(0xd420_0020)].prop_map(Piece::Fixed),
        12 => Just(Piece::Fixed(0xd503_201f)),
        4 => any::<u32>().prop_map(Piece::Fixed),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn as_the_model(
        // Many fillers between the pieces, so that blocks are skipped.
        pieces in prop::collection::vec((piece(), prop_oneof![3 => 0_usize..3, 1 => 0_usize..200]), 0..60),
        base in prop_oneof![
            Just(0xffff_fe00_0700_0000_u64), Just(0_u64), any::<u64>(),
            (0xffff_fe00_0700_0000_u64..0xffff_fe00_0701_0000),
        ],
        distance in prop_oneof![
            Just(0_i64), -0x1000_i64..0x1000, -0x20_0000_i64..0x20_0000, -0x900_0000_i64..0x900_0000,
            -0x1_1000_0000_i64..0x1_1000_0000, any::<i64>(),
        ],
        span in prop_oneof![4 => Just(0_u64), 2 => 0_u64..0x4000, 1 => 0_u64..0x100_0000, 1 => any::<u64>()],
        odd in 0_u64..4,
        select in 0_u8..3,
    ) {
        let base = base & !3;
        let target = base.wrapping_add(distance as u64);
        let mut words = Vec::new();
        for (piece, fillers) in pieces {
            words.extend(std::iter::repeat_n(0xd503_201f, fillers));
            let pc = base.wrapping_add(4 * words.len() as u64);
            words.push(piece.word(pc, target));
        }
        let (first, last) = (target, target.wrapping_add(span));
        let mut expected = model(&words, base, first, last);
        // Bytes before the first multiple of 4, and a part of a word at the end, do not count.
        let mut code = vec![0xaa; usize::try_from(odd).unwrap()];
        code.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        code.extend(std::iter::repeat_n(0x14, usize::try_from(odd).unwrap()));
        let mut search = Referrers::new(&code, base.wrapping_sub(odd), first, last);
        let branch = |found: &Found| matches!(
            found.2,
            ReferenceKind::Branch | ReferenceKind::Conditional | ReferenceKind::Call
        );
        if select == 1 {
            search = search.without_branches();
            expected.retain(|found| !branch(found));
        } else if select == 2 {
            search = search.only_branches();
            expected.retain(branch);
        }
        prop_assert_eq!(search.map(found).collect::<Vec<_>>(), expected);
    }
}

/// Each filter at the edges of what its instruction reaches, from each place in a page.
#[test]
fn edges() {
    for place in [0_u64, 4, 0x7c, 0x80, 0xf80, 0xffc] {
        for (opcode, imm, distance) in [
            (0x1400_0000_u32, 0x1ff_ffff_u32, 0x7ff_fffc_i64),
            (0x9400_0000, 0x200_0000, -0x800_0000),
            (0x9400_0000, 0x10_0000, 0x40_0000),
            (0x1400_0000, 0x3f0_0000, -0x40_0000),
        ] {
            let pc = 0xffff_fe00_1000_0000 + place;
            let target = pc.wrapping_add(distance as u64);
            let mut code = vec![0; 0x2000];
            let at = usize::try_from(place).unwrap();
            code[at..at + 4].copy_from_slice(&(opcode | imm).to_le_bytes());
            let base = 0xffff_fe00_1000_0000;
            let found: Vec<u64> = Referrers::new(&code, base, target, target)
                .map(|found| found.pc)
                .collect();
            assert_eq!(found, [pc], "{opcode:#x} {imm:#x} at {place:#x}");
            let beside = Referrers::new(&code, base, target + 1, target + 3).count();
            assert_eq!(beside, 0, "{opcode:#x} {imm:#x} at {place:#x}");
        }
        // adrp x1, pages; ldr x0, [x1, #8]
        for pages in [-0x10_0000_i64, 0xf_ffff, 0x400, -0x400, 0x3ff, 0x401] {
            let base = 0xffff_fe00_1000_0000_u64;
            let imm = pages as u32 & 0x1f_ffff;
            let adrp = 0x9000_0001 | (imm & 3) << 29 | (imm >> 2) << 5;
            let mut code = vec![0; 0x2000];
            let at = usize::try_from(place).unwrap();
            code[at..at + 4].copy_from_slice(&adrp.to_le_bytes());
            code[at + 4..at + 8].copy_from_slice(&0xf940_0420_u32.to_le_bytes());
            let target = base.wrapping_add((pages as u64) << 12) + 8;
            let all: Vec<_> = Referrers::new(&code, base, target, target)
                .map(found)
                .collect();
            let expected = (
                base + place + 4,
                target,
                ReferenceKind::Load,
                Some(base + place),
            );
            assert_eq!(all, [expected], "{pages:#x} at {place:#x}");
        }
    }
}
