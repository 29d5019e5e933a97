#include "record/process/mount_roots.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct known_root {
	uint64_t mount_ns;
	int fd; /* payload: descriptor + 1; 0 = none */
	int ns; /* the same for the namespace: while it is open, its number is not reused */
	uint32_t used, zero;
};

uint64_t mount_namespace(const char *pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%s/ns/mnt", pid);
	return stat(path, &st) == 0 ? st.st_ino : 0;
}

void mount_roots_init(struct mount_roots *r)
{
	table_init(&r->known, sizeof(struct known_root), offsetof(struct known_root, fd));
	r->own = mount_namespace("self");
}

static void close_root(const struct known_root *root)
{
	if (root->fd > 0)
		close(root->fd - 1);
	if (root->ns > 0)
		close(root->ns - 1);
}

void mount_roots_release(struct mount_roots *r)
{
	for (uint32_t i = 1; i < r->known.n; i++)
		close_root(table_row(&r->known, i));
	table_release(&r->known);
}

/*
 * Replaces a root. A container changes its root after its namespace was made (pivot_root(2)). The
 * new root gets the descriptor number of the old one, which is stored elsewhere.
 */
static void renew_root(struct known_root *row, int fd)
{
	if (fd < 0)
		return;
	if (!row->fd) {
		row->fd = fd + 1;
		return;
	}
	dup3(fd, row->fd - 1, O_CLOEXEC);
	close(fd);
}

void mount_roots_keep(struct mount_roots *r, const struct process *p)
{
	struct known_root key = { .mount_ns = p->mount_ns }, *row;
	char path[64];

	if (!p->mount_ns || p->mount_ns == r->own)
		return;
	row = table_row(&r->known, table_intern(&r->known, &key));
	if (!row->ns) {
		snprintf(path, sizeof(path), "/proc/%d/ns/mnt", p->pid);
		row->ns = open(path, O_RDONLY | O_CLOEXEC) + 1;
	}
	snprintf(path, sizeof(path), "/proc/%d/root", p->pid);
	renew_root(row, open(path, O_PATH | O_DIRECTORY | O_CLOEXEC));
}

/* The row of a process's namespace; row 0 if it is this process's own, or not known. */
static struct known_root *row_of(const struct mount_roots *r, const struct process *p)
{
	struct known_root key = { .mount_ns = p->mount_ns };
	uint32_t row = p->mount_ns == r->own ? 0 : table_find(&r->known, &key);

	return table_row(&r->known, row);
}

int mount_roots_find(const struct mount_roots *r, const struct process *p)
{
	return row_of(r, p)->fd - 1;
}

static void use_root(void *context, struct process *p)
{
	row_of(context, p)->used = 1;
}

void mount_roots_use(struct mount_roots *r, uint64_t mount_ns)
{
	use_root(r, &(struct process){ .mount_ns = mount_ns });
}

void mount_roots_sweep(struct mount_roots *r, struct processes *t)
{
	struct table was = r->known;

	processes_visit(t, use_root, r);
	table_init(&r->known, was.row_size, was.key_size);
	for (uint32_t i = 1; i < was.n; i++) {
		struct known_root *root = table_row(&was, i);

		if (!root->used) {
			close_root(root);
			continue;
		}
		root->used = 0;
		table_add(&r->known, root);
	}
	table_release(&was);
}
