// Shows new calls as they come: looks at the page again, and takes over its list where that has changed.
const list = document.querySelector("[data-live]");
const pause = document.querySelector("[data-pauses]");
let isPaused = false;

async function look() {
  if (isPaused || document.hidden) return;
  const answer = await fetch(location.href);
  if (!answer.ok || answer.redirected) return; // signed out: what is there stays
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-live]");
  if (!fresh || fresh.innerHTML === list.innerHTML) return;
  const kept = list.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  list.replaceChildren(...fresh.childNodes);
  // Whoever goes through the list by keyboard stays where they were.
  [...list.querySelectorAll("a")].find((link) => link.getAttribute("href") === kept)?.focus();
}

pause.hidden = false;
document.querySelector("[data-unless-live]").hidden = true;
pause.addEventListener("click", () => {
  isPaused = !isPaused;
  pause.textContent = isPaused ? pause.dataset.paused : pause.dataset.pauses;
});
setInterval(() => look().catch(() => {}), 3000); // without a connection it goes on when there is one again
