//! Operands of both decoders in one notation, so that they are compared by value and not by how somebody spells them.
//!
//! | operand | notation |
//! |---|---|
//! | register, with arrangement, lane, predication | `x0`, `v1.4s`, `v1.s[2]`, `p0/m` |
//! | register shifted or extended (not by nothing) | `x1 lsl 3`, `w1 uxtw 2` |
//! | immediate | `#-16`; shifted `#1 lsl 12`; a float by its value: `#0.5` |
//! | address | `@fffffe0007004000` |
//! | memory | `[x0 + 16]`, `[x0 + 16]!`, `[x0] + 16`, `[x0 + w1 uxtw 2]`, `[x0 + 1 vl]` |
//! | list | `{v0.16b v1.16b}[3]` |
//! | condition | `eq`; `hs` and `lo` for `cs` and `cc` |
//! | system register, name | in small letters; by its numbers (`s3_0_c15_c2_0`) where it has no name |

mod ours;
#[cfg_attr(not(feature = "bad64"), path = "operands/without.rs")]
mod theirs;

use crate::Text;
use crate::fault::Fault;

pub use ours::ours;

/// The address of the first word: high, as a kernel's, so that all bits of a target count.
const BASE: u64 = 0xffff_fe00_0700_4000;

/// The other decoder: a word and its address to the notation.
type Decode = fn(u32, u64) -> Text;

/// A system register: its numbers, and if both decoders have a name for it, that of one.
fn system(value: u32, name: fn(u32) -> Option<String>) -> String {
    let [op0, op1, crn, crm, op2] = [
        value >> 14,
        value >> 11 & 7,
        value >> 7 & 15,
        value >> 3 & 15,
        value & 7,
    ];
    // MRS X0: bits 20 to 5 are the register.
    let mrs = 0xd520_0000 | value << 5;
    let numbers = format!("s{op0}_{op1}_c{crn}_c{crm}_{op2}");
    // Who names implementation-defined registers names them as he likes.
    if matches!(crn, 11 | 15) {
        return numbers;
    }
    match (ours::system_name(mrs), theirs::system_name(mrs)) {
        (Some(_), Some(_)) => format!("{numbers}:{}", name(mrs).unwrap_or_default()),
        _ => numbers,
    }
}

/// What bad64 makes of `words`, word `i` at `BASE + 4 * i`.
///
/// # Errors
/// When this oracle is built without it.
pub fn theirs(words: &[u32]) -> Result<Vec<Text>, Fault> {
    let one = theirs::decoder()?;
    Ok(words
        .iter()
        .zip((BASE..).step_by(4))
        .map(|(&word, pc)| one(word, pc))
        .collect())
}
