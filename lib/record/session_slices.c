/*
 * Each slice has its own dictionary, so that its memory is freed with it. It is symbolized only
 * when it is written, so it keeps its binaries open.
 */
#include "record/session_slices.h"

#include "record/session_window.h"

enum { SLICES = 10, LEAST_MS = 100 };

struct session_slice {
	struct dictionary dict;
	struct profile profile;
	struct buf mappings; /* struct session_mapping */
	struct window window;
};

/* The length of a slice: a tenth of the time that is kept, but at least the minimum. */
static uint64_t slice_ns(const struct session *s)
{
	uint64_t least = (uint64_t)LEAST_MS * 1000000, part = s->o->keep / SLICES;

	return part > least ? part : least;
}

bool session_slice_is_over(const struct session *s, uint64_t now)
{
	return s->o->keep && now - s->window_start >= slice_ns(s);
}

static void free_slice(struct session_slice *slice)
{
	struct session_mapping *m = (struct session_mapping *)slice->mappings.p;

	for (size_t i = 0; i < BUF_COUNT(&slice->mappings, *m); i++)
		jit_maps_release(m[i].jit);
	buf_release(&slice->mappings);
	profile_release(&slice->profile);
	dict_release(&slice->dict);
	mem_free(slice, sizeof(*slice));
}

/* Drops the oldest slice if the others cover the time that is kept. */
static void drop_old(struct session *s)
{
	struct slices *l = &s->slices;
	uint64_t kept = 0;
	size_t i = l->n;

	while (i > 0 && kept < s->o->keep)
		kept += l->v[--i]->window.duration;
	for (size_t j = 0; j < i; j++)
		free_slice(l->v[j]);
	l->n -= i;
	memmove(l->v, l->v + i, l->n * sizeof(*l->v));
}

/* Keeps the binaries and roots of all slices open. */
static void use_binaries(struct session *s)
{
	for (size_t i = 0; i < s->slices.n; i++) {
		const struct buf *list = &s->slices.v[i]->mappings;
		const struct session_mapping *m = (const struct session_mapping *)list->p;

		for (size_t j = 0; j < BUF_COUNT(list, *m); j++) {
			if (m[j].binary)
				((struct binary *)m[j].binary)->used = true;
			mount_roots_use(&s->recorder.host.roots, m[j].mount_ns);
		}
	}
}

void session_keep_slice(struct session *s)
{
	struct session_slice *slice = mem_zeroed(1, sizeof(*slice));
	struct slices *l = &s->slices;

	session_close_profile(s);
	*slice = (struct session_slice){ s->dict, s->profile, s->mappings, s->window };
	slice->profile.dict = &slice->dict;
	s->mappings = (struct buf){ 0 };
	l->v = mem_grow(l->v, &l->cap, l->n + 1, sizeof(*l->v));
	l->v[l->n++] = slice;
	drop_old(s);
	use_binaries(s);
	recorder_sweep(&s->recorder);
}

static void add_window(struct window *to, const struct window *w)
{
	to->time = to->duration ? to->time : w->time;
	to->duration += w->duration;
	to->samples += w->samples;
	to->lost += w->lost;
	to->lost_records += w->lost_records;
	to->longest = w->longest;
	to->truncated += w->truncated;
	to->throttled += w->throttled;
	for (int end = 0; end < UNWIND_ENDS; end++)
		to->by_end[end] += w->by_end[end];
	to->remembered += w->remembered;
	to->cpu_time += w->cpu_time;
	to->sampled += w->sampled;
	to->forks += w->forks;
	to->off_cpu.waits += w->off_cpu.waits;
	to->off_cpu.time += w->off_cpu.time;
	to->off_cpu.no_stack += w->off_cpu.no_stack;
	to->off_cpu.no_stack_time += w->off_cpu.no_stack_time;
	to->off_cpu.short_ones += w->off_cpu.short_ones;
	to->off_cpu.short_time += w->off_cpu.short_time;
	to->off_cpu.unknown += w->off_cpu.unknown;
	to->off_cpu.unknown_time += w->off_cpu.unknown_time;
}

/* Symbolizes a slice, which is the session's profile meanwhile. */
static void name_slice(struct session *s, struct session_slice *slice)
{
	s->profile = slice->profile;
	s->mappings = slice->mappings;
	s->o->on_slice(s->o->context, s);
	slice->profile = s->profile;
	slice->mappings = s->mappings;
}

/* Joins all slices in one profile, with the main binary of the slice with the most samples. */
static void join_slices(struct session *s)
{
	const struct session_slice *most = NULL;

	for (size_t i = 0; i < s->slices.n; i++) {
		const struct session_slice *slice = s->slices.v[i];

		profile_append(&s->profile, &slice->profile);
		add_window(&s->window, &slice->window);
		if (slice->profile.head.main_map.i &&
		    (!most || slice->window.samples > most->window.samples))
			most = slice;
	}
	if (most) {
		struct mapping m = *dict_mapping(&most->dict, most->profile.head.main_map);

		m.file = dict_intern(&s->dict, dict_text(&most->dict, m.file));
		m.build_id = dict_intern(&s->dict, dict_text(&most->dict, m.build_id));
		s->profile.head.main_map = dict_add_mapping(&s->dict, m);
	}
}

static bool publish_slices(struct session *s)
{
	for (size_t i = 0; i < s->slices.n && s->o->on_slice; i++)
		name_slice(s, s->slices.v[i]);
	s->mappings = (struct buf){ 0 };
	dict_init(&s->dict);
	profile_init(&s->profile, &s->dict);
	join_slices(s);
	return s->o->on_window(s->o->context, s, &s->window);
}

bool session_write_slices(struct session *s)
{
	const struct window *w = &s->window;
	bool go_on;

	/* The last slice is part of the window; facts about the end belong to no slice. */
	s->window = (struct window){ .number = w->number,
				     .max_rss = w->max_rss,
				     .user_time = w->user_time,
				     .user_only = w->user_only,
				     .last = w->last,
				     .ended = w->ended,
				     .status = w->status };
	go_on = session_publish(s, publish_slices);
	session_drop_window(s);
	s->window.number++;
	return go_on;
}

void session_release_slices(struct session *s)
{
	for (size_t i = 0; i < s->slices.n; i++)
		free_slice(s->slices.v[i]);
	mem_free(s->slices.v, s->slices.cap * sizeof(*s->slices.v));
}
