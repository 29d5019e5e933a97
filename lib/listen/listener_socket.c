/* The socket that the server listens on. */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "listen/listener_parts.h"

enum { BACKLOG = 1024 };

/* HOST:PORT, [HOST]:PORT, :PORT, HOST or PORT. */
static void split_address(const char *address, char host[256], char port[32])
{
	struct str a = str_of(address), h = a, p = S("4040");
	ptrdiff_t colon = str_rchr(a, ':');

	if (str_u64(a, &(uint64_t){ 0 })) {
		p = a;
		h = S("127.0.0.1");
	} else if (colon >= 0 && colon > str_rchr(a, ']')) {
		h = str(a.p, (size_t)colon);
		p = str_skip(a, (size_t)colon + 1);
	}
	if (h.n >= 2 && h.p[0] == '[' && h.p[h.n - 1] == ']')
		h = str(h.p + 1, h.n - 2);
	snprintf(host, 256, "%.*s", STR_ARG(h));
	snprintf(port, 32, "%.*s", STR_ARG(p));
}

static int bind_to(const struct addrinfo *a)
{
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	close(fd);
	return -1;
}

int listener_open_socket(const char *address, struct buf *why)
{
	struct addrinfo hints = { .ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM },
			*list = NULL;
	char host[256], port[32];
	int fd = -1, error;

	split_address(address, host, port);
	error = getaddrinfo(host[0] ? host : NULL, port, &hints, &list);
	errno = 0;
	for (struct addrinfo *a = list; a && fd < 0; a = a->ai_next)
		fd = bind_to(a);
	if (fd < 0)
		buf_printf(why, "--listen %s: %s", address,
			   error ? gai_strerror(error) : strerror(errno));
	if (list)
		freeaddrinfo(list);
	return fd;
}

static bool is_loopback(const struct sockaddr_storage *a)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)a;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)a;

	if (a->ss_family == AF_INET)
		return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
	return a->ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

/* Report the address as a URL, and warn if it is open or unencrypted beyond loopback. */
void listener_note_address(const struct listener *s, int fd)
{
	struct sockaddr_storage a = { 0 };
	socklen_t n = sizeof(a);
	char host[128] = "", port[16] = "";

	if (getsockname(fd, (struct sockaddr *)&a, &n) < 0 ||
	    getnameinfo((struct sockaddr *)&a, n, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return;
	s->options.note(a.ss_family == AF_INET6 ? "listening on %s://[%s]:%s" :
						  "listening on %s://%s:%s",
			s->options.tls_cert ? "https" : "http", host, port);
	if (!is_loopback(&a) && !s->options.token_file)
		s->options.note("everybody who reaches %s may send: --token-file FILE asks for a "
				"token",
				host);
	if (!is_loopback(&a) && !s->options.tls_cert)
		s->options.note("what is sent is not encrypted: --tls-cert and --tls-key do that");
}
