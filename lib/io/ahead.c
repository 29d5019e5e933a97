#include "io/ahead.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

enum {
	CHUNKS = 16,
	BYTES = 8 << 20, /* in all chunks, unless one alone is larger */
};

struct chunk {
	struct buf bytes;
	bool ends_frame;
};

struct ahead {
	pthread_t thread;
	pthread_mutex_t lock; /* of the following fields, up to `in` */
	pthread_cond_t changed;
	struct chunk ring[CHUNKS];
	unsigned first, n; /* of the chunks in the ring */
	size_t bytes;      /* in these chunks */
	struct buf spare;  /* memory that the reader has given back */
	bool ended;        /* the thread adds no more chunks */
	bool stopped;      /* the reader wants no more */
	struct in in;      /* belongs to the thread; after `ended` to the reader */
	int stop[2];       /* a pipe: written to when a read() should not wait */
};

/* The thread */

/* Decode the next frame as a whole, if it begins here and all of its source is in memory. */
static bool decode_frame(struct layer *l, struct chunk *c)
{
	size_t before = layer_waiting(l->below).n;
	struct str src = layer_waiting(l->below);

	if (l->in_frame || l->frame_ended || layer_waiting(l).n || !l->codec->whole ||
	    !layer_has_source(l))
		return false;
	if (!l->codec->whole(&src, &c->bytes, BYTES))
		return false;
	layer_take(l->below, before - src.n);
	l->pos += c->bytes.n;
	c->ends_frame = true;
	return true;
}

/* Move the top layer's bytes into the chunk, if possible without a copy. */
static void move_waiting(struct layer *l, struct chunk *c)
{
	struct str waiting = layer_waiting(l);
	struct buf swap = c->bytes;

	if (l->at) {
		buf_add(&c->bytes, waiting);
		layer_take(l, waiting.n);
		return;
	}
	c->bytes = l->bytes;
	l->bytes = swap;
	l->pos += c->bytes.n;
}

/* Decode the next chunk. False at the end or after an error. */
static bool produce(struct in *in, struct chunk *c)
{
	struct layer *l = in->top;

	c->ends_frame = false;
	l->frame_ended = false;
	layer_skip_padding(l);
	if (decode_frame(l, c))
		return true;
	while (!layer_waiting(l).n && !l->frame_ended)
		if (!layer_fill(in, l) && !l->frame_ended)
			return false;
	move_waiting(l, c);
	c->ends_frame = l->frame_ended;
	return true;
}

static bool is_full(const struct ahead *a)
{
	return a->n == CHUNKS || a->bytes >= BYTES;
}

/* Hand the chunk over and take memory for the next. False when the reader wants no more. */
static bool hand_over(struct ahead *a, struct chunk *c)
{
	bool go_on;

	pthread_mutex_lock(&a->lock);
	while (is_full(a) && !a->stopped)
		pthread_cond_wait(&a->changed, &a->lock);
	go_on = !a->stopped;
	if (go_on) {
		a->ring[(a->first + a->n++) % CHUNKS] = *c;
		a->bytes += c->bytes.n;
		*c = (struct chunk){ .bytes = a->spare };
		a->spare = (struct buf){ 0 };
		pthread_cond_signal(&a->changed);
	}
	pthread_mutex_unlock(&a->lock);
	return go_on;
}

static void *decode_ahead(void *context)
{
	struct ahead *a = context;
	struct chunk c = { 0 };

	while (produce(&a->in, &c) && hand_over(a, &c))
		;
	buf_release(&c.bytes);
	pthread_mutex_lock(&a->lock);
	a->ended = true;
	pthread_cond_signal(&a->changed);
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

/* The reader */

/* Move the layers of `in` to a->in; `in` keeps the top layer, of which a->in gets a copy. */
static void take_over(struct ahead *a, struct in *in)
{
	struct layer *top = in->top, *copy = mem_zeroed(1, sizeof(*copy));

	*copy = *top;
	copy->bytes = (struct buf){ 0 };
	copy->at = copy->given = 0;
	copy->pos = top->pos + layer_waiting(top).n;
	for (struct layer *l = copy; l; l = l->below)
		l->stop_fd = l->fd >= 0 && !l->size ? a->stop[0] : -1;
	top->below = NULL;
	top->state = NULL;
	a->in = (struct in){ .top = copy, .options = in->options };
	a->in.options.no_thread = true;
}

/* Undo that, after a thread could not be started. */
static void give_back(struct ahead *a, struct in *in)
{
	struct layer *copy = a->in.top;

	in->top->below = copy->below;
	in->top->state = copy->state;
	in->options.no_thread = true;
	mem_free(copy, sizeof(*copy));
}

struct ahead *ahead_begin(struct in *in)
{
	struct ahead *a = mem_zeroed(1, sizeof(*a));

	if (pipe(a->stop) == 0) {
		fcntl(a->stop[0], F_SETFD, FD_CLOEXEC);
		fcntl(a->stop[1], F_SETFD, FD_CLOEXEC);
		pthread_mutex_init(&a->lock, NULL);
		pthread_cond_init(&a->changed, NULL);
		take_over(a, in);
		if (pthread_create(&a->thread, NULL, decode_ahead, a) == 0)
			return a;
		give_back(a, in);
		close(a->stop[0]);
		close(a->stop[1]);
	}
	in->options.no_thread = true;
	mem_free(a, sizeof(*a));
	return NULL;
}

/* With the lock held. */
static bool wait_for_chunk(struct ahead *a)
{
	while (!a->n && !a->ended)
		pthread_cond_wait(&a->changed, &a->lock);
	return a->n > 0;
}

bool ahead_more(struct ahead *a)
{
	bool more;

	pthread_mutex_lock(&a->lock);
	more = wait_for_chunk(a);
	pthread_mutex_unlock(&a->lock);
	return more;
}

/* The next chunk; its memory comes back with give_memory(). */
static bool take_chunk(struct ahead *a, struct chunk *c)
{
	bool any;

	pthread_mutex_lock(&a->lock);
	any = wait_for_chunk(a);
	if (any) {
		*c = a->ring[a->first];
		a->first = (a->first + 1) % CHUNKS;
		a->n--;
		a->bytes -= c->bytes.n;
		pthread_cond_signal(&a->changed);
	}
	pthread_mutex_unlock(&a->lock);
	return any;
}

static void give_memory(struct ahead *a, struct buf memory)
{
	memory.n = 0;
	pthread_mutex_lock(&a->lock);
	if (!a->spare.p) {
		a->spare = memory;
		memory = (struct buf){ 0 };
	}
	pthread_mutex_unlock(&a->lock);
	buf_release(&memory);
}

/* Append a chunk to the layer's bytes, or replace them if they are all taken. */
static bool add_chunk(struct in *in, struct layer *l, struct buf bytes)
{
	struct buf old = bytes;
	char *to;

	if (!layer_waiting(l).n) {
		old = l->bytes;
		l->bytes = bytes;
		l->at = 0;
	} else if ((to = layer_room(in, l, bytes.n))) {
		memcpy(to, bytes.p, bytes.n);
		l->bytes.n += bytes.n;
	}
	give_memory(l->ahead, old);
	return !in->failed;
}

bool ahead_fill(struct in *in, struct layer *l)
{
	struct chunk c;

	if (!take_chunk(l->ahead, &c)) {
		l->eof = true;
		if (l->ahead->in.failed)
			in_fail_as(in, &l->ahead->in);
		return false;
	}
	l->frame_ended = c.ends_frame;
	l->in_frame = !c.ends_frame;
	if (!c.bytes.n) {
		give_memory(l->ahead, c.bytes);
		return !l->frame_ended && layer_fill(in, l);
	}
	return add_chunk(in, l, c.bytes);
}

void ahead_end(struct ahead *a)
{
	pthread_mutex_lock(&a->lock);
	a->stopped = true;
	pthread_cond_signal(&a->changed);
	pthread_mutex_unlock(&a->lock);
	close(a->stop[1]); /* the other end becomes readable */
	pthread_join(a->thread, NULL);
	close(a->stop[0]);
	for (unsigned i = 0; i < a->n; i++)
		buf_release(&a->ring[(a->first + i) % CHUNKS].bytes);
	buf_release(&a->spare);
	layer_release_all(&a->in);
	in_release(&a->in);
	pthread_cond_destroy(&a->changed);
	pthread_mutex_destroy(&a->lock);
	mem_free(a, sizeof(*a));
}
