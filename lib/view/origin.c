#include "view/origin.h"

#include <time.h>

#include "io/number.h"
#include "profile/unit.h"

static void begin_part(struct buf *b)
{
	if (b->n)
		buf_add(b, S(" \xc2\xb7 "));
}

static void put_fact(struct buf *b, const struct profile *p, struct str key)
{
	struct str value = profile_fact(p, key);

	if (!value.n)
		return;
	begin_part(b);
	buf_add(b, value);
}

static void put_time(struct buf *b, const struct profile *p)
{
	time_t seconds = (time_t)(p->head.time / 1000000000);
	char text[64];
	struct tm tm;

	if (p->head.time <= 0 || !gmtime_r(&seconds, &tm) ||
	    !strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%SZ", &tm))
		return;
	begin_part(b);
	buf_add(b, str_of(text));
	if (p->head.duration > 0) {
		buf_add(b, S(", "));
		unit_print(b, (double)p->head.duration, S("nanoseconds"));
	}
}

static void put_count(struct buf *b, const struct profile *p, struct str key)
{
	struct str value = profile_fact(p, key);
	uint64_t n;

	if (!str_u64(value, &n) || !n)
		return;
	begin_part(b);
	number_grouped(b, (double)n);
	buf_ch(b, ' ');
	buf_add(b, key);
}

void origin_put(struct buf *b, const struct profile *p)
{
	struct buf line = { 0 };

	put_fact(&line, p, S("command"));
	put_fact(&line, p, S("host"));
	put_time(&line, p);
	put_count(&line, p, S("lost"));
	put_count(&line, p, S("truncated"));
	if (p->nprofile > 1) {
		begin_part(&line);
		buf_printf(&line, "%u profiles", p->nprofile);
	}
	buf_add(b, buf_str(&line));
	buf_release(&line);
}
