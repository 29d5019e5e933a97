/* Frames by the first instructions of functions. */
#include "unwind/prologue.h"

#include "tap.h"

static const struct {
	const char *name;
	struct str code;
	bool good;
	struct prologue is;
} codes[] = {
	{ "nothing", S(""), true, { 0, 0, false } },
	{ "endbr64; push %rbp; push %rbx; sub $0x208, %rsp",
	  S("\xf3\x0f\x1e\xfa\x55\x53\x48\x81\xec\x08\x02\x00\x00"),
	  true,
	  { 0x218, 8, true } },
	{ "push %rbx; push %rbp; push %r12; sub $0x18, %rsp",
	  S("\x53\x55\x41\x54\x48\x83\xec\x18"),
	  true,
	  { 0x30, 16, true } },
	{ "what follows the sub is not read",
	  S("\x48\x83\xec\x18\x53\x48\x89\xe5"),
	  true,
	  { 0x18, 0, true } },
	{ "cut off before the end of an instruction",
	  S("\x53\x48\x81\xec\x08"),
	  true,
	  { 8, 0, false } },
	{ "moves between pushes",
	  S("\x41\x57\x31\xc0\x48\x89\xf5\x41\x56\xbf\x01\x00\x00\x00\x53"),
	  true,
	  { 24, 0, false } },
	{ "with memory: mov 8(%rsp,%rax,4), %ecx; lea 0x100(%rip), %rdx",
	  S("\x8b\x4c\x84\x08\x48\x8d\x15\x00\x01\x00\x00\x53"),
	  true,
	  { 8, 0, false } },
	{ "of vectors: movdqu (%rdi), %xmm0", S("\xf3\x0f\x6f\x07\x53"), true, { 8, 0, false } },
	{ "a comparison: cmp $1, %rsp", S("\x53\x48\x83\xfc\x01\x53"), true, { 16, 0, false } },
	{ "a branch ends it", S("\x53\x74\x02\x53"), true, { 8, 0, false } },
	{ "push %r13 is not push %rbp", S("\x41\x55"), true, { 8, 0, false } },
	{ "mov %rsp, %rbp", S("\x55\x48\x89\xe5"), false, { 0 } },
	{ "mov %rsp, %r10 only copies", S("\x49\x89\xe2\x53"), true, { 8, 0, false } },
	{ "mov %r12, %rbp only overwrites", S("\x55\x4c\x89\xe5"), true, { 8, 8, false } },
	{ "and $-32, %rsp", S("\x55\x48\x83\xe4\xe0"), false, { 0 } },
	{ "mov 8(%rax), %rsp", S("\x48\x8b\x60\x08"), false, { 0 } },
	{ "lea -0x20(%rsp), %rsp", S("\x48\x8d\x64\x24\xe0"), false, { 0 } },
	{ "sub %rax, %rsp", S("\x48\x29\xc4"), false, { 0 } },
	{ "add $8, %rsp", S("\x48\x83\xc4\x08"), false, { 0 } },
};

int main(void)
{
	for (size_t i = 0; i < LEN(codes); i++) {
		struct prologue p;
		bool good = prologue_read(codes[i].code, &p);

		ok(good == codes[i].good &&
			   (!good || (p.size == codes[i].is.size && p.fp_at == codes[i].is.fp_at &&
				      p.reserves == codes[i].is.reserves)),
		   "%s: %llu bytes, %llu, %d", codes[i].name, (unsigned long long)p.size,
		   (unsigned long long)p.fp_at, p.reserves);
	}
	return done();
}
