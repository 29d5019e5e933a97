/*
 * Data for the HTML view only, in prof-flame and "prof-diff --report html": the times of a
 * stream's profiles, and source files.
 */
#ifndef CMD_PAGE_H
#define CMD_PAGE_H

#include "profile/profile.h"
#include "view/view.h"

/*
 * Append the profiles of all good inputs to p, with their times. Samples without times get the
 * time at which their profile began. False if an input was bad.
 */
bool load_with_times(struct profile *p, char *const *paths);

/* Let the view find source files in these n folders. The array must stay valid. */
struct view_source page_source(const char **folders, size_t n);

/* Read the files of a git revision instead. A folder without this revision is a usage error. */
void page_source_revision(const char *revision);

/* Note how many files page_source() did not find. */
void page_note_missing(void);

#endif
