/*
 * Stacks of an aarch64 program, on any machine: registers and stack that it wrote down
 * itself (tests/data/aarch64), with return addresses that the processor had signed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "record/live_host.h"
#include "tap.h"
#include "unwind/unwind.h"

enum { MOST_BYTES = 1 << 20, LOADED_AT = 0x400000, CALLERS = 16 };

static const char image[] = "tests/data/aarch64/chain";
static char bytes[MOST_BYTES];

struct sample {
	const uint64_t *caller; /* outermost first */
	size_t ncaller;
	struct user_state state;
};

static size_t read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(bytes, 1, sizeof(bytes), f) : 0;

	if (f)
		fclose(f);
	return n;
}

/* The sample at *at, which moves on behind it. */
static struct sample take(const uint64_t **at)
{
	struct sample s = { .ncaller = (size_t) * *at, .caller = *at + 1, .state.tid = 1 };

	s.state.regs = s.caller + s.ncaller;
	s.state.nstack = (size_t)s.state.regs[arch_aarch64.nregs];
	s.state.stack = (const uint8_t *)(s.state.regs + arch_aarch64.nregs + 1);
	*at = (const uint64_t *)(const void *)(s.state.stack + s.state.nstack);
	return s;
}

static void map_image(struct processes *t, struct process *p)
{
	struct stat st;
	struct record_map m = {
		.start = LOADED_AT, .length = 0x1000, .has_inode = true, .executable = true
	};
	static char path[4096];

	if (stat(image, &st) < 0 || !realpath(image, path))
		return;
	m.inode = st.st_ino;
	m.major = major(st.st_dev);
	m.minor = minor(st.st_dev);
	m.path = str_of(path);
	process_map(t, p, &m);
}

/* Frames from `first` on are the callers, the last of which is _start's. */
static bool has_callers(const struct user_frame *frame, size_t n, size_t first,
			const struct sample *s)
{
	if (n != first + s->ncaller + 1) /* run() does not note that _start calls it */
		return false;
	for (size_t i = 0; i < s->ncaller; i++)
		if (frame[first + i].address + 1 != s->caller[s->ncaller - 1 - i])
			return false;
	return true;
}

static void check(struct unwinder *u, const struct address_space *space, const struct sample *s,
		  const char *name, size_t first)
{
	static struct user_frame frame[UNWIND_MOST];
	enum unwind_end end;
	size_t n = unwind(u, space, &s->state, frame, &end);

	if (!ok(end == UNWIND_COMPLETE && frame[0].address == s->state.regs[arch_aarch64.pc] &&
			has_callers(frame, n, first, s),
		"%s", name)) {
		for (size_t i = 0; i < n; i++)
			printf("# %llx\n", (unsigned long long)frame[i].address);
		printf("# ends %d\n", end);
	}
}

/* Is there a word with more than an address in it? */
static bool is_signed(const struct sample *s)
{
	for (size_t i = 0; i + 8 <= s->state.nstack; i += 8) {
		uint64_t v;

		memcpy(&v, s->state.stack + i, sizeof(v));
		if (v >> 48 && (v & arch_aarch64.address_mask) - LOADED_AT < 0x1000)
			return true;
	}
	return false;
}

int main(void)
{
	size_t n = read_file("tests/data/aarch64/chain.samples");
	const uint64_t *at = (const uint64_t *)(const void *)bytes;
	struct live_host live;
	struct perf_host host;
	struct binaries binaries;
	struct processes processes;
	struct unwinder u;
	struct process_view view = { .tid = 1 };
	struct address_space space;
	struct sample s;

	if (!ok(n > 1000, "there are samples (tests run in the project's folder)"))
		return done();
	live_host_init(&live);
	host = live_host_functions(&live);
	binaries_init(&binaries, &arch_aarch64, &host);
	processes_init(&processes, &binaries, &host);
	unwinder_init(&u, &arch_aarch64);
	view.processes = &processes;
	view.process = processes_get(&processes, 1 << 30); /* there is no such process */
	space = process_address_space(&view);
	map_image(&processes, view.process);

	/* Frame 0 is the leaf; where the callers begin depends on what is between. */
	s = take(&at);
	ok(is_signed(&s), "return addresses are signed");
	check(&u, &space, &s, "a leaf, frame pointers, none, alloca", 2);
	s = take(&at);
	check(&u, &space, &s, "a leaf without unwind data", 2);
	s = take(&at);
	check(&u, &space, &s, "a frame record without unwind data", 3);
	s.state.nstack = 8;
	{
		static struct user_frame frame[UNWIND_MOST];
		enum unwind_end end;

		unwind(&u, &space, &s.state, frame, &end);
		ok(end == UNWIND_TRUNCATED, "a copy that is too short");
	}
	unwinder_release(&u);
	processes_release(&processes);
	binaries_release(&binaries);
	live_host_release(&live);
	return done();
}
