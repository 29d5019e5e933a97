/*
 * An input is a short chain of layers: the file, and on it a decoder for each
 * encoding found. A layer holds decoded bytes that nobody has taken yet; when
 * it runs dry it fills itself from the layer below.
 */
#include "io/in.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/printable.h"
#include "io/codec.h"

enum {
	HEAD = 4096,       /* bytes that a codec is recognised by */
	CHUNK = 256 << 10, /* bytes read or decoded at a time */
	MOST_LAYERS = 3,   /* encodings around one another */
	WHOLE = 64 << 20,  /* compressed files up to here are read at once */
};

struct layer {
	struct layer *below;       /* NULL for the file itself */
	const struct codec *codec; /* NULL likewise */
	void *state;               /* of the codec */
	int fd;                    /* of the file; -1 for memory */
	size_t size;               /* of a regular file; 0 if not known */
	struct buf bytes;          /* [at, n) wait to be taken */
	size_t at;
	uint64_t pos;        /* offset of bytes.p[at] in this layer's data */
	bool borrowed;       /* bytes are the caller's memory */
	bool eof;            /* no more bytes will come */
	bool in_frame;       /* the current frame has begun and not ended */
	bool frame_ended;    /* bytes end where a frame ends; no filling before
			      the next frame is asked for */
	uint64_t frame_pos;  /* where the frame began, in this layer's data */
	uint64_t frame_from; /* and in the data of the layer below */
	size_t given;        /* bytes at `at` that in_frame() gave */
};

void (*in_progress)(size_t n);

/* Errors */

bool in_fail_at_v(struct in *in, uint64_t pos, const char *fmt, va_list ap)
{
	struct buf text = { 0 };

	if (in->failed)
		return false;
	in->failed = true;
	buf_add(&text, str_of(in->name));
	if (in->line)
		buf_printf(&text, ":%llu", (unsigned long long)in->line);
	else if (pos != UINT64_MAX)
		buf_printf(&text, ": byte %llu%s", (unsigned long long)pos,
			   in->top && in->top->codec ? " (unpacked)" : "");
	buf_add(&text, S(": "));
	buf_vprintf(&text, fmt, ap);
	printable(&in->error, buf_str(&text));
	buf_ch(&in->error, '\0');
	in->error.n--;
	buf_release(&text);
	return false;
}

bool in_fail(struct in *in, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	in_fail_at_v(in, UINT64_MAX, fmt, ap);
	va_end(ap);
	return false;
}

bool in_fail_at(struct in *in, uint64_t pos, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	in_fail_at_v(in, pos, fmt, ap);
	va_end(ap);
	return false;
}

static bool bad_v(struct in *in, uint64_t pos, const char *fmt, va_list ap)
{
	if (!in->lenient || in->failed)
		return in_fail_at_v(in, pos, fmt, ap);
	in->skipped++;
	return true;
}

bool in_bad(struct in *in, const char *fmt, ...)
{
	va_list ap;
	bool ok;

	va_start(ap, fmt);
	ok = bad_v(in, UINT64_MAX, fmt, ap);
	va_end(ap);
	return ok;
}

bool in_bad_at(struct in *in, uint64_t pos, const char *fmt, ...)
{
	va_list ap;
	bool ok;

	va_start(ap, fmt);
	ok = bad_v(in, pos, fmt, ap);
	va_end(ap);
	return ok;
}

/* Layers */

static struct str waiting(const struct layer *l)
{
	return str(l->bytes.p ? l->bytes.p + l->at : "", l->bytes.n - l->at);
}

static void take(struct layer *l, size_t n)
{
	l->at += n;
	l->pos += n;
}

/* Room for n more bytes, unless that exceeds the memory that we may use. */
static char *room(struct in *in, struct layer *l, size_t n)
{
	size_t need;

	if (l->at && (l->at == l->bytes.n || l->bytes.cap - l->bytes.n < n)) {
		memmove(l->bytes.p, l->bytes.p + l->at, l->bytes.n - l->at);
		l->bytes.n -= l->at;
		l->at = 0;
	}
	need = l->bytes.n + n;
	if (need > l->bytes.cap && !mem_fits(max_size(need, 2 * l->bytes.cap) - l->bytes.cap)) {
		in_fail(in, "needs more than --max-memory=%zuM when read%s", mem_limit_now() >> 20,
			l->codec ? " (unpacked)" : "");
		return NULL;
	}
	return buf_room(&l->bytes, n);
}

static bool fill_from_file(struct in *in, struct layer *l, size_t want)
{
	char *to = l->fd < 0 ? NULL : room(in, l, want);
	ssize_t n;

	if (!to)
		return !(l->eof = true);
	do {
		n = read(l->fd, to, want);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		in_fail(in, "cannot read: %s", strerror(errno));
	if (n <= 0)
		return !(l->eof = true);
	l->bytes.n += (size_t)n;
	if (in_progress)
		in_progress((size_t)n);
	return true;
}

/* Read all of a compressed file, so that codecs can decode it at once. */
static void read_whole(struct in *in, struct layer *file)
{
	if (!file->size || file->size > WHOLE)
		return;
	while (fill_from_file(in, file,
			      max_size(file->size - min_size(file->size, file->bytes.n), HEAD)))
		;
}

static bool fill(struct in *in, struct layer *l);

/*
 * Decode one piece. The source below has bytes, or has ended. A frame's first
 * piece is small: when it is only looked at, little is decoded in vain.
 */
static bool decode_some(struct in *in, struct layer *l, bool *stuck)
{
	struct str src = waiting(l->below);
	size_t before = src.n, got = l->in_frame ? CHUNK : HEAD;
	char *to = room(in, l, got);
	const char *why = "bad data";
	enum codec_result r;

	if (!to)
		return false;
	if (!l->in_frame) {
		l->frame_pos = l->pos + waiting(l).n;
		l->frame_from = l->below->pos;
	}
	r = l->codec->decode(l->state, &src, to, &got, &why);
	l->bytes.n += got;
	take(l->below, before - src.n);
	l->in_frame = r != CODEC_FRAME && (l->in_frame || got || before != src.n);
	l->frame_ended = r == CODEC_FRAME;
	*stuck = r == CODEC_MORE && !got && before == src.n;
	if (r == CODEC_BAD)
		return in_fail(in, "%s data is damaged near byte %llu: %s", l->codec->name,
			       (unsigned long long)l->below->pos, why);
	return true;
}

/* UTF-16 has no frames: it may end anywhere but inside a character. */
static bool ended_early(const struct layer *l)
{
	bool text = l->codec == &codec_utf16le || l->codec == &codec_utf16be;

	return text ? waiting(l->below).n > 0 : l->in_frame;
}

static bool fill_from_below(struct in *in, struct layer *l)
{
	size_t had = l->bytes.n - l->at;
	bool stuck = false;

	while (!in->failed && !l->frame_ended && l->bytes.n - l->at == had) {
		if ((stuck || !waiting(l->below).n) && !fill(in, l->below)) {
			if (!in->failed && ended_early(l))
				in_fail(in, "%s data ends early, at byte %llu", l->codec->name,
					(unsigned long long)l->below->pos);
			l->eof = true;
			return false;
		}
		decode_some(in, l, &stuck);
	}
	return !in->failed && l->bytes.n - l->at > had;
}

/* Add bytes to a layer. False at the end of its frame or data, or on error. */
static bool fill(struct in *in, struct layer *l)
{
	if (in->failed || l->eof)
		return false;
	if (!l->below)
		return fill_from_file(in, l, CHUNK);
	if (l != in->top)
		l->frame_ended = false; /* only the innermost frames count */
	if (l->frame_ended)
		return false;
	return fill_from_below(in, l);
}

/*
 * After the end of a frame: is there another? Passes over frames without bytes.
 */
static bool next_frame(struct in *in)
{
	struct layer *l = in->top;

	while (l->frame_ended && !in->failed) {
		l->frame_ended = false;
		if (fill(in, l))
			return true;
	}
	return false;
}

static struct layer *push(struct in *in, const struct codec *codec)
{
	struct layer *l = mem_zeroed(1, sizeof(*l));

	l->below = in->top;
	l->codec = codec;
	l->fd = -1;
	if (codec)
		l->state = codec->open();
	in->top = l;
	return l;
}

static bool unwrap(struct in *in)
{
	const struct codec *codec;

	for (int depth = 0; (codec = codec_of(in_peek(in, HEAD))); depth++) {
		if (codec->unpack)
			return in_fail(in, "is %s data: unpack it with '%s'", codec->name,
				       codec->unpack);
		if (depth == MOST_LAYERS)
			return in_fail(in, "is packed more than %d times", MOST_LAYERS);
		push(in, codec);
		if (!in->top->below->below)
			read_whole(in, in->top->below);
	}
	if (str_starts(in_peek(in, 3), S("\xef\xbb\xbf")))
		in_skip(in, 3);
	return !in->failed;
}

/* Opening and closing */

static bool open_stdin(struct in *in)
{
	static bool used;

	in->name = "standard input";
	if (used)
		return in_fail(in, "can be read only once");
	used = true;
	in->top->fd = STDIN_FILENO;
	return true;
}

static bool open_file(struct in *in, const char *path)
{
	struct stat st;

	in->top->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (in->top->fd < 0 || fstat(in->top->fd, &st) < 0)
		return in_fail(in, "cannot open: %s", strerror(errno));
	if (S_ISDIR(st.st_mode))
		return in_fail(in, "is a directory");
	if (S_ISREG(st.st_mode))
		in->top->size = (size_t)st.st_size;
	return true;
}

bool in_open(struct in *in, const char *path)
{
	bool ok;

	*in = (struct in){ .name = path };
	push(in, NULL);
	ok = strcmp(path, "-") == 0 ? open_stdin(in) : open_file(in, path);
	return ok && unwrap(in);
}

bool in_open_memory(struct in *in, const char *name, struct str bytes)
{
	struct layer *l;

	*in = (struct in){ .name = name };
	l = push(in, NULL);
	l->borrowed = l->eof = true;
	l->bytes = (struct buf){ .p = (char *)bytes.p, .n = bytes.n, .cap = bytes.n };
	return unwrap(in);
}

bool in_close(struct in *in)
{
	for (struct layer *l = in->top, *below; l; l = below) {
		below = l->below;
		if (l->codec)
			l->codec->close(l->state);
		if (l->fd > STDIN_FILENO)
			close(l->fd);
		if (!l->borrowed)
			buf_release(&l->bytes);
		mem_free(l, sizeof(*l));
	}
	in->top = NULL;
	return !in->failed;
}

void in_release(struct in *in)
{
	buf_release(&in->error);
}

/* Taking bytes */

struct str in_peek(struct in *in, size_t min)
{
	while (!in->failed && waiting(in->top).n < min && fill(in, in->top))
		;
	return in->failed ? S("") : waiting(in->top);
}

void in_skip(struct in *in, size_t n)
{
	take(in->top, n);
}

uint64_t in_pos(const struct in *in)
{
	return in->top->pos;
}

bool in_end(struct in *in)
{
	return !in_peek(in, 1).n && !next_frame(in);
}

bool in_line(struct in *in, struct str *line)
{
	struct str w = waiting(in->top);
	size_t seen = 0;
	const char *nl;

	while (!(nl = w.n > seen ? memchr(w.p + seen, '\n', w.n - seen) : NULL)) {
		bool more;

		seen = w.n;
		more = fill(in, in->top) || next_frame(in);
		w = waiting(in->top); /* even at the end: making room may have moved it */
		if (!more)
			break;
	}
	if (in->failed || (!nl && !w.n))
		return false;
	*line = str(w.p, nl ? (size_t)(nl - w.p) : w.n);
	take(in->top, line->n + (nl != NULL));
	if (line->n && line->p[line->n - 1] == '\r')
		line->n--;
	in->line++;
	return true;
}

/*
 * Decode a frame at once, if nothing of it has been taken and all its source
 * lies in memory; what has been decoded of it so far is done again.
 */
static void frame_at_once(struct in *in)
{
	struct layer *l = in->top, *below = l->below;
	size_t done, left, had;
	struct str src;

	if (!l->codec || !l->codec->whole || !l->in_frame || l->pos != l->frame_pos)
		return;
	if (!below->eof || below->below)
		return;
	done = (size_t)(below->pos - l->frame_from);
	src = str(below->bytes.p + below->at - done, waiting(below).n + done);
	left = src.n;
	had = l->bytes.n;
	if (!l->codec->whole(&src, &l->bytes, mem_limit_now() / 4))
		return;
	l->at = had;
	take(below, left - done - src.n);
	l->codec->close(l->state);
	l->state = l->codec->open();
	l->in_frame = false;
	l->frame_ended = true;
}

bool in_frame(struct in *in, struct str *bytes)
{
	struct layer *l = in->top;

	take(l, l->given);
	l->given = 0;
	if (in_end(in))
		return false;
	frame_at_once(in);
	while (fill(in, l))
		;
	*bytes = waiting(l);
	l->given = bytes->n;
	return !in->failed;
}

bool in_more_frames(struct in *in)
{
	struct layer *l = in->top;

	return l->frame_ended && (waiting(l->below).n || fill(in, l->below));
}

bool in_frame_more(struct in *in, struct str *bytes)
{
	struct layer *l = in->top;
	bool more = !in->failed && next_frame(in);

	while (more && fill(in, l))
		;
	*bytes = waiting(l); /* looking for more may have moved them */
	l->given = bytes->n;
	return more && !in->failed;
}
