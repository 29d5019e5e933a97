/*
 * The source of a command's profiles: files, standard input, directories of files, stores
 * (see prof-store(1)), Pyroscope servers and other URLs. A command asks for the next profile,
 * or for the sum of all.
 *
 *	source_open(&s, paths, &options);
 *	while (source_next(&s, &profile))
 *		...
 *	ok = source_close(&s);
 *
 * A bad input is reported, and the others are read.
 */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include "format/input.h"
#include "source/server.h"
#include "store/read.h"

/* The result of reading one input. */
struct source_report {
	const char *path;
	const struct format *format; /* NULL if it was not recognised */
	uint32_t nprofile;           /* profiles read */
	uint32_t nother_time;        /* profiles left out: they are of another time */
	uint32_t nwithout_time;      /* profiles left out: they have no time */
	bool is_store;
	uint64_t skipped;      /* malformed records, with options.lenient */
	const char *error;     /* with file and position; NULL = none */
	struct str notes;      /* lines of in_note() */
	enum in_reason reason; /* of the error */
};

struct source_options {
	const struct format *from; /* NULL to recognise each input by its content */
	bool lenient;              /* skip malformed records and count them */
	bool directories;          /* read a directory as the files in it */
	/*
	 * Read only profiles that began in [since, until), ns since 1970. If has_range is
	 * false, read all.
	 */
	bool has_range;
	int64_t since, until;
	/*
	 * A store skips profiles that this does not select, where its index can tell. It may
	 * return others as well, so the caller still calls selector_apply(). May be NULL.
	 */
	struct selector *selector;
	/*
	 * The types, labels and stacks that the command uses; a server is queried for no
	 * others. See struct server_ask.
	 */
	struct str type;
	bool one_type, no_stacks, all_labels;
	const struct str *label;
	size_t nlabel;
	/* A server returns one profile for each step. */
	int64_t server_step, server_origin;
	/*
	 * source_next() applies the selector to each profile of a file or a store. Needed when
	 * an input is a server: its answers do not have the labels that it selected by, so
	 * the caller cannot apply the selector to all inputs.
	 */
	bool select;
	/*
	 * If `every` is not 0, the inputs are URLs of profiles, which are read every that many
	 * ns, `count` times (0: no limit): see scrape.h. source_next() waits for the next
	 * profile of any of them.
	 */
	int64_t every;
	uint64_t count;
	void (*note)(void *context, const char *line); /* while scraping; may be NULL */
	/* For servers and for other URLs; NULL: the defaults. */
	const struct http_settings *to_server, *to_endpoint;
	unsigned jobs; /* threads of source_sum(); 0 = one for each CPU */
	/*
	 * source_sum() calls this for each profile of a file before adding it, in the thread
	 * that read it, but not for profiles of stores and servers. May be NULL.
	 */
	void (*each)(struct profile *p);
	/* Called once for each input after it was read, in the order of the inputs. */
	void (*report)(void *context, const struct source_report *report);
	void *context;
	void (*progress)(size_t n); /* see in.h; may be NULL */
};

struct source {
	struct source_options options;
	char **path; /* of all inputs; directories are replaced by their files */
	size_t npath, path_cap;
	size_t at; /* the current input: open, or the next to open */
	bool is_open;
	struct input input;
	struct buf body;        /* an answer's body, which the input reads */
	struct store_view view; /* of a store */
	struct store_reader reader;
	struct server server;
	struct scraper *scraper;             /* NULL: inputs are read once, in order */
	uint32_t nother_time, nwithout_time; /* of the current input */
	bool failed;                         /* an input was bad, or could not be listed */
};

/*
 * paths: ended by NULL, copied; "-" is standard input. With options.directories, a directory
 * is read as the files in it, in byte order of their names, except names that begin with '.';
 * otherwise a directory is a bad input. In both cases a store is read as a store.
 */
void source_open(struct source *s, char *const *paths, const struct source_options *options);

/*
 * Read the next profile into p. False at the end. Of a bad input, the profiles before the
 * error have been returned by the time it is reported; source_sum() appends none of them.
 */
bool source_next(struct source *s, struct profile *p);

/* The path of the input from which the last source_next() read. */
const char *source_path(const struct source *s);

/*
 * Append all profiles of all good inputs to `total`, and nothing of a bad input. Each
 * thread reads some of the inputs; the result does not depend on the number of threads.
 */
void source_sum(struct source *s, struct profile *total);

/*
 * Open input i, a server, for queries of other data than profiles. False after an error. In
 * both cases the caller then calls source_report_server() and server_close().
 */
bool source_open_server(const struct source *s, struct server *server, size_t i);
void source_report_server(struct source *s, const struct server *server, size_t i);

/* False if any input was bad. */
bool source_close(struct source *s);

#endif
