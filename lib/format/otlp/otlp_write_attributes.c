/*
 * Attributes of OTLP profiles: labels, comments and what only pprof has become attributes, as
 * OpenTelemetry's conventions say.
 *
 * Two labels are elsewhere in the message: the ids of a span are a link of the sample, and a
 * service's name that all samples have is an attribute of the resource, where servers look
 * for it.
 */
#include "format/otlp/otlp_writer.h"

static str_id attribute_key(struct otlp_writer *w, str_id label)
{
	struct str text = dict_text(w->p->dict, label);

	for (size_t i = 0; i < notlp_keys; i++)
		if (str_eq(text, str_of(otlp_keys[i].label)))
			return dict_intern(w->p->dict, str_of(otlp_keys[i].attribute));
	return label;
}

static void push_attribute(struct otlp_writer *w, struct attribute_row row)
{
	vec_push(&w->list, (int32_t)table_intern(&w->attributes, &row));
}

void otlp_push_text(struct otlp_writer *w, const char *key, str_id text)
{
	if (text.i)
		push_attribute(w,
			       (struct attribute_row){ .key = dict_intern(w->p->dict, str_of(key)),
						       .text = text });
}

void otlp_push_true(struct otlp_writer *w, const char *key, bool is_true)
{
	if (is_true)
		push_attribute(w,
			       (struct attribute_row){ .key = dict_intern(w->p->dict, str_of(key)),
						       .kind = BOOLEAN,
						       .number = 1 });
}

static bool is_service(struct otlp_writer *w, const struct label *l)
{
	return w->service.i && l->str.i == w->service.i &&
	       str_eq(dict_text(w->p->dict, l->key), S("service_name"));
}

/* The value of a label that is an id with that many hexadecimal digits, or 0. */
static str_id span_label(const struct otlp_writer *w, label_set_id set, const char *key,
			 size_t digits)
{
	const struct dictionary *d = w->p->dict;
	str_id name = dict_find_str(d, str_of(key));
	const struct label *l = name.i ? dict_find_label(d, set, name) : NULL;
	struct str text;

	if (!l)
		return (str_id){ 0 };
	text = dict_text(d, l->str);
	for (size_t i = 0; i < text.n; i++)
		if (hex_digit(text.p[i]) < 0 || (text.p[i] >= 'A' && text.p[i] <= 'F'))
			return (str_id){ 0 };
	return text.n == digits ? l->str : (str_id){ 0 };
}

/* The ids of a trace and its span are a link, if both exist and are complete. */
struct link_row otlp_link_of(const struct otlp_writer *w, label_set_id set)
{
	struct link_row link = { span_label(w, set, "trace_id", 32),
				 span_label(w, set, "span_id", 16) };

	return link.trace.i && link.span.i ? link : (struct link_row){ 0 };
}

static bool is_in_link(const struct otlp_writer *w, struct link_row link, const struct label *l)
{
	struct str key = dict_text(w->p->dict, l->key);

	return (link.trace.i && l->str.i == link.trace.i && str_eq(key, S("trace_id"))) ||
	       (link.span.i && l->str.i == link.span.i && str_eq(key, S("span_id")));
}

void otlp_push_labels(struct otlp_writer *w, label_set_id set, struct link_row link)
{
	const struct dictionary *d = w->p->dict;

	for (; set.i; set = dict_label_set(d, set)->rest) {
		struct label l = *dict_label(d, dict_label_set(d, set)->label);

		if (!is_service(w, &l) && !is_in_link(w, link, &l))
			push_attribute(w, (struct attribute_row){ .key = attribute_key(w, l.key),
								  .text = l.str,
								  .unit = l.unit,
								  .kind = l.is_num ? NUMBER : TEXT,
								  .number = l.num });
	}
	vec_reverse(&w->list);
}

/* The service's name, if all samples have the same one. */
str_id otlp_common_service(const struct profile *p)
{
	str_id key = dict_find_str(p->dict, S("service_name")), service = { 0 };

	for (uint32_t i = 1; i < p->sample.n && key.i; i++) {
		const struct label *l =
			dict_find_label(p->dict, profile_sample(p, (sample_id){ i })->labels, key);

		if (!l || l->is_num || (service.i && service.i != l->str.i))
			return (str_id){ 0 };
		service = l->str;
	}
	return service;
}

/* Comments */

/* Append a comment to the list of comments, an encoded ArrayValue. */
static void put_comment(struct buf *list, char *text)
{
	Otlp__AnyValue v = OTLP__ANY_VALUE__INIT;

	v.value_case = OTLP__ANY_VALUE__VALUE_STRING_VALUE;
	v.string_value = text;
	otlp_put(list, 1, &v);
}

/* Comments, with the window if it differs from the duration: see pprof_write.c. */
void otlp_push_comments(struct otlp_writer *w)
{
	const struct header *h = &w->p->head;
	struct buf list = { 0 };

	for (size_t i = 0; i < profile_ncomment(w->p); i++)
		put_comment(&list, otlp_text(w, profile_comment(w->p, i)));
	if (h->time && profile_end(h) - h->time != h->duration) {
		w->text.n = 0;
		buf_printf(&w->text, "window_ns=%lld", (long long)(profile_end(h) - h->time));
		buf_ch(&w->text, '\0');
		put_comment(&list, w->text.p);
	}
	if (list.n)
		push_attribute(w, (struct attribute_row){
					  .key = dict_intern(w->p->dict, S(OTLP_COMMENT)),
					  .text = dict_intern(w->p->dict, buf_str(&list)),
					  .kind = LIST });
	buf_release(&list);
}
