/*
 * Scraping: profiles of programs, read from their endpoints again and again, side by side.
 *
 *	scraper = scraper_open(urls, &options, &why);
 *	while (scraper_next(scraper, &profile))
 *		...
 *	scraper_close(scraper);
 *
 * What a program counts since it began (Go's alloc_objects and alloc_space; contentions and delay
 * of mutexes and blocking) becomes what was counted between two scrapes: the first
 * scrape of such a profile is what the second is compared with. A question for some seconds
 * (?seconds=10) is answered with a difference already.
 *
 * Each sample gets the label instance=HOST:PORT, unless it has one. Each profile has the
 * facts target=URL, scrapes=1, up=1 and scrape_ns=, how long the scrape took. A scrape that
 * fails gives a profile without samples, with up=0, once the types of the target are known.
 */
#ifndef SOURCE_SCRAPE_H
#define SOURCE_SCRAPE_H

#include "format/format.h"
#include "http/http.h"

struct scrape_options {
	int64_t every;                    /* ns between the beginnings of two scrapes */
	uint64_t count;                   /* of scrapes of each target; 0: without end */
	const struct format *from;        /* NULL to recognise each answer */
	const struct http_settings *http; /* NULL: the defaults */
	void (*note)(void *context, const char *line); /* a target went away, came back ... */
	void *context;
};

struct scraper;

/* urls: ended by NULL, and must stay. NULL with the reason appended to *why. */
struct scraper *scraper_open(char *const *urls, const struct scrape_options *options,
			     struct buf *why);

/* Wait for the next profile. False after the last one. */
bool scraper_next(struct scraper *s, struct profile *p);

/* The URL of the last profile. */
const char *scraper_url(const struct scraper *s);

void scraper_close(struct scraper *s);

#endif
