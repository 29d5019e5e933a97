#include "source/scrape.h"

#include "base/vec.h"
#include "base/when.h"
#include "format/input.h"
#include "source/endpoint.h"
#include "source/since_last.h"

static const int64_t least_ns = INT64_C(10000000000); /* the least timeout of an answer */

struct target {
	const char *url;
	struct str instance; /* HOST:PORT, of the URL */
	int64_t due;         /* monotonic */
	int64_t began;       /* ns since 1970 */
	uint64_t nscrape;
	bool in_flight, is_down, is_slow;
	struct since_last since;
	struct buf notes; /* of the reader, about the last answer */
};

struct scraper {
	struct scrape_options options;
	struct http_settings settings;
	struct http_client *client;
	VEC(struct target) target;
	const struct target *last;
};

static void scrape_note(struct scraper *s, const struct target *t, const char *what)
{
	struct buf line = { 0 };

	buf_printf(&line, "%s: %s", t->url, what);
	buf_ch(&line, '\0');
	if (s->options.note)
		s->options.note(s->options.context, line.p);
	buf_release(&line);
}

/* Opening */

static struct str instance_of(const char *url)
{
	struct str rest = str_of(url), host;

	rest = str_skip(rest, (size_t)str_find(rest, S("//")) + 2);
	host = str_cut(&rest, '/');
	return str_cut(&host, '?');
}

static void add_target(struct scraper *s, const char *url, int64_t now)
{
	struct target t = { .url = url, .instance = instance_of(url), .due = now };
	int64_t longest = endpoint_measures(url) +
			  (s->options.every > least_ns ? s->options.every : least_ns);

	since_last_begin(&t.since, endpoint_is_delta(url));
	if (!s->options.http || !s->options.http->answer_ns)
		s->settings.answer_ns = s->settings.answer_ns > longest ? s->settings.answer_ns :
									  longest;
	vec_push(&s->target, t);
}

struct scraper *scraper_open(char *const *urls, const struct scrape_options *options,
			     struct buf *why)
{
	struct scraper *s = mem_zeroed(1, sizeof(*s));
	int64_t now = monotonic_ns();

	s->options = *options;
	if (options->http)
		s->settings = *options->http;
	for (; *urls && !why->n; urls++) {
		if (!endpoint_is(*urls))
			buf_printf(why, "%s: is not a URL of a profile", *urls);
		else if (http_url_check(str_of(*urls), why))
			add_target(s, *urls, now);
	}
	if (!why->n)
		s->client = http_open(&s->settings, why);
	if (s->client)
		return s;
	scraper_close(s);
	return NULL;
}

static void target_end(struct target *t)
{
	since_last_end(&t->since);
	buf_release(&t->notes);
}

void scraper_close(struct scraper *s)
{
	if (s->client)
		http_close(s->client);
	for (size_t i = 0; i < s->target.n; i++)
		target_end(&s->target.v[i]);
	vec_release(&s->target);
	mem_free(s, sizeof(*s));
}

const char *scraper_url(const struct scraper *s)
{
	return s->last->url;
}

/* Scheduling */

static bool is_over(const struct scraper *s, const struct target *t)
{
	return s->options.count && t->nscrape >= s->options.count;
}

/* Start all scrapes that are due. Returns ns until the next one, -1 if there is none. */
static int64_t start_due(struct scraper *s)
{
	int64_t now = monotonic_ns(), wait = -1;

	for (size_t i = 0; i < s->target.n; i++) {
		struct target *t = &s->target.v[i];

		if (t->in_flight || is_over(s, t))
			continue;
		if (t->due <= now) {
			t->in_flight = true;
			t->began = when_now();
			http_start(s->client, &(struct http_request){ .url = t->url }, t);
		} else if (wait < 0 || t->due - now < wait) {
			wait = t->due - now;
		}
	}
	return wait;
}

/*
 * The next scrape is a whole number of intervals after the first, and not in the past. But if
 * the target itself measures for the whole interval, it starts at once, to leave no gap.
 */
static void set_due(struct scraper *s, struct target *t)
{
	int64_t now = monotonic_ns(), every = s->options.every, late = now - t->due;

	t->in_flight = false;
	t->nscrape++;
	if (late < every) {
		t->due += every;
	} else if (endpoint_measures(t->url)) {
		t->due = now;
	} else {
		t->due += (late / every + 1) * every;
		if (!t->is_slow && !is_over(s, t))
			scrape_note(s, t, "a scrape takes longer than the time between two");
		t->is_slow = true;
	}
}

/* Answers */

static void add_facts(const struct target *t, struct profile *p, int64_t took, bool up)
{
	struct buf fact = { 0 };

	buf_printf(&fact, "target=%s", t->url);
	profile_add_comment(p, buf_str(&fact));
	profile_add_comment(p, S("scrapes=1"));
	profile_add_comment(p, up ? S("up=1") : S("up=0"));
	fact.n = 0;
	buf_printf(&fact, "scrape_ns=%lld", (long long)took);
	profile_add_comment(p, buf_str(&fact));
	buf_release(&fact);
}

static void add_instance(const struct target *t, struct profile *p)
{
	struct sample *to = mem_zeroed(p->sample.n, sizeof(*to));
	str_id key = dict_intern(p->dict, S("instance"));

	for (uint32_t i = 1; i < p->sample.n; i++) {
		to[i] = *profile_sample(p, (sample_id){ i });
		if (!dict_find_label(p->dict, to[i].labels, key))
			to[i].labels = dict_add_text_label(p->dict, to[i].labels, S("instance"),
							   t->instance);
	}
	profile_remap(p, to, NULL);
	mem_free(to, p->sample.n * sizeof(*to));
}

/* A reader's message without the URL at its beginning. */
static struct str after_url(const struct target *t, struct str message)
{
	return str_skip(message, min_size(strlen(t->url) + 2, message.n));
}

/* Report the reader's notes, unless they repeat those of the last answer. */
static void tell_notes(struct scraper *s, struct target *t, const struct in *in)
{
	struct str rest = buf_str(&in->notes);
	struct buf line = { 0 };

	if (str_eq(rest, buf_str(&t->notes)))
		return;
	t->notes.n = 0;
	buf_add(&t->notes, rest);
	while (rest.n) {
		line.n = 0;
		buf_add(&line, after_url(t, str_cut(&rest, '\n')));
		buf_ch(&line, '\0');
		scrape_note(s, t, line.p);
	}
	buf_release(&line);
}

/* Read the sum of the answer's profiles; usually there is one. */
static bool read_answer(struct scraper *s, struct target *t, const struct http_answer *a,
			struct profile *p, struct buf *why)
{
	struct profile next;
	struct input input;
	bool ok;

	if (!endpoint_check(t->url, a, why))
		return false;
	profile_init(&next, p->dict);
	input_open_memory(&input, t->url, buf_str(&a->body), s->options.from);
	while (input_next(&input, &next))
		profile_move(p, &next);
	ok = input_close(&input);
	if (!ok) /* the caller puts the URL before it */
		buf_add(why, after_url(t, buf_str(&input.in.error)));
	tell_notes(s, t, &input.in);
	input_release(&input);
	profile_release(&next);
	return ok;
}

/* Report once that a target fails, and once that it answers again. */
static void tell_state(struct scraper *s, struct target *t, bool is_down, struct str why)
{
	struct buf text = { 0 };

	if (is_down == t->is_down)
		return;
	t->is_down = is_down;
	buf_printf(&text, is_down ? "%.*s (it is asked again)" : "answers again", STR_ARG(why));
	buf_ch(&text, '\0');
	scrape_note(s, t, text.p);
	buf_release(&text);
}

static bool take_answer(struct scraper *s, struct target *t, const struct http_answer *a,
			struct profile *p)
{
	struct buf why = { 0 };
	struct profile *now = since_last_next(&t->since);
	bool up = read_answer(s, t, a, now, &why), has_profile;

	tell_state(s, t, !up, buf_str(&why));
	buf_release(&why);
	if (up && !now->head.time)
		now->head.time = t->began;
	has_profile = up ? since_last_take(&t->since, p) : since_last_types(&t->since, p);
	if (up && t->since.began_again)
		scrape_note(s, t, "its counts began again");
	if (!has_profile)
		return false;
	if (!up)
		p->head.time = t->began;
	add_instance(t, p);
	add_facts(t, p, a->took_ns, up);
	s->last = t;
	return true;
}

bool scraper_next(struct scraper *s, struct profile *p)
{
	struct http_answer a = { 0 };
	bool found = false;
	void *tag;

	while (!found) {
		int64_t wait = start_due(s);

		if (wait < 0 && !http_in_flight(s->client))
			break;
		if (!http_next(s->client, wait, &a, &tag))
			continue;
		set_due(s, tag);
		found = take_answer(s, tag, &a, p);
	}
	http_answer_release(&a);
	return found;
}
