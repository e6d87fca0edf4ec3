//! `cargo bench -p benches`: the same workloads as the binary `ratios`, one by
//! one. `KC_BENCH_CORPUS` may name a folder of arm64 Mach-O files.

use std::cell::RefCell;
use std::path::PathBuf;

use benches::input::Input;
use benches::{Group, groups};
use divan::Bencher;
use divan::counter::ItemsCount;

thread_local! {
    static GROUPS: RefCell<Vec<Group>> = RefCell::new(groups(&Input::new(&corpus())));
}

fn corpus() -> Vec<PathBuf> {
    std::env::var_os("KC_BENCH_CORPUS")
        .map(PathBuf::from)
        .into_iter()
        .collect()
}

/// "key/case" of every case of every group.
fn names() -> Vec<String> {
    GROUPS.with_borrow(|groups| {
        groups
            .iter()
            .flat_map(|group| {
                group
                    .cases
                    .iter()
                    .map(|case| format!("{}/{}", group.key, case.name))
            })
            .collect()
    })
}

#[divan::bench(args = names(), sample_count = 20, sample_size = 1)]
fn family(bencher: Bencher<'_, '_>, name: &str) {
    GROUPS.with_borrow_mut(|groups| {
        let found = groups.iter_mut().find_map(|group| {
            let case = name.strip_prefix(group.key)?.strip_prefix('/')?;
            let case = group.cases.iter_mut().find(|each| each.name == case)?;
            Some((group.items, case))
        });
        if let Some((items, case)) = found {
            bencher
                .counter(ItemsCount::new(items))
                .bench_local(|| (case.run)());
        }
    });
}

fn main() {
    divan::main();
}
