// In a list marked data-rows, the arrow keys walk over its rows' links; Enter follows as always.

document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const list = event.target.closest?.("[data-rows]");
  if (!list || event.target.matches("input, select, textarea")) return;
  const links = [...list.querySelectorAll("[data-row]")];
  const now = links.indexOf(event.target.closest("[data-row]") ?? document.activeElement);
  const next = links[now + (event.key === "ArrowDown" ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
});
