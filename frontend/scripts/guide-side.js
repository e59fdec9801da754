// Beside a WeCom chat: asks the app with whom she chats, fetches that customer's card, and puts words
// into the chat. The app is spoken to by its own script; in the simulator, by messages to its frame.
import { getCurExternalContact, register, sendChatMessage } from "@wecom/jssdk";
import { carryBy, relabel } from "./guide-taps.js";

const root = document.querySelector("[data-side]");
const place = root.querySelector("[data-card]");
const CALLS = ["getCurExternalContact", "sendChatMessage"];
const PATIENCE = 6_000;

function real() {
  const signed = async (url) => {
    const answer = await fetch(`/g/side/signature?url=${encodeURIComponent(url)}`);
    if (!answer.ok) throw new Error("not signed");
    return answer.json();
  };
  register({
    corpId: root.dataset.side,
    agentId: root.dataset.agent,
    jsApiList: CALLS,
    getConfigSignature: async (url) => (await signed(url)).config,
    getAgentConfigSignature: async (url) => (await signed(url)).agent,
  });
  return { getCurExternalContact, sendChatMessage };
}

function simulated(origin) {
  let number = 0;
  const call = (name) => (args = {}) =>
    new Promise((resolve, reject) => {
      const id = `${Date.now()}-${(number += 1)}`;
      const late = setTimeout(() => reject(new Error("no answer")), PATIENCE);
      addEventListener("message", function hear(event) {
        const said = event.data;
        if (event.origin !== origin || said?.coterie !== "ww" || said.id !== id) return;
        removeEventListener("message", hear);
        clearTimeout(late);
        if (said.error) reject(new Error(said.error.errMsg));
        else resolve(said.result);
      });
      parent.postMessage({ coterie: "ww", id, call: name, args }, origin);
    });
  return Object.fromEntries(CALLS.map((name) => [name, call(name)]));
}

const soon = (promise) =>
  Promise.race([promise, new Promise((_, reject) => setTimeout(reject, PATIENCE))]);

function show(name) {
  place.replaceChildren();
  root.querySelector(`[data-${name}]`).hidden = false;
}

async function begin() {
  let app;
  let customer = place.dataset.of ?? "";
  try {
    app = root.dataset.simulator ? simulated(root.dataset.simulator) : real();
    const here = await soon(app.getCurExternalContact());
    customer = here.userId;
    carryBy(async (text) => app.sendChatMessage({ msgtype: "text", text: { content: text } }));
  } catch {
    if (customer) root.querySelector("[data-unsigned]").hidden = false;
  }
  if (!customer) return show("nobody");
  if (place.dataset.of !== customer) {
    const answer = await fetch(`/g/side/of?external=${encodeURIComponent(customer)}`);
    if (!answer.ok || answer.redirected) return show("stranger");
    place.innerHTML = await answer.text();
  }
  relabel(place);
}

begin();
