/*
 * kernel_load OBJECT: load a BPF program, and print a line for each of its parts: how many
 * instructions the verifier has followed. If the kernel refuses one, its reason comes before.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

enum { MOST_PARTS = 64, LOG_SIZE = 1 << 20, FIGURES_ONLY = 4, REASON = 400 };

static char logs[MOST_PARTS][LOG_SIZE];

static int say_nothing(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	(void)level;
	(void)fmt;
	(void)ap;
	return 0;
}

static void print_part(const struct bpf_program *p, const char *log)
{
	const char *figures = strstr(log, "processed ");
	size_t n = strlen(log);

	if (bpf_program__fd(p) < 0 && n)
		printf("%s\n", log + (n > REASON ? n - REASON : 0));
	printf("| %s | %s | %ld |\n", bpf_program__name(p), bpf_program__fd(p) < 0 ? "no" : "yes",
	       figures ? atol(figures + 10) : 0);
}

int main(int argc, char **argv)
{
	struct bpf_object *o;
	struct bpf_program *p;
	size_t i = 0;
	int error;

	libbpf_set_print(say_nothing);
	o = argc == 2 ? bpf_object__open_file(argv[1], NULL) : NULL;
	if (!o) {
		fprintf(stderr, "usage: kernel_load OBJECT\n");
		return 2;
	}
	bpf_object__for_each_program(p, o)
	{
		if (i == MOST_PARTS)
			break;
		bpf_program__set_log_level(p, FIGURES_ONLY);
		bpf_program__set_log_buf(p, logs[i++], LOG_SIZE);
	}
	error = bpf_object__load(o);
	i = 0;
	bpf_object__for_each_program(p, o) if (i < MOST_PARTS) print_part(p, logs[i++]);
	bpf_object__close(o);
	return error != 0;
}
