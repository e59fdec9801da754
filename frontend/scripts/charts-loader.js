// Loads charts.js only when a chart comes near the view, and again for those that htmx brings.

const watcher = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      watcher.unobserve(entry.target);
      draw(entry.target);
    }
  },
  { rootMargin: "200px" },
);

async function draw(figure) {
  const { show } = await import(figure.dataset.script);
  show(figure);
}

function watch(root) {
  const found = root.matches?.("[data-chart]") ? [root] : root.querySelectorAll("[data-chart]");
  for (const figure of found) watcher.observe(figure);
}

watch(document);
document.addEventListener("htmx:after:process", (event) => watch(event.target));
