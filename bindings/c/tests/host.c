/* The C interface on a host, under sanitizers: `host FILE`, FILE being samples/kernelcache.img4. Prints "checks: N" and
 * returns 0 where all hold. `cargo xtask test --only capi` builds and runs it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernelcache.h"

static unsigned long checks, failures;

#define CHECK(what)                                                                    \
    do {                                                                               \
        checks++;                                                                      \
        if (!(what)) {                                                                 \
            failures++;                                                                \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #what);                 \
        }                                                                              \
    } while (0)

static const uint64_t PHYS = 0x800000000, SLIDE = 0x1dc0000;

struct seen {
    uint64_t words, first;
};

static uint32_t rewrite(void *context, uint64_t vmaddr, uint32_t word) {
    struct seen *seen = context;
    if (seen->words++ == 0)
        seen->first = vmaddr;
    return word == 0xd503201f ? 0xd4200000 : word; /* nop: brk #0 */
}

static uint64_t sign(void *context, uint64_t pointer, uint32_t key, uint64_t discriminator) {
    uint64_t *count = context;
    (void)discriminator;
    *count += 1;
    return key < 4 ? pointer | 1ull << 54 : 0;
}

static void container(const uint8_t *file, size_t len, uint8_t **image, size_t *image_len) {
    static kc_scratch scratch;
    kc_container found;
    kc_error error;
    uint32_t digest = 99;
    CHECK(kc_container_open(file, len, &found, &error) == KC_OK);
    CHECK(found.kind == KC_CONTAINER_IMG4 && found.codec == KC_CODEC_LZFSE);
    CHECK(!strcmp((const char *)found.fourcc, "krnl") && found.has_manifest && !found.encrypted);
    CHECK(found.data > file && found.data + found.data_len <= file + len);
    CHECK(kc_container_check_digest(file, len, &digest, &error) == KC_OK);
    CHECK(digest == KC_DIGEST_MATCHES);

    *image = malloc(found.size);
    CHECK(kc_container_decompress(file, len, *image, found.size, &scratch, image_len, &error) == KC_OK);
    CHECK(*image_len == found.size);
    /* Exact room is demanded, and a pointer to scratch. */
    CHECK(kc_container_decompress(file, len, *image, found.size - 1, &scratch, NULL, &error) == KC_BUFFER_TOO_SMALL);
    CHECK(kc_container_decompress(file, len, *image, found.size, NULL, NULL, &error) == KC_BAD_ARGUMENT);
    CHECK(!strcmp(error.message, "scratch is NULL") && error.offset == KC_NO_OFFSET);
    /* What is no container is its own payload. */
    CHECK(kc_container_open(*image, *image_len, &found, NULL) == KC_OK);
    CHECK(found.kind == KC_CONTAINER_NONE && found.data == *image && found.size == *image_len);
    uint8_t *copy = malloc(*image_len);
    CHECK(kc_container_decompress(*image, *image_len, copy, *image_len, &scratch, NULL, NULL) == KC_OK);
    CHECK(!memcmp(copy, *image, *image_len));
    /* One bit of the payload, and the digest differs. */
    memcpy(copy, file, len);
    copy[len / 2] ^= 1;
    CHECK(kc_container_check_digest(copy, len, &digest, &error) != KC_OK || digest == KC_DIGEST_DIFFERS);
    free(copy);
    /* Every length that is too short is an error with a place in the file. */
    for (size_t cut = 1; cut < len; cut += 997) {
        uint8_t *part = malloc(cut);
        memcpy(part, file, cut);
        CHECK(kc_container_open(part, cut, &found, &error) == KC_BAD_CONTAINER);
        CHECK(error.offset <= cut && error.status == KC_BAD_CONTAINER && strlen(error.message) > 10);
        free(part);
    }
}

static void addresses(const kc_image *image, const uint8_t *file, size_t len) {
    kc_image_info info;
    kc_segment segment;
    kc_entry entry;
    kc_translation found;
    kc_error error;
    uint64_t vmaddr;
    CHECK(kc_image_describe(image, &info, &error) == KC_OK);
    CHECK(info.shape == KC_SHAPE_FILESET && info.segments == 7 && info.entries == 3 && info.linear);
    CHECK(info.has_entry_point && info.entry_point == 0xfffffe0007018000 && info.entry_file_offset == 0x14000);
    CHECK(info.base == 0xfffffe0007004000);
    for (uint32_t index = 0; index < info.segments; index++) {
        CHECK(kc_image_segment(image, index, &segment, &error) == KC_OK);
        CHECK(segment.file_offset + segment.filesize <= len && segment.vmaddr >= info.base);
        CHECK(kc_image_translate(image, segment.vmaddr, &found, &error) == KC_OK);
        CHECK(found.outcome == KC_MAPPED && found.file_offset == segment.file_offset && found.segment == index);
        CHECK(kc_image_vmaddr_of(image, segment.file_offset, &vmaddr, &error) == KC_OK);
        CHECK(vmaddr == segment.vmaddr);
    }
    CHECK(!strcmp((const char *)segment.name, "__LINKEDIT"));
    CHECK(kc_image_segment(image, info.segments, &segment, &error) == KC_NOT_FOUND);
    CHECK(kc_image_translate(image, 0, &found, NULL) == KC_OK && found.outcome == KC_UNMAPPED);
    CHECK(found.segment == UINT32_MAX && found.file_offset == KC_NO_OFFSET);
    CHECK(kc_image_vmaddr_of(image, len, &vmaddr, &error) == KC_NOT_FOUND);

    CHECK(kc_image_entry(image, 0, &entry, &error) == KC_OK);
    CHECK(entry.id_len == 16 && !memcmp(entry.id, "com.apple.kernel", 16));
    CHECK(entry.id > file && entry.id < file + len);
    CHECK(kc_image_entry(image, 3, &entry, &error) == KC_NOT_FOUND);
    CHECK(kc_image_symbol(image, "_start", &vmaddr, &error) == KC_OK && vmaddr == info.entry_point);
    CHECK(kc_image_symbol(image, "_no_such_symbol", &vmaddr, &error) == KC_NOT_FOUND);
    CHECK(kc_image_symbol(image, NULL, &vmaddr, &error) == KC_BAD_ARGUMENT);
}

static void load(const kc_image *image, const uint8_t *file) {
    kc_plan plan;
    kc_step step;
    kc_error error;
    struct seen seen = {0, 0};
    uint64_t applied = 0, again = 0, signed_pointers = 0, next = PHYS;
    uint32_t index;
    CHECK(kc_plan_load(image, PHYS, SLIDE, &plan, &error) == KC_OK);
    CHECK(plan.lowest == 0xfffffe0007004000 && plan.virt_base == plan.lowest + SLIDE && plan.phys_base == PHYS);
    CHECK(plan.entry_point == PHYS + 0x14000 && plan.top_of_kernel_data == PHYS + plan.size);
    uint8_t *memory = malloc(plan.size), *copy = malloc(plan.size);
    for (index = 0; kc_plan_step(image, PHYS, SLIDE, index, &step, &error) == KC_OK; index++) {
        if (step.kind == KC_STEP_COPY)
            memcpy(memory + (step.phys - PHYS), step.bytes, step.len);
        else if (step.kind == KC_STEP_ZERO)
            memset(memory + (step.phys - PHYS), 0, step.len);
        else
            continue;
        CHECK(step.phys == next);
        next += step.len;
    }
    CHECK(next == PHYS + plan.size && error.status == KC_NOT_FOUND && index >= 14);
    CHECK(kc_load(image, PHYS, SLIDE, copy, plan.size, NULL, NULL, NULL, &error) == KC_OK);
    CHECK(!memcmp(memory, copy, plan.size));
    CHECK(kc_load(image, PHYS, SLIDE, memory, plan.size, "__TEXT_EXEC", rewrite, &seen, &error) == KC_OK);
    CHECK(seen.words == 0x8000 / 4 && seen.first == 0xfffffe0007018000);
    CHECK(memcmp(memory, copy, plan.size) && !memcmp(memory, copy, 0x14000));

    /* A collection is left alone: its kernel fixes it up. */
    CHECK(plan.fixed_up_by == KC_FIXED_UP_BY_ITSELF);
    CHECK(plan.next_block_base % (32 << 20) == plan.virt_base % (32 << 20) && plan.next_block_base >= PHYS);
    CHECK(plan.read_only_start == PHYS && plan.read_only_end == PHYS + 0x1c000);
    CHECK(kc_slide_static_kernel(image, PHYS, SLIDE, copy, plan.size, &applied, &error) == KC_OK && applied == 0);
    CHECK(!memcmp(memory, copy, 0x14000));

    CHECK(kc_apply_fixups(image, PHYS, SLIDE, copy, plan.size, NULL, NULL, NULL, &applied, &error) == KC_OK);
    CHECK(applied > 5 && memcmp(copy + 0xc000, file + 0xc000, 0x8000));
    CHECK(kc_apply_fixups(image, PHYS, SLIDE, memory, plan.size, NULL, sign, &signed_pointers, &again, &error) == KC_OK);
    CHECK(again == applied && signed_pointers > 0 && signed_pointers < applied);

    CHECK(kc_load(image, PHYS, SLIDE, memory, plan.size - 1, NULL, NULL, NULL, &error) == KC_BUFFER_TOO_SMALL);
    CHECK(kc_plan_load(image, PHYS + 4096, SLIDE, &plan, &error) == KC_BAD_KERNELCACHE);
    CHECK(strstr(error.message, "16 KiB page"));
    free(memory);
    free(copy);
}

static void a64(const uint8_t *file, size_t len) {
    kc_instruction instruction;
    kc_error error;
    char text[KC_TEXT_SIZE];
    size_t written, found;
    CHECK(kc_a64_decode(0x14000100, 0x1000, &instruction, &error) == KC_OK);
    CHECK(instruction.flow == KC_FLOW_BRANCH && instruction.target == 0x1400 && !instruction.unpredictable);
    CHECK(instruction.encoding_len > 3 && !memcmp(instruction.encoding, "B_only", 6));
    CHECK(kc_a64_format(0x910043fd, 0, KC_SYNTAX_LLVM, text, sizeof text, &written, &error) == KC_OK);
    CHECK(!strcmp(text, "add x29, sp, #0x10") && written == strlen(text));
    CHECK(kc_a64_format(0xf2e88aa0, 0, KC_SYNTAX_GNU, text, sizeof text, NULL, &error) == KC_OK);
    CHECK(!strncmp(text, "movk\tx0, ", 9) || !strncmp(text, "movk x0, ", 9));
    CHECK(kc_a64_format(0x4c9f6da0, 0, KC_SYNTAX_APPLE, text, sizeof text, NULL, &error) == KC_OK);
    CHECK(strstr(text, "st1.2d"));
    CHECK(kc_a64_format(0x910043fd, 0, KC_SYNTAX_LLVM, text, written, NULL, &error) == KC_BUFFER_TOO_SMALL);
    CHECK(kc_a64_format(0x910043fd, 0, 7, text, sizeof text, NULL, &error) == KC_BAD_ARGUMENT);
    CHECK(kc_a64_decode(0x00300000, 0, &instruction, &error) == KC_BAD_INSTRUCTION);
    CHECK(!strcmp(error.message, "A64: 0x00300000 is no instruction"));

    const kc_pattern pattern[2] = {{0xffffffff, 0xd510109f}, {0xffffffff, 0xd5034fdf}};
    const uint8_t code[16] = {0x1f, 0x20, 0x03, 0xd5, 0x9f, 0x10, 0x10, 0xd5, 0xdf, 0x4f, 0x03, 0xd5};
    CHECK(kc_search(code, sizeof code, pattern, 2, 0, &found, &error) == KC_OK && found == 4);
    CHECK(kc_search(code, sizeof code, pattern, 2, found + 4, &found, &error) == KC_NOT_FOUND);
    CHECK(kc_search(code, sizeof code, pattern, 0, 0, &found, &error) == KC_BAD_ARGUMENT);
    CHECK(kc_search(code, sizeof code, pattern, 17, 0, &found, &error) == KC_BAD_ARGUMENT);
    CHECK(kc_search(code, 3, pattern, 1, 0, &found, &error) == KC_NOT_FOUND);
    CHECK(kc_search(file, len, pattern, 2, SIZE_MAX, &found, &error) == KC_NOT_FOUND);
}

static void damage(const uint8_t *file, size_t len) {
    kc_image image;
    kc_image_info info;
    kc_error error;
    memset(&image, 0, sizeof image);
    CHECK(kc_image_describe(&image, &info, &error) == KC_NOT_OPEN);
    CHECK(kc_image_describe(NULL, &info, NULL) == KC_NOT_OPEN);
    CHECK(kc_image_open(file, len, 2, &image, &error) == KC_BAD_ARGUMENT);
    CHECK(kc_image_open(file, len, 0, NULL, &error) == KC_BAD_ARGUMENT);
    CHECK(kc_image_open(NULL, 0, 0, &image, &error) == KC_BAD_MACHO);
    for (size_t cut = 0; cut < 0x800; cut += 37) {
        uint8_t *part = malloc(cut);
        if (cut)
            memcpy(part, file, cut);
        CHECK(kc_image_open(part, cut, KC_STRICT, &image, &error) == KC_BAD_MACHO);
        CHECK(error.offset <= cut && strstr(error.message, "at file offset"));
        CHECK(kc_image_describe(&image, &info, NULL) == KC_NOT_OPEN);
        free(part);
    }
    CHECK(!strcmp(kc_status_name(KC_BAD_MACHO), "KC_BAD_MACHO") && !strcmp(kc_status_name(99), "unknown status"));
}

int main(int count, char **arguments) {
    FILE *input = count == 2 ? fopen(arguments[1], "rb") : NULL;
    static uint8_t file[1 << 20];
    size_t len = input ? fread(file, 1, sizeof file, input) : 0;
    uint8_t *payload = NULL;
    size_t payload_len = 0;
    kc_image image;
    CHECK(len > 1000);
    if (failures == 0)
        container(file, len, &payload, &payload_len);
    CHECK(kc_image_open(payload, payload_len, KC_STRICT, &image, NULL) == KC_OK);
    if (failures == 0) {
        addresses(&image, payload, payload_len);
        load(&image, payload);
        a64(payload, payload_len);
        damage(payload, payload_len);
    }
    free(payload);
    printf("checks: %lu, failures: %lu\n", checks, failures);
    return failures != 0;
}
