// The composer: a value of the palette goes to where one was writing.
let last = null;

document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("[data-written]")) last = event.target;
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-put]");
  if (!button) return;
  const field = last?.isConnected ? last : document.querySelector("textarea[data-written]");
  if (!field) return;
  field.focus();
  field.setRangeText(button.dataset.put, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
