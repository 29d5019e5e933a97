#include "query/select/filter.h"

/* Use a pattern of the profile itself. A malformed one is noted, and is no error. */
static void use_own_pattern(struct filter *f, const struct profile *p, enum frame_pattern which,
			    str_id id, struct buf *notes)
{
	struct buf why = { 0 };

	if (!f->all_frames &&
	    !pattern_add(&f->stacks.pattern[which], which, dict_text(p->dict, id), &why))
		buf_printf(notes, "the profile's %s is ignored: %.*s\n", pattern_kinds[which].name,
			   STR_ARG(buf_str(&why)));
	buf_release(&why);
}

/* The decision about a stack or a set of labels; zero at first. */
enum keep { UNDECIDED, KEEP, LEAVE_OUT };

struct work {
	struct filter *f;
	struct profile *p;
	uint8_t *keep_stack, *keep_labels; /* enum keep, by stack and by label set */
	stack_id *stack;                   /* by old stack: the new one */
	struct sample *to;
	uint8_t *keep;
};

static bool keeps_stack(struct work *w, stack_id stack)
{
	uint8_t *keep = &w->keep_stack[stack.i];

	if (*keep == UNDECIDED)
		*keep = stack_filter_apply(&w->f->stacks, stack, &w->stack[stack.i]) ? KEEP :
										       LEAVE_OUT;
	return *keep == KEEP;
}

static bool keeps_labels(struct work *w, label_set_id set)
{
	uint8_t *keep = &w->keep_labels[set.i];

	if (*keep == UNDECIDED)
		*keep = tag_filter_keeps(&w->f->tags, w->p, set) ? KEEP : LEAVE_OUT;
	return *keep == KEEP;
}

static void filter_samples(struct work *w)
{
	bool by_stack = stack_filter_is_on(&w->f->stacks);

	for (uint32_t i = 1; i < w->p->sample.n; i++) {
		struct sample s = *profile_sample(w->p, (sample_id){ i });

		w->to[i] = s;
		w->keep[i] = keeps_labels(w, s.labels) && (!by_stack || keeps_stack(w, s.stack));
		if (w->keep[i] && by_stack)
			w->to[i].stack = w->stack[s.stack.i];
	}
}

/* Did a pattern give up? */
static bool check_patterns(const struct filter *f, struct buf *error)
{
	for (size_t i = 0; i < NPATTERN; i++) {
		const struct pattern *pattern = &f->stacks.pattern[i];

		for (size_t j = 0; j < pattern->list.n; j++)
			if (pattern->list.v[j].re.failed)
				buf_printf(error, "--%s: the pattern '%.*s' %s",
					   pattern_kinds[i].name, STR_ARG(pattern->list.v[j].text),
					   pattern->list.v[j].re.failed);
	}
	for (size_t i = 0; i < f->tags.n; i++) {
		const struct tag_condition *c = &f->tags.condition[i];

		if (c->re.failed)
			buf_printf(error, "--%s: the pattern '%.*s' %s",
				   tag_condition_name(c->kind), STR_ARG(c->text), c->re.failed);
	}
	return !error->n;
}

static void note_idle(const struct filter *f, struct buf *notes)
{
	for (size_t i = PATTERN_LEAF; i < NPATTERN; i++) {
		const struct pattern *pattern = &f->stacks.pattern[i];

		for (size_t j = 0; j < pattern->list.n; j++)
			if (!pattern->list.v[j].matched)
				buf_printf(notes, "--%s: nothing matches '%.*s'\n",
					   pattern_kinds[i].name, STR_ARG(pattern->list.v[j].text));
	}
	for (size_t i = 0; i < f->tags.n; i++) {
		const struct tag_condition *c = &f->tags.condition[i];

		if (!c->matched)
			buf_printf(notes, "--%s: nothing matches '%.*s'\n",
				   tag_condition_name(c->kind), STR_ARG(c->text));
	}
}

static void work_init(struct work *w)
{
	w->keep_stack = mem_zeroed(w->p->dict->stack.n, 1);
	w->keep_labels = mem_zeroed(w->p->dict->label_set.n, 1);
	w->stack = mem_zeroed(w->p->dict->stack.n, sizeof(*w->stack));
	w->to = mem_zeroed(w->p->sample.n, sizeof(*w->to));
	w->keep = mem_zeroed(w->p->sample.n, 1);
}

static bool filter_profile(struct filter *f, struct profile *p, struct buf *error)
{
	struct work w = { .f = f, .p = p };
	uint32_t nstack = p->dict->stack.n, nlabels = p->dict->label_set.n, nsample = p->sample.n;
	bool ok;

	work_init(&w);
	stack_filter_begin(&f->stacks, p);
	filter_samples(&w);
	ok = check_patterns(f, error);
	if (ok)
		profile_remap(p, w.to, w.keep);
	mem_free(w.keep_stack, nstack);
	mem_free(w.keep_labels, nlabels);
	mem_free(w.stack, nstack * sizeof(*w.stack));
	mem_free(w.to, nsample * sizeof(*w.to));
	mem_free(w.keep, nsample);
	return ok;
}

bool filter_apply(struct filter *f, struct profile *p, struct buf *notes, struct buf *error)
{
	bool ok;

	use_own_pattern(f, p, PATTERN_DROP, p->head.drop_frames, notes);
	use_own_pattern(f, p, PATTERN_KEEP, p->head.keep_frames, notes);
	if (!stack_filter_is_on(&f->stacks) && !f->tags.n)
		return true;
	ok = filter_profile(f, p, error);
	if (ok)
		note_idle(f, notes);
	return ok;
}

void filter_describe(const struct filter *f, struct buf *lines)
{
	for (size_t i = PATTERN_LEAF; i < NPATTERN; i++) {
		const struct pattern *pattern = &f->stacks.pattern[i];

		for (size_t j = 0; j < pattern->list.n; j++)
			buf_printf(lines, "%s=%.*s\n", pattern_kinds[i].name,
				   STR_ARG(pattern->list.v[j].text));
	}
	for (size_t i = 0; i < f->tags.n; i++)
		buf_printf(lines, "%s=%.*s\n", tag_condition_name(f->tags.condition[i].kind),
			   STR_ARG(f->tags.condition[i].text));
}

void filter_release(struct filter *f)
{
	stack_filter_release(&f->stacks);
	tag_filter_release(&f->tags);
}
