#include "store/ranges.h"

#include <errno.h>
#include <sys/mman.h>

#include "base/vec.h"

/* A request takes about as long as the transfer of a few hundred kilobytes. */
enum { PAGE = 128 << 10, END = 32 << 10 };

static size_t page_count(const struct ranges *r)
{
	return (r->bytes.n + PAGE - 1) / PAGE;
}

/* Fetch the pages [from, to), none of which has been fetched. */
static bool fetch_pages(struct ranges *r, size_t from, size_t to)
{
	size_t at = from * PAGE, n = min_size(to * PAGE, r->bytes.n) - at;
	struct buf why = { 0 };

	if (s3_get(r->s3, &r->object, at, n, (char *)r->bytes.p + at, &why)) {
		memset(r->has + from, 1, to - from);
		return true;
	}
	in_fail_at(r->in, at, "%.*s", STR_ARG(buf_str(&why)));
	buf_release(&why);
	return false;
}

static bool ranges_want(void *context, uint64_t at, uint64_t n)
{
	struct ranges *r = context;
	size_t page = (size_t)(at / PAGE), end = (size_t)((at + n + PAGE - 1) / PAGE), last;

	for (; page < end; page = last) {
		for (last = page; last < end && !r->has[last];)
			last++;
		if (last > page && !fetch_pages(r, page, last))
			return false;
		last += last == page;
	}
	return true;
}

bool ranges_open(struct ranges *r, struct s3 *s3, const char *name, uint64_t size, struct in *in)
{
	void *p = MAP_FAILED;

	*r = (struct ranges){ .s3 = s3, .object.name = name, .in = in };
	if (size && size <= PTRDIFF_MAX)
		p = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return in_fail_at(in, 0, "%s", size ? strerror(errno) : "the object is empty");
	r->bytes = str(p, (size_t)size);
	r->has = mem_zeroed(page_count(r), 1);
	in->want = ranges_want;
	in->want_context = r;
	return true;
}

void ranges_fetch_ends(struct ranges *const *r, size_t n)
{
	VEC(struct s3_part) part = { 0 };

	for (size_t i = 0; i < n; i++) {
		size_t size = r[i]->bytes.n, from = (size - min_size(size, END)) / PAGE * PAGE;

		vec_push(&part, ((struct s3_part){ .object = &r[i]->object,
						   .from = from,
						   .n = size - from,
						   .to = (char *)r[i]->bytes.p + from }));
	}
	if (n)
		s3_get_many(r[0]->s3, part.v, n);
	for (size_t i = 0; i < n; i++)
		if (part.v[i].is_here)
			memset(r[i]->has + part.v[i].from / PAGE, 1,
			       page_count(r[i]) - part.v[i].from / PAGE);
	vec_release(&part);
}

void ranges_close(struct ranges *r)
{
	if (!r->bytes.p)
		return;
	buf_release(&r->object.etag);
	mem_free(r->has, page_count(r));
	munmap((void *)r->bytes.p, r->bytes.n);
	*r = (struct ranges){ 0 };
}
