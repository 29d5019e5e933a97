#include "io/in.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/layer.h"
#include "io/map.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

enum { MOST_LAYERS = 3 }; /* nested encodings */

/* The encoding of the next bytes. The head of a stream may arrive slowly. */
static const struct codec *next_codec(struct in *in)
{
	const struct codec *codec = codec_of_magic(in_peek(in, 4));

	return codec ? codec : codec_of(in_peek(in, LAYER_HEAD));
}

static bool unwrap(struct in *in)
{
	const struct codec *codec;

	for (int depth = 0; (codec = next_codec(in)); depth++) {
		if (codec->unpack)
			return in_fail(in, "is %s data: unpack it with '%s'", codec->name,
				       codec->unpack);
		if (depth == MOST_LAYERS)
			return in_fail(in, "is packed more than %d times", MOST_LAYERS);
		layer_push(in, codec);
		if (!in->top->below->below)
			layer_read_whole(in, in->top->below);
	}
	if (str_starts(in_peek(in, 3), S(BYTE_ORDER_MARK)))
		in_skip(in, 3);
	return !in->failed;
}

/* Opening and closing */

static bool open_stdin(struct in *in)
{
	static atomic_flag used = ATOMIC_FLAG_INIT;

	in->name = "standard input";
	if (atomic_flag_test_and_set(&used))
		return in_fail(in, "can be read only once");
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
	in->path = path;
	if (S_ISREG(st.st_mode))
		in->top->size = (size_t)st.st_size;
	return true;
}

bool in_open(struct in *in, const char *path)
{
	return in_open_with(in, path, &(struct in_options){ 0 });
}

bool in_open_with(struct in *in, const char *path, const struct in_options *options)
{
	bool ok;

	*in = (struct in){ .name = path, .options = *options };
	layer_push(in, NULL);
	ok = strcmp(path, "-") == 0 ? open_stdin(in) : open_file(in, path);
	return ok && (options->plain || unwrap(in));
}

bool in_open_beside(struct in *in, const struct in *file, const char *name, struct buf *path,
		    bool *is_absent)
{
	struct str whole = str_of(file->path ? file->path : "");

	path->n = 0;
	buf_add(path, str(whole.p, whole.n - str_basename(whole).n));
	buf_add(path, str_of(name));
	buf_ch(path, '\0');
	*is_absent = !file->path || (access(path->p, F_OK) < 0 && errno == ENOENT);
	if (!*is_absent)
		return in_open(in, path->p);
	*in = (struct in){ .name = path->p };
	return in_fail(in, "cannot open: %s", strerror(ENOENT));
}

bool in_open_memory(struct in *in, const char *name, struct str bytes)
{
	struct layer *l;

	*in = (struct in){ .name = name, .options.no_thread = true, .in_memory = true };
	l = layer_push(in, NULL);
	l->borrowed = l->eof = true;
	l->bytes = (struct buf){ .p = (char *)bytes.p, .n = bytes.n, .cap = bytes.n };
	return unwrap(in);
}

bool in_close(struct in *in)
{
	layer_release_all(in);
	if (in->map)
		map_close(in->map);
	in->map = NULL;
	return !in->failed;
}

void in_release(struct in *in)
{
	buf_release(&in->error);
	buf_release(&in->notes);
}

/* Taking bytes */

struct str in_peek(struct in *in, size_t min)
{
	while (!in->failed && layer_waiting(in->top).n < min && layer_fill(in, in->top))
		;
	return in->failed ? S("") : layer_waiting(in->top);
}

void in_skip(struct in *in, size_t n)
{
	layer_take(in->top, n);
}

uint64_t in_pos(const struct in *in)
{
	return in->top->pos;
}

bool in_end(struct in *in)
{
	return !in_peek(in, 1).n && !layer_next_frame(in);
}

bool in_line(struct in *in, struct str *line)
{
	struct str w = layer_waiting(in->top);
	size_t seen = 0;
	const char *nl;

	while (!(nl = w.n > seen ? memchr(w.p + seen, '\n', w.n - seen) : NULL)) {
		bool more;

		seen = w.n;
		more = layer_fill(in, in->top) || layer_next_frame(in);
		w = layer_waiting(in->top); /* even at the end: layer_room() may have moved it */
		if (!more)
			break;
	}
	if (in->failed || (!nl && !w.n))
		return false;
	*line = str(w.p, nl ? (size_t)(nl - w.p) : w.n);
	layer_take(in->top, line->n + (nl != NULL));
	in->open_end = !nl && !str_ends(*line, S("\r"));
	if (line->n && line->p[line->n - 1] == '\r')
		line->n--;
	if (str_starts(*line, S(BYTE_ORDER_MARK)))
		*line = str_skip(*line, 3); /* of a file that follows another one */
	in->line++;
	return true;
}

/* Random access */

/* Is it an uncompressed regular file, with no bytes taken yet? */
static bool can_be_mapped(const struct layer *l)
{
	return l->fd >= 0 && l->size && !l->below && !l->pos;
}

bool in_map(struct in *in, struct str *bytes)
{
	struct layer *l = in->top;

	*bytes = S("");
	if (!in->failed && !in->map && can_be_mapped(l))
		in->map = map_open(l->fd, l->size);
	if (in->map) { /* stays while the file is closed */
		close(l->fd);
		l->fd = -1;
	}
	while (!in->map && !in->failed && (layer_fill(in, l) || layer_next_frame(in)))
		;
	if (in->failed)
		return false;
	*bytes = in->map ? map_bytes(in->map) : layer_waiting(l);
	layer_take(l, l->bytes.n - l->at);
	l->eof = true;
	return true;
}

bool in_map_is_whole(struct in *in)
{
	if (in->map && map_is_torn(in->map))
		in_fail(in, "became shorter while it was read");
	return !in->failed;
}
