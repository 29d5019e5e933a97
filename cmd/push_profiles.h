/* Pushing the profiles of prof-push: each becomes one or more requests, which are delivered. */
#ifndef CMD_PUSH_PROFILES_H
#define CMD_PUSH_PROFILES_H

#include "io/pack.h"
#include "remote/delivery.h"
#include "remote/fit.h"

struct push {
	bool is_otlp;
	struct pack pack;               /* how to compress requests */
	const struct fit_label *labels; /* of all profiles */
	size_t nlabel;
	const struct str *by;
	size_t nby;
	struct delivery *delivery;
};

/*
 * Push the profiles of these inputs, or of standard input if there is none. False if an input
 * was bad.
 */
bool push_files(const struct push *push, char *const *paths, uint64_t *nread);

#endif
