/* Call sites that allocate blocks of one size each, a known number of times. */
#include <stdlib.h>

#define SITE(size)                                                                                 \
	static void of_##size(void)                                                                \
	{                                                                                          \
		void *p = malloc(size);                                                            \
                                                                                                   \
		__asm__ volatile("" : : "r"(p) : "memory");                                        \
		free(p);                                                                           \
	}

SITE(100)
SITE(1000)
SITE(8000)

int main(void)
{
	for (int i = 0; i < 16000; i++) {
		of_100();
		if (i % 10 == 0)
			of_1000();
		if (i % 64 == 0)
			of_8000();
	}
	return 0;
}
