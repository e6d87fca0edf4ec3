//! What a boot must print.

use testkit::truth::Built;

use crate::machine::{Options, PHYS};

/// What a boot must print.
#[derive(Debug, Clone)]
pub(crate) enum Expect {
    /// These lines, in this order, and nothing that says FAIL; the last one ends the output.
    Lines(Vec<String>),
    /// The loader refuses, with these words.
    Refused(&'static str),
    /// The payload runs and finds this wrong.
    Fails(&'static str),
    /// The image ends with a line that starts like this.
    Ends(&'static str),
}

/// One boot: input and what it must print.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// Name for messages.
    pub(crate) name: String,
    /// The initrd; empty for none.
    pub(crate) input: Vec<u8>,
    /// How the machine is started.
    pub(crate) options: Options,
    /// What it must print.
    pub(crate) expect: Expect,
}

impl Case {
    /// A boot with the usual machine.
    pub(crate) fn new(name: impl Into<String>, input: Vec<u8>, expect: Expect) -> Self {
        Self {
            name: name.into(),
            input,
            options: Options::default(),
            expect,
        }
    }

    /// Compares what was printed.
    ///
    /// # Errors
    /// What is missing, and the whole output.
    pub(crate) fn check(&self, printed: &str) -> Result<(), String> {
        let lines: Vec<&str> = printed.lines().collect();
        let wrong = |what: String| Err(format!("{}: {what}; it printed:\n{printed}", self.name));
        match &self.expect {
            Expect::Lines(expected) => {
                let mut rest = lines.iter();
                for line in expected {
                    if !rest.any(|printed| printed == line) {
                        return wrong(format!("no line {line:?}, or not in order"));
                    }
                }
                if rest.next().is_some() {
                    return wrong("it does not end there".to_owned());
                }
            }
            Expect::Refused(words) => {
                let last = lines.last().copied().unwrap_or_default();
                if !last.contains("refused: ") || !last.contains(words) {
                    return wrong(format!(
                        "it does not end with a refusal that says {words:?}"
                    ));
                }
            }
            Expect::Fails(words) => {
                let line = format!("payload: FAIL: {words}");
                if lines.last().copied() != Some(line.as_str()) {
                    return wrong(format!("it does not end with {line:?}"));
                }
            }
            Expect::Ends(start) => {
                let last = lines.last().copied().unwrap_or_default();
                if !last.starts_with(start) {
                    return wrong(format!("it does not end with {start:?}"));
                }
            }
        }
        Ok(())
    }
}

/// What the payload prints when `built` is loaded right, at `PHYS` and with `slide`. The machine has
/// `memory` MiB.
pub(crate) fn payload_lines(built: &Built, slide: u64, options: &Options) -> Expect {
    let truth = &built.truth;
    if truth.symbols.is_empty() {
        let lines = ["payload: the stage runs", "payload: ok"];
        return Expect::Lines(lines.map(str::to_owned).to_vec());
    }
    let memory = truth.segments.iter().filter(|segment| segment.vmsize != 0);
    let low = memory.map(|segment| segment.vmaddr).min().unwrap_or(0);
    let entry = truth.entry.as_ref().map_or(0, |entry| entry.vmaddr);
    let ram_end = 0x4000_0000 + (u64::from(options.memory) << 20);
    let kexts = !truth.entries.is_empty();
    let mut lines = vec![
        "payload: the kernel runs".to_owned(),
        format!("payload: virtBase {:#018x}", low.wrapping_add(slide)),
        format!("payload: physBase {PHYS:#018x}"),
        format!("payload: memSize {:#018x}", ram_end - PHYS),
        format!("payload: pc {:#018x}", PHYS + (entry - low)),
        format!("payload: slide {slide:#018x}"),
        format!(
            "payload: command line phys={PHYS:#x} {}",
            options.command_line
        ),
        "payload: sum of the data 0x00000000988228f1".to_owned(),
        "payload: zero fill 0x0000000000000000".to_owned(),
    ];
    if kexts {
        lines.push("payload: alpha was called by the kernel".to_owned());
        lines.push("payload: beta was called by alpha".to_owned());
    }
    let calls = if kexts { 2 } else { 0 };
    lines.push(format!("payload: calls of kexts {calls:#018x}"));
    lines.push("payload: ok".to_owned());
    Expect::Lines(lines)
}
