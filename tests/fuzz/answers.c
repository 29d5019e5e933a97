/*
 * Fuzz the answers of servers: what prof-push makes of one, and what prof-query makes of those
 * of a whole session. The first byte says which and how the server is asked; each answer is a
 * byte for its status and content type, two for its length, and its body.
 *
 * HTTP itself is left out: the functions of http.h that send and receive are those below.
 */
#include <stdlib.h>

#include "http/http.h"
#include "profile/check.h"
#include "remote/outcome.h"
#include "source/server.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PUSH = 1, NO_STACKS = 2, ALL_LABELS = 4, STEPS = 8, POINTS = 16, SELECT = 32, BY_ID = 64 };
enum { MOST_PROFILES = 100 };

static struct str answers; /* that have not been given yet */
static struct tags VEC_OF(void *) tags;

/* The next answer */

static struct str cut_bytes(struct str *rest, size_t n)
{
	struct str bytes = str(rest->p, min_size(n, rest->n));

	*rest = str_skip(*rest, bytes.n);
	return bytes;
}

static void give_answer(struct http_answer *a)
{
	/* Those of a busy server are left out: they are waited for. */
	static const int16_t statuses[] = { 200, 200, 400, 401, 404, 500, 204, 0 };
	static const char *const types[] = { "application/proto", "application/json",
					     "application/x-protobuf", "text/plain", "text/html" };
	struct str head = cut_bytes(&answers, 3);
	const uint8_t *b = (const uint8_t *)head.p;

	a->status = head.n == 3 ? statuses[b[0] % LEN(statuses)] : 0;
	a->body.n = a->content_type.n = a->error.n = a->location.n = 0;
	a->retry_after = 0;
	if (!a->status) {
		buf_add(&a->error, S("no answer"));
		return;
	}
	buf_add(&a->content_type, str_of(types[b[0] / LEN(statuses) % LEN(types)]));
	buf_add(&a->body, cut_bytes(&answers, (size_t)b[1] << 8 | b[2]));
}

/* In the place of http.c */

struct http_client *http_open(const struct http_settings *settings, struct buf *why)
{
	static char client;

	(void)settings;
	(void)why;
	return (struct http_client *)&client;
}

void http_close(struct http_client *c)
{
	(void)c;
	tags.n = 0;
}

void http_do(struct http_client *c, const struct http_request *request, struct http_answer *answer)
{
	(void)c;
	(void)request;
	give_answer(answer);
}

void http_start(struct http_client *c, const struct http_request *request, void *tag)
{
	(void)c;
	(void)request;
	vec_push(&tags, tag);
}

size_t http_in_flight(const struct http_client *c)
{
	(void)c;
	return tags.n;
}

bool http_next(struct http_client *c, int64_t wait_ns, struct http_answer *answer, void **tag)
{
	(void)c;
	(void)wait_ns;
	if (!tags.n)
		return false;
	*tag = tags.v[--tags.n];
	give_answer(answer);
	return true;
}

void http_answer_release(struct http_answer *a)
{
	buf_release(&a->body);
	buf_release(&a->content_type);
	buf_release(&a->location);
	buf_release(&a->error);
}

/* What is asked */

static void push_answer_of(const char *type)
{
	struct http_answer a = { 0 };
	struct buf why = { 0 };

	give_answer(&a);
	/* What is not sent has a reason. */
	if (outcome_of(&a, type, &why) != OUTCOME_SENT && !why.n)
		abort();
	buf_release(&why);
	http_answer_release(&a);
}

static void push_answer(void)
{
	push_answer_of("application/proto");
	push_answer_of("application/x-protobuf");
}

static void take_point(void *context, const struct server_point *point)
{
	(void)context;
	(void)server_point_label(point, S("region"));
}

static void ask_points(struct server *s)
{
	const struct server_type *t = server_default_type(s);
	const char *const by[] = { "region" };
	struct label_names names = { 0 };

	if (!t)
		return;
	server_label_names(s, t, &names);
	vec_release(&names);
	if (server_points(s, t, 0, 4000, 1000, by, LEN(by), take_point, NULL) &&
	    server_totals(s, t, by, LEN(by), take_point, NULL))
		server_profiles(s, t, by, LEN(by), take_point, NULL);
}

static void ask_profiles(struct server *s)
{
	struct dictionary dict;
	struct profile p;

	dict_init(&dict);
	profile_init(&p, &dict);
	for (int i = 0; i < MOST_PROFILES && server_next(s, &p); i++) {
		if (profile_check(&p))
			abort();
		profile_clear(&p);
	}
	profile_release(&p);
	dict_release(&dict);
}

static void ask_server(unsigned how)
{
	struct selector selector;
	struct buf why = { 0 };
	struct server_ask ask = {
		.until = INT64_C(4000000000),
		.no_stacks = how & NO_STACKS,
		.all_labels = how & ALL_LABELS,
		.step = how & STEPS ? INT64_C(1000000000) : 0,
	};
	struct server s;

	if (how & (SELECT | BY_ID) &&
	    selector_parse(&selector, how & BY_ID ? S("{span_id=\"1\"}") : S("{region=~\"e.*\"}"),
			   &why))
		ask.selector = &selector;
	if (server_open(&s, "http://h", &ask)) {
		if (how & POINTS)
			ask_points(&s);
		else
			ask_profiles(&s);
	}
	/* What failed has a reason. */
	if (s.failed && !*server_error(&s))
		abort();
	server_close(&s);
	if (ask.selector)
		selector_release(&selector);
	buf_release(&why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	mem_limit(256 << 20);
	answers = str_skip(str((const char *)data, size), 1);
	if (data[0] & PUSH)
		push_answer();
	else
		ask_server(data[0]);
	vec_release(&tags);
	return 0;
}
