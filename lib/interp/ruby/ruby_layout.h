/*
 * Where Ruby's virtual machine (YARV) keeps the frames of a thread: a row of offsets for each
 * minor version, into the structures of vm_core.h, iseq.h and include/ruby/internal/core. They
 * do not change within a minor version. Offsets common to all are an enum in ruby_walk.h.
 *
 * The BPF program includes this file, so it is plain C and uses no library.
 */
#ifndef INTERP_RUBY_LAYOUT_H
#define INTERP_RUBY_LAYOUT_H

#include <linux/types.h>

struct ruby_layout {
	__u32 version;        /* 0x0301: 3.1 */
	__u16 machine;        /* in rb_execution_context_t: machine.stack_start */
	__u16 cfp_size;       /* of rb_control_frame_t */
	__u16 body_lines;     /* in rb_iseq_constant_body: insns_info.body */
	__u16 body_nline;     /* insns_info.size */
	__u16 body_table;     /* insns_info.succ_index_table */
	__u16 entry_size;     /* of struct iseq_insn_info_entry */
	__u16 embed_at;       /* of the characters of an embedded string */
	__u16 first_is_value; /* body.location.first_lineno is a VALUE, not an int */
};

#endif
