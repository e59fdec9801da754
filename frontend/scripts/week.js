// A week of hours: plain checkboxes, which a mouse or finger paints, and arrow keys walk over.

const boxOf = (target) => target.closest?.("[data-week] td")?.querySelector("input") ?? null;
const rowsOf = (week) => [...week.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("input")]);

let paint = null;

document.addEventListener("pointerdown", (event) => {
  const box = boxOf(event.target);
  if (!box || event.pointerType === "touch" || event.button !== 0) return; // a finger taps, and scrolls
  event.preventDefault();
  paint = !box.checked;
  box.checked = paint;
  box.focus({ preventScroll: true });
});

document.addEventListener("pointerover", (event) => {
  const box = paint === null ? null : boxOf(event.target);
  if (box) box.checked = paint;
});

document.addEventListener("pointerup", () => {
  paint = null;
});

// what was painted is not pressed once more
document.addEventListener("click", (event) => {
  if (event.detail && event.pointerType === "mouse" && boxOf(event.target)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const week = event.target.closest?.("[data-week]");
  const day = event.target.closest?.("[data-week-day]")?.dataset.weekDay;
  const hour = event.target.closest?.("[data-week-hour]")?.dataset.weekHour;
  if (!week || (day === undefined && hour === undefined)) return;
  const rows = rowsOf(week);
  const boxes = day === undefined ? rows[Number(hour)] : rows.map((row) => row[Number(day)]);
  const on = !boxes.every((box) => box.checked);
  for (const box of boxes) box.checked = on;
});

document.addEventListener("keydown", (event) => {
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const step = steps[event.key];
  const box = step && event.target.matches("input") ? boxOf(event.target) : null;
  if (!box) return;
  event.preventDefault();
  const rows = rowsOf(box.closest("[data-week]"));
  const at = rows.findIndex((row) => row.includes(box));
  const next = rows[at + step[0]]?.[rows[at].indexOf(box) + step[1]];
  if (!next) return;
  if (event.shiftKey) next.checked = box.checked;
  next.focus();
});
