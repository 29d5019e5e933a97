/*
 * Steps from generated code. A return address counts only if code returns there, by its
 * instructions; what cannot be proven ends the stack.
 */
#include "unwind/walk_call.h"

enum { FUNCTION = 64 << 10 /* functions are rarely larger */ };

/* Does a call lead to the address that v has reached? */
static bool is_called_there(struct walk *v)
{
	const struct region *r = walk_region(v, v->pc - 1);

	return r && walk_may_return_to(v, r, v->pc);
}

/*
 * HotSpot's interpreter keeps its caller's stack pointer below the saved frame pointer: where
 * compiled code calls it, arguments are put in between.
 */
static uint64_t sender_of(struct walk *w)
{
	enum { MOST = 4096 }; /* bytes of arguments */
	uint64_t sender, next = w->fp + 16;

	if (!walk_read(w, w->fp - 8, &sender) || sender - next > MOST || sender & 7)
		return 0;
	return sender;
}

/* Steps by the frame pointer, in a function that keeps it. */
static bool by_kept_fp(struct walk *w)
{
	struct walk v = *w;

	if (!walk_by_fp(&v)) {
		w->wild = v.wild;
		return walk_stop(w, v.end);
	}
	if (!is_called_there(&v))
		return walk_stop(w, UNWIND_BAD);
	v.sender = sender_of(w);
	*w = v;
	return true;
}

/* Looks at the generated code that a walk goes through, so that it counts for the process. */
static void look_ahead(struct walk v)
{
	enum { MOST = 64 };

	v.is_trial = true;
	for (size_t n = 0; n < MOST; n++) {
		uint64_t address = v.pc - v.call;
		const struct region *r = walk_region(&v, address);

		if (!r || !walk_step(&v, r, address))
			return;
	}
}

/* Does the process's generated code keep frame pointers, as that of V8 and of interpreters does? */
static bool process_keeps_fp(struct walk *w, const struct walk *caller)
{
	const struct generated *g = &w->u->generated;
	int pid = w->state->pid;

	if (w->is_trial || generated_keeps_fp(g, pid, false))
		return true;
	if (generated_keeps_fp(g, pid, true)) /* none was seen */
		look_ahead(*caller);
	return generated_keeps_fp(g, pid, false);
}

/*
 * Steps by a frame pointer that may be another function's. It is not if a direct call leads here,
 * or if the process's other code keeps frame pointers. (In V8, a built-in function makes frames.)
 */
static bool by_unknown_fp(struct walk *w)
{
	uint64_t target = 0;
	struct walk v = *w;
	bool any = false, is_known;

	if (!walk_by_fp(&v))
		return walk_stop(w, UNWIND_NO_TABLES);
	is_known = walk_called_function(&v, v.pc, &target, &any) && w->pc - target <= FUNCTION;
	if (!any || !(is_known || process_keeps_fp(w, &v)))
		return walk_stop(w, UNWIND_NO_TABLES);
	v.sender = sender_of(w);
	*w = v;
	return true;
}

/* The frame of a function that begins shortly before code makes it. */
struct fixed_frame {
	uint32_t size, fp_at; /* as in struct generated_code */
	uint64_t start;
};

enum call_proof {
	NOT_CALLED,
	MAY_BE_CALLED, /* through a pointer, or a stub that jumps on */
	IS_CALLED,
};

/* Does the call that v has reached lead to this function? */
static enum call_proof is_called_from(const struct walk *w, const struct fixed_frame *f,
				      struct walk *v)
{
	enum { EARLIER = 128 };
	const struct region *r;
	uint64_t target;
	bool any;

	if (!walk_called_function(v, v->pc, &target, &any))
		return is_called_there(v) ? MAY_BE_CALLED : NOT_CALLED;
	if (!f->start || (target <= w->pc && target + EARLIER > f->start))
		return IS_CALLED;
	r = walk_region(v, target);
	return r && generated_may_lead_to(w->space, r, target, f->size) ? MAY_BE_CALLED :
									  NOT_CALLED;
}

/* Steps from a frame of a known size whose stack pointer is sp. */
static bool by_size_at(struct walk *w, const struct fixed_frame *f, uint64_t sp,
		       enum call_proof proof)
{
	uint64_t at = sp + f->size, fp = w->fp, pc;
	struct walk v = *w;

	if (!walk_read(w, at, &pc) || (f->fp_at && !walk_read(w, at - f->fp_at, &fp)))
		return walk_stop(w, UNWIND_TRUNCATED);
	if (!pc || !walk_move(&v, pc, at + 8, fp, false) || is_called_from(w, f, &v) < proof)
		return walk_stop(w, UNWIND_NO_TABLES);
	v.sender = 0;
	*w = v;
	return true;
}

/*
 * Steps by the frame pointer from code that cannot be seen: that of a recording, or of a process
 * that has ended. It counts only while the process's code seems to keep frame pointers: while most
 * such steps lead to calls.
 */
static bool by_unseen_fp(struct walk *w)
{
	struct generated *g = &w->u->generated;
	int pid = w->state->pid;
	struct walk v = *w;
	bool moved = walk_by_fp(&v), is_call = moved && is_called_there(&v);

	w->wild = v.wild;
	if (!moved && v.end != UNWIND_BAD && !v.wild)
		return walk_stop(w, v.end);
	generated_count(g, pid, is_call);
	if (!is_call)
		return walk_stop(w, UNWIND_BAD);
	if (!generated_keeps_fp(g, pid, true))
		return walk_stop(w, UNWIND_NO_TABLES);
	*w = v;
	return true;
}

/* Steps by the frame that the code makes, or by that which its process's code keeps. */
static bool by_own_frame(struct walk *w, const struct region *r)
{
	struct unwinder *u = w->u;
	struct generated_code c; /* a copy: the cache changes */
	struct fixed_frame inner, f;

	if (!u->use_memory)
		return by_unseen_fp(w);
	c = *generated_code_at(&u->generated, w->space, w->state->pid, r, w->pc, w->call);
	inner = (struct fixed_frame){ c.inner_size, 0, c.inner_start };
	f = (struct fixed_frame){ c.size, c.fp_at, c.start };
	if (c.inner_size && by_size_at(w, &inner, w->sp, IS_CALLED))
		return true;
	switch (c.frame) {
	case GENERATED_BY_FP: return by_kept_fp(w);
	case GENERATED_BY_SIZE:
		return by_size_at(w, &f, w->sp, MAY_BE_CALLED) ||
		       (w->sender > w->sp && by_size_at(w, &f, w->sender, MAY_BE_CALLED));
	case GENERATED_UNKNOWN: return by_unknown_fp(w);
	}
	return by_unseen_fp(w);
}

/*
 * The rule of the function that the call before `pc` leads to, if the function has a frame before
 * its first instruction: its table describes the frame that all of its code, and code that it
 * jumps to, has.
 */
static bool lent_frame(struct walk *w, uint64_t pc, struct rule *rule)
{
	const struct region *r;
	uint64_t target;
	bool any;

	if (!walk_called_function(w, pc, &target, &any))
		return false;
	r = walk_region(w, target);
	if (!r || !r->module || r->module->arch != w->arch || !module_has_rules(r->module))
		return false;
	*rule = walk_rule(w, r, target);
	return rule->cfa == CFA_SP && rule->cfa_offset > w->arch->word && rule->ra == AT_CFA &&
	       rule->ra_offset == -w->arch->word && rule->fp == AT_CFA;
}

/*
 * Steps from code that runs in the frame of a function which jumps to it, as LuaJIT's traces do,
 * and may have reserved a little more. With much more, a return address of an earlier call might
 * be in that part.
 */
static bool by_lent_frame(struct walk *w)
{
	enum { MOST_FRAME = 256, MOST_RESERVED = 128, ALIGNMENT = 16 };
	uint64_t at, pc, fp;
	struct rule rule;

	for (at = w->sp; at < w->sp + MOST_FRAME + MOST_RESERVED; at += w->arch->word) {
		uint64_t cfa = at + w->arch->word, reserved;

		if (!walk_read(w, at, &pc))
			return false;
		if (!lent_frame(w, pc, &rule))
			continue;
		reserved = cfa - (uint64_t)(int64_t)rule.cfa_offset - w->sp;
		if (reserved <= MOST_RESERVED && reserved % ALIGNMENT == 0)
			return walk_read(w, cfa + (uint64_t)(int64_t)rule.fp_offset, &fp) &&
			       walk_move(w, pc, cfa, fp, false);
	}
	return false;
}

bool walk_by_generated(struct walk *w, const struct region *r)
{
	return by_own_frame(w, r) || by_lent_frame(w);
}
