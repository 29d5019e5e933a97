#include "interp/code_names.h"

#include <stddef.h>

static bool cut_bytes(struct str *rest, struct str *part, size_t n)
{
	*part = str(rest->p, n);
	if (n > rest->n)
		return false;
	*rest = str_skip(*rest, n);
	return true;
}

bool code_names_parse(struct code_names_parts *p, struct str record)
{
	struct str rest = record;

	*p = (struct code_names_parts){ 0 };
	if (record.n < offsetof(struct code_names, bytes))
		return false;
	memcpy(&p->head, record.p, offsetof(struct code_names, bytes));
	rest = str_skip(rest, offsetof(struct code_names, bytes));
	return cut_bytes(&rest, &p->name, p->head.name.copied) &&
	       cut_bytes(&rest, &p->file, p->head.file.copied) &&
	       cut_bytes(&rest, &p->lines, p->head.lines) &&
	       cut_bytes(&rest, &p->table, p->head.table);
}

uint32_t code_names_copy(const struct interp_memory *m, struct code_names *to, uint64_t at,
			 uint64_t n, size_t most)
{
	uint32_t size = (uint32_t)min_size(n, most - 1);

	if (!size || !m->read(m->context, at, to->bytes + to->copied, size))
		return 0;
	to->copied += size;
	return size;
}
