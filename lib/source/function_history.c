#include "source/function_history.h"

const struct str function_history_labels[NHISTORY_LABEL] = {
	{ "version", 7 },          { "service_version", 15 }, { "service.version", 15 },
	{ "service_git_ref", 15 }, { "git_ref", 7 },          { "release", 7 },
	{ "image_tag", 9 },
};

void function_history_begin(struct function_history_reader *r, struct history *h,
			    const struct time_series_options *options)
{
	*r = (struct function_history_reader){ .h = h };
	time_series_begin(&r->types, options);
}

void function_history_end(struct function_history_reader *r)
{
	time_series_release(&r->types);
	vec_release(&r->of_loc);
	vec_release(&r->has_call);
	vec_release(&r->on_stack);
	vec_release(&r->window);
	vec_release(&r->value);
	vec_release(&r->time);
}

static void use_dictionary(struct function_history_reader *r, struct dictionary *d)
{
	if (r->dict == d)
		return;
	r->dict = d;
	vec_clear(&r->of_loc);
	vec_clear(&r->has_call);
}

static uint32_t function_of_loc(struct function_history_reader *r, loc_id loc)
{
	uint32_t *known;

	if (loc.i >= r->of_loc.n)
		vec_append_zeroed(&r->of_loc, r->dict->loc.n - r->of_loc.n);
	known = &r->of_loc.v[loc.i];
	if (!*known)
		*known = 1 +
			 history_function(r->h, dict_text(r->dict, dict_frame_name(r->dict, loc)));
	return *known - 1;
}

static void add_function(struct function_history_reader *r, uint32_t function)
{
	for (size_t i = 0; i < r->on_stack.n; i++)
		if (r->on_stack.v[i] == function)
			return;
	vec_push(&r->on_stack, function);
}

/*
 * Find the functions to which a stack's values belong, in r->on_stack: the function at the
 * leaf, or all, each once. Record the calls between them.
 */
static void functions_of_stack(struct function_history_reader *r, stack_id stack)
{
	bool all = r->h->inclusive, is_new;
	size_t n;
	const loc_id *frame = dict_frames(r->dict, stack, &n);

	vec_clear(&r->on_stack);
	if (!n)
		vec_push(&r->on_stack, history_function(r->h, S("")));
	if (stack.i >= r->has_call.n)
		vec_append_zeroed(&r->has_call, r->dict->stack.n - r->has_call.n);
	is_new = !r->has_call.v[stack.i];
	r->has_call.v[stack.i] = 1;
	for (size_t i = all || n < 2 ? 0 : n - 2; i < n; i++) {
		uint32_t function = function_of_loc(r, frame[i]);

		if (all || i + 1 == n)
			add_function(r, function);
		if (is_new && i + 1 < n)
			history_call(r->h, function, function_of_loc(r, frame[i + 1]));
	}
}

static void add_value(struct function_history_reader *r, uint32_t window, int64_t v)
{
	for (size_t i = 0; i < r->on_stack.n; i++)
		history_add(r->h, r->on_stack.v[i], window, v);
}

static bool is_version(struct str key)
{
	for (size_t i = 0; i < NHISTORY_LABEL; i++)
		if (str_eq(key, function_history_labels[i]))
			return true;
	return false;
}

/* Profiles */

static void note_versions(struct function_history_reader *r, label_set_id set, uint32_t window)
{
	for (struct dictionary *d = r->dict; set.i; set = dict_label_set(d, set)->rest) {
		const struct label *l = dict_label(d, dict_label_set(d, set)->label);

		if (!l->is_num && is_version(dict_text(d, l->key)))
			history_label(r->h, dict_text(d, l->key), dict_text(d, l->str), window);
	}
}

void function_history_add_profile(struct function_history_reader *r, struct profile *p)
{
	struct selector *selector = r->types.options.selector;
	struct buf why = { 0 };
	bool ok = !selector || selector_apply(selector, p, &why);
	label_set_id last = { UINT32_MAX };
	uint32_t col, window;

	buf_release(&why);
	use_dictionary(r, p->dict);
	if (!ok || !time_series_type_of_profile(&r->types, p, &col)) {
		r->types.nother_type += !ok;
		return;
	}
	if (!history_window(r->h, p->head.time, &window)) {
		r->nfar++;
		return;
	}
	for (uint32_t i = 1; i < p->sample.n; i++) {
		const struct sample *s = profile_sample(p, (sample_id){ i });
		int64_t v = p->col[col].v[i];

		if (v) {
			functions_of_stack(r, s->stack);
			add_value(r, window, v);
		}
		history_add_total(r->h, window, (double)v);
		if (s->labels.i != last.i)
			note_versions(r, s->labels, window);
		last = s->labels;
	}
}

/* Stores */

static bool note_profiles(struct function_history_reader *r, struct piece *p,
			  struct chunk_profiles *profiles, size_t col)
{
	size_t n = profiles->profile.n;

	vec_clear(&r->window);
	for (size_t i = 0; i < n; i++) {
		int64_t time = profiles->profile.v[i].time;
		uint32_t window, none = UINT32_MAX;

		if (!piece_has(p, time)) {
			vec_push(&r->window, none);
			continue;
		}
		if (!history_window(r->h, time, &window)) {
			r->nfar++;
			vec_push(&r->window, none);
			continue;
		}
		vec_push(&r->window, window);
		history_add_total(r->h, window, (double)profiles->total.v[col * n + i]);
		for (size_t k = 0; k < p->series->label.n; k++)
			if (is_version(p->series->label.v[k].key))
				history_label(r->h, p->series->label.v[k].key,
					      p->series->label.v[k].str, window);
	}
	return n > 0;
}

static void add_rows(struct function_history_reader *r, struct piece *p,
		     const struct row_numbers *numbers, const struct row_runs *runs)
{
	size_t at = 0;

	for (size_t i = 0; i < runs->n; i++) {
		functions_of_stack(r, piece_stack(p, numbers, runs->v[i].stack));
		for (size_t end = at + runs->v[i].n; at < end; at++) {
			uint32_t window = r->window.v[r->time.v[at]];

			if (window != UINT32_MAX && r->value.v[at])
				add_value(r, window, r->value.v[at]);
		}
	}
}

static void add_piece(struct function_history_reader *r, struct piece *p,
		      struct chunk_profiles *profiles, struct row_runs *runs)
{
	const struct row_numbers *numbers;
	size_t col, nrow, n;

	if (!piece_profiles(p, profiles))
		return;
	n = profiles->profile.n;
	if (!n ||
	    !time_series_type_of(&r->types, p->series,
				 meta_default_type(profiles->meta.v[profiles->profile.v[0].meta]),
				 &col)) {
		time_series_leave_out(&r->types, p, profiles);
		return;
	}
	numbers = piece_numbers(p, p->view->dict);
	if (!numbers || !piece_runs(p, runs, &nrow))
		return;
	vec_reserve(&r->value, nrow);
	vec_reserve(&r->time, nrow);
	/*
	 * history_window() may renumber the windows: look all times up before numbers are
	 * used.
	 */
	for (size_t i = 0; i < n; i++) {
		uint32_t ignored;

		if (piece_has(p, profiles->profile.v[i].time))
			history_window(r->h, profiles->profile.v[i].time, &ignored);
	}
	if (piece_times(p, runs, n, r->time.v) && piece_values(p, col, nrow, r->value.v) &&
	    note_profiles(r, p, profiles, col))
		add_rows(r, p, numbers, runs);
}

/* Read profile by profile, for a query by labels of samples. */
static void add_profiles(struct function_history_reader *r, struct store_view *v)
{
	struct store_reader reader;
	struct profile p;

	profile_init(&p, v->dict);
	store_reader_begin(&reader, v, r->types.options.selector);
	while (store_next(&reader, &p))
		function_history_add_profile(r, &p);
	store_reader_end(&reader);
	profile_release(&p);
}

void function_history_add_store(struct function_history_reader *r, struct store_view *v)
{
	struct chunk_profiles profiles = { 0 };
	struct row_runs runs = { 0 };
	struct piece p;
	bool is_enough;

	time_series_choose_type(&r->types, v);
	is_enough = time_series_is_enough(&r->types, v);

	use_dictionary(r, v->dict);
	if (is_enough) {
		view_begin(v, r->types.options.selector);
		while (view_next(v, &p))
			add_piece(r, &p, &profiles, &runs);
	} else {
		add_profiles(r, v);
	}
	r->dict = NULL; /* the caller may release it now */
	chunk_profiles_release(&profiles);
	vec_release(&runs);
}
