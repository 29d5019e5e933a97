/*
 * The table of file formats. A format is a file or a folder here that defines a
 * `const struct format format_NAME`, and one word in FORMATS; options, help, completion,
 * sniffing, the round-trip test and the fuzzer follow from the table.
 */
#ifndef FORMAT_FORMAT_H
#define FORMAT_FORMAT_H

#include "format/sniff.h"
#include "io/in.h"
#include "io/out.h"
#include "profile/profile.h"

struct format {
	const char *name; /* as --from and --to take it */
	const char *help; /* half a line, for people */
	bool text;        /* a text format: for such inputs, commands write text by default */
	bool events;      /* types may be of unrelated events: notes name those that are left out */
	bool open_end;    /* people copy it from a window: the last line may have no LF */
	bool all_types;   /* holds all sample types of a profile, not only the default one */

	/*
	 * The number of bits in the head of an input that prove this format; 0 = not
	 * this format. The highest bid wins. A magic number of 4 bytes is 32 bits. A
	 * format without one bids low, and only if most of the complete lines fit. A
	 * format that cannot be read may bid, too, with sniff_refuse(). NULL: the
	 * format is never recognised.
	 */
	int (*sniff)(struct sniff *s);

	/*
	 * Read the next profile of the input into p, which profile_begin() has made
	 * empty. The input has bytes left. Readers have no options: rewrite.h changes
	 * what they read. False after in_fail(), or if the rest of the input holds no
	 * profile. NULL: this format cannot be read.
	 */
	bool (*read)(struct in *in, struct profile *p);

	/*
	 * Write the profile, as one frame if the format has frames. `out` keeps the
	 * first error. (p is not const, since writers enter names into its dictionary.)
	 * NULL: this format cannot be written.
	 */
	void (*write)(struct out *out, struct profile *p);
};

/* clang-format off */
#define FORMATS(X) \
	X(pprof) \
	X(folded) \
	X(perf_script) \
	X(perf_data) \
	X(gperftools) \
	X(legacy_pprof) \
	X(pprof_raw) \
	X(callgrind) \
	X(ghc_prof) \
	X(dtrace) \
	X(bpftrace) \
	X(macos_sample) \
	X(stack_dump) \
	X(javacore) \
	X(java_exceptions) \
	X(procstack) \
	X(ljp) \
	X(wall_clock_profiler) \
	X(xdebug_trace) \
	X(austin) \
	X(call_tree_csv) \
	X(pmcstat) \
	X(phpspy) \
	X(tachyon) \
	X(xctrace) \
	X(instruments) \
	X(heaptrack) \
	X(memray) \
	X(gprof) \
	X(jfr) \
	X(otlp) \
	X(otlp_json) \
	X(cpuprofile) \
	X(heapprofile) \
	X(speedscope) \
	X(firefox) \
	X(trace_event) \
	X(stackprof) \
	X(ghc_json) \
	X(dhat) \
	X(gprof2dot) \
	X(json) \
	X(lines) \
	X(pyroscope_tree) \
	X(pyroscope_trie) \
	X(rows) \
	X(flamebearer) \
	X(autofdo) \
	X(markdown) \
	X(refused)
/* clang-format on */
#define FORMAT_DECLARE(name) extern const struct format format_##name;
FORMATS(FORMAT_DECLARE)

/* The i-th format, or NULL after the last. */
const struct format *format_at(size_t i);

/* The i-th of the formats that can be read, and of those that can be written. */
const struct format *format_readable_at(size_t i);
const struct format *format_writable_at(size_t i);

/* The format of an input; NULL after in_fail(). */
const struct format *format_sniff(struct in *in);

#endif
