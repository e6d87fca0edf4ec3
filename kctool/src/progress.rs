//! What a run that takes long has done so far, on a terminal.
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// A run that is over by then says nothing.
const PATIENCE: Duration = Duration::from_millis(500);

const BETWEEN: Duration = Duration::from_millis(200);

/// Goes to the start of the line and clears it.
const CLEAR: &str = "\r\x1b[K";

/// Writes a line on standard error again and again, until it is dropped.
pub(crate) struct Progress {
    shared: Arc<Shared>,
}

struct Shared {
    bytes: AtomicU64,
    rows: AtomicU64,
    is_over: AtomicBool,
    /// Whether the line is there; held while something is written.
    is_shown: Mutex<bool>,
}

impl Progress {
    /// Starts to watch; of a machine that has no thread to spare it watches nothing.
    pub(crate) fn new() -> Self {
        let shared = Arc::new(Shared {
            bytes: AtomicU64::new(0),
            rows: AtomicU64::new(0),
            is_over: AtomicBool::new(false),
            is_shown: Mutex::new(false),
        });
        let watched = Arc::clone(&shared);
        drop(thread::Builder::new().spawn(move || watch(&watched)));
        Self { shared }
    }

    /// So many rows more were made.
    pub(crate) fn rows(&self, count: u64) {
        self.shared.rows.fetch_add(count, Ordering::Relaxed);
    }

    /// So many bytes more were written.
    pub(crate) fn bytes(&self, count: usize) {
        self.shared.bytes.fetch_add(count as u64, Ordering::Relaxed);
    }

    /// Removes the line; before something else is written there.
    pub(crate) fn clear(&self) {
        self.shared.clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        self.shared.clear();
    }
}

impl Shared {
    fn clear(&self) {
        if let Ok(mut is_shown) = self.is_shown.lock() {
            if *is_shown {
                drop(std::io::stderr().write_all(CLEAR.as_bytes()));
                *is_shown = false;
            }
        }
    }
}

fn watch(shared: &Shared) {
    let start = Instant::now();
    thread::sleep(PATIENCE);
    loop {
        if let Ok(mut is_shown) = shared.is_shown.lock() {
            // Under the lock, so that nothing is written after the last clearing.
            if shared.is_over.load(Ordering::SeqCst) {
                return;
            }
            let rows = shared.rows.load(Ordering::Relaxed);
            let bytes = shared.bytes.load(Ordering::Relaxed);
            let line = line(start.elapsed(), rows, bytes);
            drop(std::io::stderr().write_all(format!("{CLEAR}{line}").as_bytes()));
            *is_shown = true;
        }
        thread::sleep(BETWEEN);
    }
}

/// What was done in that time; of nothing that is counted the time alone.
fn line(elapsed: Duration, rows: u64, bytes: u64) -> String {
    let seconds = elapsed.as_secs_f64();
    #[expect(
        clippy::cast_precision_loss,
        reason = "a rate is shown with a few digits"
    )]
    let rate = |count: u64| count as f64 / seconds;
    let mebibytes = |bytes: f64| bytes / f64::from(1 << 20);
    let rows = match rows {
        0 => String::new(),
        rows => format!(", {rows} rows, {:.0}/s", rate(rows)),
    };
    if bytes == 0 {
        return format!("kc: {seconds:.1} s{rows}");
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a size is shown with a few digits"
    )]
    let size = mebibytes(bytes as f64);
    let rate = mebibytes(rate(bytes));
    format!("kc: {seconds:.1} s{rows}, {size:.1} MiB, {rate:.1} MiB/s")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::line;

    #[test]
    fn rates() {
        let time = Duration::from_secs(2);
        assert_eq!(line(time, 0, 0), "kc: 2.0 s");
        assert_eq!(line(time, 5000, 0), "kc: 2.0 s, 5000 rows, 2500/s");
        assert_eq!(line(time, 0, 3 << 20), "kc: 2.0 s, 3.0 MiB, 1.5 MiB/s");
    }
}
