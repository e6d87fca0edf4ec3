//! What only a process of its own shows: signals, an input that shrinks, memory that is not to be
//! had, readers that leave, and what is kept of a file that is replaced.
#![cfg(target_os = "linux")]
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use testkit::kernelcache::sample;

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("kc-process-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&path));
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("fileset"), sample::fileset().bytes).unwrap();
        Self(path)
    }

    fn kc(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kc"));
        command.args(line.split(' ')).current_dir(&self.0);
        command
    }

    fn run(&self, line: &str) -> Output {
        self.kc(line).output().unwrap()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }
}

fn complaint(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn the_input_is_not_overwritten() {
    let folder = Folder::new("same");
    symlink("fileset", folder.0.join("link")).unwrap();
    fs::hard_link(folder.0.join("fileset"), folder.0.join("hard")).unwrap();
    let before = fs::read(folder.0.join("fileset")).unwrap();
    for output in ["fileset", "link", "hard", "./fileset"] {
        for command in [
            "extract fileset -o",
            "rebase fileset --slide 0x4000 -o",
            "load fileset --phys-base 0x800000000 -o",
            "carve fileset --at 0xfffffe0007004000 --len 4 -o",
        ] {
            let output = folder.run(&format!("{command} {output}"));
            assert_eq!(output.status.code(), Some(1), "{command}");
            assert!(complaint(&output).contains("is the input"), "{command}");
        }
    }
    assert_eq!(fs::read(folder.0.join("fileset")).unwrap(), before);
    assert_eq!(folder.names(), ["fileset", "hard", "link"]);
}

#[test]
fn permissions_and_links_of_the_target_are_kept() {
    let folder = Folder::new("kept");
    let target = folder.0.join("target");
    fs::write(&target, "old").unwrap();
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("target", folder.0.join("link")).unwrap();
    assert!(folder.run("extract fileset -o link").status.success());
    assert!(
        fs::symlink_metadata(folder.0.join("link"))
            .unwrap()
            .is_symlink()
    );
    assert_eq!(fs::read(&target).unwrap(), sample::fileset().bytes);
    assert_eq!(
        fs::metadata(&target).unwrap().permissions().mode() & 0o777,
        0o640
    );
}

#[test]
fn a_reader_that_leaves() {
    let folder = Folder::new("pipes");
    let made = Command::new("mkfifo").arg(folder.0.join("fifo")).status();
    assert!(made.unwrap().success());
    let mut child = folder
        .kc("extract fileset -o fifo")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut some = [0; 16];
    let mut reader = File::open(folder.0.join("fifo")).unwrap();
    reader.read_exact(&mut some).unwrap();
    drop(reader);
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let mut child = folder
        .kc("extract fileset -o -")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut reader = child.stdout.take().unwrap();
    reader.read_exact(&mut some).unwrap();
    drop(reader);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn no_memory_is_a_message() {
    let folder = Folder::new("memory");
    let image = File::create(folder.0.join("large")).unwrap();
    image.set_len(1 << 28).unwrap();
    drop(image);
    let kc = env!("CARGO_BIN_EXE_kc");
    // The whole of standard input is read into memory.
    let line = format!("ulimit -v 150000; exec {kc} info - < large");
    let output = Command::new("sh")
        .args(["-c", &line])
        .current_dir(&folder.0)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", complaint(&output));
    assert!(
        complaint(&output).contains("out of memory"),
        "{}",
        complaint(&output)
    );
}

/// A run that takes long enough to be met in the middle: its reader does not read.
#[test]
fn an_input_that_shrinks() {
    let folder = Folder::new("shrinks");
    let words = [0x1f, 0x20, 0x03, 0xd5].repeat(1 << 22);
    fs::write(folder.0.join("words"), words).unwrap();
    let mut child = folder
        .kc("disasm --raw words")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut reader = child.stdout.take().unwrap();
    reader.read_exact(&mut [0; 64]).unwrap();
    let file = File::options()
        .write(true)
        .open(folder.0.join("words"))
        .unwrap();
    file.set_len(0).unwrap();
    std::io::copy(&mut reader, &mut std::io::sink()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", complaint(&output));
    assert!(
        complaint(&output).contains("became shorter"),
        "{}",
        complaint(&output)
    );
}

#[test]
fn signals_leave_nothing_behind() {
    for signal in ["INT", "TERM", "HUP"] {
        let folder = Folder::new(signal);
        // Three gibibytes take a while to write; what is not a Mach-O file would be refused at
        // once.
        let mut large = File::create(folder.0.join("large")).unwrap();
        large.write_all(b"\xcf\xfa\xed\xfe").unwrap();
        large.set_len(3 << 30).unwrap();
        // Who runs the tests may ignore signals (nohup), and `kc` would too.
        let mut child = Command::new("env")
            .arg("--default-signal=INT,TERM,HUP")
            .arg(env!("CARGO_BIN_EXE_kc"))
            .args(["extract", "large", "-o", "out2"])
            .current_dir(&folder.0)
            .spawn()
            .unwrap();
        let start = Instant::now();
        let is_writing = || folder.names().iter().any(|name| name.contains(".tmp"));
        while !is_writing() && start.elapsed() < Duration::from_secs(20) {
            assert!(
                child.try_wait().unwrap().is_none(),
                "it ended before the signal"
            );
        }
        let sent = Command::new("kill")
            .args([format!("-{signal}"), child.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
        let status = child.wait().unwrap();
        assert_eq!(status.code(), None, "{signal}: {status}");
        assert!(!is_writing(), "{:?}", folder.names());
        assert!(!folder.names().contains(&"out2".to_owned()));
    }
}

/// On a terminal `kc` finds its width and says how far it is; `script` (of every Debian) makes one.
#[test]
fn a_terminal_is_found() {
    let folder = Folder::new("terminal");
    let words = [0x1f, 0x20, 0x03, 0xd5].repeat(1 << 16);
    fs::write(folder.0.join("words"), words).unwrap();
    let kc = env!("CARGO_BIN_EXE_kc");
    let shown = |line: &str| {
        let line = format!("stty cols 60; {line}");
        let output = Command::new("script")
            .args(["--quiet", "--return", "--command", &line, "/dev/null"])
            .stdin(Stdio::null())
            .env("TERM", "xterm")
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR_FORCE")
            .env_remove("COLUMNS")
            .current_dir(&folder.0)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let entries = shown(&format!("{kc} entries fileset"));
    assert!(entries.starts_with("\x1b[1mvmaddr "), "{entries:?}");
    assert!(!entries.contains("uuid"), "{entries:?}");
    // The reader waits longer than a run may take without a word.
    let line = format!("{kc} disasm --raw words | (sleep 1.2; wc -l)");
    let progress = shown(&line);
    let (said, count) = progress.rsplit_once("\r\x1b[K").unwrap();
    assert!(
        said.contains(" s, ") && said.contains("rows, "),
        "{progress:?}"
    );
    assert_eq!(count.trim(), "65536", "{progress:?}");
    // Nobody watches a pipe.
    let piped = shown(&format!(
        "{kc} disasm --raw words 2>&1 | (sleep 1.2; wc -l)"
    ));
    assert_eq!(piped.trim(), "65536", "{piped:?}");
}
