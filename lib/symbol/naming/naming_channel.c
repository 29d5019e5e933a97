#include "symbol/naming/naming_channel.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

struct header {
	uint32_t size, kind;
};

/* Room for one descriptor; the kernel closes what does not fit. */
union attached {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static bool may_try(const struct naming_channel *c, short events)
{
	return !c->wait || c->wait(c->context, c->fd, events);
}

static void attach_file(struct msghdr *m, union attached *a, int file)
{
	struct cmsghdr *h;

	m->msg_control = a->bytes;
	m->msg_controllen = sizeof(a->bytes);
	h = CMSG_FIRSTHDR(m);
	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(sizeof(file));
	memcpy(CMSG_DATA(h), &file, sizeof(file));
}

/* Send what is left of a message, in two parts: the descriptor goes with the first byte. */
static bool send_parts(struct naming_channel *c, struct iovec part[2], int file)
{
	int flags = MSG_NOSIGNAL | (c->wait ? MSG_DONTWAIT : 0);

	while (part[0].iov_len + part[1].iov_len) {
		struct msghdr m = { .msg_iov = part, .msg_iovlen = 2 };
		union attached a = { 0 };
		ssize_t n;

		if (file >= 0)
			attach_file(&m, &a, file);
		if (!may_try(c, POLLOUT))
			return false;
		n = sendmsg(c->fd, &m, flags);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return false;
		file = -1;
		for (size_t i = 0; i < 2; i++) {
			size_t sent = min_size((size_t)n, part[i].iov_len);

			part[i].iov_base = (char *)part[i].iov_base + sent;
			part[i].iov_len -= sent;
			n -= (ssize_t)sent;
		}
	}
	return true;
}

bool naming_send(struct naming_channel *c, uint32_t kind, struct str body, int file)
{
	struct header h = { (uint32_t)body.n, kind };
	struct iovec part[2] = { { &h, sizeof(h) }, { (void *)(uintptr_t)body.p, body.n } };

	return body.n <= UINT32_MAX && send_parts(c, part, file);
}

static int attached_file(struct msghdr *m)
{
	struct cmsghdr *h = CMSG_FIRSTHDR(m);
	int file = -1;

	if (h && h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_RIGHTS &&
	    h->cmsg_len == CMSG_LEN(sizeof(file)))
		memcpy(&file, CMSG_DATA(h), sizeof(file));
	return file;
}

static bool receive_all(struct naming_channel *c, char *to, size_t size, int *file)
{
	int flags = MSG_CMSG_CLOEXEC | (c->wait ? MSG_DONTWAIT : 0);

	while (size) {
		struct iovec part = { to, size };
		struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
		union attached a = { 0 };
		ssize_t n;

		if (c->accepts_files && *file < 0) {
			m.msg_control = a.bytes;
			m.msg_controllen = sizeof(a.bytes);
		}
		if (!may_try(c, POLLIN))
			return false;
		n = recvmsg(c->fd, &m, flags);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			return false;
		if (m.msg_control)
			*file = attached_file(&m);
		to += n;
		size -= (size_t)n;
	}
	return true;
}

bool naming_receive(struct naming_channel *c, uint32_t *kind, int *file)
{
	struct header h;
	bool ok;

	*file = -1;
	c->body.n = 0;
	ok = receive_all(c, (char *)&h, sizeof(h), file);
	c->too_large = ok && c->most && h.size > c->most;
	ok = ok && !c->too_large && receive_all(c, buf_room(&c->body, h.size), h.size, file);
	if (!ok) {
		if (*file >= 0)
			close(*file);
		*file = -1;
		return false;
	}
	c->body.n = h.size;
	*kind = h.kind;
	return true;
}
