/*
 * What the HTML view needs that others do not, for prof-flame and "prof-diff --report html":
 * the times of a stream's profiles, and source files.
 */
#ifndef CMD_PAGE_H
#define CMD_PAGE_H

#include "profile/profile.h"
#include "view/view.h"

/*
 * Append the profiles of all good inputs to p, which keeps times. A profile whose samples
 * have no times counts at the time when it began. False if an input was bad.
 */
bool load_with_times(struct profile *p, char *const *paths);

/* Where the view finds source files: in these n folders, which must stay. */
struct view_source page_source(const char **folders, size_t n);

/*
 * Have it look for the files of a git revision instead. An error of usage if one of the folders
 * has no such revision.
 */
void page_source_revision(const char *revision);

/* Note how many files page_source() has not found. */
void page_note_missing(void);

#endif
