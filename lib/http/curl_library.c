/*
 * Loading libcurl. Its name has been the same since 2006. It is never unloaded: libraries that
 * it loads register exit functions.
 */
#include "http/curl_library.h"

#include <dlfcn.h>
#include <pthread.h>

#ifdef __APPLE__
#define LIBCURL "libcurl.4.dylib"
#else
#define LIBCURL "libcurl.so.4"
#endif

static struct curl_library loaded;
static bool is_loaded;
static struct buf problem;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static bool take_function(void *library, const char *name, void *member)
{
	void *function = dlsym(library, name);

	memcpy(member, &function, sizeof(function));
	if (!function)
		buf_printf(&problem, LIBCURL " has no %s(): it is older than 7.68", name);
	return function != NULL;
}

static bool take_functions(void *library)
{
#define CURL_TAKE(name)                                                                            \
	if (!take_function(library, "curl_" #name, &loaded.name))                                  \
		return false;
	CURL_FUNCTIONS(CURL_TAKE)
	return true;
}

static void load(void)
{
	void *library = dlopen(LIBCURL, RTLD_NOW | RTLD_LOCAL);

	if (!library) {
		buf_printf(&problem, "libcurl is needed for HTTP: %s", dlerror());
		return;
	}
	if (!take_functions(library))
		return;
	is_loaded = loaded.global_init(CURL_GLOBAL_ALL) == CURLE_OK;
	if (!is_loaded)
		buf_add(&problem, S(LIBCURL " does not start"));
}

const struct curl_library *curl_library(struct buf *why)
{
	pthread_once(&once, load);
	if (!is_loaded)
		buf_add(why, buf_str(&problem));
	return is_loaded ? &loaded : NULL;
}
