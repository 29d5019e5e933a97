/*
 * The pool of readers (reader.h), as the program sees it: uploads go in, answers come out,
 * and readers that end are started again.
 *
 * An upload whose reader ends while reading it is refused. Those that waited behind it go to
 * another reader, unless the reader was writing them: then nobody knows, and they are
 * refused with 503.
 */
#ifndef LISTEN_POOL_H
#define LISTEN_POOL_H

#include <poll.h>
#include <sys/types.h>

#include "listen/reader_message.h"

struct job {
	struct upload_head head; /* kind and sizes are the caller's */
	struct buf fields;       /* all but the body, in order; */
	struct buf body;         /* which is the last */
	/* Called once. The texts are valid until it returns. */
	void (*done)(struct job *j, const struct answer_head *a, struct str message,
		     struct str notes);
	/* The pool's own. */
	struct job *next;
	size_t sent;
	unsigned attempts;
};

struct job_list {
	struct job *first, *last;
	size_t n;
	uint64_t bytes;
};

struct pool_slot {
	pid_t pid;
	int fd;               /* -1: there is no process */
	struct job_list jobs; /* sent, or being sent, and not answered */
	struct job *sending;  /* the first of them that is not sent whole */
	struct buf in;        /* of answers */
	bool timed_out;
	int64_t started; /* CLOCK_MONOTONIC, ns */
	struct reader_slot *shared;
};

struct pool_options {
	unsigned n;
	char *const *argv; /* of this program: readers are started with the same */
	int64_t read_ns;   /* how long an upload may take to read */
	uint64_t memory;   /* of a reader, for the message */
	/* Called when a reader ends on its own. */
	void (*report)(const char *why);
};

struct pool {
	struct pool_options options;
	struct pool_slot slot[READERS_MOST];
	struct reader_shared *shared;
	int shared_fd;
	struct job_list waiting;
	uint32_t next_id;
	uint64_t nrestart;
};

/* The name of the environment variable that tells a reader its number. */
#define READER_VARIABLE "PROF_LISTEN_READER"

/* False with errno. */
bool pool_open(struct pool *p, const struct pool_options *options);

/* j stays the caller's, and must stay, until j->done() is called. */
void pool_submit(struct pool *p, struct job *j);

/* Uploads that are not answered. */
size_t pool_pending(const struct pool *p);

/* What to poll for: one entry for each reader; and to do when one is ready. */
void pool_poll(const struct pool *p, struct pollfd *fds);
void pool_run(struct pool *p, const struct pollfd *fds);

/* To be called several times a second: ends readers that take too long. */
void pool_tick(struct pool *p);

/* Let the readers finish, and end them. */
void pool_close(struct pool *p);

/* Start this program again with a variable set, and descriptors as READER_SOCKET and so on. */
pid_t pool_spawn(char *const *argv, const char *variable, const char *value, int fd, int shared_fd);

#endif
