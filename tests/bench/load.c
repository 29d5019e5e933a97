/*
 * Load for a server that takes profiles:
 *
 *	load PORT PATH CONNECTIONS[+SLOW] RATE SECONDS FILE...
 *
 * Each connection stays open and sends POST PATH with the next FILE as its body, RATE
 * requests a second over all connections (0: each sends as soon as it was answered). Times
 * are from when a request was due, so that a server that stalls cannot hide it. SLOW more
 * connections each send a byte of a body every 100 ms, and are not counted. After SECONDS no
 * request begins, and those that have begun get ten more seconds for their answers. Ends early
 * if the server is gone. Prints answers with 200, others, seconds, the p50, p99 and longest time
 * in ms, and the requests that have no answer.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/vec.h"
#include "io/in.h"

struct client {
	int fd;
	struct str body;
	char head[512];
	size_t nhead, sent; /* of head and body */
	char answer[1024];
	size_t nanswer;
	double due, next; /* when this request was due, and when the next one is */
	bool is_busy, is_slow;
};

static struct {
	int port, epoll;
	const char *path;
	size_t nclient, nslow;
	double rate, seconds;
	bool is_over;   /* the server is gone */
	bool is_ending; /* no request begins */
	size_t nbusy;
	VEC(struct buf) body;
	size_t next_body;
	uint64_t good, bad, broken;
	VEC(double) took;
} load;

static double clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void client_open(struct client *c)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)load.port) };
	struct epoll_event e = { .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c };

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		if (!load.good)
			die("connect");
		load.is_over = true;
		return;
	}
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
	if (!c->is_slow)
		epoll_ctl(load.epoll, EPOLL_CTL_ADD, c->fd, &e);
}

static void client_send(struct client *c)
{
	size_t all = c->nhead + c->body.n;

	while (c->is_busy && c->sent < all) {
		bool in_head = c->sent < c->nhead;
		const char *p = in_head ? c->head + c->sent : c->body.p + (c->sent - c->nhead);
		ssize_t n = send(c->fd, p, in_head ? c->nhead - c->sent : all - c->sent,
				 MSG_NOSIGNAL | (in_head ? MSG_MORE : 0));

		if (n <= 0)
			return;
		c->sent += (size_t)n;
	}
}

static void client_begin(struct client *c, double due)
{
	const struct buf *b = &load.body.v[load.next_body++ % load.body.n];

	c->body = buf_str(b);
	c->nhead = (size_t)snprintf(c->head, sizeof(c->head),
				    "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n"
				    "Content-Type: application/octet-stream\r\n\r\n",
				    load.path, b->n);
	c->sent = c->nanswer = 0;
	c->due = due;
	c->is_busy = true;
	load.nbusy++;
	client_send(c);
}

static void client_done(struct client *c, bool good)
{
	double now = clock_now();

	if (good)
		load.good++;
	else
		load.bad++;
	vec_push(&load.took, now - c->due);
	c->is_busy = false;
	load.nbusy--;
	if (!load.rate && !load.is_ending)
		client_begin(c, now);
}

static void client_receive(struct client *c)
{
	for (;;) {
		ssize_t n = recv(c->fd, c->answer + c->nanswer, sizeof(c->answer) - 1 - c->nanswer,
				 0);
		char *end;

		if (n < 0)
			return;
		if (n == 0) {
			load.broken += c->is_busy;
			load.nbusy -= c->is_busy;
			close(c->fd);
			c->is_busy = false;
			c->nanswer = 0;
			client_open(c);
			return;
		}
		c->nanswer += (size_t)n;
		c->answer[c->nanswer] = '\0';
		end = strstr(c->answer, "\r\n\r\n");
		/* The body of an answer is short: it comes with its head. */
		if (end && c->is_busy)
			client_done(c, strncmp(c->answer, "HTTP/1.1 200", 12) == 0);
	}
}

/* One more byte of a body that never gets complete. */
static void slow_send(struct client *c, double now)
{
	if (c->next > now)
		return;
	c->next = now + 0.1;
	if (send(c->fd, c->head + c->sent, 1, MSG_NOSIGNAL) == 1) {
		c->sent += c->sent + 1 < c->nhead;
		return;
	}
	close(c->fd);
	c->sent = 0;
	client_open(c);
}

/* Of a slow client: the head goes at once, and the body is one character again and again. */
static void slow_begin(struct client *c)
{
	c->is_slow = true;
	c->nhead = (size_t)snprintf(c->head, sizeof(c->head),
				    "POST %s HTTP/1.1\r\nHost: localhost\r\n"
				    "Content-Length: 100000\r\n\r\nx",
				    load.path);
	client_open(c);
	send(c->fd, c->head, c->nhead - 1, MSG_NOSIGNAL);
	c->sent = c->nhead - 1;
}

static void start_due(struct client *clients)
{
	double now = clock_now();

	for (size_t i = 0; i < load.nslow; i++)
		slow_send(&clients[load.nclient + i], now);
	for (size_t i = 0; load.rate && i < load.nclient; i++) {
		struct client *c = &clients[i];

		if (c->is_busy || c->next > now)
			continue;
		client_begin(c, c->next);
		c->next += (double)load.nclient / load.rate;
	}
}

static int compare_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double quantile(double q)
{
	return load.took.n ? load.took.v[(size_t)(q * (double)(load.took.n - 1))] * 1000 : 0;
}

static void read_bodies(char **path)
{
	for (; *path; path++) {
		struct buf b = { 0 };
		int fd = open(*path, O_RDONLY);
		ssize_t n;

		if (fd < 0)
			die(*path);
		while ((n = read(fd, buf_room(&b, 65536), 65536)) > 0)
			b.n += (size_t)n;
		close(fd);
		vec_push(&load.body, b);
	}
}

static void handle_events(void)
{
	struct epoll_event events[256];
	int n = epoll_wait(load.epoll, events, LEN(events), 1);

	for (int i = 0; i < n; i++) {
		client_send(events[i].data.ptr);
		client_receive(events[i].data.ptr);
	}
}

static void run(struct client *clients)
{
	double began = clock_now(), end = began + load.seconds;

	for (size_t i = 0; i < load.nclient; i++) {
		clients[i].next = began + (double)i / (load.rate ? load.rate : 1);
		if (!load.rate)
			client_begin(&clients[i], began);
	}
	while (!load.is_over && clock_now() < end) {
		handle_events();
		start_due(clients);
	}
	load.is_ending = true;
	while (load.nbusy && !load.is_over && clock_now() < end + 10)
		handle_events();
	load.seconds = clock_now() - began;
}

int main(int argc, char **argv)
{
	struct client *clients;
	char *slow;

	if (argc < 7) {
		fprintf(stderr, "usage: load PORT PATH CONNECTIONS[+SLOW] RATE SECONDS FILE...\n");
		return 2;
	}
	load.port = atoi(argv[1]);
	load.path = argv[2];
	load.nclient = strtoul(argv[3], &slow, 10);
	load.nslow = *slow == '+' ? strtoul(slow + 1, NULL, 10) : 0;
	load.rate = atof(argv[4]);
	load.seconds = atof(argv[5]);
	load.epoll = epoll_create1(0);
	read_bodies(argv + 6);
	clients = mem_zeroed(load.nclient + load.nslow, sizeof(*clients));
	for (size_t i = 0; i < load.nclient; i++)
		client_open(&clients[i]);
	for (size_t i = 0; i < load.nslow; i++)
		slow_begin(&clients[load.nclient + i]);
	run(clients);
	qsort(load.took.v, load.took.n, sizeof(double), compare_double);
	printf("%llu %llu %.2f %.1f %.1f %.1f %zu\n", (unsigned long long)load.good,
	       (unsigned long long)load.bad, load.seconds, quantile(0.5), quantile(0.99),
	       quantile(1), load.nbusy + load.broken);
	return 0;
}
