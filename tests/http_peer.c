/*
 * A server for tests of clients:
 *
 *	http_peer DIR [PORT] [null]
 *
 * listens on 127.0.0.1, writes its port to DIR/port, and answers the n-th request as line n
 * of DIR/plan says, further ones as the last line does:
 *
 *	200, 429 ... [TIME]      that status, with Retry-After
 *	as TYPE [HEX]            200 with that Content-Type, "-" for none, and a body in hex
 *	slow MS                  200, after that time
 *	hang                     nothing, ever
 *	garbage, half, cut       what is not HTTP; half of an answer; half of its first line
 *	part                     half of an answer with status 200
 *	close                    no answer
 *	page, partial            200 with HTML, with an OTLP partial success
 *	redirect URL             307
 *
 * Each request is a line of DIR/log: the plan's word, method, path, X-Scope-OrgID,
 * Authorization, Content-Type, Content-Encoding. Of a request with status 200, its number
 * being N, DIR/N.body has the body; of one to push.v1, DIR/N.labels has the labels and
 * DIR/N.pb.gz the profile. With "null", everything is answered 200 and nothing is written.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "push.pb-c.h"

static const char *dir;
static bool is_null;
static char *plan[1000];
static int nplan;
static atomic_int nrequest;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

struct request {
	int number;
	char head[16384], method[16], path[1024];
	uint8_t *body;
	size_t nbody;
};

static void write_file(int number, const char *suffix, const void *bytes, size_t n)
{
	char path[4096], part[4200];
	FILE *f;

	if (number)
		snprintf(path, sizeof(path), "%s/%04d.%s", dir, number, suffix);
	else
		snprintf(path, sizeof(path), "%s/%s", dir, suffix);
	snprintf(part, sizeof(part), "%s.part", path);
	f = fopen(part, "w");
	if (!f || fwrite(bytes, 1, n, f) != n || fclose(f) || rename(part, path))
		perror(path);
}

/* The value of a header, or "-". */
static const char *header(const struct request *r, const char *name, char *to, size_t size)
{
	size_t n = strlen(name);

	for (const char *line = strstr(r->head, "\r\n"); line; line = strstr(line + 2, "\r\n")) {
		if (strncasecmp(line + 2, name, n) == 0 && line[2 + n] == ':') {
			line += 3 + n + strspn(line + 3 + n, " ");
			snprintf(to, size, "%.*s", (int)strcspn(line, "\r"), line);
			return to;
		}
	}
	snprintf(to, size, "-");
	return to;
}

static bool read_more(int fd, char *to, size_t size, size_t *n)
{
	ssize_t got = read(fd, to + *n, size - *n);

	if (got > 0)
		*n += (size_t)got;
	return got > 0;
}

/* The head; what was read of the body is put at the start of *rest. */
static bool read_head(int fd, struct request *r, size_t *have, char **rest)
{
	char *end = NULL;

	r->head[*have] = '\0';
	while (!(end = strstr(r->head, "\r\n\r\n"))) {
		if (*have == sizeof(r->head) - 1 ||
		    !read_more(fd, r->head, sizeof(r->head) - 1, have))
			return false;
		r->head[*have] = '\0';
		if (r->head[0] < 'A')
			return false; /* TLS */
	}
	*rest = end + 4;
	return sscanf(r->head, "%15s %1023s", r->method, r->path) == 2;
}

static bool read_body(int fd, struct request *r, const char *rest, size_t nrest)
{
	char length[64];
	size_t n = nrest;

	r->nbody = strtoul(header(r, "Content-Length", length, sizeof(length)), NULL, 10);
	r->body = malloc(r->nbody + 1);
	if (n > r->nbody)
		n = r->nbody;
	memcpy(r->body, rest, n);
	while (n < r->nbody)
		if (!read_more(fd, (char *)r->body, r->nbody, &n))
			return false;
	return true;
}

/* Records */

static void log_request(const struct request *r, const char *word)
{
	static const char *const names[] = { "X-Scope-OrgID", "Authorization", "Content-Type",
					     "Content-Encoding" };
	char path[4096], value[1024];
	FILE *f;

	snprintf(path, sizeof(path), "%s/log", dir);
	pthread_mutex_lock(&log_lock);
	f = fopen(path, "a");
	fprintf(f, "%s %s %s", word, r->method, r->path);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		fprintf(f, " %s", header(r, names[i], value, sizeof(value)));
	fputc('\n', f);
	fclose(f);
	pthread_mutex_unlock(&log_lock);
}

static void keep_push(const struct request *r)
{
	Push__V1__PushRequest *push = push__v1__push_request__unpack(NULL, r->nbody, r->body);
	Push__V1__RawProfileSeries *s = push && push->n_series ? push->series[0] : NULL;
	char *text = NULL;
	size_t n;
	FILE *f;

	if (!s || s->n_samples != 1)
		return;
	f = open_memstream(&text, &n);
	for (size_t i = 0; i < s->n_labels; i++)
		fprintf(f, "%s=%s\n", s->labels[i]->name, s->labels[i]->value);
	fclose(f);
	write_file(r->number, "labels", text, n);
	write_file(r->number, "pb.gz", s->samples[0]->raw_profile.data,
		   s->samples[0]->raw_profile.len);
	free(text);
	push__v1__push_request__free_unpacked(push, NULL);
}

static void keep(const struct request *r)
{
	write_file(r->number, "body", r->body, r->nbody);
	if (strstr(r->path, "/push.v1."))
		keep_push(r);
}

/* Answers */

static void say(int fd, const char *text)
{
	size_t n = strlen(text);

	while (n) {
		ssize_t wrote = write(fd, text, n);

		if (wrote <= 0)
			return;
		text += wrote;
		n -= (size_t)wrote;
	}
}

static bool answer_status(int fd, int status, const char *more, const char *type, const char *body)
{
	bool has_type = strcmp(type, "-") != 0;
	char text[2048];

	snprintf(text, sizeof(text), "HTTP/1.1 %d X\r\n%s%s%s%sContent-Length: %zu\r\n\r\n%s",
		 status, has_type ? "Content-Type: " : "", has_type ? type : "",
		 has_type ? "\r\n" : "", more, strlen(body), body);
	say(fd, text);
	return true;
}

/* Success has the type of the request, as the protocols have it. */
static bool answer_number(int fd, const struct request *r, const char *word)
{
	char after[64] = "", time[40], type[100];
	int status = 200;

	if (sscanf(word, "%d %39[^\n]", &status, time) == 2)
		snprintf(after, sizeof(after), "Retry-After: %s\r\n", time);
	if (status == 200)
		return answer_status(fd, status, after,
				     header(r, "Content-Type", type, sizeof(type)), "");
	return answer_status(fd, status, after, "application/json",
			     "{\"code\":\"some_code\",\"message\":\"words of the server\"}");
}

/* "TYPE [HEX]"; the body has no zero byte. */
static bool answer_as(int fd, const char *words)
{
	char type[100] = "", hex[1000] = "", body[500] = "";
	unsigned byte;

	sscanf(words, "%99s %999s", type, hex);
	for (size_t i = 0; sscanf(hex + 2 * i, "%2x", &byte) == 1; i++)
		body[i] = (char)byte;
	return answer_status(fd, 200, "", type, body);
}

/* False: the connection is to be closed. */
static bool answer(int fd, const struct request *r, const char *word)
{
	char more[1100];
	int ms = 0;

	if (strcmp(word, "garbage") == 0)
		return say(fd, "\x16\x03 no HTTP at all\n\n"), false;
	if (strcmp(word, "half") == 0)
		return say(fd, "HTTP/1.1 500 X\r\nContent-Length: 100\r\n\r\nha"), false;
	if (strcmp(word, "part") == 0)
		return say(fd, "HTTP/1.1 200 X\r\nContent-Type: application/proto\r\n"
			       "Content-Length: 100\r\n\r\nha"),
		       false;
	if (strncmp(word, "as ", 3) == 0)
		return answer_as(fd, word + 3);
	if (strcmp(word, "cut") == 0)
		return say(fd, "HTTP/1.1 2"), false;
	if (strcmp(word, "close") == 0)
		return false;
	if (strcmp(word, "hang") == 0)
		return pause(), false;
	if (strcmp(word, "page") == 0)
		return answer_status(fd, 200, "", "text/html", "<html>hello</html>");
	if (strcmp(word, "partial") == 0)
		return answer_status(fd, 200, "", "application/x-protobuf",
				     "\x0a\x0a\x08\x01\x12\x06not it");
	if (sscanf(word, "slow %d", &ms) == 1)
		return usleep((useconds_t)ms * 1000), answer_number(fd, r, "200");
	if (strncmp(word, "redirect ", 9) == 0) {
		snprintf(more, sizeof(more), "Location: %s\r\n", word + 9);
		return answer_status(fd, 307, more, "text/plain", "");
	}
	return answer_number(fd, r, word);
}

static bool serve_request(int fd, struct request *r, size_t *have)
{
	const char *word = "200";
	size_t nrest, taken;
	char *rest;
	bool stays;

	if (!read_head(fd, r, have, &rest))
		return false;
	nrest = *have - (size_t)(rest - r->head);
	r->number = ++nrequest;
	if (nplan)
		word = plan[(r->number <= nplan ? r->number : nplan) - 1];
	if (!read_body(fd, r, rest, nrest))
		return false;
	if (!is_null && (strncmp(word, "200", 3) == 0 || strncmp(word, "slow", 4) == 0))
		keep(r);
	if (!is_null)
		log_request(r, word);
	stays = answer(fd, r, word);
	taken = nrest < r->nbody ? nrest : r->nbody;
	*have = nrest - taken;
	memmove(r->head, rest + taken, *have);
	return stays;
}

static void *serve(void *context)
{
	int fd = (int)(intptr_t)context, one = 1;
	struct request r;
	size_t have = 0;
	bool stays = true;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	while (stays) {
		r.body = NULL;
		stays = serve_request(fd, &r, &have);
		free(r.body);
	}
	close(fd);
	return NULL;
}

static void read_plan(void)
{
	char path[4096], line[1024];
	FILE *f;

	snprintf(path, sizeof(path), "%s/plan", dir);
	f = fopen(path, "r");
	while (f && nplan < 1000 && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		plan[nplan++] = strdup(line);
	}
	if (f)
		fclose(f);
}

static int listen_on(int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	char text[32];

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&at, n) || listen(fd, 100) ||
	    getsockname(fd, (struct sockaddr *)&at, &n)) {
		perror("http_peer");
		exit(2);
	}
	snprintf(text, sizeof(text), "%d\n", ntohs(at.sin_port));
	write_file(0, "port", text, strlen(text));
	return fd;
}

int main(int argc, char **argv)
{
	int fd, client;
	pthread_t thread;

	signal(SIGPIPE, SIG_IGN);
	dir = argc > 1 ? argv[1] : ".";
	is_null = argc > 3;
	read_plan();
	fd = listen_on(argc > 2 ? atoi(argv[2]) : 0);
	while ((client = accept(fd, NULL, NULL)) >= 0)
		if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)client) == 0)
			pthread_detach(thread);
	return 1;
}
