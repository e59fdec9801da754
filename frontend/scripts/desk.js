// What every page of the desk loads. Pages are whole without it; it saves reloads and clicks.
import htmx from "htmx.org";

window.htmx = htmx;
import "htmx.org/dist/ext/hx-sse.js";
import "./builder.js";
import "./charts-loader.js";
import "./composer.js";
import "./copy.js";
import "./imports.js";
import "./journeys.js";
import "./palette.js";
import "./rows.js";
import "./toasts.js";
import "./week.js";
