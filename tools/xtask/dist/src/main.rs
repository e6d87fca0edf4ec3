//! `kc-dist FOLDER`: writes completions and man pages of `kc`.
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder] = arguments.as_slice() else {
        eprintln!("usage: kc-dist FOLDER");
        return ExitCode::from(2);
    };
    match kc_dist::write(Path::new(folder)) {
        Ok(files) => {
            for file in files {
                println!("{}", file.display());
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("kc-dist: {folder}: {error}");
            ExitCode::FAILURE
        }
    }
}
