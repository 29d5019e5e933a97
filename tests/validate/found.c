#include "figures.h"

const struct row *find_gated(const struct comparison *c, const char *name)
{
	for (size_t i = 0; i < c->nrow; i++) {
		const struct row *r = &c->row[i];

		if (r->gated &&
		    str_eq(dict_text(c->items.p->dict, c->items.item[r->item].name), str_of(name)))
			return r;
	}
	return NULL;
}
