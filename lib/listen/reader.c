/*
 * Group commit: a reader reads all waiting uploads, writes them to the disk together, and then
 * answers all of them. At one upload a second, each is a group of its own; at a thousand, the
 * next group gathers while the disk is busy.
 */
#include "listen/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/vec.h"
#include "base/when.h"
#include "listen/confine.h"
#include "listen/reader_message.h"

enum {
	GROUP_MOST = 128,     /* most uploads that are answered together */
	GROUP_NS = 10000000,  /* how long the first upload of a group may wait for more */
	KEEP_BYTES = 1 << 20, /* of the buffer of received bytes, kept between uploads */
	RECEIVE = 256 << 10,
};

struct group_member {
	struct answer_head head;
	bool kept;
	char tenant[160];
	struct buf text; /* message and notes */
};

struct reader {
	struct sink *sink;
	const struct upload_limits *limits;
	struct reader_slot *slot;
	struct buf in; /* received bytes; [at, n) is unread */
	size_t at;
	VEC(struct group_member) group;
	int64_t group_began;
};

/* One upload */

static bool add_to_sink(struct upload_reader *u, label_set_id labels)
{
	return sink_add(u->context, u, labels);
}

static void read_upload(struct reader *r, const struct upload *u, struct group_member *m)
{
	struct upload_reader reader = { .upload = u,
					.limits = r->limits,
					.now = when_now(),
					.add = add_to_sink,
					.context = r->sink,
					.status = 200 };

	reader.p = sink_begin(r->sink, &reader, u->field[UPLOAD_TENANT]);
	if (reader.p) {
		m->kept = upload_read(&reader);
		sink_end(r->sink, m->kept);
	}
	m->head.status = (uint32_t)reader.status;
	m->head.retry_after = reader.retry_after;
	m->head.nprofile = m->kept ? reader.nprofile : 0;
	m->head.unpacked = reader.unpacked;
	m->head.nmessage = (uint32_t)reader.message.n;
	m->head.nnotes = (uint32_t)reader.notes.n;
	m->text = reader.message;
	buf_add(&m->text, buf_str(&reader.notes));
	buf_release(&reader.notes);
}

/* The next upload that is received completely, if any. */
static bool next_upload(struct reader *r, struct upload_head *head, struct upload *u, size_t *size)
{
	struct str got = str_skip(buf_str(&r->in), r->at);
	size_t at = sizeof(*head);

	if (got.n < sizeof(*head))
		return false;
	memcpy(head, got.p, sizeof(*head));
	u->kind = (enum upload_kind)head->kind;
	for (int i = 0; i < UPLOAD_FIELDS; i++) {
		if (got.n - at < head->size[i])
			return false;
		u->field[i] = str(got.p + at, head->size[i]);
		at += head->size[i];
	}
	*size = at;
	return true;
}

static bool take_upload(struct reader *r)
{
	struct group_member m = { 0 };
	struct upload_head head;
	struct upload u = { 0 };
	size_t size;

	if (!next_upload(r, &head, &u, &size))
		return false;
	if (!r->group.n)
		r->group_began = monotonic_ns();
	atomic_store(&r->slot->since, monotonic_ns());
	atomic_store(&r->slot->reading, head.id);
	m.head.id = head.id;
	memcpy(m.tenant, u.field[UPLOAD_TENANT].p,
	       min_size(u.field[UPLOAD_TENANT].n, sizeof(m.tenant) - 1));
	read_upload(r, &u, &m);
	atomic_store(&r->slot->reading, 0);
	vec_push(&r->group, m);
	r->at += size;
	return true;
}

/* The group */

static void send_all(struct str s)
{
	while (s.n) {
		ssize_t n = send(READER_SOCKET, s.p, s.n, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			_exit(0); /* the program has ended */
		s = str_skip(s, (size_t)n);
	}
}

static void refuse_member(struct group_member *m, const struct sink_failure *why)
{
	m->head.status = 503;
	m->head.retry_after = 10;
	m->head.flags = why->is_closed ? ANSWER_CLOSED : 0;
	m->head.nprofile = 0;
	m->head.nmessage = (uint32_t)why->message.n;
	m->head.nnotes = 0;
	m->text.n = 0;
	buf_add(&m->text, buf_str(&why->message));
}

static void commit_group(struct reader *r)
{
	struct sink_failure why;
	struct buf answers = { 0 };
	int64_t began = monotonic_ns();
	size_t kept = 0;

	atomic_store(&r->slot->written, vec_last(&r->group).head.id);
	sink_commit(r->sink, &why);
	for (size_t i = 0; i < r->group.n; i++) {
		struct group_member *m = &r->group.v[i];

		if (m->kept && sink_has_failed(&why, kept++, str_of(m->tenant)))
			refuse_member(m, &why);
		m->head.group = i ? 0 : (uint32_t)r->group.n;
		m->head.commit_us = (uint32_t)((monotonic_ns() - began) / 1000);
		buf_put(&answers, &m->head, sizeof(m->head));
		buf_add(&answers, buf_str(&m->text));
		buf_release(&m->text);
	}
	send_all(buf_str(&answers));
	vec_clear(&r->group);
	buf_release(&answers);
	buf_release(&why.message);
	buf_release(&why.tenants);
}

/* Move unread bytes to the front, and free the memory that one large body needed. */
static void tidy_input(struct reader *r)
{
	size_t left = r->in.n - r->at;

	if (left && r->at)
		memmove(r->in.p, r->in.p + r->at, left);
	r->in.n = left;
	r->at = 0;
	if (!left && r->in.cap > KEEP_BYTES)
		buf_release(&r->in);
}

/* False when no more bytes are available now. */
static bool receive(struct reader *r, bool wait)
{
	size_t room;
	ssize_t n;

	if (r->at > KEEP_BYTES || r->at == r->in.n)
		tidy_input(r);
	buf_room(&r->in, RECEIVE);
	room = r->in.cap - r->in.n;
	do {
		n = recv(READER_SOCKET, r->in.p + r->in.n, room, wait ? 0 : MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return false;
	if (n <= 0) {
		if (r->group.n)
			commit_group(r);
		sink_close(r->sink);
		_exit(0);
	}
	r->in.n += (size_t)n;
	return true;
}

static bool group_is_full(const struct reader *r)
{
	return r->group.n >= GROUP_MOST ||
	       (r->group.n && monotonic_ns() - r->group_began >= GROUP_NS);
}

void reader_main(unsigned slot, const struct sink_options *sink, const struct upload_limits *limits)
{
	struct sink_options own = *sink;
	struct reader_shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
					    MAP_SHARED, READER_SHARED, 0);
	struct reader r = { .limits = limits };

	if (shared == MAP_FAILED || slot >= READERS_MOST)
		_exit(1);
	confine_reader(sink);
	mem_exhausted_status(READER_NO_MEMORY);
	own.lock = &shared->lock;
	r.slot = &shared->slot[slot];
	r.sink = sink_open(&own);
	for (;;) {
		while (!group_is_full(&r) && take_upload(&r))
			;
		if (!group_is_full(&r) && receive(&r, !r.group.n))
			continue;
		if (r.group.n)
			commit_group(&r);
	}
}
