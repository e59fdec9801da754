// The builder of rules: counts after every change, carries conditions by their grips, tells the
// page around it what the rule is now. All of it can be done by buttons too.

const form = document.querySelector("[data-builder]");

if (form) {
  const built = document.getElementById("built");
  const live = document.getElementById("live");
  const counter = document.getElementById("counter");

  const count = () => {
    live.setAttribute("aria-busy", "true");
    window.htmx.trigger(counter, "count");
  };
  live.setAttribute("aria-busy", "true");

  // The rule in a field and as an event, for a page that asks for one.
  const tell = () => {
    const rule = document.getElementById("builder-rule")?.value ?? "";
    form.dispatchEvent(new CustomEvent("coterie:rule", { bubbles: true, detail: { rule } }));
  };

  document.addEventListener("htmx:after:swap", (event) => {
    const { target, sourceElement } = event.detail?.ctx ?? {};
    if (target !== built) return;
    // what was typed into a field stays there whatever its text becomes, unless it is told
    const json = document.getElementById("as-json");
    if (json && sourceElement !== json) json.value = json.defaultValue;
    tell();
    count();
  });
  document.addEventListener("htmx:finally:request", (event) => {
    const { sourceElement, status } = event.detail?.ctx ?? {};
    const replaced = String(status).includes("Abort"); // by a newer count, which still runs
    if (sourceElement === counter && !replaced) live.removeAttribute("aria-busy");
  });

  // Menus close when something else is pressed, and by Escape.
  document.addEventListener("click", (event) => {
    for (const menu of form.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  form.addEventListener("keydown", (event) => {
    const menu = event.target.closest("details[data-menu][open]");
    if (event.key !== "Escape" || !menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // Carrying: which group is under the pointer, and before which of its parts.
  let carried = null;

  const clear = () => {
    for (const one of built.querySelectorAll("[data-drop]")) one.removeAttribute("data-drop");
  };

  const partsOf = (group) =>
    [...group.children].filter((child) => child.dataset.place !== undefined);

  const aim = (x, y) => {
    clear();
    const under = document.elementFromPoint(x, y);
    const group = under?.closest("[data-group]");
    if (!group || !built.contains(group) || carried.contains(group)) return null;
    const parts = partsOf(group);
    const index = parts.findIndex((part) => {
      const box = part.getBoundingClientRect();
      return y < box.top + box.height / 2;
    });
    const at = index < 0 ? parts.length : index;
    if (at < parts.length) parts[at].dataset.drop = "before";
    else parts.at(-1)?.setAttribute("data-drop", "after");
    return `${group.dataset.group}.${at}`;
  };

  built.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (!grip || event.button !== 0) return;
    event.preventDefault();
    carried = grip.closest("[data-place]");
    carried.dataset.carried = "";
    let there = null;

    const move = (moved) => {
      there = aim(moved.clientX, moved.clientY);
      if (moved.clientY < 80) window.scrollBy(0, -12);
      else if (moved.clientY > window.innerHeight - 60) window.scrollBy(0, 12);
    };
    const stop = (ended) => {
      document.removeEventListener("pointermove", move);
      document.removeEventListener("pointerup", stop);
      document.removeEventListener("pointercancel", stop);
      document.removeEventListener("keydown", escape);
      clear();
      const from = carried.dataset.place;
      delete carried.dataset.carried;
      carried = null;
      if (ended.type !== "pointerup" || !there || there === from) return;
      const button = document.getElementById("carry");
      button.value = `move:${from}:${there}`;
      button.click();
    };
    const escape = (key) => {
      if (key.key === "Escape") stop(key);
    };
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", stop);
    document.addEventListener("pointercancel", stop);
    document.addEventListener("keydown", escape);
  });
}
