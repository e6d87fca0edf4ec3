//! What `extract` and `carve` write, and that a failure leaves nothing behind.
use std::fs;
use std::io::{self, Write};

use crate::common::{Files, Outcome, kc, words};
use macho_core::{PhysAddr, Slide};
use testkit::kernelcache::sample;

fn run(files: &Files, line: &str) -> Outcome {
    kc(&files.arguments(line), &[])
}

/// Every name in the folder of the test's files.
fn names(files: &Files) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(files.folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn extract_is_byte_exact() {
    let files = Files::new("extract");
    let fileset = sample::fileset().bytes;
    for name in ["img4", "im4p", "fileset", "stranger"] {
        let outcome = run(&files, &format!("extract @{name} -o @out"));
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
        assert_eq!(fs::read(files.path("out")).unwrap(), fileset, "{name}");
    }
    let outcome = run(&files, "extract @lzss -o -");
    assert_eq!(outcome.stdout, sample::bare().bytes);
    let outcome = run(&files, "extract @fat --arch arm64 -o -");
    assert_eq!(outcome.stdout, sample::bare().bytes);
    let outcome = run(&files, "extract @fat -o -");
    assert_eq!(outcome.stdout, fs::read(files.path("fat")).unwrap());
}

#[test]
fn what_cannot_be_verified_is_said() {
    let files = Files::new("unverified");
    assert_eq!(run(&files, "extract @img4 -o @out").stderr, "");
    let outcome = run(&files, "extract @im4p -o @out");
    assert!(outcome.stderr.contains("unverified"), "{}", outcome.stderr);
    let outcome = run(&files, "extract @stranger -o @out");
    assert!(
        outcome
            .stderr
            .contains("unverified: the manifest has no object krnl"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn another_digest_is_refused() {
    let files = Files::new("mismatch");
    let before = names(&files);
    let outcome = run(&files, "extract @mismatch -o @out --manifest @manifest");
    assert_eq!(outcome.status, 1);
    assert!(
        outcome
            .stderr
            .contains("digest differs from the manifest's DGST of krnl"),
        "{}",
        outcome.stderr
    );
    assert_eq!(names(&files), before);
    let outcome = run(&files, "extract @mismatch -o @out --accept-digest-mismatch");
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert_eq!(
        fs::read(files.path("out")).unwrap(),
        sample::fileset().bytes
    );
}

#[test]
fn manifest_is_the_im4m() {
    let files = Files::new("manifest");
    let outcome = run(&files, "extract @mismatch --manifest @out");
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let im4m = fs::read(files.path("im4m")).unwrap();
    assert_eq!(fs::read(files.path("out")).unwrap(), im4m);
    let outcome = run(&files, "extract @im4p --manifest @out2");
    assert_eq!(outcome.status, 1);
    assert!(!files.path("out2").exists());
}

#[test]
fn failures_leave_no_file() {
    let files = Files::new("failures");
    let mut truncated = fs::read(files.path("im4p")).unwrap();
    let last = truncated.len() - 400;
    truncated[last] ^= 0x55;
    files.put("corrupt", &truncated);
    fs::create_dir(files.path("folder")).unwrap();
    let before = names(&files);
    for line in [
        "extract @corrupt -o @out",
        "extract @encrypted -o @out",
        "extract @im4m -o @out",
        "extract @img4 --max-size 1K -o @out",
        "extract @img4 -o @folder",
        "extract @img4 -o @nowhere/out",
        "extract @img4 --arch arm64 --manifest @folder -o @folder",
        "carve @fileset --at 0x1000 --len 16 -o @out",
        "carve @fileset --at 0xfffffe0007030000 --len 0x4001 -o @out",
        "carve @fileset --from-offset --at 0x2fff0 --len 17 -o @out",
        "carve @fileset --at 0xfffffffffffffff0 --len 32 -o @out",
    ] {
        let outcome = run(&files, line);
        assert_eq!(outcome.status, 1, "{line}");
        assert!(outcome.stderr.starts_with("kc: "), "{line}");
        assert_eq!(outcome.stdout, b"", "{line}");
        assert_eq!(names(&files), before, "{line}");
    }
    // What was there before a failure is still there.
    files.put("out", b"precious");
    assert_eq!(run(&files, "extract @corrupt -o @out").status, 1);
    assert_eq!(fs::read(files.path("out")).unwrap(), b"precious");
}

#[test]
fn carve() {
    let files = Files::new("carve");
    let fileset = sample::fileset().bytes;
    let outcome = run(
        &files,
        "carve @img4 --at 0xfffffe0007018010 --len 0x20 -o @out",
    );
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert_eq!(
        fs::read(files.path("out")).unwrap(),
        fileset[0x14010..0x14030]
    );
    // Across segments that adjoin in memory and in the file.
    let outcome = run(
        &files,
        "carve @fileset --at 0xfffffe0007007ff0 --len 32K -o -",
    );
    assert_eq!(outcome.stdout, fileset[0x3ff0..0xbff0]);
    let outcome = run(&files, "carve @fileset --from-offset --at 4 --len 8 -o -");
    assert_eq!(outcome.stdout, fileset[4..12]);
    let outcome = run(
        &files,
        "carve @fileset --at 0xfffffe0007018010 --len 0 -o -",
    );
    assert_eq!((outcome.status, outcome.stdout.len()), (0, 0));
}

#[test]
fn carve_of_zero_fill_is_on_request() {
    let files = Files::new("zero-fill");
    let bare = sample::bare();
    let data = bare
        .truth
        .segments
        .iter()
        .find(|segment| segment.filesize < segment.vmsize)
        .unwrap();
    let edge = data.vmaddr + data.filesize;
    let line = format!("carve @bare --at {:#x} --len 32 -o -", edge - 16);
    let outcome = run(&files, &line);
    assert_eq!(outcome.status, 1);
    assert_eq!(
        outcome.stderr,
        format!(
            "kc: vmaddr {edge:#018x} is not in the file: zero-fill; --zero-fill writes zeros\n"
        )
    );
    let outcome = run(&files, &format!("{line} --zero-fill"));
    let end = usize::try_from(data.file_offset + data.filesize).unwrap();
    assert_eq!(outcome.stdout[..16], bare.bytes[end - 16..end]);
    assert_eq!(outcome.stdout[16..], [0; 16]);
}

#[test]
fn standard_input_is_as_good_as_a_file() {
    let files = Files::new("stdin");
    let img4 = fs::read(files.path("img4")).unwrap();
    for command in ["info", "headers", "entry", "entries", "symbols", "disasm"] {
        let from_file = run(&files, &format!("{command} @img4"));
        let from_stdin = kc(&words(&format!("{command} -")), &img4);
        assert_eq!(from_stdin.status, 0, "{command}: {}", from_stdin.stderr);
        assert_eq!(from_stdin.stdout, from_file.stdout, "{command}");
    }
    let outcome = kc(&words("info - --max-size 1K"), &img4);
    assert_eq!(outcome.status, 1);
}

/// A reader that has gone away.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A full disk.
struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn broken_pipe_is_quiet_and_other_errors_are_not() {
    let files = Files::new("pipe");
    for command in [
        "info",
        "headers --json",
        "entry",
        "entries",
        "symbols",
        "disasm",
    ] {
        let line = format!("kc {command} @fileset");
        let args = files.arguments(&line);
        let mut stderr = Vec::new();
        let status = kctool::run(&args, &mut io::empty(), &mut Closed, &mut stderr);
        assert_eq!((status, stderr.as_slice()), (0, &b""[..]), "{command}");
        let status = kctool::run(&args, &mut io::empty(), &mut Full, &mut stderr);
        assert_eq!(status, 1, "{command}");
        assert!(stderr.starts_with(b"kc: "), "{command}");
    }
}

#[test]
#[cfg(not(feature = "cross-check"))]
fn cross_check_says_how_to_build_it() {
    let files = Files::new("cross-check");
    let outcome = run(&files, "disasm --cross-check @fileset");
    assert_eq!(outcome.status, 1);
    assert!(outcome.stderr.contains("--features cross-check"));
}

#[test]
#[cfg(feature = "cross-check")]
fn cross_check_finds_no_difference_in_the_sample() {
    let files = Files::new("cross-check");
    let outcome = run(
        &files,
        "disasm --cross-check --syntax gnu @fileset --count 24",
    );
    assert_eq!(outcome.status, 0);
    assert_eq!(outcome.stderr, "kc: bad64 differs on 0 of 24 words\n");
}

#[test]
fn load_writes_the_memory_that_the_library_makes() {
    let files = Files::new("load");
    let built = sample::fileset();
    let cache = kc_offsets::KernelCache::parse(&built.bytes).unwrap();
    let (phys, slide) = (PhysAddr::new(0x8_0000_0000), Slide::new(0x1dc_0000));
    let plan = kc_offsets::LoadPlan::new(&cache, phys, slide).unwrap();
    let mut memory = vec![0; usize::try_from(plan.size()).unwrap()];
    let load = |line: &str| {
        let result = kc(&files.arguments(line), &[]);
        assert_eq!(result.status, 0, "{}", result.stderr);
        result
    };
    plan.load_into(&mut memory).unwrap();
    let plain = load("load @fileset --phys-base 0x800000000 --slide 0x1dc0000 -o -");
    assert!(plain.stdout == memory);
    let applied = plan
        .apply_fixups(&mut memory, &kc_offsets::Bases::PRIMARY)
        .unwrap();
    assert_eq!(applied, built.truth.fixups.len() as u64);
    let whole = "load @fileset --phys-base 0x800000000 --slide 0x1dc0000 --apply-fixups -o -";
    let whole = load(whole);
    assert!(whole.stdout == memory);
    assert!(
        whole
            .stderr
            .contains(&format!("fixups applied   {applied}\n"))
    );
    assert!(plain.stdout != whole.stdout);
}

#[test]
fn rebase_there_and_back_is_the_file() {
    let files = Files::new("rebase");
    for line in [
        "rebase @img4 --slide 0x4000000 -o @there",
        "rebase @there --slide -0x4000000 -o @back",
    ] {
        let outcome = run(&files, line);
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    }
    let file = sample::fileset().bytes;
    assert!(fs::read(files.path("there")).unwrap() != file);
    assert!(fs::read(files.path("back")).unwrap() == file);
}

/// The README's text, whose second line several encodings fit: all of them are searched for.
#[test]
fn text_that_leaves_encodings_open_finds_all_of_them() {
    let files = Files::new("find-open");
    let find = |text: &str| {
        let mut args = files.arguments("find @fileset --text");
        args.push(text.to_owned());
        let outcome = kc(&args, &[]);
        (
            outcome.status,
            String::from_utf8(outcome.stdout).unwrap(),
            outcome.stderr,
        )
    };
    let (status, stdout, stderr) = find("msr daifset, #0xf; mov x20, _");
    assert_eq!((status, stderr.as_str()), (0, ""), "{stdout}");
    // Each of the encodings by itself finds its share.
    let lines = |text: &str| find(text).1.lines().count();
    let each = ["mov x0, x_", "movz x0, _", "movn x0, _", "add x0, sp, #0"].map(lines);
    let orr = lines("orr x0, xzr, #_");
    assert_eq!(lines("mov x0, _"), each.iter().sum::<usize>() + orr);
    assert!(lines("mov x0, _") > 3);
    let (status, _, stderr) = find("ldr _, _; ldr _, _; ldr _, _");
    assert_eq!(status, 1);
    assert!(stderr.contains("say more of it"), "{stderr}");
}

/// The version that a kernel has in its `__TEXT,__const`, in text and in JSON.
#[test]
fn a_kernel_says_which_it_is() {
    let mut file = testkit::macho::every::build(testkit::macho::every::Make::Kernel);
    let text = b"Darwin Kernel Version 24.5.0: Tue Apr 22 19:54:49 PDT 2025; \
                 root:xnu-11417.121.6~2/RELEASE_ARM64_T6000\0";
    // Some section of `__TEXT` becomes `__TEXT,__const`, with the string.
    let place = file.len();
    file.extend(text);
    let name = b"__text\0\0\0\0\0\0\0\0\0\0__TEXT\0\0\0\0\0\0\0\0\0\0";
    let at = file.windows(32).position(|window| window == name).unwrap();
    file[at..at + 8].copy_from_slice(b"__const\0");
    file[at + 40..at + 48].copy_from_slice(&(text.len() as u64).to_le_bytes());
    file[at + 48..at + 52].copy_from_slice(&u32::try_from(place).unwrap().to_le_bytes());
    let info = kc(&words("info -"), &file).stdout;
    let info = String::from_utf8(info).unwrap();
    let lines = "kernel          Darwin 24.5.0, built Tue Apr 22 19:54:49 PDT 2025\n\
                 xnu             11417.121.6~2\n\
                 variant         RELEASE ARM64 T6000\n";
    assert!(info.contains(lines), "{info}");
    let json = kc(&words("info --json -"), &file).stdout;
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let darwin = &json["answer"]["darwin"];
    assert_eq!(darwin["release"], "24.5.0");
    assert_eq!(darwin["xnu"], "11417.121.6~2");
    assert_eq!(darwin["config"], "RELEASE");
    assert_eq!(darwin["soc"], "T6000");
}
