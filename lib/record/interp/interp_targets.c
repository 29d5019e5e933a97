#include "record/interp/interp_targets.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/when.h"
#include "interp/image_symbols.h"
#include "interp/php/php_image.h"
#include "interp/python/python_image.h"
#include "interp/python/python_tasks.h"
#include "interp/ruby/ruby_image.h"
#include "io/open_untrusted.h"
#include "record/interp/interpreter_files.h"
#include "record/kernel_text.h"
#include "record/process/proc.h"
#include "record/process/process_context.h"
#include "record/process/process_memory.h"
#include "record/recorder.h"

/* If no interpreter is found, the program asks again; soon at first, while libraries are mapped. */
static const uint64_t FIRST_WAIT_NS = 2000000, MOST_WAIT_NS = 10000000000;
static const uint64_t STRANGER_WAIT_NS = 200000000, KNOWN_WAIT_NS = 1000000000;

static const uint64_t GO_HEAP_START = 1ull << 32, GO_HEAP_END = 0x550000000000, GO_ARENA = 64 << 20;

enum {
	MOST_GLOBALS = 1 << 24, /* bytes of PHP's globals of a thread */
	PYTHON_TASKS = 0x030e,  /* the first version whose threads say which task they run */
};

/* The interpreter of an image, with addresses of the image. */
struct interp_image {
	const char *name;
	unsigned version;
	const char *why;
	uint64_t text;
	struct interp_target target;
	struct tls_image variable; /* that leads to the interpreter of a thread */
	uint64_t globals_offset;   /* of PHP with threads (php_image.h); or 0 */
	struct tls_image context;  /* otel_thread_ctx_v1 (interp/context_walk.h) */
	uint64_t context_text;     /* as `text`, for any code of the image */
	struct go_image go;
	bool has_go; /* labels of goroutines */
	bool has_asyncio;
	bool has_task; /* and says where its tasks are */
	struct python_task task;
};

struct known_image {
	uint64_t device, inode;
	uint64_t time, size;        /* of the file: another file may get its inode later */
	struct interp_image *image; /* payload; NULL: none */
};

void interp_targets_init(struct interp_targets *t, struct interp_program *program)
{
	*t = (struct interp_targets){ .program = program };
	table_init(&t->images, sizeof(struct known_image), offsetof(struct known_image, image));
	strangers_init(&t->strangers);
}

void interp_targets_release(struct interp_targets *t)
{
	for (uint32_t i = 1; i < t->images.n; i++) {
		struct known_image *k = table_row(&t->images, i);

		mem_free(k->image, sizeof(*k->image));
	}
	table_release(&t->images);
	strangers_release(&t->strangers);
}

/* Opens the file that a process has mapped as m. */
static int open_mapped(uint32_t pid, const struct record_map *m)
{
	char path[96];
	struct buf name = { 0 };
	int fd, root;

	snprintf(path, sizeof(path), "/proc/%u/map_files/%llx-%llx", pid,
		 (unsigned long long)m->start, (unsigned long long)(m->start + m->length));
	fd = reopen_untrusted(open(path, O_PATH | O_CLOEXEC));
	if (fd >= 0)
		return fd;
	snprintf(path, sizeof(path), "/proc/%u/root", pid);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	buf_add(&name, m->path);
	buf_ch(&name, '\0');
	fd = root < 0 ? -1 : open_untrusted(root, name.p, 0);
	if (root >= 0)
		close(root);
	buf_release(&name);
	return fd;
}

static void set_interpreter(struct interp_image *i, const char *name, unsigned version,
			    const char *why, uint64_t text)
{
	i->name = name;
	i->version = version;
	i->why = why;
	i->text = text;
}

static bool find_python(struct interp_image *i, const struct elf *e, struct str path)
{
	struct python_image p;

	if (!python_image_find(&p, e, path))
		return false;
	set_interpreter(i, "CPython", p.version, p.why, p.text);
	i->target.kind = INTERP_PYTHON;
	i->target.python = (struct python_place){ .runtime = p.runtime,
						  .code_type = p.code_type,
						  .layout = p.layout };
	i->variable = p.current;
	i->has_asyncio = p.has_asyncio;
	return true;
}

static bool find_ruby(struct interp_image *i, const struct elf *e, struct str path)
{
	struct ruby_image r;

	(void)path;
	if (!ruby_image_find(&r, e))
		return false;
	set_interpreter(i, "Ruby", r.version, r.why, r.text);
	i->target.kind = INTERP_RUBY;
	i->target.ruby.layout = r.layout;
	i->variable = r.current;
	return true;
}

static bool find_php(struct interp_image *i, const struct elf *e, struct str path)
{
	struct php_image p;

	(void)path;
	if (!php_image_find(&p, e))
		return false;
	set_interpreter(i, "PHP", p.version, p.why, p.text);
	i->target.kind = INTERP_PHP;
	i->target.php = (struct php_place){ .globals = p.globals, .layout = p.layout };
	i->variable = p.current;
	i->globals_offset = p.globals_offset;
	return true;
}

/* One for each interpreter. */
static bool (*const finders[])(struct interp_image *, const struct elf *, struct str path) = {
	find_python,
	find_ruby,
	find_php,
};

static uint64_t first_code(const struct elf *e)
{
	for (size_t i = 0; i < e->nsegment; i++)
		if (e->segment[i].type == ELF_SEGMENT_LOAD && e->segment[i].flags & PF_X)
			return e->segment[i].vaddr;
	return 0;
}

/* Finds the variable that leads to the contexts of threads. */
static bool find_context(struct interp_image *i, const struct elf *e)
{
	struct image_symbol s = { .name = "otel_thread_ctx_v1" };

	if (!e->is64)
		return false;
	image_symbols_find(e, &s, 1);
	if (!s.found || s.type != STT_TLS)
		return false;
	tls_image_find(&i->context, e, s.value);
	i->context_text = image_text(e, first_code(e));
	return true;
}

static struct interp_image *read_image(int fd, struct str path)
{
	struct interp_image image = { 0 }, *kept = NULL;
	bool found = false;
	struct elf e;
	const char *why;

	if (elf_open(&e, fd, &why)) {
		for (size_t i = 0; i < LEN(finders) && !found; i++)
			found = finders[i](&image, &e, path);
		found |= find_context(&image, &e);
		image.has_go = go_image_find(&image.go, &e);
		image.has_task = python_image_task(&image.task, &e);
		found |= image.has_go || image.has_task;
	}
	if (found) {
		kept = mem_zeroed(1, sizeof(*kept));
		*kept = image;
	}
	elf_close(&e);
	return kept;
}

/* The interpreter in a mapped file; NULL if it has none, or is gone. */
static const struct interp_image *image_of(struct interp_targets *t, uint32_t pid,
					   const struct record_map *m)
{
	struct known_image key = { .device = (uint64_t)m->major << 32 | m->minor,
				   .inode = m->inode },
			   *row;
	struct stat st;
	uint32_t n;
	int fd = open_mapped(pid, m);

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) < 0) {
		close(fd);
		return NULL;
	}
	key.time = (uint64_t)st.st_mtim.tv_sec * 1000000000 + (uint64_t)st.st_mtim.tv_nsec;
	key.size = (uint64_t)st.st_size;
	n = table_find(&t->images, &key);
	if (!n) {
		key.image = read_image(fd, m->path);
		n = table_intern(&t->images, &key);
	}
	close(fd);
	row = table_row(&t->images, n);
	return row->image;
}

/* A process that is being examined. */
struct examined {
	struct interp_targets *t;
	int pid;
	struct str program; /* path of its program */
	bool publishes;     /* it has a process context */
	bool is_musl;       /* its tables of thread-local memory are musl's */
	bool has_image;     /* an interpreter's, even if that is not at work yet */
	bool has_go;        /* a heap of Go, whose code may be in any of its files */
	const struct interp_image *go;
	bool has_asyncio; /* its module is mapped, and may have been imported */
	struct python_task task;
	struct interp_target *target;
};

/* Where a thread-local variable of an image is in the process. False if it cannot be read. */
static bool find_variable(struct examined *x, const struct tls_image *image, uint64_t bias,
			  struct tls_variable *v)
{
	struct interp_memory m = process_memory(&x->pid);

	return tls_image_resolve(image, bias, &m, v) && !(v->pair && x->is_musl);
}

/* Is the dynamic linker still at work? Then the word through which code reaches it is 0. */
static bool is_unlinked(struct examined *x, const struct tls_image *image, uint64_t bias)
{
	struct interp_memory m = process_memory(&x->pid);
	uint64_t word;

	return image->slot && m.read(m.context, image->slot + bias, &word, sizeof(word)) && !word;
}

/* Without the variable, states of threads are found by their threads. */
static bool set_python(struct examined *x, const struct interp_image *i, uint64_t bias)
{
	struct python_place place = i->target.python;

	if (is_unlinked(x, &i->variable, bias))
		return false;
	place.runtime += bias;
	place.code_type += bias;
	place.has_current = i->variable.access &&
			    find_variable(x, &i->variable, bias, &place.current);
	x->target->python = place;
	return true;
}

/* PHP writes the offset of its threads' globals as it starts: until then it is not found. */
static bool set_php(struct examined *x, const struct interp_image *i, uint64_t bias)
{
	struct php_place *php = &x->target->php, place = i->target.php;
	struct interp_memory m = process_memory(&x->pid);

	place.globals += bias;
	if (i->globals_offset) {
		place.is_threaded = 1;
		if (!m.read(m.context, i->globals_offset + bias, &place.globals, 8) ||
		    !place.globals || place.globals >= MOST_GLOBALS ||
		    !find_variable(x, &i->variable, bias, &place.current))
			return false;
	}
	*php = place;
	return true;
}

static void set_interpreter_target(struct examined *x, const struct interp_image *i, uint64_t start)
{
	struct interp_target *target = x->target;
	uint64_t bias = start - i->text;
	struct tls_variable current;

	if (i->target.kind == INTERP_PYTHON) {
		if (!set_python(x, i, bias))
			return;
	} else if (i->target.kind == INTERP_PHP) {
		if (!set_php(x, i, bias))
			return;
	} else {
		if (!find_variable(x, &i->variable, bias, &current))
			return;
		target->ruby = i->target.ruby;
		target->ruby.current = current;
	}
	target->kind = i->target.kind;
}

static void set_context(struct examined *x, const struct interp_image *i, uint64_t start)
{
	if (find_variable(x, &i->context, start - i->context_text, &x->target->context))
		x->target->context_pid = (uint32_t)x->pid;
}

/* With two runtimes of Go, the labels of one may be those of the other's caller: none are read. */
static void set_go(struct examined *x, const struct interp_image *i, uint64_t start)
{
	struct go_place place = { .layout = i->go.layout };

	if (x->go == i)
		return;
	if (i->go.why)
		x->t->on_go_refusal(x->t->context, i->go.version, i->go.why);
	else if (!x->go && find_variable(x, &i->go.g, start - i->go.text, &place.g))
		x->target->go = place;
	if (x->go)
		x->target->go = (struct go_place){ 0 };
	x->go = i;
}

/* An interpreter is in a file with its name, or in the program itself; a context in any. */
static void examine_mapping(struct examined *x, const struct record_map *m)
{
	bool wanted = interpreter_has_name(m->path) || str_eq(m->path, x->program);
	bool is_asyncio = interpreter_is_asyncio(m->path);
	uint64_t start = m->start - m->offset;
	const struct interp_image *i;

	if (!m->executable || !m->inode || !(wanted || x->publishes || x->has_go || is_asyncio))
		return;
	x->has_asyncio |= is_asyncio;
	i = image_of(x->t, (uint32_t)x->pid, m);
	if (!i)
		return;
	x->has_image = true;
	if (i->name && wanted && !x->target->kind && i->why)
		x->t->on_refusal(x->t->context, i->name, i->version, i->why);
	else if (i->name && wanted && !x->target->kind)
		set_interpreter_target(x, i, start);
	if (i->context.access && x->publishes && !x->target->context_pid)
		set_context(x, i, start);
	if (i->has_go)
		set_go(x, i, start);
	x->has_asyncio |= i->has_asyncio;
	if (i->has_task)
		x->task = i->task;
}

/*
 * May a process have the heap of Go? That lies below libraries and programs without a position of
 * their own, where it finds 64 MB that are aligned to as many. Few other mappings do.
 */
static bool has_go_heap(struct str maps)
{
	struct record_map m;

	while (maps.n && proc_parse_mapping(str_cut(&maps, '\n'), &m) && m.start < GO_HEAP_END)
		if (m.start >= GO_HEAP_START && m.start % GO_ARENA == 0 && !m.inode)
			return true;
	return false;
}

/* Has this version a dict of tasks, which the program reads? */
static bool has_task_dict(const struct python_layout *l)
{
	return interp_program_reads_task_dicts() && python_has_task_dict(l);
}

/* May a file that was not seen yet tell of the tasks of asyncio? */
static bool expects_tasks(const struct examined *x)
{
	const struct python_layout *l = &x->target->python.layout;

	if (x->target->kind != INTERP_PYTHON)
		return false;
	return has_task_dict(l) ? !x->has_asyncio : l->version >= PYTHON_TASKS && !x->task.running;
}

/* Is there nothing left to look for? */
static bool is_complete(const struct examined *x)
{
	return x->target->kind && !(x->publishes && !x->target->context_pid) && !x->has_go &&
	       !expects_tasks(x);
}

/* Until the module is imported, which takes a while after it is mapped, another look is needed. */
static void set_tasks(struct examined *x)
{
	struct interp_memory m = process_memory(&x->pid);
	struct python_place *python = &x->target->python;

	if (x->target->kind != INTERP_PYTHON)
		return;
	python->task = x->task;
	if (has_task_dict(&python->layout) && x->has_asyncio)
		x->target->is_unfinished = !python_tasks_find(&python->task, &m, python);
	x->t->awaits_tasks = !python->task.running && (has_task_dict(&python->layout) ||
						       python->layout.version >= PYTHON_TASKS);
}

static struct str program_path(int pid, char *to, size_t size)
{
	char path[48];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	n = readlink(path, to, size);
	return str(to, n > 0 ? (size_t)n : 0);
}

bool interp_targets_find(struct interp_targets *t, uint32_t pid, struct interp_target *target)
{
	struct buf maps = { 0 };
	struct examined x = { .t = t, .pid = (int)pid, .target = target };
	struct record_map m;
	char exe[4096], path[48];
	struct str rest;

	*target = (struct interp_target){ 0 };
	x.program = program_path(x.pid, exe, sizeof(exe));
	snprintf(path, sizeof(path), "/proc/%u/maps", pid);
	if (x.program.n && kernel_text(path, &maps)) {
		rest = buf_str(&maps);
		x.publishes = process_context_in_maps(rest);
		x.is_musl = str_find(rest, S("/ld-musl-")) >= 0;
		x.has_go = has_go_heap(rest);
		while (rest.n && !is_complete(&x))
			if (proc_parse_mapping(str_cut(&rest, '\n'), &m))
				examine_mapping(&x, &m);
	}
	set_tasks(&x);
	buf_release(&maps);
	strangers_note(&t->strangers, pid, x.has_image || x.publishes);
	return target->kind || target->context_pid || target->go.layout.labels;
}

/* Since when can the program read labels of goroutines in this process, if it can? */
static uint64_t known_since(const struct interp_targets *t, uint32_t pid, uint64_t program)
{
	struct interp_target was;

	return interp_program_target(t->program, pid, &was) && was.program == program &&
			       was.go.layout.labels ?
		       was.since :
		       (uint64_t)monotonic_ns();
}

static uint64_t next_wait(const struct interp_targets *t, uint32_t pid, uint64_t program)
{
	struct interp_target was;

	if (!interp_program_target(t->program, pid, &was) || was.program != program || !was.wait)
		return FIRST_WAIT_NS;
	return was.wait * 2 < MOST_WAIT_NS ? was.wait * 2 : MOST_WAIT_NS;
}

void interp_targets_hurry(struct interp_targets *t, uint32_t pid)
{
	struct interp_target was;

	if (!interp_program_target(t->program, pid, &was) || was.kind)
		return;
	was.asked = 0;
	was.wait = FIRST_WAIT_NS;
	interp_program_set_target(t->program, pid, &was);
}

void interp_targets_look(struct interp_targets *t, uint32_t pid, uint64_t program)
{
	struct interp_target target = { 0 };
	uint64_t wait = STRANGER_WAIT_NS;

	if (!t->wants || t->wants(t->wants_context, (int)pid)) {
		wait = next_wait(t, pid, program);
		if (program && wait == FIRST_WAIT_NS && strangers_know(&t->strangers, pid))
			wait = KNOWN_WAIT_NS; /* a library may still bring an interpreter */
		else if (!interp_targets_find(t, pid, &target) && !program)
			return;
	}
	target.since = known_since(t, pid, program);
	target.program = program;
	target.asked = monotonic_ns();
	target.wait = wait;
	interp_program_set_target(t->program, pid, &target);
}

void interp_targets_expect_go(struct interp_targets *t, uint32_t pid, const struct go_image *go)
{
	struct interp_target target = { .go = { .g.offset = go->g.offset, .layout = go->layout } };

	/* Of others, the dynamic linker decides where the variable is. */
	if (!go->why && go->g.access == TLS_PROGRAM)
		interp_program_set_target(t->program, pid, &target);
}
