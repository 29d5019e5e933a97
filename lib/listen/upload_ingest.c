/*
 * Uploads with parameters in the query: /ingest, and bare profiles.
 *
 * The format of the body follows from the first of these: a multipart Content-Type, `format`,
 * the content. For a word that is no format Pyroscope assumes folded stacks; here the content
 * decides.
 */
#include <stdlib.h>

#include "base/when.h"
#include "io/json_read.h"
#include "listen/app_name.h"
#include "listen/ingest_type.h"
#include "listen/jfr_labels.h"
#include "listen/multipart.h"
#include "listen/upload_parts.h"

enum { DEFAULT_RATE = 100 }; /* samples a second, if the agent does not say */

static struct str field(const struct upload_reader *r, enum upload_field f)
{
	return r->upload->field[f];
}

/* Parameters */

/* Read a time: any form that this project accepts, or Pyroscope's digits. */
static bool read_time(struct upload_reader *r, enum upload_field f, int64_t *ns)
{
	struct str text = field(r, f);
	struct buf with_at = { 0 }, why = { 0 };
	bool ok;

	if (!text.n)
		return true;
	if (is_digit(text.p[0]) && str_u64(text, &(uint64_t){ 0 }))
		buf_ch(&with_at, '@');
	buf_add(&with_at, text);
	ok = when_parse(buf_str(&with_at), r->now, ns, &why);
	if (!ok)
		upload_refuse(r, 400, "%s=%.*s: %.*s", upload_parameter(f), STR_ARG(text),
			      STR_ARG(buf_str(&why)));
	buf_release(&with_at);
	buf_release(&why);
	return ok;
}

static bool read_rate(struct upload_reader *r, uint64_t *rate)
{
	struct str text = field(r, UPLOAD_RATE);

	*rate = DEFAULT_RATE;
	if (!text.n || (str_u64(text, rate) && *rate && *rate <= UINT64_C(1000000000)))
		return true;
	return upload_refuse(r, 400, "sampleRate=%.*s: expected samples a second, 1 to 1000000000",
			     STR_ARG(text));
}

/* Remove the last part of the name if it says what was measured. */
static const struct ingest_type *cut_type(struct str *app)
{
	ptrdiff_t dot = str_rchr(*app, '.');
	const struct ingest_type *type = NULL;

	if (dot > 0)
		type = ingest_type_of_name(str_skip(*app, (size_t)dot + 1));
	if (type)
		app->n = (size_t)dot;
	return type;
}

static bool read_labels(struct upload_reader *r, struct str app, struct str labels)
{
	struct str key, value;
	bool bad;

	while (app_name_label(&labels, &key, &value, &bad)) {
		/* Skip the number of the agent's run, which would make each run a series. */
		if (!str_eq(key, S("__session_id__")) && !upload_label(r, key, value))
			return false;
	}
	if (bad)
		return upload_refuse(r, 400, "name=%.*s: expected APP{KEY=VALUE,...}",
				     STR_ARG(field(r, UPLOAD_NAME)));
	if (dict_find_label(r->p->dict, r->labels, dict_find_str(r->p->dict, S("service_name"))))
		upload_default_label(r, S("app_name"), app);
	else
		upload_default_label(r, S("service_name"), app);
	upload_default_label(r, S("pyroscope_spy"), field(r, UPLOAD_SPY));
	return r->status == 200;
}

/* Stacks with numbers */

static const struct ingest_type *type_of_counts(struct upload_reader *r)
{
	struct str app, labels;
	const struct ingest_type *type;

	app_name_split(field(r, UPLOAD_NAME), &app, &labels);
	type = cut_type(&app);
	if (type)
		return type;
	type = ingest_type_of_units(field(r, UPLOAD_UNITS));
	if (!type)
		upload_refuse(r, 400, "units=%.*s: not known", STR_ARG(field(r, UPLOAD_UNITS)));
	return type;
}

static bool finish_counts(struct upload_reader *r, const struct format *format)
{
	const struct ingest_type *type;
	uint64_t rate;

	if (format != &format_folded && format != &format_lines &&
	    format != &format_pyroscope_tree && format != &format_pyroscope_trie)
		return true;
	type = type_of_counts(r);
	if (!type || !read_rate(r, &rate))
		return false;
	ingest_type_apply(type, r->p, rate);
	if (str_eq(field(r, UPLOAD_AGGREGATION), S("average")))
		profile_add_comment(r->p, S("aggregation=average"));
	return true;
}

/* Multipart */

#define DIFFERENCES "differences are the client's to make, as newer SDKs do"

enum part_name { PROFILE, JFR, LABELS, CONFIG, PREVIOUS, NPARTS };

static const char *const part_names[] = { "profile", "jfr", "labels", "sample_type_config",
					  "prev_profile" };

struct parts {
	struct str part[NPARTS];
	bool has[NPARTS];
};

static bool take_part(struct upload_reader *r, struct parts *parts,
		      const struct multipart_part *part)
{
	enum part_name i = 0;

	while (i < NPARTS && !str_eq(part->name, str_of(part_names[i])))
		i++;
	if (i == NPARTS) {
		upload_note(r, "part %.*s of a request is not known: left out",
			    STR_ARG(part->name));
		return true;
	}
	if (parts->has[i])
		return upload_refuse(r, 400, "multipart: a second part \"%s\"", part_names[i]);
	parts->part[i] = part->bytes;
	return parts->has[i] = true;
}

static bool read_parts(struct upload_reader *r, struct str body, struct parts *parts)
{
	struct multipart_part part;
	struct multipart m;

	*parts = (struct parts){ 0 };
	multipart_begin(&m, field(r, UPLOAD_CONTENT_TYPE), body);
	while (multipart_next(&m, &part))
		if (!take_part(r, parts, &part))
			return false;
	if (m.error)
		return upload_refuse(r, 400, "multipart: %s", m.error);
	if (parts->has[PROFILE] == parts->has[JFR])
		return upload_refuse(r, 400, "multipart: expected a part \"profile\" or \"jfr\"");
	return true;
}

/* The configuration that Go's SDK sends with contentions tells blocking from mutexes. */
static bool finish_block(struct upload_reader *r, const struct format *format)
{
	(void)format;
	upload_block_types(r->p);
	return true;
}

/*
 * Old SDKs of Go send counts since the program's start, and expect the server to subtract the
 * part prev_profile, which the first of these uploads lacks.
 */
static bool read_config(struct upload_reader *r, struct str config)
{
	struct json_in j;
	struct str type, key;
	struct in in;
	bool ok = true;

	in_open_memory(&in, "sample_type_config", config);
	json_in_open(&j, &in);
	json_first(&j);
	json_enter(&j, JSON_OBJECT);
	while (ok && json_member(&j, &type)) {
		struct buf name = { 0 };

		buf_add(&name, type);
		if (json_enter(&j, JSON_OBJECT))
			while (json_member(&j, &key))
				ok &= !str_eq(key, S("cumulative")) || !json_bool(&j);
		if (!ok)
			upload_refuse(r, 422, "%.*s is cumulative: " DIFFERENCES,
				      STR_ARG(buf_str(&name)));
		buf_release(&name);
	}
	if (in.failed)
		ok = upload_refuse(r, 400, "%s", in.error.p);
	json_in_close(&j);
	in_close(&in);
	in_release(&in);
	return ok;
}

/* Apply Java's labels, which are in r->part. */
static bool finish_jfr(struct upload_reader *r, const struct format *format)
{
	struct str snapshot;
	uint64_t unknown;
	struct in in;
	bool ok = upload_unpack(r, &in, "labels", r->part, &snapshot);

	(void)format;
	if (ok) {
		unknown = jfr_labels_apply(&in, snapshot, r->p);
		if (in.failed)
			ok = upload_refuse(r, 400, "%s", in.error.p);
		else if (unknown)
			upload_note(r, "labels: %llu samples have a context that is not there",
				    (unsigned long long)unknown);
	}
	in_close(&in);
	in_release(&in);
	return ok;
}

static bool add_parts(struct upload_reader *r, const struct parts *parts)
{
	if (parts->part[PREVIOUS].n)
		return upload_refuse(r, 422, "a part \"prev_profile\": " DIFFERENCES);
	if (parts->part[CONFIG].n && !read_config(r, parts->part[CONFIG]))
		return false;
	r->part = parts->part[LABELS];
	if (parts->has[JFR])
		return upload_add_profiles(r, "jfr", parts->part[JFR], &format_jfr,
					   r->part.n ? finish_jfr : NULL);
	return upload_add_profiles(r, "profile", parts->part[PROFILE], NULL,
				   str_find(parts->part[CONFIG], S("block_count")) >= 0 ?
					   finish_block :
					   NULL);
}

static bool read_multipart(struct upload_reader *r)
{
	struct parts parts;
	struct str body;
	struct in in;
	bool ok = upload_unpack(r, &in, "body", field(r, UPLOAD_BODY), &body) &&
		  read_parts(r, body, &parts) && add_parts(r, &parts);

	in_close(&in);
	in_release(&in);
	return ok;
}

/* A body as it is */

static const struct format *format_of_word(struct str word)
{
	static const struct {
		const char *word;
		const struct format *format;
	} words[] = {
		{ "pprof", &format_pprof },           { "jfr", &format_jfr },
		{ "speedscope", &format_speedscope }, { "lines", &format_lines },
		{ "tree", &format_pyroscope_tree },   { "trie", &format_pyroscope_trie },
	};

	for (size_t i = 0; i < LEN(words); i++)
		if (str_eq(word, str_of(words[i].word)))
			return words[i].format;
	return NULL;
}

static bool read_query(struct upload_reader *r)
{
	struct str app, labels;

	if (!app_name_split(field(r, UPLOAD_NAME), &app, &labels))
		return upload_refuse(r, 400, "name=%.*s: expected APP{KEY=VALUE,...}",
				     STR_ARG(field(r, UPLOAD_NAME)));
	if (!app.n && r->upload->kind == UPLOAD_INGEST)
		return upload_refuse(r, 400, "the parameter name=APP is missing");
	cut_type(&app);
	return read_time(r, UPLOAD_FROM, &r->from) && read_time(r, UPLOAD_UNTIL, &r->until) &&
	       read_labels(r, app, labels);
}

bool upload_read_ingest(struct upload_reader *r)
{
	bool is_plain = r->upload->kind == UPLOAD_PLAIN;

	if (!read_query(r))
		return false;
	if (media_type_is(field(r, UPLOAD_CONTENT_TYPE), "multipart/form-data"))
		return read_multipart(r);
	return upload_add_profiles(r, "body", field(r, UPLOAD_BODY),
				   format_of_word(field(r, UPLOAD_FORMAT)),
				   is_plain ? NULL : finish_counts);
}
