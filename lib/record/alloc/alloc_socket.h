/*
 * Receives the heaps of processes. A process that the recorder starts, and its children, connect
 * to a socket that the environment names; the heap of any other process is found in /proc.
 */
#ifndef RECORD_ALLOC_SOCKET_H
#define RECORD_ALLOC_SOCKET_H

#include "alloc/shared_heap.h"
#include "base/buf.h"

struct alloc_socket {
	int fd; /* -1: there is none */
	char name[SHARED_SOCKET_NAME];
	uint64_t without_file; /* processes that have connected and could not create their file */
};

/* Begins to listen. False with errno. */
bool alloc_socket_open(struct alloc_socket *s);
void alloc_socket_close(struct alloc_socket *s);

/*
 * The descriptor that the next process has sent, and its pid; -1 if there is none. Does not
 * wait. The process may have ended meanwhile.
 */
int alloc_socket_accept(struct alloc_socket *s, int *pid);

/* Opens the shared file of a running process. -1 with the reason in *why. */
int alloc_file_of(int pid, struct buf *why);

/*
 * The path of libprof-alloc.so: in the folder of the running program, or in the lib folder
 * beside that. False with the reason in *why.
 */
bool alloc_library(struct buf *path, struct buf *why);

/*
 * Environment variables, as "NAME=VALUE", that make a process load the library and connect.
 * They are valid until the next call.
 */
enum { ALLOC_VARIABLES = 2 };
bool alloc_environment(const struct alloc_socket *s, uint64_t period, uint32_t stack,
		       const char *variables[ALLOC_VARIABLES], struct buf *why);

#endif
