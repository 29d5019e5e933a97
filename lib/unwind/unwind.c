#include "unwind/unwind.h"

#include "unwind/walk.h"

void unwinder_init(struct unwinder *u, const struct arch *arch)
{
	*u = (struct unwinder){ .arch = arch };
	u->cache = mem_zeroed((size_t)1 << UNWIND_CACHE_BITS, sizeof(*u->cache));
}

void unwinder_release(struct unwinder *u)
{
	mem_free(u->cache, ((size_t)1 << UNWIND_CACHE_BITS) * sizeof(*u->cache));
	memos_release(&u->memos);
}

/* Go to the caller of the frame at address, which is in region r. */
static bool walk_step(struct walk *w, const struct region *r, uint64_t address)
{
	struct rule rule = { .cfa = CFA_NONE };

	if (w->u->fp_only)
		return walk_by_fp(w);
	if (r->module && module_has_rules(r->module))
		rule = walk_rule(w->u, r, address);
	if (rule.cfa == CFA_NONE)
		return walk_by_guess(w, r);
	return walk_by_rule(w, &rule, r);
}

/* May a frame that was read from the running process be believed? */
static bool is_believable(const struct walk *w, const struct region *r)
{
	return !w->used_memory || !w->call || walk_follows_call(w, r, w->pc);
}

static size_t walk_stack(struct walk *w, struct user_frame *out)
{
	size_t n = 0;

	w->end = UNWIND_DEEP;
	while (n < UNWIND_MOST) {
		uint64_t address = w->pc - w->call;
		const struct region *r = walk_region(w, address);

		if (!r || !is_believable(w, r)) {
			w->end = w->used_memory ? UNWIND_TRUNCATED : UNWIND_LOST;
			break;
		}
		if (!w->used_memory)
			w->ncopied = n + 1;
		w->u->trail[n] = (struct memo_frame){ address, w->sp };
		out[n++] = (struct user_frame){ r, address };
		if (!walk_step(w, r, address))
			break;
	}
	return n;
}

/* Complete a stack of n frames that was cut off; returns how many it has then. */
static size_t remember_callers(struct walk *w, struct user_frame *out, size_t n)
{
	struct unwinder *u = w->u;
	size_t more;
	const struct memo_frame *f = memo_find(&u->memos, w->state->pid, w->state->tid, u->trail, n,
					       &more);

	if (!f || n + more > UNWIND_MOST)
		return n;
	for (size_t i = 0; i < more; i++) {
		out[n + i] = (struct user_frame){ walk_region(w, f[i].address), f[i].address };
		u->trail[n + i] = f[i];
		if (!out[n + i].region)
			return n;
	}
	w->end = UNWIND_COMPLETE;
	u->remembered++;
	return n + more;
}

/* Read what was not copied from the process; keep it if it makes a whole stack. */
static size_t walk_memory(struct walk *w, struct user_frame *out)
{
	struct unwinder *u = w->u;
	size_t n;

	*w = walk_begin(u, w->space, w->state);
	w->may_read = true;
	memory_init(&u->memory, w->space);
	n = walk_stack(w, out);
	if (w->end == UNWIND_COMPLETE) {
		u->completed++;
		return n;
	}
	w->end = UNWIND_TRUNCATED; /* the process ran on */
	return w->ncopied;
}

size_t unwind(struct unwinder *u, const struct address_space *space, const struct user_state *state,
	      struct user_frame *out, enum unwind_end *end)
{
	struct walk w = walk_begin(u, space, state);
	size_t n = walk_stack(&w, out);
	bool wild_fp = w.wild_fp;

	if (u->use_memo && w.end == UNWIND_TRUNCATED)
		n = remember_callers(&w, out, n);
	if (u->use_memory && w.end == UNWIND_TRUNCATED)
		n = walk_memory(&w, out);
	if (wild_fp && w.end == UNWIND_TRUNCATED)
		w.end = UNWIND_BAD; /* no copy of the stack would have had it */
	if (u->use_memo && w.end == UNWIND_COMPLETE)
		memo_keep(&u->memos, state->pid, state->tid, u->trail, n);
	u->ends[w.end]++;
	*end = w.end;
	return n;
}
