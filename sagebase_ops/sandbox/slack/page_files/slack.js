// Shows the newest message, draws again when something changed, and presses what there is to press.
const EVERY = 2000;
const body = document.body;
const newest = () => document.querySelector("main > .messages > .message:last-child");
const atEnd = () => window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 80;
const whoPresses = () => document.querySelector(".who select");

function chooseWho(who) {
  whoPresses().closest(".who").hidden = false; // a kept page has no script, and nobody presses there
  whoPresses().value = who;
}

chooseWho(whoPresses().value);
newest()?.scrollIntoView({ block: "start" });

async function look() {
  const now = await (await fetch("/version")).json();
  if (String(now.revision) === body.dataset.revision && now.scenario === body.dataset.scenario) return;
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  const follow = atEnd();
  const who = whoPresses().value;
  for (const part of ["nav", "main"]) document.querySelector(part).replaceWith(page.querySelector(part));
  chooseWho(who);
  drawModals(page.querySelector(".modals"));
  Object.assign(body.dataset, page.body.dataset);
  if (follow) newest()?.scrollIntoView({ block: "start" });
}

// What was typed stays: a modal is drawn anew only when it came, went or was refused.
function drawModals(drawn) {
  const here = document.querySelector(".modals");
  if (here.dataset.shown === drawn.dataset.shown) return;
  for (const field of here.querySelectorAll("[name]")) {
    const view = field.closest("[data-view]").dataset.view;
    const same = drawn.querySelector(`[data-view="${view}"] [name="${CSS.escape(field.name)}"]`);
    if (same) same.value = field.value;
  }
  here.replaceWith(drawn);
  drawn.querySelector(".modal:last-child [name]")?.focus();
}

async function act(path, what) {
  const asked = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(what) };
  const told = await (await fetch(path, asked)).json();
  document.querySelector(".told").textContent = words(told);
  await look();
}

function words(told) {
  if (told.error) return told.error;
  if (told.delivered_over === null) return "押しましたが、聞いているアプリがありません。";
  const lost = told.answers?.every((one) => one.acked_within_ms === null);
  return lost ? "アプリが 3 秒以内に応答しませんでした。" : "";
}

function press(control, value) {
  if (control.dataset.confirm && !confirm(control.dataset.confirm)) return;
  const { ts } = control.closest(".message").dataset;
  act("/press", { action_id: control.dataset.action, ts, value, user: whoPresses().value });
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button[data-action]");
  if (button) press(button, button.dataset.value);
  if (target.closest("[data-close]")) act("/close", { view: target.closest("[data-view]").dataset.view });
});

document.addEventListener("change", ({ target }) => {
  if (!target.matches("select[data-action]") || !target.value) return;
  press(target, target.value);
  target.value = "";
});

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const values = Object.fromEntries(new FormData(event.target));
  act("/submit", { view: event.target.closest("[data-view]").dataset.view, values });
});

setInterval(() => document.hidden || look().catch(() => {}), EVERY);
