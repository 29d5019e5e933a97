#include "source/endpoint.h"

#include "source/server.h"

static const int64_t second = INT64_C(1000000000);

bool endpoint_is(const char *path)
{
	return http_url_is(str_of(path)) && !server_is(path);
}

int64_t endpoint_measures(const char *url)
{
	struct str query = str_of(url), value;
	uint64_t n;

	str_cut(&query, '?');
	while (query.n) {
		value = str_cut(&query, '&');
		if (str_eq(str_cut(&value, '='), S("seconds")) && str_u64(value, &n) && n < 86400)
			return (int64_t)n * second;
	}
	return 0;
}

bool endpoint_is_delta(const char *url)
{
	struct str rest = str_of(url), path = str_cut(&rest, '?');

	path = str_skip(path, (size_t)(str_rchr(path, '/') + 1));
	return str_starts(path, S("delta_")) || endpoint_measures(url) > 0;
}

static bool is_page(const struct http_answer *a)
{
	return str_starts(buf_str(&a->content_type), S("text/html"));
}

bool endpoint_check(const char *url, const struct http_answer *a, struct buf *why)
{
	if (a->error.n || a->status != 200) {
		http_put_status(why, a);
		return false;
	}
	if (!is_page(a))
		return true;
	buf_add(why, S("is a page for a browser, not a profile"));
	if (str_find(str_of(url), S("/debug/pprof")) >= 0)
		buf_add(why, S(": add the name of one, such as heap or profile?seconds=10"));
	return false;
}

static void get_body(struct http_client *client, const char *url, struct buf *body, struct buf *why)
{
	struct http_answer a = { 0 };

	http_do(client, &(struct http_request){ .url = url }, &a);
	if (endpoint_check(url, &a, why)) {
		*body = a.body;
		a.body = (struct buf){ 0 };
	}
	http_answer_release(&a);
}

static struct http_client *open_client(const char *url, const struct http_settings *settings,
				       struct buf *why)
{
	struct http_settings s = settings ? *settings : (struct http_settings){ 0 };

	s.answer_ns = (s.answer_ns ? s.answer_ns : 60 * second) + endpoint_measures(url);
	return http_open(&s, why);
}

void endpoint_open(struct input *input, const char *url, const struct format *from,
		   const struct http_settings *settings, struct buf *body)
{
	struct buf why = { 0 };
	struct http_client *client = NULL;

	if (http_url_check(str_of(url), &why))
		client = open_client(url, settings, &why);
	if (client) {
		get_body(client, url, body, &why);
		http_close(client);
	}
	input_open_memory(input, url, buf_str(body), from);
	if (why.n)
		in_fail(&input->in, "%.*s", STR_ARG(buf_str(&why)));
	buf_release(&why);
}
