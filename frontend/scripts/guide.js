// What every page of a guide's phone loads. Pages are whole without it; with it they can be read
// without a connection, and what is tapped meanwhile is sent later.
import { flush } from "./guide-taps.js";

navigator.serviceWorker?.register("/g/sw.js", { scope: "/g/" }).catch(() => {});

function howLongAgo() {
  const language = document.documentElement.lang;
  for (const place of document.querySelectorAll("[data-kept]:not([hidden]) [data-ago]")) {
    const minutes = Math.round((Date.now() - Number(place.dataset.at ?? place.dataset.ago)) / 60_000);
    const told = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
    const words = minutes < 60 ? told.format(-minutes, "minute") : told.format(-Math.round(minutes / 60), "hour");
    place.textContent = ` (${words})`;
  }
}

howLongAgo();
setInterval(howLongAgo, 60_000);
addEventListener("online", flush);
document.addEventListener("visibilitychange", () => document.hidden || flush());
flush();
