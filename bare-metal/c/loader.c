/* A loader in C over kc-capi: what ../src/loader.rs does, step by step. An IMG4 as initrd, `phys=` and `slide=` on the command line;
 * no allocator, no libc. `cargo xtask qemu` builds it and boots every kernelcache with it. */
#include "kernelcache.h"

extern uint8_t __image_start[], __image_end[];
_Noreturn void start_kernel(uint64_t boot_arguments, uint64_t entry);
_Noreturn void power_off(void);

enum { PAGE = 0x4000, BOOT_ARGS_SIZE = 0x2e0, BOOT_LINE = 608 };

/* 48 KiB that do not belong on a stack of 64. */
static kc_scratch scratch;

/* --- output: the PL011 of QEMU's virt --- */

static void put(const char *text) {
    volatile uint32_t *const data = (volatile uint32_t *)0x09000000;
    volatile const uint32_t *const flags = (volatile const uint32_t *)0x09000018;
    for (; *text; text++) {
        while (*flags & 1 << 5)
            ;
        *data = (uint8_t)*text;
    }
}

static void put_hex(const char *name, uint64_t value) {
    char digits[19] = "0x";
    for (int at = 0; at < 16; at++)
        digits[2 + at] = "0123456789abcdef"[value >> (60 - 4 * at) & 15];
    put(name);
    put(digits);
    put("\n");
}

static _Noreturn void refuse(const char *why) {
    put("loader: refused: ");
    put(why);
    put("\n");
    power_off();
}

static void demand(kc_status status, const kc_error *error) {
    if (status != KC_OK)
        refuse(error->message);
}

_Noreturn void unexpected_exception(uint64_t syndrome, uint64_t at) {
    put_hex("exception: ESR ", syndrome);
    put_hex("exception: at ", at);
    power_off();
}

/* --- the device tree: memory, initrd and command line (Devicetree Specification 0.4, chapter 5) --- */

struct machine {
    uint64_t ram, ram_end, initrd, initrd_end, tree, tree_end;
    const char *line;
    uint32_t line_len;
};

static uint64_t big_endian(const uint8_t *bytes, uint32_t len) {
    uint64_t value = 0;
    for (uint32_t at = 0; at < len; at++)
        value = value << 8 | bytes[at];
    return value;
}

static bool same(const char *text, const char *other, uint32_t len) {
    for (uint32_t at = 0; at < len; at++)
        if (text[at] != other[at])
            return false;
    return true;
}

static void property(struct machine *machine, uint32_t node, const char *name, const uint8_t *value, uint32_t len) {
    if (node == 1 && same(name, "reg", 4) && len >= 16) {
        machine->ram = big_endian(value, 8);
        machine->ram_end = machine->ram + big_endian(value + 8, 8);
    } else if (node == 2 && same(name, "linux,initrd-start", 19) && len <= 8) {
        machine->initrd = big_endian(value, len);
    } else if (node == 2 && same(name, "linux,initrd-end", 17) && len <= 8) {
        machine->initrd_end = big_endian(value, len);
    } else if (node == 2 && same(name, "bootargs", 9) && len > 0) {
        machine->line = (const char *)value;
        machine->line_len = len - 1;
    }
}

/* QEMU made the tree, so its structure is taken as sound; the walk stays inside of its size all the same. */
static bool read_tree(struct machine *machine, const uint8_t *tree) {
    if (!tree || big_endian(tree, 4) != 0xd00dfeed)
        return false;
    uint32_t size = (uint32_t)big_endian(tree + 4, 4), at = (uint32_t)big_endian(tree + 8, 4);
    uint32_t strings = (uint32_t)big_endian(tree + 12, 4), node = 0, depth = 0;
    machine->tree = (uint64_t)tree;
    machine->tree_end = machine->tree + size;
    while (at <= size - 12) {
        uint64_t token = big_endian(tree + at, 4);
        at += 4;
        if (token == 1) { /* FDT_BEGIN_NODE */
            const char *name = (const char *)tree + at;
            depth++;
            if (depth == 2)
                node = same(name, "memory@", 7) ? 1 : same(name, "chosen", 7) ? 2 : 0;
            while (at < size && tree[at])
                at++;
            at = (at + 4) & ~3u;
        } else if (token == 2) { /* FDT_END_NODE */
            depth--;
            node = 0;
        } else if (token == 3) { /* FDT_PROP */
            uint64_t len = big_endian(tree + at, 4), name = strings + big_endian(tree + at + 4, 4);
            if (len > size - at - 8 || name >= size)
                return false;
            property(machine, depth == 2 ? node : 0, (const char *)tree + name, tree + at + 8, (uint32_t)len);
            at += 8 + (((uint32_t)len + 3) & ~3u);
        } else if (token == 9) { /* FDT_END */
            return machine->ram_end > machine->ram;
        } else if (token != 4) { /* FDT_NOP */
            return false;
        }
    }
    return false;
}

/* The number of the first word `name=N` of the command line. */
static uint64_t number(const struct machine *machine, const char *name, uint32_t name_len, uint64_t otherwise) {
    for (uint32_t at = 0; at + name_len < machine->line_len; at++) {
        if ((at && machine->line[at - 1] != ' ') || !same(machine->line + at, name, name_len))
            continue;
        uint64_t value = 0, radix = 10;
        at += name_len;
        if (at + 2 < machine->line_len && same(machine->line + at, "0x", 2)) {
            radix = 16;
            at += 2;
        }
        for (; at < machine->line_len && machine->line[at] != ' '; at++) {
            uint32_t digit = (uint8_t)machine->line[at];
            value = value * radix + (digit > '9' ? (digit | 32) - 'a' + 10 : digit - '0');
        }
        return value;
    }
    return otherwise;
}

/* --- the boot arguments: XNU pexpert/pexpert/arm64/boot.h, revision 2 --- */

static void put_field(uint8_t *block, uint32_t at, uint64_t value, uint32_t len) {
    for (uint32_t byte = 0; byte < len; byte++)
        block[at + byte] = (uint8_t)(value >> 8 * byte);
}

static void boot_arguments(uint8_t *block, const struct machine *machine, const kc_plan *plan, uint64_t top) {
    uint64_t memory = machine->ram_end - plan->phys_base;
    for (uint32_t at = 0; at < BOOT_ARGS_SIZE; at++)
        block[at] = 0;
    put_field(block, 0x00, 2, 2);
    put_field(block, 0x02, 2, 2);
    put_field(block, 0x08, plan->virt_base, 8);
    put_field(block, 0x10, plan->phys_base, 8);
    put_field(block, 0x18, memory, 8);
    put_field(block, 0x20, top, 8);
    for (uint32_t at = 0; at < machine->line_len && at < BOOT_LINE - 1; at++)
        block[0x6c + at] = (uint8_t)machine->line[at];
    put_field(block, 0x2d8, memory, 8);
}

static uint64_t round_up(uint64_t value, uint64_t unit) {
    return (value + unit - 1) / unit * unit;
}

_Noreturn void loader_main(const uint8_t *tree) {
    struct machine machine = {0};
    kc_container container;
    kc_image image;
    kc_plan plan;
    kc_error error;
    uint32_t digest;
    size_t file_len;
    uint64_t slid;

    put("loader: kernelcache loader in C\n");
    if (!read_tree(&machine, tree))
        refuse("the device tree is damaged");
    if (machine.initrd_end <= machine.initrd || machine.initrd < (uint64_t)__image_end ||
        machine.tree < machine.initrd_end || machine.tree_end > machine.ram_end)
        refuse("no initrd, or no memory around it");
    const uint8_t *img4 = (const uint8_t *)machine.initrd;
    size_t img4_len = machine.initrd_end - machine.initrd;

    /* Whole Mach-O above the device tree, segments below the initrd. */
    uint8_t *file = (uint8_t *)round_up(machine.tree_end, PAGE);
    size_t room = machine.ram_end - (uint64_t)file;
    demand(kc_container_open(img4, img4_len, &container, &error), &error);
    if (container.kind == KC_CONTAINER_NONE)
        refuse("not an IMG4");
    demand(kc_container_check_digest(img4, img4_len, &digest, &error), &error);
    if (digest == KC_DIGEST_DIFFERS)
        refuse("the payload's digest is not the manifest's");
    if (digest == KC_DIGEST_UNVERIFIED && container.has_manifest)
        refuse("the manifest has no digest for the payload");
    demand(kc_container_decompress(img4, img4_len, file, room, &scratch, &file_len, &error), &error);
    put_hex("loader: payload bytes ", file_len);

    demand(kc_image_open(file, file_len, 0, &image, &error), &error);
    uint64_t slide = number(&machine, "slide=", 6, 0);
    uint64_t low = round_up((uint64_t)__image_end, PAGE);
    uint64_t phys = number(&machine, "phys=", 5, 0);
    if (!phys) {
        /* XNU maps itself in blocks of 32 MiB, so not every base fits the slide. */
        demand(kc_plan_load(&image, low, slide, &plan, &error), &error);
        phys = plan.next_block_base;
    }
    if (phys < low || phys >= machine.initrd)
        refuse("memory too small: there is none where the kernelcache goes");
    demand(kc_plan_load(&image, phys, slide, &plan, &error), &error);
    if (plan.entry_point == KC_NO_OFFSET)
        refuse("no load command names an entry point");
    uint64_t arguments = round_up(phys + plan.size, PAGE);
    uint8_t *memory = (uint8_t *)phys;
    size_t window = machine.initrd - phys;
    demand(kc_load(&image, phys, slide, memory, window, NULL, NULL, NULL, &error), &error);
    /* Pointers are the kernel's own work; of a static kernel some addresses are the loader's. */
    demand(kc_slide_static_kernel(&image, phys, slide, memory, window, &slid, &error), &error);
    put_hex("loader: slid addresses ", slid);
    if (arguments + BOOT_ARGS_SIZE > machine.initrd)
        refuse("memory too small: there is none for the boot arguments");
    boot_arguments((uint8_t *)arguments, &machine, &plan, round_up(arguments + BOOT_ARGS_SIZE, PAGE));
    put_hex("loader: jump to ", plan.entry_point);
    start_kernel(arguments, plan.entry_point);
}
