/*
 * Which programs may be interpreters, by what their files are called. That is cheap to ask of
 * everything that is mapped; whether one is in the file, its symbols say.
 */
#ifndef RECORD_INTERPRETER_FILES_H
#define RECORD_INTERPRETER_FILES_H

#include "base/str.h"

/* "/usr/bin/python3.11", "/usr/lib/libpython3.12.so.1.0". */
bool interpreter_has_name(struct str path);

/*
 * Does a command, which is looked for as execvp(3) does, run one? By its name, that of the file
 * that it is a link to, or the first line of a script.
 */
bool interpreter_is_run_by(const char *command);

/* Is some process of the machine one, by its program's name? */
bool interpreter_runs_somewhere(void);

#endif
