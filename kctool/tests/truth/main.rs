//! `kc` against what testkit says of its kernelcaches of every shape: 1,000 addresses of each, and
//! whole lists.
//!
//! A question that does not get the right answer today is a line of [`AWAITS`]. When it does, the
//! test fails until the line is removed.

mod ask;
mod awaits;
mod draw;
mod questions;

use testkit::kernelcache::planted;

use ask::Shape;
use awaits::AWAITS;

/// Addresses drawn of each shape.
const ADDRESSES: usize = 1000;

/// A question: its name, and what says of a shape whether all answers are right.
type Question = (&'static str, fn(&Shape) -> Result<usize, String>);

const QUESTIONS: &[Question] = &[
    ("entries", questions::lists::entries),
    ("symbols", questions::lists::symbols),
    ("strings", questions::lists::strings),
    ("functions", questions::lists::functions),
    ("image", questions::lists::of_one_image),
    ("last-part", questions::lists::by_last_part),
    ("owner", questions::addresses::owner),
    ("containing", questions::addresses::containing),
    ("disasm", questions::addresses::disasm),
    ("find", questions::addresses::find),
    ("xrefs", questions::references::listed),
    ("xrefs-only", questions::references::only_those),
    ("xrefs-named", questions::references::by_name),
];

#[test]
fn kc_says_what_the_builder_says() {
    let mut surprises = Vec::new();
    let mut asked = 0;
    let mut names = Vec::new();
    for (number, (name, built)) in planted::shapes().into_iter().enumerate() {
        let shape = Shape::new(name, built, ADDRESSES, number as u64);
        names.push(name);
        for (question, ask) in QUESTIONS {
            let mut awaits = AWAITS.iter();
            let awaited = awaits.any(|(of, shapes)| of == question && shapes.contains(&name));
            let answer = ask(&shape);
            match (answer, awaited) {
                (Ok(answers), false) => asked += answers,
                (Err(_), true) => {}
                (Err(error), false) => surprises.push(format!("{name}, {question}: {error}")),
                (Ok(_), true) => surprises.push(format!(
                    "{name}, {question}: right now; remove the shape from AWAITS"
                )),
            }
        }
    }
    for (awaited, shapes) in AWAITS {
        assert!(
            QUESTIONS.iter().any(|(question, _)| question == awaited) && !shapes.is_empty(),
            "{awaited} is not a question, or of no shape"
        );
        for shape in *shapes {
            assert!(names.contains(shape), "{shape} is not a shape");
        }
    }
    println!("{asked} answers as the truth says");
    assert!(surprises.is_empty(), "\n{}", surprises.join("\n"));
}
