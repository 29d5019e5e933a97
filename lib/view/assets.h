/* Style sheets and scripts that views embed. */
#ifndef VIEW_ASSETS_H
#define VIEW_ASSETS_H

#include "base/str.h"

struct str asset_css(void);                     /* flame.css */
struct str asset_light(void), asset_dark(void); /* light.css, dark.css: only declarations */
struct str asset_js(void);                      /* the files of picture/ as one */

/* For the HTML view: html/page.css, and the files of html/js as one. */
struct str asset_page_css(void);
struct str asset_page_js(void);

#endif
