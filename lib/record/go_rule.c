#include "record/go_rule.h"

/*
 * Where stacks begin: threads and goroutines do, and the runtime's own stack,
 * which it switches to from a goroutine's and back.
 */
static bool is_root(struct str name)
{
	static const char *const roots[] = {
		"runtime.goexit",
		"runtime.mstart",
		"runtime.rt0_go",
		"runtime.mcall",
		"runtime.systemstack",
		"runtime.morestack",
		"runtime.asmcgocall",
		"runtime.cgocallback",
		"runtime.sigreturn__sigaction",
		"runtime.systemstack_switch",
		"runtime.sigtramp",
		"_rt0_amd64",
		"runtime.clone",
	};

	if (str_ends(name, S(".abi0")))
		name.n -= strlen(".abi0");
	for (size_t i = 0; i < LEN(roots); i++)
		if (str_eq(name, str_of(roots[i])))
			return true;
	return false;
}

struct rule go_rule(const struct gopclntab *t, const struct arch *arch, uint64_t vaddr)
{
	struct rule r = { .cfa = CFA_NONE };
	struct gofunc f;
	int32_t depth;

	if (!gopclntab_find(t, vaddr, &f))
		return r;
	if (is_root(f.name)) {
		r.cfa = CFA_END;
		return r;
	}
	if (arch->lr != DWARF_NONE || !gopclntab_depth(t, &f, vaddr, &depth))
		return r;
	r.cfa = CFA_SP;
	r.cfa_offset = depth + 8; /* the return address */
	r.ra = AT_CFA;
	r.ra_offset = -8;
	/* A function with a frame of its own saves the frame pointer at its top. */
	if (depth) {
		r.fp = AT_CFA;
		r.fp_offset = -16;
	}
	return r;
}
