#include "symbol/debuginfod.h"

#include <dlfcn.h>
#include <stdlib.h>

/* What is used of the library: elfutils/debuginfod.h. */
static struct {
	bool tried;
	void *(*begin)(void);
	int (*find)(void *client, const unsigned char *build_id, int size, char **path);
	void (*end)(void *client);
} lib;

static bool load(void)
{
	void *library;

	if (lib.tried)
		return lib.find != NULL;
	lib.tried = true;
	if (!getenv("DEBUGINFOD_URLS"))
		return false;
	library = dlopen("libdebuginfod.so.1", RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return false;
	*(void **)&lib.begin = dlsym(library, "debuginfod_begin");
	*(void **)&lib.end = dlsym(library, "debuginfod_end");
	*(void **)&lib.find = dlsym(library, "debuginfod_find_debuginfo");
	if (!lib.begin || !lib.end)
		lib.find = NULL;
	return lib.find != NULL;
}

int debuginfod_open(struct str build_id)
{
	void *client;
	int fd;

	if (!load())
		return -1;
	client = lib.begin();
	if (!client)
		return -1;
	fd = lib.find(client, (const unsigned char *)build_id.p, (int)build_id.n, NULL);
	lib.end(client);
	return fd < 0 ? -1 : fd;
}
