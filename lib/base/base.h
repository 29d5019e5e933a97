/*
 * The base of all files: a few macros, and memory that is counted against a limit.
 *
 * Everything that grows with the input (bufs, vectors, arenas, tables, columns) allocates
 * its memory here, so that one limit bounds the total; several threads may do so at once. Library code never prints and never exits, with one exception: when
 * there is no memory left, the program ends with a message and status 2. A reader
 * that takes a size from its input asks mem_fits() first and fails that input alone.
 */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * For what one thread writes often while another works beside it: a variable, or the first member
 * of a struct, in cache lines of its own (two, since processors fetch them in pairs).
 */
#define OWN_CACHE_LINES _Alignas(128)

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
 * Let the program hold at most `bytes` bytes of counted memory at a time. Without
 * this call the limit is half of the machine's RAM, but not less than 1 GiB; half of
 * what the control group allows, where that is less. It is found at the start.
 */
void mem_limit(size_t bytes);

/* The limit in force, and what is in use, in bytes. */
size_t mem_limit_now(void);
size_t mem_used(void);

/* Would `more` bytes still fit? */
bool mem_fits(size_t more);

/*
 * There is no memory for what is named (a format and its values): end the program,
 * with a message and status 2, or the one that mem_exhausted_status() has set.
 */
NORETURN void mem_exhausted(const char *fmt, ...) PRINTF(1, 2);
void mem_exhausted_status(int status);

/*
 * For a program that runs for months: memory of large blocks returns to the system as soon as
 * they are freed, even if later blocks are in use.
 */
void mem_return_early(void);

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

/* The program's name, as messages begin with it. */
extern const char *program_name;

#endif
