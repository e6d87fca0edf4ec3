//! The examples on the testkit's files.
use testkit::kernelcache::sample;

#[path = "../examples/patch_finder.rs"]
#[expect(dead_code, reason = "the example's main")]
mod patch_finder;
#[path = "../examples/sweep.rs"]
#[expect(dead_code, reason = "the example's main")]
mod sweep;

#[test]
fn a_sweep_names_what_it_calls() {
    let built = sample::fileset();
    let text = sweep::disassemble(&built.bytes).unwrap();
    for wanted in [
        "_start:\n",
        "  d510109f  msr OSLAR_EL1, xzr\n",
        " <_panic>\n",
    ] {
        assert!(text.contains(wanted), "{wanted:?}");
    }
}

#[test]
fn a_patch_finder_finds_each_place_once() {
    let built = sample::fileset();
    let mut file = built.bytes.clone();
    let (start, page) = patch_finder::find(&file).unwrap();
    let mut symbols = built.truth.symbols.iter();
    let own = symbols.find(|symbol| symbol.name == "_start").unwrap();
    assert_eq!(start.get(), own.vmaddr + 0x10);
    assert!(page > start);
    // Twice the same is no answer.
    let word = |word: u32| word.to_le_bytes();
    let ret = file
        .windows(4)
        .rposition(|own| own == word(0xd65f_03c0))
        .unwrap();
    file[ret..ret + 4].copy_from_slice(&word(0xd518_c000));
    assert!(patch_finder::find(&file).is_err());
}
