/*
 * Fitting profiles to what a Pyroscope server keeps. It drops some things without a word,
 * and refuses whole profiles for others; here they are renamed, divided or left out, and
 * counted.
 *
 *	fit_begin(&fit, &options, &dict);
 *	while (... profile ...)
 *		ok = fit_profile(&fit, &profile, &why);      // calls options.take for each part
 *	fit_end(&fit);
 *
 * What a server of version 2.2 does was found by sending it (prof-push(1) lists it).
 */
#ifndef REMOTE_FIT_H
#define REMOTE_FIT_H

#include "base/arena.h"
#include "base/vec.h"
#include "profile/profile.h"

/* Limits of a server with its own defaults. */
enum {
	FIT_LABELS = 30,         /* names of a series, __name__ and service_name included */
	FIT_LABEL_NAME = 1024,   /* bytes */
	FIT_LABEL_VALUE = 2048,  /* bytes */
	FIT_SAMPLES = 16000,     /* of a profile */
	FIT_FRAMES = 1000,       /* of a stack, inlined ones not counted */
	FIT_BYTES = 2000 * 1000, /* of a message without compression: the burst of the limit
				     on the rate, above which a profile is refused for ever */
};

struct fit_label {
	struct str name, value;
};
struct fit_label_list VEC_OF(struct fit_label);

/* One profile for the server; valid during the call of fit_options.take. */
struct fit_part {
	struct fit_label_list labels; /* of the series, sorted by name, with __name__ */
	struct profile *p;
};

struct fit_options {
	const struct fit_label *labels; /* of all profiles; they win over those of samples */
	size_t nlabel;
	const struct str *by; /* labels whose values make a series each */
	size_t nby;
	/*
	 * Use the part. False if it is larger than FIT_BYTES: then its halves follow, unless it
	 * is one sample (divide.h).
	 */
	bool (*take)(void *context, const struct fit_part *part);
	void *context;
};

/* What was changed or left out, over all profiles. */
struct fit_counts {
	uint64_t empty;           /* profiles without samples: nothing is sent */
	uint64_t without_time;    /* profiles: they get that of now */
	uint64_t divided;         /* profiles of which several were made, for their size */
	uint64_t negative;        /* values below 0, left out */
	uint64_t nameless;        /* frames without a name: "[libc.so.6]" */
	uint64_t deep;            /* stacks of which the middle is left out */
	uint64_t not_utf8;        /* texts with bytes replaced */
	uint64_t many_labels;     /* labels above FIT_LABELS, left out */
	uint64_t second_values;   /* labels of a name that has another value already, left out */
	uint64_t bad_labels;      /* labels whose name or value a server refuses, left out */
	uint64_t unknown_service; /* profiles of which nothing says what service they are of */
};

struct fit {
	struct fit_options options;
	struct dictionary *dict;
	struct fit_counts counts;
	struct strings left_out; /* names of labels that vary or are numbers, left out */
	/* The rest is private. */
	VEC(loc_id) loc;         /* by location: its new one; 0 = not known */
	VEC(stack_id) stack;     /* by stack, likewise */
	struct fit_sets *sets;   /* of the profile's labels */
	struct buf frames, text; /* scratch */
	struct fit_part part;
};

/* The dictionary is that of the profiles to come. Options and their texts stay the caller's. */
void fit_begin(struct fit *f, const struct fit_options *options, struct dictionary *dict);

/* Another dictionary comes. */
void fit_dictionary(struct fit *f, struct dictionary *dict);

void fit_end(struct fit *f);

/*
 * Take a profile apart; it is changed. False if it cannot be kept at all, with why in words
 * that follow "FILE: ".
 */
bool fit_profile(struct fit *f, struct profile *p, struct buf *why);

/* Append what is lost, a line for each kind, in words for people. */
void fit_report(const struct fit *f, struct buf *lines);

/* The base name of the program that the profile is of; empty when that is not known. */
struct str fit_program(const struct profile *p);

/* Is this a label name that a server takes? */
bool fit_is_label_name(struct str name);

#endif
