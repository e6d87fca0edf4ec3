//! LLVM's assembler makes the same words of the same instructions.

#[path = "support/llvm_mc.rs"]
mod llvm_mc;

use aarch64_decode::EncodeError;
use aarch64_decode::construct::{self, Gpr, Width};
use aarch64_decode::{Condition, decode};
use llvm_mc::assemble;

fn name(width: Width, register: Gpr) -> String {
    let x = width == Width::X;
    match register {
        Gpr::ZR => if x { "xzr" } else { "wzr" }.to_owned(),
        Gpr::SP => if x { "sp" } else { "wsp" }.to_owned(),
        _ => format!("{}{}", if x { 'x' } else { 'w' }, register.number()),
    }
}

/// Lines with the word that the constructor makes.
#[derive(Default)]
struct Lines {
    text: String,
    words: Vec<u32>,
}

impl Lines {
    fn add(&mut self, word: Result<u32, EncodeError>, text: &str) {
        self.words
            .push(word.unwrap_or_else(|error| panic!("{text}: {error}")));
        self.text.push_str(text);
        self.text.push('\n');
    }
}

const PC: u64 = 0xffff_fe00_0700_4ffc;

fn branches(lines: &mut Lines) {
    let at = |distance: i64| PC.wrapping_add_signed(distance);
    for d in [0, 4, -4, 0x7ff_fffc, -0x800_0000] {
        lines.add(construct::b(PC, at(d)), &format!("b #{d}"));
        lines.add(construct::bl(PC, at(d)), &format!("bl #{d}"));
    }
    for d in [0, 8, -8, 0xf_fffc, -0x10_0000] {
        use Condition as C;
        let conditions = [
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
        ];
        for condition in conditions {
            let text = format!("b.{} #{d}", condition.name());
            lines.add(construct::b_cond(condition, PC, at(d)), &text);
        }
        for width in [Width::W, Width::X] {
            for rt in [Gpr::X0, Gpr::X21, Gpr::ZR] {
                let r = name(width, rt);
                lines.add(
                    construct::cbz(width, rt, PC, at(d)),
                    &format!("cbz {r}, #{d}"),
                );
                lines.add(
                    construct::cbnz(width, rt, PC, at(d)),
                    &format!("cbnz {r}, #{d}"),
                );
                lines.add(
                    construct::ldr_literal(width, rt, PC, at(d)),
                    &format!("ldr {r}, #{d}"),
                );
            }
        }
    }
    for bit in 0..64 {
        let d = i64::from(bit) * 512 - 0x8000;
        let r = name(if bit < 32 { Width::W } else { Width::X }, Gpr::X9);
        lines.add(
            construct::tbz(Gpr::X9, bit, PC, at(d)),
            &format!("tbz {r}, #{bit}, #{d}"),
        );
        lines.add(
            construct::tbnz(Gpr::X9, bit, PC, at(d)),
            &format!("tbnz {r}, #{bit}, #{d}"),
        );
    }
    for d in [0, 1, -1, 0xf_ffff, -0x10_0000] {
        lines.add(
            construct::adr(Gpr::X30, PC, at(d)),
            &format!("adr x30, #{d}"),
        );
        let pages = at(d << 12) & 0xfff;
        let target = at(d << 12) - pages + 0x123;
        lines.add(
            construct::adrp(Gpr::X1, PC, target),
            &format!("adrp x1, #{}", d << 12),
        );
    }
    for rn in [Gpr::X0, Gpr::X16, Gpr::LR, Gpr::ZR] {
        let r = name(Width::X, rn);
        lines.add(construct::br(rn), &format!("br {r}"));
        lines.add(construct::blr(rn), &format!("blr {r}"));
        lines.add(construct::ret(rn), &format!("ret {r}"));
    }
}

fn data(lines: &mut Lines) {
    for width in [Width::W, Width::X] {
        for (rd, rn) in [(Gpr::X0, Gpr::X30), (Gpr::SP, Gpr::X29), (Gpr::X7, Gpr::SP)] {
            let r = format!("{}, {}", name(width, rd), name(width, rn));
            for value in [0_u32, 1, 0xfff, 0x1000, 0xff_f000] {
                // LLVM shifts a value that needs it by itself.
                let word = construct::add_immediate(width, rd, rn, value);
                lines.add(word, &format!("add {r}, #{value}"));
                let word = construct::sub_immediate(width, rd, rn, value);
                lines.add(word, &format!("sub {r}, #{value}"));
            }
        }
        let size = u32::from(width.bits() / 8);
        for (rt, rn) in [(Gpr::X0, Gpr::X30), (Gpr::ZR, Gpr::X29), (Gpr::X7, Gpr::SP)] {
            for offset in [0, size, 4095 * size] {
                let r = format!("{}, [{}, #{offset}]", name(width, rt), name(Width::X, rn));
                lines.add(
                    construct::ldr_immediate(width, rt, rn, offset),
                    &format!("ldr {r}"),
                );
                lines.add(
                    construct::str_immediate(width, rt, rn, offset),
                    &format!("str {r}"),
                );
            }
        }
        for shift in (0..width.bits()).step_by(16) {
            for rd in [Gpr::X0, Gpr::X30, Gpr::ZR] {
                let r = format!("{}, #{}, lsl #{shift}", name(width, rd), 0x89ab);
                lines.add(
                    construct::movz(width, rd, 0x89ab, shift),
                    &format!("movz {r}"),
                );
                lines.add(
                    construct::movn(width, rd, 0x89ab, shift),
                    &format!("movn {r}"),
                );
                lines.add(
                    construct::movk(width, rd, 0x89ab, shift),
                    &format!("movk {r}"),
                );
            }
        }
    }
}

fn system(lines: &mut Lines) {
    lines.add(Ok(construct::nop()), "nop");
    lines.add(Ok(construct::isb()), "isb");
    for option in 0..16 {
        lines.add(construct::dsb(option), &format!("dsb #{option}"));
        lines.add(construct::dmb(option), &format!("dmb #{option}"));
    }
    for value in [0, 1, 0xc0de, 0xffff] {
        lines.add(Ok(construct::svc(value)), &format!("svc #{value}"));
        lines.add(Ok(construct::hvc(value)), &format!("hvc #{value}"));
        lines.add(Ok(construct::smc(value)), &format!("smc #{value}"));
        lines.add(Ok(construct::brk(value)), &format!("brk #{value}"));
        lines.add(Ok(construct::hlt(value)), &format!("hlt #{value}"));
    }
    for number in [0x8000_u16, 0x8084, 0xbfff, 0xc080, 0xf7a5, 0xffff] {
        let register = format!(
            "S{}_{}_C{}_C{}_{}",
            number >> 14,
            number >> 11 & 7,
            number >> 7 & 15,
            number >> 3 & 15,
            number & 7
        );
        lines.add(
            construct::msr(number, Gpr::ZR),
            &format!("msr {register}, xzr"),
        );
        lines.add(
            construct::mrs(Gpr::X3, number),
            &format!("mrs x3, {register}"),
        );
    }
}

#[test]
fn llvm_makes_the_same_words() {
    let mut lines = Lines::default();
    branches(&mut lines);
    data(&mut lines);
    system(&mut lines);
    let theirs = assemble(&lines.text);
    assert_eq!(theirs.len(), lines.words.len());
    for ((text, own), word) in lines.text.lines().zip(&lines.words).zip(&theirs) {
        assert_eq!(own, word, "{text}: ours {own:#010x}, llvm-mc {word:#010x}");
        assert!(decode(*own).is_ok(), "{text}");
    }
}
