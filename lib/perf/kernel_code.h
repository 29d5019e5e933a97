/*
 * Code that the kernel makes as it runs: BPF programs and trampolines, by PERF_RECORD_KSYMBOL.
 * /proc/kallsyms names it only while it exists, and is read when a window ends.
 */
#ifndef PERF_KERNEL_CODE_H
#define PERF_KERNEL_CODE_H

#include "base/strings.h"
#include "base/vec.h"

struct kernel_code {
	uint64_t start, end;
	uint32_t name, zero; /* its number in names */
};

struct kernel_codes {
	VEC(struct kernel_code) list; /* sorted by address, without overlaps */
	struct strings names;
};

void kernel_codes_init(struct kernel_codes *k);
void kernel_codes_release(struct kernel_codes *k);

/* Code appears, in the place of any that was there. */
void kernel_codes_add(struct kernel_codes *k, uint64_t start, uint64_t length, struct str name);

/* Code goes, with all that overlaps it. */
void kernel_codes_remove(struct kernel_codes *k, uint64_t start, uint64_t length);

/* The name of the code at an address; empty if there is none, or it is older than the records. */
struct str kernel_codes_find(const struct kernel_codes *k, uint64_t address);

#endif
