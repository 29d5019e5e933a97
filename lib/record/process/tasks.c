#include "record/process/tasks.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "record/kernel_text.h"

static bool is_listed(const struct buf *tasks, int tid)
{
	for (size_t i = 0; i < BUF_COUNT(tasks, int); i++)
		if (((const int *)tasks->p)[i] == tid)
			return true;
	return false;
}

/* Call visit for each thread of a process. */
static void list_threads(int pid, struct buf *to, void (*visit)(struct buf *to, int pid, int tid))
{
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	for (struct dirent *e; dir && (e = readdir(dir));)
		if (atoi(e->d_name) > 0)
			visit(to, pid, atoi(e->d_name));
	if (dir)
		closedir(dir);
}

static void add_once(struct buf *list, int id)
{
	if (!is_listed(list, id))
		buf_put(list, &id, sizeof(id));
}

static void add_thread(struct buf *tasks, int pid, int tid)
{
	(void)pid;
	add_once(tasks, tid);
}

/* The processes that a thread has forked. */
static void add_children(struct buf *pids, int pid, int tid)
{
	struct buf text = { 0 };
	struct str list;
	char path[64];
	uint64_t child;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, tid);
	kernel_text(path, &text);
	for (list = buf_str(&text); list.n;)
		if (str_u64(str_cut(&list, ' '), &child))
			add_once(pids, (int)child);
	buf_release(&text);
}

void tasks_processes(const int *pids, size_t n, bool children, struct buf *list)
{
	for (size_t i = 0; i < n; i++)
		add_once(list, pids[i]);
	for (size_t i = 0; children && i < BUF_COUNT(list, int); i++)
		list_threads(((int *)list->p)[i], list, add_children);
}

void tasks_list(const int *pids, size_t n, bool children, struct buf *tasks)
{
	struct buf all = { 0 };

	tasks_processes(pids, n, children, &all);
	for (size_t i = 0; i < BUF_COUNT(&all, int); i++)
		list_threads(((int *)all.p)[i], tasks, add_thread);
	buf_release(&all);
}
