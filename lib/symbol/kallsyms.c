/*
 * The list has no sizes: a function ends where the next one begins. The last one of a
 * module (or of the kernel) ends on the page after the one on which it begins, as in perf.
 * The list is nearly sorted, so sorting is cheap. Of several names of one address, the
 * best is kept.
 *
 * In half of the lines, the kernel names the padding before a function, "__pfx_" and its name. A
 * function begins at its padding instead, which belongs to it: some kernels count calls there.
 */
#include "symbol/kallsyms.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "object/symtab.h"

enum { PAGE = 4096, HAS_MODULE = 31, MOST_NAMES = 64 << 20, MOST_PADDING = 64 };

struct reader {
	struct kallsyms *k;
	struct buf found; /* struct interval, with only start and id */
	bool any;         /* an address that is not 0 */
	/* The latest padding, and the function after it, once that was read; 0: none. */
	uint64_t padding, padded;
};

/* Reading */

static struct str text_at(const struct kallsyms *k, size_t at)
{
	struct str all = buf_str(&k->names);

	return at < all.n ? str_of(all.p + at) : S("");
}

static struct str name_of(const struct kallsyms *k, uint32_t id)
{
	return text_at(k, id & ~(1u << HAS_MODULE));
}

static struct str module_of(const struct kallsyms *k, uint32_t id)
{
	if (!(id >> HAS_MODULE))
		return S("");
	return text_at(k, (id & ~(1u << HAS_MODULE)) + name_of(k, id).n + 1);
}

static void add_kernel_symbol(struct reader *r, uint64_t address, struct str name,
			      struct str module)
{
	struct interval p = { .start = address, .id = (uint32_t)r->k->names.n };

	if (r->k->names.n > MOST_NAMES)
		return;
	buf_add(&r->k->names, name);
	buf_ch(&r->k->names, '\0');
	if (module.n) {
		p.id |= 1u << HAS_MODULE;
		buf_add(&r->k->names, module);
		buf_ch(&r->k->names, '\0');
	}
	buf_put(&r->found, &p, sizeof(p));
}

/* Where a function at an address begins: at the padding right before it. */
static uint64_t start_of(struct reader *r, uint64_t at)
{
	if (r->padding && !r->padded && at - r->padding <= MOST_PADDING)
		r->padded = at;
	return at && at == r->padded ? r->padding : at;
}

/* "ffffffffc0201000 t ext4_sync_file	[ext4]" */
static void read_line(struct reader *r, struct str line)
{
	struct str address = str_cut(&line, ' '), type = str_cut(&line, ' ');
	struct str name = str_cut(&line, '\t');
	uint64_t at;

	if (!str_hex(address, &at) || !name.n || type.n != 1 || !memchr("tTwW", *type.p, 4))
		return;
	r->any |= at != 0;
	if (str_starts(name, S("__pfx_"))) {
		r->padding = at;
		r->padded = 0;
	} else if (at) {
		add_kernel_symbol(r, start_of(r, at), name, str_trim(line));
	}
}

static void read_lines(struct reader *r, int fd)
{
	enum { PIECE = 64 << 10 };
	struct buf text = { 0 };
	ssize_t n;

	while ((n = read(fd, buf_room(&text, PIECE), PIECE)) > 0) {
		struct str rest, line;

		text.n += (size_t)n;
		for (rest = buf_str(&text); str_chr(rest, '\n') >= 0;) {
			line = str_cut(&rest, '\n');
			read_line(r, line);
		}
		if (rest.n > PIECE)
			break; /* no line is as long as the buffer */
		if (rest.n)
			memmove(text.p, rest.p, rest.n);
		text.n = rest.n;
	}
	buf_release(&text);
}

/* Choosing */

static int by_start(const void *a, const void *b)
{
	const struct interval *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

/* Keep the best name of each address. Returns their number. */
static size_t choose(const struct kallsyms *k, struct interval *p, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (!kept || p[kept - 1].start != p[i].start)
			p[kept++] = p[i];
		else if (symbol_name_better(name_of(k, p[i].id), name_of(k, p[kept - 1].id)))
			p[kept - 1] = p[i];
	}
	return kept;
}

static void set_ends(const struct kallsyms *k, struct interval *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t page = (p[i].start | (PAGE - 1)) + 1 + PAGE;

		p[i].end = i + 1 < n ? p[i + 1].start : page;
		if (p[i].end > page && i + 1 < n &&
		    !str_eq(module_of(k, p[i].id), module_of(k, p[i + 1].id)))
			p[i].end = page;
	}
}

void kallsyms_read(struct kallsyms *k, int fd)
{
	struct reader r = { .k = k };
	struct interval *p;
	size_t n;

	*k = (struct kallsyms){ 0 };
	read_lines(&r, fd);
	p = (struct interval *)r.found.p;
	n = BUF_COUNT(&r.found, *p);
	if (n)
		qsort(p, n, sizeof(*p), by_start);
	n = choose(k, p, n);
	set_ends(k, p, n);
	spans_init(&k->spans, p, n);
	k->hidden = !r.any;
	buf_release(&r.found);
}

void kallsyms_release(struct kallsyms *k)
{
	buf_release(&k->names);
	spans_release(&k->spans);
}

bool kallsyms_find(const struct kallsyms *k, uint64_t address, struct str *name, struct str *module)
{
	const struct span *s = spans_find(&k->spans, address);

	if (!s)
		return false;
	*name = name_of(k, s->id);
	*module = module_of(k, s->id);
	return true;
}

/* "ffffffff81000000 T _text" */
uint64_t kallsyms_address(struct str name)
{
	char text[32768];
	int fd = open("/proc/kallsyms", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));
	struct str rest = str(text, n > 0 ? (size_t)n : 0);
	uint64_t at;

	if (fd >= 0)
		close(fd);
	while (rest.n) {
		struct str line = str_cut(&rest, '\n'), address = str_cut(&line, ' ');

		str_cut(&line, ' ');
		if (str_eq(line, name) && str_hex(address, &at))
			return at;
	}
	return 0;
}
