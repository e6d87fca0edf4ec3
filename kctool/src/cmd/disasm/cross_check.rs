//! The comparison with bad64, a decoder of other making.

use crate::failure::Failure;

/// Compares each word and counts.
pub(super) struct CrossCheck {
    words: u64,
    differing: u64,
    #[cfg(not(feature = "cross-check"))]
    never: std::convert::Infallible,
}

impl CrossCheck {
    #[cfg(not(feature = "cross-check"))]
    pub(super) fn new() -> Result<Self, Failure> {
        Err(Failure::refused(
            "this kc is built without bad64; `cargo build --release -p kctool --features cross-check` \
             builds one with it (needs a C compiler and libclang)",
        ))
    }

    #[cfg(feature = "cross-check")]
    #[expect(clippy::unnecessary_wraps, reason = "without the feature it fails")]
    pub(super) fn new() -> Result<Self, Failure> {
        Ok(Self {
            words: 0,
            differing: 0,
        })
    }

    /// bad64's text, where it is not ours but for spelling.
    #[cfg(not(feature = "cross-check"))]
    pub(super) fn compare(&mut self, _: u32, _: u64, _: Option<&str>) -> Option<String> {
        match self.never {}
    }

    /// bad64's text, where it is not ours but for spelling.
    #[cfg(feature = "cross-check")]
    pub(super) fn compare(&mut self, word: u32, vmaddr: u64, ours: Option<&str>) -> Option<String> {
        self.words += 1;
        let theirs = bad64::decode(word, vmaddr)
            .ok()
            .map(|instruction| instruction.to_string());
        let same = match (&theirs, ours) {
            (None, None) => true,
            (Some(theirs), Some(ours)) => normal(theirs) == normal(ours),
            _ => false,
        };
        if same {
            return None;
        }
        self.differing += 1;
        Some(theirs.unwrap_or_else(|| "no instruction".to_owned()))
    }

    pub(super) fn summary(&self) -> String {
        format!(
            "bad64 differs on {} of {} words",
            self.differing, self.words
        )
    }
}

/// Spelling evened out: small letters, no blanks or `#`, every number in decimal, one name for
/// what has two.
#[cfg(feature = "cross-check")]
fn normal(text: &str) -> String {
    let mut out = String::new();
    let text = text.to_ascii_lowercase();
    let mut rest = text.split(';').next().unwrap_or_default().trim();
    while let Some(first) = rest.chars().next() {
        if let Some(hex) = rest.strip_prefix("0x") {
            let end = hex
                .find(|letter: char| !letter.is_ascii_hexdigit())
                .unwrap_or(hex.len());
            let number = u64::from_str_radix(&hex[..end], 16).unwrap_or(0);
            // bad64 prints negative offsets as 64-bit two's complement.
            if number >> 63 == 1 {
                out.push('-');
                out.push_str(&number.wrapping_neg().to_string());
            } else {
                out.push_str(&number.to_string());
            }
            rest = &hex[end..];
            continue;
        }
        let len = if first.is_ascii_alphanumeric() {
            rest.find(|letter: char| !letter.is_ascii_alphanumeric())
                .unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        if first != '#' && !first.is_whitespace() {
            out.push_str(match &rest[..len] {
                "fp" => "x29",
                "lr" => "x30",
                "cs" => "hs",
                "cc" => "lo",
                other => other,
            });
        }
        rest = &rest[len..];
    }
    out
}
