// Everything works without this. It lets GOV.UK Frontend add what only a script can: a menu that folds, a character
// count, "Exit this page" at the third Shift. It makes no HTML and asks nobody else for anything.
import { initAll, isSupported } from "./build/govuk-frontend.min.js";

document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("govuk-frontend-supported");
}
if (isSupported()) {
  initAll();
}

// A journey that is wider than the screen begins where it is now.
for (const picture of document.querySelectorAll(".ct-figure__scroll")) {
  picture.scrollLeft = picture.scrollWidth;
}
