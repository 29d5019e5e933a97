/* mapping_flags(): kernel, JIT or interpreted code, by the name of the mapping's file. */
#include "profile/frame_type.h"

/* Names in brackets that belong to a process; perf also puts kernel modules in brackets. */
static const char *const user_names[] = {
	"[vdso]",    "[vdso32]", "[vsyscall]", "[vvar]",    "[vectors]", "[sigpage]",
	"[heap]",    "[stack",   "[anon",      "[uprobes]", "[unknown]", "[JIT]",
	"[inlined]", "[jit]",    "[shmem",     "[memfd",    "[dso]",     "[binary]",
};

static bool is_kernel_module(struct str base)
{
	static const char *const ends[] = { ".ko", ".ko.xz", ".ko.gz", ".ko.zst", ".ko.debug" };

	for (size_t i = 0; i < LEN(ends); i++)
		if (str_ends(base, str_of(ends[i])))
			return true;
	return false;
}

static bool is_vmlinux(struct str base)
{
	if (!str_starts(base, S("vmlinux")))
		return false;
	for (size_t i = 7; i < base.n; i++)
		if (!memchr("-._", base.p[i], 3) && !(base.p[i] >= '0' && base.p[i] <= '9') &&
		    !((base.p[i] | 0x20) >= 'a' && (base.p[i] | 0x20) <= 'z'))
			return false;
	return true;
}

static bool is_kernel(struct str file)
{
	struct str base = str_basename(file);

	if (str_starts(file, S("[kernel")) || str_starts(file, S("[guest.kernel")))
		return true;
	if (str_starts(file, S("["))) {
		for (size_t i = 0; i < LEN(user_names); i++)
			if (str_starts(file, str_of(user_names[i])))
				return false;
		return true;
	}
	return is_vmlinux(base) || is_kernel_module(base) || str_starts(file, S("bpf_prog_")) ||
	       str_starts(file, S("bpf_trampoline_"));
}

/* "perf-PID.map", by which runtimes name their perf maps, in any directory. */
static bool is_perf_map(struct str base)
{
	uint64_t pid;

	if (!str_starts(base, S("perf-")) || !str_ends(base, S(".map")))
		return false;
	return str_u64(str(base.p + 5, base.n - 9), &pid);
}

static bool is_jit(struct str file)
{
	struct str base = str_basename(file);

	return is_perf_map(base) || str_starts(file, S("[JIT]")) ||
	       (str_starts(base, S("jitted-")) && str_ends(base, S(".so")));
}

uint32_t mapping_flags(struct str file)
{
	uint32_t type = frame_type_of_mapping(file);

	if (type)
		return type;
	return is_jit(file) ? LOC_JIT : is_kernel(file) ? LOC_KERNEL : 0;
}
