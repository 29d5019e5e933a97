/*
 * Somebody who empties the rings while other things take long: a window is named and
 * written, to a slow disk or reader; events are opened for many threads. What has been taken waits in the recorder; if
 * that is too much, it stays in the rings, and what then has no room the kernel counts
 * as lost.
 */
#ifndef RECORD_TAKER_H
#define RECORD_TAKER_H

#include <pthread.h>

#include "record/recorder.h"

struct taker {
	struct recorder *recorder;
	pthread_t thread;
	_Atomic bool stop;
	bool runs;
};

/* Until taker_stop() the recorder is its alone. */
void taker_start(struct taker *t, struct recorder *recorder);
void taker_stop(struct taker *t);

#endif
