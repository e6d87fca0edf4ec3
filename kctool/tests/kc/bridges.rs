//! Symbols for other tools: read by the tools themselves, or by their documented interfaces.
use std::fs;
use std::process::Command;

use serde_json::Value;
use testkit::kernelcache::sample;

use crate::common::{Files, kc};

fn format(files: &Files, format: &str, name: &str) -> String {
    let line = format!("symbols --format {format} @{name}");
    let outcome = kc(&files.arguments(&line), &[]);
    assert_eq!(outcome.status, 0, "{line}: {}", outcome.stderr);
    String::from_utf8(outcome.stdout).unwrap()
}

/// The symbols of a file with an address, by `--json`: address, name and type.
fn symbols(files: &Files, name: &str) -> Vec<(u64, String, char)> {
    let outcome = kc(&files.arguments(&format!("symbols --json @{name}")), &[]);
    let document: Value = serde_json::from_slice(&outcome.stdout).unwrap();
    let rows = document["rows"].as_array().unwrap().iter();
    rows.filter_map(|row| {
        let vmaddr = row["vmaddr"].as_str()?.strip_prefix("0x")?;
        let letter = row["type"].as_str()?.chars().next()?;
        let name = row["name"].as_str()?.to_owned();
        Some((u64::from_str_radix(vmaddr, 16).unwrap(), name, letter))
    })
    .collect()
}

/// `llvm-nm -p` prints the same lines for a file of one image.
#[test]
fn nm_prints_the_same() {
    let files = Files::new("bridges-nm");
    let mut lines = 0;
    for name in ["bare", "relocated", "opcodes", "kext", "shuffled"] {
        let ours = format(&files, "nm", name);
        let theirs = Command::new("llvm-nm")
            .arg("-p")
            .arg(files.path(name))
            .output()
            .expect("llvm-nm is installed");
        assert_eq!(ours, String::from_utf8(theirs.stdout).unwrap(), "{name}");
        lines += ours.lines().count();
    }
    assert!(lines > 60, "{lines}");
}

/// Lines of `START SIZE NAME` in hexadecimal without a prefix (Linux,
/// `tools/perf/Documentation/jit-interface.txt`): each function with the bytes that it has.
#[test]
fn perf_maps_have_bounds() {
    let files = Files::new("bridges-perf");
    let text = format(&files, "perf", "fileset");
    let truth = sample::fileset().truth;
    let functions: Vec<u64> = truth.functions.iter().map(|one| one.vmaddr).collect();
    let mut found = 0;
    for line in text.lines() {
        let mut fields = line.splitn(3, ' ');
        let mut number = || {
            let field = fields.next().unwrap();
            assert!(field.bytes().all(|byte| byte.is_ascii_hexdigit()), "{line}");
            u64::from_str_radix(field, 16).unwrap()
        };
        let (start, size) = (number(), number());
        assert!(!fields.next().unwrap().is_empty() && size > 0, "{line}");
        if functions.contains(&start) {
            found += 1;
            let next = functions.iter().filter(|other| **other > start).min();
            assert!(next.is_none_or(|next| start + size <= *next), "{line}");
        }
    }
    assert!(found > 10, "{found}");
}

/// A header with a triple and an RFC 4122 UUID, and symbols with a name and either an address or a
/// value (LLDB, `docs/use/symbolfilejson.rst`).
#[test]
fn lldb_symbol_files_have_the_documented_keys() {
    let files = Files::new("bridges-lldb");
    for name in ["fileset", "bare", "prelinked", "opcodes"] {
        let text = format(&files, "lldb", name);
        assert!(text.starts_with('{'), "LLDB looks at the first byte");
        let document: Value = serde_json::from_str(&text).unwrap();
        let head: Vec<_> = document.as_object().unwrap().keys().collect();
        assert_eq!(head, ["triple", "uuid", "symbols"]);
        let triple = document["triple"].as_str().unwrap();
        assert!(triple.ends_with("-apple-macosx"));
        let uuid = document["uuid"].as_str().unwrap().split('-');
        assert_eq!(uuid.map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        let mut ours = Vec::new();
        for symbol in document["symbols"].as_array().unwrap() {
            let kind = symbol["type"].as_str().unwrap();
            let (key, kinds) = match symbol.get("value") {
                Some(_) => ("value", &["absolute"][..]),
                None => ("address", &["code", "data"][..]),
            };
            assert!(kinds.contains(&kind), "{symbol}");
            assert!(symbol.get("size").is_none_or(Value::is_u64), "{symbol}");
            let place = symbol[key].as_u64().unwrap();
            ours.push((place, symbol["name"].as_str().unwrap().to_owned()));
        }
        let all = symbols(&files, name).into_iter();
        let all: Vec<_> = all.map(|(vmaddr, name, _)| (vmaddr, name)).collect();
        assert_eq!(ours, all, "{name}");
    }
    // LLDB shows a collection as its kernel, whose UUID the file must have.
    let document: Value = serde_json::from_str(&format(&files, "lldb", "fileset")).unwrap();
    let line = "headers --json --image com.apple.kernel @fileset";
    let headers = kc(&files.arguments(line), &[]).stdout;
    let headers: Value = serde_json::from_slice(&headers).unwrap();
    let rows = headers["rows"].as_array().unwrap();
    let uuid = rows.iter().find(|row| row["cmd"] == "LC_UUID").unwrap();
    assert_eq!(document["uuid"], uuid["uuid"]);
}

/// The calls of the three scripts, by the documentation of each tool, and what came of them, as
/// lists of address, name, and whether it became a function.
const STUB: &str = r#"
import json, sys, types

def module(name, **members):
    made = types.ModuleType(name)
    vars(made).update(members)
    sys.modules[name] = made

def u64(address):
    assert isinstance(address, int) and 0 <= address < 2 ** 64
    return address

def ida(done, functions):
    # ida_funcs.get_func(ea), add_func(ea1); ida_name.set_name(ea, name, flags)
    def get_func(ea):
        return ea if u64(ea) in functions else None
    def add_func(ea):
        functions.add(u64(ea))
        return True
    def set_name(ea, name, flags):
        assert isinstance(name, str) and flags == 1 | 2 | 0x800
        done.append((u64(ea), name))
        return True
    module("ida_funcs", get_func=get_func, add_func=add_func)
    module("ida_name", set_name=set_name, SN_NOCHECK=1, SN_NOWARN=2, SN_FORCE=0x800)
    return {}

def ghidra(done, functions):
    # FlatProgramAPI: toAddr(String), getFunctionAt(Address), createFunction(Address, String),
    # createLabel(Address, String, boolean, SourceType)
    class Address:
        def __init__(self, text):
            self.offset = u64(int(text, 16))
    class SourceType:
        IMPORTED = object()
    def getFunctionAt(address):
        return address if address.offset in functions else None
    def createFunction(address, name):
        assert " " not in name
        functions.add(address.offset)
    def createLabel(address, name, primary, source):
        assert primary is True and source is SourceType.IMPORTED and " " not in name
        done.append((address.offset, name))
    for name in ["ghidra", "ghidra.program", "ghidra.program.model"]:
        module(name)
    module("ghidra.program.model.symbol", SourceType=SourceType)
    return dict(toAddr=Address, getFunctionAt=getFunctionAt, createFunction=createFunction,
                createLabel=createLabel)

def binja(done, functions):
    # BinaryView.get_function_at(addr), create_user_function(addr), define_user_symbol(sym);
    # Symbol(sym_type, addr, short_name)
    class SymbolType:
        FunctionSymbol, DataSymbol = "function", "data"
    class Symbol:
        def __init__(self, sym_type, addr, short_name):
            self.type, self.address, self.name = sym_type, u64(addr), short_name
    class View:
        def get_function_at(self, addr):
            return addr if u64(addr) in functions else None
        def create_user_function(self, addr):
            functions.add(u64(addr))
        def define_user_symbol(self, sym):
            assert (sym.type == "function") == (sym.address in functions)
            done.append((sym.address, sym.name))
    module("binaryninja", Symbol=Symbol, SymbolType=SymbolType)
    return {"bv": View()}

answers = {}
for tool in [ida, ghidra, binja]:
    done, functions = [], set()
    with open(sys.argv[1] + "/" + tool.__name__ + ".py") as script:
        exec(compile(script.read(), tool.__name__, "exec"), tool(done, functions))
    answers[tool.__name__] = [[a, n, a in functions] for a, n in done]
print(json.dumps(answers))
"#;

/// The scripts run in Python, and name what the symbols name.
#[test]
fn scripts_call_what_is_documented() {
    let files = Files::new("bridges-scripts");
    let mut hostile = fs::read(files.path("fileset")).unwrap();
    // As long as the name that it replaces.
    let attack = b"\"\\\xff\xe2\x80\xaea'''\n#";
    let name = b"_alpha_start";
    let mut windows = hostile.windows(name.len());
    let at = windows.rposition(|window| window == name).unwrap();
    hostile[at..at + attack.len()].copy_from_slice(attack);
    files.put("hostile", &hostile);
    for name in ["fileset", "hostile"] {
        for tool in ["ida", "ghidra", "binja"] {
            let script = format(&files, tool, name);
            assert!(script.is_ascii());
            files.put(&format!("{tool}.py"), script.as_bytes());
        }
        let ran = Command::new("python3")
            .args(["-c", STUB])
            .arg(files.folder())
            .output()
            .expect("python3 is installed");
        let complaint = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{name}: {complaint}");
        let answers: Value = serde_json::from_slice(&ran.stdout).unwrap();
        let expected: Vec<_> = symbols(&files, name)
            .into_iter()
            .filter(|(_, _, letter)| !matches!(letter, 'A' | 'a' | 'U' | 'C'))
            .map(|(vmaddr, name, _)| (vmaddr, name))
            .collect();
        assert!(expected.len() > 30, "{}", expected.len());
        for tool in ["ida", "ghidra", "binja"] {
            let (mut found, mut functions) = (Vec::new(), 0);
            for row in answers[tool].as_array().unwrap() {
                let name = row[1].as_str().unwrap().to_owned();
                found.push((row[0].as_u64().unwrap(), name));
                functions += usize::from(row[2] == true);
            }
            assert_eq!(found, expected, "{tool}");
            assert!(functions >= 15, "{tool}: {functions} functions");
        }
    }
}
