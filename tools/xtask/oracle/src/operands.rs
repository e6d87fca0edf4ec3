//! Operands of both decoders in one notation, so that they are compared by value and not by how
//! somebody spells them.
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

mod notation;
mod ours;
#[cfg_attr(not(feature = "bad64"), path = "operands/without.rs")]
mod theirs;

use crate::Text;
use crate::fault::Fault;
use notation::BASE;

pub use ours::ours;

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
