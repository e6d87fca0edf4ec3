/* The kernelcache crates for C. Written by `cargo xtask header` from bindings/c/src; do not edit.
 *
 * Nothing allocates: every buffer is the caller's. Every call that can fail returns a kc_status, and fills a kc_error where
 * the caller gave one.
 *
 * The contract of every pointer:
 * - a pointer with a length points to that many readable (for output: writable) bytes, or the length is 0;
 * - a pointer to one object is NULL where the call says so, else valid, aligned and, for output, writable;
 * - memory that a call only reads does not change during the call; what a handle was opened from stays as it is as long
 *   as the handle is used;
 * - output memory overlaps no input of the same call.
 *
 * Addresses are uint64_t: vmaddr in the image's own, unslid space; slid with the slide added; phys where a loader puts it.
 * File offsets count from the start of the outermost file.
 *
 * Who applies fixups: XNU does, to its own collection, when it starts; a loader calls kc_load and kc_slide_static_kernel, and
 * not kc_apply_fixups, which does the kernel's work in its place, for emulators and analysis.
 */

#ifndef KERNELCACHE_H
#define KERNELCACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 Syntaxes for `kc_a64_format`: LLVM's.
 */
#define KC_SYNTAX_LLVM 0

/*
 GNU binutils'.
 */
#define KC_SYNTAX_GNU 1

/*
 Apple's otool's.
 */
#define KC_SYNTAX_APPLE 2

/*
 Bytes that hold any line of `kc_a64_format`, its NUL included.
 */
#define KC_TEXT_SIZE 264

/*
 What an instruction does to the flow of control, in `kc_instruction.flow`: on to the next
 one.
 */
#define KC_FLOW_NEXT 0

/*
 To `target`.
 */
#define KC_FLOW_BRANCH 1

/*
 To `target` or to the next instruction.
 */
#define KC_FLOW_CONDITIONAL 2

/*
 A call of `target`.
 */
#define KC_FLOW_CALL 3

/*
 Back to the caller.
 */
#define KC_FLOW_RETURN 4

/*
 To an address in a register.
 */
#define KC_FLOW_INDIRECT 5

/*
 A call of an address in a register.
 */
#define KC_FLOW_INDIRECT_CALL 6

/*
 An exception that does not return behind it: a breakpoint, a halt, an undefined instruction.
 */
#define KC_FLOW_EXCEPTION 7

/*
 An exception if a condition holds, else on to the next one.
 */
#define KC_FLOW_CONDITIONAL_EXCEPTION 8

/*
 An exception that returns to the next one: a call of a system, a hypervisor, firmware.
 */
#define KC_FLOW_SYSTEM_CALL 9

/*
 Back from an exception.
 */
#define KC_FLOW_EXCEPTION_RETURN 10

/*
 Kinds of container, in `kc_container.kind`: none, the bytes are the file itself.
 */
#define KC_CONTAINER_NONE 0

/*
 IMG4: payload, manifest and restore info.
 */
#define KC_CONTAINER_IMG4 1

/*
 IM4P: a payload alone.
 */
#define KC_CONTAINER_IM4P 2

/*
 Codecs, in `kc_container.codec`: not compressed.
 */
#define KC_CODEC_STORED 0

/*
 LZFSE (with LZVN blocks).
 */
#define KC_CODEC_LZFSE 1

/*
 LZSS behind a header of 384 bytes.
 */
#define KC_CODEC_LZSS 2

/*
 LZVN behind a header of 384 bytes.
 */
#define KC_CODEC_LZVN 3

/*
 Encrypted, and the container does not say.
 */
#define KC_CODEC_UNKNOWN 4

/*
 Outcomes of `kc_container_check_digest`: the payload has the digest that the manifest gives.
 That says that they belong together, and nothing about who signed the manifest.
 */
#define KC_DIGEST_MATCHES 0

/*
 The payload's digest is another.
 */
#define KC_DIGEST_DIFFERS 1

/*
 There is no manifest, or it has no digest of this payload that can be computed.
 */
#define KC_DIGEST_UNVERIFIED 2

/*
 Words of a `kc_scratch`.
 */
#define KC_SCRATCH_WORDS 6144

/*
 Bytes of the message in a `kc_error`, its NUL included.
 */
#define KC_MESSAGE_SIZE 116

/*
 The offset of an error that is about no byte of the input.
 */
#define KC_NO_OFFSET 18446744073709551615ull

/*
 For `kc_image_open`: refuse what real loaders accept and the format forbids. m1n1's own file
 needs it off.
 */
#define KC_STRICT 1

/*
 Words of a `kc_image`.
 */
#define KC_IMAGE_WORDS 48

/*
 Shapes, in `kc_image_info.shape`: any other Mach-O.
 */
#define KC_SHAPE_PLAIN 0

/*
 A fileset: kernel and kexts are nested images.
 */
#define KC_SHAPE_FILESET 1

/*
 A fileset without entries, as m1n1's.
 */
#define KC_SHAPE_EMPTY_FILESET 2

/*
 A static kernel with kexts linked in.
 */
#define KC_SHAPE_PRELINKED 3

/*
 A kernel without kexts.
 */
#define KC_SHAPE_BARE_KERNEL 4

/*
 What lies at an address, in `kc_translation.outcome`: nothing.
 */
#define KC_UNMAPPED 0

/*
 A byte of the file.
 */
#define KC_MAPPED 1

/*
 Zeros, when loaded.
 */
#define KC_ZERO_FILL 2

/*
 Memory that a segment claims from the file, past the file's end.
 */
#define KC_PAST_END_OF_FILE 3

/*
 Steps, in `kc_step.kind`: copy bytes of the file.
 */
#define KC_STEP_COPY 0

/*
 Write zeros.
 */
#define KC_STEP_ZERO 1

/*
 A remark: the segment claims `len` bytes of the file and gets fewer, because the file ends.
 */
#define KC_STEP_CLAMP_FILE_END 2

/*
 A remark: the segment claims `len` bytes of the file and gets fewer, because it has less memory.
 */
#define KC_STEP_CLAMP_VMSIZE 3

/*
 The segment is in place, and `prot` is what is allowed.
 */
#define KC_STEP_PROTECT 4

/*
 Who makes the pointers of a loaded image right, in `kc_plan.fixed_up_by`: the image itself,
 when it starts to run. The kernel of a primary collection dies if anybody did it before.
 */
#define KC_FIXED_UP_BY_ITSELF 0

/*
 A static kernel: the loader calls `kc_slide_static_kernel`, and the kernel does the rest.
 */
#define KC_FIXED_UP_BY_LOADER_AND_ITSELF 1

/*
 The kernel that runs already, of a pageable or an auxiliary collection.
 */
#define KC_FIXED_UP_BY_RUNNING_KERNEL 2

/*
 Whoever loads the image, by `kc_apply_fixups`.
 */
#define KC_FIXED_UP_BY_CALLER 3

/*
 The most words that a pattern has.
 */
#define KC_PATTERN_WORDS 16

/*
 What became of a call.
 */
enum kc_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /*
   It succeeded.
   */
  KC_OK = 0,
  /*
   A pointer is NULL that must not be, or a number has no meaning.
   */
  KC_BAD_ARGUMENT = 1,
  /*
   The handle was not opened.
   */
  KC_NOT_OPEN = 2,
  /*
   There is no such item: past the last one, or nothing of that name.
   */
  KC_NOT_FOUND = 3,
  /*
   The caller's buffer is too small.
   */
  KC_BUFFER_TOO_SMALL = 4,
  /*
   The IMG4 container or its compressed payload is damaged, or not supported.
   */
  KC_BAD_CONTAINER = 5,
  /*
   The Mach-O is damaged.
   */
  KC_BAD_MACHO = 6,
  /*
   The Mach-O is sound, but what is asked cannot be answered or done for it.
   */
  KC_BAD_KERNELCACHE = 7,
  /*
   The word is no instruction.
   */
  KC_BAD_INSTRUCTION = 8,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum kc_status kc_status;
#else
typedef int32_t kc_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/*
 One instruction.
 */
typedef struct kc_instruction {
  /*
   The word.
   */
  uint32_t word;
  /*
   `KC_FLOW_*`.
   */
  uint32_t flow;
  /*
   Where it goes, in bytes, where `flow` says `target`; else 0.
   */
  uint64_t target;
  /*
   Arm's name of the encoding, without a NUL: static memory.
   */
  const uint8_t *encoding;
  /*
   Bytes of it.
   */
  size_t encoding_len;
  /*
   Whether the architecture makes it CONSTRAINED UNPREDICTABLE.
   */
  bool unpredictable;
} kc_instruction;

/*
 What went wrong, for calls that return another status than `KC_OK`.
 */
typedef struct kc_error {
  /*
   The status that the call returned.
   */
  kc_status status;
  /*
   The byte of the input that is at fault; `KC_NO_OFFSET` where it is no byte.
   */
  uint64_t offset;
  /*
   One line of ASCII with a NUL at its end: what, in which structure, where. Longer ones are cut.
   */
  char message[KC_MESSAGE_SIZE];
} kc_error;

/*
 What a file contains.
 */
typedef struct kc_container {
  /*
   `KC_CONTAINER_*`.
   */
  uint32_t kind;
  /*
   `KC_CODEC_*`.
   */
  uint32_t codec;
  /*
   The payload's four-character code and a NUL, as "krnl"; empty without a container.
   */
  uint8_t fourcc[8];
  /*
   Whether the payload is encrypted, so that it cannot be decompressed.
   */
  bool encrypted;
  /*
   Whether there is a manifest.
   */
  bool has_manifest;
  /*
   Bytes after decompression; 0 where an encrypted payload does not say.
   */
  uint64_t size;
  /*
   The payload's data, compressed or not: in the file.
   */
  const uint8_t *data;
  /*
   Bytes of it.
   */
  size_t data_len;
} kc_container;

/*
 Working memory of the LZFSE decoder, 48 KiB: a static, not the stack. Need not be initialised.
 */
typedef struct kc_scratch {
  uint64_t words[KC_SCRATCH_WORDS];
} kc_scratch;

/*
 An open image, in the caller's memory. All of it is private; zero it, or open it, before any
 other call gets it.
 */
typedef struct kc_image {
  uint64_t tag;
  uint64_t words[KC_IMAGE_WORDS];
} kc_image;

/*
 What an image is.
 */
typedef struct kc_image_info {
  /*
   `KC_SHAPE_*`.
   */
  uint32_t shape;
  /*
   Segments of the outer image.
   */
  uint32_t segments;
  /*
   Nested images of a fileset.
   */
  uint32_t entries;
  /*
   Whether file offset = vmaddr + a constant for the whole image.
   */
  bool linear;
  /*
   Whether the image says where it starts to run.
   */
  bool has_entry_point;
  /*
   Unslid address of the first instruction.
   */
  uint64_t entry_point;
  /*
   Its byte in the file; `KC_NO_OFFSET` where no byte of the file backs it.
   */
  uint64_t entry_file_offset;
  /*
   Unslid address of the header; `KC_NO_OFFSET` where no segment maps it.
   */
  uint64_t base;
} kc_image_info;

/*
 One segment.
 */
typedef struct kc_segment {
  /*
   Its name and at least one NUL.
   */
  uint8_t name[24];
  /*
   Unslid address.
   */
  uint64_t vmaddr;
  /*
   Bytes in memory.
   */
  uint64_t vmsize;
  /*
   Bytes from the start of the outermost file.
   */
  uint64_t file_offset;
  /*
   Bytes in the file.
   */
  uint64_t filesize;
  /*
   Initial protection: 1 read, 2 write, 4 execute.
   */
  uint32_t initprot;
  /*
   Greatest protection.
   */
  uint32_t maxprot;
} kc_segment;

/*
 One nested image of a fileset.
 */
typedef struct kc_entry {
  /*
   The entry id, in the file, without a NUL.
   */
  const uint8_t *id;
  /*
   Bytes of it.
   */
  size_t id_len;
  /*
   Unslid address of its header.
   */
  uint64_t vmaddr;
  /*
   Where its header lies in the outermost file.
   */
  uint64_t file_offset;
} kc_entry;

/*
 The answer for one address.
 */
typedef struct kc_translation {
  /*
   `KC_UNMAPPED` and so on.
   */
  uint32_t outcome;
  /*
   The segment, counted from 0; `UINT32_MAX` for none.
   */
  uint32_t segment;
  /*
   Bytes from the start of the outermost file; `KC_NO_OFFSET` unless mapped.
   */
  uint64_t file_offset;
} kc_translation;

/*
 Where an image goes, and what it takes.
 */
typedef struct kc_plan {
  /*
   Unslid address of the lowest byte.
   */
  uint64_t lowest;
  /*
   Bytes of memory.
   */
  uint64_t size;
  /*
   Physical address of the first instruction; `KC_NO_OFFSET` where the image does not say.
   */
  uint64_t entry_point;
  /*
   `virtBase` of the boot arguments: the slid address of the lowest byte.
   */
  uint64_t virt_base;
  /*
   `physBase` of the boot arguments: the physical address of the lowest byte.
   */
  uint64_t phys_base;
  /*
   `topOfKernelData` of the boot arguments: the first page of 16 KiB behind the image.
   */
  uint64_t top_of_kernel_data;
  /*
   The lowest physical base, not below `phys_base`, that agrees with `virt_base` modulo 32 MiB,
   which XNU needs; `KC_NO_OFFSET` past 2^64. It is `phys_base` if that agrees.
   */
  uint64_t next_block_base;
  /*
   The physical addresses from the lowest to behind the highest segment that is never written,
   for a loader that locks them; both 0 if there is none.
   */
  uint64_t read_only_start;
  /*
   The end of that range.
   */
  uint64_t read_only_end;
  /*
   `KC_FIXED_UP_BY_*`.
   */
  uint32_t fixed_up_by;
} kc_plan;

/*
 One thing to do.
 */
typedef struct kc_step {
  /*
   `KC_STEP_*`.
   */
  uint32_t kind;
  /*
   1 read, 2 write, 4 execute: of `KC_STEP_PROTECT`.
   */
  uint32_t prot;
  /*
   Unslid address of the first byte.
   */
  uint64_t vmaddr;
  /*
   Physical address of the first byte.
   */
  uint64_t phys;
  /*
   Bytes.
   */
  uint64_t len;
  /*
   The bytes, in the file: of `KC_STEP_COPY`.
   */
  const uint8_t *bytes;
} kc_step;

/*
 Called by `kc_load` for each aligned word of the file in the segments of one name, with its
 unslid address; returns what to write in its place.
 */
typedef uint32_t (*kc_rewrite)(void *context, uint64_t vmaddr, uint32_t word);

/*
 Run-time bases of kernel collections; `KC_NO_OFFSET` where one is not known.
 */
typedef struct kc_bases {
  /*
   Level 0; the image's own lowest address if not known.
   */
  uint64_t primary;
  /*
   Level 1.
   */
  uint64_t pageable;
  /*
   Level 3.
   */
  uint64_t auxiliary;
} kc_bases;

/*
 Called by `kc_apply_fixups` for each pointer that is to be signed. `key` is 0 IA, 1 IB, 2 DA,
 3 DB; the discriminator is blended in full. Returns the signed pointer.
 */
typedef uint64_t (*kc_sign)(void *context, uint64_t pointer, uint32_t key, uint64_t discriminator);

/*
 One word of a pattern: it matches where the bits under `mask` are those of `value`.
 */
typedef struct kc_pattern {
  /*
   The bits that count.
   */
  uint32_t mask;
  /*
   What they have to be.
   */
  uint32_t value;
} kc_pattern;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/*
 Says what a word is. `pc` is the address of the instruction in bytes.

 Safety
 The contract of every pointer, at the top of this header. `error` may be NULL.
 */
kc_status kc_a64_decode(uint32_t word,
                        uint64_t pc,
                        struct kc_instruction *instruction,
                        struct kc_error *error);

/*
 Writes the line of an instruction, and a NUL; `*written` becomes its length without the NUL.
 `KC_TEXT_SIZE` bytes hold any line.

 Safety
 The contract of every pointer, at the top of this header. `written` and `error` may be NULL.
 */
kc_status kc_a64_format(uint32_t word,
                        uint64_t pc,
                        uint32_t syntax,
                        char *text,
                        size_t capacity,
                        size_t *written,
                        struct kc_error *error);

/*
 Says what `file` contains: an IMG4, an IM4P, or anything else, which is then the payload itself.

 Safety
 The contract of every pointer, at the top of this header. `error` may be NULL.
 */
kc_status kc_container_open(const uint8_t *file,
                            size_t len,
                            struct kc_container *container,
                            struct kc_error *error);

/*
 Compares the payload's digest with the manifest's; reads the whole payload. `*outcome` becomes
 one of `KC_DIGEST_*`.

 Safety
 The contract of every pointer, at the top of this header. `error` may be NULL.
 */
kc_status kc_container_check_digest(const uint8_t *file,
                                    size_t len,
                                    uint32_t *outcome,
                                    struct kc_error *error);

/*
 Decompresses the payload into `output`, or copies it where it is not compressed; `*written`
 becomes the number of bytes. `kc_container.size` says how many it takes.

 Safety
 The contract of every pointer, at the top of this header. `written` and `error` may be NULL.
 */
kc_status kc_container_decompress(const uint8_t *file,
                                  size_t len,
                                  uint8_t *output,
                                  size_t capacity,
                                  struct kc_scratch *scratch,
                                  size_t *written,
                                  struct kc_error *error);

/*
 The name of a status, as `KC_OK`; for a number that is none, "unknown status".
 */
const char *kc_status_name(int32_t status);

/*
 Opens a Mach-O image, of a fat file the arm64e or arm64 slice. `flags` is 0 or `KC_STRICT`. The
 handle is open exactly if the call succeeds; it needs no closing.

 Safety
 The contract of every pointer, at the top of this header; `file` stays as it is as long as the
 handle is used.
 */
kc_status kc_image_open(const uint8_t *file,
                        size_t len,
                        uint32_t flags,
                        struct kc_image *image,
                        struct kc_error *error);

/*
 Says what the image is.

 Safety
 The contract of every pointer, at the top of this header. `error` may be NULL.
 */
kc_status kc_image_describe(const struct kc_image *image,
                            struct kc_image_info *info,
                            struct kc_error *error);

/*
 The segment with this place in load-command order, counted from 0. Costs a walk over the load
 commands.

 Safety
 The contract of every pointer, at the top of this header. `error` may be NULL.
 */
kc_status kc_image_segment(const struct kc_image *image,
                           uint32_t index,
                           struct kc_segment *segment,
                           struct kc_error *error);

/*
 The nested image with this place in load-command order, counted from 0. Costs a walk over the
 load commands.

 Safety
 The contract of every pointer, at the top of this header. `error` may be NULL.
 */
kc_status kc_image_entry(const struct kc_image *image,
                         uint32_t index,
                         struct kc_entry *entry,
                         struct kc_error *error);

/*
 The unslid address of the first symbol of this name, a NUL-terminated string, that is defined:
 in the outer image, then in the nested ones in their order. Costs a walk over all symbols.

 Safety
 The contract of every pointer, at the top of this header. `error` may be NULL.
 */
kc_status kc_image_symbol(const struct kc_image *image,
                          const char *name,
                          uint64_t *vmaddr,
                          struct kc_error *error);

/*
 What lies at an unslid address.

 Safety
 The contract of every pointer, at the top of this header. `error` may be NULL.
 */
kc_status kc_image_translate(const struct kc_image *image,
                             uint64_t vmaddr,
                             struct kc_translation *translation,
                             struct kc_error *error);

/*
 The unslid address at which a loader puts a byte of the file.

 Safety
 The contract of every pointer, at the top of this header. `error` may be NULL.
 */
kc_status kc_image_vmaddr_of(const struct kc_image *image,
                             uint64_t file_offset,
                             uint64_t *vmaddr,
                             struct kc_error *error);

/*
 Plans to load the image at a physical address, to run at its own addresses plus `slide`.

 Safety
 The contract of every pointer, at the top of this header. `error` may be NULL.
 */
kc_status kc_plan_load(const struct kc_image *image,
                       uint64_t phys_base,
                       uint64_t slide,
                       struct kc_plan *out,
                       struct kc_error *error);

/*
 The step with this place in the plan, counted from 0, in ascending order of address;
 `KC_NOT_FOUND` past the last. Copies and zeros cover the memory without a gap. Costs as many
 steps as come before it.

 Safety
 The contract of every pointer, at the top of this header. `error` may be NULL.
 */
kc_status kc_plan_step(const struct kc_image *image,
                       uint64_t phys_base,
                       uint64_t slide,
                       uint32_t index,
                       struct kc_step *out,
                       struct kc_error *error);

/*
 Loads the image into `memory`, whose first byte has the physical address `phys_base`:
 `kc_plan.size` bytes of it are written, pointers as in the file. `rewrite`, unless NULL, sees
 every word of the segments named `segment`, such as `__TEXT_EXEC`, and says what becomes of it;
 `context` is handed to it.

 Safety
 The contract of every pointer, at the top of this header; `segment` ends with a NUL; `rewrite`
 may be called with `context` during the call, and does not touch `memory`. `segment` may be NULL
 if `rewrite` is, and `error` may be.
 */
kc_status kc_load(const struct kc_image *image,
                  uint64_t phys_base,
                  uint64_t slide,
                  uint8_t *memory,
                  size_t len,
                  const char *segment,
                  kc_rewrite rewrite,
                  void *context,
                  struct kc_error *error);

/*
 Slides a static kernel in what `kc_load` loaded with the same arguments: its header, its
 symbols, non-lazy symbol pointers and local relocations. `*slid` becomes how many addresses. Of
 every other image nothing is slid, so a loader may always call it.

 Safety
 The contract of every pointer, at the top of this header. `slid` and `error` may be NULL.
 */
kc_status kc_slide_static_kernel(const struct kc_image *image,
                                 uint64_t phys_base,
                                 uint64_t slide,
                                 uint8_t *memory,
                                 size_t len,
                                 uint64_t *slid,
                                 struct kc_error *error);

/*
 Rewrites the pointers of what `kc_load` loaded with the same arguments; `*applied` becomes how
 many. For emulators, analysis and images that do not fix themselves up: a kernel that is to run
 makes its pointers right itself (`kc_plan.fixed_up_by`). `bases` may be NULL: then no other
 collection's base is known. `sign`, unless NULL, signs pointers; `context` is handed to it.
 After an error the memory is in part rewritten and not fit to run.

 Safety
 The contract of every pointer, at the top of this header; `sign` may be called with `context`
 during the call, and does not touch `memory`. `bases`, `applied` and `error` may be NULL.
 */
kc_status kc_apply_fixups(const struct kc_image *image,
                          uint64_t phys_base,
                          uint64_t slide,
                          uint8_t *memory,
                          size_t len,
                          const struct kc_bases *bases,
                          kc_sign sign,
                          void *context,
                          uint64_t *applied,
                          struct kc_error *error);

/*
 Finds the first place at or after byte `from` of `code`, a multiple of 4, where the words of
 `pattern` follow each other; `*found` becomes its byte offset. `KC_NOT_FOUND` where there is
 none: search on with `from` 4 above what was found.

 Safety
 The contract of every pointer, at the top of this header: `pattern` points to `words` objects.
 `error` may be NULL.
 */
kc_status kc_search(const uint8_t *code,
                    size_t len,
                    const struct kc_pattern *pattern,
                    size_t words,
                    size_t from,
                    size_t *found,
                    struct kc_error *error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* KERNELCACHE_H */
