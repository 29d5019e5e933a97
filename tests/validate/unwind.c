/*
 * unwind [OPTION]... NAME -- COMMAND: records a command, unwinds every sample of it
 * with ours and with elfutils' unwinder, and prints a row of a markdown table: how
 * many stacks are equal, how many whole, and what a frame costs.
 *
 *	-F HZ       samples a second and CPU (999)
 *	-s BYTES    of stack to copy (32768)
 *	-n          do not read from the process what was not copied
 *	-M          do not remember the thread's last whole stack
 *	-v N        print the first N stacks that differ
 *	-w N        and the first N that are not whole
 *	-r          print where stacks begin, and how often
 *	--speed     print nanoseconds a frame as well
 *	-m BYTES    how often frames that are remembered are the right ones: whole stacks
 *	            are cut off after that much, and completed by the thread's last one
 *
 * Both get the same registers, mappings and bytes of stack: the copy and, where ours
 * had to read more from the process, that as well. Equal are stacks with the same
 * addresses from the leaf to the root, with two exceptions.
 *
 * Where ours ends at code that nothing calls, by its unwind data or because it is a
 * root of Go's runtime, what elfutils finds beyond is left out.
 *
 * Where the innermost frame has no unwind data (assembly, JIT compilers, Go without
 * .debug_frame), elfutils follows the frame pointer, and so misses the caller of a
 * function that has not set it up. A stack that is the same but for that caller counts
 * as equal; how often that is, stands in a column of its own.
 *
 * Not compared are stacks for which elfutils gives up over a word below the stack
 * pointer: a register that was popped already, and that it looks for where it had been
 * saved. Nobody has copied that word. These, too, have a column.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "dwfl_oracle.h"
#include "kept.h"

enum { SWEEPS = 20, REPEATS = 20 };

/* How a stack compares with the oracle's. */
enum verdict { EQUAL, EQUAL_BUT_LEAF, ORACLE_BELOW, ORACLE_STOPS, OURS_STOPS, DIFFERENT, VERDICTS };

static const char *const verdicts[] = { "equal",
					"equal but for the caller of a leaf",
					"elfutils lacks a word below the stack pointer",
					"elfutils stops early",
					"ours stops early",
					"different" };
static const char *const ends[] = { "complete", "truncated", "no mapping", "no sense", "deep" };

struct root {
	const char *name;
	uint64_t n;
};

static struct {
	struct kept k;
	struct unwinder unwinder; /* reads nothing from processes */
	struct oracle oracle;
	struct user_frame frame[UNWIND_MOST];
	uint64_t verdict[VERDICTS], end[UNWIND_ENDS], jit_bad, frames, oracle_frames;
	uint64_t oracle_ns;
	struct buf roots; /* struct root */
	uint64_t rooted;  /* complete, and ending where threads begin */
	int print, print_broken;
	bool print_roots, speed;
	size_t cut;
} t;

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts); /* others have work to do, too */
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* Where stacks begin */

/* Where the image begins to run: ld.so has no unwind data there. */
static bool is_entry(const struct region *r, uint64_t address)
{
	struct str header = r->module->elf.file;
	uint64_t entry;

	if (header.n < 64)
		return false;
	memcpy(&entry, header.p + 24, sizeof(entry)); /* e_entry */
	return address - r->bias - entry < 64;
}

/* Does what is known of the code say that nothing called it? */
static bool is_root(const struct user_frame *f)
{
	const struct region *r = f->region;

	if (!r || !r->module)
		return false;
	return is_entry(r, f->address) ||
	       (module_has_rules(r->module) &&
		module_rule(r->module, f->address - r->bias).cfa == CFA_END);
}

static size_t find_frames(struct unwinder *u, const struct kept_sample *s,
			  const struct user_state *state, struct user_frame *out,
			  enum unwind_end *end)
{
	struct process_view view = { &t.k.recorder.decoder.processes, &s->of->process, state->tid };
	struct address_space space = process_address_space(&view);

	return unwind(u, &space, state, out, end);
}

static struct str map_name(const struct map *m)
{
	return !m ? S("no mapping") : m->binary ? str_basename(m->binary->path) : S("anonymous");
}

static const char *frame_name(const struct user_frame *f)
{
	static char text[4096 + 32];
	const char *name = oracle_name(&t.oracle, f->address);

	if (name)
		return name;
	if (!f->region)
		return "[no mapping]";
	snprintf(text, sizeof(text), "%.*s+0x%llx", STR_ARG(map_name(map_of(f->region))),
		 (unsigned long long)(f->address - f->region->bias));
	return text;
}

static void count_root(const struct kept_sample *s)
{
	const char *name = frame_name(&s->last);
	struct root *r = (struct root *)t.roots.p, new = { NULL, 1 };

	t.rooted += s->end == UNWIND_COMPLETE && is_root(&s->last);
	for (size_t i = 0; i < BUF_COUNT(&t.roots, *r); i++) {
		if (strcmp(r[i].name, name) == 0) {
			r[i].n++;
			return;
		}
	}
	new.name = strdup(name);
	buf_put(&t.roots, &new, sizeof(new));
}

/* Comparing */

static void print_frame(const char *side, size_t i, uint64_t address, struct kept_process *p)
{
	const struct map *m = process_find(&t.k.recorder.decoder.processes, &p->process, address);
	struct user_frame f = { m ? &m->region : NULL, address };

	printf("    %s %3zu %16llx %s (%.*s)\n", side, i, (unsigned long long)address,
	       frame_name(&f), STR_ARG(map_name(m)));
}

/* Both stacks from a few frames before where they part. */
static void print_stacks(struct kept_sample *s, enum verdict v, enum unwind_end end, size_t n,
			 size_t same)
{
	int *left = v > ORACLE_BELOW ? &t.print : &t.print_broken;

	if (*left <= 0 || (v <= ORACLE_BELOW && end == UNWIND_COMPLETE))
		return;
	--*left;
	printf("%s; ours ends: %s after %zu frames, elfutils' after %zu; %zu bytes of stack\n",
	       verdicts[v], ends[end], n, t.oracle.n, s->state.nstack);
	for (size_t i = same > 4 ? same - 4 : 0; i < n && i < same + 4; i++)
		print_frame("ours    ", i, t.frame[i].address, s->of);
	for (size_t i = same > 2 ? same - 2 : 0; i < t.oracle.n && i < same + 4; i++)
		print_frame("elfutils", i, t.oracle.frame[i], s->of);
}

/* How many frames are the same, ours being looked at from frame `from`. */
static size_t same_from(size_t n, size_t from)
{
	size_t same = 1;

	while (same + from < n && same < t.oracle.n &&
	       t.frame[same + from].address == t.oracle.frame[same])
		same++;
	return same;
}

/* Is there unwind data for the innermost frame? */
static bool leaf_has_rule(void)
{
	const struct region *r = t.frame[0].region;

	return r->module && module_has_rules(r->module) && !r->module->is_go &&
	       module_rule(r->module, t.frame[0].address - r->bias).cfa != CFA_NONE;
}

/* Ours has n frames, the first of which is the oracle's; *same are as many. */
static enum verdict judge(size_t n, enum unwind_end end, size_t *same)
{
	bool at_root = end == UNWIND_COMPLETE && is_root(&t.frame[n - 1]);
	size_t inserted;

	*same = same_from(n, 0);
	if (*same == n && (*same == t.oracle.n || at_root))
		return EQUAL;
	inserted = same_from(n, 1);
	if (n > 1 && !leaf_has_rule() && inserted == n - 1 && (inserted == t.oracle.n || at_root))
		return EQUAL_BUT_LEAF;
	if (*same == n)
		return OURS_STOPS;
	if (*same < t.oracle.n)
		return DIFFERENT;
	return t.oracle.below ? ORACLE_BELOW : ORACLE_STOPS;
}

static void compare(struct kept_sample *s)
{
	enum unwind_end end;
	enum verdict v;
	uint64_t begun;
	size_t n, same = 0;

	n = find_frames(&t.unwinder, s, &s->state, t.frame, &end);
	oracle_unwind(&t.oracle, &s->state);
	if (t.speed) {
		begun = now();
		t.oracle_frames += oracle_unwind(&t.oracle, &s->state);
		t.oracle_ns += now() - begun;
	}
	v = n && t.oracle.n ? judge(n, end, &same) : n == t.oracle.n ? EQUAL : DIFFERENT;
	t.verdict[v]++;
	t.end[s->end]++;
	t.jit_bad += s->end == UNWIND_BAD && s->last.region && !s->last.region->module;
	t.frames += s->nframe;
	if (s->nframe)
		count_root(s);
	print_stacks(s, v, end, n, same);
}

static void compare_all(void)
{
	struct processes *processes = &t.k.recorder.decoder.processes;

	for (struct kept_process *p = t.k.processes; p; p = p->next) {
		if (!p->nsample || !oracle_open(&t.oracle, processes, &p->process)) {
			if (p->nsample)
				fprintf(stderr, "elfutils: %s\n", dwfl_errmsg(-1));
			continue;
		}
		for (size_t i = 0; i < t.k.n; i++)
			if (t.k.sample[i].of == p)
				compare(&t.k.sample[i]);
		oracle_close(&t.oracle);
	}
}

/* Speed */

/* Nanoseconds a frame: sweeps over all samples, and each repeated in turn. */
static void measure(double *sweep, double *repeated)
{
	uint64_t frames = 0, begun = 0;
	enum unwind_end end;

	for (int k = -1; k < SWEEPS; k++) {
		if (k == 0) {
			frames = 0;
			begun = now();
		}
		for (size_t i = 0; i < t.k.n; i++)
			frames += find_frames(&t.unwinder, &t.k.sample[i], &t.k.sample[i].state,
					      t.frame, &end);
	}
	*sweep = frames ? (double)(now() - begun) / (double)frames : 0;
	frames = 0;
	begun = now();
	for (size_t i = 0; i < t.k.n; i++)
		for (int k = 0; k < REPEATS; k++)
			frames += find_frames(&t.unwinder, &t.k.sample[i], &t.k.sample[i].state,
					      t.frame, &end);
	*repeated = frames ? (double)(now() - begun) / (double)frames : 0;
}

/* Remembering */

/* Whole stacks again, cut off, in order of time as they were recorded. */
static void check_memory(size_t bytes)
{
	static struct user_frame whole[UNWIND_MOST];
	struct unwinder cut;
	uint64_t right = 0, wrong = 0, none = 0, untouched = 0;

	unwinder_init(&cut, arch_host());
	cut.use_memo = true;
	for (size_t i = 0; i < t.k.n; i++) {
		struct kept_sample *s = &t.k.sample[i];
		struct user_state less = s->state;
		enum unwind_end end, less_end;
		size_t n = find_frames(&t.unwinder, s, &s->state, whole, &end), m;
		uint64_t before = cut.remembered;

		less.nstack = min_size(less.nstack, bytes);
		m = find_frames(&cut, s, &less, t.frame, &less_end);
		if (end != UNWIND_COMPLETE)
			continue;
		if (less_end != UNWIND_COMPLETE)
			none++;
		else if (cut.remembered == before)
			untouched++;
		else if (m == n && memcmp(whole, t.frame, n * sizeof(*whole)) == 0)
			right++;
		else
			wrong++;
	}
	printf("    cut off after %zu bytes: %llu whole, %llu remembered rightly, %llu wrongly, "
	       "%llu not known\n",
	       bytes, (unsigned long long)untouched, (unsigned long long)right,
	       (unsigned long long)wrong, (unsigned long long)none);
	unwinder_release(&cut);
}

/* The table */

static double percent_of(uint64_t n, uint64_t all)
{
	return all ? 100.0 * (double)n / (double)all : 0;
}

static double percent(uint64_t n)
{
	return percent_of(n, t.k.n);
}

static void print_row(const char *name)
{
	double sweep = 0, repeated = 0;

	if (t.speed)
		measure(&sweep, &repeated);
	printf("| %s | %zu | %.1f | %.2f %% | %llu | %llu | %llu | %llu | %llu | %.2f %% | %.2f %% | %llu | %llu |"
	       " %llu | %llu | %llu | %llu |",
	       name, t.k.n, t.k.n ? (double)t.frames / (double)t.k.n : 0,
	       percent_of(t.verdict[EQUAL] + t.verdict[EQUAL_BUT_LEAF],
			  t.k.n - t.verdict[ORACLE_BELOW]),
	       (unsigned long long)t.verdict[EQUAL_BUT_LEAF],
	       (unsigned long long)t.verdict[ORACLE_BELOW],
	       (unsigned long long)t.verdict[ORACLE_STOPS],
	       (unsigned long long)t.verdict[OURS_STOPS], (unsigned long long)t.verdict[DIFFERENT],
	       percent(t.end[UNWIND_COMPLETE]), percent(t.rooted),
	       (unsigned long long)t.k.recorder.decoder.unwinder.remembered,
	       (unsigned long long)t.k.recorder.decoder.unwinder.completed,
	       (unsigned long long)t.end[UNWIND_TRUNCATED], (unsigned long long)t.end[UNWIND_LOST],
	       (unsigned long long)(t.end[UNWIND_BAD] - t.jit_bad), (unsigned long long)t.jit_bad);
	if (t.speed)
		printf(" %.0f | %.0f | %.0f |", sweep, repeated,
		       t.oracle_frames ? (double)t.oracle_ns / (double)t.oracle_frames : 0);
	printf("\n");
}

static int by_count(const void *a, const void *b)
{
	const struct root *x = a, *y = b;

	return (x->n < y->n) - (x->n > y->n);
}

static void print_roots(void)
{
	struct root *r = (struct root *)t.roots.p;
	size_t n = BUF_COUNT(&t.roots, *r);

	if (n)
		qsort(r, n, sizeof(*r), by_count);
	for (size_t i = 0; i < n && i < 12; i++)
		printf("    %6llu %s\n", (unsigned long long)r[i].n, r[i].name);
}

static void parse(int argc, char **argv, struct kept_options *o)
{
	static const struct option speed[] = { { "speed", no_argument, NULL, 'S' }, { 0 } };
	int c;

	while ((c = getopt_long(argc, argv, "+F:s:nMv:w:rm:", speed, NULL)) != -1) {
		switch (c) {
		case 'F': o->frequency = strtoull(optarg, NULL, 10); break;
		case 's': o->stack_bytes = (uint32_t)strtoul(optarg, NULL, 10) & ~7u; break;
		case 'M': o->memo = false; break;
		case 'n': o->live = false; break;
		case 'v': t.print = atoi(optarg); break;
		case 'w': t.print_broken = atoi(optarg); break;
		case 'm': t.cut = strtoul(optarg, NULL, 10); break;
		case 'r': t.print_roots = true; break;
		case 'S': t.speed = true; break;
		default: exit(2);
		}
	}
}

int main(int argc, char **argv)
{
	struct kept_options o = {
		.frequency = 999, .stack_bytes = 32 << 10, .live = true, .memo = true
	};
	struct buf why = { 0 };

	parse(argc, argv, &o);
	if (argc - optind < 2) {
		fprintf(stderr,
			"usage: unwind [-nr] [-F HZ] [-s BYTES] [-v N] [-w N] [--speed] NAME "
			"COMMAND...\n");
		return 2;
	}
	if (!kept_record(&t.k, &o, argv + optind + 1, &why)) {
		fprintf(stderr, "unwind: %.*s\n", STR_ARG(buf_str(&why)));
		return 2;
	}
	unwinder_init(&t.unwinder, arch_host());
	compare_all();
	print_row(argv[optind]);
	if (t.print_roots)
		print_roots();
	if (t.cut)
		check_memory(t.cut);
	unwinder_release(&t.unwinder);
	kept_release(&t.k);
	return 0;
}
