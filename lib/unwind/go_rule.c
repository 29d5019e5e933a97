#include "unwind/go_rule.h"

enum { MOST_DEPTH = 1 << 30 }; /* the largest stack that Go allows */

static struct str plain_name(struct str name)
{
	if (str_ends(name, S(".abi0")))
		name.n -= strlen(".abi0");
	return name;
}

static bool is_among(struct str name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(plain_name(name), str_of(names[i])))
			return true;
	return false;
}

/*
 * Is it a function that switches from a goroutine's stack to the thread's own, to run code there?
 * The chain of frame pointers continues on the goroutine's stack.
 */
static bool is_switch(struct str name)
{
	static const char *const switches[] = { "runtime.systemstack", "runtime.asmcgocall" };

	return is_among(name, switches, LEN(switches));
}

/*
 * Is it the outermost function of a thread, a goroutine, or the runtime's own stack? Not
 * cgocallback: its frame on the goroutine's stack has a return address in systemstack_switch, above
 * which is that of the function that called C (asm_amd64.s).
 */
static bool is_root(struct str name)
{
	static const char *const roots[] = {
		"runtime.goexit",   "runtime.mstart",    "runtime.rt0_go",
		"runtime.mcall",    "runtime.morestack", "runtime.sigreturn__sigaction",
		"runtime.sigtramp", "_rt0_amd64",        "runtime.clone",
	};

	return is_among(name, roots, LEN(roots));
}

/*
 * Is it a function that calls the vDSO on the thread's own stack? The table does not describe that
 * switch; the frame pointer is still that of the goroutine's stack.
 */
static bool is_on_other_stack(struct str name)
{
	static const char *const names[] = { "time.now", "runtime.nanotime1", "runtime.walltime" };

	return is_among(name, names, LEN(names));
}

bool go_is_callback(const struct gopclntab *t, uint64_t vaddr)
{
	struct gofunc f;

	return gopclntab_find(t, vaddr, &f) && str_eq(plain_name(f.name), S("runtime.cgocallback"));
}

struct rule go_rule(const struct gopclntab *t, const struct arch *arch, uint64_t vaddr)
{
	struct rule r = { .cfa = CFA_NONE };
	struct gofunc f;
	int32_t depth;

	if (!gopclntab_find(t, vaddr, &f))
		return r;
	if (is_switch(f.name)) {
		r.cfa = CFA_SWITCH;
		return r;
	}
	if (is_root(f.name)) {
		r.cfa = CFA_END;
		return r;
	}
	if (arch->lr != DWARF_NONE || !gopclntab_depth(t, &f, vaddr, &depth) || depth < 0 ||
	    depth > MOST_DEPTH)
		return r;
	r.cfa = CFA_SP;
	r.cfa_offset = depth + 8; /* the return address */
	if (depth > 8 && is_on_other_stack(f.name)) {
		r.cfa = CFA_FP;
		r.cfa_offset = 16;
	}
	r.ra = AT_CFA;
	r.ra_offset = -8;
	/* A function with a frame of its own saves the frame pointer at its top. */
	if (depth) {
		r.fp = AT_CFA;
		r.fp_offset = -16;
	}
	return r;
}
