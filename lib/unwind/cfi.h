/*
 * Call frame information of a binary: .eh_frame, with its sorted header or without one, or
 * .debug_frame (LSB 5.0 10.6, DWARF 5 6.4). A binary may have both, each for some functions.
 *
 * Nothing is compiled ahead: a rule is worked out when an address is first asked
 * for, in two to five microseconds, and the caller keeps it (unwind.h). For a
 * large binary that is a hundredth of the work that whole tables would be.
 */
#ifndef UNWIND_CFI_H
#define UNWIND_CFI_H

#include "object/elf.h"
#include "unwind/arch.h"
#include "unwind/dwarf_pointer.h"
#include "unwind/rule.h"

/* An entry of an index made by scanning: where a function begins, and its FDE. */
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
	/* .eh_frame_hdr's table of pairs of i32, relative to its address; or */
	struct str table;
	uint64_t table_base;
	size_t ntable;
	/* an index of our own. */
	struct cfi_entry *index;
	size_t nindex, index_cap;
	struct buf plain; /* a section that was compressed, unpacked */
};

/*
 * Find the tables of an image, which must stay open: those in .eh_frame, or those in
 * .debug_frame, which take longer to open, since they have to be indexed. A binary
 * without any (Go, many JITs' images) is no error: every rule is CFA_NONE then.
 */
void cfi_open(struct cfi *c, const struct elf *e, const struct arch *arch);
void cfi_open_debug_frame(struct cfi *c, const struct elf *e, const struct arch *arch);
void cfi_close(struct cfi *c);

/* Are there any? */
bool cfi_any(const struct cfi *c);

/* The rule at a virtual address of the image. */
struct rule cfi_rule(const struct cfi *c, uint64_t vaddr);

/* From where to where the entry for a virtual address is. False if there is none. */
bool cfi_function(const struct cfi *c, uint64_t vaddr, uint64_t *start, uint64_t *end);

/*
 * Where the caller's value of another register is, by DWARF number: the result has it in
 * its fp and fp_offset. Its cfa may be wrong: take that from cfi_rule().
 */
struct rule cfi_register_rule(const struct cfi *c, uint64_t vaddr, uint8_t reg);

/*
 * Evaluate the expression of a CFA_EXPR rule. regs is by DWARF number, known the
 * set of those that are known; read fetches a word of the target's memory. False when it
 * needs what is not known or makes no sense.
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
