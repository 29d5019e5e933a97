#include "store/log.h"

#include "store/log_record.h"

static bool log_head_check(struct log *l)
{
	struct cursor c = cursor_over(l->file);
	struct str magic = cursor_bytes(&c, 8);
	uint32_t version = cursor_u32(&c);

	if (cursor_u32(&c) || c.failed || !str_eq(magic, S("proflogs"))) {
		in_fail_at(&l->in, 0, "the beginning of the log is damaged");
		l->head_is_damaged = true;
		return true;
	}
	if (version != STORE_LOG_VERSION)
		return in_fail_at(&l->in, 8, "the log is of version %u; this program reads %d",
				  version, STORE_LOG_VERSION);
	return true;
}

bool log_open(struct log *l, const char *path, struct dictionary *dict)
{
	*l = (struct log){ .dict = dict, .at = LOG_HEAD };
	row_numbers_begin(&l->numbers);
	if (!in_open_with(&l->in, path, &(struct in_options){ .plain = true }) ||
	    !in_map(&l->in, &l->file))
		return false;
	if (l->file.n < LOG_HEAD) {
		l->torn = l->file.n; /* its writer has not completed the head */
		l->at = l->file.n;
		return true;
	}
	return log_head_check(l);
}

/* Finding records */

/* The head of the record at that offset: its flags and section. False if there is none. */
static bool record_head_at(const struct log *l, size_t at, uint32_t *flags, struct section *s)
{
	struct cursor c = cursor_over(l->file);
	uint32_t magic;

	cursor_skip(&c, at);
	magic = cursor_u32(&c);
	*flags = cursor_u32(&c);
	s->size = cursor_u32(&c);
	s->raw = cursor_u32(&c);
	s->check = cursor_u64(&c);
	s->at = at + LOG_RECORD_HEAD;
	return cursor_u64(&c) == check_bytes(str(l->file.p + at, LOG_CHECKED_HEAD)) && !c.failed &&
	       magic == LOG_MAGIC;
}

/* The whole record at that offset. False if there is none. */
static bool record_at(const struct log *l, size_t at, uint32_t *flags, struct section *s)
{
	return l->file.n - at >= LOG_RECORD_HEAD && record_head_at(l, at, flags, s) &&
	       s->size <= l->file.n - s->at &&
	       check_bytes(str(l->file.p + s->at, (size_t)s->size)) == s->check;
}

/* Where the next whole record begins, or the end. */
static size_t next_record(const struct log *l, size_t at)
{
	uint32_t magic = LOG_MAGIC, flags;
	struct section s;

	while (at < l->file.n) {
		ptrdiff_t found = str_find(str_skip(l->file, at),
					   str((const char *)&magic, sizeof(magic)));

		if (found < 0)
			return l->file.n;
		at += (size_t)found;
		if (record_at(l, at, &flags, &s))
			return at;
		at++;
	}
	return l->file.n;
}

/*
 * Do the bytes [at, next) begin a record that its writer did not finish?
 * An unfinished record is shorter than its head says; a damaged one is not.
 */
static bool is_torn(const struct log *l, size_t at, size_t next)
{
	uint32_t flags;
	struct section s;

	if (next - at < LOG_RECORD_HEAD)
		return true;
	return record_head_at(l, at, &flags, &s) && s.size > next - s.at;
}

/* After a crash, a file system may leave zeros where bytes were never written. */
static bool are_zeros(struct str s)
{
	return s.n && !s.p[0] && memcmp(s.p, s.p + 1, s.n - 1) == 0;
}

/* Skip what is not a record. */
static void pass_over(struct log *l)
{
	size_t next = next_record(l, l->at);
	uint64_t n = next - l->at;

	if (is_torn(l, l->at, next) || are_zeros(str(l->file.p + l->at, n))) {
		l->torn += n;
	} else {
		l->damaged += n;
		l->has_dict = false;
		in_fail_at(&l->in, l->at, "%llu bytes of the log are damaged",
			   (unsigned long long)n);
	}
	l->at = next;
}

/* Reading them */

static bool parts_get(struct log *l, struct cursor *c)
{
	struct log_record *r = &l->record;

	r->npart = CHUNK_VALUES + r->series.type.n;
	r->part = mem_grow(r->part, &l->part_cap, r->npart, sizeof(*r->part));
	for (size_t i = 0; i < r->npart; i++)
		r->part[i] = get_text(c);
	return !c->failed && !cursor_left(c);
}

static bool body_get(struct log *l, const struct section *s, uint32_t flags)
{
	struct cursor c;

	if (flags & LOG_BEGINS_DICTIONARY) {
		row_numbers_begin(&l->numbers);
		l->has_dict = true;
	}
	if (!l->has_dict)
		return in_fail_at(&l->in, s->at, "the profile needs a record that is damaged");
	if (!section_unpack(s, &l->in, l->file, &l->body))
		return false;
	c = cursor_at(buf_str(&l->body), s->at);
	if (!symbols_get(&c, l->dict, &l->numbers) ||
	    !stacks_get(&c, l->dict, &l->numbers, NULL, 0))
		return false;
	l->record.symbols = cursor_pos(&c) - s->at;
	return series_get(&l->record.series, get_text(&c)) && parts_get(l, &c);
}

/*
 * Records that are joined are read only if all of them are there: what a crash has left of
 * them is skipped. Damage to one of them does not hide the others.
 */
static bool group_is_whole(struct log *l, uint32_t flags, const struct section *first)
{
	size_t at = first->at + first->size;
	struct section s;

	if (l->at < l->joined_to)
		return true;
	while (flags & LOG_GOES_ON) {
		if (!record_at(l, at, &flags, &s)) {
			if (at >= l->file.n || is_torn(l, at, next_record(l, at)))
				return false;
			break;
		}
		if (!(flags & LOG_FOLLOWS))
			return false;
		at = s.at + s.size;
	}
	l->joined_to = at;
	return true;
}

bool log_next(struct log *l)
{
	uint32_t flags;
	struct section s;

	while (l->at < l->file.n) {
		if (!record_at(l, l->at, &flags, &s)) {
			pass_over(l);
			continue;
		}
		if (!group_is_whole(l, flags, &s)) {
			l->torn += LOG_RECORD_HEAD + s.size;
			l->at += LOG_RECORD_HEAD + s.size;
			l->has_dict = false;
			continue;
		}
		l->at += LOG_RECORD_HEAD + s.size;
		l->record.size = LOG_RECORD_HEAD + s.size;
		if (body_get(l, &s, flags))
			return true;
		in_fail_at(&l->in, s.at, "the record is malformed");
		l->damaged += l->record.size;
		l->has_dict = false;
	}
	return false;
}

void log_rewind(struct log *l)
{
	l->at = min_size(LOG_HEAD, l->file.n);
	l->joined_to = 0;
	l->has_dict = false;
	l->torn = l->file.n < LOG_HEAD ? l->file.n : 0;
	l->damaged = l->head_is_damaged ? LOG_HEAD : 0;
}

void log_close(struct log *l)
{
	series_release(&l->record.series);
	mem_free(l->record.part, l->part_cap * sizeof(*l->record.part));
	row_numbers_release(&l->numbers);
	buf_release(&l->body);
	in_close(&l->in);
	in_release(&l->in);
}
