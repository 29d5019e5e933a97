#include "io/tsv.h"

static void put_escaped(struct buf *b, struct str s, const char *special, const char *letters)
{
	for (size_t i = 0; i < s.n; i++) {
		const char *at = s.p[i] ? strchr(special, s.p[i]) : NULL;

		if (at)
			buf_ch(b, '\\');
		buf_ch(b, at ? letters[at - special] : s.p[i]);
	}
}

void tsv_text(struct buf *b, struct str s)
{
	put_escaped(b, s, "\t\n\\", "tn\\");
}

void tsv_item(struct buf *b, struct str s)
{
	put_escaped(b, s, "\t\n\\;", "tn\\;");
}
