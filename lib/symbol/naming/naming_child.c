#include "symbol/naming/naming_child.h"

#include <unistd.h>

#include "base/table.h"
#include "symbol/mapped_file.h"
#include "symbol/naming/naming_message.h"
#include "symbol/naming/sandbox.h"
#include "symbol/other_file.h"

/* Answers are sent once they have this many bytes. */
enum { ENOUGH = 64 << 10 };

struct naming_child {
	const struct symbol_options *options;
	struct naming_channel channel;
	struct strings linkage; /* linkage names that were demangled */
	struct buf *demangled;  /* the results, by number of the linkage name */
	size_t cap;
	struct buf places;        /* of the question */
	struct buf frames;        /* struct symbol_frame: of the place at hand */
	struct buf answer, notes; /* to be sent */
	struct buf path;          /* scratch */
};

static void tell(struct naming_child *c, uint32_t kind, struct buf *body)
{
	if (!naming_send(&c->channel, kind, buf_str(body), -1))
		_exit(0);
	body->n = 0;
}

/* Names */

/* Demangles a linkage name. Results are cached, since names repeat often. */
static struct str demangle(struct naming_child *c, struct str linkage)
{
	uint32_t known = c->linkage.n, i = strings_intern(&c->linkage, linkage);
	struct buf *name;

	c->demangled = mem_grow(c->demangled, &c->cap, i + 1, sizeof(*c->demangled));
	name = &c->demangled[i];
	if (i == known) {
		*name = (struct buf){ 0 };
		if (!name_demangle(name, linkage, c->options->demangle))
			buf_release(name);
	}
	return name->n ? buf_str(name) : linkage;
}

static struct str bounded(struct str s)
{
	const char *nul = s.n ? memchr(s.p, '\0', s.n) : NULL;

	s.n = nul ? (size_t)(nul - s.p) : s.n;
	return str(s.p, min_size(s.n, NAMING_MOST_TEXT));
}

/* A stub is "malloc@plt"; such a name has no mangled spelling. */
static void write_frame(struct naming_child *c, const struct symbol_frame *f)
{
	struct named_frame to = { .module = bounded(f->module),
				  .line = f->line,
				  .start_line = f->start_line };
	struct buf stub = { 0 };

	to.name = bounded(f->linkage.n ? demangle(c, f->linkage) : f->name);
	to.linkage = bounded(f->linkage);
	if (f->plt) {
		buf_add(&stub, str(to.name.p, min_size(to.name.n, NAMING_MOST_TEXT - 4)));
		buf_add(&stub, S("@plt"));
		to.name = buf_str(&stub);
		to.linkage = S("");
	}
	c->path.n = 0;
	source_path_print(&c->path, &f->file);
	to.file = bounded(buf_str(&c->path));
	naming_frame_write(&c->answer, &to);
	buf_release(&stub);
}

/* Questions */

static void answer_place(struct naming_child *c, const struct mapped_file *file,
			 const struct symbol_place *at, uint32_t i)
{
	const struct symbol_frame *frame;
	size_t n;

	c->frames.n = 0;
	if (!mapped_file_find(file, *at, &c->frames))
		return;
	frame = (const struct symbol_frame *)c->frames.p;
	n = min_size(BUF_COUNT(&c->frames, *frame), NAMING_MOST_FRAMES);
	naming_answer_write(&c->answer, i, (uint32_t)n);
	for (size_t j = 0; j < n; j++)
		write_frame(c, &frame[j]);
	if (c->answer.n >= ENOUGH)
		tell(c, NAMING_FRAMES, &c->answer);
}

/* The name ends in a NUL for symbolizers. */
static void answer_question(struct naming_child *c, const struct naming_question *q, int fd)
{
	struct symbol_file file = { .build_id = q->build_id, .fd = fd, .options = c->options };
	struct mapped_file mapped;
	struct buf name = { 0 };

	buf_add(&name, q->name);
	buf_ch(&name, '\0');
	file.name = str(name.p, q->name.n);
	mapped_file_open(&mapped, &file, q->symbolizers, &c->notes);
	for (uint32_t i = 0; i < q->nplace; i++)
		answer_place(c, &mapped, &q->place[i], i);
	if (c->answer.n)
		tell(c, NAMING_FRAMES, &c->answer);
	if (c->notes.n)
		tell(c, NAMING_NOTE, &c->notes);
	mapped_file_close(&mapped);
	buf_release(&name);
	tell(c, NAMING_DONE, &c->answer);
}

/* The questions that came ahead, with their files. */
struct asked {
	struct buf body;
	int fd;
};

/* Takes the questions that were sent together. */
static bool take_questions(struct naming_child *c, struct buf *list)
{
	struct naming_question q = { .flags = NAMING_MORE };

	while (q.flags & NAMING_MORE) {
		struct asked a;
		uint32_t kind;

		if (!naming_receive(&c->channel, &kind, &a.fd) || kind != NAMING_ASK)
			return false;
		a.body = c->channel.body;
		c->channel.body = (struct buf){ 0 };
		if (!naming_question_read(buf_str(&a.body), &q, &c->places))
			return false;
		buf_put(list, &a, sizeof(a));
	}
	return true;
}

static void answer_questions(struct naming_child *c, struct buf *list)
{
	struct asked *a = (struct asked *)list->p;
	size_t n = BUF_COUNT(list, *a);

	for (size_t i = 0; i < n; i++) {
		struct naming_question q;

		naming_question_read(buf_str(&a[i].body), &q, &c->places);
		sandbox_limit(q.limits.address_space, q.limits.cpu_seconds);
		other_files_missing(q.flags & NAMING_ALONE);
		answer_question(c, &q, a[i].fd);
		other_file_close(a[i].fd);
		buf_release(&a[i].body);
	}
	list->n = 0;
}

void naming_child_run(int channel, pid_t parent, const struct symbol_options *options)
{
	struct naming_child c = { .options = options,
				  .channel = { .fd = SANDBOX_FD, .accepts_files = true } };
	struct buf list = { 0 };

	sandbox_enter(channel, parent);
	strings_init(&c.linkage);
	other_files_through(&c.channel);
	while (take_questions(&c, &list))
		answer_questions(&c, &list);
	_exit(0);
}
