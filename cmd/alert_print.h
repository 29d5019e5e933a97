/* Printing what rules have found: see alerts.h. */
#ifndef CMD_ALERT_PRINT_H
#define CMD_ALERT_PRINT_H

#include "query/report.h"
#include "source/alert.h"

/* n rules. False if the output fails. */
bool alerts_print(const struct alert *alerts, size_t n, enum report_format format);

/* The body of a webhook, as Alertmanager sends it: version 4. */
bool alerts_print_webhook(const struct alert *alerts, size_t n);

#endif
