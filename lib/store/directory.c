#include "store/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { DIRECTORY_VERSION = 1 };

const char store_marker[] = "prof-store", store_marker_contents[] = "prof-store 1\n";

void store_path(char path[PATH_MAX], const char *dir, const char *name)
{
	if (snprintf(path, PATH_MAX, "%s/%s", dir, name) >= PATH_MAX)
		path[0] = '\0'; /* too long: no file has this path */
}

/*
 * The version that the marker tells; 0 if the directory is no store: the program prof-store is a
 * file of that name, too. A crash may leave less than the whole marker.
 */
static uint64_t marked_version(const char *dir)
{
	char path[PATH_MAX], text[64];
	uint64_t version;
	struct str s;
	ssize_t n;
	int fd;

	store_path(path, dir, store_marker);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text));
	close(fd);
	if (n < 0)
		return 0;
	s = str(text, (size_t)n);
	if (str_starts(str_of(store_marker_contents), s))
		return DIRECTORY_VERSION;
	if (!str_starts(s, S("prof-store ")))
		return 0;
	s = str_skip(s, sizeof("prof-store ") - 1);
	return str_u64(str_cut(&s, '\n'), &version) ? version : 0;
}

bool store_is(const char *dir)
{
	return s3_is(dir) || marked_version(dir);
}

bool store_is_known(const char *dir, struct buf *why)
{
	uint64_t version = s3_is(dir) ? DIRECTORY_VERSION : marked_version(dir);

	if (version > DIRECTORY_VERSION)
		buf_printf(why, "%s: is a store of version %llu; this program knows version %d",
			   dir, (unsigned long long)version, DIRECTORY_VERSION);
	return version <= DIRECTORY_VERSION;
}

bool store_sync_directory(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok;

	if (fd < 0)
		return false;
	ok = fsync(fd) == 0 || errno == EINVAL || errno == ENOSYS;
	close(fd);
	return ok;
}

static bool mark(const char *dir)
{
	char path[PATH_MAX];
	int fd;

	store_path(path, dir, store_marker);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return false;
	if (write(fd, store_marker_contents, strlen(store_marker_contents)) < 0 || fsync(fd) < 0) {
		close(fd);
		return false;
	}
	return close(fd) == 0 && store_sync_directory(dir);
}

bool store_make(const char *dir, struct buf *why)
{
	char parent[PATH_MAX];
	bool made, there;

	if (store_is(dir))
		return store_is_known(dir, why);
	store_path(parent, dir, "..");
	made = mkdir(dir, 0777) == 0;
	there = made || errno == EEXIST;
	if (made)
		store_sync_directory(parent);
	if (there && (mark(dir) || store_is(dir)))
		return true;
	buf_printf(why, "%s: cannot make a store: ", dir);
	if (errno == EEXIST)
		buf_printf(why, "its file \"%s\" is not that of a store", store_marker);
	else
		buf_printf(why, "%s", strerror(errno));
	return false;
}

uint64_t store_new_id(void)
{
	uint64_t id = 0;

	while (getentropy(&id, sizeof(id)) < 0)
		;
	return id;
}

void store_host(char *host, size_t size)
{
	char name[64] = "";

	gethostname(name, sizeof(name) - 1);
	snprintf(host, size, "%.40s", name[0] ? name : "localhost");
	for (char *c = host; *c; c++)
		if (!(*c >= 'a' && *c <= 'z') && !(*c >= 'A' && *c <= 'Z') &&
		    !(*c >= '0' && *c <= '9') && *c != '.')
			*c = '_';
}

/* Names */

static void print_second(int64_t ns, bool up, char text[32])
{
	time_t second = (time_t)(ns / SECOND_NS - (ns % SECOND_NS < 0));
	struct tm tm;

	second += up && ns % SECOND_NS != 0;
	if (!gmtime_r(&second, &tm) || !strftime(text, 32, "%Y%m%dT%H%M%SZ", &tm))
		snprintf(text, 32, "19700101T000000Z");
}

void store_name_print(const struct store_name *n, char *text, size_t size)
{
	char from[32], to[32], step[32] = "";

	if (n->step)
		snprintf(step, sizeof(step), "%llds.", (long long)(n->step / SECOND_NS));
	print_second(n->from, false, from);
	print_second(n->to, true, to);
	if (n->is_log)
		snprintf(text, size, "0-%s-%s-%016llx.log", from, n->host,
			 (unsigned long long)n->id);
	else
		snprintf(text, size, "%u-%s-%s-%016llx.%sblock", n->level, from, to,
			 (unsigned long long)n->id, step);
}

static bool parse_second(struct str s, int64_t *ns)
{
	struct tm tm = { 0 };
	char text[32];
	const char *end;

	if (s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	end = strptime(text, "%Y%m%dT%H%M%SZ", &tm);
	*ns = (int64_t)timegm(&tm) * SECOND_NS;
	return end && !*end;
}

bool store_name_parse(struct store_name *n, const char *text)
{
	struct str rest = str_of(text), level = str_cut(&rest, '-'), from = str_cut(&rest, '-'),
		   to = str_cut(&rest, '-'), id = str_cut(&rest, '.');
	uint64_t number, step = 0;

	if (!str_eq(rest, S("log")) && !str_eq(rest, S("block"))) {
		struct str seconds = str_cut(&rest, '.');

		if (!seconds.n || seconds.p[--seconds.n] != 's' || !str_u64(seconds, &step) ||
		    !step || step > INT64_MAX / SECOND_NS || !str_eq(rest, S("block")))
			return false;
	}
	*n = (struct store_name){ .is_log = str_eq(rest, S("log")) };
	if (strlen(text) >= sizeof(n->text))
		return false;
	strcpy(n->text, text);
	if (id.n != 16 || !str_hex(id, &n->id) || !str_u64(level, &number) || number > 255 ||
	    n->is_log != (number == 0) || !parse_second(from, &n->from))
		return false;
	n->level = (unsigned)number;
	n->step = (int64_t)step * SECOND_NS;
	n->to = n->from;
	if (n->is_log)
		snprintf(n->host, sizeof(n->host), "%.*s", STR_ARG(to));
	return n->is_log || parse_second(to, &n->to);
}

bool store_name_is_of_day(const struct store_name *n, int64_t day)
{
	return !n->is_log && n->from >= day && n->to <= day + DAY_NS;
}

uint64_t store_file_size(const char *dir, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	store_path(path, dir, name);
	return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

int64_t store_file_time(const char *dir, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	store_path(path, dir, name);
	return stat(path, &st) == 0 ? (int64_t)st.st_mtime * SECOND_NS : 0;
}

/* Listing */

static int by_text(const void *a, const void *b)
{
	const struct store_name *x = a, *y = b;

	return strcmp(x->text, y->text);
}

static bool damaged_name_parse(struct store_name *n, const char *text)
{
	static const char ending[] = ".damaged";
	size_t length = strlen(text);
	char log[sizeof(n->text)];

	if (length < sizeof(ending) || strcmp(text + length - (sizeof(ending) - 1), ending) != 0 ||
	    length - (sizeof(ending) - 1) >= sizeof(log))
		return false;
	memcpy(log, text, length - (sizeof(ending) - 1));
	log[length - (sizeof(ending) - 1)] = '\0';
	return store_name_parse(n, log) && n->is_log;
}

static bool list_once(const char *dir, struct store_names *names,
		      bool (*parse)(struct store_name *n, const char *text))
{
	DIR *d = opendir(dir);
	struct dirent *entry;

	vec_clear(names);
	if (!d)
		return false;
	for (errno = 0; (entry = readdir(d)); errno = 0) {
		struct store_name n;

		if (parse(&n, entry->d_name))
			vec_push(names, n);
	}
	closedir(d);
	if (errno)
		return false;
	if (names->n)
		qsort(names->v, names->n, sizeof(*names->v), by_text);
	return true;
}

static bool names_agree(const struct store_names *a, const struct store_names *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->v[i].text, b->v[i].text) != 0)
			return false;
	return true;
}

/*
 * While readdir() runs, a block may appear where it has already been, and the files that the
 * block replaces may vanish before it reaches them. So list until two lists agree.
 */
bool store_list(const char *dir, struct store_names *names)
{
	struct store_names again = { 0 };
	bool ok = list_once(dir, names, store_name_parse);

	while (ok && (ok = list_once(dir, &again, store_name_parse)) &&
	       !names_agree(names, &again)) {
		struct store_names swap = *names;

		*names = again;
		again = swap;
	}
	vec_release(&again);
	return ok;
}

bool store_list_damaged(const char *dir, struct store_names *names)
{
	return list_once(dir, names, damaged_name_parse);
}

static void take_object(void *context, struct str name, uint64_t size)
{
	struct objects *o = context;
	struct store_name n;
	char text[sizeof(n.text)];

	if (name.n >= sizeof(text))
		return;
	memcpy(text, name.p, name.n);
	text[name.n] = '\0';
	o->is_store |= strcmp(text, store_marker) == 0;
	if (!store_name_parse(&n, text) || n.is_log)
		return;
	n.size = size;
	vec_push(&o->names, n);
}

bool objects_list(struct s3 *s3, struct objects *o, struct buf *why)
{
	o->is_store = false;
	vec_clear(&o->names);
	if (!s3_list(s3, take_object, o, why))
		return false;
	if (o->names.n)
		qsort(o->names.v, o->names.n, sizeof(*o->names.v), by_text);
	return true;
}
