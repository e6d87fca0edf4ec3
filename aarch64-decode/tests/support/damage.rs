//! Operands that are not quite those of an instruction.

use aarch64_decode::{
    AddressMode, Arrangement, Extend, FpImmediate, Matrix, MatrixPart, Memory, MemoryOffset,
    Operand, Predication, Register, RegisterClass, RegisterList, Shift,
};

/// The same operand with one of its parts changed, once for each part.
pub(crate) fn damaged(operand: Operand) -> Vec<Operand> {
    let other = |register: Register| {
        let changed = Register::of(register.class(), register.number() ^ 1).unwrap_or_else(|| {
            // zt0 has no neighbour.
            Register::of(RegisterClass::Za, 1).expect("za1")
        });
        changed
            .with_arrangement(register.arrangement())
            .with_lane(register.lane())
            .with_predication(register.predication())
    };
    let element = |register: Register| {
        let lane = register.lane().map_or(1, |lane| lane ^ 1);
        [
            other(register),
            register.with_lane(Some(lane)),
            register.with_arrangement(match register.arrangement() {
                Arrangement::B => Arrangement::H,
                _ => Arrangement::B,
            }),
            register.with_predication(match register.predication() {
                Predication::Merging => Predication::Zeroing,
                _ => Predication::Merging,
            }),
        ]
    };
    match operand {
        Operand::Register(own) => element(own).map(Operand::Register).to_vec(),
        Operand::WriteBack(own) => vec![Operand::WriteBack(other(own)), Operand::Register(own)],
        Operand::ShiftedRegister {
            register,
            shift,
            amount,
        } => vec![
            Operand::ShiftedRegister {
                register: other(register),
                shift,
                amount,
            },
            Operand::ShiftedRegister {
                register,
                shift,
                amount: amount ^ 1,
            },
            Operand::ShiftedRegister {
                register,
                shift: Shift::Msl,
                amount,
            },
        ],
        Operand::ExtendedRegister {
            register,
            extend,
            amount,
        } => vec![
            Operand::ExtendedRegister {
                register: other(register),
                extend,
                amount,
            },
            Operand::ExtendedRegister {
                register,
                extend,
                amount: amount ^ 1,
            },
            Operand::ExtendedRegister {
                register,
                extend: different(extend),
                amount,
            },
        ],
        Operand::Immediate(value) => vec![Operand::Immediate(value ^ 1)],
        Operand::ShiftedImmediate {
            value,
            shift,
            amount,
        } => vec![
            Operand::ShiftedImmediate {
                value: value ^ 1,
                shift,
                amount,
            },
            Operand::ShiftedImmediate {
                value,
                shift,
                amount: amount ^ 8,
            },
        ],
        Operand::FloatImmediate(value) => [1, 0x10, 0x80]
            .map(|bit| Operand::FloatImmediate(FpImmediate::new(value.bits() ^ bit)))
            .to_vec(),
        Operand::HalfUnits(halves) => vec![Operand::HalfUnits(halves ^ 1)],
        Operand::ElementImmediate { value, element } => {
            vec![Operand::ElementImmediate {
                value: value ^ 1,
                element,
            }]
        }
        Operand::Multiplier(times) => vec![Operand::Multiplier(times ^ 1)],
        Operand::List(list) => vec![
            Operand::List(RegisterList {
                first: other(list.first),
                ..list
            }),
            Operand::List(RegisterList {
                count: list.count + 1,
                ..list
            }),
            Operand::List(RegisterList {
                first: list
                    .first
                    .with_lane(Some(list.first.lane().map_or(1, |lane| lane ^ 1))),
                ..list
            }),
            // Of one register, the stride says nothing.
            Operand::List(RegisterList {
                stride: list.stride + 1,
                count: list.count.max(2),
                ..list
            }),
        ],
        Operand::Slice {
            register,
            base,
            offset,
        } => vec![
            Operand::Slice {
                register: other(register),
                base,
                offset,
            },
            Operand::Slice {
                register,
                base: other(base),
                offset,
            },
            Operand::Slice {
                register,
                base,
                offset: offset ^ 1,
            },
        ],
        Operand::Matrix(own) => vec![
            Operand::Matrix(Matrix {
                selector: other(own.selector),
                ..own
            }),
            Operand::Matrix(Matrix {
                first: own.first ^ 1,
                ..own
            }),
            Operand::Matrix(Matrix {
                count: own.count + 1,
                ..own
            }),
            Operand::Matrix(Matrix {
                group: own.group + 1,
                ..own
            }),
            Operand::Matrix(Matrix {
                part: if own.part == MatrixPart::Vertical {
                    MatrixPart::Horizontal
                } else {
                    MatrixPart::Vertical
                },
                ..own
            }),
        ],
        Operand::TileMask(mask) => vec![Operand::TileMask(mask ^ 1)],
        Operand::TableVector(index) => vec![Operand::TableVector(index ^ 1)],
        Operand::Memory(own) => memories(own, other).map(Operand::Memory).collect(),
        Operand::Condition(condition) => vec![Operand::Condition(condition.inverted())],
        Operand::Address(address) => vec![Operand::Address(address ^ 4)],
        Operand::ControlRegister(number) => vec![Operand::ControlRegister(number ^ 1)],
        // A name cannot be made; a register is none.
        _ => vec![Operand::Register(
            Register::of(RegisterClass::Q, 0).expect("q0"),
        )],
    }
}

fn different(extend: Extend) -> Extend {
    if extend == Extend::Sxtb {
        Extend::Uxtb
    } else {
        Extend::Sxtb
    }
}

fn memories(own: Memory, other: impl Fn(Register) -> Register) -> impl Iterator<Item = Memory> {
    let base = Memory {
        base: other(own.base),
        ..own
    };
    let mode = Memory {
        mode: if own.mode == AddressMode::Pre {
            AddressMode::Post
        } else {
            AddressMode::Pre
        },
        ..own
    };
    let offsets = match own.offset {
        MemoryOffset::Immediate(bytes) => vec![MemoryOffset::Immediate(bytes ^ 1)],
        MemoryOffset::VectorLengths(lengths) => vec![MemoryOffset::VectorLengths(lengths ^ 1)],
        // That is not always written.
        MemoryOffset::Register {
            index,
            extend,
            amount,
        } if index.is_zero() => {
            vec![MemoryOffset::Register {
                index: other(index),
                extend,
                amount,
            }]
        }
        MemoryOffset::Register {
            index,
            extend,
            amount,
        } => vec![
            MemoryOffset::Register {
                index: other(index),
                extend,
                amount,
            },
            MemoryOffset::Register {
                index,
                extend: different(extend),
                amount,
            },
            MemoryOffset::Register {
                index,
                extend,
                amount: Some(amount.map_or(1, |bits| bits ^ 1)),
            },
        ],
        _ => vec![MemoryOffset::Immediate(8)],
    };
    let offsets = offsets
        .into_iter()
        .map(move |offset| Memory { offset, ..own });
    [base, mode].into_iter().chain(offsets)
}
