#include "compare/stream.h"

#include <math.h>

#include "analyze/total.h"
#include "compare/item_name.h"
#include "compare/reports/diff_news.h"
#include "compare/reports/diff_words.h"

/* The factors for the values of runs */

static const char *missing(const struct run *r, enum normalize how)
{
	if (how == NORMALIZE_CPU && !(r->cpu_ns > 0 && r->value > 0))
		return "does not say how much CPU time it took";
	if (how == NORMALIZE_WORK && !(r->work > 0))
		return "does not say how much work it did";
	return NULL;
}

static bool check_facts(const struct runs *runs, enum normalize how, struct buf *error)
{
	for (size_t i = 0; i < runs->n; i++) {
		const char *what = missing(&runs->run[i], how);

		if (!what)
			continue;
		buf_add(error, dict_text(runs->profile.dict, runs->run[i].name));
		buf_printf(error, " %s", what);
		return false;
	}
	return true;
}

struct sides {
	double n[2], value[2], work;
};

static struct sides add_sides(const struct runs *runs)
{
	struct sides s = { 0 };

	for (size_t i = 0; i < runs->n; i++) {
		s.n[runs->run[i].side]++;
		s.value[runs->run[i].side] += runs->run[i].value;
		s.work += runs->run[i].work / (double)runs->n;
	}
	return s;
}

static double factor_of(const struct run *r, const struct sides *s, enum normalize how)
{
	double mean = r->unit / s->n[r->side];

	switch (how) {
	case NORMALIZE_CPU: return mean * r->cpu_ns / r->value;
	case NORMALIZE_WORK: return mean * s->work / r->work;
	case NORMALIZE_TOTAL:
		if (r->side == BASE && s->value[BASE] > 0)
			return mean * (s->value[NEW] / s->n[NEW]) / (s->value[BASE] / s->n[BASE]);
		return mean;
	default: return mean;
	}
}

/* Compute, by sample row, the mean of each side. The caller frees both arrays. */
static void add_values(const struct runs *runs, enum normalize how, double *value[2])
{
	struct sides sides = add_sides(runs);

	for (size_t i = 0; i < runs->n; i++) {
		const struct run *r = &runs->run[i];
		double factor = factor_of(r, &sides, how);

		for (size_t j = 0; j < r->ncell; j++)
			value[r->side][r->cell[j].sample.i] += (double)r->cell[j].value * factor;
	}
}

/* Stacks of items */

struct names {
	struct profile *p;
	struct options o; /* by function */
	loc_id *loc;      /* by location: the one with the item's name; 0 = not made yet */
	struct buf stack; /* loc_id */
	str_id comm[2];   /* what the program is called on one side only; 0 = the same on both */
};

static loc_id named(struct names *n, loc_id id)
{
	struct loc loc;
	struct func f;

	if (n->loc[id.i].i)
		return n->loc[id.i];
	loc = *dict_loc(n->p->dict, id);
	f = *dict_func(n->p->dict, loc.func);
	f.linkage = (str_id){ 0 };
	f.name = item_name(n->p, id, &n->o);
	loc.func = dict_add_func(n->p->dict, f);
	return n->loc[id.i] = dict_add_loc(n->p->dict, loc);
}

static stack_id renamed(struct names *n, stack_id stack)
{
	size_t depth;

	dict_frames(n->p->dict, stack, &depth);
	n->stack.n = 0;
	for (size_t i = 0; i < depth; i++) {
		size_t same;
		loc_id loc = named(n, dict_frames(n->p->dict, stack, &same)[i]);

		buf_put(&n->stack, &loc, sizeof(loc));
	}
	return dict_add_stack(n->p->dict, (const loc_id *)n->stack.p, depth);
}

/* Remove labels such as pid: no two runs share them, so they would keep samples separate. */
static label_set_id without_numbers(struct profile *p, label_set_id set)
{
	static const char *const keys[] = { "pid", "tid", "cpu", "thread", "span_id", "trace_id" };

	for (size_t i = 0; set.i && i < LEN(keys); i++) {
		str_id key = dict_find_str(p->dict, str_of(keys[i]));

		if (key.i)
			set = dict_drop_label(p->dict, set, key);
	}
	return set;
}

static label_set_id as_base(struct profile *p, label_set_id set)
{
	return dict_add_label(p->dict, set,
			      (struct label){ .key = dict_intern(p->dict, BASE_LABEL),
					      .str = dict_intern(p->dict, S("true")) });
}

static str_id comm_of(const struct profile *p, label_set_id set)
{
	str_id key = dict_find_str(p->dict, S("comm"));
	const struct label *l = key.i ? dict_find_label(p->dict, set, key) : NULL;

	return l ? l->str : (str_id){ 0 };
}

/*
 * Two builds of one program have two names, ./old and ./new, which would be the roots of two trees
 * without anything in common: the one name that only the base has becomes the one that only the
 * new side has.
 */
static void find_comms(struct names *n, double *const value[2], uint32_t nsample)
{
	size_t nstr = n->p->dict->str.n, found[2] = { 0 };
	uint8_t *sides = mem_zeroed(nstr, 1);

	for (uint32_t i = 1; i < nsample; i++)
		for (int side = BASE; side <= NEW; side++)
			if (value[side][i] != 0)
				sides[comm_of(n->p, profile_sample(n->p, (sample_id){ i })->labels)
					      .i] |= (uint8_t)(1 << side);
	for (uint32_t i = 1; i < nstr; i++)
		for (int side = BASE; side <= NEW; side++)
			if (sides[i] == 1 << side) {
				n->comm[side] = (str_id){ i };
				found[side]++;
			}
	if (found[BASE] != 1 || found[NEW] != 1)
		n->comm[BASE] = n->comm[NEW] = (str_id){ 0 };
	mem_free(sides, nstr);
}

static label_set_id with_new_comm(const struct names *n, label_set_id set)
{
	str_id key;

	if (!n->comm[BASE].i || comm_of(n->p, set).i != n->comm[BASE].i)
		return set;
	key = dict_intern(n->p->dict, S("comm"));
	return dict_add_label(n->p->dict, dict_drop_label(n->p->dict, set, key),
			      (struct label){ .key = key, .str = n->comm[NEW] });
}

/* Append the samples of one side, with values rounded so that the error of their sum is below 1. */
static void put_side(struct names *n, uint32_t col, enum side side, const double *value,
		     uint32_t nsample)
{
	double sum = 0, put = 0;

	for (uint32_t i = 1; i < nsample; i++) {
		struct sample s = *profile_sample(n->p, (sample_id){ i });
		double v;

		if (value[i] == 0)
			continue; /* a function that is not there gets no rest of others */
		sum += value[i];
		v = fmin(0x1p62, round(sum - put));
		if (v == 0)
			continue;
		put += v;
		s.stack = renamed(n, s.stack);
		s.labels = without_numbers(n->p, s.labels);
		if (side == BASE)
			s.labels = as_base(n->p, with_new_comm(n, s.labels));
		profile_add_value(n->p, col, profile_add_sample(n->p, s.stack, s.labels),
				  side == BASE ? -(int64_t)v : (int64_t)v);
	}
	if (side == BASE && !put) /* a comparison with nothing is one, too */
		profile_add_sample(n->p, (stack_id){ 0 }, as_base(n->p, (label_set_id){ 0 }));
}

static void put_sides(struct runs *runs, const struct options *o, uint32_t col, double *value[2],
		      uint32_t nsample)
{
	size_t nloc = runs->profile.dict->loc.n;
	struct names n = { .p = &runs->profile, .o = *o };

	n.o.by = BY_FUNCTION;
	n.loc = mem_zeroed(nloc, sizeof(*n.loc));
	find_comms(&n, value, nsample);
	for (int side = NEW; side >= BASE; side--)
		put_side(&n, col, (enum side)side, value[side], nsample);
	mem_free(n.loc, nloc * sizeof(*n.loc));
	buf_release(&n.stack);
}

/* Comments */

static void put_fraction(struct buf *b, double change, bool known)
{
	if (known && isfinite(change))
		buf_printf(b, " %+.4g", expm1(change));
	else
		buf_add(b, S(" -"));
}

static void put_name(struct buf *b, const struct comparison *c, struct profile *p, uint32_t item)
{
	struct str name = dict_text(p->dict, c->items.item[item].name);

	for (size_t i = 0; i < name.n; i++)
		buf_ch(b, name.p[i] == ';' ? ':' : name.p[i]);
}

static void add_move(struct profile *p, const struct comparison *c, const struct row *r)
{
	struct buf b = { 0 };

	buf_add(&b, S("diff.moved="));
	put_name(&b, c, p, r->from);
	buf_ch(&b, ';');
	put_name(&b, c, p, r->item);
	profile_add_comment(p, buf_str(&b));
	buf_release(&b);
}

static void add_row(struct profile *p, const struct comparison *c, const struct row *r)
{
	bool both = r->test.cost[BASE] > 0 && r->test.cost[NEW] > 0;
	struct buf b = { 0 };

	buf_printf(&b, "diff.row=%s %s", verdict_word(r->verdict), words_kind(r));
	put_fraction(&b, r->test.change, both);
	put_fraction(&b, r->low, both);
	put_fraction(&b, r->high, both);
	buf_printf(&b, " %.2g ", r->q);
	buf_add(&b, dict_text(p->dict, c->items.item[r->item].name));
	profile_add_comment(p, buf_str(&b));
	if (r->up && r->path.n && r->verdict != MOVED) {
		b.n = 0;
		buf_add(&b, S("diff.path="));
		buf_add(&b, r->path);
		profile_add_comment(p, buf_str(&b));
	}
	buf_release(&b);
}

static bool has_changed(const struct row *r)
{
	return r->verdict != SAME && r->verdict != UNSURE && r->verdict != SUSPECT;
}

static void add_findings(struct profile *p, const struct comparison *c)
{
	struct buf b = { 0 };

	if (!(design_df(&c->design) > 0) || c->o->by != BY_FUNCTION)
		return;
	buf_add(&b, S("diff.about="));
	words_about(&b, c);
	profile_add_comment(p, buf_str(&b));
	buf_release(&b);
	for (size_t i = 0; i < c->nrow; i++) {
		if (has_changed(&c->row[i]))
			add_row(p, c, &c->row[i]);
		if (c->row[i].verdict == MOVED && c->row[i].from)
			add_move(p, c, &c->row[i]);
	}
}

bool stream_build(struct runs *runs, const struct options *o, const struct comparison *c,
		  enum normalize how, struct buf *error)
{
	struct profile *p = &runs->profile;
	uint32_t nsample = p->sample.n, col;
	double *value[2];
	int64_t scale;

	if (!check_facts(runs, how, error))
		return false;
	col = how == NORMALIZE_CPU ?
		      profile_column(p, dict_intern(p->dict, S("cpu")),
				     dict_intern(p->dict, S("nanoseconds")), &scale) :
		      profile_column(p, runs->type, runs->unit, &scale);
	for (int side = BASE; side <= NEW; side++)
		value[side] = mem_zeroed(nsample, sizeof(double));
	add_values(runs, how, value);
	put_sides(runs, o, col, value, nsample);
	for (int side = BASE; side <= NEW; side++)
		mem_free(value[side], nsample * sizeof(double));
	if (c)
		add_findings(p, c);
	return true;
}
