// Shows the newest message, and draws again when something was posted, changed or deleted.
const EVERY = 2000;
const body = document.body;
const newest = () => document.querySelector("main > .messages > .message:last-child");
const atEnd = () => window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 80;

newest()?.scrollIntoView({ block: "start" });

async function look() {
  const now = await (await fetch("/version")).json();
  if (String(now.revision) === body.dataset.revision && now.scenario === body.dataset.scenario) return;
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  const follow = atEnd();
  for (const part of ["nav", "main"]) document.querySelector(part).replaceWith(page.querySelector(part));
  Object.assign(body.dataset, page.body.dataset);
  if (follow) newest()?.scrollIntoView({ block: "start" });
}

setInterval(() => document.hidden || look().catch(() => {}), EVERY);
