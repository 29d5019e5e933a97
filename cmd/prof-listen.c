/*
 * prof-listen: receive profiles over HTTP. The program runs as the server, as a reader of request
 * bodies, or as a compaction of the store; an environment variable selects the role.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/when.h"
#include "cmd/common.h"
#include "listen/listener.h"
#include "listen/reader.h"
#include "store/compact.h"

#define COMPACT_VARIABLE "PROF_LISTEN_COMPACT"
#define SECOND           UINT64_C(1000000000)

static struct {
	const char *address, *store, *tls_cert, *tls_key, *token_file;
	uint64_t most_body, most_unpacked, most_held, memory, rate;
	uint64_t request_ns, idle_ns, drain_ns, read_ns;
	int64_t readers, connections, per_address, labels, series, profiles, most_tenants;
	bool tenants, no_compact;
} o = {
	.address = "127.0.0.1:4040",
	.most_body = 16 << 20,
	.most_unpacked = 64 << 20,
	.most_held = 64 << 20,
	.memory = 256 << 20,
	.request_ns = 30 * SECOND,
	.idle_ns = 75 * SECOND,
	.drain_ns = 30 * SECOND,
	.read_ns = 10 * SECOND,
	.connections = 2048,
	.labels = 64,
	.series = 100000,
	.profiles = 1000,
	.most_tenants = 1000,
};

static char **own_argv;

static bool parse_time(void *to, const char *arg)
{
	return when_duration(str_of(arg), to) && *(uint64_t *)to <= INT64_MAX;
}

static const struct opt where_options[] = {
	{ 0, "listen", OPT_STR, &o.address, "HOST:PORT", "address (default: 127.0.0.1:4040)" },
	{ 0, "store", OPT_FILE, &o.store, "DIRECTORY", "keep profiles in this store" },
	{ 'o', "output", OPT_FILE, &common.output, "FILE",
	  "append to FILE; with '%', a file for each request" },
	{ 0, "tenants", OPT_FLAG, &o.tenants, NULL,
	  "X-Scope-OrgID names the sender: a store for each" },
	{ 0, "token-file", OPT_FILE, &o.token_file, "FILE",
	  "take only who has one of these tokens" },
	{ 0, "tls-cert", OPT_FILE, &o.tls_cert, "FILE", "certificates for TLS, in PEM" },
	{ 0, "tls-key", OPT_FILE, &o.tls_key, "FILE", "their private key" },
	{ 0, "no-compact", OPT_FLAG, &o.no_compact, NULL, "do not compact the store when due" },
	{ 0 },
};

static const struct opt limit_options[] = {
	{ 'j', "readers", OPT_INT, &o.readers, "N",
	  "processes that read bodies (default: the CPUs)" },
	{ 0, "max-body", OPT_SIZE, &o.most_body, "SIZE", "of a request (default: 16M)" },
	{ 0, "max-unpacked", OPT_SIZE, &o.most_unpacked, "SIZE",
	  "of a request without compression (default: 64M)" },
	{ 0, "max-held", OPT_SIZE, &o.most_held, "SIZE",
	  "of all requests that wait (default: 64M)" },
	{ 0, "max-memory", OPT_SIZE, &o.memory, "SIZE", "of a reader (default: 256M)" },
	{ 0, "max-profiles", OPT_INT, &o.profiles, "N", "in a request (default: 1000)" },
	{ 0, "max-labels", OPT_INT, &o.labels, "N", "of a series or a sample (default: 64)" },
	{ 0, "max-series", OPT_INT, &o.series, "N", "of a tenant in an hour (default: 100000)" },
	{ 0, "max-tenants", OPT_INT, &o.most_tenants, "N", "(default: 1000)" },
	{ 0, "max-connections", OPT_INT, &o.connections, "N", "(default: 2048)" },
	{ 0, "connections-per-address", OPT_INT, &o.per_address, "N", "(default: no limit)" },
	{ 0, "rate", OPT_SIZE, &o.rate, "SIZE", "bytes a second of a tenant (default: no limit)" },
	{ 0, "request-timeout", OPT_PARSED, &o.request_ns, "TIME",
	  "for a request to arrive (default: 30s)", NULL, parse_time },
	{ 0, "read-timeout", OPT_PARSED, &o.read_ns, "TIME", "for a body to be read (default: 10s)",
	  NULL, parse_time },
	{ 0, "idle-timeout", OPT_PARSED, &o.idle_ns, "TIME",
	  "of a connection between requests (default: 75s)", NULL, parse_time },
	{ 0, "drain", OPT_PARSED, &o.drain_ns, "TIME",
	  "how long SIGTERM waits for requests (default: 30s)", NULL, parse_time },
	{ 0 },
};

static const struct opt *const options[] = { where_options, limit_options, general_options, NULL };
static const struct cmd cmd = { "prof-listen", "Receive profiles from agents, over HTTP.", "",
				options, false };

/* The output */

static bool is_pattern(const char *output)
{
	return output && strchr(output, '%');
}

static bool output_is_file(void)
{
	return common.output && strcmp(common.output, "-") != 0 && !is_pattern(common.output);
}

/* Append, as ">> FILE" in a shell does. Readers inherit the descriptor. */
static void open_output_file(void)
{
	int fd = open(common.output, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);

	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0) {
		complain("%s: cannot open: %s", common.output, strerror(errno));
		exit(2);
	}
	close(fd);
}

static struct sink_options sink_of_options(void)
{
	struct sink_options s = {
		.store = o.store,
		.pattern = is_pattern(common.output) ? common.output : NULL,
		.pack = common.pack,
		.tenants = o.tenants,
		.most_tenants = (uint32_t)o.most_tenants,
		.most_series = (uint32_t)o.series,
		.memory = 24 << 20,
	};

	if (s.pack.kind == PACK_AUTO)
		s.pack = (struct pack){ PACK_GZIP, s.pattern || output_is_file() ? 6 : 0 };
	return s;
}

/* Compaction */

static void compact_store(const char *dir)
{
	struct compact_result r = { 0 };

	if (!store_is(dir) || !store_compact_due(dir))
		return;
	store_compact(dir, &(struct compact_options){ 0 }, &r);
	complain_lines(buf_str(&r.errors));
	buf_release(&r.errors);
}

NORETURN static void run_compaction(void)
{
	DIR *dir = o.tenants ? opendir(o.store) : NULL;
	char path[PATH_MAX];

	prctl(PR_SET_NAME, "prof-listen:cmp");
	setpriority(PRIO_PROCESS, 0, 10);
	if (!o.tenants)
		compact_store(o.store);
	for (struct dirent *e; dir && (e = readdir(dir));) {
		store_path(path, o.store, e->d_name);
		if (e->d_name[0] != '.')
			compact_store(path);
	}
	if (dir)
		closedir(dir);
	exit(0);
}

/* Start a compaction in a process of its own, unless one is running. */
static void compact_now_and_then(void)
{
	static pid_t running;

	if (running > 0 && waitpid(running, NULL, WNOHANG) == 0)
		return;
	running = pool_spawn(own_argv, COMPACT_VARIABLE, "1", -1, -1);
}

/* The server */

static void report_reader(const char *why)
{
	complain("%s: it is started again", why);
}

static void check_options(void)
{
	if (!o.tls_cert != !o.tls_key)
		usage("--tls-cert and --tls-key go together");
	if (o.store && common.output)
		usage("--store and -o exclude each other");
	if (o.readers > READERS_MOST)
		usage("-j is at most %d", READERS_MOST);
	if (o.memory < 4 * o.most_body || o.memory < 2 * o.most_unpacked)
		usage("--max-memory is at least four times --max-body and twice --max-unpacked");
	if (o.most_body > UINT32_MAX / 2)
		usage("--max-body is at most 2G");
	if (!o.connections || !o.labels || !o.profiles)
		usage("--max-connections, --max-labels and --max-profiles are at least 1");
	if (!o.store && !common.output && isatty(STDOUT_FILENO)) {
		complain("standard output is a terminal, and the output is binary: use --store DIR "
			 "or -o FILE");
		exit(2);
	}
}

static bool run_server(void)
{
	struct listener_options s = {
		.address = o.address,
		.tls_cert = o.tls_cert,
		.tls_key = o.tls_key,
		.token_file = o.token_file,
		.tenants = o.tenants,
		.most_body = o.most_body,
		.most_held = o.most_held,
		.rate = o.rate,
		.connections = (unsigned)o.connections,
		.connections_per_address = (unsigned)o.per_address,
		.idle_ns = (int64_t)o.idle_ns,
		.request_ns = (int64_t)o.request_ns,
		.drain_ns = (int64_t)o.drain_ns,
		.pool = { .n = (unsigned)(o.readers ? o.readers : sysconf(_SC_NPROCESSORS_ONLN)),
			  .argv = own_argv,
			  .read_ns = (int64_t)o.read_ns,
			  .memory = o.memory,
			  .report = report_reader },
		.kept = o.store && !o.no_compact ? compact_now_and_then : NULL,
		.note = note,
	};
	struct sink_options sink = sink_of_options();
	struct buf why = { 0 };
	bool ok;

	if (s.pool.n > READERS_MOST)
		s.pool.n = READERS_MOST;
	if (output_is_file())
		open_output_file();
	ok = sink_prepare(&sink, &why) && listener_run(&s, &why);
	if (!ok)
		complain("%.*s", STR_ARG(buf_str(&why)));
	buf_release(&why);
	return ok;
}

int main(int argc, char **argv)
{
	const char *slot = getenv(READER_VARIABLE);
	struct sink_options sink;
	char **args;

	own_argv = mem_zeroed((size_t)argc + 1, sizeof(*own_argv));
	memcpy(own_argv, argv, (size_t)argc * sizeof(*own_argv));
	args = start(&cmd, argc, argv);
	if (args[0])
		usage("'%s': there are no operands", args[0]);
	check_options();
	if (slot) {
		const struct upload_limits limits = {
			.unpacked = o.most_unpacked,
			.labels = (uint32_t)o.labels,
			.label_key = 1024,
			.label_value = 65536,
			.profiles = (uint32_t)o.profiles,
			.depth = 65536,
		};

		sink = sink_of_options();
		mem_limit(o.memory);
		reader_main((unsigned)atoi(slot), &sink, &limits);
	}
	if (getenv(COMPACT_VARIABLE))
		run_compaction();
	mem_return_early();
	return status(run_server());
}
