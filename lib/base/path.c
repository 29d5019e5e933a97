#include "base/path.h"

void path_clean(struct buf *b, struct str path)
{
	size_t from = b->n, keep; /* ".." removes nothing before `keep` */

	if (str_starts(path, S("/")))
		buf_ch(b, '/');
	keep = b->n;
	while (path.n) {
		struct str part = str_cut(&path, '/');

		if (!part.n || str_eq(part, S(".")))
			continue;
		if (str_eq(part, S("..")) && b->n > keep) {
			ptrdiff_t slash = str_rchr(str(b->p + keep, b->n - keep), '/');

			b->n = keep + (slash < 0 ? 0 : (size_t)slash);
			continue;
		}
		if (str_eq(part, S("..")) && keep > from && b->p[from] == '/')
			continue; /* above the root */
		if (b->n > keep)
			buf_ch(b, '/');
		buf_add(b, part);
		if (str_eq(part, S("..")))
			keep = b->n;
	}
	if (b->n == from)
		buf_ch(b, '.');
}
