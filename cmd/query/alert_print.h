/* Printing the results of rules: see alerts.h. */
#ifndef CMD_ALERT_PRINT_H
#define CMD_ALERT_PRINT_H

#include "query/report.h"
#include "source/alert.h"

/* Print the results of n rules. False if the output fails. */
bool alerts_print(const struct alert *alerts, size_t n, enum report_format format);

/* Print the body of a webhook in Alertmanager's format, version 4. */
bool alerts_print_webhook(const struct alert *alerts, size_t n);

#endif
