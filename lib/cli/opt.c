#include "cli/opt.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "version.h"

enum { FIRST_LONG = 1000, HELP_COLUMN = 28 };

/* The words that an option takes, in a message with which usage() ends the program. */
static struct buf accepted_words;

/* Options that every command has. */
static const char *complete_shell;
static const char *want_help; /* "", "all" or NULL */
static bool want_version;

static const char *shell_name(size_t i)
{
	static const char *const shells[] = { "bash", "zsh", "fish", NULL };

	return shells[i];
}

static const char *help_word(size_t i)
{
	return i == 0 ? "all" : NULL;
}

static const struct opt own_options[] = {
	{ 'h', "help", OPT_MAYBE, &want_help, "all", "print this, or all options, and exit",
	  help_word },
	{ 0, "version", OPT_FLAG, &want_version, NULL, "print the version and exit" },
	{ 0, "complete", OPT_STR, &complete_shell, "SHELL", NULL, shell_name },
	{ 0 },
};

/* All rows of all tables, in order: row i, or NULL after the last. */
static const struct opt *option_at(const struct cmd *cmd, size_t i)
{
	for (const struct opt *const *table = cmd->options; *table; table++)
		for (const struct opt *o = *table; o->name; o++)
			if (!i--)
				return o;
	return i < LEN(own_options) - 1 ? &own_options[i] : NULL;
}

/* Values */

static bool one_of(const struct opt *o, const char *arg, int *which)
{
	for (int i = 0; o->choice((size_t)i); i++) {
		if (strcmp(o->choice((size_t)i), arg) == 0) {
			*which = i;
			return true;
		}
	}
	return false;
}

static NORETURN void bad_choice(const struct opt *o, const char *arg)
{
	for (size_t i = 0; o->choice(i); i++)
		buf_printf(&accepted_words, "%s%s", i ? ", " : "", o->choice(i));
	usage("--%s is one of %.*s, not '%s'", o->name, STR_ARG(buf_str(&accepted_words)), arg);
}

static bool number(const char *arg, double *v)
{
	char *end;

	*v = strtod(arg, &end);
	return *arg && !*end && isfinite(*v);
}

static void append_to_list(struct opt_list *l, const char *arg)
{
	l->v = mem_grow(l->v, &l->cap, l->n + 1, sizeof(*l->v));
	l->v[l->n++] = arg;
}

/* getopt() has taken the first argument; the second is the next word. */
static void take_pair(const struct opt *o, const char *arg, char **argv)
{
	const char **pair = o->to;

	if (!argv[optind])
		usage("--%s takes two arguments: %s", o->name, o->arg);
	pair[0] = arg;
	pair[1] = argv[optind++];
}

/*
 * An argument that may be left out follows "=", or it is a number and the next word:
 * unless a file has that name.
 */
static const char *maybe_argument(const struct opt *o, const char *arg, char **argv)
{
	const char *next = argv[optind];
	uint64_t n;

	if (arg && !*arg)
		usage("--%s= has no %s: leave out the '=' for the default", o->name, o->arg);
	if (arg)
		return arg;
	if (!next || !str_u64(str_of(next), &n) || access(next, F_OK) == 0)
		return "";
	optind++;
	return next;
}

static void set_value(const struct opt *o, const char *arg, char **argv)
{
	bool ok = true;

	switch (o->kind) {
	case OPT_FLAG: *(bool *)o->to = true; break;
	case OPT_MAYBE: *(const char **)o->to = maybe_argument(o, arg, argv); break;
	case OPT_STR:
	case OPT_FILE: *(const char **)o->to = arg; break;
	case OPT_LIST: append_to_list(o->to, arg); break;
	case OPT_PAIR: take_pair(o, arg, argv); break;
	case OPT_INT: ok = str_i64(str_of(arg), o->to) && *(int64_t *)o->to >= 0; break;
	case OPT_NUMBER: ok = number(arg, o->to); break;
	case OPT_SIZE: ok = str_size(str_of(arg), o->to); break;
	case OPT_PARSED: ok = o->parse(o->to, arg); break;
	case OPT_CHOICE:
		if (!one_of(o, arg, o->to))
			bad_choice(o, arg);
		break;
	}
	if (!ok)
		usage("'%s' is not a valid %s for --%s", arg, o->arg, o->name);
}

/* Help and completion */

static void print_row(const struct opt *o)
{
	char left[128];
	int n;

	if (!o->help)
		return;
	n = o->brief ? snprintf(left, sizeof(left), "  -%c, --%s", o->brief, o->name) :
		       snprintf(left, sizeof(left), "      --%s", o->name);
	if (o->arg && n > 0 && (size_t)n < sizeof(left))
		snprintf(left + n, sizeof(left) - (size_t)n,
			 o->kind == OPT_MAYBE            ? "[=%s]" :
			 o->brief || o->kind == OPT_PAIR ? " %s" :
							   "=%s",
			 o->arg);
	printf("%-*s %s\n", HELP_COLUMN - 1, left, o->help);
}

static bool has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (; *words; words += strcspn(words, " "), words += strspn(words, " "))
		if (strcspn(words, " ") == n && memcmp(words, word, n) == 0)
			return true;
	return false;
}

/* Does --help print the option? */
static bool is_everyday(const struct cmd *cmd, const struct opt *o)
{
	return !cmd->everyday || has_word(cmd->everyday, o->name) || o->to == &want_help;
}

static void print_help(const struct cmd *cmd, bool all)
{
	const char *title = NULL, *printed = NULL;
	size_t left_out = 0;
	const struct opt *o;

	printf("Usage: %s [OPTION]... %s\n%s\n", cmd->name, cmd->operands, cmd->summary);
	for (size_t i = 0; (o = option_at(cmd, i)); i++) {
		if (o->title)
			title = o->title;
		if (!o->help)
			continue;
		if (!all && !is_everyday(cmd, o)) {
			left_out++;
			continue;
		}
		if (title && (!printed || strcmp(title, printed) != 0))
			printf("\n%s:\n", title);
		printed = title;
		print_row(o);
	}
	if (left_out)
		printf("\n%zu more options: %s --help=all", left_out, cmd->name);
	printf("\nManual: %s(1), prof(7)\n", cmd->name);
}

/* Does the argument stand in the next word, or after "="? */
static bool takes_word(const struct opt *o)
{
	return o->arg && o->kind != OPT_MAYBE && o->kind != OPT_PAIR;
}

/*
 * bash: a spelling a line, with "=" after it when an argument follows, and the same
 * with each of the words that the argument may be.
 */
static void complete_bash(const struct cmd *cmd)
{
	const struct opt *o;

	for (size_t i = 0; (o = option_at(cmd, i)); i++) {
		const char *end = takes_word(o) ? "=" : "";

		if (!o->help)
			continue;
		printf("--%s%s\n", o->name, end);
		for (size_t j = 0; o->choice && o->choice(j); j++)
			printf("--%s=%s\n", o->name, o->choice(j));
		if (!o->brief)
			continue;
		printf("-%c%s\n", o->brief, end);
		for (size_t j = 0; takes_word(o) && o->choice && o->choice(j); j++)
			printf("-%c=%s\n", o->brief, o->choice(j));
	}
}

static void print_escaped(const char *s, const char *special)
{
	for (; *s; s++) {
		if (strchr(special, *s))
			putchar('\\');
		putchar(*s);
	}
}

static void print_choices(const struct opt *o)
{
	for (size_t i = 0; o->choice(i); i++)
		printf("%s%s", i ? " " : "", o->choice(i));
}

/* What _arguments is to say and offer, after the spelling of an option. */
static void zsh_meaning(const struct opt *o)
{
	putchar('[');
	print_escaped(o->help, "[]:\\");
	putchar(']');
	if (o->kind == OPT_PAIR)
		printf(":%s: :%s: ", o->arg, o->arg);
	else if (o->arg)
		printf("%s:%s:%s", o->kind == OPT_MAYBE ? ":" : "", o->arg,
		       o->kind == OPT_FILE ? "_files" : "");
	if (o->choice) {
		putchar('(');
		print_choices(o);
		putchar(')');
	}
	putchar('\n');
}

/*
 * zsh: arguments of _arguments, one a line. Of an option's two spellings, either rules out
 * both from then on, unless it may be given many times ("*").
 */
static void complete_zsh(const struct cmd *cmd)
{
	const struct opt *o;

	for (size_t i = 0; (o = option_at(cmd, i)); i++) {
		char before[128] = "*";

		if (!o->help)
			continue;
		if (o->kind != OPT_LIST)
			snprintf(before, sizeof(before), o->brief ? "(-%2$c --%1$s)" : "(--%1$s)",
				 o->name, o->brief);
		if (o->brief) {
			printf("%s-%c%s", before, o->brief, takes_word(o) ? "+" : "");
			zsh_meaning(o);
		}
		printf("%s--%s%s", before, o->name,
		       takes_word(o)        ? "=" :
		       o->kind == OPT_MAYBE ? "=-" :
					      "");
		zsh_meaning(o);
	}
	puts("*:file:_files");
}

static void complete_fish(const struct cmd *cmd)
{
	const struct opt *o;

	for (size_t i = 0; (o = option_at(cmd, i)); i++) {
		if (!o->help)
			continue;
		printf("complete -c %s -l %s", cmd->name, o->name);
		if (o->brief)
			printf(" -s %c", o->brief);
		if (o->choice) {
			printf(" -x -a '");
			print_choices(o);
			putchar('\'');
		} else if (o->arg && o->kind != OPT_MAYBE) {
			printf(o->kind == OPT_FILE ? " -r" : " -x");
		}
		printf(" -d '");
		print_escaped(o->help, "'\\");
		printf("'\n");
	}
}

static void complete(const struct cmd *cmd)
{
	if (strcmp(complete_shell, "bash") == 0)
		complete_bash(cmd);
	else if (strcmp(complete_shell, "zsh") == 0)
		complete_zsh(cmd);
	else if (strcmp(complete_shell, "fish") == 0)
		complete_fish(cmd);
	else
		usage("--complete knows bash, zsh and fish, not '%s'", complete_shell);
}

static NORETURN void finish(void)
{
	if (fflush(stdout) || ferror(stdout)) {
		complain("standard output: cannot write");
		exit(2);
	}
	exit(0);
}

/* Parsing */

/* getopt's two tables; an option's value is FIRST_LONG + its row. */
static void option_tables(const struct cmd *cmd, struct buf *letters, struct buf *longs)
{
	const struct opt *o;

	buf_add(letters, cmd->to_command ? S("+") : S(""));
	buf_ch(letters, ':');
	for (size_t i = 0; (o = option_at(cmd, i)); i++) {
		int has = !o->arg              ? no_argument :
			  o->kind == OPT_MAYBE ? optional_argument :
						 required_argument;
		struct option entry = { o->name, has, NULL, FIRST_LONG + (int)i };

		buf_put(longs, &entry, sizeof(entry));
		entry.name = o->also;
		if (o->also)
			buf_put(longs, &entry, sizeof(entry));
		if (o->brief) {
			buf_ch(letters, o->brief);
			buf_add(letters, has == required_argument ? S(":") : S(""));
		}
	}
	buf_ch(letters, '\0');
	buf_put(longs, &(struct option){ 0 }, sizeof(struct option));
}

static const struct opt *by_letter(const struct cmd *cmd, int letter)
{
	const struct opt *o;

	for (size_t i = 0; (o = option_at(cmd, i)); i++)
		if (o->brief && o->brief == letter)
			break;
	return o;
}

static NORETURN void bad_option(int c, char **argv)
{
	if (c == ':')
		usage("option '%s' needs an argument", argv[optind - 1]);
	if (optopt && optopt < FIRST_LONG)
		usage("there is no option -%c", optopt);
	if (optopt)
		usage("option '%s' takes no argument", argv[optind - 1]);
	usage("there is no option '%s', or more than one that begins so", argv[optind - 1]);
}

static void print_version(const struct cmd *cmd)
{
	printf("%s %s\n", cmd->name, PROF_VERSION);
	if (cmd->features)
		cmd->features();
}

int cmd_parse(const struct cmd *cmd, int argc, char **argv)
{
	struct buf letters = { 0 }, longs = { 0 };
	int c;

	program_name = cmd->name;
	option_tables(cmd, &letters, &longs);
	opterr = 0;
	while ((c = getopt_long(argc, argv, letters.p, (const struct option *)longs.p, NULL)) !=
	       -1) {
		const struct opt *o;

		if (c == '?' || c == ':')
			bad_option(c, argv);
		o = c >= FIRST_LONG ? option_at(cmd, (size_t)(c - FIRST_LONG)) : by_letter(cmd, c);
		if (o)
			set_value(o, optarg, argv);
	}
	buf_release(&longs);
	buf_release(&letters);
	if (want_help && *want_help && strcmp(want_help, "all") != 0)
		usage("--help is followed by nothing or by =all, not by '%s'", want_help);
	if (want_help)
		print_help(cmd, *want_help);
	else if (want_version)
		print_version(cmd);
	else if (complete_shell)
		complete(cmd);
	else
		return optind;
	finish();
}
