/*
 * Tachyon's binary files: those of CPython's "python -m profiling.sampling --binary".
 *
 *	header, 64 bytes	magic, version, interval, where the tables are ...
 *	samples			a zstd frame, or as they are
 *	strings			length, UTF-8
 *	frames			file, function, line, end line, column, end column, opcode
 *	statistics		optional
 *	footer, 32 bytes	how many strings and frames there are
 *
 * A sample is a change of its thread's previous stack: frames are removed at the leaf, and
 * others added. Times and lengths are LEB128, times in us since the thread's previous sample;
 * numbers of a fixed size have the byte order of the recording machine. Files of CPython 3.15's
 * first alphas have a 32-bit count of samples in the header, under the same version: the reader
 * takes the layout in which the tables lie within the file.
 *
 * Source: InternalDocs/profiling_binary_format.md of CPython.
 */
#include "format/format.h"
#include "format/json/tree_samples.h"
#include "io/codec.h"

enum {
	MAGIC = 0x54414348,
	HEADER = 64,
	FOOTER = 32,
	UNPACKED_AT_ONCE = 256 << 10,
};

enum { STACK_REPEAT, STACK_FULL, STACK_SUFFIX, STACK_POP_PUSH };

struct thread_key {
	uint64_t id;
	uint32_t interpreter;
	uint32_t one; /* always 1: a thread of zeros differs from "none" */
};

struct thread {
	uint64_t time;       /* us, of its latest sample */
	VEC(uint32_t) nodes; /* of its stack, root first: each is a child of the previous one */
};

/* Samples of a thread in one state. */
struct state_key {
	uint32_t thread; /* its row */
	uint32_t status;
};

_Static_assert(sizeof(struct thread_key) == 16 && sizeof(struct state_key) == 8, "no padding");

struct tachyon {
	struct in *in;
	struct profile *p;
	bool big_endian;
	uint64_t start, interval; /* us */
	uint64_t nsample;         /* as the header says */
	uint64_t strings_at, frames_at;
	uint32_t compression, mode; /* mode: what was sampled, 0 = not known */
	uint32_t nstring, nframe;
	struct table threads;      /* struct thread_key */
	VEC(struct thread) thread; /* by its row */
	struct table states;       /* struct state_key; the row is the group of samples */
	struct table nodes;        /* struct tree_node */
	VEC(str_id) strings;
	VEC(loc_id) locs; /* by frame, from 1 */
	uint32_t count_col, value_col;
	struct tree_samples samples;
	uint64_t nread;
};

/* The header */

/* Read the fields after the count of samples, whose size in bytes is given. */
static bool read_layout(struct tachyon *t, struct cursor c, unsigned count_size, uint64_t size)
{
	t->nsample = cursor_int(&c, count_size);
	cursor_skip(&c, 4); /* threads */
	t->strings_at = cursor_u64(&c);
	t->frames_at = cursor_u64(&c);
	t->compression = cursor_u32(&c);
	t->mode = count_size == 8 ? cursor_u32(&c) : 0;
	return t->strings_at >= HEADER && t->strings_at <= t->frames_at &&
	       t->frames_at <= size - FOOTER;
}

static bool read_header(struct tachyon *t, struct str bytes)
{
	struct cursor c = cursor_over(bytes), footer;
	uint32_t version;

	if (bytes.n < HEADER + FOOTER)
		return in_fail_at(t->in, bytes.n, "the file is cut short");
	t->big_endian = c.big_endian = bytes.p[0] == 'T';
	cursor_skip(&c, 4);
	version = cursor_u32(&c);
	if (version != 1)
		return in_fail_at(t->in, 4, "version %u of the format, which is not known",
				  version);
	cursor_skip(&c, 4); /* Python's version */
	t->start = cursor_u64(&c);
	t->interval = cursor_u64(&c);
	if (!read_layout(t, c, 8, bytes.n) && !read_layout(t, c, 4, bytes.n))
		return in_fail_at(t->in, cursor_pos(&c),
				  "the tables lie outside the file, which may be cut short");
	if (t->compression > 1)
		return in_fail_at(t->in, 56, "compression %u, which is not known", t->compression);
	footer = cursor_from(bytes, bytes.n - FOOTER);
	footer.big_endian = t->big_endian;
	t->nstring = cursor_u32(&footer);
	t->nframe = cursor_u32(&footer);
	return true;
}

/* The tables */

static bool read_strings(struct tachyon *t, struct str bytes)
{
	struct cursor c = cursor_at(str(bytes.p + t->strings_at, t->frames_at - t->strings_at),
				    t->strings_at);

	if (!cursor_has_records(&c, t->nstring, 1))
		return cursor_error(&c, t->in, "%u strings, and no room for them", t->nstring);
	for (uint32_t i = 0; i < t->nstring; i++)
		vec_push(&t->strings, dict_intern(t->p->dict, cursor_bytes(&c, cursor_uleb(&c))));
	return !c.failed || cursor_error(&c, t->in, "the strings are cut short");
}

/* A line or column: none if it is negative or does not fit. */
static uint32_t position(int64_t v)
{
	return v > 0 && v < INT32_MAX ? (uint32_t)v : 0;
}

static bool read_frame(struct tachyon *t, struct cursor *c)
{
	uint64_t file = cursor_uleb(c), name = cursor_uleb(c);
	int64_t line = pb_unzigzag(cursor_uleb(c)), column;
	struct func f = { 0 };
	struct loc row = { .line = position(line) };

	cursor_uleb(c); /* end of the line */
	column = pb_unzigzag(cursor_uleb(c));
	cursor_uleb(c); /* end of the column */
	cursor_u8(c);   /* opcode */
	if (c->failed)
		return cursor_error(c, t->in, "the frames are cut short");
	if (file >= t->strings.n || name >= t->strings.n)
		return cursor_error(c, t->in, "frame %zu names a string that is not there",
				    t->locs.n - 1);
	f.name = t->strings.v[name];
	if (!str_eq(dict_text(t->p->dict, t->strings.v[file]), S("~"))) /* "~" stands for no file */
		f.file = t->strings.v[file];
	row.func = dict_add_func(t->p->dict, f);
	row.column = column < 0 ? 0 : position(column + 1);
	vec_push(&t->locs, dict_add_loc(t->p->dict, row));
	return true;
}

static bool read_frames(struct tachyon *t, struct str bytes)
{
	enum { LEAST = 7 }; /* bytes of a frame */
	struct cursor c = cursor_at(str(bytes.p + t->frames_at, bytes.n - FOOTER - t->frames_at),
				    t->frames_at);

	if (!cursor_has_records(&c, t->nframe, LEAST))
		return cursor_error(&c, t->in, "%u frames, and no room for them", t->nframe);
	vec_push(&t->locs, (loc_id){ 0 });
	for (uint32_t i = 0; i < t->nframe; i++)
		if (!read_frame(t, &c))
			return false;
	if (cursor_rest(&c).n >= HEADER + FOOTER) /* statistics are shorter */
		return cursor_error(&c, t->in, "another profile follows: read one at a time");
	return true;
}

/* Samples */

/* The label "state": what the thread was doing. */
static label_set_id add_state(struct tachyon *t, label_set_id labels, uint32_t status)
{
	static const char *const flags[] = { "gil", "cpu", "unknown", "waits for gil",
					     "exception" };
	struct buf text = { 0 };

	for (size_t i = 0; i < LEN(flags); i++)
		if (status >> i & 1)
			buf_printf(&text, "%s%s", text.n ? ", " : "", flags[i]);
	if (text.n)
		labels = dict_add_text_label(t->p->dict, labels, S("state"), buf_str(&text));
	buf_release(&text);
	return labels;
}

static uint32_t group_of(struct tachyon *t, uint32_t thread, uint8_t status)
{
	struct state_key key = { thread, status };
	uint32_t row = table_intern(&t->states, &key);
	const struct thread_key *k;
	label_set_id labels = { 0 };

	if (row <= t->samples.groups.n)
		return row;
	k = table_row(&t->threads, thread);
	labels = dict_add_number_label(t->p->dict, labels, S("tid"), (int64_t)k->id);
	if (k->interpreter)
		labels = dict_add_number_label(t->p->dict, labels, S("interpreter"),
					       k->interpreter);
	return tree_group(&t->samples, add_state(t, labels, status), t->count_col, t->value_col);
}

static void add_sample(struct tachyon *t, uint32_t row, uint64_t delta, uint8_t status)
{
	struct thread *thread = &t->thread.v[row];
	uint32_t node = thread->nodes.n ? vec_last(&thread->nodes) : 0;

	thread->time += delta;
	t->nread++;
	tree_add(&t->samples, group_of(t, row, status), node, thread->time * 1000, 1,
		 (struct json_decimal){ .whole = sat_mul(t->p, (int64_t)t->interval, 1000) });
}

static bool read_repeats(struct tachyon *t, struct cursor *c, uint32_t row)
{
	for (uint64_t n = cursor_uleb(c); n && !c->failed; n--) {
		uint64_t delta = cursor_uleb(c);
		uint8_t status = cursor_u8(c);

		if (!c->failed)
			add_sample(t, row, delta, status);
	}
	return true;
}

/* Put n frames on the stack; they come leaf first. */
static bool push_frames(struct tachyon *t, struct cursor *c, struct thread *thread, uint64_t n)
{
	size_t root = thread->nodes.n;

	if (!cursor_has_records(c, n, 1))
		return true;
	vec_append_zeroed(&thread->nodes, n);
	for (size_t i = thread->nodes.n; i-- > root;) {
		uint64_t frame = cursor_uleb(c);

		if (frame >= t->nframe)
			return cursor_error(c, t->in, "frame %llu of %u frames",
					    (unsigned long long)frame, t->nframe);
		thread->nodes.v[i] = (uint32_t)frame + 1;
	}
	for (size_t i = root; i < thread->nodes.n; i++) {
		struct tree_node node = { i ? thread->nodes.v[i - 1] : 0, thread->nodes.v[i] };

		thread->nodes.v[i] = table_intern(&t->nodes, &node);
	}
	return true;
}

static uint32_t thread_row(struct tachyon *t, uint64_t id, uint32_t interpreter)
{
	uint32_t row = table_intern(&t->threads, &(struct thread_key){ id, interpreter, 1 });

	if (row == t->thread.n)
		vec_push(&t->thread, { .time = t->start });
	return row;
}

static bool read_sample(struct tachyon *t, struct cursor *c)
{
	uint64_t id = cursor_u64(c), delta, keep = 0, n;
	uint32_t row = thread_row(t, id, cursor_u32(c));
	uint8_t encoding = cursor_u8(c), status;
	struct thread *thread = &t->thread.v[row];

	if (encoding > STACK_POP_PUSH)
		return cursor_error(c, t->in, "a stack of kind %u, which is not known", encoding);
	if (encoding == STACK_REPEAT)
		return read_repeats(t, c, row);
	delta = cursor_uleb(c);
	status = cursor_u8(c);
	if (encoding == STACK_SUFFIX)
		keep = cursor_uleb(c);
	if (encoding == STACK_POP_PUSH) {
		keep = cursor_uleb(c); /* after the removed frames */
		keep = keep <= thread->nodes.n ? thread->nodes.n - keep : UINT64_MAX;
	}
	if (keep > thread->nodes.n)
		return cursor_error(c, t->in, "a stack keeps more frames than the one before has");
	thread->nodes.n = (size_t)keep;
	n = cursor_uleb(c);
	if (!push_frames(t, c, thread, n))
		return false;
	if (!c->failed)
		add_sample(t, row, delta, status);
	return true;
}

static bool unpack(struct tachyon *t, struct str packed, struct buf *to)
{
	void *state = codec_zstd.open();
	enum codec_result result = CODEC_MORE;
	const char *why = "it is cut short";

	while (result == CODEC_MORE) {
		size_t room = UNPACKED_AT_ONCE;

		if (!in_fits(t->in, to->n + room, 2))
			break;
		result = codec_zstd.decode(state, &packed, buf_room(to, room), &room, &why);
		to->n += room;
		if (result == CODEC_MORE && !packed.n && !room)
			break;
	}
	codec_zstd.close(state);
	return result == CODEC_FRAME ||
	       in_fail_at(t->in, HEADER, "what is compressed is damaged: %s", why);
}

static bool read_samples(struct tachyon *t, struct str bytes)
{
	struct str data = str(bytes.p + HEADER, (size_t)(t->strings_at - HEADER));
	struct buf unpacked = { 0 };
	bool ok = true;

	if (t->compression && data.n) {
		ok = unpack(t, data, &unpacked);
		data = buf_str(&unpacked);
	}
	if (ok) {
		struct cursor c = cursor_at(data, t->compression ? 0 : HEADER);

		c.big_endian = t->big_endian;
		while (ok && cursor_left(&c))
			ok = read_sample(t, &c);
		if (ok && c.failed)
			ok = cursor_error(&c, t->in, "the samples are cut short");
	}
	buf_release(&unpacked);
	return ok;
}

/* The whole */

/* The sample types of the modes; samples of the last two modes have no time. */
static void add_columns(struct tachyon *t)
{
	static const char *const types[] = { "samples", "wall", "cpu", "gil", "wall", "samples" };
	const char *type = types[t->mode < LEN(types) ? t->mode : 0];
	struct header *h = &t->p->head;
	str_id name = dict_intern(t->p->dict, str_of(type)),
	       ns = dict_intern(t->p->dict, S("nanoseconds"));
	int64_t scale;

	t->count_col = profile_column(t->p, dict_intern(t->p->dict, S("samples")),
				      dict_intern(t->p->dict, S("count")), &scale);
	t->value_col = TREE_NO_COLUMN;
	h->time = sat_mul(t->p, (int64_t)min_size(t->start, INT64_MAX), 1000);
	if (str_eq(str_of(type), S("samples")))
		return;
	t->value_col = profile_column(t->p, name, ns, &scale);
	h->period_type = h->default_type = name;
	h->period_unit = ns;
	h->period = sat_mul(t->p, (int64_t)t->interval, 1000);
}

static bool read_tachyon(struct tachyon *t, struct str bytes)
{
	if (!read_header(t, bytes) || !read_strings(t, bytes) || !read_frames(t, bytes))
		return false;
	add_columns(t);
	if (!read_samples(t, bytes))
		return false;
	if (t->nread != t->nsample)
		in_note(t->in, 0, "the header counts %llu samples, and there are %llu",
			(unsigned long long)t->nsample, (unsigned long long)t->nread);
	return tree_finish(&t->samples, (const struct tree_node *)t->nodes.rows, t->nodes.n,
			   t->locs.v, t->locs.n);
}

static bool tachyon_read(struct in *in, struct profile *p)
{
	struct tachyon t = { .in = in, .p = p };
	struct str bytes;

	table_init(&t.threads, sizeof(struct thread_key), sizeof(struct thread_key));
	table_init(&t.states, sizeof(struct state_key), sizeof(struct state_key));
	table_init(&t.nodes, sizeof(struct tree_node), sizeof(struct tree_node));
	vec_push(&t.thread, { 0 });
	tree_samples_init_in(&t.samples, in, p);
	if (in_map(in, &bytes))
		read_tachyon(&t, bytes);
	for (size_t i = 0; i < t.thread.n; i++)
		vec_release(&t.thread.v[i].nodes);
	tree_samples_release(&t.samples);
	table_release(&t.threads);
	table_release(&t.states);
	table_release(&t.nodes);
	vec_release(&t.thread);
	vec_release(&t.strings);
	vec_release(&t.locs);
	return !in->failed;
}

static int tachyon_sniff(struct sniff *s)
{
	return str_starts(s->head, S("HCAT")) || str_starts(s->head, S("TACH")) ? 32 : 0;
}

const struct format format_tachyon = {
	.name = "tachyon",
	.help = "binary files of CPython's profiling.sampling",
	.sniff = tachyon_sniff,
	.read = tachyon_read,
};
