//! Words of code as the cases go over them.

use std::rc::Rc;

/// The pc of the first word.
pub const PC: u64 = 0xffff_fe00_0700_4000;

/// Runs `each` over all words with their pcs and adds up what it returns.
pub fn over(
    words: &Rc<[u32]>,
    mut each: impl FnMut(u32, u64) -> u64 + 'static,
) -> impl FnMut() -> u64 + 'static {
    let words = Rc::clone(words);
    move || {
        let mut pc = PC;
        let mut sum = 0_u64;
        for &word in &*words {
            sum = sum.wrapping_add(each(word, pc));
            pc += 4;
        }
        sum
    }
}
