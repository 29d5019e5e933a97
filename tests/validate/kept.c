#include "kept.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "record/process/launch.h"

enum { LOOK_MS = 50, MOST_READ = 8 << 20 };

/* The process as it is now, which may be as it was when last kept. */
static struct kept_process *keep_process(struct kept *k, const struct process *p)
{
	struct kept_process *was = k->processes;

	while (was && was->process.pid != p->pid)
		was = was->next;
	if (was && was->process.nmap == p->nmap) {
		size_t same = 0;

		for (; same < p->nmap; same++) {
			const struct map *a = &was->process.map[same], *b = &p->map[same];

			if (a->region.start != b->region.start || a->region.end != b->region.end ||
			    a->binary != b->binary || a->offset != b->offset)
				break;
		}
		if (same == p->nmap)
			return was;
	}
	was = mem_zeroed(1, sizeof(*was));
	was->process = *p;
	was->process.cap = p->nmap;
	was->process.map = mem_zeroed(p->nmap, sizeof(*p->map));
	if (p->nmap)
		memcpy(was->process.map, p->map, p->nmap * sizeof(*p->map));
	was->next = k->processes;
	k->processes = was;
	return was;
}

/* What of the stack lies above the copy, page by page up to its end. */
static size_t read_rest(const struct user_state *state, uint64_t from, uint8_t *to)
{
	size_t n = 0, page = 4096;

	while (n < MOST_READ) {
		size_t want = page - (from + n) % page;
		struct iovec here = { to + n, want },
			     there = { (void *)(uintptr_t)(from + n), want };
		ssize_t got = process_vm_readv(state->tid, &here, 1, &there, 1, 0);

		if (got <= 0)
			break;
		n += (size_t)got;
	}
	return n;
}

/*
 * The copy of the stack; where the recorder read more of it from the process, all the
 * rest of it, too: what is compared later then needs no process.
 */
static void keep_stack(struct kept_sample *s, const struct user_state *state, bool used_live)
{
	uint8_t *copy = malloc(state->nstack + (used_live ? MOST_READ + 4096 : 1));

	memcpy(copy, state->stack, state->nstack);
	s->state.nstack = s->ncopied = state->nstack;
	if (used_live)
		s->state.nstack += read_rest(state, s->regs[arch_host()->sp] + s->ncopied,
					     copy + s->ncopied);
	s->state.stack = realloc(copy, s->state.nstack + 1);
}

static const struct region *kept_region(struct kept_process *p, const struct region *r)
{
	for (size_t i = 0; r && i < p->process.nmap; i++)
		if (p->process.map[i].region.start == r->start)
			return &p->process.map[i].region;
	return NULL;
}

static void on_sample(void *context, const struct perf_sample *r)
{
	struct kept *k = context;
	struct kept_sample *s;
	static uint64_t completed;

	if (!r->state)
		return;
	k->sample = mem_grow(k->sample, &k->cap, k->n + 1, sizeof(*k->sample));
	s = &k->sample[k->n++];
	*s = (struct kept_sample){ .of = keep_process(k, r->process),
				   .end = r->end,
				   .nframe = r->nuser };
	s->of->nsample++;
	if (r->nuser) {
		s->last = r->user[r->nuser - 1];
		s->last.region = kept_region(s->of, s->last.region);
	}
	for (size_t i = 0; i < r->nuser; i++)
		s->jit |= r->user[i].region && !r->user[i].region->module;
	memcpy(s->regs, r->state->regs, arch_host()->nregs * sizeof(*s->regs));
	keep_stack(s, r->state, k->recorder.decoder.unwinder.completed > completed);
	completed = k->recorder.decoder.unwinder.completed;
}

static bool start(struct kept *k, char *const *command, struct launched *child, struct buf *why)
{
	static struct event cpu;

	if (!event_find(S("cpu"), &cpu, why))
		return false;
	if (!launch_prepare(child, &(struct launch){ .command = command })) {
		buf_printf(why, "cannot start '%s': %s", command[0], strerror(errno));
		return false;
	}
	k->sampler_options.events = &cpu;
	k->sampler_options.nevent = 1;
	k->sampler_options.pids = &child->pid;
	k->sampler_options.npid = 1;
	if (!sampler_open(&k->sampler, &k->sampler_options, why)) {
		launch_cancel(child);
		return false;
	}
	if (k->sampler.by_cpu) {
		k->recorder.tree.children = true;
		process_tree_add(&k->recorder.tree, child->pid, TREE_AT_EXEC);
		sampler_start(&k->sampler);
	}
	errno = launch_go(child);
	if (!errno)
		return true;
	buf_printf(why, "cannot run '%s': %s", command[0], strerror(errno));
	waitpid(child->pid, NULL, 0);
	return false;
}

bool kept_record(struct kept *k, const struct kept_options *o, char *const *command,
		 struct buf *why)
{
	struct launched child;
	int status;

	*k = (struct kept){ .sampler_options = { .arch = arch_host(),
						 .frequency = o->frequency,
						 .stack_bytes = o->stack_bytes,
						 .kernel = true,
						 .target = TARGET_CHILD,
						 .children = true } };
	recorder_init(&k->recorder, &k->sampler, arch_host());
	k->recorder.on_sample = on_sample;
	k->recorder.context = k;
	k->recorder.decoder.unwinder.use_memory = o->live;
	k->recorder.decoder.unwinder.use_memo = o->memo;
	if (!start(k, command, &child, why))
		return false;
	while (waitpid(child.pid, &status, WNOHANG) == 0) {
		sampler_wait(&k->sampler, LOOK_MS, -1);
		recorder_drain(&k->recorder, false);
	}
	sampler_stop(&k->sampler);
	recorder_drain(&k->recorder, true);
	for (size_t i = 0; i < k->n; i++)
		k->sample[i].state.regs = k->sample[i].regs;
	return true;
}

void kept_release(struct kept *k)
{
	for (size_t i = 0; i < k->n; i++)
		free((void *)k->sample[i].state.stack);
	mem_free(k->sample, k->cap * sizeof(*k->sample));
	while (k->processes) {
		struct kept_process *p = k->processes;

		k->processes = p->next;
		mem_free(p->process.map, p->process.cap * sizeof(*p->process.map));
		mem_free(p, sizeof(*p));
	}
	recorder_release(&k->recorder);
	sampler_close(&k->sampler);
}
