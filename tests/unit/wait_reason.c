/* What blocked threads wait for: stacks of the kernel as they are, leaf first. */
#include "record/off_cpu/wait_reason.h"

#include "tap.h"

static const struct {
	const char *reason, *frames;
} stacks[] = {
	{ "sleep", "schedule do_nanosleep hrtimer_nanosleep common_nsleep do_syscall_64" },
	{ "lock", "schedule futex_do_wait __futex_wait futex_wait do_futex __x64_sys_futex" },
	{ "lock", "schedule futex_wait_queue_me.isra.0 futex_wait do_futex" },
	{ "poll", "schedule_hrtimeout_range_clock poll_schedule_timeout.constprop.0 do_sys_poll" },
	{ "poll", "schedule schedule_hrtimeout_range ep_poll do_epoll_wait" },
	{ "pipe", "schedule anon_pipe_read vfs_read ksys_read" },
	{ "io", "schedule io_schedule folio_wait_bit_common filemap_get_pages filemap_read" },
	{ "io", "schedule blk_io_schedule __blkdev_direct_IO_simple vfs_read" },
	{ "page_fault", "schedule io_schedule folio_wait_bit_common filemap_fault __do_fault "
			"handle_mm_fault do_user_addr_fault exc_page_fault" },
	{ "kernel_lock", "schedule rwsem_down_write_slowpath down_write mmap_region" },
	{ "socket", "schedule wait_woken sk_wait_data tcp_recvmsg_locked" },
	{ "child", "schedule do_wait kernel_wait4" },
	{ "idle", "schedule worker_thread kthread ret_from_fork" },
	{ "io", "schedule io_schedule blk_mq_get_tag worker_thread kthread" },
	{ "blocked", "schedule something_of_a_driver do_syscall_64" },
	{ "blocked", "" },
};

static struct dictionary dict;

static loc_id add_loc(struct str name, uint32_t flags)
{
	struct func f = { .name = dict_intern(&dict, name) };

	return dict_add_loc(&dict, (struct loc){ .func = dict_add_func(&dict, f), .flags = flags });
}

/* A program's "main", which calls a function named like one of the kernel; then the kernel. */
static stack_id add_stack(const char *frames)
{
	struct str rest = str_of(frames);
	loc_id stack[32];
	size_t n = 0;

	while (rest.n)
		stack[n++] = add_loc(str_cut(&rest, ' '), LOC_KERNEL);
	stack[n++] = add_loc(S("do_nanosleep"), 0);
	stack[n++] = add_loc(S("main"), 0);
	mem_reverse(stack, n, sizeof(*stack));
	return dict_add_stack(&dict, stack, n);
}

static void add_sample(struct profile *p, const char *frames, const char *wait)
{
	label_set_id labels = dict_add_text_label(&dict, (label_set_id){ 0 }, S("wait"),
						  str_of(wait));

	labels = dict_add_text_label(&dict, labels, S("comm"), S("app"));
	labels = dict_add_text_label(&dict, labels, S("lock"), S("0x601040"));
	labels = dict_add_text_label(&dict, labels, S("holder"), S("keeper"));
	profile_add_value(p, 0, profile_add_sample(p, add_stack(frames), labels), 1);
}

static struct str label_in(const struct profile *p, uint32_t sample, const char *key)
{
	const struct sample *s = profile_sample(p, (sample_id){ sample });
	const struct label *l = dict_find_label(&dict, s->labels, dict_intern(&dict, str_of(key)));

	return l ? dict_text(&dict, l->str) : S("");
}

static struct str reason_in(const struct profile *p, uint32_t sample)
{
	return label_in(p, sample, "wait");
}

int main(void)
{
	struct profile p;
	int64_t scale;

	dict_init(&dict);
	profile_init(&p, &dict);
	profile_begin(&p);
	profile_column(&p, dict_intern(&dict, S("off_cpu")), dict_intern(&dict, S("nanoseconds")),
		       &scale);
	for (size_t i = 0; i < LEN(stacks); i++)
		add_sample(&p, stacks[i].frames, "blocked");
	add_sample(&p, stacks[0].frames, "runnable");
	wait_reasons_find(&p);
	ok(p.sample.n == LEN(stacks) + 2, "all samples are there");
	for (uint32_t i = 0; i < LEN(stacks); i++)
		is(reason_in(&p, i + 1), stacks[i].reason, "%s: %s", stacks[i].reason,
		   stacks[i].frames);
	for (uint32_t i = 0; i < LEN(stacks); i++) {
		bool is_lock = strcmp(stacks[i].reason, "lock") == 0;

		is(label_in(&p, i + 1, "lock"), is_lock ? "0x601040" : "", "its lock");
		is(label_in(&p, i + 1, "holder"), is_lock ? "keeper" : "", "and who holds it");
	}
	is(reason_in(&p, LEN(stacks) + 1), "runnable", "what waits for a CPU has no other reason");
	ok(!wait_reason_of_function(S("main")) &&
		   str_eq(str_of(wait_reason_of_function(S("do_futex"))), S("lock")),
	   "one function");
	profile_release(&p);
	dict_release(&dict);
	return done();
}
