#include "record/unwind.h"

#include "record/walk.h"

void unwinder_init(struct unwinder *u, const struct arch *arch, struct processes *processes)
{
	*u = (struct unwinder){ .arch = arch, .processes = processes };
	u->cache = mem_zeroed((size_t)1 << UNWIND_CACHE_BITS, sizeof(*u->cache));
}

void unwinder_release(struct unwinder *u)
{
	mem_free(u->cache, ((size_t)1 << UNWIND_CACHE_BITS) * sizeof(*u->cache));
	memos_release(&u->memos);
}

/* The walk */

/* Go to the caller of the frame at address (its mapping is m). */
static bool step(struct walk *w, const struct map *m, uint64_t address)
{
	struct rule r = { .cfa = CFA_NONE };

	if (w->u->fp_only)
		return walk_by_fp(w);
	if (m->binary && binary_has_rules(m->binary))
		r = walk_rule(w->u, m, address);
	if (r.cfa == CFA_NONE)
		return walk_by_guess(w, m);
	return walk_by_rule(w, &r, m);
}

/* May a frame that was read from the running process be believed? */
static bool believable(const struct walk *w, const struct map *m)
{
	return !w->used_live || !w->call || walk_follows_call(w, m, w->pc);
}

static size_t walk(struct walk *w, struct user_frame *out)
{
	size_t n = 0;

	w->end = UNWIND_DEEP;
	while (n < UNWIND_MOST) {
		uint64_t address = w->pc - w->call;
		struct map *m = process_find(w->u->processes, w->p, address);

		if (!m || !believable(w, m)) {
			w->end = w->used_live ? UNWIND_TRUNCATED : UNWIND_LOST;
			break;
		}
		if (!w->used_live)
			w->live_from = n + 1;
		w->u->trail[n] = (struct memo_frame){ address, w->sp };
		out[n++] = (struct user_frame){ m, address };
		if (!step(w, m, address))
			break;
	}
	return n;
}

/* Complete a stack of n frames that was cut off; returns how many it has then. */
static size_t remember(struct walk *w, struct user_frame *out, size_t n)
{
	struct unwinder *u = w->u;
	size_t more;
	const struct memo_frame *f = memo_find(&u->memos, w->p->pid, w->state->tid, u->trail, n,
					       &more);

	if (!f || n + more > UNWIND_MOST)
		return n;
	for (size_t i = 0; i < more; i++) {
		out[n + i] = (struct user_frame){ process_find(u->processes, w->p, f[i].address),
						  f[i].address };
		u->trail[n + i] = f[i];
		if (!out[n + i].map)
			return n;
	}
	w->end = UNWIND_COMPLETE;
	u->remembered++;
	return n + more;
}

/* Read what was not copied from the process; keep it if it makes a whole stack. */
static size_t walk_live(struct walk *w, struct user_frame *out)
{
	struct unwinder *u = w->u;
	size_t n;

	*w = walk_begin(u, w->p, w->state);
	w->live = true;
	live_init(&u->live, w->state->tid);
	n = walk(w, out);
	if (w->end == UNWIND_COMPLETE) {
		u->completed++;
		return n;
	}
	w->end = UNWIND_TRUNCATED; /* the process ran on */
	return w->live_from;
}

size_t unwind(struct unwinder *u, struct process *p, const struct user_state *state,
	      struct user_frame *out, enum unwind_end *end)
{
	struct walk w = walk_begin(u, p, state);
	size_t n = walk(&w, out);

	if (u->use_memo && w.end == UNWIND_TRUNCATED)
		n = remember(&w, out, n);
	if (u->use_live && w.end == UNWIND_TRUNCATED)
		n = walk_live(&w, out);
	if (u->use_memo && w.end == UNWIND_COMPLETE)
		memo_keep(&u->memos, p->pid, state->tid, u->trail, n);
	u->ends[w.end]++;
	*end = w.end;
	return n;
}
