/* Where Go keeps the labels of goroutines, for the BPF program, which includes this file: plain C. */
#ifndef INTERP_GO_LAYOUT_H
#define INTERP_GO_LAYOUT_H

#include <linux/types.h>

struct go_layout {
	__u16 m;      /* in runtime.g: the thread that runs it */
	__u16 curg;   /* in runtime.m: the goroutine that the thread runs */
	__u16 labels; /* in runtime.g; 0: not known */
	__u16 is_map; /* labels are a map (until Go 1.23), not a slice */
};

#endif
