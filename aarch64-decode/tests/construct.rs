//! What a constructor writes decodes to the operands that it was given; what it refuses, no word could hold.

use aarch64_decode::construct::{self, Gpr, Width};
use aarch64_decode::{
    AddressMode, Condition, Flow, Instruction, Memory, MemoryOffset, Operand, Register,
    RegisterClass, decode,
};
use aarch64_decode::{EncodeError, EncodeErrorKind};
use proptest::prelude::*;

/// A register with the class that the decoder gives it where 31 is the zero register.
fn zero_class(width: Width) -> RegisterClass {
    match width {
        Width::W => RegisterClass::W,
        Width::X => RegisterClass::X,
    }
}

/// The same where 31 is the stack pointer.
fn sp_class(width: Width) -> RegisterClass {
    match width {
        Width::W => RegisterClass::Wsp,
        Width::X => RegisterClass::Xsp,
    }
}

fn any_register() -> impl Strategy<Value = Gpr> {
    (0_u8..=32)
        .prop_map(|number| Gpr::new(number).unwrap_or(if number == 31 { Gpr::ZR } else { Gpr::SP }))
}

fn width() -> impl Strategy<Value = Width> {
    prop_oneof![Just(Width::W), Just(Width::X)]
}

/// Distances around the limits of every field, aligned or not.
fn any_distance() -> impl Strategy<Value = i64> {
    let near = |bits: u32| (-9_i64..=9).prop_map(move |d| (1_i64 << bits) + d);
    let limit = prop_oneof![near(15), near(20), near(27), near(32), near(33)];
    prop_oneof![
        any::<i64>(),
        -0x10000_i64..0x10000,
        limit.clone(),
        limit.prop_map(|d| -d),
    ]
}

fn condition() -> impl Strategy<Value = Condition> {
    use Condition as C;
    prop::sample::select(vec![
        C::EQ,
        C::NE,
        C::HS,
        C::LO,
        C::MI,
        C::PL,
        C::VS,
        C::VC,
        C::HI,
        C::LS,
        C::GE,
        C::LT,
        C::GT,
        C::LE,
        C::AL,
        C::NV,
    ])
}

/// The register that an operand is, with its number.
fn register(operand: Option<Operand>) -> (RegisterClass, u8) {
    match operand {
        Some(Operand::Register(register)) => (register.class(), register.number()),
        other => panic!("no register: {other:?}"),
    }
}

fn base(memory: Memory) -> (RegisterClass, u8) {
    let base: Register = memory.base;
    (base.class(), base.number())
}

fn insn(word: u32, name: &str) -> Instruction {
    let insn = decode(word).expect("an instruction");
    assert_eq!(insn.encoding().name(), name, "{word:#010x}");
    insn
}

/// Whether a distance fits `bits` bits of units of `unit` bytes, said with division.
fn expected(distance: i64, unit: i64, bits: u32) -> Result<(), EncodeErrorKind> {
    let half = 1_i64 << (bits - 1);
    if distance % unit != 0 {
        Err(EncodeErrorKind::Misaligned)
    } else if distance / unit < -half || distance / unit >= half {
        Err(EncodeErrorKind::OutOfRange)
    } else {
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn branches(pc in any::<u64>(), distance in any_distance(), condition in condition()) {
        let target = pc.wrapping_add_signed(distance);
        for (word, name, flow) in [
            (construct::b(pc, target), "B_only_branch_imm", Flow::Branch(target)),
            (construct::bl(pc, target), "BL_only_branch_imm", Flow::Call(target)),
        ] {
            prop_assert_eq!(word.map(|_| ()).map_err(EncodeError::kind), expected(distance, 4, 26));
            if let Ok(word) = word {
                prop_assert_eq!(insn(word, name).flow(pc), flow);
            }
        }
        let word = construct::b_cond(condition, pc, target);
        prop_assert_eq!(word.map(|_| ()).map_err(EncodeError::kind), expected(distance, 4, 19));
        if let Ok(word) = word {
            let insn = insn(word, "B_only_condbranch");
            let operands: Vec<_> = insn.operands(pc).collect();
            prop_assert_eq!(
                operands,
                [Operand::Condition(condition), Operand::Address(target)]
            );
        }
    }

    #[test]
    fn compares_and_literals(
        pc in any::<u64>(), distance in any_distance(), rt in any_register(), width in width(),
    ) {
        let target = pc.wrapping_add_signed(distance);
        let fits = expected(distance, 4, 19);
        let wide = width == Width::X;
        for (word, name) in [
            (
                construct::cbz(width, rt, pc, target),
                if wide { "CBZ_64_compbranch" } else { "CBZ_32_compbranch" },
            ),
            (
                construct::cbnz(width, rt, pc, target),
                if wide { "CBNZ_64_compbranch" } else { "CBNZ_32_compbranch" },
            ),
            (
                construct::ldr_literal(width, rt, pc, target),
                if wide { "LDR_64_loadlit" } else { "LDR_32_loadlit" },
            ),
        ] {
            let wanted = fits.and(if rt == Gpr::SP { Err(EncodeErrorKind::BadRegister) } else { Ok(()) });
            prop_assert_eq!(word.map(|_| ()).map_err(EncodeError::kind), wanted);
            if let Ok(word) = word {
                let mut operands = insn(word, name).operands(pc);
                prop_assert_eq!(register(operands.next()), (zero_class(width), rt.number()));
                prop_assert_eq!(operands.next(), Some(Operand::Address(target)));
            }
        }
    }

    #[test]
    fn tests(
        pc in any::<u64>(), distance in any_distance(), rt in any_register(), bit in 0_u8..70,
    ) {
        let target = pc.wrapping_add_signed(distance);
        for (word, name) in [
            (construct::tbz(rt, bit, pc, target), "TBZ_only_testbranch"),
            (construct::tbnz(rt, bit, pc, target), "TBNZ_only_testbranch"),
        ] {
            let wanted = if bit > 63 { Err(EncodeErrorKind::OutOfRange) } else { expected(distance, 4, 14) };
            let wanted = wanted.and(if rt == Gpr::SP { Err(EncodeErrorKind::BadRegister) } else { Ok(()) });
            prop_assert_eq!(word.map(|_| ()).map_err(EncodeError::kind), wanted);
            if let Ok(word) = word {
                let width = if bit < 32 { Width::W } else { Width::X };
                let mut operands = insn(word, name).operands(pc);
                prop_assert_eq!(register(operands.next()), (zero_class(width), rt.number()));
                prop_assert_eq!(operands.next(), Some(Operand::Immediate(bit.into())));
                prop_assert_eq!(operands.next(), Some(Operand::Address(target)));
            }
        }
    }

    #[test]
    fn addresses(pc in any::<u64>(), distance in any_distance(), rd in any_register()) {
        let target = pc.wrapping_add_signed(distance);
        let page = target & !0xfff;
        let pages = i64::from_ne_bytes(page.wrapping_sub(pc & !0xfff).to_ne_bytes());
        let rest = if rd == Gpr::SP { Err(EncodeErrorKind::BadRegister) } else { Ok(()) };
        for (word, name, wanted, address) in [
            (construct::adr(rd, pc, target), "ADR_only_pcreladdr", expected(distance, 1, 21), target),
            (construct::adrp(rd, pc, target), "ADRP_only_pcreladdr", expected(pages, 4096, 21), page),
        ] {
            prop_assert_eq!(word.map(|_| ()).map_err(EncodeError::kind), wanted.and(rest));
            if let Ok(word) = word {
                let mut operands = insn(word, name).operands(pc);
                prop_assert_eq!(register(operands.next()), (RegisterClass::X, rd.number()));
                prop_assert_eq!(operands.next(), Some(Operand::Address(address)));
            }
        }
    }

    #[test]
    fn sums(
        rd in any_register(), rn in any_register(), width in width(),
        value in prop_oneof![0_u32..0x2000, (0_u32..0x2000).prop_map(|v| v << 12), any::<u32>()],
    ) {
        let wide = width == Width::X;
        for (word, name) in [
            (
                construct::add_immediate(width, rd, rn, value),
                if wide { "ADD_64_addsub_imm" } else { "ADD_32_addsub_imm" },
            ),
            (
                construct::sub_immediate(width, rd, rn, value),
                if wide { "SUB_64_addsub_imm" } else { "SUB_32_addsub_imm" },
            ),
        ] {
            let fits = value < 4096 || (value % 4096 == 0 && value / 4096 < 4096);
            prop_assert_eq!(word.is_ok(), fits && rd != Gpr::ZR && rn != Gpr::ZR);
            if let Ok(word) = word {
                let mut operands = insn(word, name).operands(0);
                prop_assert_eq!(register(operands.next()), (sp_class(width), rd.number()));
                prop_assert_eq!(register(operands.next()), (sp_class(width), rn.number()));
                let shown = match operands.next() {
                    Some(Operand::Immediate(value)) => value,
                    Some(Operand::ShiftedImmediate { value, amount, .. }) => i64::from(value) << amount,
                    other => panic!("no immediate: {other:?}"),
                };
                prop_assert_eq!(shown, i64::from(value));
            }
        }
    }

    #[test]
    fn loads_and_stores(
        rt in any_register(), rn in any_register(), width in width(),
        offset in prop_oneof![0_u32..0x9000, (0_u32..0x1100).prop_map(|v| v * 8), any::<u32>()],
    ) {
        let wide = width == Width::X;
        let size = u32::from(width.bits() / 8);
        for (word, name) in [
            (
                construct::ldr_immediate(width, rt, rn, offset),
                if wide { "LDR_64_ldst_pos" } else { "LDR_32_ldst_pos" },
            ),
            (
                construct::str_immediate(width, rt, rn, offset),
                if wide { "STR_64_ldst_pos" } else { "STR_32_ldst_pos" },
            ),
        ] {
            let fits = offset % size == 0 && offset / size < 4096;
            prop_assert_eq!(word.is_ok(), fits && rt != Gpr::SP && rn != Gpr::ZR);
            if let Ok(word) = word {
                let mut operands = insn(word, name).operands(0);
                prop_assert_eq!(register(operands.next()), (zero_class(width), rt.number()));
                let Some(Operand::Memory(memory)) = operands.next() else {
                    panic!("no memory operand");
                };
                prop_assert_eq!(base(memory), (RegisterClass::Xsp, rn.number()));
                prop_assert_eq!(memory.mode, AddressMode::Offset);
                let shown = match memory.offset {
                    MemoryOffset::Immediate(bytes) => bytes,
                    MemoryOffset::None => 0,
                    other => panic!("no immediate: {other:?}"),
                };
                prop_assert_eq!(u32::try_from(shown), Ok(offset));
            }
        }
    }

    #[test]
    fn moves(rd in any_register(), width in width(), value in any::<u16>(), shift in 0_u8..80) {
        let fits = shift % 16 == 0 && shift < width.bits();
        let wide = width == Width::X;
        for (word, name) in [
            (construct::movz(width, rd, value, shift), if wide { "MOVZ_64_movewide" } else { "MOVZ_32_movewide" }),
            (construct::movn(width, rd, value, shift), if wide { "MOVN_64_movewide" } else { "MOVN_32_movewide" }),
            (construct::movk(width, rd, value, shift), if wide { "MOVK_64_movewide" } else { "MOVK_32_movewide" }),
        ] {
            prop_assert_eq!(word.is_ok(), fits && rd != Gpr::SP);
            if let Ok(word) = word {
                let mut operands = insn(word, name).operands(0);
                prop_assert_eq!(register(operands.next()), (zero_class(width), rd.number()));
                let shown = match operands.next() {
                    Some(Operand::Immediate(value)) => (value, 0),
                    Some(Operand::ShiftedImmediate { value, amount, .. }) => (value.into(), amount),
                    other => panic!("no immediate: {other:?}"),
                };
                prop_assert_eq!(shown, (value.into(), shift));
            }
        }
    }

    /// Runs the words on a register of this test's own.
    #[test]
    fn constants(
        number in 0_u8..=30,
        quarters in prop::array::uniform4(prop_oneof![Just(0_u16), Just(0xffff), any::<u16>()]),
    ) {
        let value = quarters.iter().fold(0, |value, quarter| value << 16 | u64::from(*quarter));
        let rd = Gpr::new(number).unwrap();
        let moves = construct::mov_wide(rd, value).unwrap();
        let (all, count) = moves.words();
        prop_assert_eq!(moves.len(), count);
        prop_assert_eq!(moves.clone().collect::<Vec<_>>(), &all[..count]);
        let zeros = quarters.iter().filter(|quarter| **quarter == 0).count();
        let ones = quarters.iter().filter(|quarter| **quarter == 0xffff).count();
        prop_assert_eq!(count, (4 - zeros.max(ones)).max(1));
        let mut register = 0x0123_4567_89ab_cdef_u64;
        for word in moves {
            let insn = decode(word).unwrap();
            let mut operands = insn.operands(0);
            let rd = operands.next();
            prop_assert_eq!(self::register(rd), (RegisterClass::X, number));
            let (part, shift) = match operands.next() {
                Some(Operand::Immediate(value)) => (u64::try_from(value).unwrap(), 0),
                Some(Operand::ShiftedImmediate { value, amount, .. }) => (value.into(), amount),
                other => panic!("no immediate: {other:?}"),
            };
            register = match insn.mnemonic().as_str() {
                "movz" => part << shift,
                "movn" => !(part << shift),
                "movk" => register & !(0xffff << shift) | part << shift,
                other => panic!("{other}"),
            };
        }
        prop_assert_eq!(register, value);
    }

    #[test]
    fn exceptions(value in any::<u16>()) {
        for (word, name) in [
            (construct::svc(value), "SVC_EX_exception"),
            (construct::hvc(value), "HVC_EX_exception"),
            (construct::smc(value), "SMC_EX_exception"),
            (construct::brk(value), "BRK_EX_exception"),
            (construct::hlt(value), "HLT_EX_exception"),
        ] {
            let operands: Vec<_> = insn(word, name).operands(0).collect();
            prop_assert_eq!(operands, [Operand::Immediate(value.into())]);
        }
    }

    #[test]
    fn registers(rn in any_register()) {
        for (word, name) in [
            (construct::br(rn), "BR_64_branch_reg"),
            (construct::blr(rn), "BLR_64_branch_reg"),
            (construct::ret(rn), "RET_64R_branch_reg"),
        ] {
            prop_assert_eq!(word.is_ok(), rn != Gpr::SP);
            if let Ok(word) = word {
                let mut operands = insn(word, name).operands(0);
                prop_assert_eq!(register(operands.next()), (RegisterClass::X, rn.number()));
            }
        }
    }

    #[test]
    fn system_registers(number in any::<u16>(), rt in any_register()) {
        let fits = number >> 14 >= 2 && rt != Gpr::SP;
        let (write, read) = (construct::msr(number, rt), construct::mrs(rt, number));
        prop_assert_eq!(write.is_ok(), fits);
        prop_assert_eq!(read.is_ok(), fits);
        if let (Ok(write), Ok(read)) = (write, read) {
            let write: Vec<_> = insn(write, "MSR_SR_systemmove").operands(0).collect();
            let read: Vec<_> = insn(read, "MRS_RS_systemmove").operands(0).collect();
            prop_assert_eq!(register(write.get(1).copied()), (RegisterClass::X, rt.number()));
            prop_assert_eq!(register(read.first().copied()), (RegisterClass::X, rt.number()));
            for name in [write[0], read[1]] {
                let Operand::Name(name) = name else { panic!("no name: {name:?}") };
                prop_assert_eq!(name.value(), number);
            }
        }
    }
}

#[test]
fn barriers_and_nop() {
    insn(construct::nop(), "NOP_HI_hints");
    insn(construct::isb(), "ISB_BI_barriers");
    for option in 0..=u8::MAX {
        for word in [construct::dsb(option), construct::dmb(option)] {
            assert_eq!(word.is_ok(), option < 16);
            if let Ok(word) = word {
                let mut operands = decode(word).unwrap().operands(0);
                let Some(Operand::Name(name)) = operands.next() else {
                    panic!("{word:#x}");
                };
                assert_eq!(name.value(), u16::from(option));
            }
        }
    }
    assert_eq!(Gpr::new(30), Some(Gpr::LR));
    assert_eq!(Gpr::new(31), None);
}
