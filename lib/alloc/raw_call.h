/*
 * System calls that change no state of the process, not even errno: a hook may run in a signal
 * handler, or between a program's call and its check of errno. Each returns the kernel's
 * result, a negative errno on failure.
 */
#ifndef ALLOC_RAW_CALL_H
#define ALLOC_RAW_CALL_H

#include <sys/syscall.h>

static inline long raw_call6(long number, long a, long b, long c, long d, long e, long f)
{
#if defined(__x86_64__)
	register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c, x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e, x5 __asm__("x5") = f;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
#else
#error "libprof-alloc knows x86-64 and aarch64"
#endif
}

#define raw_call3(number, a, b, c) raw_call6(number, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define raw_call1(number, a)       raw_call3(number, a, 0, 0)

#endif
