// A file that is dragged onto the zone, or chosen, is sent at once.

function busy(form) {
  form.querySelector("[data-drop-busy]").classList.replace("hidden", "flex");
}

for (const form of document.querySelectorAll("[data-drop]")) {
  const zone = form.querySelector("[data-drop-zone]");
  const input = form.querySelector("input[type=file]");
  form.addEventListener("submit", () => busy(form));
  input.addEventListener("change", () => {
    if (input.files.length) form.requestSubmit();
  });
  for (const name of ["dragenter", "dragover"]) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.dataset.over = "";
    });
  }
  for (const name of ["dragleave", "drop"]) {
    zone.addEventListener(name, () => delete zone.dataset.over);
  }
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change"));
  });
}
