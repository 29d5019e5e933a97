/* The style sheet and the scripts of this folder, which the SVG view embeds. */
#ifndef VIEW_ASSETS_H
#define VIEW_ASSETS_H

#include "base/str.h"

struct str asset_css(void);     /* flame.css */
struct str asset_tree_js(void); /* flame_tree.js */
struct str asset_js(void);      /* flame.js */

#endif
