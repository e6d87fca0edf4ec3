//! Patterns from text with wildcards.

use super::error::{AsmError, AsmErrorKind};
use super::item::Item;
use super::line::{Furthest, Line};
use super::spellings;
use crate::pattern::{Pattern, Patterns};

/// The patterns of one line of text in LLVM's syntax with wildcards, one for each encoding that the
/// line leaves open, in `buffer`; how many they are.
///
/// `_` stands for any operand, or inside of a memory operand for any base or any offset; `#_` for
/// any immediate. Inside of an operand `#_` is any amount (`lsl #_`) or any number that is shifted
/// (`#_, lsl #16`), `x_`, `v_.4s` and the like any register of that sort, also in a list, `[_]`
/// any lane; `b._` is a branch on any condition. A wildcard frees exactly the bits of what it
/// stands for; what other operands say stays (the size of vectors' elements), and so does what an
/// alias says: `cmp x0, #_` has xzr as its destination. A line without a wildcard is the word that
/// [`assemble`](crate::assemble) makes. Addresses are relative to `pc`.
///
/// A wildcard may leave more than one encoding open: `ldr x0, [x1, _]` is the load with an
/// immediate and the one with a register. Each has a pattern then. Aliases count only where no
/// encoding of that name fits: `mrs x0, _` is MRS. Special cases with an encoding of their own are
/// matched too, as [`Pattern::encoding`] says.
///
/// # Errors
/// As [`assemble`](crate::assemble); [`AsmErrorKind::BufferTooSmall`] if there are more patterns
/// than the buffer holds (an empty one asks how many; fewer may come, since patterns without room
/// are not compared);
/// [`EncodeErrorKind::OperandMismatch`](crate::EncodeErrorKind::OperandMismatch) where a wildcard
/// has no bits of its own: in `lsl x0, x1, #_` two fields hold the amount.
pub fn patterns(pc: u64, line: &str, buffer: &mut [Pattern]) -> Result<usize, AsmError> {
    let line = Line::new(line.as_bytes())?;
    let mut found = Found {
        buffer,
        len: 0,
        lacking: 0,
    };
    if !line.items.as_slice().iter().any(Item::is_open) {
        found.push(Pattern::word(line.assemble(pc)?));
        return found.finish(line.start);
    }
    let mut furthest = Furthest::NONE;
    // Those that are shown so, and only if there are none, those that mean the same; of each an
    // encoding's own spelling before aliases.
    for (shown, own) in [(true, true), (true, false), (false, true), (false, false)] {
        spellings::each(line.mnemonic, |spelling| {
            if spelling.is_own() != own {
                return false;
            }
            let solved = line.solve(&spelling, pc, &mut furthest);
            let wanted =
                solved.filter(|solved| solved.shown || !shown && spelling.holds(solved.word));
            if let Some(solved) = wanted {
                found.push(Pattern::new(solved.fields.known(), solved.fields.word()));
            }
            false
        });
        if !found.is_empty() {
            return found.finish(line.start);
        }
    }
    Err(line.fault(&furthest))
}

/// Patterns that were found.
struct Found<'b> {
    buffer: &'b mut [Pattern],
    len: usize,
    /// How many found no room. One that was found twice counts twice.
    lacking: usize,
}

impl Found<'_> {
    /// Appends a pattern that is not there yet, or counts it if there is no room.
    fn push(&mut self, pattern: Pattern) {
        if self.buffer.iter().take(self.len).any(|own| *own == pattern) {
            return;
        }
        match self.buffer.get_mut(self.len) {
            Some(slot) => {
                *slot = pattern;
                self.len = self.len.wrapping_add(1);
            }
            None => self.lacking = self.lacking.wrapping_add(1),
        }
    }

    const fn is_empty(&self) -> bool {
        self.len == 0 && self.lacking == 0
    }

    /// How many patterns there are, if all found room. `start` is the column of the mnemonic.
    fn finish(self, start: usize) -> Result<usize, AsmError> {
        if self.lacking == 0 {
            return Ok(self.len);
        }
        let needed = u32::try_from(self.len.wrapping_add(self.lacking)).unwrap_or(u32::MAX);
        Err(AsmError::new(
            AsmErrorKind::BufferTooSmall { needed },
            start,
        ))
    }
}

impl Pattern {
    /// The pattern of one line of text with wildcards, as [`patterns`](crate::patterns) takes them.
    /// Targets of branches are best written as distances (`#8`): addresses are relative to 0.
    ///
    /// ```
    /// use aarch64_decode::{AsmErrorKind, Pattern};
    ///
    /// let pattern = Pattern::from_text("ldr x0, [_, #8]")?;
    /// assert_eq!(pattern, Pattern::new(0xffff_fc1f, 0xf940_0400));
    /// // The offset may be a number or a register; so it has to be said.
    /// assert_eq!(Pattern::from_text("ldr x0, [x1, _]").unwrap_err().kind(), AsmErrorKind::Ambiguous);
    /// assert_eq!(Pattern::from_text("ldr x0, [x1, #_]")?, Pattern::new(0xffc0_03ff, 0xf940_0020));
    /// # Ok::<(), aarch64_decode::AsmError>(())
    /// ```
    ///
    /// # Errors
    /// As [`patterns`](crate::patterns); [`AsmErrorKind::Ambiguous`] if the line leaves more than
    /// one encoding open.
    pub fn from_text(line: &str) -> Result<Self, AsmError> {
        let mut one = [Self::ANY];
        patterns(0, line, &mut one).map_err(|error| match error.kind() {
            AsmErrorKind::BufferTooSmall { .. } => error.of_kind(AsmErrorKind::Ambiguous),
            _ => error,
        })?;
        let [pattern] = one;
        Ok(pattern)
    }
}

impl<const N: usize> Patterns<N> {
    /// The patterns of `N` instructions, one behind the other, separated by `;` or line ends; each
    /// as [`Pattern::from_text`] takes it.
    ///
    /// ```
    /// use aarch64_decode::Patterns;
    ///
    /// let start = Patterns::<3>::from_text("msr oslar_el1, xzr; msr daifset, #0xf; movk x0, _")?;
    /// let code = [0xd503_201f, 0xd510_109f, 0xd503_4fdf, 0xf2e8_8aa0, 0xd65f_03c0];
    /// assert_eq!(start.find(&code), Some(1));
    /// # Ok::<(), aarch64_decode::AsmError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Pattern::from_text`], with the column in the whole text; [`AsmErrorKind::BadMnemonic`]
    /// if there are fewer instructions than `N`, [`AsmErrorKind::BadEnd`] if there are more.
    pub fn from_text(text: &str) -> Result<Self, AsmError> {
        let mut words = [Pattern::ANY; N];
        let mut count = 0_usize;
        let mut start = 0_usize;
        for line in text.split([';', '\n']) {
            if !line.trim().is_empty() {
                let slot = words
                    .get_mut(count)
                    .ok_or(AsmError::new(AsmErrorKind::BadEnd, start))?;
                *slot = Pattern::from_text(line).map_err(|error| error.behind(start))?;
                count = count.wrapping_add(1);
            }
            start = start.wrapping_add(line.len()).wrapping_add(1);
        }
        if count < N {
            return Err(AsmError::new(AsmErrorKind::BadMnemonic, text.len()));
        }
        Ok(Self::new(words))
    }
}
