/* Finds in an image with Go code where its goroutines have their pprof labels. */
#ifndef INTERP_GO_IMAGE_H
#define INTERP_GO_IMAGE_H

#include "interp/go/go_layout.h"
#include "interp/tls_image.h"

struct go_image {
	unsigned version;   /* 0x011b: Go 1.27 */
	const char *why;    /* why labels cannot be read: a static string; NULL: they can */
	uint64_t text;      /* image_text() of its code */
	struct tls_image g; /* the variable that points to the goroutine */
	struct go_layout layout;
};

/* False if the image has no Go code, or none that gives labels to goroutines. */
bool go_image_find(struct go_image *g, const struct elf *e);

#endif
