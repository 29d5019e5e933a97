/*
 * In place of libdebuginfod: a server that is a directory, $DEBUGINFOD_URLS; or one that does not
 * answer, and whose queries add to the file "asked" there.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
void *debuginfod_begin(void)
{
	return malloc(1);
}
int debuginfod_find_debuginfo(void *client, const unsigned char *id, int size, char **path)
{
	char name[4096], asked[4096];
	int fd, n = snprintf(name, sizeof(name), "%s/", getenv("DEBUGINFOD_URLS"));

	for (int i = 0; client && !path && i < size; i++)
		n += snprintf(name + n, sizeof(name) - n, "%02x", id[i]);
	snprintf(asked, sizeof(asked), "%s/asked", getenv("DEBUGINFOD_URLS"));
	fd = open(asked, O_WRONLY | O_APPEND);
	if (fd >= 0) {
		n = (int)write(fd, "asked\n", 6);
		sleep(9);
		return n > 0 ? -1 : -2;
	}
	return open(name, O_RDONLY);
}
void debuginfod_end(void *client)
{
	free(client);
}
