// What the keyboard and the eye gain from a script. Every page works without it: it changes
// nothing on the server by itself, it presses and focuses what is on the page.

import "./js/keys.js";
import "./js/menus.js";
import "./js/palette.js";
import "./js/focus.js";
import "./js/once.js";
import "./js/toasts.js";
import "./js/forms.js";
import "./js/mention.js";
