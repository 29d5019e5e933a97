/* Records of perf: parsed by any attributes, matched to their events, put in order. */
#include "perf/record.h"

#include <stdlib.h>

#include "perf/perf_events.h"
#include "perf/record_queue.h"
#include "perf/sample_regs.h"
#include "perf_writer.h"
#include "tap.h"

static struct record parse(const struct perf_event_attr *attr)
{
	struct record r;

	record_parse(record_end(), attr, &r);
	return r;
}

/* Samples */

/* All fields before the copy of the stack, and some after it. */
static const struct perf_event_attr full = {
	.sample_type = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID |
		       PERF_SAMPLE_TIME | PERF_SAMPLE_ADDR | PERF_SAMPLE_ID |
		       PERF_SAMPLE_STREAM_ID | PERF_SAMPLE_CPU | PERF_SAMPLE_PERIOD |
		       PERF_SAMPLE_READ | PERF_SAMPLE_CALLCHAIN | PERF_SAMPLE_RAW |
		       PERF_SAMPLE_BRANCH_STACK | PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER |
		       PERF_SAMPLE_WEIGHT | PERF_SAMPLE_DATA_SRC | PERF_SAMPLE_REGS_INTR,
	.read_format = PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_ID |
		       PERF_FORMAT_LOST,
	.branch_sample_type = PERF_SAMPLE_BRANCH_HW_INDEX,
	.sample_regs_user = 0x1c0, /* BP SP IP */
	.sample_regs_intr = 1,
	.sample_id_all = 1,
};

static void write_full(void)
{
	record_begin(PERF_RECORD_SAMPLE, PERF_RECORD_MISC_USER);
	record_add(11);        /* identifier */
	record_add(0x401000);  /* ip */
	record_add_pair(7, 8); /* pid, tid */
	record_add(1234);      /* time */
	record_add(0xadd);     /* addr */
	record_add(11);        /* id */
	record_add(5);         /* stream id */
	record_add_pair(3, 0); /* cpu */
	record_add(99);        /* period */
	record_add(2);         /* read: a group of two */
	record_add(1000);      /* time enabled */
	for (int i = 0; i < 6; i++)
		record_add(1); /* value, id, lost of each */
	record_add(3);         /* the chain */
	record_add((uint64_t)PERF_CONTEXT_USER);
	record_add(0x401000);
	record_add(0x402000);
	record_add_pair(12, 1); /* raw: 12 bytes */
	record_add(2);
	record_add(1); /* branches: one, after an index */
	record_add(0);
	for (int i = 0; i < 3; i++)
		record_add(9);
	record_add(PERF_SAMPLE_REGS_ABI_64);
	record_add(60);
	record_add(70);
	record_add(80);
	record_add(16); /* 16 bytes of stack, 8 of them valid */
	record_add(0x57ac);
	record_add(0);
	record_add(8);
	record_add(1); /* weight, data source, registers at the interrupt */
	record_add(2);
	record_add(PERF_SAMPLE_REGS_ABI_64);
	record_add(3);
}

static void test_full_sample(void)
{
	struct record r;
	uint16_t whole;

	write_full();
	r = parse(&full);
	ok(r.kind == RECORD_SAMPLE && r.id == 11 && r.pid == 7 && r.tid == 8 && r.time == 1234 &&
		   r.cpu == 3,
	   "where a sample of all fields comes from");
	ok(r.sample.ip == 0x401000 && r.sample.address == 0xadd && r.sample.period == 99 &&
		   r.sample.mode == RECORD_IN_USER,
	   "what it is worth");
	ok(r.sample.nchain == 3 && r.sample.chain[2] == 0x402000,
	   "its chain, after a group's counts");
	ok(r.sample.regs && r.sample.regs[0] == 60 && r.sample.regs[2] == 80,
	   "its registers, after raw bytes and branches");
	ok(r.sample.nstack == 8 && *(const uint64_t *)(const void *)r.sample.stack == 0x57ac,
	   "its copy of the stack");
	whole = record_end()->size;
	for (written.header.size = sizeof(written.header); written.header.size < whole - 32;
	     written.header.size += 8) {
		record_parse(&written.header, &full, &r);
		if (r.kind != RECORD_MALFORMED)
			break;
	}
	ok(written.header.size == whole - 32, "one that is cut off is none");
}

static void test_few_fields(void)
{
	struct perf_event_attr a = { .sample_type = PERF_SAMPLE_IP | PERF_SAMPLE_TIME,
				     .sample_period = 4000 };
	struct record r;

	record_begin(PERF_RECORD_SAMPLE, PERF_RECORD_MISC_KERNEL);
	record_add(0xffffffff81000000);
	record_add(77);
	r = parse(&a);
	ok(r.kind == RECORD_SAMPLE && r.time == 77 && r.sample.mode == RECORD_IN_KERNEL &&
		   !r.sample.chain,
	   "an address and a time");
	ok(r.sample.period == 4000, "with a fixed period, that is the event's");
	a.sample_type = PERF_SAMPLE_RAW;
	record_begin(PERF_RECORD_SAMPLE, 0);
	record_add_pair(8, 0);
	record_add(0);
	ok(parse(&a).kind == RECORD_MALFORMED, "raw bytes that end between words");
	a.sample_type = PERF_SAMPLE_CALLCHAIN;
	record_begin(PERF_RECORD_SAMPLE, 0);
	record_add(UINT64_MAX / 8 + 2);
	record_add(0);
	ok(parse(&a).kind == RECORD_MALFORMED, "a chain of more than can be");
	a.sample_type = PERF_SAMPLE_REGS_USER;
	a.sample_regs_user = UINT64_MAX;
	record_begin(PERF_RECORD_SAMPLE, 0);
	record_add(PERF_SAMPLE_REGS_ABI_NONE);
	r = parse(&a);
	ok(r.kind == RECORD_SAMPLE && !r.sample.regs, "a kernel thread has no user registers");
	a.sample_type = PERF_SAMPLE_STACK_USER;
	record_begin(PERF_RECORD_SAMPLE, 0);
	record_add(0);
	r = parse(&a);
	ok(r.kind == RECORD_SAMPLE && !r.sample.nstack, "and no stack");
}

/* Other records */

static const struct perf_event_attr trailed = {
	.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ID | PERF_SAMPLE_CPU,
	.sample_id_all = 1,
};

static void add_trailer(uint64_t time, uint64_t id)
{
	record_add_pair(1, 2);
	record_add(time);
	record_add(id);
	record_add_pair(4, 0);
}

static void test_maps(void)
{
	struct perf_event_attr asked = trailed;
	struct record r;

	record_begin(PERF_RECORD_MMAP, PERF_RECORD_MISC_USER);
	record_add_pair(7, 8);
	record_add(0x400000);
	record_add(0x1000);
	record_add(0x2000);
	record_add_text("/bin/true");
	add_trailer(55, 9);
	r = parse(&trailed);
	ok(r.kind == RECORD_MAP && r.pid == 7 && r.time == 55 && r.id == 9 && r.cpu == 4,
	   "MMAP, and the fields of a sample after it");
	ok(r.map.start == 0x400000 && r.map.length == 0x1000 && r.map.offset == 0x2000 &&
		   r.map.executable && !r.map.has_inode,
	   "what it maps");
	is(r.map.path, "/bin/true", "of which file");
	written.header.misc |= PERF_RECORD_MISC_MMAP_DATA;
	ok(!parse(&trailed).map.executable, "data");

	record_begin(PERF_RECORD_MMAP, PERF_RECORD_MISC_KERNEL);
	record_add_pair(UINT32_MAX, 0);
	record_add(0xffffffff81000000);
	record_add(0x1000000);
	record_add(0);
	record_add_text("[kernel.kallsyms]_text");
	add_trailer(0, 0);
	r = parse(&trailed);
	ok(r.kind == RECORD_MAP && r.map.in_kernel, "the kernel's own");

	record_begin(PERF_RECORD_MMAP2, PERF_RECORD_MISC_USER | PERF_RECORD_MISC_MMAP_BUILD_ID);
	record_add_pair(7, 8);
	record_add(0x400000);
	record_add(0x1000);
	record_add(0);
	record_add_pair(20, 0x03020100);
	record_add(0);
	record_add(0);
	record_add_pair(5, 2); /* PROT_READ | PROT_EXEC */
	record_add_text("/bin/true");
	add_trailer(56, 9);
	r = parse(&trailed);
	ok(r.kind == RECORD_MAP && r.map.executable && r.map.build_id.n == 20 &&
		   r.map.build_id.p[3] == 3,
	   "MMAP2 with a build id");
	is(r.map.path, "/bin/true", "and its path");
	written.header.misc = PERF_RECORD_MISC_USER;
	r = parse(&trailed);
	ok(!r.map.build_id.n && r.map.major == 20 && r.map.has_inode, "with device and inode");

	/* Beside a recorder that asks for build ids, the kernel sets their flag for all. */
	record_begin(PERF_RECORD_MMAP2, PERF_RECORD_MISC_USER | PERF_RECORD_MISC_MMAP_BUILD_ID);
	record_add_pair(7, 8);
	record_add(0x400000);
	record_add(0x1000);
	record_add(0);
	record_add_pair(8, 1); /* the device */
	record_add(0x1234);    /* the inode */
	record_add(5);
	record_add_pair(5, 2);
	record_add_text("/bin/true");
	add_trailer(56, 9);
	r = parse(&trailed);
	ok(!r.map.build_id.n && r.map.has_inode && r.map.major == 8 && r.map.inode == 0x1234,
	   "a flag of build ids that another recorder asked for");
	asked.build_id = 1;
	r = parse(&asked);
	ok(!r.map.has_inode && r.map.build_id.n == 8, "an event that asked for them");
}

static void test_others(void)
{
	struct record r;

	record_begin(PERF_RECORD_COMM, PERF_RECORD_MISC_COMM_EXEC);
	record_add_pair(7, 8);
	record_add_text("worker");
	add_trailer(57, 9);
	r = parse(&trailed);
	ok(r.kind == RECORD_COMM && r.comm.exec && r.tid == 8 && r.time == 57, "COMM");
	is(r.comm.name, "worker", "the name");
	record_begin(PERF_RECORD_FORK, 0);
	record_add_pair(9, 7);
	record_add_pair(10, 8);
	record_add(58);
	add_trailer(58, 9);
	r = parse(&trailed);
	ok(r.kind == RECORD_FORK && r.pid == 9 && r.parent == 7 && r.tid == 10, "FORK");
	record_begin(PERF_RECORD_LOST, 0);
	record_add(9);
	record_add(12);
	add_trailer(59, 9);
	r = parse(&trailed);
	ok(r.kind == RECORD_LOST && r.lost == 12, "LOST");
	record_begin(PERF_RECORD_LOST_SAMPLES, 0);
	record_add(13);
	add_trailer(60, 9);
	r = parse(&trailed);
	ok(r.kind == RECORD_LOST && r.lost == 13, "LOST_SAMPLES");
	record_begin(PERF_RECORD_KSYMBOL, 0);
	record_add(0xffffffffc0200000);
	record_add(0x80 | (uint64_t)PERF_RECORD_KSYMBOL_TYPE_BPF << 32);
	record_add_text("bpf_prog_1_filter");
	add_trailer(61, 9);
	r = parse(&trailed);
	ok(r.kind == RECORD_KERNEL_CODE && r.kernel_code.start == 0xffffffffc0200000 &&
		   r.kernel_code.length == 0x80 && !r.kernel_code.removed && r.time == 61,
	   "KSYMBOL");
	is(r.kernel_code.name, "bpf_prog_1_filter", "its name");
	record_begin(PERF_RECORD_KSYMBOL, 0);
	record_add(0xffffffffc0200000);
	record_add(0x80 | (uint64_t)PERF_RECORD_KSYMBOL_TYPE_BPF << 32 |
		   (uint64_t)PERF_RECORD_KSYMBOL_FLAGS_UNREGISTER << 48);
	record_add_text("bpf_prog_1_filter");
	add_trailer(62, 9);
	ok(parse(&trailed).kernel_code.removed, "of code that goes");
	record_begin(PERF_RECORD_KSYMBOL, 0);
	record_add(0xffffffffc0200000);
	record_add(0x80 | (uint64_t)PERF_RECORD_KSYMBOL_TYPE_BPF << 32);
	record_add_text("bpf_prog");
	add_trailer(63, 9);
	add_trailer(UINT64_MAX, 10);
	r = parse(&trailed);
	ok(r.time == 63 && r.id == 9, "and with an end that the kernel has not written");
	record_begin(4711, 0);
	ok(parse(&trailed).kind == RECORD_OTHER, "what is not known");
}

/* Which event wrote it? */

static void test_events(void)
{
	struct perf_event_attr a = trailed;
	struct perf_events e;

	perf_events_init(&e);
	perf_events_add(&e, &a);
	a.sample_type |= PERF_SAMPLE_CALLCHAIN;
	ok(perf_events_add(&e, &a) == 1, "events have numbers");
	perf_events_add_id(&e, 101, 0);
	perf_events_add_id(&e, 102, 1);
	perf_events_add_id(&e, 103, 1);
	record_begin(PERF_RECORD_SAMPLE, 0);
	record_add_pair(7, 8);
	record_add(50);
	record_add(103); /* ID comes after TID and TIME */
	record_add_pair(0, 0);
	record_add(0);
	ok(perf_events_find(&e, record_end()) == 1, "a sample's, by its id");
	record_begin(PERF_RECORD_COMM, 0);
	record_add_pair(7, 8);
	record_add_text("worker");
	add_trailer(57, 102);
	ok(perf_events_find(&e, record_end()) == 1, "another record's, by its end");
	written.n = 1;
	ok(perf_events_find(&e, record_end()) == 0, "of a record that is too short, the first");
	perf_events_release(&e);

	perf_events_init(&e);
	a = full;
	perf_events_add(&e, &a);
	perf_events_add(&e, &a);
	perf_events_add_id(&e, 11, 1);
	write_full();
	ok(perf_events_find(&e, record_end()) == 1, "by an identifier, which comes first");
	perf_events_release(&e);
}

/* Registers */

static void test_registers(void)
{
	uint64_t mask = sample_regs_mask(&arch_x86_64), regs[64], out[ARCH_REGS], missing;

	ok(mask == 0xff01ff, "what is asked for on x86-64");
	for (uint64_t i = 0; i < 64; i++)
		regs[i] = 100 + i;
	/* perf's own choice has FLAGS, CS and SS as well. */
	ok(sample_regs_decode(&arch_x86_64, 0xff0fff, regs, out, &missing) && !missing,
	   "more registers than needed");
	ok(out[0] == 100 && out[1] == 103 && out[3] == 101 && out[7] == 107 && out[16] == 108 &&
		   out[8] == 112 && out[15] == 119,
	   "by DWARF number");
	ok(sample_regs_decode(&arch_x86_64, 0x1c0, regs, out, &missing) && missing == 0xff3f &&
		   out[6] == 100 && out[7] == 101 && out[16] == 102,
	   "fewer registers");
	ok(sample_regs_decode(&arch_i386, 0xff0fff, regs, out, &missing) && !missing &&
		   out[1] == 102 && out[2] == 103 && out[3] == 101 && out[4] == 107 &&
		   out[5] == 106 && out[6] == 104 && out[7] == 105 && out[8] == 108,
	   "of a 32-bit program, whose numbers are others");
	ok(!sample_regs_decode(&arch_x86_64, 0x140, regs, out, &missing), "no stack pointer");
	ok(sample_regs_decode(&arch_aarch64, sample_regs_mask(&arch_aarch64), regs, out,
			      &missing) &&
		   out[31] == 131 && out[32] == 132 && !missing,
	   "aarch64");
}

/* Order */

static struct buf order;

static void note(void *context, const struct record *r, size_t event)
{
	(void)context;
	buf_printf(&order, "%llu:%zu%.*s ", (unsigned long long)r->time, event,
		   STR_ARG(r->kind == RECORD_COMM ? r->comm.name : S("")));
}

static void queue_comm(struct record_queue *q, uint64_t time, const char *name, size_t event)
{
	struct record r;

	record_begin(PERF_RECORD_COMM, 0);
	record_add_pair(7, 8);
	record_add_text(name);
	add_trailer(time, 9);
	r = parse(&trailed);
	record_queue_add(q, record_end(), &r, event);
	memset(written.word, 0xff, sizeof(written.word)); /* it has been copied */
}

static void test_queue(void)
{
	struct record_queue q = { 0 };
	struct record r;

	queue_comm(&q, 30, "a", 0);
	queue_comm(&q, 40, "b", 0);
	queue_comm(&q, 10, "c", 1);
	queue_comm(&q, 30, "d", 1);
	record_queue_until(&q, 35, note, NULL);
	is(buf_str(&order), "10:1c 30:0a 30:1d ", "by time, then as they came");
	order.n = 0;
	queue_comm(&q, 35, "e", 1);
	record_queue_until(&q, UINT64_MAX, note, NULL);
	is(buf_str(&order), "35:1e 40:0b ", "what is left waits for what comes before it");
	ok(!q.bytes, "nothing waits");

	order.n = 0;
	queue_comm(&q, 50, "f", 0);
	queue_comm(&q, 70, "g", 0);
	record_queue_until(&q, record_queue_end_round(&q), note, NULL);
	queue_comm(&q, 60, "h", 1); /* read late: it is of the round before */
	queue_comm(&q, 90, "i", 1);
	record_queue_until(&q, record_queue_end_round(&q), note, NULL);
	is(buf_str(&order), "50:0f 60:1h ", "rounds: what may still come holds back the last one");
	record_queue_until(&q, UINT64_MAX, note, NULL);
	order.n = 0;

	/* Only the valid part of a stack is kept. */
	for (int i = 0; i < 10000; i++) {
		write_full();
		r = parse(&full);
		record_queue_add(&q, record_end(), &r, 0);
	}
	ok(q.bytes < 10000 * (sizeof(struct record) + record_end()->size + 16), "%zu bytes wait",
	   q.bytes);
	record_queue_until(&q, UINT64_MAX, note, NULL);
	ok(order.n == 10000 * strlen("1234:0 ") && !q.bytes && q.spare_bytes <= 2 << 20,
	   "many of them, of which little memory stays");
	record_queue_release(&q);
	buf_release(&order);
}

/* Of the namespaces, that of mounts; in containers that share it, that of pids differs. */
static void test_namespaces(void)
{
	static const struct perf_event_attr attr = { .sample_type = PERF_SAMPLE_TID };
	struct record r;

	record_begin(PERF_RECORD_NAMESPACES, 0);
	record_add_pair(7, 8);
	record_add(NR_NAMESPACES);
	for (uint64_t i = 0; i < NR_NAMESPACES; i++) {
		record_add(4);          /* device */
		record_add(0x1000 + i); /* inode */
	}
	r = parse(&attr);
	ok(r.kind == RECORD_NAMESPACES && r.pid == 7 && r.mount_ns == 0x1000 + MNT_NS_INDEX,
	   "the namespace of mounts is %llx", (unsigned long long)r.mount_ns);
}

int main(void)
{
	test_full_sample();
	test_namespaces();
	test_few_fields();
	test_maps();
	test_others();
	test_events();
	test_registers();
	test_queue();
	return done();
}
