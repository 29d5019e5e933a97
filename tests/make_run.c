/*
 * make_run [KEY=VALUE]... <FOLDED >RUN.pb.gz: one run as it would be recorded. Counts
 * become CPU time; a frame may be "name@file:line", and "_[i]" at its end says that it was
 * inlined into the one before. time= is in seconds since 1970,
 * period= in ns, type= and unit= those of the values; all others are facts.
 */
#include <stdio.h>
#include <stdlib.h>

#include "model.h"

static struct header head = { .period = 1000000 };
static struct str type = S("cpu"), unit = S("nanoseconds");

static void take(struct profile *p, const char *arg)
{
	struct str value = str_of(arg), key = str_cut(&value, '=');

	if (str_eq(key, S("time")))
		head.time = (int64_t)(strtod(value.p, NULL) * 1e9);
	else if (str_eq(key, S("period")))
		head.period = strtoll(value.p, NULL, 10);
	else if (str_eq(key, S("type")))
		type = value;
	else if (str_eq(key, S("unit")))
		unit = value;
	else
		profile_add_comment(p, str_of(arg));
}

static loc_id frame(struct profile *p, struct str text)
{
	bool inlined = str_ends(text, S("_[i]"));
	struct str place = str(text.p, text.n - (inlined ? 4 : 0)), name = str_cut(&place, '@'),
		   file = str_cut(&place, ':');
	struct func f = { .name = dict_intern(p->dict, name), .file = dict_intern(p->dict, file) };
	uint64_t line = 0;

	if (place.n && str_u64(place, &line))
		f.line = (uint32_t)line;
	return dict_add_loc(p->dict, (struct loc){ .func = dict_add_func(p->dict, f),
						   .line = f.line,
						   .flags = inlined ? LOC_INLINED : 0 });
}

static void add_line(struct profile *p, uint32_t col, struct str line)
{
	ptrdiff_t blank = str_rchr(line, ' ');
	struct str rest = str(line.p, blank < 0 ? 0 : (size_t)blank);
	loc_id frames[256];
	int64_t count = 0;
	size_t n = 0;
	stack_id stack;

	if (blank < 0 || !str_i64(str_skip(line, (size_t)blank + 1), &count)) {
		fprintf(stderr, "make_run: no count: %.*s\n", STR_ARG(line));
		exit(2);
	}
	while (rest.p && n < LEN(frames))
		frames[n++] = frame(p, str_cut(&rest, ';'));
	stack = dict_add_stack(p->dict, frames, n);
	profile_add_value(p, col, profile_add_sample(p, stack, (label_set_id){ 0 }),
			  count * head.period);
}

int main(int argc, char **argv)
{
	struct profile p;
	struct out out;
	char line[65536];
	int64_t scale;
	uint32_t col;

	program_name = "make_run";
	model_init(&p);
	for (int i = 1; i < argc; i++)
		take(&p, argv[i]);
	head.period_type = dict_intern(p.dict, type);
	head.period_unit = dict_intern(p.dict, unit);
	p.head = head;
	col = profile_column(&p, dict_intern(p.dict, type), dict_intern(p.dict, unit), &scale);
	while (fgets(line, sizeof(line), stdin))
		add_line(&p, col, str(line, strcspn(line, "\n")));
	if (out_open(&out, NULL, (struct pack){ 0 }))
		format_pprof.write(&out, &p);
	if (!out_close(&out))
		return 2;
	out_release(&out);
	model_release(&p);
	return 0;
}
