/*
 * Where Ruby's virtual machine (YARV) keeps the frames of a thread, a row of offsets for each minor
 * version: of the structures of vm_core.h, iseq.h and include/ruby/internal/core. They do not
 * change within a minor version. What is the same in all of them is an enum in ruby_walk.h.
 *
 * The file is included by a program for the kernel: plain C, and no library.
 */
#ifndef INTERP_RUBY_LAYOUT_H
#define INTERP_RUBY_LAYOUT_H

#include <linux/types.h>

struct ruby_layout {
	__u32 version;        /* 0x0301: 3.1 */
	__u16 cfp_size;       /* of rb_control_frame_t */
	__u16 body_lines;     /* in rb_iseq_constant_body: insns_info.body, */
	__u16 body_nline;     /* .size */
	__u16 body_table;     /* and .succ_index_table */
	__u16 entry_size;     /* of struct iseq_insn_info_entry */
	__u16 embed_at;       /* characters in a string itself */
	__u16 first_is_value; /* body.location.first_lineno is a VALUE, and not an int */
};

/* A thread-local variable of an image. */
struct tls_variable {
	__u64 pair;   /* where the dynamic linker has put the number of its module; 0: */
	__s64 offset; /* in that; from the thread pointer */
};

#endif
