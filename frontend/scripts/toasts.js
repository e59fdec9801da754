// Toasts leave by themselves, unless the pointer rests on them; a press closes one at once.

const STAY = 6000;

function arrange(toast) {
  let leaving = setTimeout(() => toast.remove(), STAY);
  toast.addEventListener("pointerenter", () => clearTimeout(leaving));
  toast.addEventListener("pointerleave", () => {
    leaving = setTimeout(() => toast.remove(), STAY);
  });
  toast.querySelector("button")?.addEventListener("click", () => toast.remove());
}

for (const toast of document.querySelectorAll("[data-toast]")) arrange(toast);

document.addEventListener("htmx:after:process", (event) => {
  if (event.target.matches?.("[data-toast]")) arrange(event.target);
});
