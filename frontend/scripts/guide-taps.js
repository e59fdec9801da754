// Forms of a guide's page are sent without leaving it; what nobody hears waits and is sent again.
// Each carries a key, so that the house takes it once however often it comes. No text stands here:
// every word comes with the page.

const WAITING = "coterie.taps";
const WEEK = 7 * 86_400_000;
const ADDRESS = /^\/g\/[a-z]/;

const root = document.querySelector("[data-guide]");
const guide = root?.dataset.guide ?? "";

let carry = toClipboard;
let inChat = false;

// Words go where ``by`` takes them from now on: into the chat, beside one.
export function carryBy(by) {
  carry = by;
  inChat = true;
  relabel(document);
}

export function relabel(within) {
  if (!inChat) return;
  for (const words of within.querySelectorAll("[data-chat]")) {
    words.textContent = words.dataset.chat;
    words.dataset.said = words.dataset.chatSent;
  }
}

async function toClipboard(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea"); // older web views have no clipboard
  field.value = text;
  field.className = "sr-only";
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

const textOf = (selector) => document.querySelector(selector)?.textContent.trim() ?? "";

function say(button, key = "said") {
  const words = button.querySelector("[data-words]");
  if (!words) return;
  const before = words.textContent;
  words.textContent = words.dataset[key] ?? before;
  button.dataset.state = "said";
  setTimeout(() => {
    words.textContent = before;
    delete button.dataset.state;
  }, 2400);
}

function complain(form, text) {
  form.parentElement.querySelector("[data-complaint]")?.remove();
  const line = document.createElement("p");
  line.dataset.complaint = "";
  line.setAttribute("role", "alert");
  line.className = "text-error grow basis-full text-sm";
  line.textContent = text;
  form.after(line);
}

// what waits

const waiting = () => JSON.parse(localStorage.getItem(WAITING) ?? "[]");

function keep(list) {
  const fresh = list.filter((one) => Date.now() - one.at < WEEK);
  if (fresh.length) localStorage.setItem(WAITING, JSON.stringify(fresh));
  else localStorage.removeItem(WAITING);
  const mine = fresh.filter((one) => one.guide === guide).length;
  const note = document.querySelector("[data-waiting]");
  if (!note) return;
  note.hidden = !mine;
  note.querySelector("[data-count]").textContent = mine;
}

async function send(action, body) {
  return fetch(action, {
    method: "POST",
    body: new URLSearchParams(body),
    headers: { "X-Coterie-Tap": "1" },
    redirect: "error",
  });
}

async function token() {
  const answer = await fetch("/g/token");
  if (!answer.ok || answer.redirected) return null;
  return answer.json();
}

let flushing = false;

// Sends what waits, oldest first, as long as the house hears it.
export async function flush() {
  const mine = waiting().filter((one) => one.guide === guide);
  if (flushing || !mine.length || !navigator.onLine) return keep(waiting());
  flushing = true;
  try {
    const fresh = await token();
    if (!fresh || fresh.guide !== guide) return;
    for (const one of mine) {
      const answer = await send(one.action, { ...one.body, form_token: fresh.token });
      if (answer.status === 429 || answer.status >= 500) return;
      keep(waiting().filter((other) => other.body.key !== one.body.key));
    }
  } catch {
    // no connection yet
  } finally {
    flushing = false;
    keep(waiting());
  }
}

async function tell(form, button, body) {
  let answer;
  try {
    answer = await send(form.action, body);
    if (answer.status === 403) {
      const fresh = await token(); // a page that was kept has an old token
      if (fresh?.guide === guide) {
        answer = await send(form.action, { ...body, form_token: fresh.token });
      }
    }
  } catch {
    const { form_token: _, ...kept } = body;
    const action = new URL(form.action).pathname;
    if (!kept.key || !ADDRESS.test(action)) return complain(form, root.dataset.failed);
    keep([...waiting(), { guide, action, body: kept, at: Date.now() }]);
    done(form, button);
    return;
  }
  if (answer.ok) done(form, button);
  else complain(form, root.dataset.refused);
}

function leave(item) {
  const part = item.closest("section");
  item.remove();
  const number = part?.querySelector("[data-number]");
  if (!number) return;
  const left = Math.max(0, Number(number.dataset.number) - 1);
  number.dataset.number = left;
  number.textContent = left.toLocaleString(document.documentElement.lang);
  const empty = part.querySelector("[data-empty]");
  if (empty) empty.hidden = left > 0;
}

function done(form, button) {
  const item = "gone" in form.dataset && (form.closest("[data-item]") ?? form);
  if (item) {
    button.disabled = true;
    button.querySelector("[data-words]")?.replaceChildren(button.querySelector("[data-words]").dataset.said);
    setTimeout(() => leave(item), 700);
  } else {
    say(button);
  }
  const key = form.elements.key;
  if (key && form.dataset.copy) key.value = Math.random().toString(36).slice(2) + Date.now().toString(36);
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-tap]") || form.dataset.busy) return;
  event.preventDefault();
  form.dataset.busy = "1";
  const button = event.submitter ?? form.querySelector("button");
  const body = Object.fromEntries(new FormData(form));
  try {
    if (form.dataset.copy) {
      await carry(textOf(form.dataset.copy));
      if (inChat) body.how = "sent";
    }
    await tell(form, button, body);
  } catch {
    complain(form, root.dataset.refused);
  } finally {
    delete form.dataset.busy;
  }
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  try {
    await carry(textOf(button.dataset.copy));
    say(button);
  } catch {
    complain(button, root.dataset.refused);
  }
});
