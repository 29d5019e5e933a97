#include "perf/cgroup_path.h"

enum { ID_DIGITS = 64, UUID = 36, STATIC_UID = 32 };

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

/* The number of hexadecimal digits at the beginning of s. */
static size_t hex_run(struct str s)
{
	size_t n = 0;

	while (n < s.n && is_hex(s.p[n]))
		n++;
	return n;
}

/* Cuts the last part off a path. */
static struct str cut_last(struct str *path)
{
	struct str last = str_basename(*path);

	path->n -= last.n;
	path->n -= path->n > 0;
	return last;
}

/* The id in a part of a path: "docker-ID.scope", "ID"; empty if it has none. */
static struct str id_in(struct str part)
{
	for (size_t i = 0; i < part.n; i++) {
		size_t run = hex_run(str_skip(part, i));

		if (run == ID_DIGITS && (i == 0 || !is_hex(part.p[i - 1])))
			return str(part.p + i, run);
		i += run;
	}
	return S("");
}

struct str cgroup_container(struct str path)
{
	while (path.n) {
		struct str part = cut_last(&path), id = id_in(part);

		if (!id.n)
			continue;
		if (str_find(part, S("conmon-")) >= 0)
			return S("");
		if (str_find(part, S("_pod_")) < 0)
			return id;
	}
	return S("");
}

/* A UID at the beginning of s: its length, or 0. */
static size_t uid_length(struct str s)
{
	size_t i = 0;

	if (hex_run(s) == STATIC_UID)
		return STATIC_UID;
	if (s.n < UUID)
		return 0;
	for (; i < UUID; i++) {
		bool between = i == 8 || i == 13 || i == 18 || i == 23;

		if (between ? s.p[i] != '-' && s.p[i] != '_' : !is_hex(s.p[i]))
			return 0;
	}
	return i == s.n || !is_hex(s.p[i]) ? UUID : 0;
}

/* "pod" and a UID in a part of a path, after a "-" or at its beginning. */
static struct str uid_in(struct str part)
{
	for (size_t i = 0; i + 3 < part.n; i++) {
		struct str rest = str_skip(part, i);
		size_t n;

		if (!str_starts(rest, S("pod")) || (i > 0 && part.p[i - 1] != '-'))
			continue;
		n = uid_length(str_skip(rest, 3));
		if (n)
			return str(rest.p + 3, n);
	}
	return S("");
}

void cgroup_pod(struct str path, struct buf *pod)
{
	struct str uid = S("");
	size_t at = pod->n;

	while (path.n && !uid.n) {
		struct str part = cut_last(&path);

		uid = uid_in(part);
		if (!uid.n && str_find(part, S("libpod_pod_")) >= 0)
			uid = id_in(part);
	}
	buf_add(pod, uid);
	for (; at < pod->n; at++)
		pod->p[at] = pod->p[at] == '_' ? '-' : pod->p[at];
}

struct str cgroup_service(struct str path)
{
	while (path.n) {
		struct str part = cut_last(&path);

		if (id_in(part).n)
			break; /* of the engine that runs the container */
		if (str_ends(part, S(".service")) && !str_starts(part, S("user@")))
			return str(part.p, part.n - strlen(".service"));
	}
	return S("");
}
