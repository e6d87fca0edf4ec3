//! A64: what a word is, its text.

use core::ffi::c_char;

use aarch64_decode::{Flow, NoSymbols, Syntax, TextBuffer, TextOptions, decode};

use crate::error::{Failure, finish, kc_error, kc_status};
use crate::memory::bytes_mut;

/// Syntaxes for [`kc_a64_format`]: LLVM's.
pub const KC_SYNTAX_LLVM: u32 = 0;
/// GNU binutils'.
pub const KC_SYNTAX_GNU: u32 = 1;
/// Apple's otool's.
pub const KC_SYNTAX_APPLE: u32 = 2;

/// Bytes that hold any line of [`kc_a64_format`], its NUL included.
pub const KC_TEXT_SIZE: usize = 264;

/// What an instruction does to the flow of control, in [`kc_instruction`]`.flow`: on to the next
/// one.
pub const KC_FLOW_NEXT: u32 = 0;
/// To `target`.
pub const KC_FLOW_BRANCH: u32 = 1;
/// To `target` or to the next instruction.
pub const KC_FLOW_CONDITIONAL: u32 = 2;
/// A call of `target`.
pub const KC_FLOW_CALL: u32 = 3;
/// Back to the caller.
pub const KC_FLOW_RETURN: u32 = 4;
/// To an address in a register.
pub const KC_FLOW_INDIRECT: u32 = 5;
/// A call of an address in a register.
pub const KC_FLOW_INDIRECT_CALL: u32 = 6;
/// An exception that does not return behind it: a breakpoint, a halt, an undefined instruction.
pub const KC_FLOW_EXCEPTION: u32 = 7;
/// An exception if a condition holds, else on to the next one.
pub const KC_FLOW_CONDITIONAL_EXCEPTION: u32 = 8;
/// An exception that returns to the next one: a call of a system, a hypervisor, firmware.
pub const KC_FLOW_SYSTEM_CALL: u32 = 9;
/// Back from an exception.
pub const KC_FLOW_EXCEPTION_RETURN: u32 = 10;

/// One instruction.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct kc_instruction {
    /// The word.
    pub word: u32,
    /// `KC_FLOW_*`.
    pub flow: u32,
    /// Where it goes, in bytes, where `flow` says `target`; else 0.
    pub target: u64,
    /// Arm's name of the encoding, without a NUL: static memory.
    pub encoding: *const u8,
    /// Bytes of it.
    pub encoding_len: usize,
    /// Whether the architecture makes it CONSTRAINED UNPREDICTABLE.
    pub unpredictable: bool,
}

fn describe(word: u32, pc: u64) -> Result<kc_instruction, Failure> {
    let insn = decode(word).map_err(|_| Failure::Word(word))?;
    let (flow, target) = match insn.flow(pc) {
        Flow::Branch(target) => (KC_FLOW_BRANCH, target),
        Flow::Conditional(target) => (KC_FLOW_CONDITIONAL, target),
        Flow::Call(target) => (KC_FLOW_CALL, target),
        Flow::Return => (KC_FLOW_RETURN, 0),
        Flow::Indirect => (KC_FLOW_INDIRECT, 0),
        Flow::IndirectCall => (KC_FLOW_INDIRECT_CALL, 0),
        Flow::Exception => (KC_FLOW_EXCEPTION, 0),
        Flow::ConditionalException => (KC_FLOW_CONDITIONAL_EXCEPTION, 0),
        Flow::SystemCall => (KC_FLOW_SYSTEM_CALL, 0),
        Flow::ExceptionReturn => (KC_FLOW_EXCEPTION_RETURN, 0),
        _ => (KC_FLOW_NEXT, 0),
    };
    let name = insn.encoding().name();
    Ok(kc_instruction {
        word,
        flow,
        target,
        encoding: name.as_ptr(),
        encoding_len: name.len(),
        unpredictable: insn.is_unpredictable(),
    })
}

fn format(word: u32, pc: u64, syntax: u32, out: &mut [u8]) -> Result<usize, Failure> {
    let syntax = match syntax {
        KC_SYNTAX_LLVM => Syntax::Llvm,
        KC_SYNTAX_GNU => Syntax::Gnu,
        KC_SYNTAX_APPLE => Syntax::Apple,
        _ => return Err(Failure::argument("unknown syntax")),
    };
    let insn = decode(word).map_err(|_| Failure::Word(word))?;
    let mut text = TextBuffer::new();
    insn.write(pc, syntax, TextOptions::default(), &NoSymbols, &mut text);
    let line = text.as_bytes();
    // One more, for the NUL.
    if out.len() <= line.len() {
        let what = "the text does not fit the buffer";
        return Err(Failure::Other(kc_status::KC_BUFFER_TOO_SMALL, what));
    }
    for (to, from) in out.iter_mut().zip(line.iter().chain(&[0])) {
        *to = *from;
    }
    Ok(line.len())
}

/// Says what a word is. `pc` is the address of the instruction in bytes.
///
/// # Safety
/// The contract of every pointer, at the top of this header. `error` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kc_a64_decode(
    word: u32,
    pc: u64,
    instruction: *mut kc_instruction,
    error: *mut kc_error,
) -> kc_status {
    // SAFETY: the caller's promise.
    unsafe { finish(describe(word, pc), instruction, error) }
}

/// Writes the line of an instruction, and a NUL; `*written` becomes its length without the NUL.
/// `KC_TEXT_SIZE` bytes hold any line.
///
/// # Safety
/// The contract of every pointer, at the top of this header. `written` and `error` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kc_a64_format(
    word: u32,
    pc: u64,
    syntax: u32,
    text: *mut c_char,
    capacity: usize,
    written: *mut usize,
    error: *mut kc_error,
) -> kc_status {
    // SAFETY: the caller's promise.
    unsafe {
        let outcome = format(word, pc, syntax, bytes_mut(text.cast(), capacity));
        finish(outcome, written, error)
    }
}
