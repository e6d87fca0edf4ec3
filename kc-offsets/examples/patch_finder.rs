//! A patch finder: places that only patterns tell, all of them found in one pass over the code.
//!
//! `cargo run -p kc-offsets --features code --example patch_finder -- FILE`
use aarch64_decode::{Pattern, PatternCell, PatternSet, Patterns};
use kc_offsets::KernelCache;
use kc_offsets::code::{CodeMatches, CodeOccurrences, CodeSetMatches, code_regions};
use macho_core::VmAddr;

/// `msr oslar_el1, xzr; msr daifset, #0xf`, behind which a kernel starts.
const START: [Pattern; 2] = [Pattern::word(0xd510_109f), Pattern::word(0xd503_4fdf)];
/// `msr vbar_el1, _`.
const VECTORS: [Pattern; 1] = [Pattern::new(0xffff_ffe0, 0xd518_c000)];
/// `adrp _, _`.
const PAGE: Pattern = Pattern::new(0x9f00_0000, 0x9000_0000);

/// The start of the code, and the vmaddr where the address of the vectors is made.
pub(crate) fn find(file: &[u8]) -> Result<(VmAddr, VmAddr), Box<dyn std::error::Error>> {
    let cache = KernelCache::parse(file)?;
    let image = cache.image();
    let mut memory = vec![PatternCell::EMPTY; 5124];
    let set = PatternSet::build(&[&START, &VECTORS], &mut memory)?;
    let mut found = [CodeOccurrences::NONE; 2];
    let found = CodeSetMatches::new(code_regions(&image), set).occurrences(&mut found)?;
    let [start, vectors] = found else {
        return Err("two patterns".into());
    };
    // Each has to be there exactly once.
    let start = start.only().map_err(|count| format!("{count} starts"))?;
    let vectors = vectors.only().map_err(|count| format!("{count} vectors"))?;
    // The page of the vectors is made somewhere before.
    let page = CodeMatches::new(code_regions(&image), Patterns::from(PAGE));
    let page = page
        .last_before(vectors.vmaddr)
        .ok_or("no adrp before the vectors")?;
    Ok((start.vmaddr, page.vmaddr))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args().nth(1).ok_or("no file")?;
    println!("{:?}", find(&std::fs::read(file)?)?);
    Ok(())
}
