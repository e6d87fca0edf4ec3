//! What binutils 2.40 spells otherwise than 2.44, in one spelling for both:
//!
//! 1. a list of registers names each of them: 2.44 makes a range of every list whose numbers follow
//!    each other, 2.40 only of more than two that do not wrap around;
//! 2. an offset of `xzr` to a vector of addresses is left out, as 2.44 does.
//!
//! What 2.40 has no names for is not here: that is on the list of explained differences.

/// The text in that spelling.
pub(crate) fn old(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some((before, list, after)) = braced(rest) {
        out.push_str(before);
        out.push('{');
        out.push_str(&each(list).unwrap_or_else(|| list.to_owned()));
        out.push('}');
        rest = after;
    }
    out.push_str(rest);
    if let Some((before, offset)) = out.rsplit_once(", ") {
        let is_vector = before
            .rsplit_once('[')
            .is_some_and(|(_, base)| base.starts_with('z'));
        if offset == "xzr]" && is_vector {
            return format!("{before}]");
        }
    }
    out
}

/// What is before the first braces, in them and after them.
fn braced(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (list, after) = rest.split_once('}')?;
    Some((before, list, after))
}

/// The registers of a range, one by one: `v0.4s, v1.4s` of `v0.4s-v1.4s`.
fn each(list: &str) -> Option<String> {
    let (first, last) = list.split_once('-')?;
    let (class, from, suffix) = register(first)?;
    let (_, to, _) = register(last)?;
    let registers: u8 = if class == "p" { 16 } else { 32 };
    let count = (to + registers).checked_sub(from)? % registers;
    let names: Vec<String> = (0..=count)
        .map(|step| format!("{class}{}{suffix}", (from + step) % registers))
        .collect();
    Some(names.join(", "))
}

/// Class, number and arrangement of a register.
fn register(name: &str) -> Option<(&str, u8, &str)> {
    let number = name.find(|c: char| c.is_ascii_digit())?;
    let (class, rest) = name.split_at(number);
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (number, suffix) = rest.split_at(end);
    let number = number.parse().ok().filter(|number| *number < 32)?;
    Some((class, number, suffix))
}

#[cfg(test)]
mod tests {
    use super::old;

    #[test]
    fn a_range_names_each_of_its_registers() {
        for (new, each) in [
            ("ld1 {v0.8b-v1.8b}, [x0]", "ld1 {v0.8b, v1.8b}, [x0]"),
            (
                "ld4 {v30.b-v1.b}[0], [x0]",
                "ld4 {v30.b, v31.b, v0.b, v1.b}[0], [x0]",
            ),
            ("pext {p15.b-p0.b}, pn8[0]", "pext {p15.b, p0.b}, pn8[0]"),
            (
                "sel {z0.b-z1.b}, pn8, {z2.b-z3.b}",
                "sel {z0.b, z1.b}, pn8, {z2.b, z3.b}",
            ),
            ("tbl v0.8b, {v0.16b}, v0.8b", "tbl v0.8b, {v0.16b}, v0.8b"),
            ("zero {za0.d, za7.d}", "zero {za0.d, za7.d}"),
        ] {
            assert_eq!(old(new), each);
        }
    }

    #[test]
    fn no_offset_is_xzr() {
        let with = "stnt1d {z0.d}, p0, [z0.d, xzr]";
        assert_eq!(old(with), "stnt1d {z0.d}, p0, [z0.d]");
        let other = "ldr x0, [x0, xzr]";
        assert_eq!(old(other), other);
    }
}
