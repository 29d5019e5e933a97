/*
 * The fuzz target for unwinding: bytes are an ELF image that a process has mapped, and
 * its registers and stack. Every rule of the image is worked out, and stacks are
 * unwound through it; both must come to an end, and read nothing but what they were
 * given.
 *
 * The last KiB, or half of what is shorter, is registers and stack. Where neither
 * processor is meant, it is x86-64.
 */
#include "unwind/unwind.h"

#include <stdlib.h>

enum { STATE_BYTES = 1024, MOST_RULES = 2000, MAPPED_AT = 0x10000000, MAPPED = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A rule is one that unwinding knows, or there is something wrong. */
static void check_rule(struct rule r)
{
	if (r.cfa > CFA_BAD || r.fp > AT_LOST || r.ra > AT_LOST ||
	    (r.cfa == CFA_REG && r.reg >= ARCH_REGS))
		abort();
}

static void try_rules(const struct module *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->elf.nsegment; i++) {
		const struct elf_segment *s = &m->elf.segment[i];

		for (uint64_t at = 0; at < s->memsz && at < MAPPED && n < MOST_RULES;
		     at += 7, n++) {
			check_rule(module_rule(m, s->vaddr + at));
			if (n % 16 == 0)
				check_rule(cfi_register_rule(&m->cfi, s->vaddr + at, 3));
		}
	}
}

/* The address space of a process that has nothing mapped but the image. */
static const struct region *find_image(void *context, uint64_t address)
{
	const struct region *r = context;

	return address >= r->start && address < r->end ? r : NULL;
}

static struct region map_image(struct module *m, const struct arch *arch, struct str image)
{
	struct region r = { .start = MAPPED_AT, .end = MAPPED_AT + MAPPED, .module = m };
	uint64_t vaddr;
	const char *why;

	m->id = 1;
	if (elf_open_memory(&m->elf, image, &why)) {
		module_open(m, arch);
		try_rules(m);
	}
	r.bias = elf_vaddr(&m->elf, 0, &vaddr) ? MAPPED_AT - vaddr : MAPPED_AT;
	return r;
}

/* Registers from the bytes, but with the program counter in the image. */
static void try_stacks(struct unwinder *u, const struct arch *arch,
		       const struct address_space *space, const uint8_t *bytes, size_t n)
{
	static struct user_frame frame[UNWIND_MOST];
	uint64_t regs[ARCH_REGS] = { 0 };
	struct user_state state = {
		.regs = regs, .pid = 1, .tid = 1, .is_32bit = arch == &arch_i386
	};
	enum unwind_end end;
	size_t head = min_size(n, sizeof(regs)) / 2;

	memcpy(regs, bytes, head);
	state.nstack = n - head;
	state.stack = malloc(state.nstack + 1); /* it ends where its memory does */
	memcpy((void *)state.stack, bytes + head, state.nstack);
	for (uint64_t i = 0; i < 64; i++) {
		regs[arch->pc] = MAPPED_AT + (i * 0x9e3779b1 & (MAPPED - 1)) % (1 << (6 + i / 4));
		if (i % 2)
			regs[arch->fp] = regs[arch->sp] + (i & 0xf8);
		if (unwind(u, space, &state, frame, &end) > UNWIND_MOST || end >= UNWIND_ENDS)
			abort();
	}
	free((void *)state.stack);
}

static const struct arch *arch_of(const uint8_t *data, size_t size)
{
	static const struct arch *const known[] = { &arch_aarch64, &arch_i386 };

	for (size_t i = 0; size > 20 && i < LEN(known); i++)
		if (data[18] == known[i]->machine)
			return known[i];
	return &arch_x86_64;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t tail = min_size(STATE_BYTES, size / 2);
	const struct arch *arch = arch_of(data, size);
	struct module module = { .id = 1 };
	struct region region;
	struct address_space space = { .find = find_image, .context = &region };
	struct unwinder u;
	uint8_t *image = malloc(size + 1);
	uint16_t machine = arch->machine;

	memcpy(image, data, size);
	if (size)
		image[0] = 0x7f;
	if (size > 20)
		memcpy(image + 18, &machine, sizeof(machine));
	unwinder_init(&u, arch == &arch_i386 ? &arch_x86_64 : arch);
	region = map_image(&module, u.arch, str((const char *)image, size));
	try_stacks(&u, arch, &space, data + size - tail, tail);
	unwinder_release(&u);
	module_close(&module);
	free(image);
	return 0;
}
