/*
 * Scraping: reading profiles of programs from their endpoints at intervals, in parallel.
 *
 *	scraper = scraper_open(urls, &options, &why);
 *	while (scraper_next(scraper, &profile))
 *		...
 *	scraper_close(scraper);
 *
 * Values that a program counts from its start (Go's alloc_objects and alloc_space; contentions
 * and delay of mutexes and blocking) become differences between two scrapes: the first scrape
 * of such a profile gives no profile. The answer to a URL with ?seconds=10 is a difference
 * already.
 *
 * Each sample gets the label instance=HOST:PORT, unless it has one. Each profile has the facts
 * target=URL, scrapes=1, up=1 and scrape_ns= (how long the scrape took). A scrape that fails
 * gives a profile without samples, with up=0, once the types of the target are known.
 */
#ifndef SOURCE_SCRAPE_H
#define SOURCE_SCRAPE_H

#include "format/format.h"
#include "http/http.h"

struct scrape_options {
	int64_t every;                    /* ns from the beginning of a scrape to the next */
	uint64_t count;                   /* of scrapes of each target; 0: no limit */
	const struct format *from;        /* NULL to recognise the format of each answer */
	const struct http_settings *http; /* NULL: the defaults */
	void (*note)(void *context, const char *line); /* a target went away, came back ... */
	void *context;
};

struct scraper;

/* urls: ended by NULL; must stay valid. NULL with the reason appended to *why. */
struct scraper *scraper_open(char *const *urls, const struct scrape_options *options,
			     struct buf *why);

/* Wait for the next profile. False after the last one. */
bool scraper_next(struct scraper *s, struct profile *p);

/* The URL of the last profile. */
const char *scraper_url(const struct scraper *s);

void scraper_close(struct scraper *s);

#endif
