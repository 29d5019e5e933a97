/*
 * The pool of readers (reader.h), as the program sees it: it passes uploads to readers and
 * their answers back, and restarts readers that end.
 *
 * If a reader ends while reading an upload, that upload is refused. The uploads queued after
 * it go to another reader, except those that the reader was writing: whether they are kept is
 * unknown, so they are refused with 503.
 */
#ifndef LISTEN_POOL_H
#define LISTEN_POOL_H

#include <poll.h>
#include <sys/types.h>

#include "listen/reader_message.h"

struct job {
	struct upload_head head; /* kind and sizes are the caller's */
	struct buf fields;       /* all fields but the body, in order */
	struct buf body;         /* the body, which is the last field */
	/* Called once. The texts are valid until it returns. */
	void (*done)(struct job *j, const struct answer_head *a, struct str message,
		     struct str notes);
	/* Private to the pool. */
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
	int fd;               /* -1: no process */
	struct job_list jobs; /* sent or being sent, and unanswered */
	struct job *sending;  /* the first job that is not yet sent completely */
	struct buf in;        /* received bytes of answers */
	bool timed_out;
	int64_t started; /* CLOCK_MONOTONIC, ns */
	struct reader_slot *shared;
};

struct pool_options {
	unsigned n;
	char *const *argv; /* this program's; readers start with the same */
	int64_t read_ns;   /* how long an upload may take to read */
	uint64_t memory;   /* a reader's limit, for the message */
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

/* The environment variable that holds a reader's number. */
#define READER_VARIABLE "PROF_LISTEN_READER"

/* False with errno. */
bool pool_open(struct pool *p, const struct pool_options *options);

/* The caller keeps j, and must not free it, until j->done() is called. */
void pool_submit(struct pool *p, struct job *j);

/* The number of unanswered uploads. */
size_t pool_pending(const struct pool *p);

/* Fill in one entry for each reader, for poll(2); and handle the readers that are ready. */
void pool_poll(const struct pool *p, struct pollfd *fds);
void pool_run(struct pool *p, const struct pollfd *fds);

/* End readers that take too long; called several times a second. */
void pool_tick(struct pool *p);

/* Let the readers finish, and end them. */
void pool_close(struct pool *p);

/*
 * Start this program again, with the variable set and the descriptors as READER_SOCKET and
 * READER_SHARED.
 */
pid_t pool_spawn(char *const *argv, const char *variable, const char *value, int fd, int shared_fd);

#endif
