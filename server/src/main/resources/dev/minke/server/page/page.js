// The chat page: one conversation, kept in this browser, asked through /v1/chat/completions.

import { show } from "./text.js";

const $ = (id) => document.getElementById(id);
const NUMBERS = ["temperature", "top_p", "top_k", "seed", "max_tokens"];
const SETTINGS = ["system", "thinking", "key", ...NUMBERS];
const KEPT = "minke.chat";
const NOTE = $("note").textContent;
const SILENT = "The server does not answer. Is it running?";
const STOPPED = "Stopped.";

/** Messages as {role, content, reasoning, problem, facts}; the last may be one that is being answered. */
let messages = [];
let underWay = null;

// ---- what is kept

function keep() {
  const settings = Object.fromEntries(SETTINGS.map((id) => [id, $(id).value]));
  try {
    localStorage.setItem(KEPT, JSON.stringify({ messages, settings, model: $("model").value }));
  } catch {
    // A browser that keeps nothing still talks.
  }
}

function recall() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

// ---- the conversation on the page

function button(text, action) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", action);
  return made;
}

function draw(message) {
  const box = document.createElement("article");
  box.className = message.role;
  box.setAttribute("aria-label", message.role === "user" ? "You" : "Answer");
  const thought = document.createElement("details");
  const summary = document.createElement("summary");
  const thoughtText = document.createElement("div");
  thoughtText.className = "text";
  thought.append(summary, thoughtText);
  const text = document.createElement("div");
  text.className = "text";
  const foot = document.createElement("div");
  foot.className = "foot";
  box.append(thought, text, foot);
  const view = { box, thought, summary, thoughtText, text, foot };
  update(view, message, false);
  return view;
}

function update(view, message, busy) {
  const thinks = busy && message.reasoning && !message.content;
  view.thought.hidden = !message.reasoning;
  if (message.reasoning) {
    show(view.thoughtText, message.reasoning);
    view.summary.textContent = thinks ? "Thinking…" : "Thought";
  }
  if (view.wasThinking !== thinks) {
    view.thought.open = Boolean(thinks);
    view.wasThinking = thinks;
  }
  show(view.text, message.content);
  view.text.classList.toggle("busy", busy);
}

function redraw() {
  const talk = $("talk");
  talk.replaceChildren();
  if (messages.length === 0) {
    const hint = document.createElement("p");
    hint.className = "hint";
    hint.textContent = "Ask something. What you say goes to this server and nowhere else.";
    talk.append(hint);
  }
  messages.forEach((message, index) => {
    const view = draw(message);
    if (message.role === "assistant") {
      finish(view, message, index === messages.length - 1);
    }
    talk.append(view.box);
  });
  toEnd();
}

function finish(view, message, isLast) {
  view.foot.replaceChildren();
  if (message.problem) {
    const problem = document.createElement("span");
    problem.className = "problem";
    problem.textContent = message.problem;
    view.foot.append(problem);
  }
  // Browsers have a clipboard for pages that nobody can have changed on their way alone.
  if (message.content && navigator.clipboard) {
    view.foot.append(button("Copy", (event) => copy(event.target, message.content)));
  }
  if (isLast) {
    const again = button(message.problem ? "Try again" : "Regenerate", regenerate);
    again.className = "again";
    view.foot.append(again);
  }
  if (message.facts) {
    const facts = document.createElement("span");
    facts.textContent = message.facts;
    view.foot.append(facts);
  }
}

async function copy(from, text) {
  await navigator.clipboard.writeText(text);
  from.textContent = "Copied";
  setTimeout(() => (from.textContent = "Copy"), 1500);
}

function nearEnd() {
  const talk = $("talk");
  return talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80;
}

function toEnd() {
  $("talk").scrollTop = $("talk").scrollHeight;
}

// ---- asking

function request() {
  const body = { model: $("model").value, stream: true, stream_options: { include_usage: true } };
  for (const id of NUMBERS) {
    if ($(id).value !== "") {
      body[id] = Number($(id).value);
    }
  }
  if ($("thinking").value) {
    body.thinking = { type: $("thinking").value };
  }
  const system = $("system").value.trim();
  body.messages = system ? [{ role: "system", content: system }] : [];
  for (const { role, content } of messages.filter((one) => one.role === "user" || one.content)) {
    body.messages.push({ role, content });
  }
  return body;
}

function headers() {
  const key = $("key").value;
  return key ? { Authorization: `Bearer ${key}` } : {};
}

/** What the server says, or one line on why it says nothing. */
async function heard(promise, otherwise) {
  try {
    return await promise;
  } catch (failure) {
    throw failure.name === "AbortError" ? failure : new Error(otherwise);
  }
}

async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const lost = "The connection ended before the answer did.";
  let rest = "";
  for (;;) {
    const { value, done } = await heard(reader.read(), lost);
    if (done) {
      throw new Error(lost);
    }
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (line === "data: [DONE]") {
        return;
      }
      if (line.startsWith("data: ")) {
        yield JSON.parse(line.slice(6));
      }
    }
  }
}

async function problemOf(response) {
  try {
    return (await response.json()).error.message;
  } catch {
    return `The server, or one before it, answered with status ${response.status}.`;
  }
}

async function answer() {
  const body = request();
  const message = { role: "assistant", content: "", reasoning: "" };
  messages.push(message);
  $("talk").querySelectorAll(".again").forEach((one) => one.remove());
  const view = draw(message);
  $("talk").append(view.box);
  underWay = new AbortController();
  busy(true);
  const begin = performance.now();
  let first = 0;
  let usage = null;
  let drawing = false;
  const render = () => {
    drawing = false;
    const follows = nearEnd();
    update(view, message, underWay !== null);
    if (follows) {
      toEnd();
    }
  };
  render();
  toEnd();
  try {
    const asking = fetch("v1/chat/completions", {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers() },
      body: JSON.stringify(body),
      signal: underWay.signal,
    });
    const response = await heard(asking, SILENT);
    if (!response.ok) {
      throw new Error(await problemOf(response));
    }
    for await (const event of events(response)) {
      if (event.error) {
        throw new Error(event.error.message);
      }
      usage = event.usage ?? usage;
      const choice = event.choices[0];
      if (choice) {
        first ||= performance.now();
        message.content += choice.delta.content ?? "";
        message.reasoning += choice.delta.reasoning_content ?? "";
        if (choice.finish_reason === "length") {
          message.problem = "Cut off: as many tokens as there may be.";
        }
      }
      if (!drawing) {
        drawing = true;
        requestAnimationFrame(render);
      }
    }
  } catch (failure) {
    message.problem = failure.name === "AbortError" ? STOPPED : failure.message;
    if (message.problem.startsWith("API key")) {
      openSettings(true);
      $("key").focus();
    }
  }
  if (usage) {
    message.facts = factsOf(usage, (first - begin) / 1000, (performance.now() - first) / 1000);
  }
  const follows = nearEnd();
  underWay = null;
  update(view, message, false);
  finish(view, message, true);
  if (follows) {
    toEnd();
  }
  busy(false);
  keep();
}

/** @param generating seconds after the first token, in which the others came */
function factsOf(usage, untilFirst, generating) {
  const number = (value, digits = 0) =>
    value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const tokens = usage.completion_tokens;
  const speed = (tokens - 1) / generating;
  return [
    `${number(tokens)} tokens`,
    // Of a few tokens at once it would say nothing.
    ...(generating > 0.1 && tokens > 1 ? [`${number(speed, 1)} a second`] : []),
    `first after ${number(untilFirst, 1)} s`,
    `prompt ${number(usage.prompt_tokens)} tokens, ${number(usage.prompt_cache_hit_tokens)} from the cache`,
  ].join(" · ");
}

function regenerate() {
  if (!underWay && messages.at(-1)?.role === "assistant") {
    messages.pop();
    redraw();
    answer();
  }
}

function busy(is) {
  $("stop").hidden = !is;
  $("send").hidden = is;
  // Read out when it is whole, not with every token.
  $("talk").setAttribute("aria-busy", String(is));
  // Whoever pressed a button that is gone is at the text again; on a phone that would open the
  // keyboard over the answer.
  if (!is && document.activeElement === document.body && matchMedia("(pointer: fine)").matches) {
    $("text").focus();
  }
}

function openSettings(open) {
  $("settings").hidden = !open;
  $("settings-button").setAttribute("aria-expanded", String(open));
}

// ---- what the user does

$("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text || underWay) {
    return;
  }
  $("text").value = "";
  grow();
  messages.push({ role: "user", content: text });
  redraw();
  keep();
  answer();
});

function grow() {
  const text = $("text");
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
}

$("text").addEventListener("input", grow);
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("ask").requestSubmit();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    underWay?.abort();
  }
});
$("stop").addEventListener("click", () => underWay?.abort());
$("new").addEventListener("click", () => {
  underWay?.abort();
  messages = [];
  keep();
  redraw();
  $("text").focus();
});
/** The page is left: what was written stays. */
function leave() {
  if (underWay) {
    messages.at(-1).problem = STOPPED;
    keep();
    underWay.abort();
  }
}

// Some browsers end requests before they hide the page, some tell of nothing but that they hide it.
addEventListener("beforeunload", leave);
addEventListener("pagehide", leave);
$("settings-button").addEventListener("click", () => openSettings($("settings").hidden));
$("settings").addEventListener("change", () => {
  keep();
  models();
});
$("settings").addEventListener("submit", (event) => event.preventDefault());
$("model").addEventListener("change", keep);

function note(text, isProblem) {
  $("note").textContent = text;
  $("note").classList.toggle("problem", isProblem);
}

async function models() {
  const chosen = $("model").value || recall().model;
  try {
    const response = await heard(fetch("v1/models", { headers: headers() }), SILENT);
    if (!response.ok) {
      throw new Error(await problemOf(response));
    }
    const names = (await response.json()).data.map((one) => one.id);
    $("model").replaceChildren(...names.map((name) => new Option(name, name)));
    if (names.includes(chosen)) {
      $("model").value = chosen;
    }
    note(NOTE, false);
  } catch (failure) {
    note(failure.message, true);
    openSettings(failure.message.startsWith("API key"));
  }
}

const kept = recall();
messages = kept.messages ?? [];
for (const id of SETTINGS) {
  $(id).value = kept.settings?.[id] ?? "";
}
redraw();
models();
