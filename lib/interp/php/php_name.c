#include "interp/php/php_name.h"

#include "interp/php/php_walk.h"

static void put_cut(struct buf *b, struct str part, uint32_t length)
{
	buf_add(b, part);
	if (part.n < length)
		buf_add(b, S("..."));
}

/* An anonymous class is "class@anonymous", a zero byte, and where it is. */
static void put_class(struct buf *b, const struct code_names_parts *p)
{
	struct str rest = p->table, name = str_cut(&rest, '\0');

	put_cut(b, name, rest.n || name.n < p->table.n ? 0 : p->head.nlines);
	buf_add(b, S("::"));
}

void php_name(struct buf *b, const struct code_names_parts *p)
{
	if (p->name.n) {
		if (p->table.n)
			put_class(b, p);
		put_cut(b, p->name, p->head.name.length);
	} else if (p->head.id & PHP_ID_EVAL) {
		buf_add(b, S("eval"));
	} else if (p->head.id & PHP_ID_MAIN) {
		buf_add(b, S("main"));
	} else {
		buf_add(b, S("include "));
		buf_add(b, str_basename(p->file));
	}
}
