// The editor of a journey: a step that is dragged onto a plus moves there.
const dragged = "text/x-step";

function placeOf(target) {
  const link = target.closest?.('#journey a[href*="insert="]');
  if (!link) return null;
  const query = new URL(link.href).searchParams;
  return { link, place: `${query.get("insert") ?? ""}|${query.get("way") ?? ""}` };
}

document.addEventListener("dragstart", (event) => {
  const card = event.target.closest?.("#journey a[data-step]");
  if (!card || !document.getElementById("moving") || card.dataset.step === "entry") return;
  event.dataTransfer.setData(dragged, card.dataset.step);
  event.dataTransfer.effectAllowed = "move";
});

document.addEventListener("dragover", (event) => {
  if (!event.dataTransfer.types.includes(dragged) || !placeOf(event.target)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
});

document.addEventListener("drop", (event) => {
  const step = event.dataTransfer.getData(dragged);
  const found = placeOf(event.target);
  const form = document.getElementById("moving");
  if (!step || !found || !form) return;
  event.preventDefault();
  form.elements.node.value = step;
  form.elements.place.value = found.place;
  form.requestSubmit();
});
