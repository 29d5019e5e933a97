/*
 * Interpreters in a recording: the BPF program, the processes that run an interpreter, and the
 * samples in which functions replace the evaluator. The recorder calls these.
 */
#ifndef RECORD_INTERPRETERS_H
#define RECORD_INTERPRETERS_H

#include "record/interp/goroutine_labels.h"
#include "record/interp/interp_samples.h"
#include "record/interp/interp_targets.h"
#include "record/interp/task_labels.h"
#include "record/interp/thread_contexts.h"
#include "record/sampler/sampler.h"

struct interpreters {
	struct interp_program program;
	struct interp_targets targets;
	struct interp_samples samples;
	struct thread_contexts contexts;
	struct goroutine_labels goroutines;
	struct task_labels tasks;
	struct sampler_program sampler; /* for struct sampler_options */
	bool tried;                     /* loading the program was attempted */
	bool works;                     /* the program is loaded */
	struct buf why;                 /* why it is not */
	/*
	 * Before it is loaded: an interpreter was seen, or these processes (uint32_t) map one, or
	 * publish contexts of their threads.
	 * Loading takes longer than the rest of a recording's start, and most programs do not
	 * need it.
	 */
	bool wanted;
	struct buf met;
	struct table go_modules;  /* struct go_module_row: which give labels to goroutines */
	uint32_t go_pid;          /* the last process whose labels of goroutines are known, */
	uint64_t go_since;        /* in samples from this time on */
	bool met_context;         /* a process publishes contexts of its threads */
	const char *refused;      /* an interpreter that cannot be read: a static string */
	unsigned refused_version; /* its version */
	const char *refusal;      /* the reason: a static string */
	unsigned go_version;      /* the same of Go, whose labels cannot be read */
	const char *go_refusal;
};

/* interpreters_close() must follow. The program is not loaded yet. */
void interpreters_open(struct interpreters *p, bool show_evaluators);
void interpreters_close(struct interpreters *p);

/* Loads the program, at the first call. Returns whether it works. */
bool interpreters_load(struct interpreters *p);

/* Notes that a process maps a file, which may hold an interpreter. */
void interpreters_note_map(struct interpreters *p, uint32_t pid, struct str path);

/* Notes that a process says that its threads have contexts. */
void interpreters_note_context(struct interpreters *p, uint32_t pid);

/* Takes a record of the program, and a sample, in the order of their buffer. */
void interpreters_take(struct interpreters *p, struct str record);
void interpreters_join(struct interpreters *p, uint32_t tid, uint64_t time);

static inline bool interpreters_have_records(const struct interpreters *p)
{
	return p->samples.stacks.pending.n || p->contexts.records.pending.n ||
	       p->goroutines.records.pending.n || p->tasks.records.pending.n;
}

/*
 * Puts interpreted functions in a sample, in place of their evaluator, and the labels of its
 * thread's context, goroutine and task. What the sample points to is valid until the next call.
 */
void interpreters_merge(struct interpreters *p, struct perf_sample *s);

/* Answers the program's questions. */
void interpreters_answer(struct interpreters *p);

/* Does a running process have a known interpreter, or contexts of threads? */
bool interpreters_find(struct interpreters *p, int pid);

/* Tells the loaded program about a process, before it asks. */
void interpreters_expect(struct interpreters *p, int pid);

/* The same of a child that is about to run a program of Go. */
void interpreters_expect_go(struct interpreters *p, int pid, const struct go_image *go);

/* Drops what is kept for samples up to that time, which were handed out. */
void interpreters_sweep(struct interpreters *p, uint64_t until);

#endif
