#include "record/interp_samples.h"

#include <stddef.h>

/* The most time between the program's record and its sample. */
static const uint64_t MOST_DISTANCE_NS = 1000000;

/* The interpreter's stack of a sample that was not handed out yet. */
struct joined {
	struct joined *next;
	uint64_t time; /* of the sample */
	size_t size;   /* of all this */
	uint32_t tid, pid, end, n, kind;
	uint32_t padding;
	struct interp_frame frame[];
};

void interp_samples_init(struct interp_samples *p)
{
	*p = (struct interp_samples){ 0 };
	interp_names_init(&p->names);
	evaluators_init(&p->evaluators);
}

void interp_samples_release(struct interp_samples *p)
{
	interp_samples_forget(p, UINT64_MAX);
	interp_names_release(&p->names);
	evaluators_release(&p->evaluators);
	buf_release(&p->pending);
	buf_release(&p->frames);
}

/* Joining */

enum { STACK_HEAD = sizeof(struct interp_stack_head) };

void interp_samples_take(struct interp_samples *p, struct str record)
{
	uint32_t kind, n;

	if (record.n < STACK_HEAD)
		return;
	memcpy(&kind, record.p, sizeof(kind));
	if (kind == INTERP_NAMES) {
		interp_names_add(&p->names, record);
		return;
	}
	memcpy(&n, record.p + offsetof(struct interp_stack_head, n), sizeof(n));
	if (kind != INTERP_STACK || n > (record.n - STACK_HEAD) / sizeof(struct interp_frame))
		return;
	buf_put(&p->pending, record.p, STACK_HEAD + n * sizeof(struct interp_frame));
}

/* The head of the record at a place of p->pending, and the place of the next one. */
static size_t pending_at(const struct interp_samples *p, size_t at, struct interp_stack_head *head)
{
	memcpy(head, p->pending.p + at, STACK_HEAD);
	return at + STACK_HEAD + head->n * sizeof(struct interp_frame);
}

static struct joined **joined_chain(struct interp_samples *p, uint32_t tid, uint64_t time)
{
	uint64_t hash = (tid ^ time << 20) * 0x9e3779b97f4a7c15;

	return &p->joined[hash >> 56];
}

static void keep_joined(struct interp_samples *p, size_t at, const struct interp_stack_head *head,
			uint64_t time)
{
	size_t bytes = head->n * sizeof(struct interp_frame);
	size_t size = offsetof(struct joined, frame) + bytes;
	struct joined *j = mem_resize(NULL, 0, size), **chain = joined_chain(p, head->tid, time);

	*j = (struct joined){ .next = *chain,
			      .time = time,
			      .size = size,
			      .tid = head->tid,
			      .pid = head->pid,
			      .end = head->end,
			      .n = head->n,
			      .kind = head->kind };
	if (bytes)
		memcpy(j->frame, p->pending.p + at + STACK_HEAD, bytes);
	*chain = j;
	p->njoined++;
}

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/*
 * Joins the thread's last record: an interrupt may take another sample between a run of the
 * program and its sample. Earlier records of the thread have lost their sample.
 */
void interp_samples_join(struct interp_samples *p, uint32_t tid, uint64_t time)
{
	struct interp_stack_head head, found = { 0 };
	size_t at = 0, match = SIZE_MAX, end = 0, next;

	for (; at < p->pending.n; at = next) {
		next = pending_at(p, at, &head);
		if (head.tid != tid || distance(head.time, time) > MOST_DISTANCE_NS)
			continue;
		found = head;
		match = at;
		end = next;
	}
	if (match == SIZE_MAX)
		return;
	keep_joined(p, match, &found, time);
	/* The other records wait for the interrupted sample, for MOST_DISTANCE_NS. */
	memmove(p->pending.p + match, p->pending.p + end, p->pending.n - end);
	p->pending.n -= end - match;
	if (p->pending.n > 1 << 20)
		p->pending.n = 0;
}

static struct joined *take_joined(struct interp_samples *p, uint32_t tid, uint64_t time)
{
	struct joined **at = joined_chain(p, tid, time), *j;

	while (*at && ((*at)->tid != tid || (*at)->time != time))
		at = &(*at)->next;
	j = *at;
	if (j) {
		*at = j->next;
		p->njoined--;
	}
	return j;
}

static void free_joined(struct joined *j)
{
	if (j)
		mem_free(j, j->size);
}

void interp_samples_forget(struct interp_samples *p, uint64_t until)
{
	for (size_t i = 0; i < LEN(p->joined) && p->njoined; i++) {
		struct joined **at = &p->joined[i], *j;

		while ((j = *at)) {
			if (j->time > until) {
				at = &j->next;
				continue;
			}
			*at = j->next;
			free_joined(j);
			p->njoined--;
		}
	}
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

static bool is_evaluator(struct interp_samples *p, const struct user_frame *f)
{
	const struct evaluator *e = evaluator_near(p, f);

	return e && evaluator_has(e, f->address - f->region->bias);
}

static bool is_generated(const struct user_frame *f)
{
	return f->region && map_is_generated(map_of(f->region));
}

/* Is it code of a JIT compiler, which runs instead of the evaluator, or is called by it? */
static bool is_compiled(const struct perf_sample *s, const struct joined *j, size_t i)
{
	return j && j->kind != INTERP_PYTHON && is_generated(&s->user[i]);
}

/*
 * Does compiled code have a run of its own? In PHP, it runs in the evaluator's frame, unless that
 * has called it. In Ruby it has no unwind tables, so the frame of the evaluator that called it may
 * be missing. It has a run if C code called it that compiled code had called. For the first
 * compiled frame of an evaluator's run that is not known: the evaluator or C may have called it.
 */
static bool is_compiled_run(struct interp_samples *p, const struct perf_sample *s,
			    const struct joined *j, size_t i)
{
	size_t caller = i + 1;

	if (caller < s->nuser &&
	    (is_generated(&s->user[caller]) || is_evaluator(p, &s->user[caller])))
		return false;
	if (j->kind == INTERP_PHP)
		return true;
	while (caller < s->nuser && !is_generated(&s->user[caller]) &&
	       !is_evaluator(p, &s->user[caller]))
		caller++;
	return caller == s->nuser || is_generated(&s->user[caller]) || p->first_compiled;
}

/* Does a frame stand for a run of this interpreter, or of any? */
static bool stands_for_run(struct interp_samples *p, const struct perf_sample *s,
			   const struct joined *j, size_t i)
{
	if (is_evaluator(p, &s->user[i]))
		return !j || evaluator_near(p, &s->user[i])->kind == j->kind;
	return is_compiled(s, j, i) && is_compiled_run(p, s, j, i);
}

static size_t count_standing(struct interp_samples *p, const struct perf_sample *s,
			     const struct joined *j)
{
	size_t n = 0;

	for (size_t i = 0; i < s->nuser; i++)
		n += stands_for_run(p, s, j, i);
	return n;
}

/* Counts the frames that stand for runs. Their number decides the open case of compiled code. */
static size_t count_evaluators(struct interp_samples *p, const struct perf_sample *s,
			       const struct joined *j, size_t runs)
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
static uint32_t run_end(const struct joined *j, uint32_t i)
{
	while (i < j->n && !(j->frame[i].flags & (INTERP_ENTRY | INTERP_SHIM)))
		i++;
	return i < j->n ? i + 1 : i;
}

/* Does any function of a run need the evaluator? The outermost ones of PHP may all be in C. */
static bool needs_evaluator(const struct joined *j, uint32_t i, uint32_t end)
{
	while (i < end && j->frame[i].flags & INTERP_C)
		i++;
	return i < end;
}

/* Counts the runs on the native stack. In a fiber, it has only those of the fiber. */
static size_t count_runs(const struct joined *j)
{
	size_t n = 0;

	for (uint32_t i = 0, end; i < j->n; i = end) {
		end = run_end(j, i);
		if (j->frame[end - 1].flags & INTERP_FIBER)
			break;
		n += needs_evaluator(j, i, end);
	}
	return n;
}

static bool is_in_fiber(const struct joined *j)
{
	for (uint32_t i = 0; i < j->n; i++)
		if (j->frame[i].flags & INTERP_FIBER)
			return true;
	return false;
}

static void put_frame(struct interp_samples *p, const struct user_frame *f)
{
	buf_put(&p->frames, f, sizeof(*f));
}

/* Puts a function that the interpreter runs on the stack. */
static void put_function(struct interp_samples *p, uint32_t pid, const struct interp_frame *f)
{
	uint64_t line = interp_names_line(&p->names, pid, f);
	struct user_frame out = { NULL, SCRIPT_FRAME };

	if (!line && p->find_names && p->find_names(p->context, pid, f))
		line = interp_names_line(&p->names, pid, f);
	p->counts.unnamed += !line;
	out.address |= line;
	put_frame(p, &out);
}

/* Puts the run that begins with frame i on the stack. Returns where the next one begins. */
static uint32_t put_run(struct interp_samples *p, const struct joined *j, uint32_t i)
{
	uint32_t end = run_end(j, i);

	for (; i < end; i++)
		if (!(j->frame[i].flags & INTERP_SHIM))
			put_function(p, j->pid, &j->frame[i]);
	return end;
}

static bool is_empty_run(const struct joined *j, uint32_t i)
{
	return i >= j->n || j->frame[i].flags & INTERP_SHIM;
}

/* With "-X perf" a trampoline calls the evaluator: code that has the function's name, too. */
static bool is_trampoline(struct interp_samples *p, const struct perf_sample *s, size_t i)
{
	return i && is_generated(&s->user[i]) && is_evaluator(p, &s->user[i - 1]);
}

/* Is it a function, or compiled code, to which the evaluator leaves instructions? */
static bool is_core(struct interp_samples *p, const struct perf_sample *s, const struct joined *j,
		    size_t i)
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
		       const struct joined *j, bool skip, uint32_t at)
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
			at = put_run(p, j, at);
		skip = false;
	}
	/* If the native stack was cut off, the interpreter still knows the callers. */
	while (at < j->n)
		at = put_run(p, j, at);
}

/*
 * Has the native stack all calls? That of a fiber begins with no function, so it ends for another
 * reason than that it was cut off.
 */
static bool is_whole(const struct perf_sample *s, const struct joined *j)
{
	return s->end == UNWIND_COMPLETE ||
	       (s->end != UNWIND_TRUNCATED && s->end != UNWIND_DEEP && is_in_fiber(j));
}

/* Are Ruby or PHP between making a frame and calling the evaluator for it? */
static bool is_unentered(const struct perf_sample *s, const struct joined *j, size_t evaluators,
			 size_t runs)
{
	return j->kind != INTERP_PYTHON && is_whole(s, j) && evaluators + 1 == runs;
}

static enum interp_outcome outcome_of(const struct perf_sample *s, const struct joined *j,
				      size_t evaluators, size_t runs)
{
	if (!j)
		return INTERP_EARLY;
	if (j->end != INTERP_WHOLE && j->end != INTERP_DEEP)
		return INTERP_NOT_READ;
	if (j->end == INTERP_DEEP)
		return runs <= evaluators ? INTERP_CUT : INTERP_MISMATCH;
	if (is_whole(s, j))
		return evaluators == runs || evaluators == runs + 1 ||
				       is_unentered(s, j, evaluators, runs) ?
			       INTERP_MERGED :
			       INTERP_MISMATCH;
	return runs >= evaluators ? INTERP_MERGED : INTERP_MISMATCH;
}

/* The interpreter of the innermost evaluator. */
static enum interp_kind kind_of(struct interp_samples *p, const struct perf_sample *s)
{
	for (size_t i = 0; i < s->nuser; i++)
		if (is_evaluator(p, &s->user[i]))
			return evaluator_near(p, &s->user[i])->kind;
	return INTERP_NONE;
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

static void complete_frames(struct interp_samples *p, const struct perf_sample *s, struct joined *j)
{
	for (uint32_t i = 0; i < j->n; i++)
		if (j->frame[i].flags & INTERP_LATE &&
		    !(p->find_late && s->process && complete_frame(p, s->process, &j->frame[i])))
			j->end = INTERP_UNREADABLE;
}

static struct joined *take_whole(struct interp_samples *p, const struct perf_sample *s)
{
	struct joined *j = take_joined(p, s->tid, s->time);

	if (j)
		complete_frames(p, s, j);
	return j;
}

void interp_samples_merge(struct interp_samples *p, struct perf_sample *s)
{
	struct joined *j = take_whole(p, s);
	size_t runs = j ? count_runs(j) : 0, evaluators = count_evaluators(p, s, j, runs);
	enum interp_kind kind;
	enum interp_outcome outcome = outcome_of(s, j, evaluators, runs);

	p->met_evaluator |= evaluators > 0;
	if (!evaluators && !(s->nuser && runs)) {
		free_joined(j);
		return;
	}
	kind = j ? (enum interp_kind)j->kind : kind_of(p, s);
	p->counts.outcome[kind][outcome]++;
	if (outcome == INTERP_NOT_READ)
		p->counts.by_end[kind][j->end]++;
	if (outcome == INTERP_MERGED || outcome == INTERP_CUT) {
		put_frames(p, s, j, j->end == INTERP_WHOLE && evaluators == runs + 1,
			   is_unentered(s, j, evaluators, runs) ? run_end(j, 0) : 0);
		s->user = (const struct user_frame *)p->frames.p;
		s->nuser = BUF_COUNT(&p->frames, struct user_frame);
		if (is_whole(s, j))
			s->end = j->end == INTERP_DEEP ? UNWIND_DEEP : UNWIND_COMPLETE;
	}
	free_joined(j);
}

bool interp_samples_script(const struct interp_samples *p, uint64_t address, struct script_frame *f)
{
	return interp_names_get(&p->names, address & ~SCRIPT_FRAME, f);
}
