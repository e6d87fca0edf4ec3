//! Every constructor with any arguments: the word that it makes decodes to what was asked for.
#![no_main]

use aarch64_decode::construct::{self, Gpr, Width};
use aarch64_decode::{Condition, Flow, Instruction, Operand, Register, decode};
use libfuzzer_sys::fuzz_target;

/// One call takes this many bytes of the input.
const CALL: usize = 24;

fn insn(word: u32) -> Instruction {
    decode(word).unwrap_or_else(|error| panic!("{word:08x}: {error:?}"))
}

/// The addresses that an instruction names.
fn address(word: u32, pc: u64) -> Option<u64> {
    insn(word).operands(pc).find_map(|operand| match operand {
        Operand::Address(address) => Some(address),
        _ => None,
    })
}

/// The numbers of the registers that an instruction names, in their order.
fn registers(word: u32) -> Vec<u8> {
    let number = |register: Register| register.number();
    insn(word)
        .operands(0)
        .filter_map(|operand| match operand {
            Operand::Register(register) => Some(number(register)),
            Operand::Memory(memory) => Some(number(memory.base)),
            _ => None,
        })
        .collect()
}

/// What a register holds after moves of constants (Arm ARM C6.2, MOVZ, MOVN, MOVK).
fn moved(words: impl Iterator<Item = u32>) -> u64 {
    words.fold(0, |old, word| {
        let shift = (word >> 21 & 3) * 16;
        let part = u64::from(word >> 5 & 0xffff) << shift;
        match word >> 29 & 3 {
            0 => !part,
            2 => part,
            _ => old & !(0xffff << shift) | part,
        }
    })
}

fuzz_target!(|data: &[u8]| {
    for call in data.chunks_exact(CALL) {
        let [which, first, second, small, ..] = *call else {
            return;
        };
        let number = |at: usize| u64::from_le_bytes(call[at..at + 8].try_into().expect("8 bytes"));
        let (pc, target) = (number(8), number(16));
        // Targets nearby, too: others are refused.
        let target = if small & 1 == 0 {
            target
        } else {
            pc.wrapping_add(target >> (target & 63))
        };
        let (Some(rd), Some(rn)) = (Gpr::new(first & 31), Gpr::new(second & 31)) else {
            continue;
        };
        assert_eq!(rd.number(), first & 31);
        let rd = if first & 0x40 == 0 { rd } else { Gpr::SP };
        let rn = if second & 0x40 == 0 { rn } else { Gpr::SP };
        let width = if second & 0x80 == 0 {
            Width::W
        } else {
            Width::X
        };
        assert_eq!(width.bits(), if second & 0x80 == 0 { 32 } else { 64 });
        let value = pc as u32 >> (small & 31);
        let (bit, half) = (small & 127, pc as u16);
        let branches = [
            (construct::b(pc, target), Flow::Branch(target)),
            (construct::bl(pc, target), Flow::Call(target)),
            (
                construct::cbz(width, rd, pc, target),
                Flow::Conditional(target),
            ),
            (
                construct::cbnz(width, rd, pc, target),
                Flow::Conditional(target),
            ),
            (
                construct::tbz(rd, bit, pc, target),
                Flow::Conditional(target),
            ),
            (
                construct::tbnz(rd, bit, pc, target),
                Flow::Conditional(target),
            ),
            (
                construct::b_cond(Condition::NE, pc, target),
                Flow::Conditional(target),
            ),
        ];
        for (word, flow) in branches {
            if let Ok(word) = word {
                assert_eq!(insn(word).flow(pc), flow, "{word:08x}");
            }
        }
        let addresses = [
            (construct::adr(rd, pc, target), target),
            (construct::adrp(rd, pc, target), target & !0xfff),
            (construct::ldr_literal(width, rd, pc, target), target),
        ];
        for (word, wanted) in addresses {
            if let Ok(word) = word {
                assert_eq!(address(word, pc), Some(wanted), "{word:08x}");
            }
        }
        for word in [
            construct::add_immediate(width, rd, rn, value),
            construct::sub_immediate(width, rd, rn, value),
        ]
        .into_iter()
        .flatten()
        {
            assert_eq!(registers(word), [rd.number(), rn.number()], "{word:08x}");
            let shift = if word >> 22 & 1 == 0 { 0 } else { 12 };
            assert_eq!((word >> 10 & 0xfff) << shift, value, "{word:08x}");
        }
        for (word, loads) in [
            (construct::ldr_immediate(width, rd, rn, value), true),
            (construct::str_immediate(width, rd, rn, value), false),
        ] {
            let Ok(word) = word else { continue };
            let access = insn(word).memory_access().expect("it accesses memory");
            assert_eq!(access.kind.reads(), loads, "{word:08x}");
            let at = insn(word).effective_address(pc, |_| pc);
            assert_eq!(at, Some(pc.wrapping_add(u64::from(value))), "{word:08x}");
        }
        let words = [
            construct::svc(half),
            construct::hvc(half),
            construct::smc(half),
            construct::brk(half),
            construct::hlt(half),
        ];
        for word in words {
            assert_eq!(
                insn(word).operands(0).next(),
                Some(Operand::Immediate(half.into()))
            );
        }
        for word in [construct::br(rd), construct::blr(rd), construct::ret(rd)]
            .into_iter()
            .flatten()
        {
            assert_eq!(registers(word), [rd.number()], "{word:08x}");
        }
        let system = [construct::msr(half, rd), construct::mrs(rd, half)];
        for word in system.into_iter().flatten() {
            let name = insn(word).operands(0).find_map(|operand| match operand {
                Operand::Name(name) => Some(name.value()),
                _ => None,
            });
            assert_eq!(name, Some(half), "{word:08x}");
        }
        let barriers = [construct::dsb(which), construct::dmb(which)];
        for word in barriers.into_iter().flatten() {
            assert_eq!(word >> 8 & 15, u32::from(which), "{word:08x}");
        }
        for word in [construct::nop(), construct::isb()] {
            assert_eq!(insn(word).flow(pc), Flow::Next);
        }
        for word in [
            construct::movz(width, rd, half, bit),
            construct::movn(width, rd, half, bit),
            construct::movk(width, rd, half, bit),
        ]
        .into_iter()
        .flatten()
        {
            assert_eq!(registers(word), [rd.number()], "{word:08x}");
        }
        if let Ok(moves) = construct::mov_wide(rd, target) {
            let (words, len) = moves.words();
            assert!(moves.clone().eq(words[..len].iter().copied()));
            assert!((1..=4).contains(&len));
            assert_eq!(moved(moves), target);
        }
    }
});
