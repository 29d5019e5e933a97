/*
 * The lines that perf script prints, one by one. What a line is follows from what it
 * holds: -F selects fields, and the text does not say which were selected.
 *
 * An event line holds, of these fields and in this order, those that were asked for:
 *
 *	VM:MACHINE_PID VCPU:N COMMAND PID/TID [CPU] MISC DATE TIME-OF-DAY TIME: PERIOD
 *	EVENT: FLAGS PAYLOAD ADDR SYMBOL (BINARY) DATA_SRC WEIGHT ... CGROUP
 *
 * and, when the event has no call chain, the one frame and its details. A frame is
 *
 *	ADDRESS SYMBOL+0xOFFSET (BINARY)
 *
 * with the address right-aligned in 16 columns: "an address column" below. With a call
 * chain frames follow on lines of their own, after a tab, innermost first, then details
 * (registers, branches, instructions ...), or else a blank line.
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

/* What proves that a line is an event line, the weakest first. */
enum perf_anchor {
	PERF_NO_ANCHOR, /* a command, a number or an event: anything may look like that */
	PERF_BY_EVENT,  /* a thread and an event's name */
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
	struct str rest;  /* what follows the name, without the frame */
	int64_t pid, tid; /* valid: the pid is not -1; has_tid */
	int64_t cpu;      /* -1 if it was not printed */
	uint64_t time;    /* in ns */
	size_t time_at;   /* where it begins in the line */
	uint64_t period;
	struct perf_frame own;
	bool has_tid, has_time, has_period;
	bool has_own; /* the line holds its frame; of an event with a chain, data's address */
};

/*
 * Lines of the header that only our own writer has: names are not to be taken apart, and times
 * mean nothing; the duration in ns; the unit of an event, after its name.
 */
#define PERF_DURATION     S("# duration in ns : ")
#define PERF_WHOLE_NAMES  "# names : whole"
#define PERF_EVENT_HEADER S("# event : name = ")
#define PERF_EVENT_UNIT   S(", unit = ")

/* Take a line apart. False when it is no event line; *e is undefined then. */
bool perf_event_line(struct str line, struct perf_event *e);

/* "4794564.109216:" as ns. */
bool perf_time(struct str word, uint64_t *ns);

/*
 * Is it a frame, by its shape? A line that only holds an address is one when that is
 * an address column.
 */
bool perf_frame_line(struct str line, struct perf_frame *f);

/*
 * The frame on an event line, with details after it cut off: the last address column that
 * has a symbol, since addresses of data come first. Text of a tracepoint may look like one,
 * so after anything else only a frame with a binary counts.
 */
enum perf_text {
	PERF_WHOLE_LINE, /* of fields that are known */
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

/* Something else that -F prints after a sample's frames: registers, branches ... */
bool perf_is_detail(struct str line);

/* An address and sizes of pages: -F phys_addr; alone it may as well be a frame. */
bool perf_is_address(struct str line);

/* What perf says on standard error, which scripts often join to its output. */
bool perf_is_message(struct str line);

/*
 * What a command or symbol should not hold: a time, an address column, a bracketed CPU.
 * Fields were taken for a part of it, or that is its name. NULL: nothing.
 */
const char *perf_suspect(struct str name);

/*
 * Cut "(BINARY)" off the end of *what, and return BINARY. A binary may have
 * parentheses, "(deleted)" for one, so they are matched; where they do not match,
 * the last " (" counts. Empty when there is none.
 */
struct str perf_cut_binary(struct str *what);

/* The symbol without a "+0x1f" at the end. */
struct str perf_strip_offset(struct str symbol);

/*
 * The name without its own parameter list, and what comes with one: qualifiers, a
 * Java descriptor's or Swift's result. Other parentheses name something and stay:
 * "(anonymous namespace)", "work(int)::{lambda(int)#1}", "operator()", Go's receivers,
 * template arguments, paths, "block (2 levels) in f". The result is a part of `symbol`,
 * but for "f(int) [clone .isra.0]", which leaves a blank and the clone's mark in *clone.
 */
struct str perf_function_name(struct str symbol, struct str *clone);

/*
 * Some JIT maps join what was inlined into a function: "a->b->c". Cut the first part
 * off *symbol; *symbol becomes the rest, empty after the last part. "operator->" and
 * an arrow between blanks ("fn() -> u32") do not separate.
 */
struct str perf_inlined_part(struct str *symbol);

#endif
