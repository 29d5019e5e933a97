#include "perf/sample_labels.h"

#include <stddef.h>

struct origin {
	char comm[16], thread[16];
	const char *wait; /* as a key: there is one of each text */
	uint32_t pid, tid, cpu, one;
	label_set_id labels; /* payload */
	uint32_t zero;
};

/* The control group of a process, as read from /proc: a string of the profile. */
struct group {
	uint64_t pid;
	str_id path; /* payload */
	uint32_t zero;
};

static void init_tables(struct sample_labels *l)
{
	table_init(&l->origins, sizeof(struct origin), offsetof(struct origin, labels));
	table_init(&l->groups, sizeof(struct group), offsetof(struct group, path));
}

void sample_labels_release(struct sample_labels *l)
{
	table_release(&l->origins);
	table_release(&l->groups);
}

void sample_labels_init(struct sample_labels *l, const struct label_options *o,
			const struct perf_host *host)
{
	*l = (struct sample_labels){ .o = o, .host = host };
	init_tables(l);
}

static label_set_id add_text(struct sample_labels *l, label_set_id set, struct str key,
			     struct str value)
{
	struct label label = { .key = dict_intern(l->dict, key),
			       .str = dict_intern(l->dict, value) };

	return value.n ? dict_add_label(l->dict, set, label) : set;
}

static label_set_id add_number(struct sample_labels *l, label_set_id set, struct str key,
			       int64_t value)
{
	struct label label = { .key = dict_intern(l->dict, key), .is_num = 1, .num = value };

	return dict_add_label(l->dict, set, label);
}

void sample_labels_begin(struct sample_labels *l, struct dictionary *dict)
{
	sample_labels_release(l);
	init_tables(l);
	l->dict = dict;
	l->common = (label_set_id){ 0 };
	for (size_t i = 0; i < l->o->nlabel; i++) {
		struct str value = str_of(l->o->labels[i]), key = str_cut(&value, '=');

		l->common = add_text(l, l->common, key, value);
	}
}

/* The cgroup of version 2 ("0::/path"), else the first one that is listed. */
static struct str cgroup_path(struct str lines)
{
	struct str first = S(""), path;

	while (lines.n) {
		path = str_cut(&lines, '\n');
		if (str_starts(path, S("0::")))
			return str_skip(path, 3);
		str_cut(&path, ':');
		str_cut(&path, ':');
		if (!first.n && path.n)
			first = path;
	}
	return first;
}

/* Looked up once a profile. */
static struct str group_of(struct sample_labels *l, uint32_t pid)
{
	const struct perf_host *host = l->host;
	struct group key = { .pid = (uint64_t)pid + 1 };
	uint32_t known = l->groups.n, row = table_intern(&l->groups, &key);
	struct group *group = table_row(&l->groups, row);
	struct buf b = { 0 };

	if (row == known && host->cgroup && host->cgroup(host->context, (int)pid, &b))
		group->path = dict_intern(l->dict, cgroup_path(buf_str(&b)));
	buf_release(&b);
	return dict_text(l->dict, group->path);
}

/* A container's id is what container runtimes put in the path: 64 hex digits. */
static struct str container_id(struct str path)
{
	size_t run = 0;

	for (size_t i = 0; i < path.n; i++) {
		bool hex = (path.p[i] >= '0' && path.p[i] <= '9') ||
			   (path.p[i] >= 'a' && path.p[i] <= 'f');

		run = hex ? run + 1 : 0;
		if (run == 64)
			return str(path.p + i - 63, 64);
	}
	return S("");
}

static const char *comm_of(const struct sample_labels *l, const struct perf_sample *s)
{
	return l->o->comm_of_thread && s->thread ? s->thread : s->process->comm;
}

static label_set_id make_labels(struct sample_labels *l, const struct perf_sample *s)
{
	label_set_id set = l->common;
	unsigned by = l->o->label_by;
	struct str group = S("");

	if (by & (LABEL_BY_CGROUP | LABEL_BY_CONTAINER))
		group = group_of(l, s->pid);
	if (by & LABEL_BY_COMM)
		set = add_text(l, set, S("comm"), str_of(comm_of(l, s)));
	if (by & LABEL_BY_PID)
		set = add_number(l, set, S("pid"), s->pid);
	if (by & LABEL_BY_TID)
		set = add_number(l, set, S("tid"), s->tid);
	if (by & LABEL_BY_THREAD)
		set = add_text(l, set, S("thread"), str_of(s->thread));
	if (by & LABEL_BY_CPU && s->cpu != UINT32_MAX)
		set = add_number(l, set, S("cpu"), s->cpu);
	if (by & LABEL_BY_CGROUP)
		set = add_text(l, set, S("cgroup"), group);
	if (by & LABEL_BY_CONTAINER)
		set = add_text(l, set, S("container"), container_id(group));
	if (s->wait)
		set = add_text(l, set, S("wait"), str_of(s->wait));
	return set;
}

label_set_id sample_labels_of(struct sample_labels *l, const struct perf_sample *s)
{
	unsigned by = l->o->label_by;
	bool by_process = by & (LABEL_BY_PID | LABEL_BY_CGROUP | LABEL_BY_CONTAINER);
	struct origin key = { .one = 1, .wait = s->wait };
	uint32_t known = l->origins.n, row;
	struct origin *o;

	if (by & LABEL_BY_COMM)
		memcpy(key.comm, comm_of(l, s), strnlen(comm_of(l, s), sizeof(key.comm) - 1));
	if (by & LABEL_BY_THREAD)
		strncpy(key.thread, s->thread, sizeof(key.thread) - 1);
	key.pid = by_process ? s->pid : 0;
	key.tid = by & LABEL_BY_TID ? s->tid : 0;
	key.cpu = by & LABEL_BY_CPU ? s->cpu + 1 : 0;
	row = table_intern(&l->origins, &key);
	if (row == known) {
		label_set_id set = make_labels(l, s);

		o = table_row(&l->origins, row);
		o->labels = set;
	}
	o = table_row(&l->origins, row);
	return o->labels;
}
