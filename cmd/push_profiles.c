#include "cmd/push_profiles.h"

#include "base/relay.h"
#include "base/when.h"
#include "cli/progress.h"
#include "cmd/common.h"
#include "query/select/selector.h"
#include "remote/divide.h"
#include "remote/pyroscope.h"

enum {
	FIRST_REPORT_S = 10,         /* for a stream, which may never end */
	OTLP_BYTES = 16 << 20,       /* limit of a message: a collector accepts 20 MiB by default */
	DICTIONARY_BYTES = 64 << 20, /* of frames and locations in a dictionary */
};

/* A message for the thread that compresses it. */
struct outgoing {
	struct buf message, what;
	bool begins;                  /* the first message of a profile */
	struct fit_label_list labels; /* of the profile's series; not for OTLP */
	struct arena texts;           /* texts of the labels */
};

struct pushing {
	const struct push *push;
	struct dictionary dict;
	struct profile p;
	struct fit fit;
	struct buf what;
	const char *path; /* the input */
	uint32_t nth;     /* the number of the profile in it */
	bool begins;      /* no request has been made of the profile yet */
	int64_t began;
	bool has_reported;
	struct relay relay;
	struct outgoing outgoing[RELAY_BLOCKS];
	unsigned filling;  /* the index of the message being filled */
	struct buf packed; /* used by the other thread */
};

/* Requests */

static void send_outgoing(void *context, void *block)
{
	struct pushing *a = context;
	struct outgoing *o = block;
	struct buf body = { 0 };
	struct buf *packed = a->push->is_otlp ? &body : &a->packed;

	packed->n = 0;
	if (!pack_frame(packed, buf_str(&o->message), &a->push->pack))
		mem_exhausted("a request of %zu bytes", o->message.n);
	if (!a->push->is_otlp)
		pyroscope_push_request(&body, &o->labels, buf_str(packed));
	delivery_put(a->push->delivery, &body, buf_str(&o->what), o->begins);
	o->message.n = o->what.n = 0;
	vec_clear(&o->labels);
	arena_release(&o->texts);
}

/*
 * Encode the profile into the message being filled. False if it is larger than `most`, unless
 * it is a single sample.
 */
static bool encode(struct pushing *a, const struct format *format, struct profile *p, size_t most)
{
	struct outgoing *o = &a->outgoing[a->filling];
	struct out out;

	out_open_memory(&out);
	out.bytes = o->message;
	out.bytes.n = 0;
	format->write(&out, p);
	o->message = out.bytes;
	out.bytes = (struct buf){ 0 };
	out_release(&out);
	return o->message.n <= most || p->sample.n <= 2;
}

static void pass_on(struct pushing *a)
{
	buf_add(&a->outgoing[a->filling].what, buf_str(&a->what));
	a->outgoing[a->filling].begins = a->begins;
	a->begins = false;
	relay_pass(&a->relay, &a->outgoing[a->filling]);
	a->filling = (a->filling + 1) % RELAY_BLOCKS;
}

static bool push_part(void *context, const struct fit_part *part)
{
	struct pushing *a = context;
	struct outgoing *o = &a->outgoing[a->filling];

	if (!encode(a, &format_pprof, part->p, FIT_BYTES))
		return false;
	for (size_t i = 0; i < part->labels.n; i++)
		vec_push(&o->labels, { arena_str(&o->texts, part->labels.v[i].name),
				       arena_str(&o->texts, part->labels.v[i].value) });
	pass_on(a);
	return true;
}

static bool push_otlp(void *context, struct profile *p)
{
	if (!encode(context, &format_otlp, p, OTLP_BYTES))
		return false;
	pass_on(context);
	return true;
}

static void release_outgoing(struct pushing *a)
{
	for (size_t i = 0; i < LEN(a->outgoing); i++) {
		buf_release(&a->outgoing[i].message);
		buf_release(&a->outgoing[i].what);
		vec_release(&a->outgoing[i].labels);
		arena_release(&a->outgoing[i].texts);
	}
	buf_release(&a->packed);
}

/* Labels of an OTLP profile */

static bool names_service(const struct pushing *a, str_id key)
{
	for (size_t i = 0; i < a->push->nlabel; i++)
		if (str_eq(a->push->labels[i].name, S("service_name")))
			return true;
	for (uint32_t i = 1; key.i && i < a->p.sample.n; i++)
		if (dict_find_label(&a->dict, profile_sample(&a->p, (sample_id){ i })->labels, key))
			return true;
	return false;
}

static label_set_id with_label(struct pushing *a, label_set_id set, struct str name,
			       struct str value)
{
	set = dict_drop_label(&a->dict, set, dict_intern(&a->dict, name));
	return dict_add_text_label(&a->dict, set, name, value);
}

/* Add the labels of the command line; and the program as the service, if nothing else names it. */
static void label_samples(struct pushing *a)
{
	struct sample *to = mem_zeroed(a->p.sample.n, sizeof(*to));
	size_t nto = a->p.sample.n;
	struct str program = S("");

	if (!names_service(a, dict_find_str(&a->dict, S("service_name"))))
		program = fit_program(&a->p);
	for (uint32_t i = 1; i < nto; i++) {
		to[i] = *profile_sample(&a->p, (sample_id){ i });
		for (size_t j = 0; j < a->push->nlabel; j++)
			to[i].labels = with_label(a, to[i].labels, a->push->labels[j].name,
						  a->push->labels[j].value);
		if (program.n)
			to[i].labels = with_label(a, to[i].labels, S("service_name"), program);
	}
	if (program.n || a->push->nlabel)
		profile_remap(&a->p, to, NULL);
	mem_free(to, nto * sizeof(*to));
}

/* Profiles */

static bool select_samples(struct profile *p)
{
	struct buf why = { 0 };
	bool ok = !common.selector || selector_apply(common.selector, p, &why);

	if (!ok)
		complain("the selector %.*s", STR_ARG(buf_str(&why)));
	buf_release(&why);
	return ok;
}

static void name_profile(struct pushing *a, const char *path)
{
	a->nth = path == a->path ? a->nth + 1 : 1;
	a->path = path;
	a->begins = true;
	a->what.n = 0;
	buf_add(&a->what, str_of(strcmp(path, "-") == 0 ? "standard input" : path));
	if (a->nth > 1)
		buf_printf(&a->what, ": profile %u", a->nth);
}

static bool push_profile(struct pushing *a)
{
	struct buf why = { 0 };
	bool ok = true;

	if (!select_samples(&a->p))
		return false;
	if (!a->push->is_otlp) {
		ok = fit_profile(&a->fit, &a->p, &why);
	} else if (a->p.sample.n > 1) {
		label_samples(a);
		divide(&a->p, SIZE_MAX, push_otlp, a);
	}
	if (!ok)
		complain("%.*s: %.*s", STR_ARG(buf_str(&a->what)), STR_ARG(buf_str(&why)));
	buf_release(&why);
	return ok;
}

/* Begin another dictionary if this one is large. Between profiles, nothing refers to it. */
static void rest_between(struct pushing *a)
{
	const struct dictionary *d = &a->dict;

	if (d->stack.nframe * sizeof(loc_id) + d->loc.n * sizeof(struct loc) <= DICTIONARY_BYTES)
		return;
	profile_release(&a->p);
	dict_release(&a->dict);
	dict_init(&a->dict);
	profile_init(&a->p, &a->dict);
	fit_dictionary(&a->fit, &a->dict);
}

static void report_fit(struct pushing *a)
{
	struct buf lines = { 0 };

	a->has_reported = true;
	fit_report(&a->fit, &lines);
	note_lines(buf_str(&lines));
	buf_release(&lines);
}

bool push_files(const struct push *push, char *const *paths, uint64_t *nread)
{
	struct pushing a = { .push = push, .began = when_now() };
	struct source s;
	bool ok = true;

	dict_init(&a.dict);
	profile_init(&a.p, &a.dict);
	fit_begin(&a.fit,
		  &(struct fit_options){ .labels = push->labels,
					 .nlabel = push->nlabel,
					 .by = push->by,
					 .nby = push->nby,
					 .take = push_part,
					 .context = &a },
		  &a.dict);
	relay_begin(&a.relay, send_outgoing, &a, true);
	open_source(&s, paths, true);
	while (source_next(&s, &a.p)) {
		++*nread;
		name_profile(&a, source_path(&s));
		ok = push_profile(&a) && ok;
		rest_between(&a);
		if (!a.has_reported && when_now() - a.began > FIRST_REPORT_S * INT64_C(1000000000))
			report_fit(&a);
	}
	ok = source_close(&s) && ok;
	relay_end(&a.relay);
	progress_end();
	report_fit(&a);
	fit_end(&a.fit);
	profile_release(&a.p);
	dict_release(&a.dict);
	release_outgoing(&a);
	buf_release(&a.what);
	return ok;
}
