/*
 * The profiles of V8 (Node, Deno, Bun, Chrome): a tree of call nodes, and either samples
 * of it (CPU) or sizes in it (heap). The .cpuprofile and .heapprofile files and the chunks
 * in Chrome's traces share these parts.
 *
 *	{"nodes": [{"id": 1, "callFrame": {"functionName": "f", "url": "a.js",
 *	  "lineNumber": 0, "columnNumber": 10}, "hitCount": 2, "children": [2, 3]}],
 *	 "startTime": 0, "endTime": 3000, "samples": [2, 3], "timeDeltas": [1000, 500]}
 *
 * Lines and columns count from 0. A node names its children or its parent; the older form
 * has the nodes themselves in their parent's "children".
 */
#ifndef FORMAT_V8_V8_H
#define FORMAT_V8_V8_H

#include "format/json/tree_samples.h"
#include "io/out.h"

/* A node; its row number is what tree_samples.h calls its number. */
struct v8_node {
	uint64_t id; /* the key: 1 + the id in the file; 0 = it has none */
	uint32_t parent, loc;
	uint32_t same;    /* the row to take instead: the id was known before the node */
	uint32_t defined; /* 1: the node was read, not only its id */
	int64_t hits;     /* hitCount */
	int64_t size;     /* selfSize, in bytes */
};

_Static_assert(sizeof(struct v8_node) == 40, "no padding");

struct v8_edge {
	uint32_t parent, child;
};

struct v8_nodes {
	struct json_in *j;
	struct dictionary *dict;
	struct table row;          /* struct v8_node */
	VEC(struct v8_edge) edges; /* of "children" that are ids */
	bool has_hits;             /* some node has hits */
};

void v8_nodes_init(struct v8_nodes *n, struct json_in *j, struct dictionary *d);
void v8_nodes_release(struct v8_nodes *n);

/* Read the current value, a node, with the nodes inside it. */
void v8_read_node(struct v8_nodes *n, struct json_in *j, uint32_t parent);

/* The row of the node with this id, which may follow later. */
uint32_t v8_node_row(struct v8_nodes *n, uint64_t id);

/* Add the nodes of `from`, which all have ids, to `to`: for profiles that come in parts. */
void v8_merge_nodes(struct v8_nodes *to, const struct v8_nodes *from);

/*
 * After all nodes were read: join them, and append them to `tree`, by row. False, with an
 * error, if samples or other nodes refer to a missing node.
 */
struct v8_tree VEC_OF(struct tree_node);
bool v8_join_nodes(struct v8_nodes *n, struct v8_tree *tree);

/*
 * Samples with the time before each. Nodes and times come in separate lists, or alternately;
 * only values that wait for their counterparts take memory.
 */
struct v8_samples {
	struct tree_samples *to;
	uint32_t group;
	struct buf ids, deltas; /* packed lists, whose first bytes are already used */
	size_t ids_at, deltas_at;
	uint64_t nsample, ndelta;
	uint64_t nbackwards; /* times before that of an earlier sample */
	int64_t now, last;   /* ns since the start: of the last delta; of the last sample */
	uint32_t node;       /* of the last sample, which lasts until the next; 0 = none */
	bool has_last;
};

/* Add the sample of a node (its row), or the ns that passed before a sample. */
void v8_add_sample(struct v8_samples *s, uint32_t node);
void v8_add_delta(struct v8_samples *s, int64_t us);

/* After the last sample. end: ns since the start; -1 = not known. Adds notes. */
void v8_end_samples(struct v8_samples *s, int64_t end);
void v8_samples_release(struct v8_samples *s);

/* The columns "samples" and "cpu" of V8's CPU profiles, and the profile's period type. */
void v8_cpu_columns(struct profile *p, uint32_t *samples, uint32_t *cpu);

void cpuprofile_write(struct out *out, struct profile *p);

#endif
