// The service worker of the guides' pages (scope /g/): what the last visit showed can be read again
// without a connection, for a day. Pages say themselves whether they may be kept, and whose they
// are: with another guide, or after somebody was erased, all that was kept is forgotten.
/* global COTERIE */

const KEPT = "coterie-guide-pages";
const ASSETS = `coterie-guide-assets-${COTERIE.version}`;
const DAY = 86_400_000;
const PATIENCE = 5_000;
const WHOSE = "/g/whose";

self.addEventListener("install", (event) => {
  const all = caches.open(ASSETS).then((cache) => cache.addAll([...COTERIE.assets, COTERIE.offline]));
  event.waitUntil(all.then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = caches.keys().then((names) =>
    Promise.all(names.filter((name) => name !== KEPT && name !== ASSETS).map((name) => caches.delete(name))),
  );
  event.waitUntil(old.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(asset(request));
  else if (/^\/(c|m)\//.test(url.pathname) && request.destination === "image") event.respondWith(picture(request));
  else if (request.mode === "navigate" && !url.pathname.startsWith("/g/side")) event.respondWith(page(request));
});

async function asset(request) {
  return (await caches.match(request)) ?? fetch(request);
}

async function picture(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok) await (await caches.open(KEPT)).put(request, answer.clone());
    return answer;
  } catch (error) {
    const kept = await caches.match(request);
    if (kept) return kept;
    throw error;
  }
}

async function page(request) {
  const asked = fetch(request).then(async (answer) => {
    await note(request, answer.clone());
    return answer;
  });
  const kept = await old(request);
  if (!kept) {
    return asked.catch(async () => (await caches.match(COTERIE.offline)) ?? Response.error());
  }
  const late = new Promise((resolve) => setTimeout(() => resolve(kept.clone()), PATIENCE));
  return Promise.race([asked, late]).catch(() => kept);
}

async function note(request, answer) {
  const guide = answer.headers.get("x-coterie-guide");
  if (guide === null) return;
  const cache = await caches.open(KEPT);
  const before = await cache.match(WHOSE);
  if (before && (await before.text()) !== guide) await caches.delete(KEPT);
  const now = await caches.open(KEPT);
  await now.put(WHOSE, new Response(guide));
  if (!answer.ok || answer.redirected || !answer.headers.has("x-coterie-keep")) return;
  const headers = new Headers(answer.headers);
  headers.set("x-kept-at", String(Date.now()));
  headers.delete("content-encoding");
  await now.put(request.url, new Response(await answer.text(), { status: 200, headers }));
}

async function old(request) {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(request.url);
  if (!kept) return null;
  const at = Number(kept.headers.get("x-kept-at"));
  if (Date.now() - at > DAY) {
    await cache.delete(request.url);
    return null;
  }
  const text = (await kept.text())
    .replace(" hidden data-kept", " data-kept")
    .replace("data-ago=", `data-at="${at}" data-ago=`);
  return new Response(text, { headers: kept.headers });
}
