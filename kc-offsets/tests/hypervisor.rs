//! The example `hypervisor` on a file of m1n1's shape.
use testkit::kernelcache::m1n1::M1n1;
use testkit::kernelcache::sample;

#[path = "../examples/hypervisor.rs"]
#[expect(dead_code, reason = "the example's main")]
mod hypervisor;

const PHYS: u64 = 0x8_0000_0000;

#[test]
fn words_that_the_guest_must_not_run_are_rewritten() {
    let rewritten = [
        (0x0020_1000, 0xd402_0002), // an AMX load: hvc #0x1000
        (0x0020_ffff, 0xd41f_ffe2),
        (0xd51c_fec5, 0xd503_201f), // msr s3_4_c15_c14_6, x5
        (0xd51c_fc3f, 0xd503_201f), // msr s3_4_c15_c12_1, xzr
        (0xd53c_fc20, 0xd503_201f), // mrs x0, s3_4_c15_c12_1
        (0x0021_1000, 0x0021_1000),
        (0xd53c_fec0, 0xd53c_fec0), // mrs of the first register stays
        (0xd65f_03c0, 0xd65f_03c0_u32),
    ];
    let code = rewritten
        .map(|(word, _): (u32, u32)| word.to_le_bytes())
        .concat();
    let mut kernel = M1n1::new(&sample::object(sample::KERNEL));
    kernel.code = code;
    kernel.entry = 4;
    let built = kernel.build();
    let (memory, entry) = hypervisor::load(&built.bytes, PHYS).unwrap();

    let segments = &built.truth.segments;
    let lowest = segments[0].vmaddr;
    let last = segments.last().unwrap();
    assert_eq!(memory.len() as u64, last.vmaddr + last.vmsize - lowest);
    let place = |vmaddr: u64| usize::try_from(vmaddr - lowest).unwrap();
    let text = place(segments[1].vmaddr);
    assert_eq!(entry.unwrap().get(), PHYS + text as u64 + 4);
    for (index, (word, expected)) in rewritten.into_iter().enumerate() {
        let found = &memory[text + 4 * index..][..4];
        assert_eq!(found, expected.to_le_bytes(), "{word:#010x}");
    }
    // The payload: what the file has of it, then zeros.
    let payload = &memory[place(last.vmaddr)..];
    let (there, absent) = payload.split_at(kernel.payload.len());
    assert_eq!(there, kernel.payload);
    assert!(absent.iter().all(|&byte| byte == 0));
}
