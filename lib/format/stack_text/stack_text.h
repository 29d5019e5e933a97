/*
 * Shared parts of formats that have stacks as lines of text, one frame per line: DTrace,
 * bpftrace, sample, debuggers ...
 *
 *	stack_text_begin(&s, in, p);
 *	stack_text_frame(&s, module, symbol); ...
 *	stack_text_sample(&s, column, count, labels);
 *	stack_text_end(&s);
 *
 * Frames are added leaf first, and reversed when their sample is added.
 */
#ifndef FORMAT_STACK_TEXT_STACK_TEXT_H
#define FORMAT_STACK_TEXT_STACK_TEXT_H

#include "base/vec.h"
#include "io/in.h"
#include "profile/profile.h"

struct stack_text {
	struct in *in;
	struct profile *p;
	VEC(loc_id) frames; /* of the current stack, leaf first */
};

void stack_text_begin(struct stack_text *s, struct in *in, struct profile *p);
void stack_text_end(struct stack_text *s);

/* The column of the sample type with this name and unit. */
uint32_t stack_text_column(struct stack_text *s, struct str type, struct str unit);

/*
 * The columns of samples/count and, if the time between two samples is known, in ns, of
 * wall/nanoseconds: their number. 0 = not known.
 */
size_t stack_text_sampled(struct stack_text *s, int64_t period, uint32_t column[2]);

/*
 * Add the frames of a symbol in a module; either may be empty. The symbol loses its
 * offset ("+0x1f", "+0x1f/0x40", "+31") and its own parameter list; one that is an
 * address, "0x7f00", stays one; a Java symbol "a->b" is two frames, b inlined into a.
 */
void stack_text_frame(struct stack_text *s, struct str module, struct str symbol);

/* Add a frame with its place in the source; the name stays as it is. */
void stack_text_source(struct stack_text *s, struct str name, struct str file, uint64_t line);

/* Cut the line off a place, "app.c:12"; it is 0 if there is none. */
struct str stack_text_place(struct str place, uint64_t *line);

/*
 * Add a frame as Java prints it: "java.lang.Thread.run(java.base@17.0.9/Thread.java:840)",
 * "java/lang/Thread.run(Thread.java:785(Compiled Code))", "a.B.c(Native Method)". Class loader
 * and module before the class, "app//", "java.base@17/", are left out.
 */
void stack_text_java(struct stack_text *s, struct str text);

/* Of call trees: the stacks on the path to the current line, by depth. */
struct stack_way VEC_OF(stack_id);
enum { STACK_DEEPEST = 1000 };

/*
 * The stack of a symbol that is `depth` deep, below the last one that is one less deep. False,
 * after in_bad(), if there is none, or if it is deeper than STACK_DEEPEST: a line of a few
 * bytes takes memory in proportion to its depth.
 */
bool stack_text_below(struct stack_text *s, struct stack_way *way, size_t depth, struct str module,
		      struct str symbol, stack_id *stack);

/* Add a sample with the current frames, and remove these. */
void stack_text_sample(struct stack_text *s, uint32_t column, int64_t count, label_set_id labels);

/* The same with a value for each of n columns. */
void stack_text_values(struct stack_text *s, const uint32_t *column, const int64_t *value, size_t n,
		       label_set_id labels);

/* "0.015", seconds, as ns; rounded, and saturated as p counts. False if it is not a number. */
bool stack_text_seconds(struct profile *p, struct str s, int64_t *ns);

/* The symbol without an offset at its end. */
struct str stack_text_strip_offset(struct str symbol);

#endif
