/*
 * Sinks: where profiles go that were received. A sink belongs to one reader (reader.h), which
 * takes several requests together, so that the disk is waited for once:
 *
 *	for each request:
 *		p = sink_begin(s, tenant);        the profile to read into
 *		... sink_add(s, r, labels);       for each of its profiles
 *		sink_end(s, accepted);            forgets them if the request was refused
 *	sink_commit(s, &why);                     writes all of it, and waits for the disk
 *
 * Until sink_commit() nothing has left the process: if it ends before, nothing was taken.
 */
#ifndef LISTEN_SINK_H
#define LISTEN_SINK_H

#include <limits.h>

#include "io/pack.h"
#include "listen/upload.h"

struct sink_options {
	const char *store; /* a directory; or */
	const char
		*pattern; /* names of files, for strftime(3), or one name; NULL: standard output */
	struct pack pack;
	bool tenants; /* a store for each, in a directory below; elsewhere a label */
	uint32_t most_tenants;
	uint32_t most_series;   /* that a tenant may begin in an hour, as this sink sees it */
	uint64_t memory;        /* bytes in use after which dictionaries are begun anew */
	struct sink_lock *lock; /* of those that share an output */
};

/* Why a commit failed, and for which requests: the others are safe. */
struct sink_failure {
	struct buf message; /* empty: it has not failed */
	bool is_closed;     /* nobody reads the output any more */
	size_t first;       /* of the requests that were kept: this one and those after it; */
	struct buf tenants; /* and all requests of these, each name ended by a NUL */
};

/* Of request i of those that were kept. */
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

/* NULL after a refusal of the request. */
struct profile *sink_begin(struct sink *s, struct upload_reader *r, struct str tenant);

/* False after a refusal of the request. */
bool sink_add(struct sink *s, struct upload_reader *r, label_set_id labels);
void sink_end(struct sink *s, bool keep);
/* The caller releases why->message and why->tenants. */
void sink_commit(struct sink *s, struct sink_failure *why);

/* Put the labels on all samples of p, in place of those of the same key. */
void sink_label_samples(struct profile *p, label_set_id labels);

/* Append the profile to `to` as one member of a stream. */
bool sink_put_frame(struct buf *to, struct profile *p, const struct pack *pack);

/*
 * Make what a sink needs: a store's directory. False with a message, which names what cannot
 * be made.
 */
bool sink_prepare(const struct sink_options *options, struct buf *why);

/* May a request name that tenant? It becomes the name of a directory, or a label's value. */
bool tenant_is_valid(struct str name);

#endif
