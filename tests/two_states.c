/*
 * A library for a Python program: runs code of Python in a thread of its own, in an interpreter of
 * its own, as servers do that hold several applications (uWSGI, mod_wsgi). It finds Python's
 * functions in the program that loads it.
 *
 * The thread has a state in the first interpreter, too. With `foreign`, the state that it runs was
 * made by the caller's thread, whose number that state then has.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

static void *(*new_interpreter)(void);
static void (*end_interpreter)(void *);
static void *(*swap)(void *);
static int (*ensure)(void);
static void (*release)(int);
static int (*run_string)(const char *, void *);

struct job {
	const char *code;
	void *state; /* NULL: the thread makes its own */
	int result;
};

static bool find_functions(void)
{
	new_interpreter = (void *(*)(void))dlsym(RTLD_DEFAULT, "Py_NewInterpreter");
	end_interpreter = (void (*)(void *))dlsym(RTLD_DEFAULT, "Py_EndInterpreter");
	swap = (void *(*)(void *))dlsym(RTLD_DEFAULT, "PyThreadState_Swap");
	ensure = (int (*)(void))dlsym(RTLD_DEFAULT, "PyGILState_Ensure");
	release = (void (*)(int))dlsym(RTLD_DEFAULT, "PyGILState_Release");
	run_string = (int (*)(const char *, void *))dlsym(RTLD_DEFAULT, "PyRun_SimpleStringFlags");
	return new_interpreter && end_interpreter && swap && ensure && release && run_string;
}

static void *run(void *context)
{
	struct job *job = context;
	int had = ensure();
	void *first = swap(NULL), *state = job->state;

	swap(state ? state : first);
	if (!state)
		state = new_interpreter();
	job->result = state ? run_string(job->code, NULL) : -1;
	if (state && !job->state)
		end_interpreter(state);
	swap(first);
	release(had);
	return NULL;
}

static void *make_state(void)
{
	int had = ensure();
	void *mine = swap(NULL), *made;

	swap(mine);
	made = new_interpreter();
	swap(mine);
	release(had);
	return made;
}

static void end_state(void *state)
{
	int had = ensure();
	void *mine = swap(state);

	end_interpreter(state);
	swap(mine);
	release(had);
}

/* Is called without the lock, as ctypes.CDLL calls. Returns 0 if the code ran. */
int run_in_thread(const char *code, int foreign)
{
	struct job job = { .code = code, .result = -1 };
	pthread_t thread;

	if (!find_functions())
		return -1;
	if (foreign)
		job.state = make_state();
	if (!pthread_create(&thread, NULL, run, &job))
		pthread_join(thread, NULL);
	if (job.state)
		end_state(job.state);
	return job.result;
}
