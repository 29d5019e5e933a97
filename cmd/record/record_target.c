#include "cmd/record/record_target.h"

#include <fcntl.h>
#include <pwd.h>

#include "query/select/regex.h"
#include "record/process/proc.h"

enum { MOST_PIDS = 1024 };

static struct {
	const char *pids, *tids, *cpus, *cgroup, *user, *comm;
	bool system, children;
} o;

static int pids[MOST_PIDS], tids[MOST_PIDS];
static uint32_t uid;
static struct regex comm;

const struct opt target_options[] = {
	{ 'p', "pid", OPT_STR, &o.pids, "PID,...", "sample these processes",
	  .title = "Whom to sample" },
	{ 0, "tid", OPT_STR, &o.tids, "TID,...", "sample these threads only" },
	{ 'a', "all-cpus", OPT_FLAG, &o.system, NULL, "sample everything" },
	{ 'C', "cpu", OPT_STR, &o.cpus, "LIST", "only on these CPUs: 0-3,8" },
	{ 'G', "cgroup", OPT_FILE, &o.cgroup, "DIR", "everything in a control group" },
	{ 'u', "user", OPT_STR, &o.user, "USER", "only processes of a user" },
	{ 0, "comm", OPT_STR, &o.comm, "RE", "only processes whose name matches" },
	{ 0, "children", OPT_FLAG, &o.children, NULL, "with -p: what they fork, too" },
	{ 0 },
};

static size_t parse_ids(const char *option, const char *text, int *ids)
{
	struct str list = str_of(text);
	size_t n = 0;
	uint64_t id;

	while (list.p) {
		if (n == MOST_PIDS)
			usage("--%s takes at most %d ids", option, MOST_PIDS);
		if (!str_u64(str_cut(&list, ','), &id) || !id || id > INT32_MAX)
			usage("--%s: '%s' is not a list of ids", option, text);
		ids[n++] = (int)id;
	}
	return n;
}

static void parse_user(void)
{
	const struct passwd *pw = getpwnam(o.user);
	uint64_t number;

	if (!pw && (!str_u64(str_of(o.user), &number) || number > UINT32_MAX))
		usage("there is no user '%s'", o.user);
	uid = pw ? pw->pw_uid : (uint32_t)number;
}

static void parse_comm(void)
{
	struct buf why = { 0 };

	if (!regex_init(&comm, str_of(o.comm), REGEX_ANYWHERE, &why))
		usage("--comm: %.*s", STR_ARG(buf_str(&why)));
}

/* Without other targets, --user and --comm choose among all processes. */
static void check_ways(bool command)
{
	int ways = (o.pids != NULL) + (o.tids != NULL) + (o.cgroup != NULL) + o.system + command;

	if (ways > 1)
		usage("give one of a command, -p, --tid, -a and -G");
	if (o.tids && o.children)
		usage("--children is of processes: -p");
	if (!ways && !o.cpus && !target_chooses())
		usage("say what to sample: a command after --, -p, -a or -G");
}

static int open_cgroup(void)
{
	int fd = open(o.cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		usage("'%s' is not the directory of a control group", o.cgroup);
	return fd;
}

void parse_target(struct sampler_options *s, char *const *command)
{
	check_ways(*command != NULL);
	s->target = TARGET_SYSTEM;
	s->children = o.children || *command;
	if (o.user)
		parse_user();
	if (o.comm)
		parse_comm();
	s->cpus = o.cpus;
	if (*command)
		s->target = TARGET_CHILD;
	if (o.pids) {
		s->target = TARGET_TASKS;
		s->pids = pids;
		s->npid = parse_ids("pid", o.pids, pids);
	}
	if (o.tids) {
		s->target = TARGET_TASKS;
		s->tids = tids;
		s->ntid = parse_ids("tid", o.tids, tids);
	}
	if (o.cgroup) {
		s->target = TARGET_CGROUP;
		s->cgroup = open_cgroup();
	}
}

bool target_chooses(void)
{
	return o.user || o.comm;
}

bool target_wants(void *context, struct process *p)
{
	uint32_t of;

	(void)context;
	if (o.user && !(proc_uid(p, &of) && of == uid))
		return false;
	return !o.comm || regex_match(&comm, str_of(p->comm));
}

const char *target_failed(void)
{
	return comm.failed;
}
