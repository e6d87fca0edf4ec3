//! Pointers that are authenticated must be signed first: with FEAT_FPAC a wrong signature is an
//! exception. QEMU's keys are those of its seed, so one process signs what another authenticates.

use aarch64_decode::Instruction;

use super::machine::{Case, Machine, Processor, place};
use crate::fault::Fault;

/// The word that signs what an instruction authenticates, and the register that has it (Arm ARM
/// C6.2: AUTIA and PACIA differ in one bit, as do their hints; of branches and loads the key is bit
/// 10 or 23).
fn signer(instruction: Instruction) -> Option<(u32, usize)> {
    const PACIA: u32 = 0xdac1_0000;
    const PACIZA: u32 = 0xdac1_23e0;
    const PACDZA: u32 = 0xdac1_2be0;
    const KEY_B: u32 = 0x400;
    let word = instruction.word();
    let name = instruction.mnemonic().as_str();
    let (low, next) = (word & 31, word >> 5 & 31);
    let key = if word & KEY_B != 0 { KEY_B } else { 0 };
    let (signer, register) = match name {
        "autia1716" | "autib1716" => (word & !0x80, 17),
        "autiaz" | "autibz" | "autiasp" | "autibsp" => (word & !0x80, 30),
        "autia" | "autib" | "autda" | "autdb" | "autiza" | "autizb" | "autdza" | "autdzb" => {
            (word & !0x1000, low)
        }
        "retaa" => (0xd503_233f, 30),
        "retab" => (0xd503_237f, 30),
        "braa" | "brab" | "blraa" | "blrab" => (PACIA | key | low << 5 | next, next),
        "braaz" | "brabz" | "blraaz" | "blrabz" => (PACIZA | key | next, next),
        "ldraa" => (PACDZA | next, next),
        "ldrab" => (PACDZA | KEY_B | next, next),
        _ => return None,
    };
    let register = register as usize;
    // The stack pointer and the zero register are not signed.
    (register < 31).then_some((signer, register))
}

/// Signs the pointers of cases, each of which is of one of `instructions`.
///
/// # Errors
/// When QEMU cannot be run.
pub(super) fn sign(
    machine: &Machine,
    processor: Processor,
    cases: &mut [(Instruction, &mut Case)],
) -> Result<(), Fault> {
    let (mut words, mut signing, mut signed) = (Vec::new(), Vec::new(), Vec::new());
    for (instruction, case) in cases {
        let Some((word, register)) = signer(*instruction) else {
            continue;
        };
        let pc = place(words.len());
        words.push((pc, word));
        signing.push(Case {
            pc,
            ..(*case).clone()
        });
        signed.push((register, case));
    }
    if words.is_empty() {
        return Ok(());
    }
    let answers = machine.run(processor, &words, &signing)?;
    for (answer, (register, case)) in answers.iter().zip(signed) {
        if answer.signal == 0 {
            case.state.general[register] = answer.state.general[register];
        }
    }
    Ok(())
}
