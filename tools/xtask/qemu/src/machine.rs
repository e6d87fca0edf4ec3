//! One run of QEMU: what goes in, and the lines that came out.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Where loaders are told to put the image; `POISON` bytes from here are not zero before.
pub(crate) const PHYS: u64 = 0x4200_0000;
/// Bytes that are filled so that memory that nobody zeroes shows.
const POISON: usize = 4 << 20;

/// How to start the machine.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// Words for the loader, besides where to load.
    pub(crate) command_line: String,
    /// Memory in MiB.
    pub(crate) memory: u32,
    /// The processor, as QEMU names it.
    pub(crate) cpu: &'static str,
    /// When the machine is ended if it has not ended itself.
    pub(crate) timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            command_line: String::new(),
            memory: 512,
            cpu: "cortex-a72",
            timeout: Duration::from_secs(30),
        }
    }
}

/// A folder for the files that QEMU reads.
#[derive(Debug)]
pub(crate) struct Bench {
    folder: PathBuf,
    /// How many machines were started: each has an initrd of its own, because several run at once.
    started: AtomicUsize,
}

impl Bench {
    /// Uses `folder`, which is made.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn new(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join("poison"), vec![0xa5; POISON])?;
        Ok(Self {
            folder: folder.to_owned(),
            started: AtomicUsize::new(0),
        })
    }

    /// Boots `image` with `initrd`, and gives what the UART printed until the machine ended itself.
    ///
    /// # Errors
    /// When QEMU cannot be started, or the machine does not end in time: with what it printed.
    pub(crate) fn boot(
        &self,
        image: &Path,
        initrd: &[u8],
        options: &Options,
    ) -> io::Result<String> {
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        let initrd_file = self.folder.join(format!("initrd-{number}"));
        fs::write(&initrd_file, initrd)?;
        let mut command = Command::new("qemu-system-aarch64");
        command
            .args(["-machine", "virt", "-cpu", options.cpu])
            .args(["-m", &format!("{}M", options.memory)])
            .args(["-nic", "none", "-display", "none", "-monitor", "none"])
            .args(["-serial", "stdio", "-no-reboot"])
            .arg("-kernel")
            .arg(image)
            .args([
                "-append",
                &format!("phys={PHYS:#x} {}", options.command_line),
            ])
            .arg("-device")
            .arg(format!(
                "loader,file={},addr={PHYS:#x},force-raw=on",
                self.folder.join("poison").display()
            ));
        if !initrd.is_empty() {
            command.arg("-initrd").arg(&initrd_file);
        }
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .map_err(|error| {
                io::Error::other(format!("cannot start qemu-system-aarch64: {error}"))
            })?;
        let printed = finish(child, options.timeout);
        fs::remove_file(&initrd_file)?;
        printed
    }
}

/// Waits for the child to end, and ends it when it takes too long.
fn finish(mut child: Child, timeout: Duration) -> io::Result<String> {
    let start = Instant::now();
    let mut pipe = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let reader = thread::spawn(move || {
        let mut printed = Vec::new();
        pipe.read_to_end(&mut printed).map(|_| printed)
    });
    let status = loop {
        match child.try_wait()? {
            Some(status) => break Some(status),
            None if start.elapsed() > timeout => {
                child.kill()?;
                child.wait()?;
                break None;
            }
            None => thread::sleep(Duration::from_millis(10)),
        }
    };
    let printed = reader
        .join()
        .map_err(|_| io::Error::other("the reader of the UART failed"))??;
    let printed = String::from_utf8_lossy(&printed).into_owned();
    match status {
        Some(status) if status.success() => Ok(printed),
        Some(status) => Err(io::Error::other(format!("QEMU ended with {status}"))),
        None => Err(io::Error::other(format!(
            "the machine did not end in {} s; it printed:\n{printed}",
            timeout.as_secs()
        ))),
    }
}
