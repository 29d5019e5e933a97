#include "record/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_LINE = 4096 };

static const struct {
	const char *word;
	enum control_command command;
} commands[] = {
	{ "enable", CONTROL_ENABLE },     { "disable", CONTROL_DISABLE },
	{ "snapshot", CONTROL_SNAPSHOT }, { "stop", CONTROL_STOP },
	{ "ping", CONTROL_PING },
};

/* Opens a FIFO for reading and writing: so it has no end of file, and opening does not block. */
static int open_fifo(struct str path, struct buf *why)
{
	struct buf name = { 0 };
	struct stat st;
	int fd;

	buf_add(&name, path);
	buf_ch(&name, '\0');
	fd = open(name.p, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		buf_printf(why, "--control: cannot open '%s': %s", name.p, strerror(errno));
	} else if (fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode)) {
		buf_printf(why, "--control: '%s' is not a FIFO: make one with mkfifo", name.p);
		close(fd);
		fd = -1;
	}
	buf_release(&name);
	return fd;
}

static int use_descriptor(struct str text, struct buf *why)
{
	uint64_t fd;
	int flags;

	if (!str_u64(text, &fd) || fd > INT32_MAX || (flags = fcntl((int)fd, F_GETFL)) < 0) {
		buf_printf(why, "--control: '%.*s' is not an open file descriptor", STR_ARG(text));
		return -1;
	}
	fcntl((int)fd, F_SETFL, flags | O_NONBLOCK);
	return (int)fd;
}

bool control_open(struct control *c, const char *where, struct buf *why)
{
	struct str second = str_of(where), first = str_cut(&second, ','), kind;
	int (*open_one)(struct str, struct buf *);

	*c = (struct control){ .fd = -1, .ack = -1 };
	kind = str_cut(&first, ':');
	open_one = str_eq(kind, S("fifo")) ? open_fifo :
		   str_eq(kind, S("fd"))   ? use_descriptor :
					     NULL;
	if (!open_one) {
		buf_printf(why, "--control is fifo:PATH[,ACK] or fd:N[,N], not '%s'", where);
		return false;
	}
	c->fd = open_one(first, why);
	if (c->fd >= 0 && second.p)
		c->ack = open_one(second, why);
	return c->fd >= 0 && (!second.p || c->ack >= 0);
}

void control_close(struct control *c)
{
	if (c->fd >= 0)
		close(c->fd);
	if (c->ack >= 0)
		close(c->ack);
	buf_release(&c->lines);
	buf_release(&c->word);
}

static void read_lines(struct control *c)
{
	ssize_t n = read(c->fd, buf_room(&c->lines, MOST_LINE), MOST_LINE);

	c->lines.n += n > 0 ? (size_t)n : 0;
}

/* Takes the first complete line. Input too long for a command counts as a line. */
static bool take_line(struct control *c)
{
	struct str lines = buf_str(&c->lines);
	ptrdiff_t end = str_chr(lines, '\n');

	if (end < 0 && lines.n < MOST_LINE)
		return false;
	end = end < 0 ? (ptrdiff_t)lines.n - 1 : end;
	c->word.n = 0;
	buf_add(&c->word, str_trim(str(lines.p, (size_t)end)));
	buf_ch(&c->word, '\0');
	c->lines.n -= (size_t)end + 1;
	memmove(c->lines.p, c->lines.p + end + 1, c->lines.n);
	return true;
}

enum control_command control_next(struct control *c)
{
	if (c->fd < 0)
		return CONTROL_NONE;
	if (!take_line(c)) {
		read_lines(c);
		if (!take_line(c))
			return CONTROL_NONE;
	}
	for (size_t i = 0; i < LEN(commands); i++)
		if (strcmp(c->word.p, commands[i].word) == 0)
			return commands[i].command;
	return CONTROL_UNKNOWN;
}

void control_acknowledge(struct control *c)
{
	static const char ack[] = "ack\n";
	ssize_t n = c->ack >= 0 ? write(c->ack, ack, strlen(ack)) : 0;

	(void)n; /* the write fails if the FIFO is full */
}
