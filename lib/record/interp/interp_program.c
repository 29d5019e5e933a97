#include "record/interp/interp_program.h"

#if defined(HAVE_BPF) && defined(__x86_64__)

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/base.h"

/* The object file of the BPF program. */
__asm__(".section .rodata\n"
	".balign 8\n"
	".hidden interp_object\n"
	".hidden interp_object_end\n"
	".globl interp_object\n"
	".globl interp_object_end\n"
	"interp_object:\n"
	".incbin \"" HAVE_BPF "\"\n"
	"interp_object_end:\n"
	".previous\n");
extern const char interp_object[] __attribute__((visibility("hidden")));
extern const char interp_object_end[] __attribute__((visibility("hidden")));

enum { INITIAL_PID_NAMESPACE = 0xeffffffc }; /* its inode, in all kernels */

bool interp_program_is_built(const char **why)
{
	*why = NULL;
	return true;
}

/* libbpf hands what the kernel says about a program only to a function without a context. */
static struct buf said;

static int keep_log(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	if (level == LIBBPF_WARN && strstr(fmt, "PROG LOAD LOG"))
		buf_vprintf(&said, fmt, ap);
	return 0;
}

/* Why the kernel's verifier refuses the program: its last line before the figures. */
static struct str verdict(void)
{
	struct str rest = buf_str(&said), line, last = { 0 };

	while (rest.n) {
		line = str_cut(&rest, '\n');
		if (str_starts(line, S("processed ")))
			return last;
		last = line;
	}
	return (struct str){ 0 };
}

/* Finds the offset and the size in bytes of a member of a kernel structure. */
static bool find_member(const struct btf *b, const char *type, const char *name, uint32_t *offset,
			uint32_t *size, int *member_type)
{
	int id = btf__find_by_name_kind(b, type, BTF_KIND_STRUCT);
	const struct btf_type *t = id < 0 ? NULL : btf__type_by_id(b, (uint32_t)id);

	for (uint32_t i = 0; t && i < btf_vlen(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];

		if (strcmp(btf__name_by_offset(b, m->name_off), name) != 0)
			continue;
		*offset = btf_member_bit_offset(t, i) / 8;
		*size = (uint32_t)btf__resolve_size(b, m->type);
		*member_type = (int)m->type;
		return true;
	}
	return false;
}

/* Finds the offsets of the task_struct members that the program reads. */
static bool find_offsets(struct interp_config *c, struct buf *why)
{
	struct btf *b = btf__load_vmlinux_btf();
	uint32_t thread, tls, size;
	int type;
	bool ok = b && find_member(b, "task_struct", "thread", &thread, &size, &type) &&
		  find_member(b, "thread_struct", "fsbase", &tls, &size, &type) &&
		  find_member(b, "task_struct", "real_parent", &c->task_parent, &size, &type) &&
		  find_member(b, "task_struct", "tgid", &c->task_pid, &size, &type) &&
		  find_member(b, "task_struct", "stack", &c->task_stack, &size, &type) &&
		  find_member(b, "task_struct", "self_exec_id", &c->task_program, &c->program_size,
			      &type);

	if (!ok)
		buf_add(why, S("the kernel does not describe its structures (no BTF)"));
	c->task_tls = ok ? thread + tls : 0;
	btf__free(b);
	return ok;
}

static void find_namespace(struct interp_config *c)
{
	struct stat st;

	if (stat("/proc/self/ns/pid", &st) < 0 || st.st_ino == INITIAL_PID_NAMESPACE)
		return;
	c->namespace_inode = st.st_ino;
	/* In the kernel's encoding of device numbers, not that of stat(). */
	c->namespace_device = (uint64_t)major(st.st_dev) << 20 | minor(st.st_dev);
}

static int fd_of_map(const struct interp_program *p, const char *name)
{
	return bpf_object__find_map_fd_by_name(p->object, name);
}

static int fd_of_program(const struct interp_program *p, const char *name)
{
	return bpf_program__fd(bpf_object__find_program_by_name(p->object, name));
}

static bool set_parts(const struct interp_program *p)
{
	static const char *const names[] = { "go_labels",   "interp_begin", "python_search",
					     "python_walk", "python_name",  "ruby_walk",
					     "ruby_name",   "php_walk",     "php_name" };
	int parts = fd_of_map(p, "parts");

	for (uint32_t i = 0; i < LEN(names); i++) {
		int fd = fd_of_program(p, names[i]);

		if (bpf_map_update_elem(parts, &i, &fd, BPF_ANY) < 0)
			return false;
	}
	return true;
}

static int hand_question(void *program, void *data, size_t size)
{
	struct interp_program *p = program;

	if (size >= sizeof(struct interp_question))
		p->on_question(p->context, data);
	return 0;
}

static bool set_config(struct interp_program *p)
{
	uint32_t zero = 0;

	return bpf_map_update_elem(p->config, &zero, &p->settings, BPF_ANY) == 0;
}

static bool connect_maps(struct interp_program *p)
{
	p->sample = fd_of_program(p, "interp_sample");
	p->output = fd_of_map(p, "output");
	p->targets = fd_of_map(p, "targets");
	p->config = fd_of_map(p, "config");
	p->told = fd_of_map(p, "told");
	p->question = fd_of_map(p, "questions");
	p->questions = ring_buffer__new(p->question, hand_question, p, NULL);
	return p->questions && set_config(p) && set_parts(p);
}

static void explain(int error, struct buf *why)
{
	struct str refusal = verdict();

	if (refusal.n)
		buf_printf(why, "the kernel's verifier refuses the program: %.*s",
			   STR_ARG(refusal));
	else if (error == EPERM || error == EACCES)
		buf_add(why, S("that needs CAP_BPF and CAP_PERFMON, or root"));
	else
		buf_printf(why, "the kernel did not take the program: %s", strerror(error));
}

bool interp_program_open(struct interp_program *p, struct buf *why)
{
	const struct bpf_object_open_opts opts = { .sz = sizeof(opts), .object_name = "prof" };
	int error;

	p->question = -1;
	p->settings.generation = 1;
	libbpf_set_print(keep_log);
	if (!find_offsets(&p->settings, why))
		return false;
	find_namespace(&p->settings);
	p->object = bpf_object__open_mem(interp_object, (size_t)(interp_object_end - interp_object),
					 &opts);
	error = p->object ? -bpf_object__load(p->object) : errno;
	if (!error && !connect_maps(p))
		error = errno;
	if (error)
		explain(error, why);
	buf_release(&said);
	return !error;
}

void interp_program_close(struct interp_program *p)
{
	ring_buffer__free(p->questions);
	bpf_object__close(p->object);
	*p = (struct interp_program){ .question = -1 };
}

void interp_program_ask(struct interp_program *p)
{
	if (p->questions)
		ring_buffer__consume(p->questions);
}

bool interp_program_target(const struct interp_program *p, uint32_t pid, struct interp_target *t)
{
	return bpf_map_lookup_elem(p->targets, &pid, t) == 0;
}

void interp_program_set_target(struct interp_program *p, uint32_t pid,
			       const struct interp_target *t)
{
	bpf_map_update_elem(p->targets, &pid, t, BPF_ANY);
}

void interp_program_forget_names(struct interp_program *p)
{
	p->settings.generation++;
	set_config(p);
}

#else

bool interp_program_is_built(const char **why)
{
	*why = "built without libbpf, or without a compiler for BPF";
	return false;
}

bool interp_program_open(struct interp_program *p, struct buf *why)
{
	const char *missing;

	interp_program_is_built(&missing);
	p->question = -1;
	buf_add(why, str_of(missing));
	return false;
}

void interp_program_close(struct interp_program *p)
{
	(void)p;
}

void interp_program_ask(struct interp_program *p)
{
	(void)p;
}

bool interp_program_target(const struct interp_program *p, uint32_t pid, struct interp_target *t)
{
	(void)p;
	(void)pid;
	(void)t;
	return false;
}

void interp_program_set_target(struct interp_program *p, uint32_t pid,
			       const struct interp_target *t)
{
	(void)p;
	(void)pid;
	(void)t;
}

void interp_program_forget_names(struct interp_program *p)
{
	(void)p;
}

#endif
