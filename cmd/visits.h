/*
 * Going through the inputs of a report: stores and servers by their own means, others profile
 * by profile.
 */
#ifndef CMD_VISITS_H
#define CMD_VISITS_H

#include "source/server.h"
#include "source/time_series.h"
#include "store/store_view.h"

struct visits {
	void *context;
	void (*store)(void *context, struct store_view *v);
	/* Its values are whole; its dictionary lasts until the end of visit_files(). */
	void (*profile)(void *context, struct profile *p);
	/* NULL: a server is read profile by profile, too. False after an error of the server's. */
	bool (*server)(void *context, struct server *s);
	bool keep_times; /* profiles of files keep the times of samples */
};

/* The times that the options choose; all, if none. */
void chosen_times(int64_t *since, int64_t *until);

/* Visit what the inputs have of a time. False if one of them was bad. */
bool visit_stores(const struct visits *v, char *const *paths, int64_t since, int64_t until);
bool visit_files(const struct visits *v, char *const *paths, int64_t since, int64_t until);
bool visit_all(const struct visits *v, char *const *paths, int64_t since, int64_t until);

/*
 * Let each server give a profile of each step of the options, which keeps these labels (label
 * must stay). It has selected by labels that its answers do not have, so the options no longer
 * do. False if no input is a server; exits if only some are, or without a step.
 */
bool visit_steps_of_servers(char *const *paths, struct time_series_options *o,
			    const struct str *label, size_t n);

#endif
