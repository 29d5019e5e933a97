#include "alloc/probe.h"

/* The kernel counts here the tools that have attached a uprobe. */
#define SEMAPHORE __attribute__((section(".probes"), used, visibility("hidden")))
SEMAPHORE volatile uint16_t probe_alloc_semaphore;
SEMAPHORE volatile uint16_t probe_free_semaphore;

/*
 * A nop, with a note of its address and the locations of its arguments. The base is a symbol
 * by which tools see whether prelink has moved the file.
 */
#define PROBE(name, arguments)                                                                     \
	"990:\tnop\n\t"                                                                            \
	".pushsection .note.stapsdt,\"\",\"note\"\n\t"                                             \
	".balign 4\n\t.4byte 992f-991f, 994f-993f, 3\n"                                            \
	"991:\t.asciz \"stapsdt\"\n"                                                               \
	"992:\t.balign 4\n"                                                                        \
	"993:\t.8byte 990b\n\t.8byte _.stapsdt.base\n\t.8byte probe_" name "_semaphore\n\t"        \
	".asciz \"otel_memory\"\n\t.asciz \"" name "\"\n\t.asciz \"" arguments "\"\n"              \
	"994:\t.balign 4\n\t.popsection\n\t"                                                       \
	".ifndef _.stapsdt.base\n\t"                                                               \
	".pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n\t"                  \
	".weak _.stapsdt.base\n\t.hidden _.stapsdt.base\n"                                         \
	"_.stapsdt.base: .space 1\n\t.size _.stapsdt.base, 1\n\t.popsection\n\t.endif"

__attribute__((noinline)) void probe_alloc(const void *p, uint64_t size, uint64_t weight)
{
	__asm__ volatile(PROBE("alloc", "8@%0 8@%1 8@%2")
			 :
			 : "r"(p), "r"(size), "r"(weight)
			 : "memory");
}

static __attribute__((noinline)) void fire_free(const void *p)
{
	__asm__ volatile(PROBE("free", "8@%0") : : "r"(p) : "memory");
}

void probe_free(const void *p)
{
	if (probe_free_semaphore)
		fire_free(p);
}
