#include "record/interp/interp_samples.h"

#include <stddef.h>

void interp_samples_init(struct interp_samples *p)
{
	*p = (struct interp_samples){ 0 };
	interp_names_init(&p->names);
	evaluators_init(&p->evaluators);
}

void interp_samples_release(struct interp_samples *p)
{
	sample_join_release(&p->stacks);
	interp_names_release(&p->names);
	evaluators_release(&p->evaluators);
	buf_release(&p->frames);
}

/* The interpreter's stack of a sample, as in the program's record. */
struct script_stack {
	struct interp_stack_head head;
	struct interp_frame frame[];
};

void interp_samples_take(struct interp_samples *p, struct str record)
{
	struct interp_stack_head head;

	if (record.n < sizeof(head))
		return;
	memcpy(&head, record.p, sizeof(head));
	if (head.record == INTERP_NAMES) {
		interp_names_add(&p->names, record);
		return;
	}
	if (head.record != INTERP_STACK ||
	    head.n > (record.n - sizeof(head)) / sizeof(struct interp_frame))
		return;
	record.n = sizeof(head) + head.n * sizeof(struct interp_frame);
	sample_join_take(&p->stacks, head.tid, head.time, record);
}

/* Merging */

/* The evaluator of the frame's module; NULL if it has none. */
static const struct evaluator *evaluator_near(struct interp_samples *p, const struct user_frame *f)
{
	const struct evaluator *e;

	if (!f->region || !f->region->module)
		return NULL;
	e = evaluators_of(&p->evaluators, f->region->module);
	return e->nparts ? e : NULL;
}

/* The evaluator whose frame it is; NULL: it is of another function. */
static const struct evaluator *evaluator_at(struct interp_samples *p, const struct user_frame *f)
{
	const struct evaluator *e = evaluator_near(p, f);

	return e && evaluator_has(e, f->address - f->region->bias) ? e : NULL;
}

static bool is_evaluator(struct interp_samples *p, const struct user_frame *f)
{
	return evaluator_at(p, f);
}

static bool is_generated(const struct user_frame *f)
{
	return f->region && map_is_generated(map_of(f->region));
}

/* Is it code of a JIT compiler, which runs instead of the evaluator, or is called by it? */
static bool is_compiled(const struct perf_sample *s, const struct script_stack *j, size_t i)
{
	return j && j->head.kind != INTERP_PYTHON && is_generated(&s->user[i]);
}

/*
 * Does compiled code have a run of its own? In PHP, it runs in the evaluator's frame, unless that
 * has called it. In Ruby it has no unwind tables, so the frame of the evaluator that called it may
 * be missing. It has a run if C code called it that compiled code had called. For the first
 * compiled frame of an evaluator's run that is not known: the evaluator or C may have called it.
 */
static bool is_compiled_run(struct interp_samples *p, const struct perf_sample *s,
			    const struct script_stack *j, size_t i)
{
	size_t caller = i + 1;

	if (caller < s->nuser &&
	    (is_generated(&s->user[caller]) || is_evaluator(p, &s->user[caller])))
		return false;
	if (j->head.kind == INTERP_PHP)
		return true;
	while (caller < s->nuser && !is_generated(&s->user[caller]) &&
	       !is_evaluator(p, &s->user[caller]))
		caller++;
	return caller == s->nuser || is_generated(&s->user[caller]) || p->first_compiled;
}

/* Does a frame stand for a run of this interpreter, or of any? */
static bool stands_for_run(struct interp_samples *p, const struct perf_sample *s,
			   const struct script_stack *j, size_t i)
{
	const struct evaluator *e = evaluator_at(p, &s->user[i]);

	if (e)
		return !j || e->kind == j->head.kind;
	return is_compiled(s, j, i) && is_compiled_run(p, s, j, i);
}

static size_t count_standing(struct interp_samples *p, const struct perf_sample *s,
			     const struct script_stack *j)
{
	size_t n = 0;

	for (size_t i = 0; i < s->nuser; i++)
		n += stands_for_run(p, s, j, i);
	return n;
}

/* Counts the frames that stand for runs. Their number decides the open case of compiled code. */
static size_t count_evaluators(struct interp_samples *p, const struct perf_sample *s,
			       const struct script_stack *j, size_t runs)
{
	size_t n;

	p->first_compiled = false;
	n = count_standing(p, s, j);
	if (n >= runs)
		return n;
	p->first_compiled = true;
	if (count_standing(p, s, j) == runs)
		return runs;
	p->first_compiled = false;
	return n;
}

/* The end of the run that begins with frame i. The next run begins there. */
static uint32_t run_end(const struct script_stack *j, uint32_t i)
{
	while (i < j->head.n && !(j->frame[i].flags & (INTERP_ENTRY | INTERP_SHIM)))
		i++;
	return i < j->head.n ? i + 1 : i;
}

/* Does any function of a run need the evaluator? The outermost ones of PHP may all be in C. */
static bool needs_evaluator(const struct script_stack *j, uint32_t i, uint32_t end)
{
	while (i < end && j->frame[i].flags & INTERP_C)
		i++;
	return i < end;
}

/* Counts the runs on the native stack. In a fiber, it has only those of the fiber. */
static size_t count_runs(const struct script_stack *j)
{
	size_t n = 0;

	for (uint32_t i = 0, end; i < j->head.n; i = end) {
		end = run_end(j, i);
		if (j->frame[end - 1].flags & INTERP_FIBER)
			break;
		n += needs_evaluator(j, i, end);
	}
	return n;
}

static bool is_in_fiber(const struct script_stack *j)
{
	for (uint32_t i = 0; i < j->head.n; i++)
		if (j->frame[i].flags & INTERP_FIBER)
			return true;
	return false;
}

static void put_frame(struct interp_samples *p, const struct user_frame *f)
{
	buf_put(&p->frames, f, sizeof(*f));
}

/* Reads names. An ancestor has the same code object in the same place, if the process ended. */
static bool find_names(struct interp_samples *p, const struct process *of, uint32_t pid,
		       const struct interp_frame *f)
{
	bool done = p->find_names && p->find_names(p->context, pid, (int)pid, f);

	for (size_t i = 0; p->find_names && of && i < of->nancestor && !done; i++)
		done = p->find_names(p->context, pid, (int)of->ancestor[i], f);
	return done;
}

/* Puts a function that the interpreter runs on the stack. */
static void put_function(struct interp_samples *p, const struct process *of, uint32_t pid,
			 const struct interp_frame *f)
{
	uint64_t line = interp_names_line(&p->names, pid, f);
	struct user_frame out = { NULL, SCRIPT_FRAME };

	if (!line && find_names(p, of, pid, f))
		line = interp_names_line(&p->names, pid, f);
	p->counts.unnamed += !line;
	out.address |= line;
	put_frame(p, &out);
}

/* Puts the run that begins with frame i on the stack. Returns where the next one begins. */
static uint32_t put_run(struct interp_samples *p, const struct process *of,
			const struct script_stack *j, uint32_t i)
{
	uint32_t end = run_end(j, i);

	for (; i < end; i++)
		if (!(j->frame[i].flags & INTERP_SHIM))
			put_function(p, of, j->head.pid, &j->frame[i]);
	return end;
}

static bool is_empty_run(const struct script_stack *j, uint32_t i)
{
	return i >= j->head.n || j->frame[i].flags & INTERP_SHIM;
}

/* With "-X perf" a trampoline calls the evaluator: code that has the function's name, too. */
static bool is_trampoline(struct interp_samples *p, const struct perf_sample *s, size_t i)
{
	return i && is_generated(&s->user[i]) && is_evaluator(p, &s->user[i - 1]);
}

/* Is it a function, or compiled code, to which the evaluator leaves instructions? */
static bool is_core(struct interp_samples *p, const struct perf_sample *s,
		    const struct script_stack *j, size_t i)
{
	const struct evaluator *e = evaluator_near(p, &s->user[i]);

	if (is_compiled(s, j, i))
		return !stands_for_run(p, s, j, i);
	return e && i + 1 < s->nuser &&
	       evaluator_has_core(e, s->user[i].address - s->user[i].region->bias) &&
	       is_evaluator(p, &s->user[i + 1]);
}

/*
 * With `skip`, the innermost evaluator has no interpreted frame: it was just entered, or is about
 * to return. In Ruby, the innermost functions may have no evaluator yet; `at` is after them.
 */
static void put_frames(struct interp_samples *p, const struct perf_sample *s,
		       const struct script_stack *j, bool skip, uint32_t at)
{

	p->frames.n = 0;
	for (size_t i = 0; i < s->nuser; i++) {
		bool native = !stands_for_run(p, s, j, i), empty = skip || is_empty_run(j, at);

		if (!p->show_evaluators && (is_trampoline(p, s, i) || is_core(p, s, j, i)))
			continue;
		if (native || p->show_evaluators || empty)
			put_frame(p, &s->user[i]);
		if (native)
			continue;
		if (!skip)
			at = put_run(p, s->process, j, at);
		skip = false;
	}
	/* If the native stack was cut off, the interpreter still knows the callers. */
	while (at < j->head.n)
		at = put_run(p, s->process, j, at);
}

/*
 * Has the native stack all calls? That of a fiber begins with no function, so it ends for another
 * reason than that it was cut off.
 */
static bool is_whole(const struct perf_sample *s, const struct script_stack *j)
{
	return s->end == UNWIND_COMPLETE ||
	       (s->end != UNWIND_TRUNCATED && s->end != UNWIND_DEEP && is_in_fiber(j));
}

/* Are Ruby or PHP between making a frame and calling the evaluator for it? */
static bool is_unentered(const struct perf_sample *s, const struct script_stack *j,
			 size_t evaluators, size_t runs)
{
	return j->head.kind != INTERP_PYTHON && is_whole(s, j) && evaluators + 1 == runs;
}

/*
 * May the innermost evaluator have no function yet, or no more? Not of a thread without Python's
 * lock, nor if one interpreter may have called another: then the functions are the other's.
 */
static bool may_be_empty(const struct script_stack *j)
{
	return !j->head.several && j->head.gil != INTERP_GIL_NONE &&
	       j->head.gil != INTERP_GIL_WAITS;
}

static enum interp_outcome outcome_of(const struct perf_sample *s, const struct script_stack *j,
				      size_t evaluators, size_t runs)
{
	if (!j)
		return INTERP_EARLY;
	if (j->head.end != INTERP_WHOLE && j->head.end != INTERP_DEEP)
		return INTERP_NOT_READ;
	/* Both stacks may be cut off; their innermost ends belong together. */
	if (j->head.end == INTERP_DEEP)
		return runs <= evaluators || !is_whole(s, j) ? INTERP_CUT : INTERP_MISMATCH;
	if (is_whole(s, j))
		return evaluators == runs || (evaluators == runs + 1 && may_be_empty(j)) ||
				       is_unentered(s, j, evaluators, runs) ?
			       INTERP_MERGED :
			       INTERP_MISMATCH;
	return runs >= evaluators ? INTERP_MERGED : INTERP_MISMATCH;
}

/* The interpreter of the innermost evaluator. */
static enum interp_kind kind_of(struct interp_samples *p, const struct perf_sample *s)
{
	for (size_t i = 0; i < s->nuser; i++) {
		const struct evaluator *e = evaluator_at(p, &s->user[i]);

		if (e)
			return e->kind;
	}
	return INTERP_NONE;
}

/*
 * Greenlets. All greenlets of a thread use one native stack: what lies beyond the function that
 * begins a greenlet is not its caller, and another may have left it there. When greenlets change,
 * the native stack is exchanged first, then the frames of Python.
 */

static bool is_greenlet_code(const struct user_frame *f)
{
	struct str file = f->region ? str_basename(region_file(f->region)) : (struct str){ 0 };

	return str_starts(file, S("_greenlet.")) || str_starts(file, S("greenlet."));
}

/*
 * The number of frames up to the beginning of a greenlet; all, if the thread is in none. *changes:
 * the innermost ones are of the library that exchanges greenlets.
 */
static size_t count_of_greenlet(struct interp_samples *p, const struct perf_sample *s,
				bool *changes)
{
	bool met = false;
	size_t i = 0;

	*changes = false;
	for (; i < s->nuser && !(met && is_greenlet_code(&s->user[i])); i++) {
		*changes |= !met && is_greenlet_code(&s->user[i]);
		met |= is_evaluator(p, &s->user[i]);
	}
	while (i < s->nuser && is_greenlet_code(&s->user[i]))
		i++;
	return i;
}

/* Leaves out the frames beyond a greenlet. Returns whether greenlets change. */
static bool cut_greenlet(struct interp_samples *p, struct perf_sample *s)
{
	bool changes;
	size_t n = count_of_greenlet(p, s, &changes);

	if (n < s->nuser)
		s->end = UNWIND_COMPLETE;
	s->nuser = n;
	return changes;
}

/* Completes a frame that the program left. An ancestor has the same memory, if the process ended. */
static bool complete_frame(struct interp_samples *p, const struct process *of,
			   struct interp_frame *f)
{
	bool done = p->find_late(p->context, (uint32_t)of->pid, f);

	for (size_t i = 0; i < of->nancestor && !done; i++)
		done = p->find_late(p->context, (uint32_t)of->ancestor[i], f);
	return done;
}

static void complete_frames(struct interp_samples *p, const struct perf_sample *s,
			    struct script_stack *j)
{
	for (uint32_t i = 0; i < j->head.n; i++)
		if (j->frame[i].flags & INTERP_LATE &&
		    !(p->find_late && s->process && complete_frame(p, s->process, &j->frame[i])))
			j->head.end = INTERP_UNREADABLE;
}

/* Is an address in the copy of the thread's native stack? */
static bool is_on_stack(const struct interp_samples *p, const struct perf_sample *s, uint64_t at)
{
	const struct user_state *u = s->state;

	return p->arch && u && !(u->missing >> p->arch->sp & 1) &&
	       at - u->regs[p->arch->sp] < u->nstack;
}

static const struct script_stack *take_whole(struct interp_samples *p, const struct perf_sample *s)
{
	struct str record = sample_join_find(&p->stacks, s->tid, s->time);
	struct script_stack *j = (void *)record.p;

	if (!j)
		return NULL;
	if (j->head.proof && !is_on_stack(p, s, j->head.proof)) {
		j->head.end = INTERP_TWO;
		j->head.gil = INTERP_GIL_UNKNOWN;
	}
	complete_frames(p, s, j);
	return j;
}

static const char *gil_label(const struct script_stack *j)
{
	static const char *const labels[] = { NULL, "none", "holds", "waits" };

	return j->head.gil < LEN(labels) ? labels[j->head.gil] : NULL;
}

void interp_samples_merge(struct interp_samples *p, struct perf_sample *s)
{
	const struct script_stack *j = take_whole(p, s);
	enum interp_kind kind = j ? (enum interp_kind)j->head.kind : kind_of(p, s);
	bool changes = kind == INTERP_PYTHON && cut_greenlet(p, s);
	size_t runs = j ? count_runs(j) : 0, evaluators = count_evaluators(p, s, j, runs);
	enum interp_outcome outcome = j && changes ? INTERP_MISMATCH :
						     outcome_of(s, j, evaluators, runs);

	p->met_evaluator |= evaluators > 0;
	s->gil = j ? gil_label(j) : NULL;
	if (!evaluators && !(s->nuser && runs))
		return;
	p->counts.outcome[kind][outcome]++;
	if (outcome == INTERP_NOT_READ)
		p->counts.by_end[kind][j->head.end]++;
	if (outcome == INTERP_MERGED || outcome == INTERP_CUT) {
		put_frames(p, s, j, j->head.end == INTERP_WHOLE && evaluators == runs + 1,
			   is_unentered(s, j, evaluators, runs) ? run_end(j, 0) : 0);
		s->user = (const struct user_frame *)p->frames.p;
		s->nuser = BUF_COUNT(&p->frames, struct user_frame);
		if (is_whole(s, j))
			s->end = j->head.end == INTERP_DEEP ? UNWIND_DEEP : UNWIND_COMPLETE;
	}
}

bool interp_samples_script(const struct interp_samples *p, uint64_t address, struct script_frame *f)
{
	return interp_names_get(&p->names, address & ~SCRIPT_FRAME, f);
}
