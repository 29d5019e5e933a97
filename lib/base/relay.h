/*
 * Blocks of work handed from one thread to another, which takes them in order:
 *
 *	relay_begin(&r, take, context, threads);
 *	... fill a block; relay_pass(&r, block); fill another one; relay_pass(&r, ...) ...
 *	relay_end(&r);
 *
 * One block is taken and one waits while another is filled, so that neither thread waits for the
 * other after each block. Without `threads`, or when no thread can be started, relay_pass() takes
 * the block at once: the result is the same.
 */
#ifndef BASE_RELAY_H
#define BASE_RELAY_H

#include <pthread.h>
#include <stdbool.h>

/*
 * Use a block up and leave it ready for the next use, or fill it. It runs in one thread at a time,
 * never in two.
 */
typedef void relay_take(void *context, void *block);

/* Blocks in use at a time: taken, waiting and being filled. */
enum { RELAY_BLOCKS = 3 };

struct relay {
	relay_take *take;
	void *context;
	bool threads, has_thread; /* may there be a thread; is there one */
	pthread_t thread;
	/* Shared with the thread, under the lock: */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	void *waiting; /* the block to take next; NULL = none */
	bool is_over;  /* no more blocks follow */
};

/* The thread is started with the first block. */
void relay_begin(struct relay *r, relay_take *take, void *context, bool threads);

/*
 * Pass a block on, once the thread has begun with the one before it. The block is the relay's
 * until relay_pass() was called twice more, or relay_end() once.
 */
void relay_pass(struct relay *r, void *block);

/* Wait until all blocks are taken. The context is the caller's again. */
void relay_end(struct relay *r);

#endif
