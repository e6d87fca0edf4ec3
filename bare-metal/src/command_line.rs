//! Numbers on the boot command line: `slide=0x200000 phys=0x42000000`.

/// The value of the first word `name=value`; `None` where it is missing.
pub fn value<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    line.split_ascii_whitespace()
        .find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
}

/// The number of the first word `name=number`, decimal or with `0x`; `None` where it is missing
/// or is no number.
pub fn number(line: &str, name: &str) -> Option<u64> {
    let value = value(line, name)?;
    match value.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => value.parse().ok(),
    }
}
