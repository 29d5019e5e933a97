#include "record/process/process_tree.h"

#include "tap.h"

static struct process_tree tree;

static void forks(uint32_t parent, uint32_t pid, uint64_t time)
{
	struct record r = { .kind = RECORD_FORK, .time = time, .pid = pid, .parent = parent };

	process_tree_note(&tree, &r);
}

static void execs(uint32_t pid, uint64_t time)
{
	struct record r = { .kind = RECORD_COMM, .time = time, .pid = pid, .comm.exec = true };

	process_tree_note(&tree, &r);
}

static void ends(uint32_t pid, uint64_t time)
{
	struct record r = { .kind = RECORD_EXIT, .time = time, .pid = pid, .tid = pid };

	process_tree_note(&tree, &r);
}

static void count(void *context, int pid)
{
	*(int *)context += pid;
}

int main(void)
{
	int sum = 0;

	process_tree_init(&tree, true);
	process_tree_add(&tree, 10, TREE_AT_EXEC);
	ok(!process_tree_has(&tree, 10, 5), "a command before its exec()");
	execs(10, 20);
	process_tree_update(&tree);
	ok(!process_tree_has(&tree, 10, 19) && process_tree_has(&tree, 10, 20), "and from then on");
	forks(11, 12, 40); /* as rings are read: the child's before its parent's */
	forks(10, 11, 30);
	process_tree_update(&tree);
	ok(process_tree_has(&tree, 12, 40), "children of children, in whatever order they come");
	ok(!process_tree_has(&tree, 12, 39), "not before they were forked");
	forks(11, 12, 40);
	process_tree_update(&tree);
	ok(!process_tree_has(&tree, 12, 39) && process_tree_has(&tree, 12, 41), "noted twice");
	forks(90, 91, 50);
	process_tree_update(&tree);
	ok(!process_tree_has(&tree, 91, 60) && !process_tree_had(&tree, 91), "not those of others");
	ends(12, 60);
	process_tree_update(&tree);
	process_tree_visit(&tree, count, &sum);
	ok(sum == 10 + 11, "those that have ended are left out");
	forks(90, 12, 70);
	process_tree_update(&tree);
	ok(!process_tree_has(&tree, 12, 70), "a number that is another's now");
	ok(process_tree_has(&tree, 12, 65) && process_tree_had(&tree, 12), "but was a member's");
	forks(11, 12, 80);
	process_tree_update(&tree);
	ok(process_tree_has(&tree, 12, 80), "and is again");
	process_tree_release(&tree);

	process_tree_init(&tree, false);
	process_tree_add(&tree, 10, 0);
	forks(10, 11, 30);
	process_tree_update(&tree);
	ok(process_tree_has(&tree, 10, 1) && !process_tree_has(&tree, 11, 31), "without children");
	process_tree_release(&tree);
	return done();
}
