/* The command that a session has started. */
#ifndef RECORD_SESSION_CHILD_H
#define RECORD_SESSION_CHILD_H

#include "record/session.h"

/* Has the command ended? Its usage then is exact, with that of its children. */
bool session_child_has_ended(struct session *s, bool wait);

/* Calls on_child() with the command's pid; 0: it has ended. */
void session_report_child(struct session *s, int pid);

#endif
