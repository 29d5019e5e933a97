/*
 * The functions of an image that has .eh_frame, but no sorted table of it (.eh_frame_hdr), as
 * programs that are linked statically.
 */
#ifndef SYMBOL_FDE_SCAN_H
#define SYMBOL_FDE_SCAN_H

#include "object/elf.h"
#include "object/spans.h"

/* Sets *s to the functions of all FDEs, each with an id of its own. False if there are none. */
bool fde_scan(const struct elf *e, struct spans *s);

#endif
