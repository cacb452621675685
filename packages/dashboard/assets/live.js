// Keeps a page up to date. Everything works without it, by loading the page again.
const state = document.getElementById("live-state");
const path = document.body.dataset.events;
let source;

function tell(text, isLive) {
  if (state === null || state.textContent === text) return;
  state.textContent = text;
  state.classList.toggle("is-live", isLive);
}

/** What somebody is about to press, or reads with the keyboard in it, stays where it is. */
function isInUse(element) {
  return element.contains(document.activeElement) && element.querySelector("button, input, select") !== null;
}

function show(fragments) {
  for (const [id, markup] of Object.entries(fragments)) {
    const element = document.getElementById(id);
    if (element === null || element.dataset.shown === markup || isInUse(element)) continue;
    const focused = element.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    const scrolled = Array.from(element.querySelectorAll(".scroll, .history"), (box) => [
      box.scrollLeft,
      box.scrollTop,
    ]);
    const closed = Array.from(element.querySelectorAll("details"), (details) => details.open);
    element.innerHTML = markup;
    element.querySelectorAll("details").forEach((details, i) => {
      details.open = closed[i] ?? details.open;
    });
    element.querySelectorAll(".scroll, .history").forEach((box, i) => {
      [box.scrollLeft, box.scrollTop] = scrolled[i] ?? [0, 0];
    });
    if (focused !== null) element.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  }
}

function connect() {
  if (path === undefined || source !== undefined) return;
  source = new EventSource(path);
  source.onopen = () => tell("live", true);
  source.onmessage = ({ data }) => show(JSON.parse(data));
  source.onerror = () => {
    tell("not live: the dashboard does not answer", false);
    // Closed for good: the session has ended, say.
    if (source?.readyState !== EventSource.CLOSED) return;
    source = undefined;
    setTimeout(connect, 5000);
  };
}

// A browser opens six connections to a site at most: tabs that nobody looks at need none.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") {
    connect();
    return;
  }
  source?.close();
  source = undefined;
  tell("not live", false);
});

document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm;
  if (question !== undefined && !confirm(question)) {
    event.preventDefault();
    return;
  }
  // Pressed once is enough; a page that is shown again from the browser's memory may act again.
  if (event.target.method === "post") setTimeout(() => event.submitter?.setAttribute("disabled", ""), 0);
});
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[disabled]")) button.removeAttribute("disabled");
});

if (document.visibilityState === "visible") connect();
