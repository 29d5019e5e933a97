#include "listen/listener.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/when.h"
#include "listen/certificates.h"
#include "listen/listener_parts.h"

enum {
	TICK_MS = 100,
	POOL_BYTES = 16 << 10, /* for the head of a request and a piece of its body */
};
#define FIRST_REQUEST_NS INT64_C(10000000000) /* how long a new connection may be idle */
#define CROWDED_IDLE_NS  INT64_C(2000000000)  /* and others, when there are many connections */
#define TELL_NS          INT64_C(10000000000) /* between two calls of options.kept */

/* Connections */

static void peer_opened(struct listener *s, struct MHD_Connection *c, void **context)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct peer *p = mem_zeroed(1, sizeof(*p));

	p->fd = info ? info->connect_fd : -1;
	p->since = monotonic_ns();
	p->next = s->peers;
	if (p->next)
		p->next->before = p;
	s->peers = p;
	s->npeer++;
	*context = p;
}

/* Did the client send something, but no request? Clients of TLS do, that meet none here. */
static bool sent_no_request(const struct peer *p)
{
	struct tcp_info info = { 0 };
	socklen_t n = sizeof(info);

	return !p->nrequest && getsockopt(p->fd, IPPROTO_TCP, TCP_INFO, &info, &n) == 0 &&
	       info.tcpi_bytes_received > 0;
}

static void peer_closed(struct listener *s, void **context)
{
	struct peer *p = *context;

	if (!p)
		return;
	if (sent_no_request(p) && may_note(s))
		s->options.note("a client sent no request: is its URL %s",
				s->options.tls_cert ? "http: where this server has https:?" :
						      "https: where this server has http:?");
	if (p->before)
		p->before->next = p->next;
	else
		s->peers = p->next;
	if (p->next)
		p->next->before = p->before;
	s->npeer--;
	mem_free(p, sizeof(*p));
	*context = NULL;
}

static void connection_changed(void *server, struct MHD_Connection *c, void **context,
			       enum MHD_ConnectionNotificationCode what)
{
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		peer_opened(server, c, context);
	else
		peer_closed(server, context);
}

/* How long a connection may stay in its present state. */
static int64_t patience(const struct listener *s, const struct peer *p)
{
	if (p->in_request)
		return s->options.request_ns;
	if (s->is_ending)
		return 0;
	if (s->npeer > s->options.connections - s->options.connections / 8)
		return CROWDED_IDLE_NS;
	return p->nrequest ? s->options.idle_ns : FIRST_REQUEST_NS;
}

/* Only shut down the socket: the library then closes the connection. */
static void end_slow_connections(struct listener *s)
{
	int64_t now = monotonic_ns();

	for (struct peer *p = s->peers; p; p = p->next)
		if (!p->is_waiting && now - p->since > patience(s, p)) {
			shutdown(p->fd, SHUT_RDWR);
			p->since = now;
		}
}

/* Beginning */

static const char *library_reason(unsigned status)
{
	switch (status) {
	case 505:
		return "a client speaks HTTP/2, as OTLP over gRPC does: requests are HTTP/1.1 "
		       "(OTLP: http/protobuf)";
	case 414:
	case 431: return "the head of a request exceeds 16 KiB";
	case 413: return "a request announces a body of more than 2^64 bytes";
	default:
		return "a request is not HTTP, or is broken: is its URL https: where this server "
		       "has http:?";
	}
}

/*
 * The library answers some requests itself, with a page that agents do not print. Its log is
 * the only place that tells.
 */
static void library_logs(void *server, const char *fmt, va_list ap)
{
	static const char tells[] = "HTTP response code is %u";
	struct listener *s = server;
	const char *at = strstr(fmt, tells);
	unsigned status;

	/* The status must be the first argument. */
	if (!at || strchr(fmt, '%') != at + strlen(tells) - 2)
		return;
	status = va_arg(ap, unsigned);
	if (may_note(s))
		s->options.note("status %u: %s", status, library_reason(status));
}

static bool start_daemon(struct listener *s, int fd, struct buf *why)
{
	const struct listener_options *o = &s->options;
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
	struct MHD_OptionItem tls[2] = { { MHD_OPTION_END, 0, NULL } };

	if (o->tls_cert) {
		if (!certificates_load(o->tls_cert, o->tls_key, why))
			return false;
		flags |= MHD_USE_TLS;
		tls[0] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_CERT_CALLBACK, 0,
						  (void *)(uintptr_t)certificates_give };
		tls[1] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
	}
	s->daemon = MHD_start_daemon(flags, 0, NULL, NULL, listener_request, s,
				     MHD_OPTION_EXTERNAL_LOGGER, library_logs, s,
				     MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
				     o->connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
				     o->connections_per_address, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
				     (size_t)POOL_BYTES, MHD_OPTION_NOTIFY_COMPLETED,
				     listener_request_ended, s, MHD_OPTION_NOTIFY_CONNECTION,
				     connection_changed, s, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
	if (!s->daemon)
		buf_add(why, S("cannot start the server"));
	return s->daemon != NULL;
}

/* The loop */

static void tell_kept(struct listener *s)
{
	int64_t now = monotonic_ns();

	if (!s->options.kept || s->metrics.nprofile == s->nkept_told || now - s->told < TELL_NS)
		return;
	s->told = now;
	s->nkept_told = s->metrics.nprofile;
	s->options.kept();
}

/* Read the files again that may have been replaced. */
static void reload(struct listener *s)
{
	const struct listener_options *o = &s->options;
	struct buf why = { 0 };

	if (o->token_file && !access_load(&s->access, o->token_file, &why))
		o->note("%.*s: the old tokens stay", STR_ARG(buf_str(&why)));
	why.n = 0;
	if (o->tls_cert && !certificates_load(o->tls_cert, o->tls_key, &why))
		o->note("%.*s: the old certificates stay", STR_ARG(buf_str(&why)));
	buf_release(&why);
}

static void take_signal(struct listener *s, int fd)
{
	struct signalfd_siginfo info;

	if (read(fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGHUP)
		reload(s);
	else
		s->is_ending = true;
}

static int loop_timeout(const struct listener *s)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(s->daemon, &ms) != MHD_YES || ms > TICK_MS)
		return TICK_MS;
	return (int)ms;
}

/* Wait for any event, and handle it. */
static void loop_once(struct listener *s, int signals, int epoll)
{
	struct pollfd fds[READERS_MOST + 3];
	nfds_t n = s->options.pool.n;
	static int64_t ticked;

	pool_poll(&s->pool, fds);
	fds[n] = (struct pollfd){ signals, POLLIN, 0 };
	fds[n + 1] = (struct pollfd){ epoll, POLLIN, 0 };
	fds[n + 2] = (struct pollfd){ STDOUT_FILENO, 0, 0 };
	poll(fds, n + 3, loop_timeout(s));
	pool_run(&s->pool, fds);
	if (fds[n].revents)
		take_signal(s, signals);
	s->is_closed |= (fds[n + 2].revents & POLLERR) != 0;
	MHD_run(s->daemon);
	listener_hand_over(s);
	if (monotonic_ns() - ticked < TICK_MS * INT64_C(1000000))
		return;
	ticked = monotonic_ns();
	end_slow_connections(s);
	turns_tick(s);
	tell_kept(s);
}

static bool is_busy(const struct listener *s)
{
	if (pool_pending(&s->pool))
		return true;
	for (const struct peer *p = s->peers; p; p = p->next)
		if (p->in_request)
			return true;
	return false;
}

static void serve(struct listener *s, int signals)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	int64_t end;
	int listener;

	while (!s->is_ending && !s->is_closed)
		loop_once(s, signals, info->epoll_fd);
	s->is_ending = true;
	listener = MHD_quiesce_daemon(s->daemon);
	if (listener >= 0)
		close(listener);
	end = monotonic_ns() + s->options.drain_ns;
	while (is_busy(s) && !s->is_closed && monotonic_ns() < end)
		loop_once(s, signals, info->epoll_fd);
}

static int catch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool run(struct listener *s, int signals, struct buf *why)
{
	int fd = listener_open_socket(s->options.address, why);

	if (fd < 0)
		return false;
	if (!pool_open(&s->pool, &s->options.pool)) {
		buf_printf(why, "cannot start readers: %s", strerror(errno));
		return false;
	}
	if (!start_daemon(s, fd, why)) {
		pool_close(&s->pool);
		return false;
	}
	listener_note_address(s, fd);
	serve(s, signals);
	turns_close(s);
	pool_close(&s->pool);
	MHD_run(s->daemon);
	MHD_stop_daemon(s->daemon);
	return true;
}

bool listener_run(const struct listener_options *options, struct buf *why)
{
	struct listener s = { .options = *options };
	int signals = catch_signals();
	bool ok;

	rates_begin(&s.rates, options->rate);
	ok = (!options->token_file || access_load(&s.access, options->token_file, why)) &&
	     run(&s, signals, why);
	close(signals);
	certificates_release();
	access_release(&s.access);
	rates_release(&s.rates);
	return ok;
}
