/*
 * The helpers that a BPF program may call (bpf-helpers(7)), and the macros that describe its
 * maps to libbpf. GCC and clang declare a helper differently.
 */
#ifndef INTERP_BPF_HELPERS_H
#define INTERP_BPF_HELPERS_H

#include <linux/bpf.h>

#define SEC(name)           __attribute__((section(name), used))
#define __uint(name, value) int(*name)[value]
#define __type(name, value) __typeof__(value) *name
#define INLINE              static inline __attribute__((always_inline))

#if defined(__clang__) || !defined(__BPF__)
#define HELPER(number, type, name, ...)                                                            \
	static type (*const name)(__VA_ARGS__)                                                     \
		__attribute__((unused)) = (type(*)(__VA_ARGS__))number
#else
#define HELPER(number, type, name, ...)                                                            \
	type name(__VA_ARGS__) __attribute__((kernel_helper(number)))
#endif

HELPER(1, void *, bpf_map_lookup_elem, const void *map, const void *key);
HELPER(2, long, bpf_map_update_elem, const void *map, const void *key, const void *value, __u64);
HELPER(5, __u64, bpf_ktime_get_ns, void);
HELPER(12, long, bpf_tail_call, void *ctx, const void *map, __u32 index);
HELPER(14, __u64, bpf_get_current_pid_tgid, void);
HELPER(25, long, bpf_perf_event_output, void *ctx, const void *map, __u64 flags, const void *data,
       __u64 size);
HELPER(35, __u64, bpf_get_current_task, void);
HELPER(112, long, bpf_probe_read_user, void *to, __u32 n, const void *from);
HELPER(113, long, bpf_probe_read_kernel, void *to, __u32 n, const void *from);
HELPER(120, long, bpf_get_ns_current_pid_tgid, __u64 device, __u64 inode, struct bpf_pidns_info *to,
       __u32 size);
HELPER(130, long, bpf_ringbuf_output, const void *map, const void *data, __u64 size, __u64 flags);

#endif
