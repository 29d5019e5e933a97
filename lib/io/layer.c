#include "io/layer.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "io/ahead.h"

enum {
	CHUNK = 256 << 10,       /* bytes read or decoded at a time */
	WHOLE = 64 << 20,        /* compressed files up to here are read at once */
	AHEAD_AFTER = 256 << 10, /* decoded bytes before a thread is worthwhile */
	SMALL_SOURCE = 128 << 10,
	SMALL_FRAME = 2 << 20,
};

struct layer *layer_push(struct in *in, const struct codec *codec)
{
	struct layer *l = mem_zeroed(1, sizeof(*l));

	l->below = in->top;
	l->codec = codec;
	l->fd = l->stop_fd = -1;
	if (codec)
		l->state = codec->open();
	in->top = l;
	return l;
}

void layer_release_all(struct in *in)
{
	for (struct layer *l = in->top, *below; l; l = below) {
		below = l->below;
		if (l->ahead)
			ahead_end(l->ahead);
		if (l->state)
			l->codec->close(l->state);
		if (l->fd > STDIN_FILENO)
			close(l->fd);
		if (!l->borrowed)
			buf_release(&l->bytes);
		mem_free(l, sizeof(*l));
	}
	in->top = NULL;
}

char *layer_room(struct in *in, struct layer *l, size_t n)
{
	if (l->at && (l->at == l->bytes.n || l->bytes.cap - l->bytes.n < n)) {
		memmove(l->bytes.p, l->bytes.p + l->at, l->bytes.n - l->at);
		l->bytes.n -= l->at;
		l->at = 0;
	}
	if (!mem_grow_fits(l->bytes.cap, l->bytes.n, n, 1)) {
		in_fail_memory(in);
		return NULL;
	}
	return buf_room(&l->bytes, n);
}

/* The file */

/* Wait until there is something to read. False on a request to stop. */
static bool wait_for_bytes(const struct layer *l)
{
	struct pollfd fds[2] = { { l->fd, POLLIN, 0 }, { l->stop_fd, POLLIN, 0 } };

	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	return !fds[1].revents;
}

static bool fill_from_file(struct in *in, struct layer *l, size_t want)
{
	char *to = l->fd < 0 ? NULL : layer_room(in, l, want);
	ssize_t n;

	if (!to || (l->stop_fd >= 0 && !wait_for_bytes(l)))
		return !(l->eof = true);
	do {
		n = read(l->fd, to, want);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		in_fail(in, "cannot read: %s", strerror(errno));
	if (n <= 0)
		return !(l->eof = true);
	l->bytes.n += (size_t)n;
	if (in->options.progress)
		in->options.progress((size_t)n);
	return true;
}

void layer_read_whole(struct in *in, struct layer *file)
{
	if (!file->size || file->size > WHOLE)
		return;
	while (fill_from_file(in, file,
			      max_size(file->size - min_size(file->size, file->bytes.n),
				       LAYER_HEAD)))
		;
}

bool layer_has_source(const struct layer *l)
{
	return l->below && l->below->eof && !l->below->below;
}

/* Decoders */

void layer_skip_padding(struct layer *l)
{
	if (!l->in_frame && l->codec->padding)
		layer_take(l->below, l->codec->padding(layer_waiting(l->below)));
}

/* Remember where the frame begins that is decoded next. */
static void begin_frame(struct layer *l)
{
	l->frame_pos = l->pos + layer_waiting(l).n;
	l->frame_from = l->below->pos;
}

bool layer_decode_frame(struct in *in, struct layer *l, size_t most)
{
	struct layer *below = l->below;
	size_t done, left, had;
	struct str src;

	if (!layer_has_source(l) || !l->codec->whole)
		return false;
	if (!l->in_frame)
		begin_frame(l);
	if (l->at == l->bytes.n)
		l->at = l->bytes.n = 0;
	had = l->bytes.n;
	done = (size_t)(below->pos - l->frame_from);
	src = str(below->bytes.p + below->at - done, layer_waiting(below).n + done);
	left = src.n;
	most = min_size(most, mem_limit_now() / 4);
	if (in->options.most)
		most = min_size(most,
				(size_t)(in->options.most - min_size(l->pos, in->options.most)));
	if (!l->codec->whole(&src, &l->bytes, most))
		return false;
	if (l->in_frame)
		l->at = had;
	layer_take(below, left - done - src.n);
	l->codec->close(l->state);
	l->state = l->codec->open();
	l->in_frame = false;
	l->frame_ended = true;
	return true;
}

/* Has more been decoded than allowed? Then record an error. */
static bool is_too_long(struct in *in, const struct layer *l)
{
	if (!in->options.most || l->pos + layer_waiting(l).n <= in->options.most)
		return false;
	if (!in->failed)
		in->reason = IN_OVER_MEMORY;
	in_fail(in, "unpacks to more than %llu bytes", (unsigned long long)in->options.most);
	return true;
}

/*
 * Decode one piece. The source below has bytes, or has ended. The first piece of a
 * frame is small, since a caller may only look at it.
 */
static bool decode_some(struct in *in, struct layer *l, bool *stuck)
{
	struct str src = layer_waiting(l->below);
	size_t before = src.n, got = l->in_frame ? CHUNK : LAYER_HEAD;
	char *to = layer_room(in, l, got);
	const char *why = "bad data";
	enum codec_result r;

	if (!to)
		return false;
	if (!l->in_frame)
		begin_frame(l);
	r = l->codec->decode(l->state, &src, to, &got, &why);
	l->bytes.n += got;
	layer_take(l->below, before - src.n);
	l->in_frame = r != CODEC_FRAME && (l->in_frame || got || before != src.n);
	l->frame_ended = r == CODEC_FRAME;
	*stuck = r == CODEC_MORE && !got && before == src.n;
	if (r == CODEC_BAD)
		return in_fail(in, "%s data is damaged near byte %llu: %s", l->codec->name,
			       (unsigned long long)l->below->pos, why);
	return !is_too_long(in, l);
}

/* A small frame is decoded at once: that is faster than looking at its beginning first. */
static bool small_frame(struct in *in, struct layer *l)
{
	return !l->in_frame && layer_waiting(l->below).n <= SMALL_SOURCE &&
	       layer_decode_frame(in, l, SMALL_FRAME);
}

static bool fill_from_below(struct in *in, struct layer *l)
{
	size_t had = l->bytes.n - l->at;
	bool stuck = false;

	while (!in->failed && !l->frame_ended && l->bytes.n - l->at == had) {
		layer_skip_padding(l);
		if ((stuck || !layer_waiting(l->below).n) && !layer_fill(in, l->below)) {
			bool early = l->codec->unframed ? layer_waiting(l->below).n > 0 :
							  l->in_frame;

			if (!in->failed && early)
				in_fail(in, "%s data ends early, at byte %llu", l->codec->name,
					(unsigned long long)l->below->pos);
			l->eof = true;
			return false;
		}
		layer_skip_padding(l);
		if ((layer_waiting(l->below).n || l->in_frame) && !small_frame(in, l))
			decode_some(in, l, &stuck);
	}
	return !in->failed && l->bytes.n - l->at > had;
}

/* Start a thread that decodes from here on, if the input is large enough. */
static void consider_thread(struct in *in, struct layer *l)
{
	if (l == in->top && !l->ahead && !in->options.no_thread &&
	    l->pos + layer_waiting(l).n >= AHEAD_AFTER)
		l->ahead = ahead_begin(in);
}

bool layer_fill(struct in *in, struct layer *l)
{
	if (in->failed || l->eof)
		return false;
	if (!l->below && !l->ahead)
		return fill_from_file(in, l, CHUNK);
	if (l != in->top)
		l->frame_ended = false; /* only the innermost frames count */
	if (l->frame_ended)
		return false;
	consider_thread(in, l);
	return l->ahead ? ahead_fill(in, l) : fill_from_below(in, l);
}

bool layer_next_frame(struct in *in)
{
	struct layer *l = in->top;

	while (l->frame_ended && !in->failed) {
		l->frame_ended = false;
		if (layer_fill(in, l))
			return true;
	}
	return false;
}
