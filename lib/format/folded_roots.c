#include "format/folded_roots.h"

static void add_text(struct folded_roots *r, struct dictionary *d, struct str key, struct str value)
{
	if (value.n)
		r->labels = dict_add_text_label(d, r->labels, key, value);
}

/* "[main tid=4711]" */
static bool is_async_profiler(struct folded_roots *r, struct dictionary *d, struct str name)
{
	struct str number;
	ptrdiff_t at;
	int64_t tid;

	if (!str_starts(name, S("[")) || !str_ends(name, S("]")))
		return false;
	at = str_rchr(name, '=');
	if (at < 5 || !str_ends(str(name.p, (size_t)at), S(" tid")))
		return false;
	number = str_skip(str(name.p, name.n - 1), (size_t)at + 1);
	if (!str_i64(number, &tid))
		return false;
	add_text(r, d, S("thread"), str(name.p + 1, (size_t)at - 5));
	r->labels = dict_add_number_label(d, r->labels, S("tid"), tid);
	return true;
}

/* "process 17:\"python app.py\"" */
static bool is_process(struct folded_roots *r, struct dictionary *d, struct str name)
{
	struct str command = name, number;
	int64_t pid;

	if (!str_starts(name, S("process ")) || !str_ends(name, S("\"")))
		return false;
	command = str_skip(name, 8);
	number = str_cut(&command, ':');
	if (!str_i64(number, &pid) || !str_starts(command, S("\"")) || command.n < 2)
		return false;
	r->labels = dict_add_number_label(d, r->labels, S("pid"), pid);
	add_text(r, d, S("command"), str(command.p + 1, command.n - 2));
	return true;
}

/* "thread (0x7F01): MainThread", or without a name */
static bool is_thread(struct folded_roots *r, struct dictionary *d, struct str name)
{
	struct str rest = name, number;
	uint64_t id;

	if (!str_starts(name, S("thread (")))
		return false;
	rest = str_skip(name, 8);
	number = str_cut(&rest, ')');
	if (!(str_starts(number, S("0x")) && str_hex(str_skip(number, 2), &id)) &&
	    !str_u64(number, &id))
		return false;
	if (rest.n && !str_starts(rest, S(": ")))
		return false;
	add_text(r, d, S("thread"), rest.n ? str_skip(rest, 2) : number);
	return true;
}

/* "tid:4711" */
static bool is_tid(struct folded_roots *r, struct dictionary *d, struct str name)
{
	int64_t tid;

	if (!str_starts(name, S("tid:")) || !str_i64(str_skip(name, 4), &tid))
		return false;
	r->labels = dict_add_number_label(d, r->labels, S("tid"), tid);
	return true;
}

static struct str frame_name(const struct dictionary *d, loc_id loc)
{
	return dict_text(d, dict_func(d, dict_loc(d, loc)->func)->name);
}

static size_t read_roots(struct folded_roots *r, struct dictionary *d, const loc_id *stack,
			 size_t n)
{
	struct str name;

	if (!n)
		return 0;
	name = frame_name(d, stack[0]);
	if (is_async_profiler(r, d, name) || is_tid(r, d, name) || is_thread(r, d, name))
		return 1;
	if (!is_process(r, d, name))
		return 0;
	return 1 + (n > 1 && is_thread(r, d, frame_name(d, stack[1])));
}

static bool is_function(const struct folded_roots *r, loc_id first)
{
	return first.i < r->is_function.n && r->is_function.v[first.i];
}

static void remember_function(struct folded_roots *r, loc_id first)
{
	if (first.i >= r->is_function.n)
		vec_append_zeroed(&r->is_function, first.i + 1 - r->is_function.n);
	r->is_function.v[first.i] = true;
}

/* Where stacks have many roots, reading each one's name again would wait for memory each time. */
size_t folded_roots(struct folded_roots *r, struct dictionary *d, const loc_id *stack, size_t n)
{
	loc_id first = n ? stack[0] : (loc_id){ 0 }, second = n > 1 ? stack[1] : (loc_id){ 0 };
	bool same = r->frame[0].i == first.i && (!r->n || r->frame[1].i == second.i);

	if (!same || !first.i) {
		r->labels = (label_set_id){ 0 };
		r->n = is_function(r, first) ? 0 : read_roots(r, d, stack, n);
		if (first.i && !r->n)
			remember_function(r, first);
		r->frame[0] = first;
		r->frame[1] = second;
	}
	return r->n;
}

void folded_roots_release(struct folded_roots *r)
{
	vec_release(&r->is_function);
}
