//! Fixups that are not `LC_DYLD_CHAINED_FIXUPS`: every slot as its builder wrote it, and each damage's
//! exact error.
use macho_core::{Fixup, MachO, Slot, Target};
mod support {
    #[path = "image.rs"]
    pub(crate) mod image;

    #[path = "chains.rs"]
    pub(crate) mod chains;
}

use support::chains::{same, theirs};
use testkit::classic::{self, Becomes, Classic, Counts};
use testkit::object::Auth;

/// All files that testkit builds, by name.
fn files() -> [(&'static str, Classic); 7] {
    [
        ("opcodes", classic::opcodes()),
        ("kext", classic::relocations(Counts::Kext)),
        ("kernel", classic::relocations(Counts::Kernel)),
        ("threads of 8", classic::threads(8)),
        ("threads of 4", classic::threads(4)),
        ("firmware", classic::firmware()),
        ("threaded binds", classic::threaded_binds()),
    ]
}

/// A slot of ours in the builder's words.
fn in_words(image: &MachO<'_>, slot: &Slot) -> classic::Slot {
    let becomes = match slot.fixup() {
        Fixup::Rebase { target, auth } => {
            let target = match target {
                Target::VmAddr(vmaddr) => vmaddr.get(),
                Target::VmOffset(offset) | Target::Cache { level: 0, offset } => {
                    image.base().unwrap().get() + offset.get()
                }
                Target::Segment { index, offset } => {
                    let segment = image.segments().nth(index.into()).unwrap();
                    segment.vmaddr().get() + u64::from(offset)
                }
                other => panic!("{other:?}"),
            };
            let auth = auth.map(|auth| Auth {
                key: auth.key as u8,
                diversity: auth.diversity,
                address_diversity: auth.address_diversity,
            });
            Becomes::Pointer(target, auth)
        }
        Fixup::Bind { addend, .. } => {
            let import = image.fixups().import(slot).unwrap().unwrap();
            Becomes::Import(classic::Import {
                name: import.name.to_string(),
                library: import.lib_ordinal,
                weak: import.weak,
                addend: addend + import.addend,
            })
        }
        Fixup::Value(value) => panic!("{value}"),
    };
    classic::Slot {
        mechanism: slot.mechanism().name(),
        vmaddr: slot.vmaddr.get(),
        file_offset: slot.file_offset.get(),
        becomes,
    }
}

#[test]
fn every_slot_is_as_the_builder_wrote_it() {
    for (name, built) in files() {
        let image = MachO::parse(&built.bytes).unwrap();
        let slots: Vec<Slot> = image.fixups().slots().map(Result::unwrap).collect();
        let ours: Vec<classic::Slot> = slots.iter().map(|slot| in_words(&image, slot)).collect();
        assert_eq!(ours, built.slots, "{name}");
        for slot in &slots {
            let at = usize::try_from(slot.file_offset.get()).unwrap();
            let bytes = &built.bytes[at..at + usize::try_from(slot.size()).unwrap()];
            assert_eq!(&slot.raw.to_le_bytes()[..bytes.len()], bytes, "{name}");
        }
        // In turn, the same slots.
        let mut in_turn = Vec::new();
        let end = image.fixups().try_for_each(|item| {
            in_turn.push(item.unwrap());
            std::ops::ControlFlow::<()>::Continue(())
        });
        assert!(end.is_continue());
        assert_eq!(in_turn, slots, "{name}");
    }
}

/// The imports of threads in one pass are those of the slots one by one.
#[test]
fn imports_of_threads() {
    let built = classic::threaded_binds();
    let image = MachO::parse(&built.bytes).unwrap();
    let fixups = image.fixups();
    let all: Vec<_> = fixups
        .thread_imports(usize::MAX)
        .map(Result::unwrap)
        .collect();
    let mut binds = 0;
    for slot in fixups.slots().map(Result::unwrap) {
        let Fixup::Bind { ordinal, .. } = slot.fixup() else {
            continue;
        };
        binds += 1;
        let whole = fixups.import(&slot).unwrap().unwrap();
        assert_eq!(all[ordinal as usize], whole);
        let start = fixups.import_prefix(&slot, 2).unwrap().unwrap();
        assert_eq!(start.name.as_bytes(), &whole.name.as_bytes()[..2]);
    }
    assert!(binds > 1 && all.len() > 1, "{binds} binds");
    let opcodes = fixups.thread_imports(0).opcodes();
    assert!(all[0].name.as_bytes().len() < opcodes.len());
    // An image without opcodes has none.
    let other = classic::firmware();
    let image = MachO::parse(&other.bytes).unwrap();
    assert_eq!(image.fixups().thread_imports(9).count(), 0);
}

/// One file for each pointer format: as its builder wrote it, and as `object` reads it.
#[test]
fn every_pointer_format() {
    let (mut binds, mut signed) = (0, 0);
    for format in 1..=14 {
        let built = classic::chained::chained(format);
        let image = MachO::parse(&built.bytes).unwrap();
        let fixups = image.fixups();
        let slots: Vec<Slot> = fixups.slots().map(Result::unwrap).collect();
        let ours: Vec<classic::Slot> = slots.iter().map(|slot| in_words(&image, slot)).collect();
        assert_eq!(ours, built.slots, "{format}");
        assert!(slots.len() >= 10, "{format}");
        // See `random_slots_of_every_format` about format 5.
        let base = if format == 5 {
            0
        } else {
            image.base().unwrap().get()
        };
        let theirs = theirs(&built.bytes);
        assert_eq!(slots.len(), theirs.len(), "{format}");
        for (slot, (vmaddr, fixup)) in slots.iter().zip(theirs) {
            assert_eq!(slot.vmaddr.get(), vmaddr);
            assert!(
                same(slot.fixup(), fixup, base),
                "{format}: {slot:?} {fixup:?}"
            );
            let (is_bind, auth) = match slot.fixup() {
                Fixup::Rebase { auth, .. } => (false, auth),
                Fixup::Bind { auth, .. } => (true, auth),
                Fixup::Value(_) => panic!("{slot:?}"),
            };
            binds += usize::from(is_bind);
            signed += usize::from(auth.is_some());
        }
    }
    assert!(binds > 50 && signed > 50, "{binds} binds, {signed} signed");
}
