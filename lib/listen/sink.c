#include "listen/sink.h"

#include <errno.h>
#include <sys/stat.h>

#include "format/format.h"
#include "store/directory.h"

enum { MOST_TENANT = 150 }; /* bytes of a name, as in Pyroscope */

struct sink *sink_open(const struct sink_options *o)
{
	const struct sink_kind *kind = o->store   ? &sink_store :
				       o->pattern ? &sink_files :
						    &sink_stream;
	struct sink *s = kind->open(o);

	s->kind = kind;
	s->options = *o;
	return s;
}

void sink_close(struct sink *s)
{
	s->kind->close(s);
}

struct profile *sink_begin(struct sink *s, struct upload_reader *r, struct str tenant)
{
	return s->kind->begin(s, r, tenant);
}

bool sink_add(struct sink *s, struct upload_reader *r, label_set_id labels)
{
	return s->kind->add(s, r, labels);
}

void sink_end(struct sink *s, bool keep)
{
	s->kind->end(s, keep);
}

void sink_commit(struct sink *s, struct sink_failure *why)
{
	*why = (struct sink_failure){ .first = SIZE_MAX };
	s->kind->commit(s, why);
}

bool sink_has_failed(const struct sink_failure *why, size_t i, struct str tenant)
{
	struct str rest = buf_str(&why->tenants);

	while (rest.n)
		if (str_eq(str_cut(&rest, '\0'), tenant))
			return true;
	return i >= why->first;
}

static label_set_id joined_labels(struct dictionary *d, label_set_id own, label_set_id labels)
{
	for (; labels.i; labels = dict_label_set(d, labels)->rest) {
		struct label l = *dict_label(d, dict_label_set(d, labels)->label);

		own = dict_add_label(d, dict_drop_label(d, own, l.key), l);
	}
	return own;
}

void sink_label_samples(struct profile *p, label_set_id labels)
{
	struct sample *to = mem_zeroed(p->sample.n, sizeof(*to));
	label_set_id last = { 0 }, joined = { 0 };

	for (uint32_t i = 1; labels.i && i < p->sample.n; i++) {
		to[i] = *profile_sample(p, (sample_id){ i });
		if (i == 1 || to[i].labels.i != last.i)
			joined = joined_labels(p->dict, to[i].labels, labels);
		last = to[i].labels;
		to[i].labels = joined;
	}
	if (labels.i)
		profile_remap(p, to, NULL);
	mem_free(to, p->sample.n * sizeof(*to));
}

bool sink_put_frame(struct buf *to, struct profile *p, const struct pack *pack)
{
	struct out out;
	bool ok;

	out_open_memory(&out);
	format_pprof.write(&out, p);
	ok = !out.failed && pack_frame(to, buf_str(&out.bytes), pack);
	out_release(&out);
	return ok;
}

static bool make_directory(const char *dir)
{
	struct stat st;

	return mkdir(dir, 0777) == 0 || (errno == EEXIST && stat(dir, &st) == 0 &&
					 (S_ISDIR(st.st_mode) || (errno = ENOTDIR, false)));
}

bool sink_prepare(const struct sink_options *o, struct buf *why)
{
	if (!o->store)
		return true;
	if (!o->tenants)
		return store_make(o->store, why);
	if (make_directory(o->store))
		return true;
	buf_printf(why, "%s: cannot make a directory: %s", o->store, strerror(errno));
	return false;
}

bool tenant_is_valid(struct str name)
{
	if (!name.n || name.n > MOST_TENANT || name.p[0] == '.')
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !is_digit(c) &&
		    (!c || !strchr("!-_.*'()", c)))
			return false;
	}
	return true;
}
