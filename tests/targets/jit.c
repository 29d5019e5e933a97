/*
 * A program that makes code as it runs and names it in /tmp/perf-PID.map: jit KIND WHAT.
 * KIND is the memory that the code is in: anonymous shared memfd double sysv unlinked. WHAT
 * is "gone": the map is removed at the end; "fork": the work is done in a child, which has a
 * map of its own, without the code; "dump": there is no map, but a jitdump, to which the code is
 * written when the work is done. The code calls spin() as CPython's trampolines do.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SIZE = 65536, ALL = PROT_READ | PROT_WRITE | PROT_EXEC };

/*
 * lea 5(%rip), %rax; mov %rax, -8(%rsp); sub $8, %rsp; call *%rdi; add $8, %rsp; ret
 * The word that aligns the stack looks like a return address, as an old one there may.
 */
static const char code[] = "\x48\x8d\x05\x05\x00\x00\x00\x48\x89\x44\x24\xf8"
			   "\x48\x83\xec\x08\xff\xd7\x48\x83\xc4\x08\xc3";
static volatile unsigned long sink;

static double cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

__attribute__((noinline)) void spin(void)
{
	double until = cpu() + 0.4;

	while (cpu() < until)
		for (int i = 0; i < 10000; i++)
			sink += (unsigned long)i;
	sink++;
}

static char *map_file(int fd, int protection)
{
	if (ftruncate(fd, SIZE) != 0)
		exit(1);
	return mmap(NULL, SIZE, protection, MAP_SHARED, fd, 0);
}

static char *unlinked(void)
{
	char name[] = "/tmp/jitXXXXXX";
	int fd = mkstemp(name);

	unlink(name);
	return map_file(fd, ALL);
}

static char *place_code(const char *kind)
{
	char *p = NULL;

	if (strcmp(kind, "anonymous") == 0)
		p = mmap(NULL, SIZE, ALL, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	else if (strcmp(kind, "shared") == 0)
		p = mmap(NULL, SIZE, ALL, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	else if (strcmp(kind, "memfd") == 0)
		p = map_file(memfd_create("code", 0), ALL);
	else if (strcmp(kind, "sysv") == 0)
		p = shmat(shmget(IPC_PRIVATE, SIZE, IPC_CREAT | 0700), NULL, SHM_EXEC);
	else if (strcmp(kind, "unlinked") == 0)
		p = unlinked();
	if (strcmp(kind, "double") == 0) {
		int fd = memfd_create("double", 0);

		memcpy(map_file(fd, PROT_READ | PROT_WRITE), code, sizeof(code));
		return map_file(fd, PROT_READ | PROT_EXEC);
	}
	memcpy(p, code, sizeof(code));
	return p;
}

static void write_map(char *name, const char *at, const char *function)
{
	FILE *f;

	sprintf(name, "/tmp/perf-%d.map", (int)getpid());
	f = fopen(name, "w");
	fprintf(f, "%lx %zx %s\n", (unsigned long)(uintptr_t)at, sizeof(code), function);
	fclose(f);
}

/* Begins a jitdump and maps it, as runtimes do, so that profilers see it. */
static FILE *begin_dump(char *name)
{
	uint32_t header[10] = { 0x4a695444, 1, sizeof(header), 62, 0, (uint32_t)getpid() };
	FILE *f;

	sprintf(name, "/tmp/jit-%d.dump", (int)getpid());
	f = fopen(name, "w+");
	fwrite(header, sizeof(header), 1, f);
	fflush(f);
	mmap(NULL, sizeof(header), PROT_READ | PROT_EXEC, MAP_PRIVATE, fileno(f), 0);
	return f;
}

static void end_dump(FILE *f, const char *at, const char *function)
{
	struct {
		uint32_t kind, size;
		uint64_t time;
		uint32_t pid, tid;
		uint64_t linked, address, bytes, number;
	} load = { .size = (uint32_t)(sizeof(load) + strlen(function) + 1 + sizeof(code)) };

	load.address = load.linked = (uintptr_t)at;
	load.bytes = sizeof(code);
	fwrite(&load, sizeof(load), 1, f);
	fwrite(function, strlen(function) + 1, 1, f);
	fwrite(code, sizeof(code), 1, f);
	fclose(f);
}

int main(int argc, char **argv)
{
	FILE *dump = NULL;
	char *at = place_code(argv[1]), name[64], other[64];
	void (*function)(void (*)(void)) = (void (*)(void (*)(void)))(uintptr_t)at;
	const char *what = argc > 2 ? argv[2] : "";

	if (strcmp(what, "dump") == 0)
		dump = begin_dump(name);
	else
		write_map(name, at, "py::made by the program");
	if (strcmp(what, "fork") == 0 && fork() != 0) {
		wait(NULL);
		unlink(name);
		return 0;
	}
	if (strcmp(what, "fork") == 0)
		write_map(other, at + 4096, "py::made by the child");
	function(spin);
	if (dump)
		end_dump(dump, at, "py::made by the program");
	if (strcmp(what, "fork") == 0)
		unlink(other);
	else if (*what)
		unlink(name);
	sink++;
	return 0;
}
