/*
 * Fitting profiles to the limits of a Pyroscope server. The server drops some things silently,
 * and refuses whole profiles for others; here they are renamed, divided or left out, and
 * counted.
 *
 *	fit_begin(&fit, &options, &dict);
 *	while (... profile ...)
 *		ok = fit_profile(&fit, &profile, &why);      // calls options.take for each part
 *	fit_end(&fit);
 *
 * The limits were measured on servers of version 2.2 (prof-push(1) lists them).
 */
#ifndef REMOTE_FIT_H
#define REMOTE_FIT_H

#include "base/arena.h"
#include "base/vec.h"
#include "profile/profile.h"

/* A server's default limits. */
enum {
	FIT_LABELS = 30,         /* labels of a series, with __name__ and service_name */
	FIT_LABEL_NAME = 1024,   /* bytes */
	FIT_LABEL_VALUE = 2048,  /* bytes */
	FIT_SAMPLES = 16000,     /* of a profile */
	FIT_FRAMES = 1000,       /* of a stack, without inlined frames */
	FIT_BYTES = 2000 * 1000, /* of an uncompressed message: the burst of the rate
					     limit, above which a profile is always refused */
};

struct fit_label {
	struct str name, value;
};
struct fit_label_list VEC_OF(struct fit_label);

/* A profile to send; valid during the call of fit_options.take. */
struct fit_part {
	struct fit_label_list labels; /* of the series, sorted by name, with __name__ */
	struct profile *p;
};

struct fit_options {
	const struct fit_label *labels; /* of all profiles; they override those of samples */
	size_t nlabel;
	const struct str *by; /* labels of samples; each set of their values is a series */
	size_t nby;
	/*
	 * Use the part. False if it is larger than FIT_BYTES: then its two halves follow,
	 * unless it is a single sample (divide.h).
	 */
	bool (*take)(void *context, const struct fit_part *part);
	void *context;
};

/* Counts of what was changed or left out, over all profiles. */
struct fit_counts {
	uint64_t empty;           /* profiles without samples: nothing is sent */
	uint64_t without_time;    /* profiles: they get the current time */
	uint64_t divided;         /* profiles that were divided for their size */
	uint64_t negative;        /* values below 0, left out */
	uint64_t nameless;        /* frames without a name, named like "[libc.so.6]" */
	uint64_t deep;            /* stacks whose middle was left out */
	uint64_t not_utf8;        /* texts with replaced bytes */
	uint64_t many_labels;     /* labels beyond FIT_LABELS, left out */
	uint64_t second_values;   /* labels whose name has another value already, left out */
	uint64_t bad_labels;      /* labels whose name or value a server refuses, left out */
	uint64_t unknown_service; /* profiles whose service is unknown */
};

struct fit {
	struct fit_options options;
	struct dictionary *dict;
	struct fit_counts counts;
	struct strings left_out; /* names of labels left out because they vary or are numbers */
	/* Private. */
	VEC(loc_id) loc;         /* by location: its replacement; 0 = unknown */
	VEC(stack_id) stack;     /* by stack, likewise */
	struct fit_sets *sets;   /* of the profile's labels */
	struct buf frames, text; /* scratch */
	struct fit_part part;
};

/* dict: that of the profiles to follow. The options and their texts must outlive *f. */
void fit_begin(struct fit *f, const struct fit_options *options, struct dictionary *dict);

/* The next profiles have another dictionary. */
void fit_dictionary(struct fit *f, struct dictionary *dict);

void fit_end(struct fit *f);

/*
 * Divide a profile into parts; changes it. False if none of it can be kept, with *why,
 * which follows "FILE: ".
 */
bool fit_profile(struct fit *f, struct profile *p, struct buf *why);

/* Append a line for each kind of loss, for the user. */
void fit_report(const struct fit *f, struct buf *lines);

/* The base name of the profiled program; empty if unknown. */
struct str fit_program(const struct profile *p);

/* Does a server accept this label name? */
bool fit_is_label_name(struct str name);

#endif
