/*
 * Visiting the inputs of a report: a store through its index, a server through its own calls,
 * any other input profile by profile.
 */
#ifndef CMD_VISITS_H
#define CMD_VISITS_H

#include "source/server.h"
#include "source/time_series.h"
#include "store/store_view.h"

struct visits {
	void *context;
	void (*store)(void *context, struct store_view *v);
	/*
	 * Called for each profile; values are integers. Its dictionary is valid until
	 * visit_files() ends.
	 */
	void (*profile)(void *context, struct profile *p);
	/*
	 * NULL: servers are read profile by profile, too. Returns false after a server's
	 * error.
	 */
	bool (*server)(void *context, struct server *s);
	bool keep_times; /* profiles of files keep the times of samples */
	int64_t step;    /* ns: a store that keeps less than a profile for each is noted; or 0 */
	bool singly;     /* for values of single profiles: a store that keeps sums is noted */
};

/* The range that the options choose; by default all times. */
void chosen_times(int64_t *since, int64_t *until);

/* Set the range that rates are divided by: these times, but none in the future. */
void set_series_range(struct time_series_options *o);

/* Visit the data of the inputs in [since, until). False if an input was bad. */
bool visit_stores(const struct visits *v, char *const *paths, int64_t since, int64_t until);
bool visit_files(const struct visits *v, char *const *paths, int64_t since, int64_t until);
bool visit_all(const struct visits *v, char *const *paths, int64_t since, int64_t until);

/*
 * Query each server for one profile for each step of the options, with these labels (`label`
 * must outlive the source). The server applies the selector, and its answers lack the labels
 * of the selector, so it is removed from the options. Returns false if no input is a server;
 * exits if only some are, or if there is no step.
 */
bool visit_steps_of_servers(char *const *paths, struct time_series_options *o,
			    const struct str *label, size_t n);

#endif
