#include "perf/sample_labels.h"

#include <stddef.h>

#include "perf/cgroup_path.h"

struct origin {
	char comm[16], thread[16];
	const char *wait, *gil; /* the pointer is the key: each text exists once */
	uint64_t cgroup, lock;
	uint32_t pid, tid, cpu, holder, one;
	uint32_t context; /* a label set */
	uint32_t lines;   /* of sample_labels.lines */
	uint32_t pprof, task;
	uint32_t zero;
	label_set_id labels; /* payload */
};

/* The control group of a process, by its id or as read from /proc: a string of the profile. */
struct group {
	uint64_t pid, id;
	str_id path; /* payload */
	uint32_t zero;
};

/* The context of a process, valid up to a time. */
struct context {
	uint64_t process; /* its number */
	uint64_t until;   /* payload */
	label_set_id labels;
	uint32_t zero;
};

static void init_tables(struct sample_labels *l)
{
	table_init(&l->origins, sizeof(struct origin), offsetof(struct origin, labels));
	table_init(&l->groups, sizeof(struct group), offsetof(struct group, path));
	table_init(&l->contexts, sizeof(struct context), offsetof(struct context, until));
	strings_init(&l->lines);
}

void sample_labels_release(struct sample_labels *l)
{
	table_release(&l->origins);
	table_release(&l->groups);
	table_release(&l->contexts);
	strings_release(&l->lines);
}

void sample_labels_init(struct sample_labels *l, const struct label_options *o,
			struct decoder *decoder)
{
	*l = (struct sample_labels){ .o = o, .decoder = decoder };
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

/* The cgroup of version 2 ("0::/path"), else the first one in the list. */
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

static str_id find_group(struct sample_labels *l, const struct process *p, uint32_t pid)
{
	const struct perf_host *host = &l->decoder->host;
	struct str path = cgroups_path(&l->decoder->cgroups, p->cgroup);
	struct buf b = { 0 };
	str_id id;

	if (!path.n && host->cgroup && host->cgroup(host->context, (int)pid, &b))
		path = cgroup_path(buf_str(&b));
	id = dict_intern(l->dict, path);
	buf_release(&b);
	return id;
}

/* The path of a sample's control group, looked up once per profile. */
static struct str group_of(struct sample_labels *l, const struct perf_sample *s)
{
	struct group key = { .pid = (uint64_t)s->pid + 1, .id = s->process->cgroup };
	uint32_t known = l->groups.n, row = table_intern(&l->groups, &key);
	str_id path = { 0 };

	if (row == known) {
		path = find_group(l, s->process, s->pid);
		((struct group *)table_row(&l->groups, row))->path = path;
	}
	return dict_text(l->dict, ((struct group *)table_row(&l->groups, row))->path);
}

/* Context of processes */

/* Has the user given this label? Then the user's value counts. */
static bool is_given(const struct sample_labels *l, struct str key)
{
	for (size_t i = 0; i < l->o->nlabel; i++) {
		struct str value = str_of(l->o->labels[i]);

		if (str_eq(str_cut(&value, '='), key))
			return true;
	}
	return false;
}

/* Adds labels, of which the first with a key counts. */
static label_set_id add_lines(struct sample_labels *l, label_set_id set, struct str lines)
{
	while (lines.n) {
		struct str value = str_cut(&lines, '\n'), key = str_cut(&value, '=');

		if (!is_given(l, key) && !dict_find_label(l->dict, set, dict_intern(l->dict, key)))
			set = add_text(l, set, key, value);
	}
	return set;
}

static label_set_id context_of(struct sample_labels *l, const struct perf_sample *s)
{
	const struct perf_host *host = &l->decoder->host;
	struct context key = { .process = s->process->number }, *row;
	uint32_t known = l->contexts.n, at;
	uint64_t until = UINT64_MAX;
	label_set_id labels;

	if (!host->context_labels)
		return (label_set_id){ 0 };
	at = table_intern(&l->contexts, &key);
	row = table_row(&l->contexts, at);
	if (at != known && s->time < row->until)
		return row->labels;
	labels = add_lines(l, (label_set_id){ 0 },
			   host->context_labels(host->context, &l->decoder->processes, s->process,
						group_of(l, s), s->time, &until));
	row = table_row(&l->contexts, at);
	row->labels = labels;
	row->until = until;
	return labels;
}

static label_set_id add_all(struct sample_labels *l, label_set_id set, label_set_id more)
{
	for (; more.i; more = dict_label_set(l->dict, more)->rest)
		set = dict_add_label(l->dict, set,
				     *dict_label(l->dict, dict_label_set(l->dict, more)->label));
	return set;
}

static const char *comm_of(const struct sample_labels *l, const struct perf_sample *s)
{
	return l->o->comm_of_thread && s->thread ? s->thread : s->process->comm;
}

static label_set_id add_group_labels(struct sample_labels *l, label_set_id set,
				     const struct perf_sample *s)
{
	unsigned by = l->o->label_by;
	struct str group = group_of(l, s);
	struct buf pod = { 0 };

	if (by & LABEL_BY_CGROUP)
		set = add_text(l, set, S("cgroup"), group);
	if (by & LABEL_BY_CONTAINER)
		set = add_text(l, set, S("container"), cgroup_container(group));
	if (by & LABEL_BY_POD) {
		cgroup_pod(group, &pod);
		set = add_text(l, set, S("pod"), buf_str(&pod));
	}
	buf_release(&pod);
	return set;
}

/* Adds labels of the lock and of its holder, with the thread's name if names are looked up. */
static label_set_id add_lock_labels(struct sample_labels *l, label_set_id set,
				    const struct perf_sample *s)
{
	struct processes *all = &l->decoder->processes;
	struct buf text = { 0 };

	buf_printf(&text, "0x%llx", (unsigned long long)s->lock);
	set = add_text(l, set, S("lock"), buf_str(&text));
	buf_release(&text);
	if (!s->holder)
		return set;
	if (all->thread_names)
		set = add_text(l, set, S("holder"),
			       str_of(process_thread_name(all, s->process, s->holder)));
	if (!all->thread_names || l->o->label_by & LABEL_BY_TID)
		set = add_number(l, set, S("holder_tid"), s->holder);
	return set;
}

static label_set_id make_labels(struct sample_labels *l, const struct perf_sample *s,
				label_set_id context)
{
	label_set_id set = add_all(l, l->common, context);
	unsigned by = l->o->label_by;

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
	if (by & LABEL_BY_GROUP)
		set = add_group_labels(l, set, s);
	if (s->wait)
		set = add_text(l, set, S("wait"), str_of(s->wait));
	if (by & LABEL_BY_GIL && s->gil)
		set = add_text(l, set, S("gil"), str_of(s->gil));
	if (s->lock)
		set = add_lock_labels(l, set, s);
	if (by & LABEL_BY_TRACE)
		set = add_lines(l, set, s->labels);
	if (by & LABEL_BY_PPROF)
		set = add_lines(l, set, s->pprof);
	return by & LABEL_BY_TASK ? add_lines(l, set, s->task) : set;
}

label_set_id sample_labels_of(struct sample_labels *l, const struct perf_sample *s)
{
	unsigned by = l->o->label_by;
	bool by_process = by & (LABEL_BY_PID | LABEL_BY_GROUP);
	struct origin key = { .one = 1, .wait = s->wait };
	label_set_id context = { 0 };
	uint32_t known, row;
	struct origin *o;

	if (by & (LABEL_BY_SERVICE | LABEL_BY_TRACE))
		context = context_of(l, s);
	if (!(by & LABEL_BY_SERVICE))
		context = (label_set_id){ 0 };
	if (by & LABEL_BY_TRACE && s->labels.n)
		key.lines = strings_intern(&l->lines, s->labels);
	if (by & LABEL_BY_PPROF && s->pprof.n)
		key.pprof = strings_intern(&l->lines, s->pprof);
	if (by & LABEL_BY_TASK && s->task.n)
		key.task = strings_intern(&l->lines, s->task);
	known = l->origins.n;
	key.context = context.i;
	key.gil = by & LABEL_BY_GIL ? s->gil : NULL;
	key.lock = s->lock;
	key.holder = s->holder;
	key.cgroup = by & LABEL_BY_GROUP ? s->process->cgroup : 0;
	if (by & LABEL_BY_COMM)
		memcpy(key.comm, comm_of(l, s), strnlen(comm_of(l, s), sizeof(key.comm) - 1));
	if (by & LABEL_BY_THREAD)
		strncpy(key.thread, s->thread, sizeof(key.thread) - 1);
	key.pid = by_process ? s->pid : 0;
	key.tid = by & LABEL_BY_TID ? s->tid : 0;
	key.cpu = by & LABEL_BY_CPU ? s->cpu + 1 : 0;
	row = table_intern(&l->origins, &key);
	if (row == known) {
		label_set_id set = make_labels(l, s, context);

		o = table_row(&l->origins, row);
		o->labels = set;
	}
	o = table_row(&l->origins, row);
	return o->labels;
}
