//! The operands of a line as they are written, before it is known what the instruction takes.

use super::error::{AsmError, AsmErrorKind};
use super::register::{self, Amount, Modifier};
use super::scan::{Number, Scan};
use super::value::Value;
use super::{list, matrix, memory};
use crate::encode::OperandParts;
use crate::operand::{MemoryOffset, Operand};
use crate::register::{Arrangement, Predication, RegisterClass};

/// An operand of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    /// The column where it starts.
    pub(super) start: usize,
    /// The column behind it.
    pub(super) end: usize,
    pub(super) value: Value,
}

impl Item {
    /// Its class, if it is a register.
    pub(super) fn class(&self) -> Option<RegisterClass> {
        match self.value {
            Value::Operand(Operand::Register(register)) => Some(register.class()),
            _ => None,
        }
    }

    /// Whether it is a general register.
    pub(super) fn is_general(&self) -> bool {
        use crate::register::RegisterClass::{W, Wsp, X, Xsp};
        matches!(self.class(), Some(W | Wsp | X | Xsp))
    }

    /// The arrangement, if it is a vector.
    fn vector(&self) -> Option<Arrangement> {
        match self.value {
            Value::Operand(Operand::Register(register)) => {
                (register.class() == RegisterClass::V).then(|| register.arrangement())
            }
            _ => None,
        }
    }

    /// Whether it is a vector without arrangement.
    pub(super) fn is_bare_vector(&self) -> bool {
        self.vector() == Some(Arrangement::None)
    }

    /// Whether it is a predicate without size.
    pub(super) fn is_plain_predicate(&self) -> bool {
        self.register() == Some((RegisterClass::P, Arrangement::None))
    }

    /// Whether it is a vector with arrangement.
    pub(super) fn is_arranged_vector(&self) -> bool {
        self.vector().is_some() && !self.is_bare_vector()
    }

    /// Its class and arrangement, if it is a register.
    fn register(&self) -> Option<(RegisterClass, Arrangement)> {
        match self.value {
            Value::Operand(Operand::Register(register))
            | Value::Bare(Operand::Register(register)) => {
                Some((register.class(), register.arrangement()))
            }
            _ => None,
        }
    }

    /// Whether it is a scalable vector with elements of more than 8 bits.
    pub(super) fn is_vector_of_fractions(&self) -> bool {
        let own = self.register();
        own.is_some_and(|(class, arrangement)| {
            class == RegisterClass::Z && arrangement != Arrangement::B
        })
    }

    /// Whether it is a memory operand with an offset of 0 bytes.
    pub(super) fn has_plain_zero(&self) -> bool {
        matches!(self.value, Value::Operand(Operand::Memory(memory))
            if memory.offset == MemoryOffset::Immediate(0))
    }

    /// Whether some of it may be anything.
    pub(super) fn is_open(&self) -> bool {
        matches!(
            self.value,
            Value::Any
                | Value::AnyImmediate
                | Value::Open(..)
                | Value::OpenShifted { .. }
                | Value::AnyOffset(..)
        )
    }
}

/// More operands than any instruction has.
pub(super) const ITEMS: usize = 8;

/// The operands of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Items {
    list: [Item; ITEMS],
    len: usize,
}

impl Items {
    /// Takes the operands that are left of a line.
    pub(super) fn new(scan: &mut Scan<'_>, first: Option<Item>) -> Result<Self, AsmError> {
        let nothing = Item {
            start: 0,
            end: 0,
            value: Value::Any,
        };
        let mut items = Self {
            list: [nothing; ITEMS],
            len: 0,
        };
        if let Some(first) = first {
            items.push(first, scan)?;
        }
        if scan.peek().is_none() {
            return Ok(items);
        }
        loop {
            scan.blanks();
            let start = scan.column();
            let value = value(scan)?;
            let end = scan.column();
            items.push(Item { start, end, value }, scan)?;
            if scan.peek().is_none() {
                return Ok(items);
            }
            if !scan.eat(b',') {
                return Err(scan.error(AsmErrorKind::BadEnd));
            }
        }
    }

    fn push(&mut self, item: Item, scan: &Scan<'_>) -> Result<(), AsmError> {
        let slot = self.list.get_mut(self.len);
        *slot.ok_or_else(|| scan.error(AsmErrorKind::CountTooLarge))? = item;
        self.len = self.len.wrapping_add(1);
        Ok(())
    }

    /// Gives the first vector, which has no arrangement, this one; the others have what the
    /// instruction says. `None` if there is no vector, or one with an arrangement of its own.
    pub(super) fn arrange(&mut self, arrangement: Arrangement) -> Option<()> {
        let mut first = true;
        for item in self.list.iter_mut().take(self.len) {
            let Value::Operand(operand) = &mut item.value else {
                continue;
            };
            let vector = match operand {
                Operand::Register(register) => register,
                Operand::List(list) => &mut list.first,
                _ => continue,
            };
            if vector.class() != RegisterClass::V {
                continue;
            }
            if vector.arrangement() != Arrangement::None {
                return None;
            }
            if first {
                *vector = vector.arranged(arrangement);
                first = false;
            } else {
                item.value = Value::Bare(*operand);
            }
        }
        (!first).then_some(())
    }

    /// The registers of scalable vectors of smaller elements become such of double words; `None` if
    /// they are others.
    pub(super) fn double(&mut self) -> Option<()> {
        use Arrangement::{B, H, S};
        let own = self.as_slice().first()?.register()?;
        if !matches!(own, (RegisterClass::Z, B | H | S)) {
            return None;
        }
        for item in self.list.iter_mut().take(self.len) {
            match &mut item.value {
                Value::Operand(Operand::Register(register))
                    if (register.class(), register.arrangement()) == own =>
                {
                    *register = register.arranged(Arrangement::D);
                }
                _ => return None,
            }
        }
        Some(())
    }

    /// Exchanges the last two operands, if they are registers of one sort.
    pub(super) fn exchange_last(&mut self) -> Option<()> {
        self.exchange(self.len.checked_sub(2)?)
    }

    /// Exchanges an operand and the one behind it, if they are registers of one sort.
    pub(super) fn exchange(&mut self, at: usize) -> Option<()> {
        let [one, other] = self.list.get_mut(at..self.len)?.first_chunk_mut()?;
        (one.register()? == other.register()?).then(|| core::mem::swap(one, other))
    }

    /// Whether the second operand is a predicate that sets to zero.
    pub(super) fn is_zeroing(&self) -> bool {
        self.as_slice().get(1).is_some_and(|item| {
            matches!(item.value, Value::Operand(Operand::Register(register))
                if register.predication() == Predication::Zeroing)
        })
    }

    /// The 32 bits of one of two general registers, for its 64.
    pub(super) fn narrow(&mut self, at: usize) -> Option<()> {
        let item = self.list.get_mut(at).filter(|_| self.len == 2)?;
        match &mut item.value {
            Value::Operand(Operand::Register(register)) if register.class() == RegisterClass::X => {
                *register = register.in_class(RegisterClass::W);
                Some(())
            }
            _ => None,
        }
    }

    /// Of two operands only the first, a name, without its prefix; nothing if the rest is both
    /// names.
    pub(super) fn streaming(&mut self, rest: &[u8], prefix: usize) -> Option<()> {
        let first = self.list.first_mut().filter(|_| self.len == 2)?;
        first.start = first.start.wrapping_add(prefix);
        self.len = usize::from(!rest.eq_ignore_ascii_case(b"smza"));
        Some(())
    }

    /// The value of the second operand.
    pub(super) fn second_mut(&mut self) -> Option<&mut Value> {
        let second = self.list.get_mut(1).filter(|_| self.len > 1)?;
        Some(&mut second.value)
    }

    /// The value of the last operand.
    pub(super) fn last_mut(&mut self) -> Option<&mut Value> {
        let last = self.list.get_mut(self.len.checked_sub(1)?)?;
        Some(&mut last.value)
    }

    pub(super) fn as_slice(&self) -> &[Item] {
        debug_assert!(self.len <= self.list.len(), "each was put into the list");
        self.list.get(..self.len).unwrap_or(&[])
    }
}

fn value(scan: &mut Scan<'_>) -> Result<Value, AsmError> {
    match scan.peek() {
        Some(b'[') => memory::operand(scan),
        Some(b'{') => list::operand(scan),
        Some(b'#' | b'-' | b'+' | b'0'..=b'9') => immediate(scan),
        Some(b'.') if scan.word() == b"." => here(scan),
        Some(_) => named(scan),
        None => Err(scan.error(AsmErrorKind::BadOperand)),
    }
}

/// Takes `. + 8`, `. - 8` or `.`.
fn here(scan: &mut Scan<'_>) -> Result<Value, AsmError> {
    scan.take(b".");
    let negative = scan.eat(b'-');
    if !negative && !scan.eat(b'+') {
        return Ok(Value::Here(0));
    }
    let distance = scan.integer()?;
    Ok(Value::Here(if negative {
        distance.wrapping_neg()
    } else {
        distance
    }))
}

fn immediate(scan: &mut Scan<'_>) -> Result<Value, AsmError> {
    let hash = scan.eat(b'#');
    if hash && scan.eat_wildcard() {
        return Ok(match register::behind(scan)? {
            Some((Modifier::Shift(shift), amount)) => Value::OpenShifted {
                value: 0,
                shift,
                amount: amount.number().unwrap_or(0),
                parts: OperandParts::VALUE.with(amount.parts()),
            },
            Some((Modifier::Extend(_), _)) => return Err(scan.error(AsmErrorKind::BadOperand)),
            None => Value::AnyImmediate,
        });
    }
    let number = scan.number()?;
    let Number::Integer(value) = number else {
        return Ok(Value::Number { number, hash });
    };
    Ok(match register::behind(scan)? {
        Some((Modifier::Shift(shift), Amount::Any)) => Value::OpenShifted {
            value,
            shift,
            amount: 0,
            parts: OperandParts::AMOUNT,
        },
        Some((Modifier::Shift(shift), amount)) => Value::Shifted {
            value,
            shift,
            amount: amount.number().unwrap_or(0),
        },
        Some((Modifier::Extend(_), _)) => return Err(scan.error(AsmErrorKind::BadOperand)),
        None => Value::Number { number, hash },
    })
}

/// Takes a register, a part of the matrix, or a name.
fn named(scan: &mut Scan<'_>) -> Result<Value, AsmError> {
    if scan.eat_wildcard() {
        return Ok(Value::Any);
    }
    if scan.eat_word(b"mul") {
        return Ok(Value::Operand(Operand::Multiplier(scan.amount()?)));
    }
    if let Some(matrix) = matrix::operand(scan)? {
        return Ok(Value::Operand(matrix));
    }
    let word = scan.word();
    let Some((register, number)) = register::open(word) else {
        if word.is_empty() {
            return Err(scan.error(AsmErrorKind::BadOperand));
        }
        scan.take(word);
        return Ok(Value::Name);
    };
    scan.take(word);
    if register.class() == RegisterClass::P && scan.here() == Some(b'[') {
        return matrix::slice(scan, register, number);
    }
    let (register, lane) = register::suffixes(scan, register)?;
    let parts = number.with(lane);
    if scan.here() == Some(b'!') {
        scan.eat(b'!');
        return Ok(Value::open(Operand::WriteBack(register), parts));
    }
    let behind = register::behind(scan)?;
    let amount = behind.map_or(Amount::None, |(_, amount)| amount);
    let operand = match behind {
        Some((Modifier::Shift(shift), amount)) => Operand::ShiftedRegister {
            register,
            shift,
            amount: amount.number().unwrap_or(0),
        },
        Some((Modifier::Extend(extend), amount)) => Operand::ExtendedRegister {
            register,
            extend,
            amount: amount.number().unwrap_or(0),
        },
        None => Operand::Register(register),
    };
    Ok(Value::open(operand, parts.with(amount.parts())))
}
