/* Command lines, parsed; each in a process of its own, since a bad one exits. */
#include "cli/opt.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

enum { WORDS = 40 };

static struct {
	bool flag;
	const char *text, *maybe, *pair[2];
	int64_t count;
	double factor;
	uint64_t size;
	struct opt_list list;
	int which;
} o;

static const char *color(size_t i)
{
	static const char *const names[] = { "red", "green", NULL };

	return names[i];
}

static const struct opt options[] = {
	{ 'f', "flag", OPT_FLAG, &o.flag, NULL, "a flag" },
	{ 't', "text", OPT_STR, &o.text, "TEXT", "a text", .also = "words" },
	{ 0, "maybe", OPT_MAYBE, &o.maybe, "TEXT", "perhaps a text" },
	{ 0, "pair", OPT_PAIR, o.pair, "A B", "two texts" },
	{ 'n', "count", OPT_INT, &o.count, "N", "a count" },
	{ 0, "factor", OPT_NUMBER, &o.factor, "FACTOR", "a factor" },
	{ 0, "size", OPT_SIZE, &o.size, "SIZE", "a size" },
	{ 'l', "list", OPT_LIST, &o.list, "TEXT", "texts" },
	{ 0, "color", OPT_CHOICE, &o.which, "COLOR", "a color", color },
	{ 0 },
};
static const struct opt *const tables[] = { options, NULL };
static struct cmd cmd = { "unit", "test", "[FILE...]", tables };
static const struct cmd to_command = { "unit", "test", "COMMAND", tables, true };

/* The words of a line, in memory that lasts. */
static int split(const char *line, char **argv)
{
	static char *lines[100];
	static int nline;
	int n = 0;

	lines[nline] = strdup(line);
	for (char *word = strtok(lines[nline++], " "); word && n < WORDS - 1;
	     word = strtok(NULL, " "))
		argv[n++] = word;
	argv[n] = NULL;
	return n;
}

/* The exit status of parsing in a child; what it prints is in *said. */
static int status_of(const char *line, char *said, size_t size)
{
	char *argv[WORDS];
	int fd[2], argc = split(line, argv), status;
	size_t n = 0;
	ssize_t got;
	pid_t child;

	fflush(stdout);
	if (pipe(fd) < 0)
		return -1;
	child = fork();
	if (child == 0) {
		optind = 0;
		dup2(fd[1], STDERR_FILENO);
		dup2(fd[1], STDOUT_FILENO);
		cmd_parse(&cmd, argc, argv);
		_exit(77);
	}
	close(fd[1]);
	while ((got = read(fd[0], said + n, size - 1 - n)) > 0)
		n += (size_t)got;
	said[n] = '\0';
	close(fd[0]);
	waitpid(child, &status, 0);
	return WEXITSTATUS(status);
}

static void good(void)
{
	char *argv[WORDS];
	int argc, first;

	argc = split("unit file -f --text=a -n 7 --factor -1.5e3 --size 2K -l x --list y "
		     "--color green --pair p q --maybe -- -z",
		     argv);
	first = cmd_parse(&cmd, argc, argv);
	ok(o.flag && strcmp(o.text, "a") == 0 && o.count == 7 && o.factor == -1500 &&
		   o.size == 2048 && o.which == 1,
	   "values");
	ok(o.list.n == 2 && strcmp(o.list.v[0], "x") == 0 && strcmp(o.list.v[1], "y") == 0,
	   "lists");
	ok(strcmp(o.pair[0], "p") == 0 && strcmp(o.pair[1], "q") == 0, "pairs");
	ok(o.maybe && !*o.maybe, "an argument that was left out");
	ok(argc - first == 2 && strcmp(argv[first], "file") == 0 &&
		   strcmp(argv[first + 1], "-z") == 0,
	   "operands come last");
	ok(strcmp(program_name, "unit") == 0, "the program's name");
}

static void more(void)
{
	char *argv[WORDS];
	int argc, first;

	optind = 0;
	argc = split("unit --maybe 12 file", argv);
	ok(cmd_parse(&cmd, argc, argv) == 3 && strcmp(o.maybe, "12") == 0,
	   "a number as the next word");
	argc = split("unit --maybe file", argv);
	optind = 0;
	ok(cmd_parse(&cmd, argc, argv) == 2 && !*o.maybe, "no number: an operand");
	optind = 0;
	argc = split("unit --words=b --maybe=c --col red", argv);
	cmd_parse(&cmd, argc, argv);
	ok(strcmp(o.text, "b") == 0 && strcmp(o.maybe, "c") == 0 && o.which == 0,
	   "other names, and beginnings of names");
	optind = 0;
	argc = split("unit -f ls -l", argv);
	first = cmd_parse(&to_command, argc, argv);
	ok(argc - first == 2 && strcmp(argv[first + 1], "-l") == 0, "a command's own options");
}

static void refuses(const char *line, const char *why)
{
	char said[4096];

	ok(status_of(line, said, sizeof(said)) == 2, "refused");
	ok(strstr(said, why) && strstr(said, "\nTry 'unit --help'.\n"), "says '%s'", why);
}

static void bad(void)
{
	refuses("unit --factor nan", "unit: 'nan' is not a valid FACTOR for --factor");
	refuses("unit --factor inf", "'inf' is not a valid FACTOR");
	refuses("unit --factor 1e999", "'1e999' is not a valid FACTOR");
	refuses("unit --factor 1x", "'1x' is not a valid FACTOR");
	refuses("unit -n -1", "'-1' is not a valid N for --count");
	refuses("unit --size big", "'big' is not a valid SIZE");
	refuses("unit --color blue", "--color is one of red, green, not 'blue'");
	refuses("unit --nothing", "there is no option '--nothing'");
	refuses("unit -x", "there is no option -x");
	refuses("unit --text", "option '--text' needs an argument");
	refuses("unit --flag=1", "option '--flag=1' takes no argument");
	refuses("unit --pair a", "--pair takes two arguments: A B");
	refuses("unit --\033[2J", "there is no option '--\\x1b[2J'");
}

static void answers(void)
{
	char said[4096];

	ok(status_of("unit --help", said, sizeof(said)) == 0, "--help");
	ok(strstr(said, "Usage: unit [OPTION]... [FILE...]\ntest\n") &&
		   strstr(said, "  -t, --text TEXT           a text\n") &&
		   strstr(said, "      --maybe[=TEXT]"),
	   "shows all options");
	cmd.everyday = "list text";
	ok(status_of("unit -h", said, sizeof(said)) == 0 && strstr(said, "--text TEXT") &&
		   strstr(said, "\n  -h, --help") && !strstr(said, "--maybe") &&
		   strstr(said, " more options: unit --help=all\n"),
	   "or those of every day");
	ok(status_of("unit --help=all", said, sizeof(said)) == 0 &&
		   strstr(said, "--maybe[=TEXT]") && !strstr(said, "more options"),
	   "and all, if asked for");
	cmd.everyday = NULL;
	ok(status_of("unit --help=al", said, sizeof(said)) == 2, "nothing else follows --help");
	ok(status_of("unit --version", said, sizeof(said)) == 0 && strncmp(said, "unit ", 5) == 0,
	   "--version");
	ok(status_of("unit --complete=bash", said, sizeof(said)) == 0 &&
		   strstr(said, "--color=green\n") && strstr(said, "\n-f\n"),
	   "--complete=bash");
	ok(status_of("unit --complete=csh", said, sizeof(said)) == 2, "an unknown shell");
	ok(status_of("unit operand", said, sizeof(said)) == 77, "nothing else ends the program");
}

int main(void)
{
	good();
	more();
	bad();
	answers();
	return done();
}
