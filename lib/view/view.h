/*
 * Views: pictures of a profile. A view is one file in this folder that ends in a `const
 * struct view view_NAME`, and one word in VIEWS. Options, help and completion come from that
 * table. A view builds its own data from the profile: a tree, several trees or a table; flame.h
 * has the data of flame graphs.
 */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include "io/out.h"
#include "profile/profile.h"
#include "view/palette.h"

/* The side of a differential profile that sets the width of boxes. */
enum diff_width {
	WIDTH_NEW,        /* the new one; vanished frames keep their base width */
	WIDTH_BASE,       /* the base; new frames have their new width */
	WIDTH_UNION,      /* the larger one, stack by stack */
	WIDTH_DIFFERENCE, /* the magnitude of the difference, stack by stack */
};

/* How the callees of one frame are ordered. */
enum sibling_order {
	ORDER_BY_NAME,
	ORDER_BY_WIDTH, /* the widest first */
	ORDER_AS_READ,  /* in order of appearance */
	ORDER_BY_TIME,  /* a flame chart */
};

enum text_color {
	TEXT_PLAIN, /* no escape sequences */
	TEXT_256,
	TEXT_TRUE, /* 24 bits */
};

/* How a view finds the text of source files. */
struct view_source {
	/* Append the text of the file of that path in the profile; false if it is not found. */
	bool (*find)(void *context, struct str path, struct buf *text);
	void *context;
};

/*
 * The user's options. Strings are the caller's; NULL means the default. None of them can break
 * the document: text is escaped, the rest is numbers and parsed colours.
 */
struct view_options {
	uint32_t col; /* of the profile: its values, and their name */
	const char *title, *subtitle, *notes;
	const char *countname; /* of the values: "samples" */
	const char *nametype;  /* of the frames: "Function:" */
	const char *fonttype;
	double fontsize;
	double width;          /* in pixels; 0 = as wide as the window */
	double height;         /* of a frame, in pixels */
	double minwidth;       /* of the boxes that are drawn: in pixels (text: columns), */
	bool minwidth_percent; /* or in percent of the whole */
	size_t palette;
	enum shade_by shade;
	const char *palette_file; /* of colours to keep (palette_map.h), or NULL: svg only */
	bool has_backdrop;        /* else light or dark, as the reader prefers */
	struct rgb backdrop[2];   /* at the top and at the bottom */
	struct rgb match;         /* of frames that a search finds */
	bool inverted;            /* root at the top */
	enum sibling_order order;
	double total;   /* the whole, if larger than the sum */
	double factor;  /* for values in text */
	bool negate;    /* changes go from the new side to the base */
	bool normalize; /* compare as if both sides had the same total */
	enum diff_width diff_width;
	enum text_color text_color;
	bool ascii;                       /* the terminal shows only ASCII */
	const struct view_source *source; /* NULL: no source lines; html only */
	bool has_ratio;                   /* html only: show the ratio of these two columns */
	uint32_t over, under;
	struct str above; /* trusted markup for the top of the page; html only */
	struct str query; /* options of prof-query for the same values, stacks and names */
};

/* The default options. */
struct view_options view_defaults(void);

/* What draw() returns for messages. */
struct view_result {
	bool empty;        /* there is no picture: no value is above 0 */
	double sum;        /* of the values drawn */
	uint32_t negative; /* values below 0, which are drawn as 0 */
	struct buf error;  /* any other reason why there is no picture */
};

void view_result_release(struct view_result *r);

struct view {
	const char *name; /* for -t */
	const char *help; /* half a line, for people */

	/*
	 * Write a picture of p's column o->col. False if there is none, with the reason in *r,
	 * which the caller zeroes first. out keeps errors of writing. (p is not const: its
	 * dictionary gets the names of frames, and it counts sums that saturate.)
	 */
	bool (*draw)(struct out *out, struct profile *p, const struct view_options *o,
		     struct view_result *r);

	/* It also shows the other columns, the labels and the times of observations. */
	bool is_whole;
};

#define VIEWS(X)           X(svg) X(text) X(html)
#define VIEW_DECLARE(name) extern const struct view view_##name;
VIEWS(VIEW_DECLARE)

/* The i-th view, or NULL after the last. */
const struct view *view_at(size_t i);

/* The name of values: o->countname, else a name for the column's unit or type. */
struct str view_countname(const struct profile *p, const struct view_options *o);

/*
 * Parse a backdrop: one of flamegraph.pl's names, which are yellow, blue, green and grey, or a
 * colour. False if it is neither.
 */
bool backdrop_parse(struct str s, struct rgb backdrop[2]);

/* Is the whole string safe as a CSS font-family list? */
bool font_is_safe(struct str s);

#endif
