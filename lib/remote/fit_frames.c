/*
 * Frames and texts. A server gives the self time of a frame without a name to the nearest caller
 * that has one. Of a deep stack it keeps the frames next to the root, which also moves self
 * time. For one text that is not UTF-8 it refuses the profile.
 */
#include "remote/fit_parts.h"

str_id fit_text(struct fit *f, str_id s)
{
	struct str text = dict_text(f->dict, s), rest = text;
	uint32_t code;
	size_t n;

	while (rest.n && (n = str_utf8(rest, &code)))
		rest = str_skip(rest, n);
	if (!rest.n)
		return s;
	f->counts.not_utf8++;
	f->text.n = 0;
	for (rest = text; rest.n; rest = str_skip(rest, n ? n : 1)) {
		n = str_utf8(rest, &code);
		buf_add(&f->text, n ? str(rest.p, n) : S("\xef\xbf\xbd"));
	}
	return dict_intern(f->dict, buf_str(&f->text));
}

/* The build id must be UTF-8, too. */
static map_id fit_mapping(struct fit *f, map_id id)
{
	struct mapping m = *dict_mapping(f->dict, id), was = m;

	m.file = fit_text(f, m.file);
	m.build_id = fit_text(f, m.build_id);
	if (!id.i || (m.file.i == was.file.i && m.build_id.i == was.build_id.i))
		return id;
	return dict_add_mapping(f->dict, m);
}

static bool same_func(const struct func *a, const struct func *b)
{
	return a->name.i == b->name.i && a->linkage.i == b->linkage.i && a->file.i == b->file.i;
}

static loc_id fit_location(struct fit *f, loc_id id)
{
	struct loc loc = *dict_loc(f->dict, id);
	struct func func = *dict_func(f->dict, loc.func), was = func;
	uint32_t map = loc.map.i;

	loc.map = fit_mapping(f, loc.map);
	func.linkage = fit_text(f, func.linkage);
	func.file = fit_text(f, func.file);
	if (!func.name.i && func.linkage.i) {
		func.name = func.linkage;
	} else if (!func.name.i) {
		func.name = dict_frame_name(f->dict, id);
		f->counts.nameless++;
	}
	func.name = fit_text(f, func.name);
	if (same_func(&func, &was) && map == loc.map.i)
		return id;
	loc.func = dict_add_func(f->dict, func);
	return dict_add_loc(f->dict, loc);
}

static loc_id new_location(struct fit *f, loc_id id)
{
	loc_id new;

	if (id.i >= f->loc.n)
		vec_append_zeroed(&f->loc, f->dict->loc.n - f->loc.n);
	if (f->loc.v[id.i].i)
		return f->loc.v[id.i];
	new = fit_location(f, id);
	f->loc.v[id.i] = new;
	return new;
}

/* Stacks */

static loc_id add_named_frame(struct fit *f, struct str name)
{
	struct loc loc = {
		.func = dict_add_func(f->dict, (struct func){ .name = dict_intern(f->dict, name) })
	};

	return dict_add_loc(f->dict, loc);
}

/* The number of locations as a server counts them: an inlined frame shares its caller's. */
static size_t count_locations(const struct fit *f, const loc_id *frame, size_t n)
{
	size_t count = n > 0;

	for (size_t i = 1; i < n; i++)
		count += !dict_is_inlined(f->dict, frame[i - 1], frame[i]);
	return count;
}

/* Keep half of the allowed frames next to the root, and half next to the leaf. */
static void leave_out_middle(struct fit *f)
{
	size_t n = BUF_COUNT(&f->frames, loc_id), half = (FIT_FRAMES - 1) / 2;
	loc_id *frame = (loc_id *)f->frames.p;

	frame[half] = add_named_frame(f, S("[frames left out]"));
	memmove(frame + half + 1, frame + n - half, half * sizeof(*frame));
	f->frames.n = (2 * half + 1) * sizeof(*frame);
	f->counts.deep++;
}

static stack_id fit_stack(struct fit *f, stack_id id)
{
	size_t n;
	const loc_id *frame = dict_frames(f->dict, id, &n);

	f->frames.n = 0;
	buf_put(&f->frames, frame, n * sizeof(*frame));
	for (size_t i = 0; i < n; i++) {
		loc_id *at = (loc_id *)f->frames.p + i;

		*at = new_location(f, *at);
	}
	if (!n) {
		loc_id unknown = add_named_frame(f, S("[unknown]"));

		buf_put(&f->frames, &unknown, sizeof(unknown));
	}
	if (n > FIT_FRAMES && count_locations(f, (loc_id *)f->frames.p, n) > FIT_FRAMES)
		leave_out_middle(f);
	return dict_add_stack(f->dict, (loc_id *)f->frames.p, BUF_COUNT(&f->frames, loc_id));
}

static stack_id new_stack(struct fit *f, stack_id id)
{
	stack_id new;

	if (id.i >= f->stack.n)
		vec_append_zeroed(&f->stack, f->dict->stack.n - f->stack.n);
	if (f->stack.v[id.i].i)
		return f->stack.v[id.i];
	new = fit_stack(f, id);
	f->stack.v[id.i] = new;
	return new;
}

void fit_frames(struct fit *f, struct profile *p)
{
	struct sample *to = mem_zeroed(p->sample.n, sizeof(*to));
	size_t nto = p->sample.n;
	bool changed = false;

	for (uint32_t i = 1; i < p->sample.n; i++) {
		struct sample s = *profile_sample(p, (sample_id){ i });

		to[i].stack = new_stack(f, s.stack);
		to[i].labels = fit_sets_find(f->sets, s.labels)->now;
		changed |= to[i].stack.i != s.stack.i || to[i].labels.i != s.labels.i;
	}
	if (changed)
		profile_remap(p, to, NULL);
	mem_free(to, nto * sizeof(*to));
}
