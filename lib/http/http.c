/* The client: transfers in flight, driven by libcurl's multi interface. */
#include "http/http.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/when.h"
#include "http/transfer.h"

struct http_client {
	struct http_settings settings;
	const struct curl_library *curl;
	CURLM *multi;
	struct transfer *in_flight, *unused;
	size_t nin_flight;
	atomic_bool woken;
};

void http_answer_release(struct http_answer *a)
{
	buf_release(&a->body);
	buf_release(&a->content_type);
	buf_release(&a->location);
	buf_release(&a->headers);
	buf_release(&a->error);
	*a = (struct http_answer){ 0 };
}

static bool is_readable(const char *path, struct buf *why)
{
	if (!path || access(path, R_OK) == 0)
		return true;
	buf_printf(why, "%s: %s", path, strerror(errno));
	return false;
}

struct http_client *http_open(const struct http_settings *settings, struct buf *why)
{
	const struct curl_library *curl = curl_library(why);
	struct http_client *c;

	if (!curl || !is_readable(settings->cacert, why) || !is_readable(settings->cert, why) ||
	    !is_readable(settings->key, why))
		return NULL;
	c = mem_zeroed(1, sizeof(*c));
	c->settings = *settings;
	c->curl = curl;
	c->multi = curl->multi_init();
	if (!c->multi)
		mem_exhausted("an HTTP client");
	return c;
}

static void free_transfer(struct transfer *t)
{
	transfer_reset(t);
	if (t->easy)
		t->curl->easy_cleanup(t->easy);
	buf_release(&t->url);
	http_answer_release(&t->answer);
	mem_free(t, sizeof(*t));
}

void http_close(struct http_client *c)
{
	struct transfer *t;

	if (!c)
		return;
	while ((t = c->in_flight)) {
		c->in_flight = t->next;
		c->curl->multi_remove_handle(c->multi, t->easy);
		free_transfer(t);
	}
	while ((t = c->unused)) {
		c->unused = t->next;
		free_transfer(t);
	}
	c->curl->multi_cleanup(c->multi);
	mem_free(c, sizeof(*c));
}

static struct transfer *take_transfer(struct http_client *c)
{
	struct transfer *t = c->unused;

	if (t)
		c->unused = t->next;
	else
		t = mem_zeroed(1, sizeof(*t));
	t->curl = c->curl;
	t->settings = &c->settings;
	return t;
}

static void launch(struct http_client *c, struct transfer *t)
{
	if (!transfer_prepare(t) || c->curl->multi_add_handle(c->multi, t->easy) != CURLM_OK)
		mem_exhausted("an HTTP request");
}

void http_start(struct http_client *c, const struct http_request *request, void *tag)
{
	struct transfer *t = take_transfer(c);

	t->request = *request;
	t->tag = tag;
	t->nredirect = 0;
	t->url.n = 0;
	buf_add(&t->url, str_of(request->url));
	buf_ch(&t->url, '\0');
	launch(c, t);
	t->next = c->in_flight;
	c->in_flight = t;
	c->nin_flight++;
}

size_t http_in_flight(const struct http_client *c)
{
	return c->nin_flight;
}

static void unlink_transfer(struct http_client *c, struct transfer *t)
{
	struct transfer **at = &c->in_flight;

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	c->nin_flight--;
	t->next = c->unused;
	c->unused = t;
}

/* The next finished transfer, or NULL. A redirection is followed instead. */
static struct transfer *take_ended(struct http_client *c)
{
	CURLMsg *message;
	int left;

	while ((message = c->curl->multi_info_read(c->multi, &left))) {
		CURLcode code = message->data.result;
		struct transfer *t = NULL;
		bool is_whole;

		c->curl->easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t);
		c->curl->multi_remove_handle(c->multi, t->easy);
		is_whole = transfer_finish(t, code);
		transfer_reset(t);
		if (is_whole)
			return t;
		t->answer.body.n = t->answer.content_type.n = 0;
		launch(c, t);
	}
	return NULL;
}

/* Wait for the network, at most a second. False when the time is over, or after http_wake(). */
static bool wait_for_network(struct http_client *c, int64_t wait_ns, int64_t began)
{
	int64_t left = wait_ns < 0 ? INT64_C(1000000000) : wait_ns - (monotonic_ns() - began);

	if (left <= 0)
		return false;
	if (left > INT64_C(1000000000))
		left = INT64_C(1000000000);
	if (!atomic_load(&c->woken))
		c->curl->multi_poll(c->multi, NULL, 0, (int)((left + 999999) / 1000000), NULL);
	return !atomic_exchange(&c->woken, false);
}

/*
 * Run the transfers without SIGPIPE: TLS libraries write to a connection that the server has
 * closed in a way that raises it. It is blocked, and consumed, in this thread only.
 */
static void perform(struct http_client *c)
{
	sigset_t pipe_only, was, pending;
	int running, number;
	bool was_pending;

	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	sigpending(&pending);
	was_pending = sigismember(&pending, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe_only, &was);
	c->curl->multi_perform(c->multi, &running);
	sigpending(&pending);
	if (!was_pending && sigismember(&pending, SIGPIPE))
		sigwait(&pipe_only, &number);
	pthread_sigmask(SIG_SETMASK, &was, NULL);
}

bool http_next(struct http_client *c, int64_t wait_ns, struct http_answer *answer, void **tag)
{
	int64_t began = monotonic_ns();
	struct transfer *t;

	http_answer_release(answer);
	do {
		perform(c);
		t = take_ended(c);
	} while (!t && wait_for_network(c, wait_ns, began));
	if (!t)
		return false;
	*answer = t->answer;
	t->answer = (struct http_answer){ 0 };
	*tag = t->tag;
	unlink_transfer(c, t);
	return true;
}

void http_wake(struct http_client *c)
{
	atomic_store(&c->woken, true);
	c->curl->multi_wakeup(c->multi);
}

void http_do(struct http_client *c, const struct http_request *request, struct http_answer *answer)
{
	void *tag;

	http_start(c, request, NULL);
	while (!http_next(c, -1, answer, &tag))
		;
}
