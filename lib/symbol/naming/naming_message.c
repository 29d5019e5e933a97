#include "symbol/naming/naming_message.h"

static void write_u32(struct buf *to, uint32_t v)
{
	buf_put(to, &v, sizeof(v));
}

static void write_text(struct buf *to, struct str s)
{
	write_u32(to, (uint32_t)s.n);
	buf_add(to, s);
}

static struct str read_text(struct cursor *c)
{
	struct str s = cursor_bytes(c, cursor_u32(c));

	if (s.n > NAMING_MOST_TEXT || (s.n && memchr(s.p, '\0', s.n)))
		cursor_fail(c);
	return s;
}

/* Questions */

static void read_limits(struct cursor *c, struct naming_limits *l)
{
	l->address_space = cursor_u64(c);
	l->cpu_seconds = cursor_u64(c);
}

void naming_opened_write(struct buf *to, struct naming_limits limits, uint32_t which)
{
	buf_put(to, &limits, sizeof(limits));
	write_u32(to, which);
}

bool naming_opened_read(struct str body, struct naming_limits *limits, uint32_t *which)
{
	struct cursor c = cursor_over(body);

	read_limits(&c, limits);
	*which = cursor_u32(&c);
	return !c.failed;
}

void naming_question_write(struct buf *to, const struct naming_question *q)
{
	buf_put(to, &q->limits, sizeof(q->limits));
	write_text(to, q->name);
	write_text(to, q->build_id);
	write_u32(to, q->symbolizers);
	write_u32(to, q->flags);
	write_u32(to, q->nplace);
	buf_put(to, q->place, q->nplace * sizeof(*q->place));
}

bool naming_question_read(struct str body, struct naming_question *q, struct buf *places)
{
	struct cursor c = cursor_over(body);

	read_limits(&c, &q->limits);
	q->name = read_text(&c);
	q->build_id = read_text(&c);
	q->symbolizers = cursor_u32(&c);
	q->flags = cursor_u32(&c);
	q->nplace = cursor_u32(&c);
	places->n = 0;
	buf_add(places, cursor_bytes(&c, (uint64_t)q->nplace * sizeof(*q->place)));
	q->place = (const struct symbol_place *)places->p;
	return !c.failed;
}

/* Answers */

void naming_answer_write(struct buf *to, uint32_t place, uint32_t n)
{
	write_u32(to, place);
	write_u32(to, n);
}

void naming_frame_write(struct buf *to, const struct named_frame *f)
{
	write_text(to, f->name);
	write_text(to, f->linkage);
	write_text(to, f->module);
	write_text(to, f->file);
	write_u32(to, f->line);
	write_u32(to, f->start_line);
}

void naming_answer_read(struct cursor *c, uint32_t *place, uint32_t *n)
{
	*place = cursor_u32(c);
	*n = cursor_u32(c);
}

void naming_frame_read(struct cursor *c, struct named_frame *f)
{
	f->name = read_text(c);
	f->linkage = read_text(c);
	f->module = read_text(c);
	f->file = read_text(c);
	f->line = cursor_u32(c);
	f->start_line = cursor_u32(c);
}

bool naming_frames_valid(struct str body, uint32_t nplace, uint32_t *next)
{
	struct cursor c = cursor_over(body);

	while (cursor_left(&c)) {
		struct named_frame f;
		uint32_t place, n;

		naming_answer_read(&c, &place, &n);
		if (place < *next || place >= nplace || !n || n > NAMING_MOST_FRAMES)
			return false;
		*next = place + 1;
		for (uint32_t i = 0; i < n; i++)
			naming_frame_read(&c, &f);
	}
	return !c.failed;
}
