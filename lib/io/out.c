#include "io/out.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/printable.h"
#include "io/out_file.h"

/* Only Linux has files without a name. Elsewhere, open() of a folder for writing fails. */
#ifndef O_TMPFILE
#define O_TMPFILE 0
#endif

enum { ENOUGH = 256 << 10 };

bool out_fail(struct out *out, const char *fmt, ...)
{
	struct buf text = { 0 };
	va_list ap;

	if (out->failed)
		return false;
	out->failed = true;
	buf_printf(&text, "%s: ", out->name);
	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	printable(&out->error, buf_str(&text));
	buf_ch(&out->error, '\0');
	out->error.n--;
	buf_release(&text);
	return false;
}

static bool fail_for(struct out *out, enum out_reason reason, const char *why)
{
	if (!out->failed)
		out->reason = reason;
	return out_fail(out, "%s", why);
}

bool out_open(struct out *out, const char *path, struct pack pack)
{
	bool named = path && strcmp(path, "-") != 0;

	*out = (struct out){ .name = named ? path : "standard output", .pack = pack };
	out->fd = STDOUT_FILENO;
	if (!named || out_file_open(out))
		return true;
	out->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return out->fd >= 0 || out_fail(out, "cannot open: %s", strerror(errno));
}

void out_open_memory(struct out *out)
{
	*out = (struct out){ .name = "memory", .fd = -1, .in_memory = true };
	out->pack.kind = PACK_NONE;
}

bool out_binary(struct out *out)
{
	struct stat st;
	bool file = out->fd >= 0 && fstat(out->fd, &st) == 0 && S_ISREG(st.st_mode);

	if (out->fd >= 0 && isatty(out->fd))
		return fail_for(out, OUT_TERMINAL, "is a terminal, and the output is binary");
	if (out->pack.kind == PACK_AUTO)
		out->pack = (struct pack){ PACK_GZIP, file ? 6 : 0 };
	return !out->failed;
}

static void write_all(struct out *out, struct str s)
{
	while (s.n && !out->failed) {
		ssize_t n = write(out->fd, s.p, s.n);

		if (n >= 0)
			s = str_skip(s, (size_t)n);
		else if (errno != EINTR)
			out_fail(out, "cannot write: %s", strerror(errno));
	}
}

static bool packs(const struct out *out)
{
	return out->pack.kind == PACK_GZIP || out->pack.kind == PACK_ZSTD;
}

static void write_plain(struct out *out)
{
	if (out->in_memory)
		return;
	write_all(out, buf_str(&out->bytes));
	out->bytes.n = 0;
}

static void write_packed(struct out *out)
{
	struct buf packed = { 0 };

	if (!pack_frame(&packed, buf_str(&out->bytes), &out->pack))
		out_fail(out, "cannot compress: out of memory");
	write_all(out, buf_str(&packed));
	buf_release(&packed);
	out->bytes.n = 0;
}

void out_flush(struct out *out)
{
	if (out->bytes.n >= ENOUGH && !packs(out))
		write_plain(out);
}

void out_flush_all(struct out *out)
{
	if (!packs(out))
		write_plain(out);
}

/* What is large is written without a copy. */
void out_add(struct out *out, struct str s)
{
	if (s.n >= ENOUGH && !packs(out) && !out->in_memory) {
		write_plain(out);
		write_all(out, s);
		return;
	}
	buf_add(&out->bytes, s);
	out_flush(out);
}

void out_printf(struct out *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&out->bytes, fmt, ap);
	va_end(ap);
	out_flush(out);
}

void out_frame(struct out *out)
{
	if (packs(out))
		write_packed(out);
	else if (out->nframes)
		fail_for(out, OUT_UNFRAMED, "several profiles need compression to be told apart");
	else
		write_plain(out);
	out->nframes++;
}

bool out_close(struct out *out)
{
	if (out->fd < 0)
		return false;
	if (packs(out) && (out->bytes.n || !out->nframes))
		write_packed(out);
	else
		write_plain(out);
	out_reveal(out);
	if (close(out->fd) < 0)
		out_fail(out, "cannot write: %s", strerror(errno));
	out->fd = -1;
	out_file_remove(out); /* after an error */
	return !out->failed;
}

void out_abandon(struct out *out)
{
	if (out->fd > STDOUT_FILENO)
		close(out->fd);
	out->fd = -1;
	out_file_remove(out);
}

void out_release(struct out *out)
{
	buf_release(&out->bytes);
	buf_release(&out->error);
}
