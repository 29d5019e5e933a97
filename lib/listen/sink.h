/*
 * Sinks: where received profiles are written. A sink belongs to one reader (reader.h) and
 * commits several requests together, to wait for the disk only once:
 *
 *	for each request:
 *		p = sink_begin(s, tenant);        the profile to read into
 *		... sink_add(s, r, labels);       for each of its profiles
 *		sink_end(s, accepted);            forgets them if the request was refused
 *	sink_commit(s, &why);                     writes all of them, and waits for the disk
 *
 * Nothing leaves the process before sink_commit(): if it ends before that, nothing is kept.
 */
#ifndef LISTEN_SINK_H
#define LISTEN_SINK_H

#include <limits.h>

#include "io/pack.h"
#include "listen/upload.h"

struct sink_options {
	const char *store;   /* a directory; or */
	const char *pattern; /* a file name, or a pattern for strftime(3); NULL: stdout */
	struct pack pack;
	bool tenants; /* a store each, in a subdirectory; in other sinks a label */
	uint32_t most_tenants;
	uint32_t most_series;   /* new ones of a tenant in an hour, in this sink */
	uint64_t memory;        /* bytes in use above which dictionaries are begun anew */
	struct sink_lock *lock; /* shared by all sinks of one output */
};

/* Why a commit failed, and which requests it lost; all other requests are safe. */
struct sink_failure {
	struct buf message; /* empty: success */
	bool is_closed;     /* the output has no reader any more */
	size_t first;       /* of the requests kept, this one and all later ones failed; */
	struct buf tenants; /* so did all requests of these tenants; NUL after each name */
};

/* Did request i fail, of those that were kept? */
bool sink_has_failed(const struct sink_failure *why, size_t i, struct str tenant);

struct sink;

struct sink_kind {
	struct sink *(*open)(const struct sink_options *options);
	void (*close)(struct sink *s);
	struct profile *(*begin)(struct sink *s, struct upload_reader *r, struct str tenant);
	bool (*add)(struct sink *s, struct upload_reader *r, label_set_id labels);
	void (*end)(struct sink *s, bool keep);
	void (*commit)(struct sink *s, struct sink_failure *why);
};
extern const struct sink_kind sink_store, sink_files, sink_stream;

struct sink {
	const struct sink_kind *kind;
	struct sink_options options;
};

struct sink *sink_open(const struct sink_options *options);
void sink_close(struct sink *s);

/* NULL if the request was refused. */
struct profile *sink_begin(struct sink *s, struct upload_reader *r, struct str tenant);

/* False if the request was refused. */
bool sink_add(struct sink *s, struct upload_reader *r, label_set_id labels);
void sink_end(struct sink *s, bool keep);
/* The caller releases why->message and why->tenants. */
void sink_commit(struct sink *s, struct sink_failure *why);

/* Add the labels to all samples of p; they replace labels of the same key. */
void sink_label_samples(struct profile *p, label_set_id labels);

/* Append the profile to `to` as one member of a stream. */
bool sink_put_frame(struct buf *to, struct profile *p, const struct pack *pack);

/*
 * Create the store's directory, if the sink needs one. False with a message that names what
 * cannot be created.
 */
bool sink_prepare(const struct sink_options *options, struct buf *why);

/* May a request name this tenant? The name becomes that of a directory, or a label's value. */
bool tenant_is_valid(struct str name);

#endif
