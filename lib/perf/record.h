/*
 * Parses the records of perf_event_open(2), which rings and perf.data files contain. The layout
 * of a record depends on the perf_event_attr of the event that wrote it (sample_type,
 * read_format, sample_regs_user, sample_id_all ...): see include/uapi/linux/perf_event.h of Linux.
 */
#ifndef PERF_RECORD_H
#define PERF_RECORD_H

#include <linux/perf_event.h>

#include "base/str.h"

/* Of Linux 6.19: include/uapi/linux/perf_event.h may be older. */
enum { PERF_RECORD_CALLCHAIN_DEFERRED_TYPE = 22 };
#define RECORD_CONTEXT_DEFERRED ((uint64_t)-640) /* PERF_CONTEXT_USER_DEFERRED */

enum record_kind {
	RECORD_OTHER,     /* not needed */
	RECORD_MALFORMED, /* shorter than its event's fields, or a field is invalid */
	RECORD_SAMPLE,
	RECORD_MAP,
	RECORD_COMM,
	RECORD_FORK,
	RECORD_EXIT,
	RECORD_NAMESPACES,
	RECORD_LOST,
	RECORD_THROTTLE,
	RECORD_SWITCH,
	RECORD_CGROUP,      /* a control group was made */
	RECORD_KERNEL_CODE, /* the kernel has made code, or removed it */
	RECORD_DEFERRED,    /* the user part of the call chains of earlier samples */
};

/* The code that a sample interrupted: a guest's, the kernel's, or a program's. */
enum record_mode { RECORD_IN_GUEST, RECORD_IN_KERNEL, RECORD_IN_USER };

/* One call that the processor has recorded: struct perf_branch_entry. */
struct record_branch {
	uint64_t from, to, flags;
};

/* The fields of a sample that stacks need. Fields that the event does not have are 0 or NULL. */
struct record_sample {
	uint64_t ip, address, period;
	enum record_mode mode; /* the code that ip is in */
	const uint64_t *chain; /* addresses and PERF_CONTEXT_* marks; NULL without a chain */
	size_t nchain;
	const uint64_t *regs; /* those of regs_mask, in order of its bits; NULL if none */
	uint64_t regs_mask;
	bool is_32bit;        /* the registers are those of a 32-bit program */
	const uint8_t *stack; /* from the stack pointer on; NULL without a copy */
	size_t nstack;        /* bytes of it that are valid */
	/* The processor's own call stack, the innermost call first; NULL: not recorded. */
	const struct record_branch *calls;
	size_t ncall;
	struct str raw;  /* bytes of a tracepoint, or of what a BPF program writes */
	uint64_t cgroup; /* the id of the task's control group */
};

struct record_map {
	uint64_t start, length, offset;
	/* The identity of the file: a build id, or device and inode, or only its path. */
	uint64_t inode;
	uint64_t generation; /* of the inode, as numbers are reused; 0 = not known */
	uint32_t major, minor;
	struct str build_id; /* its bytes */
	struct str path;
	bool has_inode; /* the record has a field for the inode, so 0 means no inode */
	bool executable;
	bool in_kernel; /* a mapping of the kernel's text, or of a module's */
};

/* A parsed record. Its pointers point into the original. */
struct record {
	enum record_kind kind;
	uint64_t time; /* ns of the clock that the event uses; 0 if it has none */
	uint64_t id;   /* of the event */
	uint32_t pid, tid, cpu;
	union {
		struct record_sample sample;
		struct record_map map;
		struct {
			bool exec;
			struct str name;
		} comm;
		struct {
			uint32_t parent, parent_tid; /* of a fork */
		};
		uint64_t mount_ns;
		struct {
			uint64_t id;
			struct str path;
		} cgroup;
		struct {
			uint64_t start, length;
			struct str name;
			bool removed;
		} kernel_code;
		struct {
			bool out;     /* the thread leaves its CPU; else it got one */
			bool preempt; /* it was preempted, and is runnable */
		} task_switch;
		struct {
			uint64_t lost;
			bool lost_samples; /* the event's own count; else records of any kind */
		};
		struct {
			uint64_t cookie;
			const uint64_t *chain;
			size_t nchain;
		} deferred;
	};
};

/* Parses a record of an event with these attributes. */
void record_parse(const struct perf_event_header *h, const struct perf_event_attr *attr,
		  struct record *r);

/* Adjusts a record's pointers after its first bytes were moved. */
void record_moved(struct record *r, const void *from, const void *to);

/* The bytes of the trailer of records that are no samples, with this attribute. */
size_t record_trailer(const struct perf_event_attr *attr);

/* The bytes of a record that the kernel has written, with its trailer: not always all of them. */
size_t record_written(const struct perf_event_header *h, const struct perf_event_attr *attr);

/*
 * The number of first bytes that a record's pointers refer to. A sample's copy of the stack comes
 * last, and is usually far larger than its valid part.
 */
size_t record_extent(const struct perf_event_header *h, const struct record *r);

#endif
