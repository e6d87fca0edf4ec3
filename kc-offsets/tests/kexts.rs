//! Kexts: property lists as XNU writes them and as nobody does, the arrays of static kernels.
use kc_offsets::{CollectionKind, Error, ErrorKind, KernelCache, Structure};
use kc_offsets::{IdCell, Ids, Plist, PrelinkInfo};
use kc_offsets::{PlistItem, PlistText};
use macho_core::{FileOffset, MachO, Mode};
use testkit::kernelcache::sample;
use testkit::truth::Shape;

/// Where the lists of these tests are said to lie.
const START: u64 = 0x1000;

fn info(xml: &str) -> PrelinkInfo<'_> {
    PrelinkInfo::new(xml.as_bytes(), FileOffset::new(START))
}

/// How many cells an index asks for.
fn needed<T>(asked: Result<T, Error>) -> usize {
    asked.err().and_then(Error::needed).unwrap_or(0)
}

/// `id version load size kmod` of each kext, or the error: what it is, and the byte of the list.
fn kexts(xml: &str) -> Vec<String> {
    let info = info(xml);
    let mut entries = vec![IdCell::EMPTY; needed(Ids::build(&info, &mut []))];
    let ids = Ids::build(&info, &mut entries).unwrap();
    let text = |text: Option<PlistText<'_>>| text.map_or("-".to_owned(), |text| text.to_string());
    let number = |number: Option<u64>| number.map_or("-".to_owned(), |n| format!("{n:#x}"));
    info.kexts(ids)
        .map(|kext| match kext {
            Ok(kext) => format!(
                "{} {} {} {} {}",
                text(kext.bundle_id),
                text(kext.version),
                number(kext.load_addr.map(macho_core::VmAddr::get)),
                number(kext.size),
                number(kext.kmod_info.map(macho_core::VmAddr::get)),
            ),
            Err(error) => {
                let ErrorKind::Plist(kind) = error.kind() else {
                    panic!("{error}");
                };
                format!("{kind:?} {}", error.offset().unwrap().get() - START)
            }
        })
        .collect()
}

/// A list of kexts with these contents.
fn list(kexts: &str) -> String {
    format!("<dict><key>_PrelinkInfoDictionary</key><array>{kexts}</array></dict>\0")
}

/// Bytes of [`list`] before the first kext.
const BEFORE: usize = "<dict><key>_PrelinkInfoDictionary</key><array>".len();

#[test]
fn numbers_texts_and_references() {
    let load = "<key>_PrelinkExecutableLoadAddr</key>";
    let size = "<key>_PrelinkExecutableSize</key>";
    let id = "<key>CFBundleIdentifier</key>";
    let version = "<key>CFBundleVersion</key>";
    for (kext, expected) in [
        ("<dict/>".to_owned(), "- - - - -"),
        ("<dict></dict>".to_owned(), "- - - - -"),
        (
            format!("<dict>{load}<integer size=\"64\">0xfffffe0007004000</integer></dict>"),
            "- - 0xfffffe0007004000 - -",
        ),
        (
            format!("<dict>{load}<integer>18446744073709551615</integer></dict>"),
            "- - 0xffffffffffffffff - -",
        ),
        (
            format!("<dict>{load}<integer> -2198905798656 </integer></dict>"),
            "- - 0xfffffe0007004000 - -",
        ),
        (
            format!("<dict>{load}<integer>-9223372036854775808</integer></dict>"),
            "- - 0x8000000000000000 - -",
        ),
        (
            format!(
                "<dict>{load}<integer ID=\"7\">0xAb</integer>{size}<integer IDREF=\"7\"/></dict>"
            ),
            "- - 0xab 0xab -",
        ),
        // The nearest earlier one of two with one ID.
        (
            format!(
                "<dict><key>a</key><integer ID='7'>1</integer>{load}<integer ID='7'>2</integer>\
                 {size}<integer IDREF='7'/><key>b</key><integer ID='7'>3</integer></dict>"
            ),
            "- - 0x2 0x2 -",
        ),
        (
            format!(
                "<dict>{id}<string ID=\"0\">a&lt;b&amp;&#x43;&#68;&gt;&nope;</string>\
                 {version}<string IDREF=\"0\"/></dict>"
            ),
            "a<b&CD>&nope; a<b&CD>&nope; - - -",
        ),
        (
            format!(
                "<dict>{id}<string>x<![CDATA[<&amp;]]>y<!-- </string> -->z</string>{version}<string/></dict>"
            ),
            "x<&amp;yz  - - -",
        ),
        // What is not asked for is passed over, also containers and references to nothing.
        (
            format!(
                "<dict><key>IOKitPersonalities</key><dict><key>x</key><array><dict/><true/></array></dict>\
                 <key>OSBundleLibraries</key><dict IDREF=\"99\"/><key>d</key><date>2026</date>\
                 <key>e</key><set><data>AA==</data></set><key>f</key><false/>{id}<string>k</string></dict>"
            ),
            "k - - - -",
        ),
    ] {
        let around = format!(
            "<?xml version=\"1.0\"?>\n<!DOCTYPE plist PUBLIC \"x\" \"y\" [ <!ENTITY a \"b\"> ]>\n\
             <!-- a > b --><plist version=\"1.0\">{}</plist>",
            list(&kext).trim_end_matches('\0')
        );
        assert_eq!(kexts(&list(&kext)), [expected], "{kext}");
        assert_eq!(kexts(&around), [expected], "{around}");
    }
}

#[test]
fn damaged_values_cost_one_kext_and_damaged_xml_the_rest() {
    let good = "<dict><key>CFBundleVersion</key><string>1</string></dict>";
    let size = "<key>_PrelinkExecutableSize</key>";
    for (kext, kind, marked) in [
        (
            format!("<dict>{size}<integer></integer></dict>"),
            "BadInteger",
            "<integer",
        ),
        (
            format!("<dict>{size}<integer>0x</integer></dict>"),
            "BadInteger",
            "<integer",
        ),
        (
            format!("<dict>{size}<integer>12a</integer></dict>"),
            "BadInteger",
            "<integer",
        ),
        (
            format!(
                "<dict>{size}<integer>{}</integer></dict>",
                "9".repeat(100_000)
            ),
            "IntegerOverflow",
            "<integer",
        ),
        (
            format!("<dict>{size}<integer>18446744073709551616</integer></dict>"),
            "IntegerOverflow",
            "<integer",
        ),
        (
            format!("<dict>{size}<integer>-9223372036854775809</integer></dict>"),
            "IntegerOverflow",
            "<integer",
        ),
        (
            format!("<dict>{size}<string>1</string></dict>"),
            "BadValue",
            "<string",
        ),
        (
            format!("<dict>{size}<array><dict/></array></dict>"),
            "BadValue",
            "<array",
        ),
        (
            format!("<dict>{size}</dict>"),
            "BadPair",
            "<key>_PrelinkExecutableSize",
        ),
        ("<dict><true/></dict>".to_owned(), "BadPair", "<true"),
        (
            format!("<dict>{size}<integer IDREF=\"5\"/></dict>"),
            "UnknownReference",
            "<integer",
        ),
        // A reference is no value: chains cannot be made, nor references to what comes later.
        (
            format!(
                "<dict>{size}<integer ID=\"5\" IDREF=\"5\"/><key>x</key><integer ID=\"5\">1</integer></dict>"
            ),
            "UnknownReference",
            "<integer",
        ),
        ("<array><dict/></array>".to_owned(), "BadValue", "<array"),
        ("<dict IDREF=\"1\"/>".to_owned(), "BadValue", "<dict"),
    ] {
        let at = BEFORE + good.len() + kext.find(marked).unwrap();
        let xml = list(&format!("{good}{kext}{good}"));
        let expected = [
            "- 1 - - -".to_owned(),
            format!("{kind} {at}"),
            "- 1 - - -".to_owned(),
        ];
        assert_eq!(kexts(&xml), expected, "{kext:.200}");
    }
    let deep = "<array>".repeat(100);
    for (kext, kind, into) in [
        ("<dict><key>a</dict>", "TagMismatch", 12),
        ("<dict></array>", "TagMismatch", 6),
        ("text", "BadText", 0),
        ("<dictionary/>", "UnknownElement", 0),
        ("<dict a></dict>", "BadAttribute", 0),
        ("<dict a=b></dict>", "BadAttribute", 0),
        ("<dict ID=\"4294967296\"/>", "BadAttribute", 0),
        ("<string IDREF=\"1\">x</string>", "BadAttribute", 0),
        ("<!-- <dict/>", "Truncated", 0),
        ("<string>\0</string>", "Truncated", 0),
        (deep.as_str(), "DepthTooLarge", 62 * 7),
    ] {
        let at = BEFORE + good.len() + into;
        let xml = list(&format!("{good}{kext}{good}"));
        let expected = ["- 1 - - -".to_owned(), format!("{kind} {at}")];
        assert_eq!(kexts(&xml), expected, "{kext:.40}");
    }
}

#[test]
fn cut_anywhere_a_list_ends_with_an_error_and_loses_nothing_before() {
    let built = sample::prelinked();
    let cache = KernelCache::parse(&built.bytes).unwrap();
    let text = cache.prelink_info().unwrap().unwrap().text();
    let whole = Plist::new(text, FileOffset::new(0)).map(Result::unwrap);
    let whole: Vec<_> = whole.collect();
    assert!(whole.len() > 20);
    for len in 0..text.len() - 1 {
        let cut: Vec<_> = Plist::new(&text[..len], FileOffset::new(0)).collect();
        let good = cut.iter().take_while(|element| element.is_ok()).count();
        assert!(cut.len() - good <= 1, "one error, the last");
        assert!(len == 0 || good < cut.len(), "cut at {len}");
        for (cut, whole) in cut.iter().flatten().zip(&whole) {
            assert_eq!(cut, whole);
        }
    }
}

/// A long string and a hundred thousand references to it: no work that multiplies.
#[test]
fn references_to_a_long_string_do_not_read_it() {
    let id = "<key>CFBundleIdentifier</key>";
    let mut xml = format!(
        "<dict>{id}<string ID=\"1\">{}</string></dict>",
        "x".repeat(1 << 20)
    );
    for _ in 0..20_000 {
        xml.push_str("<dict>");
        xml.push_str(id);
        xml.push_str("<string IDREF=\"1\"/></dict>");
    }
    let xml = list(&xml);
    let info = info(&xml);
    let mut entries = vec![IdCell::EMPTY; needed(Ids::build(&info, &mut []))];
    let ids = Ids::build(&info, &mut entries).unwrap();
    let mut lengths = info
        .kexts(ids)
        .map(|kext| kext.unwrap().bundle_id.unwrap().raw().len());
    assert!(lengths.all(|len| len == 1 << 20));
}

#[test]
fn storage_for_ids_says_what_is_needed() {
    let xml = list("<dict><key>a</key><string ID=\"1\">x</string></dict>");
    let info = info(&xml);
    let error = Ids::build(&info, &mut []).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BufferTooSmall { needed: 1 });
    assert_eq!(error.structure(), Structure::Ids);
}

#[test]
fn elements_in_order() {
    let xml = "<dict><key>a</key><array><string ID=\"3\">b</string><string IDREF=\"3\"/><true/></array></dict>";
    let items: Vec<_> = Plist::new(xml.as_bytes(), FileOffset::new(0))
        .map(|element| element.unwrap().item)
        .collect();
    let shown: Vec<String> = items.iter().map(|item| format!("{item:?}")).collect();
    assert_eq!(
        shown,
        [
            "dict",
            "key a",
            "array",
            "string b",
            "reference 3",
            "true",
            "end",
            "end"
        ]
    );
    assert_eq!(items[4], PlistItem::Reference(3));
}

#[test]
fn kexts_of_built_files() {
    for built in [
        sample::fileset(),
        sample::pageable(),
        sample::auxiliary(),
        sample::prelinked(),
    ] {
        let cache = KernelCache::parse(&built.bytes).unwrap();
        let kind = match built.truth.shape {
            Shape::Primary => Some(CollectionKind::Primary),
            Shape::Pageable => Some(CollectionKind::Pageable),
            Shape::Auxiliary => Some(CollectionKind::Auxiliary),
            _ => None,
        };
        assert_eq!(cache.collection_kind().unwrap(), kind);
        let info = cache.prelink_info().unwrap().unwrap();
        let mut entries = vec![IdCell::EMPTY; needed(Ids::build(&info, &mut []))];
        let ids = Ids::build(&info, &mut entries).unwrap();
        let kexts: Vec<_> = info.kexts(ids).map(Result::unwrap).collect();
        assert_eq!(kexts.len(), built.truth.entries.len());
        for (kext, truth) in kexts.iter().zip(&built.truth.entries) {
            assert_eq!(kext.bundle_id.unwrap(), truth.id.as_str());
            assert_eq!(kext.version.unwrap(), "1.0.0");
            let load = kext.load_addr.unwrap();
            assert_eq!(load.get(), truth.vmaddr);
            let image = cache.image_at(load).unwrap();
            assert_eq!(image.file_offset().get(), truth.file_offset);
            assert_eq!(image.uuid().unwrap().unwrap().0, truth.uuid);
            for (segment, truth) in image.segments().zip(&truth.segments) {
                assert_eq!(segment.file_offset().get(), truth.file_offset);
                assert_eq!(segment.vmaddr().get(), truth.vmaddr);
            }
            assert_eq!(
                kext.kmod_info.is_some(),
                image
                    .symbols()
                    .unwrap()
                    .any(|symbol| symbol.name().unwrap() == "_kmod_info")
            );
        }
    }
}

#[test]
fn a_bare_kernel_has_no_kexts() {
    let built = sample::bare();
    let cache = KernelCache::parse(&built.bytes).unwrap();
    assert!(cache.prelink_info().unwrap().is_none());
    assert_eq!(cache.kmods().unwrap().count(), 0);
    assert_eq!(cache.collection_kind().unwrap(), None);
    let vmaddr = macho_core::VmAddr::new(1);
    let error = cache.image_at(vmaddr).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ImageNotMapped { vmaddr });
}

/// The arrays of plain pointers, of links of chains (signed ones too), and of threads' slots, whose upper bits are no address.
#[test]
fn arrays_of_a_static_kernel() {
    for (name, built) in [
        ("plain", sample::prelinked()),
        ("chained", sample::prelinked_chained()),
        ("threads", sample::prelinked_threads()),
    ] {
        let cache = KernelCache::parse_with(&built.bytes, Mode::Strict).unwrap();
        let array = cache
            .image()
            .sections()
            .find(|section| section.name() == "__kmod_info")
            .unwrap();
        let kmods: Vec<_> = cache.kmods().unwrap().collect();
        assert_eq!(kmods.len(), built.truth.entries.len());
        // The second kext has no kmod_info: its pointer is 0.
        let alpha = kmods[0].unwrap();
        let first = u64::from_le_bytes(*array.data().unwrap().first_chunk().unwrap());
        assert_eq!(alpha.vmaddr.get() == first, name == "plain");
        assert_eq!(alpha.header.unwrap().get(), built.truth.entries[0].vmaddr);
        assert_eq!(alpha.name, "org.example.alpha");
        let symbol = |name: &str| {
            let symbol = built.truth.symbols.iter().find(|s| s.name == name).unwrap();
            symbol.vmaddr
        };
        assert_eq!(alpha.vmaddr.get(), symbol("_kmod_info"), "{name}");
        assert_eq!(alpha.start.get(), symbol("_alpha_start"), "{name}");
        assert_eq!(alpha.stop.get(), symbol("_alpha_stop"), "{name}");
        let entry = FileOffset::new(array.file_offset().unwrap().get() + 8);
        let error = kmods[1].unwrap_err();
        assert_eq!(error.kind(), ErrorKind::KmodNotMapped);
        assert_eq!(error.offset(), Some(entry));
        let image: MachO<'_> = cache.image_at(alpha.header.unwrap()).unwrap();
        assert_eq!(
            image.uuid().unwrap().unwrap().0,
            built.truth.entries[0].uuid
        );
    }
}

/// Where the fixups are damaged, a plain pointer is still found, and a link of a chain is not.
#[test]
fn plain_arrays_do_not_need_the_fixups() {
    let built = sample::prelinked_chained();
    let mut bytes = built.bytes.clone();
    let image = MachO::parse(&built.bytes).unwrap();
    let kind = macho_core::LoadCommandKind::LC_DYLD_CHAINED_FIXUPS;
    let command = image.find_command(kind).unwrap().file_offset();
    let mut sections = image.sections();
    let array = sections.find(|section| section.name() == "__kmod_info");
    let array = array.unwrap().file_offset().unwrap();
    let [command, array] = [command, array].map(|at| usize::try_from(at.get()).unwrap());
    bytes[command + 8..command + 12].copy_from_slice(&u32::MAX.to_le_bytes());
    let found = |bytes: &[u8]| {
        let cache = KernelCache::parse(bytes).unwrap();
        let kmods = cache.kmods().unwrap();
        kmods.flatten().count()
    };
    assert_eq!(found(&bytes), 0);
    let mut symbols = built.truth.symbols.iter();
    let info = symbols.find(|symbol| symbol.name == "_kmod_info");
    let info = info.unwrap().vmaddr;
    bytes[array..array + 8].copy_from_slice(&info.to_le_bytes());
    assert_eq!(found(&bytes), 1);
}
