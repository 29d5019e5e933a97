/*
 * A history: each function's value in each window of time, the totals, and which function
 * calls which. A window without profiles has the total 0.
 */
#ifndef CHANGES_HISTORY_H
#define CHANGES_HISTORY_H

#include "base/strings.h"
#include "base/table.h"
#include "base/vec.h"

enum { HISTORY_BLOCK = 256 }; /* windows that are allocated together */

/* Values by window; a block without values is NULL. */
struct function_history {
	float **block;
	size_t cap;
};

/* A value of a label, first seen in that window. */
struct first_seen {
	struct str key, value; /* of history.text */
	uint32_t window;
};

struct history {
	int64_t start, step; /* ns: window i begins at start + i * step */
	bool inclusive;      /* set by the caller: a function's values include its callees' */
	bool has_start;
	size_t nwindow;
	VEC(float) total;       /* by window */
	double unit;            /* the value of a sample: see history_end() */
	int64_t least, divisor; /* of all values that were added */
	struct strings name;
	VEC(struct function_history) function; /* by number of the name; 0 is not used */
	struct table call;                     /* pairs of functions: caller, callee */
	struct strings text;
	VEC(struct first_seen) first_seen;
	struct table label; /* key and value of each label seen */
};

void history_init(struct history *h, int64_t step);
void history_release(struct history *h);

/*
 * The window of a time. The first call sets the start. A later call with an earlier time moves
 * the start, which renumbers all windows. False if there would be more than ten million
 * windows.
 */
bool history_window(struct history *h, int64_t time, uint32_t *window);

uint32_t history_function(struct history *h, struct str name);

/* Add to a function's value, and (once for each profile) to the total. */
void history_add(struct history *h, uint32_t function, uint32_t window, int64_t v);
void history_add_total(struct history *h, uint32_t window, double v);

void history_call(struct history *h, uint32_t caller, uint32_t callee);
bool history_calls(const struct history *h, uint32_t caller, uint32_t callee);

/* Record that a profile of that window has this value of a label. */
void history_label(struct history *h, struct str key, struct str value, uint32_t window);

/*
 * End adding. If h->unit is not set, derive the value of one sample: with a fixed period, all
 * values are multiples of it; else it is the least value.
 */
void history_end(struct history *h);

/* A function's values, nwindow of them. */
void history_values(const struct history *h, uint32_t function, float *to);

#endif
