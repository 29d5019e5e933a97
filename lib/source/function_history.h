/*
 * Reading a history (changes/history.h) from profiles and stores: the own or inclusive values of
 * each function by window, its calls, and when a version label got a new value.
 */
#ifndef SOURCE_FUNCTION_HISTORY_H
#define SOURCE_FUNCTION_HISTORY_H

#include "changes/history.h"
#include "source/time_series.h"

struct function_history_reader {
	struct history *h;
	struct time_series types; /* chooses the type of values, and counts what is left out */
	uint64_t nfar;            /* profiles left out: too far from the others in time */
	/* By row of `dict`: the number of the function + 1, or 0. */
	struct dictionary *dict;
	VEC(uint32_t) of_loc;
	VEC(uint8_t) has_call;  /* by stack */
	VEC(uint32_t) on_stack; /* scratch: functions of a stack */
	VEC(uint32_t) window;   /* scratch: by profile of a piece */
	VEC(int64_t) value;
	VEC(uint32_t) time;
};

/* The labels that name versions. */
enum { NHISTORY_LABEL = 7 };
extern const struct str function_history_labels[NHISTORY_LABEL];

/* h is empty; its step is set. */
void function_history_begin(struct function_history_reader *r, struct history *h,
			    const struct time_series_options *options);
void function_history_end(struct function_history_reader *r);

void function_history_add_profile(struct function_history_reader *r, struct profile *p);
void function_history_add_store(struct function_history_reader *r, struct store_view *v);

#endif
