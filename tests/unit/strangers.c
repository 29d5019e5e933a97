/* Programs that are known to have no interpreter. */
#include "record/interp/strangers.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

int main(void)
{
	struct strangers s;
	uint32_t own = (uint32_t)getpid();
	pid_t child;

	strangers_init(&s);
	ok(!strangers_know(&s, own), "a new program is not known");
	for (int i = 0; i < 3; i++)
		strangers_note(&s, own, false);
	ok(!strangers_know(&s, own), "three looks may have been too early");
	strangers_note(&s, own, false);
	ok(strangers_know(&s, own), "four were not");
	child = fork();
	if (!child)
		for (;;)
			pause();
	ok(strangers_know(&s, (uint32_t)child), "another process of the program");
	ok(!strangers_know(&s, 1) || getpid() == 1, "another program");
	strangers_note(&s, (uint32_t)child, true);
	ok(!strangers_know(&s, own), "not after an interpreter was seen");
	for (int i = 0; i < 9; i++)
		strangers_note(&s, own, false);
	ok(!strangers_know(&s, own), "and never again");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	strangers_note(&s, (uint32_t)child, false);
	ok(!strangers_know(&s, (uint32_t)child), "a process that is gone");
	strangers_release(&s);
	return done();
}
