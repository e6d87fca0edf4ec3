//! `extract --image` and `--all-images`: LLVM's tools read what comes out, and say what `kc` says.
use std::fs;
use std::process::{Command, Stdio};

use crate::common::{Files, kc};

fn run(files: &Files, line: &str) -> String {
    let outcome = kc(&files.arguments(line), &[]);
    assert_eq!(outcome.status, 0, "{line}: {}", outcome.stderr);
    String::from_utf8(outcome.stdout).unwrap()
}

/// What a tool of LLVM prints, which must not complain.
fn llvm(tool: &str, args: &[&str], path: &std::path::Path) -> String {
    let output = Command::new(tool)
        .args(args)
        .arg(path)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{tool} is installed: {error}"));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {complaint}", path.display());
    let about = complaint
        .lines()
        .filter(|line| !line.contains("no symbols"));
    assert_eq!(
        about.collect::<Vec<_>>().join("\n"),
        "",
        "{}",
        path.display()
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn llvm_reads_every_image() {
    let files = Files::new("extracted");
    let (mut images, mut symbols) = (0, 0);
    for name in ["fileset", "img4", "prelinked", "pageable", "auxiliary"] {
        let folder = format!("{name}.images");
        assert_eq!(
            run(&files, &format!("extract @{name} --all-images @{folder}")),
            ""
        );
        let mut names: Vec<_> = fs::read_dir(files.path(&folder))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert!(names.len() >= 2, "{name}: {names:?}");
        for file in names {
            let id = file.strip_suffix(".macho").unwrap();
            let path = files.path(&folder).join(&file);
            let one = format!("@{folder}/{file}");
            llvm("llvm-objdump", &["--macho", "--private-headers"], &path);
            let theirs = llvm("llvm-nm", &["-p"], &path);
            // The same by `kc`, of this file and of the image inside the collection.
            assert_eq!(
                run(&files, &format!("symbols --format nm {one}")),
                theirs,
                "{one}"
            );
            let inside = format!("symbols --format nm --image {id} @{name}");
            assert_eq!(run(&files, &inside), theirs, "{one}");
            symbols += theirs.lines().count();
            images += 1;
            // One alone is the same file.
            run(&files, &format!("extract @{name} --image {id} -o @out"));
            assert!(
                fs::read(files.path("out")).unwrap() == fs::read(&path).unwrap(),
                "{one}"
            );
            run(&files, &format!("info --strict {one}"));
        }
    }
    assert!(
        images >= 12 && symbols > 100,
        "{images} images, {symbols} symbols"
    );
}

#[test]
fn signed_pointers_are_listed_beside() {
    let files = Files::new("extracted-signed");
    run(
        &files,
        "extract @fileset --image org.example.alpha -o @out --signed @signed.json",
    );
    let signed: serde_json::Value =
        serde_json::from_slice(&fs::read(files.path("signed.json")).unwrap()).unwrap();
    let list = run(&files, "fixups --list --json @fileset");
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    let rows = list["rows"].as_array().unwrap();
    let signed = signed.as_array().unwrap();
    assert_eq!(signed.len(), 3);
    for pointer in signed {
        let row = rows
            .iter()
            .find(|row| row["vmaddr"] == pointer["vmaddr"])
            .unwrap();
        for field in ["target", "key", "diversity", "address_diversity"] {
            assert_eq!(row[field], pointer[field], "{field}");
        }
    }
}

/// Damage costs the image that has it, and says so; ids that lead elsewhere stay in the folder.
#[test]
fn ids_stay_in_the_folder() {
    let files = Files::new("extracted-ids");
    let mut attacked = fs::read(files.path("fileset")).unwrap();
    let (id, attack) = (b"org.example.alpha", b"../../../../a/bcd");
    let mut at = 0;
    while let Some(next) = attacked[at..]
        .windows(id.len())
        .position(|bytes| bytes == id)
    {
        at += next;
        attacked[at..at + id.len()].copy_from_slice(attack);
    }
    files.put("attacked", &attacked);
    run(&files, "extract @attacked --all-images @images");
    assert!(
        files
            .path("images")
            .join("_._.._.._.._a_bcd.macho")
            .exists()
    );
    // A chain that is damaged: the pointers after it stay, and the status says so.
    let outcome = kc(&files.arguments("extract @chain --all-images @more"), &[]);
    assert_eq!(outcome.status, 3, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("damaged: "), "{}", outcome.stderr);
    assert_eq!(fs::read_dir(files.path("more")).unwrap().count(), 3);
}
