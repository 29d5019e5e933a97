/* Calls each function of pointers.s through a pointer, where returned calls have left addresses. */
#include <string.h>

#define OWN     __attribute__((noipa))
#define LEAVE() __asm__ volatile("" ::: "memory")

extern void (*table[])(int);

OWN static void dirty(int depth)
{
	volatile char room[512];

	memset((char *)room, depth, sizeof(room));
	if (depth)
		dirty(depth - 1);
	LEAVE();
}

OWN static void inner(void (*f)(int))
{
	volatile char room[64];

	room[0] = 1;
	f(60000000);
	room[1] = 2;
}

OWN static void outer(int i)
{
	inner(table[i]);
	LEAVE();
}

int main(void)
{
	for (int i = 0; i < 3; i++) {
		dirty(20);
		outer(i);
	}
	return 0;
}
