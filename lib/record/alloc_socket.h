/*
 * How the heaps of processes come to us: those that we start, and their children, connect to a
 * socket that the environment names; that of another process is found among its files.
 */
#ifndef RECORD_ALLOC_SOCKET_H
#define RECORD_ALLOC_SOCKET_H

#include "alloc/shared_heap.h"
#include "base/buf.h"

struct alloc_socket {
	int fd; /* -1: there is none */
	char name[SHARED_SOCKET_NAME];
};

/* Begin to listen. False with errno. */
bool alloc_socket_open(struct alloc_socket *s);
void alloc_socket_close(struct alloc_socket *s);

/*
 * The descriptor of the next process that has come, and its number; -1 if none has. Does not
 * wait. The process may have ended meanwhile.
 */
int alloc_socket_accept(struct alloc_socket *s, int *pid);

/* The descriptor of the file of a process that runs; -1 with the reason in *why. */
int alloc_file_of(int pid, struct buf *why);

/*
 * The path of libprof-alloc.so: beside our program, or in the lib folder beside that of our
 * program. False with the reason in *why.
 */
bool alloc_library(struct buf *path, struct buf *why);

/*
 * Environment variables for a process to load the library and to connect: "NAME=VALUE"s, valid
 * until the next call.
 */
enum { ALLOC_VARIABLES = 2 };
bool alloc_environment(const struct alloc_socket *s, uint64_t period, uint32_t stack,
		       const char *variables[ALLOC_VARIABLES], struct buf *why);

#endif
