/*
 * The lines that perf script prints, one by one. A line is recognised by its contents: -F
 * selects fields, and the text does not say which were selected.
 *
 * An event line holds the selected ones of these fields, in this order:
 *
 *	VM:MACHINE_PID VCPU:N COMMAND PID/TID [CPU] MISC DATE TIME-OF-DAY TIME: PERIOD
 *	EVENT: FLAGS PAYLOAD ADDR SYMBOL (BINARY) DATA_SRC WEIGHT ... CGROUP
 *
 * and, if the event has no call chain, a single frame and its details. A frame is
 *
 *	ADDRESS SYMBOL+0xOFFSET (BINARY)
 *
 * with the address right-aligned in 16 columns: "an address column" below. With a call
 * chain, frames follow on lines of their own, after a tab, innermost first, then details
 * (registers, branches, instructions ...) or a blank line.
 *
 * Slices point into the line. Source: tools/perf/builtin-script.c and
 * tools/perf/util/evsel_fprintf.c of Linux, process_event() and its callees.
 */
#ifndef FORMAT_PERF_SCRIPT_PERF_LINES_H
#define FORMAT_PERF_SCRIPT_PERF_LINES_H

#include "base/str.h"

struct perf_frame {
	uint64_t address;
	struct str word; /* the address as printed */
	struct str what; /* symbol and binary, as printed; empty with -F ip */
};

/* The evidence that a line is an event line, the weakest first. */
enum perf_anchor {
	PERF_NO_ANCHOR, /* a command, a number or an event: anything may look like that */
	PERF_BY_EVENT,  /* a thread and an event's name */
	PERF_BY_DATE,   /* "2026-11-29 01:46:25.123456", without any of those below */
	PERF_BY_CPU,    /* "[003]" */
	PERF_BY_TIME,   /* "4794564.109216:" */
};

enum perf_event_kind {
	PERF_SAMPLE,
	PERF_RECORD,  /* --show-...-events, and deferred call chains: no samples */
	PERF_METRICS, /* -F metric: figures of the samples before it */
};

struct perf_event {
	enum perf_event_kind kind;
	enum perf_anchor anchor;
	struct str comm;
	struct str name;  /* "cycles:u"; empty if it was not printed */
	struct str rest;  /* the text after the name, without the frame */
	int64_t pid, tid; /* valid: the pid is not -1; has_tid */
	int64_t cpu;      /* -1 if it was not printed */
	uint64_t time;    /* in ns */
	size_t time_at;   /* where it begins in the line */
	uint64_t period;
	struct perf_frame own;
	bool has_tid, has_time, has_period;
	bool has_own; /* the line holds its frame; with a call chain, an address of data */
};

/*
 * Lines of the header that only the writer of this project has: names are whole, and times
 * mean nothing; the duration in ns; the unit of an event, after its name.
 */
#define PERF_DURATION     S("# duration in ns : ")
#define PERF_WHOLE_NAMES  "# names : whole"
#define PERF_EVENT_HEADER S("# event : name = ")
#define PERF_EVENT_UNIT   S(", unit = ")

/* Parse a line. False if it is not an event line; *e is then undefined. */
bool perf_event_line(struct str line, struct perf_event *e);

/* "4794564.109216:" as ns. */
bool perf_time(struct str word, uint64_t *ns);

/*
 * Does the line look like a frame? A line with only an address does if that is an
 * address column.
 */
bool perf_frame_line(struct str line, struct perf_frame *f);

/*
 * The frame on an event line, without the details after it: the last address column that has
 * a symbol, since addresses of data come first. The text of a tracepoint may look like a
 * frame, so after unknown text only a frame with a binary counts.
 */
enum perf_text {
	PERF_WHOLE_LINE, /* the line has only known fields */
	PERF_AFTER_EVENT,
	PERF_AFTER_TRACEPOINT,
};
bool perf_own_frame(struct str text, enum perf_text where, struct perf_frame *f);

/* A place in the source, "  file.c:12", that -F srcline prints after a frame. */
struct perf_source {
	struct str file; /* empty when it is not known */
	uint32_t line;
	bool inlined; /* the frame was inlined into its caller */
};
bool perf_source_line(struct str line, struct perf_source *s);

/*
 * Does a word, in that many columns, begin what comes after an event's name: an address or
 * number, a memory access, the size of a page, registers, branches ...?
 */
bool perf_is_field(struct str word, size_t columns);

/* -F flags: what kind of branch it was; and two words: "hw int", "tr strt". */
bool perf_is_branch_flag(struct str word);

/* Something else that -F prints after a sample's frames: registers, branches ... */
bool perf_is_detail(struct str line);

/* An address and sizes of pages: -F phys_addr; a single address may also be a frame. */
bool perf_is_address(struct str line);

/* Messages of perf on standard error, which scripts often join to its output. */
bool perf_is_message(struct str line);

/* One that says that perf could not read all of the recording. */
bool perf_is_failure(struct str line);

/*
 * Text that a command or symbol should not hold: a time, an address column, a bracketed CPU.
 * Either fields were mistaken for a part of it, or it is so named. NULL: no such text.
 */
const char *perf_suspect(struct str name);

/*
 * Cut "(BINARY)" off the end of *what, and return BINARY. A binary may have
 * parentheses, such as "(deleted)", so they are matched; if they do not match, the last
 * " (" counts. Empty if there is none.
 */
struct str perf_cut_binary(struct str *what);

/* The symbol without a "+0x1f" at the end. */
struct str perf_strip_offset(struct str symbol);

/*
 * The name without its own parameter list, and without qualifiers or the result (of a
 * Java descriptor, of Swift) after the list. Other parentheses are part of the name:
 * "(anonymous namespace)", "work(int)::{lambda(int)#1}", "operator()", Go's receivers,
 * template arguments, paths, "block (2 levels) in f". The result is a part of `symbol`,
 * but for "f(int) [clone .isra.0]", which leaves a blank and the clone's mark in *clone.
 */
struct str perf_function_name(struct str symbol, struct str *clone);

/*
 * Some JIT maps join a function and those inlined into it: "a->b->c". Cut the first part
 * off *symbol; *symbol becomes the rest, empty after the last part. "operator->" and
 * an arrow between blanks ("fn() -> u32") do not separate names.
 */
struct str perf_inlined_part(struct str *symbol);

#endif
