// The command palette: Cmd/Ctrl-K opens it, arrows choose, Enter goes there.

const palette = document.getElementById("palette");

if (palette) {
  const field = palette.querySelector("input");

  document.addEventListener("keydown", (event) => {
    if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (palette.open) palette.close();
      else palette.showModal();
      field.select();
    }
  });

  const hits = () => [...palette.querySelectorAll("a[role=option]")];

  const choose = (chosen) => {
    for (const hit of hits()) hit.setAttribute("aria-selected", String(hit === chosen));
    field.setAttribute("aria-activedescendant", chosen?.id ?? "");
    chosen?.scrollIntoView({ block: "nearest" });
  };

  palette.addEventListener("keydown", (event) => {
    const all = hits();
    const now = all.findIndex((hit) => hit.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (all.length) choose(all[(now + step + all.length) % all.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      (all[now] ?? all[0])?.click();
    }
  });

  palette.addEventListener("htmx:after:swap", () => choose(hits()[0]));
}
