/*
 * Call frame information of a binary: .eh_frame, with its sorted header or without one, or
 * .debug_frame (LSB 5.0 10.6, DWARF 5 6.4). A binary may have both, each for some functions.
 *
 * A rule is computed when its address is first looked up, in two to five microseconds, and the
 * caller caches it (unwind.h). For a large binary that is a hundredth of the work of compiling
 * all tables in advance.
 */
#ifndef UNWIND_CFI_H
#define UNWIND_CFI_H

#include "object/dwarf_pointer.h"
#include "object/elf.h"
#include "unwind/arch.h"
#include "unwind/rule.h"

/* An entry of an index made by scanning: the start of a function, and its FDE. */
struct cfi_entry {
	uint64_t start;
	uint32_t fde; /* offset in the section */
	uint32_t zero;
};

struct cfi {
	const struct arch *arch;
	struct str section; /* .eh_frame or .debug_frame */
	uint64_t address;   /* of the section */
	bool is_debug_frame;
	/* .eh_frame_hdr's table of pairs of i32, relative to its address; */
	struct str table;
	uint64_t table_base;
	size_t ntable;
	/* or an index made by scanning. */
	struct cfi_entry *index;
	size_t nindex, index_cap;
	struct buf plain; /* a compressed section, decompressed */
};

/*
 * Find the tables of an image, which must stay open: those in .eh_frame, or those in .debug_frame,
 * which take longer to open, since they must be indexed. A binary without tables (Go, many JITs'
 * images) is not an error: every rule is then CFA_NONE.
 */
void cfi_open(struct cfi *c, const struct elf *e, const struct arch *arch);
void cfi_open_debug_frame(struct cfi *c, const struct elf *e, const struct arch *arch);
void cfi_close(struct cfi *c);

/* Does the image have such tables? */
bool cfi_any(const struct cfi *c);

/* The rule at a virtual address of the image. */
struct rule cfi_rule(const struct cfi *c, uint64_t vaddr);

/* The start and the end of the function of a virtual address. False if it has no entry. */
bool cfi_function(const struct cfi *c, uint64_t vaddr, uint64_t *start, uint64_t *end);

/*
 * The bounds of the code around a virtual address for which there is no entry: the end of the
 * function before it, 0 if there is none, and the start of the next, else UINT64_MAX.
 */
void cfi_gap(const struct cfi *c, uint64_t vaddr, uint64_t *start, uint64_t *end);

/*
 * The place of the caller's value of another register, by DWARF number: in fp and fp_offset of
 * the result. Its cfa may be wrong; cfi_rule() has the right one.
 */
struct rule cfi_register_rule(const struct cfi *c, uint64_t vaddr, uint8_t reg);

/*
 * Evaluates the expression of a CFA_EXPR rule. regs is by DWARF number; `known` is the set of
 * known registers; read() fetches a word of the target's memory. False if the expression needs an
 * unknown value or is invalid.
 */
struct cfi_context {
	const uint64_t *regs;
	uint64_t known; /* bit set */
	bool (*read)(void *context, uint64_t address, uint64_t *word);
	void *context;
};
bool cfi_expression(const struct cfi *c, const struct rule *rule, const struct cfi_context *context,
		    uint64_t *cfa);

#endif
