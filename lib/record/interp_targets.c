#include "record/interp_targets.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/when.h"
#include "interp/php_image.h"
#include "interp/python_image.h"
#include "interp/ruby_image.h"
#include "object/open_untrusted.h"
#include "record/interpreter_files.h"
#include "record/kernel_text.h"
#include "record/proc.h"
#include "record/recorder.h"

/* If no interpreter is found, the program asks again; soon at first, while libraries are mapped. */
static const uint64_t FIRST_WAIT_NS = 2000000, MOST_WAIT_NS = 10000000000;
static const uint64_t STRANGER_WAIT_NS = 200000000;

/* The interpreter of an image, with addresses of the image. */
struct interp_image {
	const char *name;
	unsigned version;
	const char *why;
	uint64_t text;
	struct interp_target target;
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
}

void interp_targets_release(struct interp_targets *t)
{
	for (uint32_t i = 1; i < t->images.n; i++) {
		struct known_image *k = table_row(&t->images, i);

		mem_free(k->image, sizeof(*k->image));
	}
	table_release(&t->images);
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

static bool find_python(struct interp_image *i, const struct elf *e, struct str path)
{
	struct python_image p;

	if (!python_image_find(&p, e, path))
		return false;
	*i = (struct interp_image){ "CPython", p.version, p.why, p.text, { 0 } };
	i->target.kind = INTERP_PYTHON;
	i->target.python = (struct python_place){ p.runtime, p.code_type, p.layout };
	return true;
}

static bool find_ruby(struct interp_image *i, const struct elf *e, struct str path)
{
	struct ruby_image r;

	(void)path;
	if (!ruby_image_find(&r, e))
		return false;
	*i = (struct interp_image){ "Ruby", r.version, r.why, r.text, { 0 } };
	i->target.kind = INTERP_RUBY;
	i->target.ruby = (struct ruby_place){ r.current, r.layout };
	return true;
}

static bool find_php(struct interp_image *i, const struct elf *e, struct str path)
{
	struct php_image p;

	(void)path;
	if (!php_image_find(&p, e))
		return false;
	*i = (struct interp_image){ "PHP", p.version, p.why, p.text, { 0 } };
	i->target.kind = INTERP_PHP;
	i->target.php = (struct php_place){ p.globals, p.layout };
	return true;
}

/* One for each interpreter. */
static bool (*const finders[])(struct interp_image *, const struct elf *, struct str path) = {
	find_python,
	find_ruby,
	find_php,
};

static struct interp_image *read_image(int fd, struct str path)
{
	struct interp_image found, *kept = NULL;
	struct elf e;
	const char *why;

	if (elf_open(&e, fd, &why))
		for (size_t i = 0; i < LEN(finders) && !kept; i++)
			if (finders[i](&found, &e, path)) {
				kept = mem_zeroed(1, sizeof(*kept));
				*kept = found;
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

/* An interpreter is in a file with its name, or in the program itself. */
static bool may_have_one(const struct record_map *m, struct str program)
{
	return m->executable && m->inode &&
	       (interpreter_has_name(m->path) || str_eq(m->path, program));
}

static struct str program_path(uint32_t pid, char *to, size_t size)
{
	char path[48];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%u/exe", pid);
	n = readlink(path, to, size);
	return str(to, n > 0 ? (size_t)n : 0);
}

static void set_target(struct interp_target *target, const struct interp_image *i,
		       const struct record_map *m)
{
	uint64_t bias = m->start - m->offset - i->text;

	*target = i->target;
	if (target->kind == INTERP_PYTHON) {
		target->python.runtime += bias;
		target->python.code_type += bias;
	} else if (target->kind == INTERP_PHP) {
		target->php.globals += bias;
	} else if (target->ruby.current.pair) {
		target->ruby.current.pair += bias;
	}
}

bool interp_targets_find(struct interp_targets *t, uint32_t pid, struct interp_target *target)
{
	struct buf maps = { 0 };
	struct record_map m;
	char exe[4096], path[48];
	struct str program = program_path(pid, exe, sizeof(exe)), rest;

	*target = (struct interp_target){ 0 };
	snprintf(path, sizeof(path), "/proc/%u/maps", pid);
	if (program.n && kernel_text(path, &maps))
		for (rest = buf_str(&maps); rest.n && !target->kind;) {
			const struct interp_image *i;

			if (!proc_parse_mapping(str_cut(&rest, '\n'), &m) ||
			    !may_have_one(&m, program))
				continue;
			i = image_of(t, pid, &m);
			if (i && i->why)
				t->on_refusal(t->context, i->name, i->version, i->why);
			else if (i)
				set_target(target, i, &m);
		}
	buf_release(&maps);
	return target->kind;
}

static uint64_t next_wait(const struct interp_targets *t, uint32_t pid, uint64_t program)
{
	struct interp_target was;

	if (!interp_program_target(t->program, pid, &was) || was.program != program || !was.wait)
		return FIRST_WAIT_NS;
	return was.wait * 2 < MOST_WAIT_NS ? was.wait * 2 : MOST_WAIT_NS;
}

void interp_targets_look(struct interp_targets *t, uint32_t pid, uint64_t program)
{
	struct interp_target target = { 0 };
	uint64_t wait = STRANGER_WAIT_NS;

	if (!t->wants || t->wants(t->wants_context, (int)pid)) {
		wait = next_wait(t, pid, program);
		if (!interp_targets_find(t, pid, &target) && !program)
			return;
	}
	target.program = program;
	target.asked = monotonic_ns();
	target.wait = wait;
	interp_program_set_target(t->program, pid, &target);
}
