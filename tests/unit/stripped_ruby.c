/*
 * The evaluator and the variable of a stripped Ruby, found in this program: it has functions of
 * their shape.
 */
#include "record/sampler/stripped_ruby.h"

#include <fcntl.h>
#include <unistd.h>

#include "interp/tls_image.h"
#include "tap.h"

#if defined(__x86_64__)

struct context {
	long unused[8];
	long error;
};

static _Thread_local struct context *padding;
static _Thread_local struct context *current __asm__("current_context") __attribute__((used));

#ifdef __clang__
#define NO_CLONE
#else
#define NO_CLONE __attribute__((noclone))
#endif

/* As they are compiled without sanitizers. */
#define APART                                                                                      \
	static NO_CLONE __attribute__((noinline, no_sanitize("address"), no_sanitize("undefined")))

APART long read_first(void)
{
	return current->error + 3;
}

/* As tsrm_get_ls_cache_tcb_offset() of PHP. */
APART uint64_t offset_of_current(void)
{
	uint64_t offset;

	__asm__("movq current_context@gottpoff(%%rip), %0" : "=r"(offset));
	return offset;
}

/* 160 instructions: 0 ends, others go on with the next. */
#define TEN(X, a) X(a##0) X(a##1) X(a##2) X(a##3) X(a##4) X(a##5) X(a##6) X(a##7) X(a##8) X(a##9)
#define HUNDRED(X, a)                                                                              \
	TEN(X, a##0)                                                                               \
	TEN(X, a##1)                                                                               \
	TEN(X, a##2)                                                                               \
	TEN(X, a##3) TEN(X, a##4) TEN(X, a##5) TEN(X, a##6) TEN(X, a##7) TEN(X, a##8) TEN(X, a##9)
#define ALL(X)     HUNDRED(X, 1) TEN(X, 20) TEN(X, 21) TEN(X, 22) TEN(X, 23) TEN(X, 24) TEN(X, 25)
#define ADDRESS(n) &&op_##n,
#define INSTRUCTION(n)                                                                             \
	op_##n : sum = sum * 7 + n;                                                                \
	goto *table[*++code];

APART long core(const unsigned char *code)
{
	static const void *const table[] = { &&end, ALL(ADDRESS) };
	long sum = 0;

	goto *table[*code];
	ALL(INSTRUCTION)
end:
	return sum;
}

APART long handle_exceptions(const unsigned char *code)
{
	return core(code) + core(code + 1);
}

APART long execute(const unsigned char *code)
{
	return core(code) + handle_exceptions(code) * 3;
}

static bool starts_at(const struct code_range *r, const void *function, uint64_t bias)
{
	return r->start + bias == (uint64_t)function && r->end > r->start;
}

/* The address at which this program is loaded, less the image's own. */
static uint64_t own_bias(const struct module *m)
{
	extern const char __ehdr_start[];

	return (uint64_t)__ehdr_start - m->base;
}

static void test_variable(const struct module *m, uint64_t bias, const void *function,
			  const char *what)
{
	struct tls_image t;

	tls_image_decode(&t, &m->elf, (uint64_t)function - bias, 64);
	ok(t.access == TLS_PROGRAM &&
		   (uint64_t)__builtin_thread_pointer() + (uint64_t)t.offset == (uint64_t)&current,
	   "%s", what);
}

int main(void)
{
	static const unsigned char code[] = { 3, 160, 77, 0 };
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct code_range evaluator, found;
	struct module m = { .id = 1 };
	struct context context = { .error = 4 };
	const char *why;
	uint64_t bias;

	current = padding = &context;
	ok(read_first() == 7 && offset_of_current() && execute(code), "the functions work");
	ok(elf_open(&m.elf, fd, &why), "this program is an image");
	close(fd);
	module_open(&m, &arch_x86_64);
	bias = own_bias(&m);
	ok(stripped_ruby_find(&m, &evaluator, &found), "it has an evaluator");
	ok(starts_at(&found, (void *)core, bias), "the core has a table of addresses");
	ok(starts_at(&evaluator, (void *)execute, bias),
	   "the evaluator calls the core, and the function that handles exceptions");
	test_variable(&m, bias, (void *)read_first, "the variable that a function reads first");
	test_variable(&m, bias, (void *)offset_of_current, "the variable whose place one returns");
	module_close(&m);
	return done();
}

#else

int main(void)
{
	ok(true, "only x86-64 is known # SKIP");
	return done();
}

#endif
