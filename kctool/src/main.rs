//! kc: the kernelcache command line.

fn main() {}
