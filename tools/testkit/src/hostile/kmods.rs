//! Arrays of kexts in static kernels: `__kmod_info` and `__kmod_start`.

use crate::bytes::{index, len64, put};
use crate::hostile::attack::Hostile;
use crate::hostile::patch::{FILEOFF, FILESIZE, File, OFFSET, SIZE, VMADDR, VMSIZE};
use crate::kernelcache::sample;

/// A static kernel whose property list says nothing, so that the arrays are asked.
fn without_list() -> File {
    let mut file = File(sample::prelinked().bytes);
    let list = file.get_32(file.section("__info") + OFFSET);
    put(&mut file.0, list, b"<dict/>\0");
    file
}

/// Where the array lies in the file.
fn array(file: &File, name: &str) -> usize {
    file.get_32(file.section(name) + OFFSET)
}

/// Patches the file that [`without_list`] makes.
fn patched(name: &'static str, patch: impl FnOnce(&mut File)) -> Hostile {
    let mut file = without_list();
    patch(&mut file);
    Hostile {
        name,
        bytes: file.0,
    }
}

/// The same with another number of 64 bits.
fn word(name: &'static str, place: impl FnOnce(&File) -> usize, value: u64) -> Hostile {
    patched(name, |file| file.u64(place(file), value))
}

/// The first pointer of `__kmod_info` is this one.
fn info(name: &'static str, pointer: impl FnOnce(&File, u64) -> u64) -> Hostile {
    patched(name, |file| {
        let at = array(file, "__kmod_info");
        let pointer = pointer(file, file.get(at));
        file.u64(at, pointer);
    })
}

/// `__kmod_info` at the end of the file, with this many pointers to the one structure that there is.
fn many(file: &mut File, count: u64) {
    let pointer = file.get(array(file, "__kmod_info"));
    let header = file.get(array(file, "__kmod_start"));
    let (infos, starts) = (file.section("__kmod_info"), file.section("__kmod_start"));
    let segment = file.segment("__PRELINK_INFO");
    for (section, pointer) in [(infos, pointer), (starts, header)] {
        let at = file.0.len().next_multiple_of(8);
        file.0.resize(at, 0);
        for _ in 0..count {
            file.0.extend_from_slice(&pointer.to_le_bytes());
        }
        file.u32(section + OFFSET, crate::bytes::len32(at));
        file.u64(section + SIZE, 8 * count);
    }
    let size = len64(file.0.len()) - file.get(segment + FILEOFF);
    file.u64(segment + FILESIZE, size);
    file.u64(
        segment + VMSIZE,
        size.next_multiple_of(crate::constants::PAGE),
    );
}

pub(super) fn all() -> Vec<Hostile> {
    vec![
        info("kmod-nowhere", |_, _| 0x1000),
        info("kmod-last-byte", |_, _| u64::MAX),
        info("kmod-misaligned", |_, pointer| pointer + 1),
        info("kmod-header", |file, _| {
            file.get(array(file, "__kmod_start"))
        }),
        // The last 195 bytes of the last segment, where a structure takes 196.
        info("kmod-cut", |file, _| {
            let segment = file.segment("__PRELINK_INFO");
            file.get(segment + VMADDR) + file.get(segment + FILESIZE) - 195
        }),
        word(
            "kmod-start-nowhere",
            |file| array(file, "__kmod_start"),
            0x1000,
        ),
        word(
            "kmod-start-short",
            |file| file.section("__kmod_start") + SIZE,
            0,
        ),
        patched("kmod-start-info", |file| {
            let pointer = file.get(array(file, "__kmod_info"));
            file.u64(array(file, "__kmod_start"), pointer);
        }),
        word(
            "kmod-array-odd",
            |file| file.section("__kmod_info") + SIZE,
            15,
        ),
        word(
            "kmod-array-past-end",
            |file| file.section("__kmod_info") + SIZE,
            1 << 40,
        ),
        word(
            "kmod-array-2-64",
            |file| file.section("__kmod_info") + SIZE,
            u64::MAX,
        ),
        patched("kmod-array-beyond", |file| {
            file.u32(file.section("__kmod_info") + OFFSET, u32::MAX);
        }),
        patched("kmod-many", |file| many(file, 20_000)),
        patched("kmod-name-unterminated", |file| {
            let pointer = file.get(array(file, "__kmod_info"));
            let text = file.segment("__PRELINK_TEXT");
            let into = pointer - file.get(text + VMADDR);
            let at = index(file.get(text + FILEOFF) + into);
            put(&mut file.0, at + 16, &[b'x'; 64]);
        }),
    ]
}
