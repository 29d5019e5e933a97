#include "io/map.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MOST_MAPS = 4096 }; /* more files are read into memory */

struct map {
	struct str bytes;
	atomic_bool torn;
};

/* The maps, for the signal handler. */
static _Atomic(struct map *) maps[MOST_MAPS];
static struct sigaction others; /* the previous handler */
static size_t page_size;

static struct map *map_at(const char *address)
{
	for (size_t i = 0; i < MOST_MAPS; i++) {
		struct map *m = maps[i];

		if (m && address >= m->bytes.p && address < m->bytes.p + m->bytes.n)
			return m;
	}
	return NULL;
}

/* Put a page of zeros where the file has no page any more. */
static bool replace_page(const siginfo_t *info)
{
	struct map *m = info->si_code == BUS_ADRERR ? map_at(info->si_addr) : NULL;
	uintptr_t page = (uintptr_t)info->si_addr & ~(uintptr_t)(page_size - 1);

	if (!m)
		return false;
	m->torn = true;
	return mmap((void *)page, page_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		    0) != MAP_FAILED;
}

static void on_sigbus(int number, siginfo_t *info, void *context)
{
	if (replace_page(info))
		return;
	if (others.sa_flags & SA_SIGINFO) {
		others.sa_sigaction(number, info, context);
	} else if (others.sa_handler != SIG_DFL && others.sa_handler != SIG_IGN) {
		others.sa_handler(number);
	} else {
		signal(number, SIG_DFL); /* the access is repeated, and ends the program */
	}
}

static void install_handler(void)
{
	struct sigaction sa = { .sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO };

	page_size = (size_t)sysconf(_SC_PAGESIZE);
	sigaction(SIGBUS, &sa, &others);
}

static bool register_map(struct map *m)
{
	for (size_t i = 0; i < MOST_MAPS; i++) {
		struct map *none = NULL;

		if (!maps[i] && atomic_compare_exchange_strong(&maps[i], &none, m))
			return true;
	}
	return false;
}

struct map *map_open(int fd, size_t size)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	void *p = size ? mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
	struct map *m;

	if (p == MAP_FAILED)
		return NULL;
	pthread_once(&once, install_handler);
	m = mem_zeroed(1, sizeof(*m));
	m->bytes = str(p, size);
	if (register_map(m))
		return m;
	munmap(p, size);
	mem_free(m, sizeof(*m));
	return NULL;
}

struct str map_bytes(const struct map *m)
{
	return m->bytes;
}

bool map_is_torn(const struct map *m)
{
	return m->torn;
}

void map_close(struct map *m)
{
	for (size_t i = 0; i < MOST_MAPS; i++) {
		struct map *own = m;

		if (atomic_compare_exchange_strong(&maps[i], &own, NULL))
			break;
	}
	munmap((void *)m->bytes.p, m->bytes.n);
	mem_free(m, sizeof(*m));
}
