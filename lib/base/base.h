/*
 * What every file may use: a few macros, and memory that cannot run away.
 *
 * Library code never prints and never exits, with one exception: when memory
 * ends, mem_resize() says so on standard error and ends the program with
 * status 2. Everything that grows with the input (bufs, arenas, tables, columns)
 * gets its memory here, so that one figure, mem_limit(), bounds them all.
 */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEN(a)       (sizeof(a) / sizeof(*(a)))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))
#define NORETURN     __attribute__((noreturn))

static inline size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

static inline size_t max_size(size_t a, size_t b)
{
	return a > b ? a : b;
}

/*
 * Let the program hold at most `bytes` bytes of growing memory at a time. The
 * default is half of the machine's RAM, and at least 1 GiB.
 */
void mem_limit(size_t bytes);

/* The limit in force, in bytes. */
size_t mem_limit_now(void);

/*
 * Would `more` bytes still fit? A reader asks before it trusts a size, so that
 * it can name the file and the place; mem_resize() could only end the program.
 */
bool mem_fits(size_t more);

/*
 * Resize a block from `was` to `size` bytes, keeping its contents. p may be
 * NULL (was = 0). Never returns NULL unless size is 0; new bytes are undefined.
 */
void *mem_resize(void *p, size_t was, size_t size);

/* Free a block of `size` bytes. p may be NULL. */
void mem_free(void *p, size_t size);

/* A zeroed block of count * size bytes; free it with mem_free(). */
void *mem_zeroed(size_t count, size_t size);

/*
 * Grow an array by doubling until it holds `need` elements of `size` bytes.
 * *cap is its capacity in elements. Returns the array, which may have moved.
 */
void *mem_grow(void *p, size_t *cap, size_t need, size_t size);

/* Would mem_grow() find the memory for `more` elements after the first n? */
bool mem_grow_fits(size_t cap, size_t n, size_t more, size_t size);

/* Put n elements of `size` bytes in the opposite order. */
void mem_reverse(void *p, size_t n, size_t size);

/* The program's name for messages, as mem_resize() and cmd/ print it. */
extern const char *program_name;

#endif
