/*
 * The list of kernel functions and their reasons. The names are those of Linux 4.19 to 6.18. Some
 * exist only in some versions, or are inlined into others of this list.
 */
#include "record/off_cpu/wait_reason.h"

#include "record/off_cpu/off_cpu.h"

enum reason {
	NO_REASON,
	SLEEP,
	IO,
	PAGE_FAULT,
	LOCK,
	KERNEL_LOCK,
	PIPE,
	POLL,
	SOCKET,
	CHILD,
	SIGNAL,
	STOPPED,
	IDLE
};

static const char *const reasons[] = {
	[SLEEP] = "sleep",   [IO] = "io",         [PAGE_FAULT] = "page_fault",
	[LOCK] = "lock",     [POLL] = "poll",     [KERNEL_LOCK] = "kernel_lock",
	[PIPE] = "pipe",     [SOCKET] = "socket", [CHILD] = "child",
	[SIGNAL] = "signal", [IDLE] = "idle",     [STOPPED] = "stopped",
};

static const struct {
	const char *function;
	enum reason reason;
} functions[] = {
	/* nanosleep(2), clock_nanosleep(2) */
	{ "do_nanosleep", SLEEP },
	{ "hrtimer_nanosleep", SLEEP },
	{ "alarm_timer_nsleep", SLEEP },
	{ "msleep", SLEEP },
	{ "msleep_interruptible", SLEEP },
	{ "usleep_range_state", SLEEP },
	/* Disks: waiting for a request, for a page that is read or written, for a journal. */
	{ "io_schedule", IO },
	{ "io_schedule_timeout", IO },
	{ "blk_io_schedule", IO },
	{ "blk_mq_get_tag", IO },
	{ "rq_qos_wait", IO },
	{ "folio_wait_bit_common", IO },
	{ "folio_wait_bit", IO },
	{ "folio_wait_writeback", IO },
	{ "wait_on_page_bit_common", IO },
	{ "wait_on_page_bit", IO },
	{ "bit_wait_io", IO },
	{ "out_of_line_wait_on_bit", IO },
	{ "__wait_on_buffer", IO },
	{ "submit_bio_wait", IO },
	{ "__blkdev_direct_IO_simple", IO },
	{ "__blkdev_direct_IO", IO },
	{ "__iomap_dio_rw", IO },
	{ "iomap_dio_rw", IO },
	{ "dio_await_one", IO },
	{ "__blockdev_direct_IO", IO },
	{ "blkdev_issue_flush", IO },
	{ "filemap_read", IO },
	{ "filemap_fdatawait_range", IO },
	{ "__filemap_fdatawait_range", IO },
	{ "balance_dirty_pages", IO },
	{ "balance_dirty_pages_ratelimited_flags", IO },
	{ "jbd2_log_wait_commit", IO },
	{ "add_transaction_credits", IO },
	{ "wait_transaction_locked", IO },
	{ "xlog_wait_on_iclog", IO },
	{ "xfs_buf_iowait", IO },
	{ "btrfs_commit_transaction", IO },
	{ "wait_current_trans", IO },
	{ "nfs_wait_bit_killable", IO },
	{ "rpc_wait_bit_killable", IO },
	{ "request_wait_answer", IO }, /* FUSE */
	{ "p9_client_rpc", IO },
	{ "io_cqring_wait", IO },
	{ "read_events", IO }, /* io_getevents(2) */
	{ "wait_for_completion_io", IO },
	{ "wait_for_completion_io_timeout", IO },
	/* Memory that is not there yet */
	{ "exc_page_fault", PAGE_FAULT },
	{ "asm_exc_page_fault", PAGE_FAULT },
	{ "do_user_addr_fault", PAGE_FAULT },
	{ "do_page_fault", PAGE_FAULT },
	{ "__do_page_fault", PAGE_FAULT },
	{ "handle_mm_fault", PAGE_FAULT },
	{ "__handle_mm_fault", PAGE_FAULT },
	{ "handle_userfault", PAGE_FAULT },
	{ "do_swap_page", PAGE_FAULT },
	{ "do_translation_fault", PAGE_FAULT }, /* arm64 */
	{ "do_mem_abort", PAGE_FAULT },
	/* futex(2): mutexes, condition variables, joining threads */
	{ "futex_wait_queue", LOCK },
	{ "futex_wait_queue_me", LOCK },
	{ "__futex_wait", LOCK },
	{ "futex_wait", LOCK },
	{ "futex_wait_multiple", LOCK },
	{ "futex_wait_requeue_pi", LOCK },
	{ "futex_lock_pi", LOCK },
	{ "do_futex", LOCK },
	{ "posix_lock_inode_wait", LOCK },
	{ "locks_lock_inode_wait", LOCK },
	{ "flock_lock_inode_wait", LOCK },
	{ "do_semtimedop", LOCK },
	{ "__do_semtimedop", LOCK },
	/* Locks of the kernel itself */
	{ "__mutex_lock", KERNEL_LOCK },
	{ "__mutex_lock_slowpath", KERNEL_LOCK },
	{ "rwsem_down_read_slowpath", KERNEL_LOCK },
	{ "rwsem_down_write_slowpath", KERNEL_LOCK },
	{ "__down", KERNEL_LOCK },
	{ "__down_common", KERNEL_LOCK },
	{ "down_interruptible", KERNEL_LOCK },
	{ "percpu_rwsem_wait", KERNEL_LOCK },
	{ "rt_mutex_slowlock_block", KERNEL_LOCK },
	{ "rtlock_slowlock_locked", KERNEL_LOCK },
	{ "synchronize_rcu", KERNEL_LOCK },
	{ "synchronize_rcu_normal", KERNEL_LOCK },
	{ "__wait_rcu_gp", KERNEL_LOCK },
	{ "d_alloc_parallel", KERNEL_LOCK },
	/* Pipes, FIFOs, terminals */
	{ "pipe_read", PIPE },
	{ "pipe_write", PIPE },
	{ "anon_pipe_read", PIPE },
	{ "anon_pipe_write", PIPE },
	{ "fifo_pipe_read", PIPE },
	{ "fifo_pipe_write", PIPE },
	{ "pipe_wait", PIPE },
	{ "pipe_wait_readable", PIPE },
	{ "pipe_wait_writable", PIPE },
	{ "wait_for_partner", PIPE },
	{ "eventfd_read", PIPE },
	{ "n_tty_read", PIPE },
	{ "tty_read", PIPE },
	/* poll(2), select(2), epoll_wait(2) */
	{ "do_poll", POLL },
	{ "do_sys_poll", POLL },
	{ "do_select", POLL },
	{ "core_sys_select", POLL },
	{ "poll_schedule_timeout", POLL },
	{ "ep_poll", POLL },
	{ "do_epoll_wait", POLL },
	{ "do_epoll_pwait", POLL },
	/* Sockets */
	{ "sk_wait_data", SOCKET },
	{ "wait_woken", SOCKET },
	{ "tcp_recvmsg_locked", SOCKET },
	{ "inet_csk_accept", SOCKET },
	{ "inet_csk_wait_for_connect", SOCKET },
	{ "inet_wait_for_connect", SOCKET },
	{ "inet_stream_connect", SOCKET },
	{ "sk_stream_wait_memory", SOCKET },
	{ "sk_stream_wait_connect", SOCKET },
	{ "sock_alloc_send_pskb", SOCKET },
	{ "__skb_wait_for_more_packets", SOCKET },
	{ "unix_stream_data_wait", SOCKET },
	{ "unix_stream_read_generic", SOCKET },
	{ "unix_wait_for_peer", SOCKET },
	{ "unix_accept", SOCKET },
	{ "skb_wait_for_more_packets", SOCKET },
	{ "vsock_connectible_recvmsg", SOCKET },
	{ "netlink_recvmsg", SOCKET },
	/* Other processes */
	{ "do_wait", CHILD },
	{ "kernel_wait4", CHILD },
	{ "kernel_clone", CHILD }, /* vfork(2) */
	{ "wait_for_vfork_done", CHILD },
	{ "pidfd_poll", CHILD },
	{ "sigsuspend", SIGNAL },
	{ "__x64_sys_pause", SIGNAL },
	{ "__do_sys_pause", SIGNAL },
	{ "__se_sys_pause", SIGNAL },
	{ "do_sigtimedwait", SIGNAL },
	{ "signalfd_read", SIGNAL },
	{ "signalfd_read_iter", SIGNAL },
	{ "do_signal_stop", STOPPED },
	{ "ptrace_stop", STOPPED },
	{ "do_jobctl_trap", STOPPED },
	{ "__refrigerator", STOPPED },
	{ "do_freezer_trap", STOPPED },
	/* Threads of the kernel without work */
	{ "worker_thread", IDLE },
	{ "kthread_worker_fn", IDLE },
	{ "smpboot_thread_fn", IDLE },
	{ "rescuer_thread", IDLE },
	{ "kthread", IDLE },
	{ "kthreadd", IDLE },
};

const char *wait_reason(size_t i)
{
	return i + 1 < LEN(reasons) ? reasons[i + 1] : NULL;
}

static enum reason reason_of(struct str name)
{
	name = str_cut(&name, '.');
	for (size_t i = 0; i < LEN(functions); i++)
		if (str_eq(name, str_of(functions[i].function)))
			return functions[i].reason;
	return NO_REASON;
}

const char *wait_reason_of_function(struct str name)
{
	return reasons[reason_of(name)];
}

/* The reason of each function, cached. */
struct known_reasons {
	const struct dictionary *dict;
	uint8_t *of; /* by function: reason + 1; 0: not looked up yet */
};

static enum reason known_reason(struct known_reasons *k, func_id f)
{
	uint8_t *of = &k->of[f.i];

	if (!*of)
		*of = (uint8_t)(1 + reason_of(dict_text(k->dict, dict_func(k->dict, f)->name)));
	return *of - 1;
}

/* Searches from the leaf to the kernel's entry. */
static enum reason reason_of_stack(struct known_reasons *k, stack_id stack)
{
	enum reason first = NO_REASON;
	size_t n;
	const loc_id *frame = dict_frames(k->dict, stack, &n);

	while (n--) {
		const struct loc *l = dict_loc(k->dict, frame[n]);
		enum reason reason;

		if (!(l->flags & LOC_KERNEL))
			break;
		reason = known_reason(k, l->func);
		if (reason == PAGE_FAULT)
			return reason;
		if (!first)
			first = reason;
	}
	return first;
}

static label_set_id with_reason(struct dictionary *d, label_set_id labels, str_id key,
				enum reason reason)
{
	static const char *const of_locks[] = { "lock", "holder", "holder_tid" };
	struct label l = { .key = key };

	for (size_t i = 0; reason != LOCK && i < LEN(of_locks); i++)
		labels = dict_drop_label(d, labels, dict_intern(d, str_of(of_locks[i])));
	if (!reason)
		return labels;
	l.str = dict_intern(d, str_of(reasons[reason]));
	return dict_add_label(d, dict_drop_label(d, labels, key), l);
}

void wait_reasons_find(struct profile *p)
{
	struct dictionary *d = p->dict;
	struct known_reasons k = { .dict = d, .of = mem_zeroed(d->func.n, 1) };
	str_id key = dict_intern(d, S("wait")), blocked = dict_intern(d, S(WAIT_BLOCKED));
	uint32_t n = p->sample.n, nfunc = d->func.n;
	struct sample *to = mem_zeroed(n, sizeof(*to));

	for (uint32_t i = 1; i < n; i++) {
		const struct label *l;
		enum reason reason;

		to[i] = *profile_sample(p, (sample_id){ i });
		l = dict_find_label(d, to[i].labels, key);
		if (!l || l->str.i != blocked.i)
			continue;
		reason = reason_of_stack(&k, to[i].stack);
		to[i].labels = with_reason(d, to[i].labels, key, reason);
	}
	profile_remap(p, to, NULL);
	mem_free(to, n * sizeof(*to));
	mem_free(k.of, nfunc);
}
