/* In place of libdebuginfod: a server that is a directory, $DEBUGINFOD_URLS. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
void *debuginfod_begin(void)
{
	return malloc(1);
}
int debuginfod_find_debuginfo(void *client, const unsigned char *id, int size, char **path)
{
	char name[4096];
	int n = snprintf(name, sizeof(name), "%s/", getenv("DEBUGINFOD_URLS"));

	for (int i = 0; client && !path && i < size; i++)
		n += snprintf(name + n, sizeof(name) - n, "%02x", id[i]);
	return open(name, O_RDONLY);
}
void debuginfod_end(void *client)
{
	free(client);
}
