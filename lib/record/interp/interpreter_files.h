/*
 * Recognises files that may contain an interpreter by their names. That is cheap enough for every
 * mapped file; the symbols of the file then tell for certain.
 */
#ifndef RECORD_INTERPRETER_FILES_H
#define RECORD_INTERPRETER_FILES_H

#include "base/str.h"
#include "interp/go/go_image.h"

/* "/usr/bin/python3.11", "/usr/lib/libpython3.12.so.1.0". */
bool interpreter_has_name(struct str path);

/* "_asyncio.cpython-314-x86_64-linux-gnu.so": the module that runs tasks. */
bool interpreter_is_asyncio(struct str path);

/*
 * Does a command, searched as by execvp(3), run an interpreter? By its name, that of the file it
 * links to, or the first line of a script.
 */
bool interpreter_is_run_by(const char *command);

/* Is it a program of Go that gives labels to its goroutines? */
bool interpreter_go_is_run_by(const char *command, struct go_image *go);

/* Does any process of the machine run an interpreter, by its program's name? */
bool interpreter_runs_somewhere(void);

#endif
