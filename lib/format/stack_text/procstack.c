/*
 * Stacks of processes that procstack of AIX prints; several dumps make a coarse profile, in
 * which each thread counts once per dump.
 *
 *	4711: /usr/sbin/worker -n 3
 *	---------- tid# 8153 (pthread ID:      1) ----------
 *	0x0900000000062a14  write(??, ??, ??) + 0x1c8
 *	0x00000001000b9a60  send(Block*,int)() + 0x308
 *	0x00000001000b9a00  [unknown] + 0x60
 *
 * Frames come leaf first. The parentheses at the end hold arguments; a C++ name has its
 * parameters before them.
 */
#include "format/format.h"
#include "format/stack_text/stack_text.h"

struct reader {
	struct stack_text s;
	uint32_t col;
	label_set_id process, thread;
};

static void end_stack(struct reader *r)
{
	if (r->s.frames.n)
		stack_text_sample(&r->s, r->col, 1, r->thread);
}

/* "4711: /usr/sbin/worker -n 3" */
static bool parse_process(struct str line, int64_t *pid, struct str *command)
{
	struct str rest = line;

	if (!str_i64(str_trim(str_cut(&rest, ':')), pid) || *pid < 0 || !rest.p)
		return false;
	*command = str_trim(rest);
	return command->n > 0;
}

static void begin_process(struct reader *r, int64_t pid, struct str command)
{
	struct dictionary *d = r->s.p->dict;
	label_set_id labels = dict_add_number_label(d, (label_set_id){ 0 }, S("pid"), pid);

	end_stack(r);
	r->process = dict_add_text_label(d, labels, S("comm"),
					 str_basename(str_cut(&command, ' ')));
	r->thread = r->process;
}

/* "---------- tid# 8153 (pthread ID:      1) ----------" */
static bool parse_thread(struct str line, int64_t *tid)
{
	static const struct str begin = { "---------- tid# ", 16 };
	struct str rest;

	if (!str_starts(line, begin))
		return false;
	rest = str_skip(line, begin.n);
	return str_i64(str_cut(&rest, ' '), tid);
}

/* "0x0900000000062a14  write(??, ??, ??) + 0x1c8" */
static bool parse_frame(struct str line, struct str *address, struct str *symbol)
{
	struct str rest = line;
	uint64_t pc;
	ptrdiff_t plus, open;

	*address = str_cut(&rest, ' ');
	*symbol = str_trim(rest);
	if (!str_starts(*address, S("0x")) || !str_hex(str_skip(*address, 2), &pc))
		return false;
	plus = str_find(*symbol, S(" + 0x"));
	if (plus >= 0)
		symbol->n = (size_t)plus;
	open = str_rchr(*symbol, '(');
	if (open > 0 && str_ends(*symbol, S(")")))
		symbol->n = (size_t)open;
	if (!symbol->n || str_starts(*symbol, S("[")))
		*symbol = *address;
	return true;
}

static bool read_stack_line(struct reader *r, struct str line)
{
	struct str address, text;
	int64_t id;

	if (!line.n)
		return true;
	if (parse_process(line, &id, &text)) {
		begin_process(r, id, text);
	} else if (parse_thread(line, &id)) {
		end_stack(r);
		r->thread = dict_add_number_label(r->s.p->dict, r->process, S("tid"), id);
	} else if (parse_frame(line, &address, &text)) {
		stack_text_frame(&r->s, S(""), text);
	} else {
		return in_bad(r->s.in, "expected 'ADDRESS FUNCTION() + OFFSET', found '%.*s'",
			      STR_ARG(str(line.p, min_size(line.n, 80))));
	}
	return true;
}

static bool procstack_read(struct in *in, struct profile *p)
{
	struct reader r = { .col = 0 };
	struct str line;

	stack_text_begin(&r.s, in, p);
	r.col = stack_text_column(&r.s, S("samples"), S("count"));
	while (in_line(in, &line) && read_stack_line(&r, str_trim(line)))
		;
	if (!in->failed)
		end_stack(&r);
	if (!in->failed && p->sample.n == 1)
		in_fail(in, "holds no samples");
	stack_text_end(&r.s);
	return !in->failed;
}

/* Processes, threads and frames, of which at least one has an offset. */
static int procstack_sniff(struct sniff *s)
{
	enum { THREAD = 80, FRAME = 40 };
	struct str head = s->head, address, text;
	int bits = 0;
	int64_t id;

	while (head.n) {
		struct str line = str_trim(str_cut(&head, '\n'));

		if (!head.p && (bits || !s->all))
			break; /* perhaps cut short */
		if (parse_thread(line, &id))
			return THREAD;
		if (parse_frame(line, &address, &text))
			bits |= str_find(line, S(") + 0x")) >= 0 ? FRAME : 0;
		else if (line.n && !parse_process(line, &id, &text))
			return 0;
	}
	return bits;
}

const struct format format_procstack = {
	.name = "procstack",
	.help = "stacks that procstack of AIX prints",
	.sniff = procstack_sniff,
	.read = procstack_read,
};
