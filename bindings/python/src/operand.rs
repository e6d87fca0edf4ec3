//! Operands and registers as Python has them.
use aarch64_decode::{
    AddressMode, Arrangement, MemoryOffset, Operand as Decoded, Register, RegisterClass,
    RegisterSet,
};
use pyo3::prelude::*;

/// One operand of an instruction. What does not apply is None.
#[pyclass(frozen, module = "kernelcache")]
#[derive(Default)]
pub(crate) struct Operand {
    /// "register", "immediate", "float", "memory", "address", "condition", "name", "list", or
    /// another lower-case word for what is rare.
    #[pyo3(get)]
    kind: &'static str,
    /// The register, "x0" or "v1.4s"; of a list its first one; of memory the base.
    #[pyo3(get)]
    register: Option<String>,
    /// The number of an immediate; the address of an address; of memory the offset in bytes.
    #[pyo3(get)]
    value: Option<i128>,
    /// The number of a floating-point immediate.
    #[pyo3(get)]
    float: Option<f64>,
    /// Of memory, the register that is added to the base.
    #[pyo3(get)]
    index: Option<String>,
    /// The shift or extension of a register or of the index: "lsl", "uxtw", ...
    #[pyo3(get)]
    shift: Option<&'static str>,
    /// By how many bits.
    #[pyo3(get)]
    amount: Option<u8>,
    /// Of memory "offset", "pre" or "post".
    #[pyo3(get)]
    mode: Option<&'static str>,
    /// The text of a name or a condition: "TTBR0_EL1", "eq".
    #[pyo3(get)]
    name: Option<String>,
    /// How many registers a list has.
    #[pyo3(get)]
    count: Option<u8>,
}

#[pymethods]
impl Operand {
    fn __repr__(&self) -> String {
        let mut text = format!("<Operand {}", self.kind);
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                text.extend([" ", name, "=", &value]);
            }
        };
        add("register", self.register.clone());
        add("index", self.index.clone());
        add("shift", self.shift.map(str::to_owned));
        add("amount", self.amount.map(|amount| amount.to_string()));
        add("value", self.value.map(|value| value.to_string()));
        add("float", self.float.map(|value| value.to_string()));
        add("mode", self.mode.map(str::to_owned));
        add("name", self.name.clone());
        add("count", self.count.map(|count| count.to_string()));
        text.push('>');
        text
    }
}

/// `x0`, `wsp`, `v1.4s`, `v2.s[1]`, `p0/z`.
pub(crate) fn register_name(register: Register) -> String {
    use aarch64_decode::Predication;
    let number = register.number();
    let mut name = match (register.class(), number) {
        (RegisterClass::W, 31) => "wzr".to_owned(),
        (RegisterClass::X, 31) => "xzr".to_owned(),
        (RegisterClass::Wsp, 31) => "wsp".to_owned(),
        (RegisterClass::Xsp, 31) => "sp".to_owned(),
        (RegisterClass::Wsp, _) => format!("w{number}"),
        (RegisterClass::Xsp, _) => format!("x{number}"),
        (RegisterClass::Za, _) => "za".to_owned(),
        (RegisterClass::Zt, _) => format!("zt{number}"),
        (class, _) => format!("{}{number}", format!("{class:?}").to_lowercase()),
    };
    if register.arrangement() != Arrangement::None {
        name.push('.');
        name.push_str(register.arrangement().name());
    }
    if let Some(lane) = register.lane() {
        name.extend(["[", &lane.to_string(), "]"]);
    }
    match register.predication() {
        Predication::Zeroing => name.push_str("/z"),
        Predication::Merging => name.push_str("/m"),
        Predication::None => {}
    }
    name
}

/// The names in a set.
pub(crate) fn set(set: RegisterSet) -> Vec<String> {
    // The library's Debug text lists exactly the names: `{x0, sp, v3, p1, n, z, za}`.
    let text = format!("{set:?}");
    let inside = text.trim_matches(['{', '}']);
    let names = inside.split(", ").filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

fn float(operand: &Decoded) -> Option<f64> {
    match operand {
        Decoded::FloatImmediate(value) => {
            let magnitude = f64::from(value.magnitude_in_128ths()) / 128.0;
            Some(if value.is_negative() {
                -magnitude
            } else {
                magnitude
            })
        }
        Decoded::HalfUnits(halves) => Some(f64::from(*halves) / 2.0),
        _ => None,
    }
}

/// An operand of the decoder as Python has it.
pub(crate) fn python(operand: &Decoded) -> Operand {
    let mut made = Operand {
        float: float(operand),
        ..Operand::default()
    };
    match *operand {
        Decoded::Register(register) | Decoded::WriteBack(register) => {
            made.kind = "register";
            made.register = Some(register_name(register));
        }
        Decoded::ShiftedRegister {
            register,
            shift,
            amount,
        } => {
            made.kind = "register";
            made.register = Some(register_name(register));
            made.shift = Some(shift.name());
            made.amount = Some(amount);
        }
        Decoded::ExtendedRegister {
            register,
            extend,
            amount,
        } => {
            made.kind = "register";
            made.register = Some(register_name(register));
            made.shift = Some(extend.name());
            made.amount = Some(amount);
        }
        Decoded::Immediate(value) => {
            made.kind = "immediate";
            made.value = Some(value.into());
        }
        Decoded::ShiftedImmediate {
            value,
            shift,
            amount,
        } => {
            made.kind = "immediate";
            made.value = Some(value.into());
            made.shift = Some(shift.name());
            made.amount = Some(amount);
        }
        Decoded::FloatImmediate(_) | Decoded::HalfUnits(_) => made.kind = "float",
        Decoded::List(list) => {
            made.kind = "list";
            made.register = Some(register_name(list.first));
            made.count = Some(list.count);
        }
        Decoded::Memory(memory) => {
            made.kind = "memory";
            made.register = Some(register_name(memory.base));
            made.mode = Some(match memory.mode {
                AddressMode::Pre => "pre",
                AddressMode::Post => "post",
                AddressMode::Offset => "offset",
            });
            match memory.offset {
                MemoryOffset::Immediate(value) | MemoryOffset::VectorLengths(value) => {
                    made.value = Some(value.into());
                }
                MemoryOffset::Register {
                    index,
                    extend,
                    amount,
                } => {
                    made.index = Some(register_name(index));
                    made.shift = Some(extend.name());
                    made.amount = Some(amount.unwrap_or(0));
                }
                _ => made.value = Some(0),
            }
        }
        Decoded::Condition(condition) => {
            made.kind = "condition";
            made.name = Some(condition.name().to_owned());
        }
        Decoded::Address(address) => {
            made.kind = "address";
            made.value = Some(address.into());
        }
        Decoded::Name(name) => {
            made.kind = "name";
            made.value = Some(name.value().into());
            let text = name.apple_name().or_else(|| name.text());
            made.name = text.map(|text| text.as_str().to_owned());
        }
        Decoded::ElementImmediate { value, .. } => {
            made.kind = "immediate";
            made.value = Some(value.into());
        }
        Decoded::Multiplier(factor) => {
            made.kind = "multiplier";
            made.value = Some(factor.into());
        }
        Decoded::Slice {
            register,
            base,
            offset,
        } => {
            made.kind = "slice";
            made.register = Some(register_name(register));
            made.index = Some(register_name(base));
            made.value = Some(offset.into());
        }
        Decoded::Matrix(matrix) => {
            made.kind = "matrix";
            made.register = Some(register_name(matrix.matrix));
            made.count = Some(matrix.count);
        }
        Decoded::TileMask(mask) => {
            made.kind = "tile_mask";
            made.value = Some(mask.into());
        }
        Decoded::TableVector(number) => {
            made.kind = "table_vector";
            made.value = Some(number.into());
        }
        Decoded::ControlRegister(number) => {
            made.kind = "control_register";
            made.value = Some(number.into());
        }
        _ => made.kind = "other",
    }
    made
}
