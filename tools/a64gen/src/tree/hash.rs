//! Finds the multiplier of a node.

/// Multipliers tried for each size of table.
const TRIES: u32 = 4000;

/// A small generator with a fixed seed: the same tables in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as u32
    }
}

/// Multipliers that move the runs of `mask` next to each other below bit 32, in every order.
fn gathering(mask: u32) -> Vec<u32> {
    let mut runs = Vec::new();
    let mut rest = mask;
    while rest != 0 {
        let low = rest.trailing_zeros();
        let width = (rest >> low).trailing_ones();
        runs.push((low, width));
        rest &= !(((1_u64 << width) - 1) as u32).wrapping_shl(low);
    }
    let mut result = Vec::new();
    let mut orders: Vec<Vec<(u32, u32)>> = vec![Vec::new()];
    for _ in 0..runs.len() {
        orders = orders
            .iter()
            .flat_map(|o| {
                runs.iter()
                    .filter(|r| !o.contains(r))
                    .map(|r| [o.as_slice(), &[*r]].concat())
                    .collect::<Vec<_>>()
            })
            .collect();
        if orders.len() > 800 {
            orders.truncate(800);
        }
    }
    for order in orders {
        let mut top = 32;
        let mut magic = 0_u32;
        for (low, width) in order {
            top -= width;
            if top < low {
                magic = 0;
                break;
            }
            magic = magic.wrapping_add(1_u32.wrapping_shl(top - low));
        }
        if magic != 0 {
            result.push(magic);
        }
    }
    result
}

/// A multiplier and a shift that send the values to slots so that different children never share
/// one; the smallest table found.
pub(super) fn hash(mask: u32, children: &[(u32, usize)], distinct: usize) -> (u32, u32, usize) {
    let span = 32 - mask.leading_zeros() - mask.trailing_zeros();
    let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ u64::from(mask));
    let least = distinct.next_power_of_two().trailing_zeros().max(1);
    let mut table: Vec<usize> = Vec::new();
    let gathering = gathering(mask);
    for bits in least..=span {
        let fixed = gathering.len() as u32 + 1;
        for attempt in 0..fixed + TRIES {
            let magic = if attempt == 0 {
                1_u32 << mask.leading_zeros()
            } else if attempt < fixed {
                gathering[attempt as usize - 1]
            } else {
                random.next() & random.next()
            };
            table.clear();
            table.resize(1 << bits, usize::MAX);
            let fits = children.iter().all(|&(value, child)| {
                let slot = (value.wrapping_mul(magic) >> (32 - bits)) as usize;
                if table[slot] == usize::MAX || table[slot] == child {
                    table[slot] = child;
                    return true;
                }
                false
            });
            if fits {
                return (magic, 32 - bits, 1 << bits);
            }
        }
    }
    unreachable!("a table of the whole span always fits")
}
